"""One piece of work at a time, each a process of its own: what waits for a slow line or a slow card ends nobody's wait.

Rules: nothing here blocks; a process that is stopped is killed and seen to its end; its words are read when it is over.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import tempfile
from collections.abc import Sequence

import msgspec

log = logging.getLogger(__name__)

OUTPUT_BYTES_MAX = 64 * 1024

NOT_STARTED = 127
"""Exit code of a command that is not there, as a shell has it."""


class Ended(msgspec.Struct, frozen=True):
    """A piece of work is over. ``output``: what it wrote, its last part if that is long."""

    code: int
    output: bytes

    @property
    def last_line(self) -> str:
        """For a technician."""
        lines = [line.strip() for line in self.output.decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1][:200] if lines else f"exit code {self.code}"


class Work:
    """The process at work, if there is one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this lives
        self._failed: Ended | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something was begun whose end nobody has taken yet."""
        return self._process is not None or self._failed is not None

    def begin(self, command: Sequence[str], given: bytes = b"", *, errors_too: bool = True) -> None:
        """Start it; ``given`` on its standard input. ``errors_too``: whether complaints belong to ``output``.

        One that cannot be started is one that ended at once.
        """
        self._output.seek(0)
        self._output.truncate()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=self._output,
                stderr=subprocess.STDOUT if errors_too else None,
            )
        except OSError as err:
            self._failed = Ended(NOT_STARTED, f"{command[0]}: {err.strerror}".encode())
            return
        with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code says so
            assert self._process.stdin is not None  # noqa: S101 - asked for
            self._process.stdin.write(given)
            self._process.stdin.close()

    def ended(self) -> Ended | None:
        """How it ended, once; None while it is at work."""
        if self._failed is not None:
            failed, self._failed = self._failed, None
            return failed
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._process = None
        size = self._output.seek(0, 2)
        self._output.seek(max(0, size - OUTPUT_BYTES_MAX))
        return Ended(code, self._output.read())

    def stop(self) -> None:
        """End it now; its end is nobody's business any more."""
        self._failed = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop, and let go of what was held."""
        self.stop()
        self._output.close()
