"""From an admin's change to what every kiosk it concerns should run.

A change is one transaction: the new revision, the kiosks' revisions, and the messages that tell them. Before it is
kept it is tried on every kiosk it concerns, with the kiosk's own validation; one that would not fit is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from fleet.devices.models import Kiosk, Layer, Outgoing, SettingsRevision, StagedSettings
from fleet.protocol.messages import Desired, Message, SettingsLayer, encode, encode_packed
from fleet.protocol.settings import SettingsError, merge, read_settings
from fleet.protocol.topics import Channel, kiosk_topic
from fleet.protocol.updates import FirmwareDesired

BEING_ROLLED_OUT = "a roll-out is bringing these settings; end it or take it back first"

KIOSKS_AT_ONCE = 1000
"""Kiosks a statement: enough that statements cost nothing, few enough for a database's limits of parameters."""


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


def turn_of(layer: str, key: str) -> str:
    """The turn (``fleet.audit.turns``) of who puts another document of this layer into force."""
    return f"settings {layer} {key}"


class _Documents:
    """The latest documents of every layer that concerns some kiosks: read once, put together for each."""

    def __init__(self, kiosks: Sequence[Kiosk], draft: SettingsLayer | None = None, key: str = "") -> None:
        """``draft``: stands in the place of its layer's document, the one of ``key``."""
        wanted = (
            Q(layer=Layer.NATIONAL, key="")
            | Q(layer=Layer.PROVINCE, key__in={str(kiosk.office.province_id) for kiosk in kiosks})
            | Q(layer=Layer.OFFICE, key__in={kiosk.office_id for kiosk in kiosks})
            | Q(layer=Layer.KIOSK, key__in=[kiosk.kiosk_id for kiosk in kiosks])
        )
        newest = SettingsRevision.objects.filter(wanted).order_by().values("layer", "key").annotate(newest=Max("pk"))
        self._held = {
            (each.layer, each.key): SettingsLayer(layer=each.layer, revision=each.revision, document=each.document)
            for each in SettingsRevision.objects.filter(pk__in=newest.values("newest"))
        }
        if draft is not None:
            self._held[draft.layer, key] = draft
        staged = {kiosk.staged_id for kiosk in kiosks if kiosk.staged_id is not None}
        self._staged = {
            each.pk: (
                (each.layer, each.key),
                SettingsLayer(layer=each.layer, revision=each.revision, document=each.document),
            )
            for each in (StagedSettings.objects.filter(pk__in=staged) if staged else ())
        }

    def stack_of(self, kiosk: Kiosk) -> tuple[SettingsLayer, ...]:
        """The latest document of each layer of this kiosk, the strongest last."""
        keys = (
            (Layer.NATIONAL, ""),
            (Layer.PROVINCE, str(kiosk.office.province_id)),
            (Layer.OFFICE, kiosk.office_id),
            (Layer.KIOSK, kiosk.kiosk_id),
        )
        held = self._held
        if kiosk.staged_id is not None:
            instead, layer = self._staged[kiosk.staged_id]
            held = {**held, instead: layer}
        return tuple(held[key] for key in keys if key in held)


def stack_of(kiosk: Kiosk) -> tuple[SettingsLayer, ...]:
    """The latest document of each layer of this kiosk, the strongest last."""
    return _Documents([kiosk]).stack_of(kiosk)


def latest_document(layer: str, key: str) -> SettingsRevision | None:
    """The document in force, or None when the layer says nothing yet."""
    return SettingsRevision.objects.filter(layer=layer, key=key).first()


def is_staged(layer: str, key: str) -> bool:
    """Whether a roll-out is bringing this layer another document: until it ends nobody changes the layer."""
    return StagedSettings.objects.filter(layer=layer, key=key).exists()


def desired_of(kiosk: Kiosk) -> Desired:
    """What this kiosk should run."""
    return _desired(kiosk, stack_of(kiosk))


def _desired(kiosk: Kiosk, layers: tuple[SettingsLayer, ...]) -> Desired:
    return Desired(
        settings_revision=kiosk.settings_revision,
        layers=layers,
        office_revision=kiosk.office.revision,
        office_id=kiosk.office_id,
        firmware=msgspec.convert(kiosk.firmware, FirmwareDesired) if kiosk.firmware else None,
    )


def tell_desired(kiosks: Sequence[Kiosk]) -> None:
    """Have every one of these kiosks (with their offices) told what it should run."""
    for begin in range(0, len(kiosks), KIOSKS_AT_ONCE):
        some = kiosks[begin : begin + KIOSKS_AT_ONCE]
        _tell(some, _Documents(some))


def _tell(kiosks: Sequence[Kiosk], documents: _Documents) -> None:
    Outgoing.objects.bulk_create(
        Outgoing(
            topic=kiosk_topic(kiosk.kiosk_id, Channel.DESIRED),
            payload=encode_packed(_desired(kiosk, documents.stack_of(kiosk))),
            retain=True,
        )
        for kiosk in kiosks
    )


