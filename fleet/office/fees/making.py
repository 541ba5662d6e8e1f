"""Notices made from the rules: first told, then made, once a factory and year; and grown while nobody pays.

Rules: asked again, nothing is made twice. A notice keeps the rule it was made by. The amount of one that is paid or
withdrawn never changes; a QR shown with the amount before is matched against the new one, so its payment is an odd one
and an officer decides (``decisions/0002``). Whoever calls tells the kiosks (``payments.billing``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.changes.publishing import publish
from fleet.office.fees.models import FeeRule, NoticeRevision, YearlyFee
from fleet.office.fees.reckoning import (
    FactoryFacts,
    Fee,
    FeeLine,
    NoFee,
    Refusal,
    Version,
    due_date,
    fee_at,
    reckon,
)
from fleet.office.fees.rulebook import at_office, version_of
from fleet.office.models import Factory, FactoryState, Notice, Office
from fleet.protocol import office as wire
from fleet.protocol.codes import notice_reference
from fleet.protocol.thai import BE_OFFSET

SEQUENCE_MAX = 99_999
"""Notices of one office and year: five digits of the reference's eight; the others are the year."""

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Which notices: of an office, for what falls due in a year (C.E.), or a month of it. ``again``: those also whose
    notice was withdrawn."""

    office: Office
    fee_year: int
    month: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What asking would make. ``refused``: each with its factory, gaps first."""

    fees: tuple[tuple[Factory, Fee], ...]
    refused: tuple[tuple[Factory, NoFee], ...]
    there: int
    """Factories that have their notice already."""

    @property
    def total_satang(self) -> int:
        """All fees together."""
        return sum(fee.amount_satang for _, fee in self.fees)

    @property
    def sample_count(self) -> int:
        """How many would say ตัวอย่าง."""
        return sum(fee.is_sample for _, fee in self.fees)

    def refusals(self) -> dict[Refusal, int]:
        """How often each reason stands there, the gaps first."""
        counts: dict[Refusal, int] = {}
        for _, each in self.refused:
            counts[each.refusal] = counts.get(each.refusal, 0) + 1
        return counts


@dataclass(slots=True)
class _Sorted:
    fees: list[tuple[Factory, Fee]] = field(default_factory=list)
    refused: list[tuple[Factory, NoFee]] = field(default_factory=list)
    there: int = 0


def facts_of(factory: Factory) -> FactoryFacts:
    """What of the register decides the fee."""
    operates = {
        FactoryState.OPERATING.value: True,
        FactoryState.NOT_STARTED.value: False,
        FactoryState.STRUCK_OFF.value: False,
        FactoryState.STOPPED.value: False,
    }
    return FactoryFacts(factory.kind, factory.horsepower, factory.fee_anniversary, operates.get(factory.state))


def plan(asked: Asked, versions: Sequence[Version], as_of: date) -> Plan:
    """What would be made, and for which factories nothing would, and why. Changes nothing."""
    there = dict(
        YearlyFee.objects.filter(factory__office=asked.office, fee_year=asked.fee_year).values_list(
            "factory_id", "notice__withdrawn_at"
        )
    )
    found, versions = _Sorted(), at_office(versions, asked.office)
    for factory in Factory.objects.filter(office=asked.office).order_by("factory_no").iterator(ROWS_AT_ONCE):
        facts = facts_of(factory)
        due_on = due_date(facts, asked.fee_year)
        if asked.month is not None and due_on is not None and due_on.month != asked.month:
            continue
        if factory.pk in there and not (asked.again and there[factory.pk] is not None):
            found.there += 1
            continue
        fee = reckon(versions, facts, asked.fee_year, as_of)
        if isinstance(fee, NoFee):
            found.refused.append((factory, fee))
        else:
            found.fees.append((factory, fee))
    found.refused.sort(key=lambda each: (not each[1].refusal.is_gap, each[1].refusal, each[0].pk))
    return Plan(tuple(found.fees), tuple(found.refused), found.there)


