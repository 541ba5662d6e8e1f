"""What the service manager hears, on a real socket of its kind."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.service_manager import ServiceManager


class Manager:
    """The far end, with a clock of its own."""

    def __init__(self, address: str | bytes) -> None:
        self.now_s = 100.0
        self._post = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._post.bind(address)
        self._post.setblocking(False)

    def clock(self) -> float:
        return self.now_s

    def heard(self) -> list[str]:
        """Everything since it was asked last. A datagram is there as soon as it was sent."""
        words = []
        while True:
            try:
                words.append(self._post.recv(1024).decode())
            except BlockingIOError:
                return words

    def close(self) -> None:
        self._post.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with closing(Manager(str(tmp_path / "notify"))) as manager:
        yield manager


@pytest.fixture
def environment(tmp_path: Path, manager: Manager) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "40000000", "WATCHDOG_PID": str(os.getpid())}


def test_ready_is_said_once_and_the_watchdog_is_fed_four_times_in_its_limit(
    manager: Manager, environment: dict[str, str]
) -> None:
    process = ServiceManager(environment, manager.clock)
    process.works()
    assert manager.heard() == ["READY=1", "WATCHDOG=1"]
    manager.now_s += 9.9
    process.works()
    assert manager.heard() == []
    manager.now_s += 0.2
    process.works()
    assert manager.heard() == ["WATCHDOG=1"]


def test_nothing_is_said_before_the_first_work_is_done(manager: Manager, environment: dict[str, str]) -> None:
    ServiceManager(environment, manager.clock)
    assert manager.heard() == []


def test_a_process_that_is_not_meant_feeds_nothing(manager: Manager, environment: dict[str, str]) -> None:
    process = ServiceManager({**environment, "WATCHDOG_PID": str(os.getpid() + 1)}, manager.clock)
    process.works()
    assert manager.heard() == ["READY=1"]
    assert not process.feeds_watchdog


@pytest.mark.parametrize("limit", ["", "soon", "-5", "0"])
def test_a_manager_that_sets_no_limit_hears_ready_only(
    manager: Manager, environment: dict[str, str], limit: str
) -> None:
    process = ServiceManager({**environment, "WATCHDOG_USEC": limit}, manager.clock)
    process.works()
    assert manager.heard() == ["READY=1"]


def test_a_line_of_status_and_the_end(manager: Manager, environment: dict[str, str]) -> None:
    process = ServiceManager(environment, manager.clock)
    process.tell("open\nREADY=1")  # what follows a line's end would be another word
    process.ends()
    assert manager.heard() == ["STATUS=open", "STOPPING=1"]


def test_a_manager_with_no_room_hears_it_later_and_keeps_nobody_waiting(
    manager: Manager, environment: dict[str, str]
) -> None:
    process, sent = ServiceManager(environment, manager.clock), 0
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as crowd:
        crowd.setblocking(False)
        while True:
            try:
                crowd.sendto(b"X", environment["NOTIFY_SOCKET"])
            except BlockingIOError:
                break
            sent += 1
    process.works()
    assert manager.heard() == ["X"] * sent
    process.works()
    assert manager.heard() == ["READY=1", "WATCHDOG=1"]


def test_a_name_in_the_abstract_namespace() -> None:
    name = f"sala-test-{os.getpid()}"
    with closing(Manager(b"\0" + name.encode())) as manager:
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}, manager.clock).works()
        assert manager.heard() == ["READY=1"]


@pytest.mark.parametrize("environment", [{}, {"WATCHDOG_USEC": "1000000"}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_every_word_is_heard_by_nobody(environment: dict[str, str]) -> None:
    process = ServiceManager(environment)
    process.works()
    process.tell("open")
    process.ends()
    assert not process.feeds_watchdog


def test_a_manager_that_is_gone_fails_nobody(environment: dict[str, str], manager: Manager) -> None:
    Path(environment["NOTIFY_SOCKET"]).unlink()
    ServiceManager(environment, manager.clock).works()
    assert manager.heard() == []