def change_settings(
    layer: str, key: str, document: Mapping[str, Any], author: User | None, reason: str
) -> SettingsRevision:
    """Put a new document into force and tell every kiosk it concerns.

    Raises: SettingsError when a kiosk could not live with it, or a roll-out is bringing this layer another document;
        nothing has changed.
    """
    with transaction.atomic():
        if is_staged(layer, key):
            raise SettingsError((BEING_ROLLED_OUT,))
        last = SettingsRevision.objects.filter(layer=layer, key=key).aggregate(Max("revision"))["revision__max"] or 0
        revision = SettingsRevision.objects.create(
            layer=layer, key=key, revision=last + 1, document=dict(document), author=author, reason=reason[:200]
        )
        concerned = kiosks_of(layer, key).select_for_update(of=("self",)).order_by("pk")
        changed = [kiosk.pk for kiosk in concerned]  # held from here on: who changes another layer meanwhile waits
        now = timezone.now()
        kiosks_of(layer, key).update(settings_revision=F("settings_revision") + 1, desired_at=now)
        for begin in range(0, len(changed), KIOSKS_AT_ONCE):
            pks = changed[begin : begin + KIOSKS_AT_ONCE]
            kiosks = list(Kiosk.objects.select_related("office").filter(pk__in=pks))
            documents = _Documents(kiosks)
            _try_on(kiosks, documents)
            _tell(kiosks, documents)
    return revision


def try_on(kiosks: Sequence[Kiosk]) -> None:
    """Read what these kiosks should run as they will, what is staged for them included.

    Raises: SettingsError.
    """
    for begin in range(0, len(kiosks), KIOSKS_AT_ONCE):
        some = kiosks[begin : begin + KIOSKS_AT_ONCE]
        _try_on(some, _Documents(some))


def try_draft(layer: str, key: str, document: Mapping[str, Any]) -> None:
    """Read what the layer's kiosks would run with this document, as they will; nothing is kept.

    Raises: SettingsError.
    """
    draft = SettingsLayer(layer=layer, revision=0, document=dict(document))
    kiosks = list(kiosks_of(layer, key))
    for begin in range(0, len(kiosks), KIOSKS_AT_ONCE):
        some = kiosks[begin : begin + KIOSKS_AT_ONCE]
        _try_on(some, _Documents(some, draft, key))


def drafted_for(kiosk: Kiosk, layer: str, key: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of one kiosk, all layers merged, were this document in force."""
    draft = SettingsLayer(layer=layer, revision=0, document=dict(document))
    return merge(each.document for each in _Documents([kiosk], draft, key).stack_of(kiosk))


def _try_on(kiosks: Sequence[Kiosk], documents: _Documents) -> None:
    """Read the settings of each kiosk as the kiosk will; a stack that many share is read once.

    Raises: SettingsError.
    """
    stacks = map(documents.stack_of, kiosks)
    for stack in {tuple(map(id, stack)): stack for stack in stacks}.values():
        read_settings(each.document for each in stack)


def put_back(layer: str, key: str, revision_no: int, author: User | None, reason: str) -> SettingsRevision:
    """Put the document of an earlier revision into force again, as a new revision; 0 is the layer that says nothing.

    Raises: SettingsError as ``change_settings``; LookupError when there was no such revision.
    """
    document: Mapping[str, Any] = {}
    if revision_no:
        earlier = SettingsRevision.objects.filter(layer=layer, key=key, revision=revision_no).first()
        if earlier is None:
            raise LookupError(f"no revision {revision_no}")
        document, revision_no = earlier.document, earlier.stands_for
    with transaction.atomic():
        revision = change_settings(layer, key, document, author, reason)
        revision.restores = revision_no
        revision.save(update_fields=["restores"])
    return revision


def undo(layer: str, key: str, author: User | None, reason: str) -> SettingsRevision:
    """Take the last change of a layer back that has not been taken back yet, down to the layer that says nothing.

    Raises: SettingsError as ``change_settings``; LookupError when all has been taken back.
    """
    latest = latest_document(layer, key)
    if latest is None or not latest.stands_for:
        raise LookupError("nothing to take back")
    before = SettingsRevision.objects.filter(layer=layer, key=key, revision__lt=latest.stands_for).first()
    return put_back(layer, key, before.stands_for if before else 0, author, reason)


def announce_office(office_id: str) -> None:
    """The office's records changed: tell its kiosks to fetch them."""
    tell_desired(list(Kiosk.objects.select_related("office").filter(office_id=office_id)))


def post(kiosk_id: str, channel: Channel, message: Message, *, retain: bool = False) -> None:
    """Have a message published, as part of the transaction under way; packed where the broker keeps it."""
    payload = encode_packed(message) if channel is Channel.DESIRED else encode(message)
    Outgoing.objects.create(topic=kiosk_topic(kiosk_id, channel), payload=payload, retain=retain)


def merged_for(layer: str, key: str, kiosk: Kiosk | None) -> dict[str, Any]:
    """The settings as they are at this layer, those beneath it included; ``kiosk`` picks the branch."""
    order = [Layer.NATIONAL, Layer.PROVINCE, Layer.OFFICE, Layer.KIOSK]
    upto = order.index(Layer(layer))
    if kiosk is None:
        latest = latest_document(layer, key)
        return dict(latest.document) if latest else {}
    return merge(each.document for each in stack_of(kiosk) if order.index(Layer(each.layer)) <= upto)


__all__ = [
    "BEING_ROLLED_OUT",
    "SettingsError",
    "announce_office",
    "change_settings",
    "desired_of",
    "drafted_for",
    "is_staged",
    "kiosks_of",
    "latest_document",
    "merged_for",
    "post",
    "put_back",
    "stack_of",
    "tell_desired",
    "try_draft",
    "try_on",
    "turn_of",
    "undo",
]
