"""The import itself, and its way back: one batch of a run at a time, each in one transaction with its place in the run.

Rules: a batch happened wholly or not at all, so whoever comes after a kill goes on where ``Run.cursor`` stands. Every
line is compared with the register again as it is now; what the dry run saw may be days old. What is undone goes back
to what it was, unless it has changed since: then it stays, and the run says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from fleet.office.changes.publishing import publish_all
from fleet.office.models import Company, Factory, OwnerHash
from fleet.office.register.deciding import Action, Decision, decide
from fleet.office.register.models import Change, Row, Run, Stage
from fleet.office.register.reading import Candidate
from fleet.office.register.records import (
    COLUMNS,
    as_plain,
    columns_of,
    from_plain,
    holders_of,
    known_factories,
    make_companies,
    write_factories,
)

BATCH = 500
"""Factories in a transaction: a fraction of a second, so that nobody else waits long for the database."""

Announce = Callable[[str], None]
"""Tells the kiosks of an office that there is news; called in the transaction that ends a run."""


# ---- forth ----------------------------------------------------------------------------------------------------------


def apply_step(run_id: int, announce: Announce) -> bool:
    """Apply the next batch of a run that is being applied; False when it is none, or is done."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.stage != Stage.APPLYING:
            return False
        rows = list(Row.objects.filter(run=run, pk__gt=run.cursor).order_by("pk")[:BATCH])
        if rows:
            _apply(run, rows)
            return True
        run.rows.all().delete()
        run.stage, run.applied_at = Stage.DONE, timezone.now()
        run.save(update_fields=["stage", "applied_at"])
        _tell(run, announce)
        return False


def _apply(run: Run, rows: list[Row]) -> None:
    candidates = [msgspec.json.decode(each.candidate, type=Candidate) for each in rows]
    decided = [each for each in _decided(candidates) if each[1].action in (Action.CREATE, Action.UPDATE)]
    made = make_companies({each.tax_id: each.operator_th or each.name_th or "-" for each, _ in decided if each.tax_id})
    present = Factory.objects.in_bulk([each.factory_no for each, _ in decided])
    factories, changes = [], []
    for candidate, decision in decided:
        factory = present.get(candidate.factory_no)
        is_new = factory is None
        if factory is None:
            factory = Factory(
                factory_no=candidate.factory_no, office_id=candidate.office_id, name_en=candidate.name_th or ""
            )
        before = _columns(factory)
        for name, value in columns_of(decision.changes).items():
            setattr(factory, name, value)
        change = _change(run, factory, before, is_new=is_new)
        change.added_hash = candidate.owner_hash
        change.made_company = candidate.tax_id if candidate.tax_id in made else ""
        factories.append(factory)
        changes.append(change)
    write_factories(factories)
    _add_owners(changes)
    Change.objects.bulk_create(changes)
    run.cursor, run.progress = rows[-1].pk, run.progress + len(rows)
    run.created += sum(each.is_new for each in changes)
    run.updated += sum(not each.is_new for each in changes)
    run.save(update_fields=["cursor", "progress", "created", "updated"])
    _publish(factories)


def _decided(candidates: list[Candidate]) -> Iterable[tuple[Candidate, Decision]]:
    """Each with what is to be done with it now."""
    known = known_factories(each.factory_no for each in candidates)
    holders = holders_of(each.old_no for each in candidates)
    for each in candidates:
        others = holders.get(each.old_no, set()) - {each.factory_no}
        yield each, decide(each, known.get(each.factory_no), min(others, default=None))


def _columns(factory: Factory) -> dict[str, Any]:
    return {name: getattr(factory, name) for name in COLUMNS}


def _change(run: Run, factory: Factory, before: Mapping[str, Any], *, is_new: bool) -> Change:
    after = _columns(factory)
    if is_new:
        return Change(run=run, factory_no=factory.pk, is_new=True, after=as_plain(after))
    names = [name for name in COLUMNS if before[name] != after[name]]
    return Change(
        run=run,
        factory_no=factory.pk,
        before=as_plain({name: before[name] for name in names}),
        after=as_plain({name: after[name] for name in names}),
    )


def _add_owners(changes: list[Change]) -> None:
    """Add the owners that are not there yet; only those are the run's to take away again."""
    there = set(
        OwnerHash.objects.filter(factory__in=[each.factory_no for each in changes]).values_list("factory", "hash")
    )
    for each in changes:
        if (each.factory_no, each.added_hash) in there:
            each.added_hash = ""
    OwnerHash.objects.bulk_create(
        OwnerHash(factory_id=each.factory_no, hash=each.added_hash) for each in changes if each.added_hash
    )


