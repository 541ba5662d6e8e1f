"""Writing a line of the trail, and finding out whether anybody has changed one.

Each line's digest is over the line and the digest before it: whoever changes, leaves out or puts in one breaks every
digest after it. Whoever can rewrite the whole table can make all of them anew; against that there is the anchor, the
last number and digest, which people write down somewhere else (``fleet audit anchor``, the foot of the page).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from fleet.audit.models import Entry, Kind
from fleet.audit.turns import in_turn
from fleet.protocol.thai import IdNumber, replace_id_numbers

BEGINNING = "0" * 64
"""What stands before the first line."""

SAID_CHARACTERS_MAX = 300
"""Of one value: a reason, or what was searched for."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who: an account, or with ``user_id`` None a visitor or a program; and from where."""

    user_id: int | None
    name: str
    address: str = ""


def doer_of(user: AbstractBaseUser | AnonymousUser, address: str) -> Doer:
    """The account of a request, or nobody."""
    if not user.is_authenticated:
        return Doer(None, "", address)
    return Doer(int(user.pk), user.get_username(), address)


@dataclass(frozen=True, slots=True)
class Act:
    """What. ``about``: the name of the thing. ``said``: what else is worth knowing; ID numbers in it are masked."""

    kind: Kind
    what: str
    about: str = ""
    dopa_code: int | None = None
    said: Mapping[str, str | int] = field(default_factory=dict)


def write(doer: Doer, act: Act) -> None:
    """One line, in the transaction that is open, or in one of its own.

    In a deed's transaction it comes last: until that ends, nobody else's line can be written.
    """
    with in_turn("trail"):
        last = Entry.objects.order_by("-number").values_list("number", "digest").first()
        number, previous = last or (0, BEGINNING)
        entry = Entry(
            number=number + 1,
            at=timezone.now(),
            by_id=doer.user_id,
            by_name=doer.name[:150],
            address=doer.address[:45],
            kind=act.kind,
            what=act.what[:60],
            about=_masked(act.about)[:120],
            dopa_code=act.dopa_code,
            said=_written(act.said),
            previous=previous,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)


def _written(said: Mapping[str, str | int]) -> str:
    if not said:
        return ""
    told = {
        key: _masked(value)[:SAID_CHARACTERS_MAX] if isinstance(value, str) else value for key, value in said.items()
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _masked(text: str) -> str:
    return replace_id_numbers(text, IdNumber, lambda number: number.masked)


def digest_of(entry: Entry) -> str:
    """SHA-256, as hex, over the line as a JSON array in this order. Whoever checks without us does the same."""
    told = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.by_id,
        entry.by_name,
        entry.address,
        str(entry.kind),
        entry.what,
        entry.about,
        entry.dopa_code,
        entry.said,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the trail: to be written down elsewhere, and compared later."""

    number: int
    digest: str
    at: datetime | None = None


def anchor() -> Anchor:
    """The end as it is now; number 0 when nothing is written yet."""
    last = Entry.objects.order_by("-number").first()
    return Anchor(last.number, last.digest, last.at) if last else Anchor(0, BEGINNING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``broken_at``: the first line that does not follow from the one before; None: all do. ``end``: of what holds."""

    broken_at: int | None
    end: Anchor


def verify(entries: Iterable[Entry], kept: Anchor | None = None) -> Verdict:
    """Follow the chain from its beginning, and through ``kept`` when somebody has written one down."""
    end = Anchor(0, BEGINNING)
    for entry in entries:
        follows = entry.number == end.number + 1 and entry.previous == end.digest and entry.digest == digest_of(entry)
        if not follows or (kept and entry.number == kept.number and entry.digest != kept.digest):
            return Verdict(end.number + 1, end)
        end = Anchor(entry.number, entry.digest, entry.at)
    if kept and end.number < kept.number:
        return Verdict(end.number + 1, end)
    return Verdict(None, end)


def whole_trail() -> Iterable[Entry]:
    """Every line from the first, a thousand at a time."""
    found: Iterable[Entry] = Entry.objects.order_by("number").iterator(1000)
    return found
