"""Bench rows ``event-to-frame-p99-ms`` and ``start-to-frame-ms``: how fast the real front desk shows something.

An event is timed from the moment the world has done all it does to the last byte of the changed frame:

* scan: the last key of a known notice's code was written to the scanner's socket; half of the scans meet the idle
  screen, half the list of another notice;
* card in: the reader asked the card for its answer to reset for the first time. vpcd, the virtual reader, looks for a
  card only every 0.4 s; what passes before that is its affair, and no real reader's;
* card read: the card has answered the last command of the driver; the frame is the list of what its owner owes;
* touch: the finger has left a button. Reported, not promised.

Every sample counts, the first ones too. There are ``PASSES``; the 99th percentile of a pass is that of its slowest
promised kind, not of the mixture; the row's value is the middle one of the passes. Between the samples the bench times
a fixed piece of arithmetic, about as long as drawing takes: its own 99th percentile, given in the note, is what the
machine and whoever else uses it add to anything that runs on it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from drivers.card.samples import SOMCHAI
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import VirtualThaiIdCard
from tests.bench.desk import BACK_PX, Desk, desk
from tests.bench.office import notice_code
from tests.bench.rows import Row
from tests.bench.spread import median, percentile
from tests.support.pcscd import played_slot, running_pcscd

EVENT_GOAL_MS = 50
START_GOAL_MS = 1500
STARTS = 5
PASSES = 3
SCAN_ROUNDS = 70
"""In a pass; two scans and two touches each."""
CARD_ROUNDS = 8
"""In a pass; one card each, and about a second, most of which the virtual reader sleeps."""

_ARITHMETIC = 150_000
_PROMISED = ("scan", "card in", "card read")

Samples = dict[str, list[float]]
"""Milliseconds by kind of event."""


class _TimedCard(VirtualThaiIdCard):
    """Remembers when it was first seen and last answered."""

    seen_s = 0.0
    answered_s = 0.0

    @property
    def atr(self) -> bytes:
        self.seen_s = self.seen_s or time.monotonic()
        return super().atr

    def answer(self, apdu: bytes) -> bytes:
        reply = super().answer(apdu)
        self.answered_s = time.monotonic()
        return reply


def event_to_frame() -> list[Row]:
    """One row."""
    with running_pcscd() as pcscd, played_slot(pcscd) as slot, desk("pcsc:", pcscd.environment) as front:
        front.next_frame()
        front.await_devices()
        passes = [_one_pass(front, slot) for _ in range(PASSES)]
    p99_ms = [max(percentile(samples[kind], 0.99) for kind in _PROMISED) for samples in passes]
    pooled = {kind: [each for samples in passes for each in samples[kind]] for kind in passes[0]}
    return [
        Row(
            name="event-to-frame-p99-ms",
            value=round(median(p99_ms), 1),
            unit="ms",
            goal=EVENT_GOAL_MS,
            note=f"passes: {', '.join(f'{each:.0f}' for each in p99_ms)}; "
            + "; ".join(_told(kind, each) for kind, each in pooled.items()),
        )
    ]


def _one_pass(front: Desk, slot: VpcdSlot) -> Samples:
    samples: Samples = {kind: [] for kind in (*_PROMISED, "touch", "arithmetic alone")}
    for _ in range(SCAN_ROUNDS):
        _scan_round(front, samples)
        samples["arithmetic alone"].append(_arithmetic_ms())
    for _ in range(CARD_ROUNDS):
        _card_round(front, slot, samples)
    return samples


def start_to_frame() -> list[Row]:
    """One row: from the start of the process to the last byte of its first frame."""
    firsts_ms, idles_ms = [], []
    for _ in range(STARTS):
        with desk() as front:
            frame = front.next_frame()
            if frame is None:
                raise RuntimeError("the front desk never drew anything")
            firsts_ms.append((frame.at_s - front.started_s) * 1000)
            front.await_devices()
            idles_ms.append((front.shown.at_s - front.started_s) * 1000)
    return [
        Row(
            name="start-to-frame-ms",
            value=round(median(firsts_ms)),
            unit="ms",
            goal=START_GOAL_MS,
            note=f"median of {STARTS}, worst {max(firsts_ms):.0f}; "
            f"the idle screen, ready to be used, {median(idles_ms):.0f}; files are in the page cache",
        )
    ]


def _scan_round(front: Desk, samples: Samples) -> None:
    """Idle, one notice, another, and away."""
    for number in (1, 2):
        samples["scan"].append(_since(front, front.scan(notice_code(number))))
    _leave(front, samples)


def _card_round(front: Desk, slot: VpcdSlot, samples: Samples) -> None:
    """Idle, a card, its list, "take your card", the card is out, and idle again by way of a scan."""
    card = _TimedCard(SOMCHAI)
    slot.insert(card)
    frames = [front.changed_frame()]
    while "+ NoticesFound -> ChoosingNotice" not in front.log().rsplit("CardInserted", 1)[-1]:
        frames.append(front.changed_frame())
    frames += front.frames_until_rest()
    samples["card in"].append((frames[0].at_s - card.seen_s) * 1000)
    samples["card read"].append((frames[-1].at_s - card.answered_s) * 1000)
    _leave(front, samples)
    slot.remove()
    front.changed_frame()
    front.frames_until_rest()
    samples["scan"].append(_since(front, front.scan(notice_code(1))))
    _leave(front, samples)


def _leave(front: Desk, samples: Samples) -> None:
    """From the list to the menu, and from the menu away."""
    for _ in range(2):
        front.press(BACK_PX)
        front.changed_frame()  # the button shows that it is pressed
        samples["touch"].append(_since(front, front.release(BACK_PX)))


def _since(front: Desk, done_s: float) -> float:
    """Milliseconds from ``done_s`` to the changed frame; afterwards the screen is at rest."""
    frame = front.changed_frame()
    front.frames_until_rest()
    return (frame.at_s - done_s) * 1000


def _arithmetic_ms() -> float:
    began_s, total = time.monotonic(), 0
    for number in range(_ARITHMETIC):
        total += number
    return (time.monotonic() - began_s) * 1000


def _told(kind: str, samples_ms: Sequence[float]) -> str:
    middle, high = median(samples_ms), percentile(samples_ms, 0.99)
    return f"{kind}: median {middle:.0f}, p99 {high:.0f}, worst {max(samples_ms):.0f} of {len(samples_ms)}"