# ---- back -----------------------------------------------------------------------------------------------------------


def undo_step(run_id: int, announce: Announce) -> bool:
    """Undo the next batch of a run that is being undone, newest first; False when it is none, or is done."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.stage != Stage.UNDOING:
            return False
        changes = list(Change.objects.filter(run=run, pk__lt=run.cursor).order_by("-pk")[:BATCH])
        if changes:
            _undo(run, changes)
            return True
        run.stage, run.undone_at = Stage.UNDONE, timezone.now()
        run.save(update_fields=["stage", "undone_at"])
        _tell(run, announce)
        return False


def _undo(run: Run, changes: list[Change]) -> None:
    factories = Factory.objects.in_bulk([each.factory_no for each in changes])
    held = _held(Factory, {each.factory_no for each in changes if each.is_new}, but=OwnerHash)
    owners: dict[str, set[str]] = {}
    for factory_no, hashed in OwnerHash.objects.filter(factory__in=factories).values_list("factory_id", "hash"):
        owners.setdefault(factory_no, set()).add(hashed)
    restored, removed = [], []
    for each in changes:
        factory = factories.get(each.factory_no)
        if factory is None:
            each.stayed = not each.is_new  # gone already is as it was; gone though it was there before is not ours
        elif not _is_as_left(each, factory) or (each.is_new and _is_used(each, held, owners)):
            each.stayed = True
        elif each.is_new:
            removed.append(factory)
        else:
            for name, value in from_plain(each.before).items():
                setattr(factory, name, value)
            restored.append(factory)
    _take_back(changes, restored, removed)
    stayed = sum(each.stayed for each in changes)
    run.cursor, run.progress = changes[-1].pk, run.progress + len(changes)
    run.went_back, run.stayed = run.went_back + len(changes) - stayed, run.stayed + stayed
    run.save(update_fields=["cursor", "progress", "went_back", "stayed"])
    _publish([*restored, *removed])


def _is_as_left(change: Change, factory: Factory) -> bool:
    """Whether the fields the run has changed are as it left them."""
    now = as_plain({name: getattr(factory, name) for name in change.after})
    return bool(now == change.after)


def _is_used(change: Change, held: set[Any], owners: Mapping[str, set[str]]) -> bool:
    """Whether a factory the run made has got a folder, a notice, an owner or anything else since."""
    return change.factory_no in held or bool(owners.get(change.factory_no, set()) - {change.added_hash})


def _held(model: type[Model], keys: set[str], but: type[Model] | None = None) -> set[Any]:
    """Which of these rows others point to: whatever model that is, so that a new one need not be named here."""
    found: set[Any] = set()
    for relation in model._meta.related_objects:
        other = relation.related_model
        if isinstance(other, type) and other is not but:
            name = relation.field.attname
            found |= set(other._default_manager.filter(**{f"{name}__in": keys}).values_list(name, flat=True))
    return found


def _take_back(changes: list[Change], restored: list[Factory], removed: list[Factory]) -> None:
    for each in changes:
        if each.added_hash and not each.stayed:
            OwnerHash.objects.filter(factory=each.factory_no, hash=each.added_hash).delete()
    write_factories(restored)
    Factory.objects.filter(pk__in=[each.pk for each in removed]).delete()
    made = {each.made_company for each in changes if each.made_company and not each.stayed}
    Company.objects.filter(pk__in=made - _held(Company, made)).delete()
    Change.objects.filter(pk__in=[each.pk for each in changes if each.stayed]).update(stayed=True)


# ---- the office's kiosks --------------------------------------------------------------------------------------------


def _publish(factories: Iterable[Factory]) -> None:
    """In the order of the offices' ids, as whoever locks several must."""
    for office_id in sorted({each.office_id for each in factories}):
        publish_all(office_id)


def _tell(run: Run, announce: Announce) -> None:
    """News for every office a factory of which has changed, and for the run's own."""
    numbers = Change.objects.filter(run=run).values("factory_no")
    offices = set(Factory.objects.filter(pk__in=numbers).values_list("office_id", flat=True))
    for office_id in sorted(offices | ({run.office_id} if run.office_id else set())):
        announce(office_id)
