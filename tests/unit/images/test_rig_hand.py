"""The rig's hand inside an emulated machine, at a real shell on a real terminal: only QEMU's serial line is missing."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.image.hand import Hand, HandError


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """One that reaches a shell; a terminal between them echoes, breaks lines its own way, and holds 4096 letters."""
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "hand"))
    door.listen(1)
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(["sh"], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    lines: list[socket.socket] = []

    def in_the_line() -> None:
        line, _ = door.accept()
        lines.append(line)
        back.start()
        with suppress(OSError):  # the hand has let go, with words still on their way to it
            while data := line.recv(4096):
                os.write(ours, data)

    def out_of_the_line() -> None:
        with suppress(OSError):  # the shell has ended, and with it the terminal
            while data := os.read(ours, 4096):
                lines[0].sendall(data)

    there, back = threading.Thread(target=in_the_line), threading.Thread(target=out_of_the_line)
    there.start()
    made = Hand(tmp_path / "hand")
    yield made
    made.close()
    there.join(20)
    shell.kill()
    shell.wait()
    back.join(20)
    lines[0].close()
    os.close(ours)
    door.close()


def test_what_a_script_says_comes_back_whole(hand: Hand) -> None:
    script = "printf 'one\\ntwo\\n'; echo ไทย >&2; echo " + "x" * 9000
    assert hand.do(script).split("\n") == ["one", "two", "ไทย", "x" * 9000]
    assert hand.do("echo again") == "again"


def test_a_script_that_fails_is_an_error_with_its_words(hand: Hand) -> None:
    with pytest.raises(HandError, match="no such thing"):
        hand.do("echo no such thing; exit 3")
    assert hand.do("true") == ""
