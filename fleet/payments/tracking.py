"""What the holder of a slip may know about a payment. No name, no number of a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.office.models import Office
from fleet.payments.billing import settings_of
from fleet.payments.models import Confirmation, Intent
from fleet.payments.standing import Standing, pays, standings


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the holder of a slip may know: no name, no number of a person. ``state``: waiting, confirmed, looking.

    ``payee_*``: another office that is paid, empty for a notice of ours.
    """

    state: str
    transaction_no: str
    item_th: str
    item_en: str
    office_th: str
    office_en: str
    amount_satang: int
    opened_at: datetime
    confirmed_at: datetime | None
    sample: bool
    payee_th: str = ""
    payee_en: str = ""


def _is_sample(office: Office) -> bool:
    """Whether what an office's kiosks show is sample data; unknown settings are no proof that it is not."""
    found = settings_of(office)
    return found is None or found.sample


def tracked(token: str) -> Tracked | None:
    """The payment behind a tracking token, or None when there is none."""
    intent = (
        Intent.objects.select_related("notice__factory__office", "kiosk__office").filter(tracking_token=token).first()
    )
    if intent is None:
        return None
    state, confirmation = _state_of(intent, standings(Confirmation.objects.filter(ref1=intent.ref1)))
    about = intent.notice or intent
    office = intent.notice.factory.office if intent.notice else intent.kiosk.office
    return Tracked(
        state=state,
        transaction_no=intent.transaction_no,
        item_th=about.item_th,
        item_en=about.item_en,
        office_th=office.name_th,
        office_en=office.name_en,
        amount_satang=intent.amount_satang,
        opened_at=intent.opened_at,
        confirmed_at=confirmation.paid_at if confirmation else None,
        sample=intent.notice.sample if intent.notice else _is_sample(office),
        payee_th=intent.payee_th,
        payee_en=intent.payee_en,
    )


def states_of(intents: Sequence[Intent]) -> dict[str, str]:
    """The states, as ``Tracked`` has them, by transaction number."""
    said: defaultdict[str, list[Standing]] = defaultdict(list)
    for each in standings(Confirmation.objects.filter(ref1__in={intent.ref1 for intent in intents})):
        said[each.confirmation.ref1].append(each)
    return {intent.pk: _state_of(intent, said[intent.ref1])[0] for intent in intents}


def _state_of(intent: Intent, said: Sequence[Standing]) -> tuple[str, Confirmation | None]:
    """Waiting, confirmed (and by what), or looking; ``said`` is all that named its reference 1.

    What was paid through this very QR counts first. What went back, or was decided to go back, pays nothing.
    """
    own = [each for each in said if each.confirmation.ref2 == intent.ref2]
    paying = next((each for each in own if pays(each)), None)
    if paying is None and any(each.is_open or (each.is_reversed and not each.is_undone) for each in own):
        return "looking", None  # it reached the office, and a person must look at it
    # The notice may have been paid through another QR, at another kiosk or by letter: it is paid. Not so a letter of
    # another office, whose reference may come again every month.
    paying = paying or next((each for each in said if intent.notice_id and pays(each)), None)
    return ("confirmed", paying.confirmation) if paying else ("waiting", None)
