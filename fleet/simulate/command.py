"""`fleet simulate`: a crowd in a few processes, a line every few seconds, a table at the end.

Nothing here knows the fleet's inside: kiosks and identities are made by who calls (``fleet.site.simulated``).
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType

import msgspec

from fleet.simulate.crowd import WAITED_MS, Tally
from fleet.simulate.plan import Plan

TELL_EVERY_S = 5.0
STOP_TIMEOUT_S = 30.0


class CrowdDiedError(Exception):
    """One of the processes has ended by itself; its last words are on standard error."""


class Simulation:
    """The processes of one crowd; a context manager."""

    def __init__(self, plan: Plan, processes: int) -> None:
        shares = [plan.kiosk_ids[number::processes] for number in range(processes)]
        self._running = [
            _start(msgspec.structs.replace(plan, kiosk_ids=share, seed=plan.seed + number))
            for number, share in enumerate(shares)
            if share
        ]
        self._latest: dict[int, Tally] = {}

    def __enter__(self) -> Simulation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def hear(self, timeout_s: float) -> None:
        """Take in what the processes tell, for so long.

        Raises: CrowdDiedError.
        """
        until_s = time.monotonic() + timeout_s
        files = {process.stdout.fileno(): process for process in self._running if process.stdout is not None}
        while (left_s := until_s - time.monotonic()) > 0:
            for file in select.select(list(files), [], [], left_s)[0]:
                process = files[file]
                line = process.stdout.readline() if process.stdout else b""
                if not line:
                    raise CrowdDiedError(f"process {process.pid} ended")
                self._latest[process.pid] = msgspec.json.decode(line, type=Tally)

    def tally(self) -> Tally:
        """All together."""
        all_of_it = list(self._latest.values())
        counts: Counter[str] = Counter()
        for each in all_of_it:
            counts.update(each.counts)
        return Tally(
            kiosks=sum(each.kiosks for each in all_of_it),
            online=sum(each.online for each in all_of_it),
            revision_least=min((each.revision_least for each in all_of_it), default=0),
            lag_s=max((each.lag_s for each in all_of_it), default=0.0),
            cpu_s=round(sum(each.cpu_s for each in all_of_it), 2),
            counts=dict(counts),
        )

    def wait_until(self, what: Callable[[Tally], bool], timeout_s: float) -> float:
        """Until the tally is as wanted; the seconds that took.

        Raises: TimeoutError with the last tally; CrowdDiedError.
        """
        began_s = time.monotonic()
        while not (self._latest and what(self.tally())):
            if time.monotonic() - began_s > timeout_s:
                raise TimeoutError(f"after {timeout_s:.0f} s: {self.tally()}")
            self.hear(0.1)
        return time.monotonic() - began_s

    def storm(self) -> None:
        """Cut every line at once."""
        self._order(b"storm\n")

    def _order(self, word: bytes) -> None:
        for process in self._running:
            assert process.stdin is not None  # noqa: S101 - we made it a pipe
            process.stdin.write(word)
            process.stdin.flush()

    def stop(self) -> None:
        """Everybody says goodbye; twice is fine."""
        for process in self._running:
            if process.stdin is not None and process.stdout is not None and not process.stdin.closed:
                process.stdin.close()
                for line in process.stdout:
                    self._latest[process.pid] = msgspec.json.decode(line, type=Tally)
                process.stdout.close()
                process.wait(STOP_TIMEOUT_S)


def _start(plan: Plan) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "fleet.simulate.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None  # noqa: S101 - we made it a pipe
    process.stdin.write(msgspec.json.encode(plan) + b"\n")
    process.stdin.flush()
    return process


def run(plan: Plan, processes: int, say: Callable[[str], None]) -> Tally:
    """Run a crowd as ``plan`` says, or until Ctrl-C; the tally at the end."""
    began_s = time.monotonic()
    storm_s = began_s + plan.storm_every_s
    with Simulation(plan, processes) as simulation:
        try:
            while not plan.seconds or time.monotonic() < began_s + plan.seconds:
                simulation.hear(min(TELL_EVERY_S, plan.seconds or TELL_EVERY_S))
                say(_progress(simulation.tally(), time.monotonic() - began_s))
                if plan.storm_every_s and time.monotonic() >= storm_s:
                    storm_s += plan.storm_every_s
                    simulation.storm()
        except KeyboardInterrupt:
            say("ending")
    return simulation.tally()


def _progress(tally: Tally, after_s: float) -> str:
    counts = tally.counts
    lost = sum(number for name, number in counts.items() if name.startswith("lost:"))
    return (
        f"{after_s:5.0f} s  {tally.online:,} of {tally.kiosks:,} online  statuses {counts.get('statuses', 0):,}  "
        f"records {counts.get('records committed', 0):,}/{counts.get('records written', 0):,}  "
        f"lines lost {lost:,}  late {tally.lag_s:.2f} s"
    )


def table(tally: Tally) -> str:
    """The tally for people: gauges, then counts."""
    rows: Sequence[tuple[str, str]] = [
        ("kiosks", f"{tally.kiosks:,}"),
        ("online at the end", f"{tally.online:,}"),
        ("settings revision, least", f"{tally.revision_least:,}"),
        ("processor", f"{tally.cpu_s:,.1f} s"),
        ("to be welcomed, mean", f"{tally.counts.get(WAITED_MS, 0) / max(1, tally.counts.get('births', 0)):,.0f} ms"),
        *((name, f"{number:,}") for name, number in sorted(tally.counts.items()) if name != WAITED_MS),
    ]
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(wide)}  {value.rjust(12)}" for name, value in rows)


def processes_here() -> int:
    """One a core."""
    return os.cpu_count() or 1
