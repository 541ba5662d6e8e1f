"""Where the items of each kind come from: the one place that knows every kind that travels to kiosks.

A provider gives the items of an office that exist now: those with the keys asked for, or all of them (None). It gives
nothing of another office, and no person's name but those of the office's own officers. It may not import
``publishing``, which stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import msgspec
from django.db.models import Model, QuerySet

from fleet.office.cases.providing import cases, manuals, permits
from fleet.office.channels.items import slip_keys, topics
from fleet.office.folders.models import Officer, Standing
from fleet.office.models import Factory, Folder, Notice
from fleet.protocol import office as wire

M = TypeVar("M", bound=Model)
Keys = Collection[str] | None
Provider = Callable[[str, Keys], Iterator[wire.Item]]
"""From an office's id and the keys that may have changed to what is there."""

_ROWS_AT_ONCE = 2000


def only(rows: QuerySet[M], keys: Keys) -> Iterator[M]:
    """The rows with these primary keys, all when it is None, with what they prefetch."""
    return (rows if keys is None else rows.filter(pk__in=keys)).iterator(_ROWS_AT_ONCE)


def factories(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """What a kiosk may know of a factory."""
    rows = Factory.objects.filter(office_id=office_id).prefetch_related("owner_hashes")
    for each in only(rows, keys):
        yield wire.Factory(
            factory_no=each.factory_no,
            name_th=each.name_th,
            name_en=each.name_en,
            old_no=each.old_no,
            owner_hashes=tuple(sorted(owner.hash for owner in each.owner_hashes.all())),
        )


def notices(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Notices that may be shown: not those withdrawn."""
    for each in only(Notice.objects.filter(factory__office_id=office_id, withdrawn_at__isnull=True), keys):
        yield wire.Notice(
            notice_no=each.notice_no,
            reference=each.reference,
            factory_no=each.factory_id,
            item_th=each.item_th,
            item_en=each.item_en,
            lines=msgspec.convert(each.lines, tuple[wire.Line, ...]),
            amount_satang=each.amount_satang,
            due_on=each.due_on,
            paid_at=each.paid_at,
            sample=each.sample,
        )


def folders(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Folders, their places, and who has them."""
    standing = Standing.objects.filter(office_id=office_id, out_since__isnull=False)
    out = {each.pk: each for each in (standing if keys is None else standing.filter(pk__in=keys))}
    for each in only(Folder.objects.filter(factory__office_id=office_id), keys):
        lent = out.get(each.pk)
        yield wire.Folder(
            folder_id=each.folder_id,
            factory_no=each.factory_id,
            room=each.room,
            cabinet=each.cabinet,
            shelf=each.shelf,
            slot=each.slot,
            out_to=lent.out_to if lent else "",
            out_to_name=lent.out_to_name if lent else "",
            out_since=lent.out_since if lent else None,
        )


def officers(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Officers whose card opens the folder desk."""
    rows = Officer.objects.filter(office_id=office_id, left_at__isnull=True).exclude(card_hash="")
    for each in rows if keys is None else rows.filter(officer_no__in=keys):
        yield wire.Officer(
            officer_no=each.officer_no, name_th=each.name_th, name_en=each.name_en, card_hash=each.card_hash
        )


PROVIDERS: dict[type[wire.Item], Provider] = {
    wire.Factory: factories,
    wire.Notice: notices,
    wire.Folder: folders,
    wire.Officer: officers,
    wire.Topic: topics,
    wire.SlipKey: slip_keys,
    wire.Case: cases,
    wire.Permit: permits,
    wire.Manual: manuals,
}
"""In the order in which a kiosk gets them when it begins anew."""
