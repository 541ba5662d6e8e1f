"""The private pcscd itself: alone, repeatable, and gone when it should be."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from drivers.card.pcscd import Pcscd
from drivers.card.vpcd_door import FIRST_PORT
from drivers.errors import DeviceAbsentError
from tests.support.require import require

PATIENCE_S = 60.0

START_AND_WAIT = """
import sys
from pathlib import Path
from drivers.card.pcscd import Pcscd
pcscd = Pcscd(Path(sys.argv[1]))
pcscd.start()
print(pcscd.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _needs_pcscd() -> None:
    require("pcscd")


def test_it_starts_again_on_the_same_socket_and_door() -> None:
    pcscd = Pcscd()
    pcscd.start()
    before = (pcscd.socket_path, pcscd.door)
    first_pid = pcscd.pid
    pcscd.restart()
    assert (pcscd.socket_path, pcscd.door) == before
    assert pcscd.pid != first_pid
    pcscd.close()


def test_it_leaves_neither_process_nor_file() -> None:
    pcscd = Pcscd()
    pcscd.start()
    pid, directory = pcscd.pid, pcscd.socket_path.parent.parent
    pcscd.close()
    pcscd.close()
    assert not Path(f"/proc/{pid}").exists()
    assert not directory.exists()
    assert not pcscd.is_running


def test_its_door_ends_with_it() -> None:
    pcscd = Pcscd()
    pcscd.start()
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(pcscd.door))
        credentials = visitor.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        watch = os.pidfd_open(struct.unpack("3i", credentials)[0])
    pcscd.close()
    assert select.select([watch], [], [], PATIENCE_S)[0], "the door outlived pcscd"
    os.close(watch)


def test_no_network_of_the_machine_reaches_the_virtual_reader() -> None:
    pcscd = Pcscd()
    pcscd.start()
    ours, its = (Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii") for pid in ("self", pcscd.pid))
    listening = f":{FIRST_PORT:04X} 00000000:0000 0A"
    assert listening in its
    assert listening not in ours
    pcscd.close()


def test_the_door_is_for_its_owner_alone() -> None:
    pcscd = Pcscd()
    before = os.umask(0)
    try:
        pcscd.start()
    finally:
        os.umask(before)
    assert pcscd.door.stat().st_mode & 0o077 == 0
    pcscd.close()


def test_two_do_not_disturb_each_other() -> None:
    one, two = Pcscd(), Pcscd()
    one.start()
    two.start()
    assert one.door != two.door
    one.close()
    assert two.is_running
    two.close()


def test_it_dies_with_whoever_started_it() -> None:
    with tempfile.TemporaryDirectory() as directory:  # not tmp_path: the name of a socket must be short
        owner = subprocess.Popen(
            [sys.executable, "-c", START_AND_WAIT, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert owner.stdout is not None
        watch = os.pidfd_open(int(owner.stdout.readline()))
        owner.send_signal(signal.SIGKILL)
        owner.communicate()
        assert select.select([watch], [], [], PATIENCE_S)[0], "pcscd outlived its owner"
        os.close(watch)


def test_without_the_right_to_a_namespace_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n", encoding="ascii")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    pcscd = Pcscd()
    with pytest.raises(DeviceAbsentError, match="needs root"):
        pcscd.start()
    assert not pcscd.is_running
    pcscd.close()


def test_without_pcscd_a_sentence_names_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    pcscd = Pcscd()
    with pytest.raises(DeviceAbsentError, match="apt install pcscd"):
        pcscd.start()
    pcscd.close()
