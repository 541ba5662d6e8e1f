"""From an admin's change to what every kiosk it concerns should run.

A change is one transaction: the new revision, the kiosks' revisions, and the messages that tell them. Before it is
kept it is tried on every kiosk it concerns, with the kiosk's own validation; one that would not fit is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from fleet.devices.models import Kiosk, Layer, Outgoing, SettingsRevision
from fleet.protocol.messages import Desired, Message, SettingsLayer, encode
from fleet.protocol.settings import SettingsError, merge, read_settings
from fleet.protocol.topics import Channel, kiosk_topic


def kiosks_of(layer: str, key: str) -> QuerySet[Kiosk]:
    """The kiosks a layer's document concerns."""
    kiosks = Kiosk.objects.select_related("office")
    match layer:
        case Layer.NATIONAL:
            return kiosks
        case Layer.PROVINCE:
            return kiosks.filter(office__province_id=int(key))
        case Layer.OFFICE:
            return kiosks.filter(office_id=key)
        case Layer.KIOSK:
            return kiosks.filter(pk=key)
    raise ValueError(f"no such layer: {layer}")


def stack_of(kiosk: Kiosk) -> tuple[SettingsLayer, ...]:
    """The latest document of each layer of this kiosk, the strongest last."""
    keys = {
        Layer.NATIONAL: "",
        Layer.PROVINCE: str(kiosk.office.province_id),
        Layer.OFFICE: kiosk.office_id,
        Layer.KIOSK: kiosk.kiosk_id,
    }
    latest = (latest_document(layer, key) for layer, key in keys.items())
    return tuple(
        SettingsLayer(layer=each.layer, revision=each.revision, document=each.document) for each in latest if each
    )


def latest_document(layer: str, key: str) -> SettingsRevision | None:
    """The document in force, or None when the layer says nothing yet."""
    return SettingsRevision.objects.filter(layer=layer, key=key).first()


def desired_of(kiosk: Kiosk) -> Desired:
    """What this kiosk should run."""
    return Desired(
        settings_revision=kiosk.settings_revision,
        layers=stack_of(kiosk),
        office_revision=kiosk.office.revision,
        office_id=kiosk.office_id,
    )


def change_settings(
    layer: str, key: str, document: Mapping[str, Any], author: User | None, reason: str
) -> SettingsRevision:
    """Put a new document into force and tell every kiosk it concerns.

    Raises: SettingsError when a kiosk could not live with it; nothing has changed.
    """
    with transaction.atomic():
        last = SettingsRevision.objects.filter(layer=layer, key=key).aggregate(Max("revision"))["revision__max"] or 0
        revision = SettingsRevision.objects.create(
            layer=layer, key=key, revision=last + 1, document=dict(document), author=author, reason=reason[:200]
        )
        for kiosk in kiosks_of(layer, key):
            read_settings(each.document for each in stack_of(kiosk))
            kiosk.settings_revision += 1
            kiosk.desired_at = timezone.now()
            kiosk.save(update_fields=["settings_revision", "desired_at"])
            post(kiosk.kiosk_id, Channel.DESIRED, desired_of(kiosk), retain=True)
    return revision


def undo(revision: SettingsRevision, author: User | None, reason: str) -> SettingsRevision:
    """Put the document before ``revision`` into force again, as a new revision.

    Raises: SettingsError as ``change_settings``; LookupError when there is none before it.
    """
    before = SettingsRevision.objects.filter(
        layer=revision.layer, key=revision.key, revision__lt=revision.revision
    ).first()
    if before is None:
        raise LookupError("nothing before this revision")
    return change_settings(revision.layer, revision.key, before.document, author, reason)


def announce_office(office_id: str) -> None:
    """The office's records changed: tell its kiosks to fetch them."""
    for kiosk in Kiosk.objects.select_related("office").filter(office_id=office_id):
        post(kiosk.kiosk_id, Channel.DESIRED, desired_of(kiosk), retain=True)


def post(kiosk_id: str, channel: Channel, message: Message, *, retain: bool = False) -> None:
    """Have a message published, as part of the transaction under way."""
    Outgoing.objects.create(topic=kiosk_topic(kiosk_id, channel), payload=encode(message), retain=retain)


def merged_for(layer: str, key: str, kiosk: Kiosk | None) -> dict[str, Any]:
    """The settings as they are at this layer, those beneath it included; ``kiosk`` picks the branch."""
    order = [Layer.NATIONAL, Layer.PROVINCE, Layer.OFFICE, Layer.KIOSK]
    upto = order.index(Layer(layer))
    if kiosk is None:
        latest = latest_document(layer, key)
        return dict(latest.document) if latest else {}
    return merge(each.document for each in stack_of(kiosk) if order.index(Layer(each.layer)) <= upto)


__all__ = [
    "SettingsError",
    "announce_office",
    "change_settings",
    "desired_of",
    "kiosks_of",
    "latest_document",
    "merged_for",
    "post",
    "stack_of",
    "undo",
]
