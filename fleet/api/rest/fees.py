"""Notices to pay: which there are, one and what it asked for before, withdrawing it, where its factory is reminded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from fleet.acting.fees import CannotWithdrawError, UnfitError, forget_contact, note_contact, withdraw_notice
from fleet.acting.seen import notices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Name, answers, name_of, one_of
from fleet.office.fees.figures import Stand, stand_of
from fleet.office.fees.finding import Sought, find
from fleet.office.fees.models import Contact, NoticeRevision, YearlyFee
from fleet.office.finding import ASKED_MAX
from fleet.office.models import Notice
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FEES), tags=["fees"])

_Channel = Annotated[Contact.Channel, one_of(Contact.Channel), Path(...)]


class NoticeOut(Schema):
    """A notice to pay. `lines` add up to the amount."""

    notice_no: str
    reference: str
    office_id: str
    factory_no: str
    factory_th: str
    factory_en: str
    item_th: str
    item_en: str
    amount_satang: int
    lines: list[dict[str, Any]]
    due_on: date
    stand: Stand
    paid_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_why: str
    sample: bool


class Notices(Schema):
    items: list[NoticeOut]
    next: str | None


class YearlyOut(Schema):
    """The year (C.E.) the notice is for. `due_on`: before it was moved to a working day. `holds_until`: the last day on
    which the amount is right, null when it grows no more. `months`: of surcharge in it. `rule`: the version of the fee
    rules."""

    fee_year: int
    due_on: date
    holds_until: date | None
    months: int
    rule: int


class AmountOut(Schema):
    """What a notice asked for from a day on. `lines`: with the reason of each, as on record."""

    revision: int
    amount_satang: int
    as_of: date
    why: str
    rule: int
    by: str | None
    made_at: datetime
    lines: list[dict[str, Any]]


class OneNotice(NoticeOut):
    """With all its amounts, the newest first. `yearly` null: of no yearly fee, or withdrawn and replaced."""

    old_no: str
    yearly: YearlyOut | None
    amounts: list[AmountOut]


class ContactOut(Schema):
    """Where the factory wants to be reminded, and on what ground the address stands here."""

    channel: str
    address: str
    ground: str
    noted_by: str | None
    noted_at: datetime


class FeeContacts(Schema):
    items: list[ContactOut]
    next: str | None


class Withdrawal(Schema):
    """Why it is not to be paid any more."""

    reason: Annotated[str, Field(min_length=5, max_length=200)]


class ContactSaid(Schema):
    """Where the factory wants to be reminded, and on what ground the address stands here."""

    address: Annotated[str, Field(min_length=1, max_length=120)]
    ground: Contact.Ground


class FeeDone(Schema):
    """It is done."""

    done: bool = True


def _told(each: Notice) -> dict[str, object]:
    return {
        "notice_no": each.pk,
        "reference": each.reference,
        "office_id": each.factory.office_id,
        "factory_no": each.factory_id,
        "factory_th": each.factory.name_th,
        "factory_en": each.factory.name_en,
        "item_th": each.item_th,
        "item_en": each.item_en,
        "amount_satang": each.amount_satang,
        "lines": each.lines,
        "due_on": each.due_on,
        "stand": stand_of(each, timezone.localdate()),
        "paid_at": each.paid_at,
        "withdrawn_at": each.withdrawn_at,
        "withdrawn_why": each.withdrawn_why,
        "sample": each.sample,
    }


def _whole(each: Notice) -> dict[str, object]:
    amounts = NoticeRevision.objects.filter(notice=each).select_related("by")
    told = ("revision", "amount_satang", "as_of", "why", "made_at", "lines")
    return {
        **_told(each),
        "old_no": each.factory.old_no,
        "yearly": _yearly(YearlyFee.objects.filter(notice=each).first()),
        "amounts": [
            {**{name: getattr(one, name) for name in told}, "rule": one.rule_id, "by": name_of(one.by)}
            for one in amounts
        ],
    }


def _yearly(fee: YearlyFee | None) -> dict[str, object] | None:
    if fee is None:
        return None
    told = ("fee_year", "due_on", "holds_until", "months")
    return {**{name: getattr(fee, name) for name in told}, "rule": fee.rule_id}


def _notice(who: Caller, notice_no: str) -> Notice:
    found = notices_served(who.scope).filter(pk=notice_no).first()
    if found is None:
        raise missing()
    return found


@router.get("notices", response=answers(Notices))
def notices(
    request: HttpRequest,
    after: After,
    limit: Limit,
    office: Annotated[str, Query("", max_length=5)],
    factory: Annotated[str, Query("", max_length=14)],
    stand: Annotated[Stand | None, Query(None)],
    year: Annotated[int | None, Query(None, ge=1957, le=2157, description="yearly fees that fall due in it (C.E.)")],
    month: Annotated[int | None, Query(None, ge=1, le=12, description="of the last day to pay")],
    q: Annotated[
        str,
        Query(
            "", max_length=ASKED_MAX, description="part of a name or a notice's number; a reference; a factory's number"
        ),
    ],
) -> dict[str, object]:
    """The notices, by their numbers."""
    rows = notices_served(caller(request).scope)
    if office:
        rows = rows.filter(factory__office_id=office)
    if factory:
        rows = rows.filter(factory_id=factory)
    found, following = page(find(rows, Sought(year, month, stand, q), timezone.localdate()), after, limit)
    return {"items": [_told(each) for each in found], "next": following}


@router.get("notices/{notice_no}", response=answers(OneNotice))
def notice(request: HttpRequest, notice_no: Name) -> dict[str, object]:
    """One notice, and what it asked for before."""
    return _whole(_notice(caller(request), notice_no))


@router.post("notices/{notice_no}/withdrawal", response=answers(NoticeOut))
def withdraw(request: HttpRequest, notice_no: Name, asked: Withdrawal) -> dict[str, object]:
    """From now on it is not to be paid; kiosks show it no more."""
    who = caller(request)
    found = _notice(who, notice_no)
    try:
        withdraw_notice(found, asked.reason)
    except UnfitError:
        raise RefusedError(422, "no-reason", "Give a reason of 5 to 200 characters.") from None
    except CannotWithdrawError:
        raise RefusedError(409, "settled", "It is paid or withdrawn already. Read it again.") from None
    return _told(_notice(who, notice_no))


@router.get("notices/{notice_no}/contacts", response=answers(FeeContacts))
def contacts(request: HttpRequest, notice_no: Name) -> dict[str, object]:
    """Where the notice's factory wants to be reminded of its yearly fee, and of nothing else."""
    found = _notice(caller(request), notice_no)
    rows = Contact.objects.filter(factory=found.factory).select_related("noted_by").order_by("channel")
    told = ("channel", "address", "ground", "noted_at")
    items = [{**{name: getattr(each, name) for name in told}, "noted_by": name_of(each.noted_by)} for each in rows]
    return {"items": items, "next": None}


@router.put("notices/{notice_no}/contacts/{channel}", response=answers(FeeDone))
def note(request: HttpRequest, notice_no: Name, channel: _Channel, said: ContactSaid) -> dict[str, object]:
    """Remind the notice's factory there."""
    who = caller(request)
    found = _notice(who, notice_no)
    try:
        note_contact(found.factory, channel, said.ground, said.address.strip(), who.person)
    except UnfitError:
        raise RefusedError(
            422, "no-address", "Give an e-mail address, or a LINE id of a user, group or room."
        ) from None
    return {"done": True}


@router.delete("notices/{notice_no}/contacts/{channel}", response=answers(FeeDone))
def forget(request: HttpRequest, notice_no: Name, channel: _Channel) -> dict[str, object]:
    """Remind the notice's factory there no more; the address is deleted."""
    forget_contact(_notice(caller(request), notice_no).factory, channel)
    return {"done": True}
