"""Births of a kiosk's link, held against those before: what is late, what is new, and what only a second machine does.

Pure. Every boot of a machine has an id of its own, drawn by its kernel and never drawn again, and its links are
numbered upwards. So a boot that was followed by another is over; when it gives birth again, under a number it has not
used, two machines hold the same identity. One such return may also be a broker that tells a kept birth before those
it had queued; two are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from fleet.protocol.messages import Session

BOOTS_KEPT = 8
"""Boots remembered, in the order of their births."""

BOOT_ID_MAX = 64
RETURNS_MAX = 1
"""Returns of an earlier boot that are let pass."""

Boots = Sequence[Sequence[str | int]]
"""Pairs of boot id and the last session number it was heard with, the present boot last; one that returned is there
twice."""


class Birth(Enum):
    """What a birth is."""

    LATE = auto()
    """Of a session that has been followed by another."""

    NEW = auto()
    ELSEWHERE = auto()
    """New, and of another machine than the birth before it."""


def read_birth(boots: Boots, session: Session) -> tuple[Birth, list[tuple[str, int]]]:
    """What ``session`` is after ``boots``, and what to remember from now on."""
    before = [(str(boot), int(no)) for boot, no in boots]
    now = (session.boot_id[:BOOT_ID_MAX], session.session_no)
    is_same_boot = bool(before) and before[-1][0] == now[0]
    heard_no = max((no for boot, no in before if boot == now[0]), default=-1)
    if now[1] < heard_no or (now[1] == heard_no and not is_same_boot):
        return Birth.LATE, before
    kept = [*(before[:-1] if is_same_boot else before), now][-BOOTS_KEPT:]
    names = [boot for boot, _ in kept]
    returns = len(names) - len(set(names))
    is_elsewhere = not is_same_boot and heard_no >= 0 and returns > RETURNS_MAX
    return (Birth.ELSEWHERE if is_elsewhere else Birth.NEW), kept
