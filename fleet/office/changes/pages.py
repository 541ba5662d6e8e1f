"""The pages in which an office's items travel, and what their cursors mean.

A cursor is ``generation.seq.began``: these items, up to this number, fetched from nothing since the revision ``began``
(0 when not). Items that were gone by then are not told to who began after it, and may have been forgotten.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from fleet.office.changes.models import OfficeItem, OfficeLog
from fleet.office.changes.publishing import brought_up_to_date
from fleet.office.models import Office
from fleet.protocol import office as wire

PAGE_ITEMS = 1000
PAGE_CHARACTERS = 256 * 1024
"""What a page holds at most, but for a single item that is larger; about 30 kB on the wire."""

_CURSOR = re.compile(r"([0-9a-f]{1,32})\.([0-9]{1,10})\.([0-9]{1,10})")


class _From(NamedTuple):
    """Where a page begins."""

    seq: int
    began: int
    anew: bool


def page_after(office_id: str, cursor: str, items_max: int = PAGE_ITEMS) -> wire.OfficePage:
    """What comes after ``cursor``, or the first page of all there is when that cannot be gone on from."""
    log, revision = brought_up_to_date(office_id)
    begin = _begin(log, revision, cursor)
    rows = OfficeItem.objects.filter(office_id=office_id, seq__gt=begin.seq)
    if begin.began:
        rows = rows.exclude(gone=True, seq__lte=begin.began)
    changes: list[wire.Change] = []
    last, characters, more = begin.seq, 0, False
    for kind, key, seq, gone, body in rows.order_by("seq").values_list("kind", "key", "seq", "gone", "body")[
        : items_max + 1
    ]:
        if changes and (len(changes) == items_max or characters + len(body) > PAGE_CHARACTERS):
            more = True
            break
        item = msgspec.Raw(b"null" if gone else body.encode())
        changes.append(wire.Change(kind=kind, key=key, item=item))
        last, characters = seq, characters + len(body)
    if OfficeLog.objects.values_list("pruned_through", flat=True).get(pk=log.pk) != log.pruned_through:
        return page_after(
            office_id, cursor, items_max
        )  # something was forgotten while we looked: it may be missing here
    # Everything up to the revision read before these rows were is among them: later rows may be, too.
    end = last if more else max(revision, last)
    office_id, hash_key = Office.objects.values_list("pk", "hash_key").get(pk=office_id)
    return wire.OfficePage(
        office_id=office_id,
        hash_key=hash_key,
        revision=max(revision, last),
        since=cursor,
        cursor=f"{log.generation}.{end}.{begin.began if more else 0}",
        anew=begin.anew,
        more=more,
        changes=tuple(changes),
    )


def _begin(log: OfficeLog, revision: int, cursor: str) -> _From:
    parts = _CURSOR.fullmatch(cursor)
    if parts is not None and parts[1] == log.generation:
        seq, began = int(parts[2]), int(parts[3])
        if seq <= revision and max(seq, began) >= log.pruned_through:
            return _From(seq, began, anew=False)
    return _From(0, revision, anew=True)
