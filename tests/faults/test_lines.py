"""Bad lines: slow and stalling, cut again and again, dead without a word, and the cable pulled out of a network.

Two ways: a relay that a kiosk's link runs through (``tests.support.bad_line``), and a network namespace of its own that
is joined to ours by a cable. The kiosk finds out by its keepalive, comes back with jitter, and everything arrives once;
the fleet meanwhile says offline.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.bad_line import BadLine
from tests.support.bare_kiosk import MakeBare
from tests.support.broker import Fleet, eventually
from tests.support.fault_table import Tell
from tests.support.namespaces import Site, site

KEEPALIVE_S = 15
"""As the kiosk's link has it; it gives up after two of these at most, the broker after one and a half."""

NOTICED_S = 3 * KEEPALIVE_S + 10
BACK_S = 90.0
LOSS_PERCENT = 20
"""Of the packets, each way: far worse than any line a kiosk is left on."""


@pytest.fixture
def far_away(folder: Path) -> Iterator[Site | None]:
    with site(folder) as joined:
        yield joined


def is_alive(fleet: Fleet, kiosk_id: str) -> bool:
    return bool(fleet.rows("SELECT 1 FROM devices_kioskstate WHERE kiosk_id = ? AND alive", kiosk_id))


@pytest.mark.timeout(1800)
def test_bad_lines(
    fleet: Fleet, folder: Path, table: Tell, bare: MakeBare, far_away: Site | None, *, is_long: bool
) -> None:
    broker = ("127.0.0.1", int(fleet.ports["broker"]))
    with table("lines") as row, ExitStack() as held:
        dead, slow = (held.enter_context(BadLine(broker, seed=seed)) for seed in (1, 2))
        at_dead, at_slow = (bare(fleet, kiosk_id, folder / kiosk_id) for kiosk_id in ("CBI-01", "CBI-02"))
        at_dead.configure(broker_port=dead.port)
        at_slow.configure(broker_port=slow.port)
        silent = [at_dead]
        if far_away is not None:
            door = held.enter_context(BadLine(broker, host=far_away.here))
            at_far = bare(fleet, "KKN-01", folder / "far", prefix=far_away.prefix)
            at_far.configure(host="localhost", broker_port=door.port)
            silent.append(at_far)
            far_away.lose(LOSS_PERCENT)
        kiosks = (at_slow, *silent)
        for kiosk in kiosks:
            kiosk.start()
        for round_no in range(6 if is_long else 1):
            for kiosk in kiosks:
                kiosk.write(20)
            eventually(lambda: all(kiosk.is_settled and is_alive(fleet, kiosk.kiosk_id) for kiosk in kiosks), BACK_S)
            slow.delay_s, slow.stall_share, slow.stall_s = 0.15, 0.3, 1.5
            dead.is_dead = True
            row.tried["line dead, not closed"] += 1
            if far_away is not None:
                far_away.set_cable(is_in=False)
                row.tried["cable pulled"] += 1
            until_s, lost = time.monotonic() + NOTICED_S, [kiosk.log.count("link lost") for kiosk in silent]
            # Meanwhile the third kiosk's line is bad all the time, and breaks again and again.
            while not all(kiosk.log.count("link lost") > count for kiosk, count in zip(silent, lost, strict=True)):
                assert time.monotonic() < until_s, "a kiosk did not notice"
                for kiosk in kiosks:
                    kiosk.write(2)
                slow.cut()
                row.tried["cut"] += 1
                sent = at_slow.log.count("link is up")
                eventually(lambda sent=sent: at_slow.log.count("link is up") > sent, BACK_S)
            eventually(lambda: not any(is_alive(fleet, kiosk.kiosk_id) for kiosk in silent), NOTICED_S)
            dead.is_dead = False
            if far_away is not None:
                far_away.set_cable(is_in=True)
            if round_no % 2 == 0:
                _refuse_for_a_while(dead, row.tried)
        slow.delay_s = slow.stall_share = 0.0
        eventually(lambda: all(kiosk.is_settled and is_alive(fleet, kiosk.kiosk_id) for kiosk in kiosks), BACK_S)
        for kiosk in kiosks:
            kiosk.close()
        row.seen = f"{sum(kiosk.account() for kiosk in kiosks)} records, each once; "
        if far_away is None:
            row.seen += "no network of its own for an ordinary user, so no packet lost"
        else:
            lost_packets = far_away.packets_lost
            row.seen += f"{lost_packets} packets lost, {LOSS_PERCENT} % each way"
            assert lost_packets > 0, "nothing was lost: the line was good"


def _refuse_for_a_while(line: BadLine, tried: dict[str, int]) -> None:
    """Whoever is turned away comes again after pauses that differ."""
    line.is_refusing = True
    line.cut()
    before = len(line.attempts)
    eventually(lambda: len(line.attempts) >= before + 5, BACK_S)
    line.is_refusing = False
    times = line.attempts[before:]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    # Four draws from nothing to 2, 4, 8 and 16 s: that all lie this close together happens once in 500,000 times.
    assert max(pauses) - min(pauses) > 0.05, f"no jitter: {pauses}"
    tried["refused"] += len(times)
