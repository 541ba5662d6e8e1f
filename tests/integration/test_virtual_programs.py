"""Processes kept running, with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from kiosk.virtual.programs import Program

_PATIENCE_S = 60.0

_SLEEPER = "print('up', flush=True); import signal; signal.pause()"
_DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    signal.pause()
"""

_KEEPER = """
import asyncio, sys
from kiosk.virtual.programs import Program
async def keep():
    program = Program("sleeper", [sys.executable, "-c", {sleeper!r}], {{}}, lambda line: None)
    program.start()
    while program.state.pid is None:
        await asyncio.sleep(0.01)
    print(program.state.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(keep())
"""


class Rig:
    """A program, what it said, and a way to wait for things without looking away."""

    def __init__(self, code: str, environment: dict[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self._happened = asyncio.Event()
        self.program = Program("test", [sys.executable, "-c", code], environment or {}, self._say)
        self.program.changed = self._happened.set

    def _say(self, line: str) -> None:
        self.lines.append(line)
        self._happened.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not holds():
                self._happened.clear()
                await self._happened.wait()


def run(story: Callable[[Rig], Awaitable[None]], code: str, environment: dict[str, str] | None = None) -> Rig:
    async def with_program() -> Rig:
        rig = Rig(code, environment)
        rig.program.start()
        try:
            await story(rig)
        finally:
            await rig.program.stop()
            await rig.program.stop()
        assert rig.program.state.pid is None
        return rig

    return asyncio.run(with_program())


def lives(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_lines_come_with_the_name_in_front_and_the_environment_arrives() -> None:
    async def story(rig: Rig) -> None:
        await rig.until(lambda: "test | ตัวอย่าง" in rig.lines)

    run(story, "import os; print(os.environ['WORD'], flush=True); " + _SLEEPER, {"WORD": "ตัวอย่าง"})


def test_what_exits_is_started_again_and_counted() -> None:
    async def story(rig: Rig) -> None:
        await rig.until(lambda: rig.program.state.restarts == 2)
        assert rig.program.state.last_exit == 3

    rig = run(story, "raise SystemExit(3)")
    assert "test exited with 3; starting it again in 0.5 s" in rig.lines
    assert "test exited with 3; starting it again in 1 s" in rig.lines


def test_what_is_killed_is_started_again() -> None:
    async def story(rig: Rig) -> None:
        await rig.until(lambda: "test | up" in rig.lines)
        assert rig.program.kill()
        await rig.until(lambda: rig.lines.count("test | up") == 2)
        assert rig.program.state.last_exit == -signal.SIGKILL
        assert rig.program.state.restarts == 1

    run(story, _SLEEPER)


def test_a_line_too_long_to_show_is_not_the_end() -> None:
    async def story(rig: Rig) -> None:
        await rig.until(lambda: "test | up" in rig.lines)

    rig = run(story, "print('x' * 3_000_000); " + _SLEEPER)
    assert "test | (a line too long to show)" in rig.lines


def test_stopping_leaves_no_process_behind() -> None:
    pids: list[int] = []

    async def story(rig: Rig) -> None:
        await rig.until(lambda: "test | up" in rig.lines)
        pids.append(rig.program.state.pid or 0)
        assert lives(pids[0])

    run(story, _SLEEPER)
    assert not lives(pids[0])


def test_what_does_not_heed_sigterm_is_killed() -> None:
    pids: list[int] = []

    async def story(rig: Rig) -> None:
        await rig.until(lambda: "test | up" in rig.lines)
        pids.append(rig.program.state.pid or 0)

    rig = run(story, _DEAF)
    assert not lives(pids[0])
    assert "test did not end in 8 s; killing it" in rig.lines


def test_a_killed_keeper_takes_its_program_along() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KEEPER.format(sleeper=_SLEEPER)], stdout=subprocess.PIPE, text=True
    ) as keeper:
        assert keeper.stdout is not None
        pid = int(keeper.stdout.readline())
        watching = os.pidfd_open(pid)
        assert lives(pid)
        keeper.kill()
    _await_end(watching)
    assert not lives(pid)


def _await_end(pidfd: int) -> None:
    """Until the process behind ``pidfd`` has ended, or the test's patience has."""
    import select

    readable, _, _ = select.select([pidfd], [], [], _PATIENCE_S)
    os.close(pidfd)
    assert readable
