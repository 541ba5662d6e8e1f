"""The officers an office's kiosks know by their card. The ID number is hashed as it comes in, and stands nowhere."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from fleet.office.changes.publishing import publish
from fleet.office.folders.models import Officer
from fleet.office.models import Office
from fleet.protocol import office as wire
from fleet.protocol.thai import IdNumber, keyed_hash


class Refusal(StrEnum):
    """Why an officer cannot be put on the list."""

    NO_NUMBER = "no-number"
    NO_NAME = "no-name"
    NUMBER_TAKEN = "number-taken"
    NO_ID_NUMBER = "no-id-number"
    CARD_TAKEN = "card-taken"


class OfficerError(ValueError):
    """It cannot be done; nothing has changed. Holds nothing of what was typed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def add(office: Office, officer_no: str, names: tuple[str, str], id_number: str) -> Officer:
    """Put an officer on the list, or give one who left a card again; ``names`` Thai and English.

    Raises: OfficerError.
    """
    number, name_th = officer_no.strip().upper()[:12], names[0].strip()[:80]
    if not number or not number.replace("-", "").isalnum():
        raise OfficerError(Refusal.NO_NUMBER)
    if not name_th:
        raise OfficerError(Refusal.NO_NAME)
    card_hash = _hashed(office, id_number)
    with transaction.atomic():
        held = Officer.objects.select_for_update(of=("self",)).filter(office=office)
        if held.filter(officer_no=number, left_at__isnull=True).exists():
            raise OfficerError(Refusal.NUMBER_TAKEN)
        if held.filter(card_hash=card_hash, left_at__isnull=True).exists():
            raise OfficerError(Refusal.CARD_TAKEN)
        officer, _ = Officer.objects.update_or_create(
            office=office,
            officer_no=number,
            defaults={
                "name_th": name_th,
                "name_en": names[1].strip()[:80] or name_th,
                "card_hash": card_hash,
                "left_at": None,
            },
        )
        publish(office.pk, {wire.Officer: [number]})
    return officer


def _hashed(office: Office, id_number: str) -> str:
    try:
        number = IdNumber("".join(each for each in id_number if each not in " -"))
    except ValueError:
        raise OfficerError(Refusal.NO_ID_NUMBER) from None
    return keyed_hash(number, bytes.fromhex(office.hash_key))


def remove(office: Office, officer_no: str) -> None:
    """The officer left: the card opens nothing any more, and its hash is forgotten."""
    with transaction.atomic():
        Officer.objects.filter(office=office, officer_no=officer_no, left_at__isnull=True).update(
            left_at=timezone.now(), card_hash=""
        )
        publish(office.pk, {wire.Officer: [officer_no]})
