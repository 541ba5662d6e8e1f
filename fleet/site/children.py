"""Programs that live and die with us: started, watched, started again, and ended without a trace."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal a process gets when its parent dies, however that died."""

RESTART_AFTER_S = 1.0
STOP_TIMEOUT_S = 10.0


@dataclass
class Child:
    """One program. ``ended_at_s`` is when it was last seen to have ended."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    ended_at_s: float = 0.0


@dataclass
class Children:
    """Several programs, kept running until ``stop``."""

    environment: dict[str, str]
    programs: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a program and keep it running."""
        child = Child(name, command)
        self.programs.append(child)
        self._spawn(child)

    def _spawn(self, child: Child) -> None:
        child.process = subprocess.Popen(
            list(child.command),
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
            if child.process is None or child.process.poll() is None:
                continue
            if not child.ended_at_s:
                log.warning("%s ended (%s); starting it again", child.name, child.process.returncode)
                child.ended_at_s = now_s
            elif now_s - child.ended_at_s >= RESTART_AFTER_S:
                child.ended_at_s = 0.0
                self._spawn(child)

    def stop(self) -> None:
        """End them all, last started first; whoever does not go is made to."""
        for child in reversed(self.programs):
            if child.process is None:
                continue
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
