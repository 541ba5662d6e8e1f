"""Settings for some kiosks before the others: a document staged for a layer, given to kiosks, then adopted or dropped.

Not here: who gets it and when (``fleet.rollouts``). Rules: one staged document a layer; while it is there nobody
changes that layer; a kiosk has at most one. Given, taken back and adopted alike are new revisions of the kiosk's stack
as a whole, because what it runs changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max

from fleet.audit.turns import in_turn
from fleet.devices.desired import (
    BEING_ROLLED_OUT,
    change_settings,
    is_staged,
    kiosks_of,
    tell_desired,
    try_on,
    turn_of,
)
from fleet.devices.models import Kiosk, SettingsRevision, StagedSettings
from fleet.protocol.settings import SettingsError

PKS_AT_ONCE = 500


def stage(layer: str, key: str, document: Mapping[str, Any]) -> StagedSettings:
    """Stage a document, tried on every kiosk of the layer; nobody has it yet. Whoever made it from the one in force
    does so in the layer's turn (``desired.turn_of``).

    Raises: SettingsError when a kiosk could not live with it, or another is staged there.
    """
    with transaction.atomic():
        if is_staged(layer, key):
            raise SettingsError((BEING_ROLLED_OUT,))
        last = SettingsRevision.objects.filter(layer=layer, key=key).aggregate(Max("revision"))["revision__max"] or 0
        staged = StagedSettings.objects.create(layer=layer, key=key, revision=last + 1, document=dict(document))
        kiosks = list(kiosks_of(layer, key))
        for kiosk in kiosks:
            kiosk.staged_id = staged.pk
        try_on(kiosks)
    return staged


def give(staged: StagedSettings, kiosk_ids: Sequence[str], now: datetime) -> dict[str, int]:
    """Have these kiosks run it, and tell them; the revision that each will report then. Inside a transaction."""
    return _change(kiosk_ids, staged.pk, now)


def take_back(kiosk_ids: Sequence[str], now: datetime) -> dict[str, int]:
    """Have these kiosks run what their layers say again; as ``give``."""
    return _change(kiosk_ids, None, now)


def _change(kiosk_ids: Sequence[str], staged: int | None, now: datetime) -> dict[str, int]:
    revisions: dict[str, int] = {}
    for pks in _some(kiosk_ids):
        Kiosk.objects.filter(pk__in=pks).update(
            staged_id=staged, settings_revision=F("settings_revision") + 1, desired_at=now
        )
        kiosks = list(Kiosk.objects.select_related("office").filter(pk__in=pks))
        tell_desired(kiosks)
        revisions.update({kiosk.pk: kiosk.settings_revision for kiosk in kiosks})
    return revisions


def _some(kiosk_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (kiosk_ids[begin : begin + PKS_AT_ONCE] for begin in range(0, len(kiosk_ids), PKS_AT_ONCE))


def adopt(staged: StagedSettings, author: User | None, reason: str) -> SettingsRevision:
    """Make it the layer's document, for every kiosk there is and those to come.

    Raises: SettingsError when a kiosk that came meanwhile could not live with it; nothing has changed.
    """
    layer, key, document = staged.layer, staged.key, staged.document
    # In the layer's turn: who made a change from the document before this one, and is about to ask whether anything is
    # staged, would find it gone and put theirs over this. And before ``drop`` has the rows of kiosks, because who has
    # the turn waits for those. Whoever steps the roll-out holds its row already; nobody in a turn ever asks for that.
    with in_turn(turn_of(layer, key)):
        drop(staged)
        return change_settings(layer, key, document, author, reason)


def drop(staged: StagedSettings) -> None:
    """Forget it. Who still has it is not told: have ``take_back`` or ``adopt`` do that."""
    Kiosk.objects.filter(staged=staged).update(staged=None)
    staged.delete()
