"""Payment QRs that kiosks have shown, and whether they were paid. Not here: what banks say of them (``payments``)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from fleet.acting.payments import shown
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.days import First, Until
from fleet.api.rest.paging import After, Limit, page_by_time
from fleet.api.rest.payments import Province, Reference, sought
from fleet.api.rest.shapes import answers
from fleet.payments.models import Intent
from fleet.payments.tracking import states_of
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PAYMENTS), tags=["payments"])


class ShownState(StrEnum):
    """`waiting` for the bank, `confirmed`, or `looking`: it reached the office, and a person must look at it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    LOOKING = "looking"


class ShownPayment(Schema):
    """A QR. `notice_no` null: a fee of another office, its code in `fee`, its payee in `payee_*`."""

    transaction_no: str
    opened_at: datetime
    state: ShownState
    kiosk_id: str
    office_id: str
    province: int
    notice_no: str | None
    fee: str
    item_th: str
    item_en: str
    factory_th: str | None
    factory_en: str | None
    payee_th: str
    payee_en: str
    biller_id: str
    ref1: str
    ref2: str
    amount_satang: int


class ShownPayments(Schema):
    items: list[ShownPayment]
    next: str | None


def _told(each: Intent, state: str) -> dict[str, object]:
    same = ("opened_at", "kiosk_id", "fee", "payee_th", "payee_en", "biller_id", "ref1", "ref2", "amount_satang")
    about, factory = each.notice or each, each.notice.factory if each.notice else None
    return {
        "transaction_no": each.pk,
        "state": state,
        "office_id": each.kiosk.office_id,
        "province": each.kiosk.office.province_id,
        "notice_no": each.notice_id,
        "item_th": about.item_th,
        "item_en": about.item_en,
        "factory_th": factory.name_th if factory else None,
        "factory_en": factory.name_en if factory else None,
        **{name: getattr(each, name) for name in same},
    }


@router.get("shown-payments", response=answers(ShownPayments))
def shown_payments(
    request: HttpRequest,
    after: After,
    limit: Limit,
    waiting: Annotated[bool, Query(False, description="only those that nothing has paid")],
    province: Province,
    first: First,
    last: Until,
    reference: Reference,
) -> dict[str, object]:
    """The QRs that kiosks have shown, the newest first. `first` and `last` are days in Thailand."""
    rows = shown(caller(request).scope, sought("", province, first, last, reference), only_waiting=waiting)
    found, following = page_by_time(rows, "opened_at", after, limit)
    states = states_of(found)
    return {"items": [_told(each, states[each.pk]) for each in found], "next": following}
