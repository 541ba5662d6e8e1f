"""What notices of an office need from its settings: who is paid; and the kiosks told when notices have changed.

It stands here because it joins what the layers below keep apart: the office's fees and the kiosks' settings.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import announce_office, stack_of
from fleet.devices.models import Kiosk
from fleet.office.fees import making
from fleet.office.fees.making import Asked
from fleet.office.fees.reckoning import Version
from fleet.office.fees.runs import Payee
from fleet.office.models import Office
from fleet.protocol.settings import KioskSettings, SettingsError, read_settings
from fleet.trust.accounts import NotSignedError, signed_payee

log = logging.getLogger(__name__)


def settings_of(office: Office) -> KioskSettings | None:
    """The settings any kiosk of the office would have, were nothing set for it alone; None when they are no whole."""
    nowhere = Kiosk(kiosk_id="", office=office)  # never kept: it stands for the office's own branch of the layers
    try:
        return read_settings(each.document for each in stack_of(nowhere))[0]
    except SettingsError:
        return None


def payee_of(office: Office) -> Payee | None:
    """Who is paid by the office's letters; None when its settings name nobody, or nobody whose account is signed.

    Where people sign accounts, a letter carries one only as they did, under the name they signed, as kiosks do.
    """
    found = settings_of(office)
    if found is None:
        return None
    payee = found.payee
    try:
        signed = signed_payee(settings.DATA_DIR / "trust", payee.biller_id, office.province_id, timezone.now())
    except NotSignedError as err:
        log.error("no letters of %s: %s", office.pk, err)
        return None
    if signed is None:
        return Payee(payee.name.th, payee.biller_id, found.sample)
    return Payee(signed.name_for(payee.name).th, signed.biller_id, found.sample or signed.sample)


def make_notices(asked: Asked, versions: Sequence[Version], as_of: date, by: User | None) -> list[str]:
    """``making.make``, and the office's kiosks hear of it."""
    with transaction.atomic():
        made = making.make(asked, versions, as_of, by)
        if made:
            announce_office(asked.office.pk)
    return made


def grow_notices(as_of: date, office: Office | None = None) -> int:
    """Bring surcharges up to a day, and tell the kiosks of every office concerned; how many notices were looked at."""
    keys = making.outgrown(as_of, office)
    making.grow(keys, as_of, announce_office)
    return len(keys)
