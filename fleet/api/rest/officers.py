"""The officers whose card the kiosks of an office know: who they are, and taking one off the list.

Not here: putting one on it. An ID number is typed for that, and is to stand in no program's text.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from ninja import Router, Schema

from fleet.acting.seen import offices_seen
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Name, OfficeId, answers
from fleet.devices.desired import announce_office
from fleet.office.folders.models import Officer
from fleet.office.folders.officers import remove
from fleet.office.models import Office
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FOLDERS), tags=["folders"])


class OfficerOut(Schema):
    """An officer, as kiosks greet them."""

    officer_no: str
    name_th: str
    name_en: str


class Officers(Schema):
    items: list[OfficerOut]
    next: str | None


def _office(request: HttpRequest, office_id: str) -> Office:
    scope = caller(request).scope
    found = offices_seen(scope).filter(pk=office_id).first()
    if found is None or not scope.may_look_into(found.province_id):
        raise missing()
    return found


def _listed(office: Office) -> dict[str, object]:
    rows = Officer.objects.filter(office=office, left_at__isnull=True).order_by("officer_no")
    return {"items": list(rows), "next": None}


@router.get("offices/{office_id}/officers", response=answers(Officers))
def officers(request: HttpRequest, office_id: OfficeId) -> dict[str, object]:
    """The list of an office, for who may change its settings."""
    return _listed(_office(request, office_id))


@router.delete("offices/{office_id}/officers/{officer_no}", response=answers(Officers))
def take_off(request: HttpRequest, office_id: OfficeId, officer_no: Name) -> dict[str, object]:
    """Take one off the list: kiosks know the card no more."""
    office = _office(request, office_id)
    if not caller(request).scope.may_change(office.province_id):
        raise RefusedError(403, "not-here", "This token's person changes nothing in this office.")
    if not Officer.objects.filter(office=office, officer_no=officer_no, left_at__isnull=True).exists():
        raise missing()
    with transaction.atomic():
        remove(office, officer_no)
        announce_office(office.pk)
    return _listed(office)
