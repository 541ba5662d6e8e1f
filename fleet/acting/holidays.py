"""Changing the calendar of days off, and with it, in the same transaction, every deadline that is still open.

Days come one by one, or as a file, whole or not at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import announce_office
from fleet.office.holidays.keeping import Entry, add, remove
from fleet.office.holidays.models import Holiday
from fleet.office.holidays.moving import Moved, bring_up
from fleet.office.holidays.reading import Read, read
from fleet.office.register.tables import Refusal, TableError
from fleet.people.scope import Scope

FILE_BYTES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Changed:
    """The days that are new or gone, and what has moved with them."""

    days: list[Holiday]
    moved: Moved


@transaction.atomic
def change(by: User, *, more: Iterable[Entry] = (), gone: Holiday | None = None) -> Changed:
    """Add days, or take one away.

    Raises: NoWorkingDayError when no working day would be left somewhere; nothing has changed.
    """
    days = add(more, by)
    if gone is not None:
        remove(gone, by)
        days.append(gone)
    moved = bring_up([(each.on, each.province_id) for each in days], timezone.localdate(), by)
    for office_id in sorted(moved.offices):
        announce_office(office_id)
    return Changed(days, moved)


def read_file(chunks: Iterable[bytes], scope: Scope) -> Read:
    """The days in a file that somebody sends; nothing has changed yet.

    Raises: TableError when it is no table of days off, or has more than ``FILE_BYTES_MAX``; ask for another file.
    """
    with tempfile.NamedTemporaryFile() as kept:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > FILE_BYTES_MAX:
                raise TableError(Refusal.TOO_LARGE)
            kept.write(chunk)
        kept.flush()
        return read(Path(kept.name), scope.may_change)
