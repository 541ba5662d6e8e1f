"""What an officer does with folders by hand: their place, who has taken them, a walk along a shelf."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fleet.devices.desired import announce_office
from fleet.office.folders.keeping import SCANNED_MAX, Source, move, put, take_stock, tell
from fleet.office.folders.models import Deed, Officer, StockTaking
from fleet.office.models import Folder


class NoOfficerError(LookupError):
    """No officer of that office has the number, or none any more."""


def officers_of(office_id: str) -> QuerySet[Officer]:
    """Who may take folders of an office."""
    return Officer.objects.filter(office_id=office_id, left_at__isnull=True)


@transaction.atomic
def put_away(folder: Folder, room: str, cabinet: str, shelf: str, slot: str) -> None:
    """The folder's place is this one from now on."""
    put(folder, room, cabinet, shelf, slot)
    announce_office(folder.factory.office_id)


@transaction.atomic
def pass_on(folder: Folder, deed: Deed, officer_no: str, by: User) -> None:
    """An officer took it, or brought it back, now.

    Raises: NoOfficerError.
    """
    office_id = folder.factory.office_id
    if not officers_of(office_id).filter(officer_no=officer_no).exists():
        raise NoOfficerError(officer_no)
    tell(office_id, move(Source(office_id, timezone.now(), by=by), folder.pk, deed, officer_no))
    announce_office(office_id)


@transaction.atomic
def walk_along(
    office_id: str, shelf: tuple[str, str, str], scanned: Iterable[str], officer_no: str, by: User
) -> StockTaking:
    """Somebody walked along a shelf (room, cabinet, shelf) and scanned what stood there.

    Raises: NoOfficerError.
    """
    if not officers_of(office_id).filter(officer_no=officer_no).exists():
        raise NoOfficerError(officer_no)
    source = Source(office_id, timezone.now(), by=by)
    taking = take_stock(source, shelf, [each.strip().upper() for each in scanned][:SCANNED_MAX], officer_no)
    announce_office(office_id)
    return taking