def make(asked: Asked, versions: Sequence[Version], as_of: date, by: User | None) -> list[str]:
    """Make what ``plan`` tells of; the numbers of the new notices. Made twice, they are there once.

    Raises: ValueError when the office has more notices in a year than its numbers go.
    """
    with transaction.atomic():
        # Two who ask at once take turns here, and the second finds the notices of the first.
        office = Office.objects.select_for_update().get(pk=asked.office.pk)
        planned = plan(asked, versions, as_of)
        if not planned.fees:
            return []
        rules = {each.version: each for each in FeeRule.objects.all()}
        numbers = _numbers(office, asked.fee_year + BE_OFFSET)
        made: list[str] = []
        for some in _batches(planned.fees):
            made += _keep(some, rules, numbers, as_of, by)
        publish(office.pk, {wire.Notice: made})
        return made


def _batches(fees: Sequence[tuple[Factory, Fee]]) -> Iterator[Sequence[tuple[Factory, Fee]]]:
    for begin in range(0, len(fees), ROWS_AT_ONCE):
        yield fees[begin : begin + ROWS_AT_ONCE]


def _numbers(office: Office, be_year: int) -> Iterator[tuple[str, str]]:
    """Free numbers and references of an office's notices, in order; by province, for two offices may share one."""
    yy = be_year % 100
    before = f"N{office.province_id:02d}{yy:03d}"
    last = (
        Notice.objects.filter(reference__startswith=before).order_by("-reference").values_list("reference", flat=True)
    )
    prefix = f"{office.pk}-{yy:02d}-"
    named = Notice.objects.filter(notice_no__startswith=prefix).order_by("-notice_no").values_list("pk", flat=True)
    begin = max([int(each[6:11]) for each in last[:1]] + [_tail(each) for each in named[:1]] + [0]) + 1
    for number in range(begin, SEQUENCE_MAX + 1):
        yield f"{prefix}{number:05d}", notice_reference(office.province_id, yy * 100_000 + number)
    raise ValueError(f"{office.pk} has no more numbers for {be_year}")


def _tail(notice_no: str) -> int:
    tail = notice_no.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() else 0


def _keep(
    fees: Sequence[tuple[Factory, Fee]],
    rules: dict[int, FeeRule],
    numbers: Iterator[tuple[str, str]],
    as_of: date,
    by: User | None,
) -> list[str]:
    """Keep a batch: notices, their first revisions, and which year of which factory they are for."""
    notices = [_notice(factory, fee, next(numbers)) for factory, fee in fees]
    Notice.objects.bulk_create(notices)
    now = timezone.now()
    NoticeRevision.objects.bulk_create(
        NoticeRevision(
            notice=notice,
            revision=1,
            amount_satang=fee.amount_satang,
            lines=msgspec.to_builtins(fee.lines),
            as_of=as_of,
            rule=rules[fee.version],
            why="made",
            by=by,
            made_at=now,
        )
        for notice, (_, fee) in zip(notices, fees, strict=True)
    )
    YearlyFee.objects.bulk_create(
        [
            YearlyFee(
                factory=factory,
                fee_year=fee.due_on.year,
                notice=notice,
                rule=rules[fee.version],
                due_on=fee.due_on,
                holds_until=fee.holds_until,
                months=fee.months,
            )
            for notice, (factory, fee) in zip(notices, fees, strict=True)
        ],
        update_conflicts=True,  # the withdrawn notice of a year gives way to its replacement, and keeps its revisions
        unique_fields=["factory", "fee_year"],
        update_fields=["notice", "rule", "due_on", "holds_until", "months", "revision"],
    )
    return [notice.notice_no for notice in notices]


def _notice(factory: Factory, fee: Fee, number: tuple[str, str]) -> Notice:
    year = fee.due_on.year + BE_OFFSET
    return Notice(
        notice_no=number[0],
        reference=number[1],
        factory=factory,
        item_th=f"ค่าธรรมเนียมรายปี {year}",
        item_en=f"Annual fee, B.E. {year}",
        lines=_asked_for(fee.lines),
        amount_satang=fee.amount_satang,
        due_on=fee.payable_by,
        sample=fee.is_sample,
    )


