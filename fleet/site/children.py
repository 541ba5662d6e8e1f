"""Programs that live and die with us: started, watched, started again, and ended without a trace.

Two kinds. A stranger is a program of its own, from a command line. A part of ours is forked from this process, which
has imported everything before: what the parts only read they then share, and one that died is back without importing
anything. Rules for that: whoever starts parts has no thread, no connection and no lock of its own.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TextIO

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal a process gets when its parent dies, however that died."""

PR_SET_NAME = 15
"""From linux/prctl.h: what ``ps -o comm`` and ``top`` call a process, 15 bytes of it."""

RESTART_AFTER_S = 1.0
STOP_TIMEOUT_S = 10.0
TURN_S = 0.2
OUR_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Running(Protocol):
    """What we need of a process; ``subprocess.Popen`` has it."""

    def poll(self) -> int | None:
        """How it ended; None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""


class _Fork:
    """A part of ours in a process of its own, with the four methods of ``subprocess.Popen`` that we use."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self._process = multiprocessing.get_context("fork").Process(
            target=_be_part, args=(name, run, _die_with_parent(os.getpid())), name=name
        )
        # A signal that came before the part has undone our handlers would be taken for ours, and forgotten.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, OUR_SIGNALS)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return self._process.exitcode


def _be_part(name: str, run: Callable[[], None], die_with_parent: Callable[[], None]) -> None:
    """The whole life of a forked part: it stands where a program of its own would, then runs."""
    die_with_parent()
    os.setsid()  # Ctrl-C reaches who started us; they tell us
    os.dup2(2, 1)  # standard input is nothing already: multiprocessing sees to that
    ctypes.CDLL(None).prctl(PR_SET_NAME, f"fleet {name}".encode())
    for number in OUR_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OUR_SIGNALS)
    try:
        run()
    except Exception:  # the top of a part: what broke stands in the log like all else, then it is started again
        log.critical("%s broke", name, exc_info=True)
        raise SystemExit(1) from None


class _Lines:
    """What a stranger writes, into our own log a line at a time. Never waits."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)
        self._pipe, self.far_end = os.pipe()
        os.set_blocking(self._pipe, False)
        self._begun = b""

    def take(self) -> None:
        """What it has written since."""
        while True:
            try:
                came = os.read(self._pipe, 65536)
            except BlockingIOError:
                return
            *lines, self._begun = (self._begun + came).split(b"\n")
            for line in lines:
                text = _TIME.sub("", line.decode("utf-8", "replace").strip())
                self._log.log(_level(text), text)
            if not came:
                return


def _level(text: str) -> int:
    """By the words of who has no levels."""
    return next((level for word, level in _LEVELS.items() if word in text), logging.INFO)


_TIME = re.compile(r"^\d{10}: ")
"""How mosquitto begins a line: seconds since 1970. Our lines have a time of their own."""

_LEVELS = {"Error": logging.ERROR, "Warning": logging.WARNING}


@dataclass
class Child:
    """One of them. ``ended_at_s`` is when it was last seen to have ended."""

    name: str
    begin: Callable[[], Running]
    process: Running
    ended_at_s: float = 0.0


@dataclass
class Children:
    """Several programs, kept running until ``stop``. ``environment`` is for strangers; parts have ours.

    ``logs_lines``: what strangers write becomes lines of our log, within a turn of ``tend``; otherwise it stands among
    them as it is.
    """

    environment: dict[str, str]
    logs_lines: bool = False
    programs: list[Child] = field(default_factory=list)
    lines: list[_Lines] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a stranger and keep it running."""
        writes_to: int | TextIO = sys.stderr
        if self.logs_lines:
            self.lines.append(_Lines(name))
            writes_to = self.lines[-1].far_end
        self._keep(name, lambda: self._spawn(command, writes_to))

    def start_part(self, name: str, run: Callable[[], None]) -> None:
        """Start a part of ours, whose whole life is ``run``, and keep it running. Import all it needs before."""
        gc.collect()
        gc.freeze()  # or the parts' first collections write into every object, and nothing is shared any more
        self._keep(name, lambda: _Fork(name, run))

    def _keep(self, name: str, begin: Callable[[], Running]) -> None:
        self.programs.append(Child(name, begin, begin()))

    def _spawn(self, command: Sequence[str], writes_to: int | TextIO) -> Running:
        return subprocess.Popen(
            list(command),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=writes_to,
            stderr=writes_to,
            preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 - one system call, no lock
            start_new_session=True,  # Ctrl-C reaches us; we tell them
        )

    def tend(self) -> None:
        """Start again what has ended, after a pause."""
        self._take_lines()
        now_s = time.monotonic()
        for child in self.programs:
            if (code := child.process.poll()) is None:
                continue
            if not child.ended_at_s:
                log.warning("%s ended (%s); starting it again", child.name, code)
                child.ended_at_s = now_s
            elif now_s - child.ended_at_s >= RESTART_AFTER_S:
                child.ended_at_s = 0.0
                child.process = child.begin()

    def stop(self) -> None:
        """End them all, last started first; whoever does not go is made to."""
        for child in reversed(self.programs):
            child.process.terminate()
            if not self._has_ended(child.process):
                child.process.kill()
                child.process.wait()
        self._take_lines()

    def _has_ended(self, process: Running) -> bool:
        """Whether it does in time. Who writes more than a pipe holds while it ends would wait for us for ever."""
        until_s = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < until_s:
            try:
                process.wait(TURN_S)
            except subprocess.TimeoutExpired:
                self._take_lines()
            else:
                return True
        return False

    def _take_lines(self) -> None:
        for each in self.lines:
            each.take()


def _die_with_parent(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare
