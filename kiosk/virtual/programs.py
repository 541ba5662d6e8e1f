"""Keeps the kiosk's real processes running, as systemd does on the device.

Whatever exits is started again, after a back-off that grows while it keeps exiting; what a process prints is passed on
line by line with its name in front. Each runs in a session of its own, so that Ctrl-C reaches only us and we stop them
in order, and each is told by the kernel (``setpriv --pdeathsig``) when we are killed, so that none is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_FIRST_BACKOFF_S = 0.5
_TOP_BACKOFF_S = 10.0
_STEADY_AFTER_S = 30.0  # a process that lived this long has its back-off forgiven
_STOP_TIMEOUT_S = 8.0  # then SIGKILL
_LONGEST_LINE_BYTES = 1 << 20
_CANNOT_START = 127  # what a shell says


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What the page shows of a process. ``last_exit`` as a shell gives it: negative for a signal."""

    name: str
    pid: int | None
    restarts: int
    last_exit: int | None


class Program:
    """One process, kept running between ``start`` and ``stop``."""

    def __init__(
        self, name: str, argv: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self._name = name
        self._argv = ("setpriv", "--pdeathsig", "TERM", "--", *argv)
        self._environment = {**os.environ, **environment}
        self._say = say
        self._keeper: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._restarts = 0
        self._last_exit: int | None = None
        self.changed: Callable[[], None] = lambda: None

    @property
    def state(self) -> ProgramState:
        """The process now."""
        pid = None if self._process is None else self._process.pid
        return ProgramState(self._name, pid, self._restarts, self._last_exit)

    def start(self) -> None:
        """Start it and keep it running."""
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def kill(self) -> bool:
        """Kill it without warning, as a power cut or the kernel would; it is started again. False when not running."""
        if self._process is None:
            return False
        _signal_group(self._process.pid, signal.SIGKILL)
        return True

    async def stop(self) -> None:
        """Ask it to end, wait, then insist. Calling it again does nothing."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)

    async def _keep(self) -> None:
        backoff_s = _FIRST_BACKOFF_S
        while True:
            began_s = time.monotonic()
            self._last_exit = await self._run_once()
            self.changed()
            if time.monotonic() - began_s >= _STEADY_AFTER_S:
                backoff_s = _FIRST_BACKOFF_S
            self._say(f"{self._name} exited with {self._last_exit}; starting it again in {backoff_s:g} s")
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, _TOP_BACKOFF_S)
            self._restarts += 1

    async def _run_once(self) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                limit=_LONGEST_LINE_BYTES,
            )
        except OSError as err:  # setpriv missing, no more processes: say so and go on trying, as systemd would
            self._say(f"{self._name} cannot be started: {err.strerror}")
            return _CANNOT_START
        self._process = process
        self.changed()
        try:
            await self._pass_on(process)
            return await process.wait()
        finally:
            await self._end(process)
            self._process = None

    async def _pass_on(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            raise RuntimeError("started without a pipe")
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # asyncio's word for a line over the limit; it has thrown the line away
                self._say(f"{self._name} | (a line too long to show)")
                continue
            if not line:
                return
            self._say(f"{self._name} | {line.decode('utf-8', 'replace').rstrip()}")

    async def _last_words(self, process: asyncio.subprocess.Process) -> None:
        await self._pass_on(process)
        await process.wait()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            # Not asyncio.timeout: until Python 3.11.3 it gives no TimeoutError in a task that is being cancelled.
            ending = asyncio.ensure_future(self._last_words(process))
            done, _ = await asyncio.wait({ending}, timeout=_STOP_TIMEOUT_S)
            if not done:
                ending.cancel()
                self._say(f"{self._name} did not end in {_STOP_TIMEOUT_S:g} s; killing it")
        _signal_group(process.pid, signal.SIGKILL)  # also whatever it left behind in its group
        await process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