def _asked_for(lines: Iterable[FeeLine]) -> list[dict[str, object]]:
    """Lines as a notice has them; the reasons stay with the revision."""
    return [
        {"label_th": line.label_th, "label_en": line.label_en, "amount_satang": line.amount_satang} for line in lines
    ]


# ---- growing --------------------------------------------------------------------------------------------------------


def outgrown(as_of: date, office: Office | None = None) -> Sequence[int]:
    """Keys of the yearly fees whose notice asks for less than is owed by now."""
    fees = YearlyFee.objects.filter(
        holds_until__lt=as_of, notice__paid_at__isnull=True, notice__withdrawn_at__isnull=True
    )
    if office is not None:
        fees = fees.filter(factory__office=office)
    return list(fees.order_by("factory__office_id", "pk").values_list("pk", flat=True))


def falling_due(office: Office, first: date, last: date) -> Sequence[int]:
    """Keys of an office's yearly fees that are still owed and may grow, whose due date is in that time."""
    fees = YearlyFee.objects.filter(
        factory__office=office,
        due_on__range=(first, last),
        holds_until__isnull=False,
        notice__paid_at__isnull=True,
        notice__withdrawn_at__isnull=True,
    )
    return list(fees.order_by("pk").values_list("pk", flat=True))


def grow(keys: Sequence[int], as_of: date, announce: Callable[[str], None] | None = None) -> set[str]:
    """Bring some notices up to a day; the offices whose records have changed. A transaction a batch, in which
    ``announce`` tells the kiosks of each office: whoever is killed between two batches has told of the first."""
    changed: set[str] = set()
    for begin in range(0, len(keys), ROWS_AT_ONCE):
        with transaction.atomic():
            fees = YearlyFee.objects.select_for_update(of=("self",)).select_related("notice", "rule", "factory__office")
            grown: dict[str, list[str]] = {}
            for fee in fees.filter(pk__in=keys[begin : begin + ROWS_AT_ONCE]):
                [version] = at_office([version_of(fee.rule)], fee.factory.office)
                if _grow_one(fee, version, as_of):
                    grown.setdefault(fee.factory.office_id, []).append(fee.notice_id)
            for office_id in sorted(grown):
                publish(office_id, {wire.Notice: grown[office_id]})
                if announce is not None:
                    announce(office_id)
        changed.update(grown)
    return changed


def _grow_one(yearly: YearlyFee, version: Version, as_of: date) -> bool:
    """Bring one notice up to a day; whether its amount has changed."""
    first = NoticeRevision.objects.filter(notice=yearly.notice_id).order_by("revision")[0]
    base = msgspec.convert(first.lines[0], FeeLine)
    # It may have been signed since: a notice that said ตัวอย่าง goes on saying so.
    fee = fee_at(version, base, yearly.due_on, as_of)
    YearlyFee.objects.filter(pk=yearly.pk).update(holds_until=fee.holds_until, months=fee.months)
    if (fee.amount_satang, fee.payable_by) == (yearly.notice.amount_satang, yearly.notice.due_on):
        return False
    # Not if the bank was faster: a paid notice keeps the amount that was paid.
    owed = Notice.objects.filter(pk=yearly.notice_id, paid_at__isnull=True, withdrawn_at__isnull=True)
    if not owed.update(lines=_asked_for(fee.lines), amount_satang=fee.amount_satang, due_on=fee.payable_by):
        return False
    if fee.amount_satang == yearly.notice.amount_satang:
        return True  # a holiday has moved its last day; what it asks for is what it was
    YearlyFee.objects.filter(pk=yearly.pk).update(revision=yearly.revision + 1)
    NoticeRevision.objects.create(
        notice=yearly.notice,
        revision=yearly.revision + 1,
        amount_satang=fee.amount_satang,
        lines=msgspec.to_builtins(fee.lines),
        as_of=as_of,
        rule=yearly.rule,
        why="surcharge",
        made_at=timezone.now(),
    )
    return True
