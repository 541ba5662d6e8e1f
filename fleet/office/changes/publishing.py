"""Says that records of an office changed, so that its kiosks get them: called by whoever changes any.

``publish`` stands in the transaction of the change, after it. It compares the named records with what kiosks have, and
gives each that differs the next number of the office's revision. The office's row is locked from the first number to
the commit: numbers are committed in their order, so no cursor can step over one that comes later
(``decisions/0001-a-number-a-change.md``).

Rules: whoever publishes for several offices in one transaction does so in the order of their ids, or two of them
wait for each other. Telling kiosks that there is news is another step (``devices.desired.announce_office``).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

import msgspec
from django.db import transaction

from fleet.office.changes.models import OfficeItem, OfficeLog
from fleet.office.changes.providers import PROVIDERS, Keys
from fleet.office.models import Office
from fleet.protocol import office as wire

KEYS_MAX = 2000
"""More than that at once is an import: all is compared, once, when the next kiosk asks."""

GONE_MAX = 20_000
"""Items that are gone are remembered up to this many an office: some years' worth, and 1 MB at most."""

_ROWS_AT_ONCE = 500

_Found = dict[str, str]
"""From the key to the item's JSON."""


def publish(office_id: str, changed: Mapping[type[wire.Item], Collection[str]]) -> int:
    """Records of these kinds and keys were made, changed or taken away; the office's revision now.

    Naming one that has not changed costs a comparison and tells nobody anything.
    """
    with transaction.atomic():
        office = _locked(office_id)
        log = OfficeLog.objects.filter(pk=office_id).first()
        if log is None or log.is_stale:
            return _moved(office, 1)  # compared as a whole before anybody gets a page
        if sum(map(len, changed.values())) > KEYS_MAX:
            return _publish_all(office, log)
        for kind, keys in changed.items():
            _keep(office, kind, frozenset(keys))
        forget_gone(log)
        return office.revision


def publish_all(office_id: str) -> int:
    """Any records of the office may have changed; the office's revision now.

    Cheap: the comparison is made when a kiosk asks next, so an import of many offices does not pay for it.
    """
    with transaction.atomic():
        return _publish_all(_locked(office_id), OfficeLog.objects.filter(pk=office_id).first())


def _publish_all(office: Office, log: OfficeLog | None) -> int:
    if log is not None:
        OfficeLog.objects.filter(pk=log.pk).update(is_stale=True)
    return _moved(office, 1)


def brought_up_to_date(office_id: str) -> tuple[OfficeLog, int]:
    """The office's items as its records are, and the revision they are at; made when there are none yet."""
    log = OfficeLog.objects.filter(pk=office_id).first()
    if log is None or log.is_stale:
        with transaction.atomic():
            office = _locked(office_id)
            log, _ = OfficeLog.objects.get_or_create(office=office, defaults={"generation": secrets.token_hex(8)})
            if log.is_stale:  # nobody else was faster
                for kind in PROVIDERS:
                    _keep(office, kind, None)
                log.is_stale = False
                log.save(update_fields=["is_stale"])
                forget_gone(log)
    return log, Office.objects.values_list("revision", flat=True).get(pk=office_id)


def _locked(office_id: str) -> Office:
    """The office, its row ours until the transaction ends. SQLite has one writer at a time anyway."""
    return Office.objects.select_for_update(no_key=True).get(pk=office_id)


def _moved(office: Office, count: int) -> int:
    """The office's revision, ``count`` further."""
    office.revision += count
    Office.objects.filter(pk=office.pk).update(revision=office.revision)
    return office.revision


def _keep(office: Office, kind: type[wire.Item], keys: Keys) -> None:
    """Give the items of this kind that are not as they were their new numbers."""
    found = {each.key: msgspec.json.encode(each).decode() for each in PROVIDERS[kind](office.pk, keys)}
    rows = OfficeItem.objects.filter(office=office, kind=kind.KIND)
    if keys is not None:
        rows = rows.filter(key__in=keys)
    held: _Found = dict(rows.filter(gone=False).values_list("key", "body"))
    differ = {key: body for key, body in found.items() if held.get(key) != body}
    gone = held.keys() - found.keys()
    numbers = iter(range(office.revision + 1, office.revision + 1 + len(differ) + len(gone)))
    items = [_item(office, kind, key, body, next(numbers)) for key, body in differ.items()]
    items += [_item(office, kind, key, None, next(numbers)) for key in sorted(gone)]
    for some in _batches(items):
        OfficeItem.objects.bulk_create(
            some,
            update_conflicts=True,
            unique_fields=["office", "kind", "key"],
            update_fields=["seq", "gone", "body"],
        )
    if items:
        _moved(office, len(items))


def _item(office: Office, kind: type[wire.Item], key: str, body: str | None, seq: int) -> OfficeItem:
    return OfficeItem(office=office, kind=kind.KIND, key=key, seq=seq, gone=body is None, body=body or "")


def _batches(items: Iterable[OfficeItem]) -> Iterator[list[OfficeItem]]:
    rest = iter(items)
    while some := list(islice(rest, _ROWS_AT_ONCE)):
        yield some


def forget_gone(log: OfficeLog, most: int = GONE_MAX) -> None:
    """Of more than ``most`` items that are gone, the older ones are forgotten down to half of it; who has not heard of
    them begins anew. Stands in the transaction of the change.
    """
    gone = OfficeItem.objects.filter(office=log.office_id, gone=True)
    if gone.count() <= most:
        return
    last = gone.order_by("-seq").values_list("seq", flat=True)[most // 2]
    gone.filter(seq__lte=last).delete()
    log.pruned_through = last
    log.save(update_fields=["pruned_through"])
