"""News between the two processes: in order, never waiting, and nothing lost for want of room."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kiosk import news
from kiosk.config import ConfigError

Bind = Callable[[str], news.NewsSocket]


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    """Binds one end, and closes it afterwards."""
    with ExitStack() as ends:

        def one(own: str) -> news.NewsSocket:
            other = news.AGENT if own == news.FRONTDESK else news.FRONTDESK
            return ends.enter_context(closing(news.NewsSocket(tmp_path, own, other)))

        yield one


def test_what_had_no_room_is_told_in_order_when_there_is_room(bind: Bind) -> None:
    agent, desk = bind(news.AGENT), bind(news.FRONTDESK)
    count = 700  # more than any kernel's default keeps for a socket
    for number in range(count):
        agent.tell(news.SettingsStored(revision=number))
    assert not agent.flush(), "this machine keeps more datagrams than the test sends"
    heard = []
    while (message := desk.receive(0)) is not None:
        heard.append(message)
        agent.flush()
    assert heard == [news.SettingsStored(revision=number) for number in range(count)]
    assert agent.flush()


def test_who_has_no_room_keeps_nobody_waiting_who_waits_long_for_news(bind: Bind) -> None:
    agent, desk = bind(news.AGENT), bind(news.FRONTDESK)
    desk.send(news.StatusWanted())
    assert agent.receive(timeout_s=60) == news.StatusWanted()
    began_s = time.monotonic()
    while agent.send(news.StatusWanted()):
        pass
    assert time.monotonic() - began_s < 30, "it waited for room as long as it would have waited for news"


def test_nothing_that_comes_is_waited_for_no_longer_than_asked(bind: Bind) -> None:
    desk, began_s = bind(news.FRONTDESK), time.monotonic()
    assert desk.receive(timeout_s=0.2) is None
    assert 0.15 < time.monotonic() - began_s < 30


def test_nobody_there_is_no_error_and_nothing_waits(bind: Bind) -> None:
    agent = bind(news.AGENT)
    assert not agent.send(news.StatusWanted())
    agent.tell(news.SettingsStored(revision=1))
    assert agent.flush()
    desk = bind(news.FRONTDESK)
    assert desk.receive(0) is None


def test_a_process_that_died_is_nobody_and_its_name_is_taken_over(bind: Bind) -> None:
    agent, desk = bind(news.AGENT), bind(news.FRONTDESK)
    desk.close()
    assert not agent.send(news.StatusWanted())
    again = bind(news.FRONTDESK)
    assert agent.send(news.StatusWanted())
    assert again.receive(0) == news.StatusWanted()


@pytest.mark.parametrize("datagram", [b"", b"{", b'{"type":"unheard-of"}', b"\xff" * 1000])
def test_what_is_no_news_is_passed_over(tmp_path: Path, bind: Bind, datagram: bytes) -> None:
    desk = bind(news.FRONTDESK)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(datagram, str(tmp_path / news.FRONTDESK))
    assert desk.receive(0) is None


def test_a_folder_that_cannot_hold_the_socket_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="run_dir cannot hold"):
        news.NewsSocket(tmp_path / "file", news.AGENT, news.FRONTDESK)
    with pytest.raises(ConfigError, match="run_dir cannot hold"):
        news.NewsSocket(tmp_path / ("x" * 120), news.AGENT, news.FRONTDESK)
