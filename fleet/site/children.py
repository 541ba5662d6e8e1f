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
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal a process gets when its parent dies, however that died."""

PR_SET_NAME = 15
"""From linux/prctl.h: what ``ps -o comm`` and ``top`` call a process, 15 bytes of it."""

RESTART_AFTER_S = 1.0
STOP_TIMEOUT_S = 10.0
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
    run()


@dataclass
class Child:
    """One of them. ``ended_at_s`` is when it was last seen to have ended."""

    name: str
    begin: Callable[[], Running]
    process: Running
    ended_at_s: float = 0.0


@dataclass
class Children:
    """Several programs, kept running until ``stop``. ``environment`` is for strangers; parts have ours."""

    environment: dict[str, str]
    programs: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a stranger and keep it running."""
        self._keep(name, lambda: self._spawn(command))

    def start_part(self, name: str, run: Callable[[], None]) -> None:
        """Start a part of ours, whose whole life is ``run``, and keep it running. Import all it needs before."""
        gc.collect()
        gc.freeze()  # or the parts' first collections write into every object, and nothing is shared any more
        self._keep(name, lambda: _Fork(name, run))

    def _keep(self, name: str, begin: Callable[[], Running]) -> None:
        self.programs.append(Child(name, begin, begin()))

    def _spawn(self, command: Sequence[str]) -> Running:
        return subprocess.Popen(
            list(command),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 - one system call, no lock
            start_new_session=True,  # Ctrl-C reaches us; we tell them
        )

    def tend(self) -> None:
        """Start again what has ended, after a pause."""
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
            try:
                child.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def _die_with_parent(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare
