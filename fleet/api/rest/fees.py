"""Notices to pay: which there are, one, making them by the rules, withdrawing one, where its factory is reminded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from fleet.acting.fees import CannotWithdrawError, UnfitError, forget_contact, note_contact, withdraw_notice
from fleet.acting.seen import notices_served, offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Name, OfficeId, answers, one_of
from fleet.office.fees.figures import Stand, by_stand, stand_of, where
from fleet.office.fees.making import Asked, plan
from fleet.office.fees.models import Contact
from fleet.office.fees.rulebook import versions
from fleet.office.models import Notice, Office
from fleet.payments.billing import make_notices
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FEES), tags=["fees"])

_Year = Annotated[int, Field(ge=1957, le=2157, strict=True)]
_Channel = Annotated[Contact.Channel, one_of(Contact.Channel), Path(...)]


class NoticeOut(Schema):
    """A notice to pay. `lines` add up to the amount."""

    notice_no: str
    reference: str
    office_id: str
    factory_no: str
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


class Sum(Schema):
    """So many notices, and their amounts together."""

    count: int
    satang: int


class Standing(Schema):
    """How an office's fees of a year (C.E.) stand."""

    office_id: str
    year: int
    overdue: Sum
    due: Sum
    paid: Sum
    withdrawn: Sum


class Making(Schema):
    """Which notices: for what falls due in a year (C.E.), or a month of it. `drafts`: by unsigned rules too, which
    makes samples. `again`: also those whose notice was withdrawn."""

    year: _Year
    month: Annotated[int | None, Field(ge=1, le=12, strict=True)] = None
    drafts: Claim = False
    again: Claim = False


class Planned(Schema):
    """What would be made; `refused` factories get none, by reason."""

    count: int
    satang: int
    there: int
    refused: dict[str, int]


class Made(Schema):
    """The notices that are new."""

    notices: list[str]


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


def _office(who: Caller, office_id: str) -> Office:
    found = offices_served(who.scope).filter(pk=office_id).first()
    if found is None:
        raise missing()
    return found


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
) -> dict[str, object]:
    """The notices, by their numbers."""
    rows = notices_served(caller(request).scope)
    if office:
        rows = rows.filter(factory__office_id=office)
    if factory:
        rows = rows.filter(factory_id=factory)
    if stand is not None:
        rows = rows.filter(where(stand, timezone.localdate()))
    found, following = page(rows, after, limit)
    return {"items": [_told(each) for each in found], "next": following}


@router.get("notices/{notice_no}", response=answers(NoticeOut))
def notice(request: HttpRequest, notice_no: Name) -> dict[str, object]:
    """One notice."""
    return _told(_notice(caller(request), notice_no))


@router.get("offices/{office_id}/fees/{year}", response=answers(Standing))
def standing(
    request: HttpRequest, office_id: OfficeId, year: Annotated[int, Path(..., ge=1957, le=2157)]
) -> dict[str, object]:
    """How the office's fees of a year (C.E.) stand."""
    office = _office(caller(request), office_id)
    sums = by_stand(office, year, timezone.localdate())
    return {"office_id": office.pk, "year": year, **{each.value: sums[each] for each in Stand}}


@router.post("offices/{office_id}/notices/preview", response=answers(Planned))
def look(request: HttpRequest, office_id: OfficeId, making: Making) -> dict[str, object]:
    """What making would make. Nothing is made."""
    office = _office(caller(request), office_id)
    asked = Asked(office, making.year, making.month, making.again)
    told = plan(asked, versions(drafts_too=making.drafts), timezone.localdate())
    refused = {each.value: count for each, count in told.refusals().items()}
    return {"count": len(told.fees), "satang": told.total_satang, "there": told.there, "refused": refused}


@router.post("offices/{office_id}/notices", response=answers(Made))
def make(request: HttpRequest, office_id: OfficeId, making: Making) -> dict[str, object]:
    """Make them. Asked again, nothing is made twice."""
    who = caller(request)
    asked = Asked(_office(who, office_id), making.year, making.month, making.again)
    return {"notices": make_notices(asked, versions(drafts_too=making.drafts), timezone.localdate(), who.person)}


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
