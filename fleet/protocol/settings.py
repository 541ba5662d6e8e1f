"""The settings of a kiosk: one schema, from which come validation on the kiosk and the admin's form.

Documents come in layers (national, province, office, kiosk); each is a JSON merge patch (RFC 7396) on those before.
A field nobody knows is reported and ignored; a field with a broken value makes the whole stack unfit, and the
kiosk stays with the last good one: half of an admin's intention is worse than yesterday's whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec

from fleet.protocol.fees import OtherFee
from fleet.protocol.words import Payee, Slug, TileWords, Words

__all__ = [
    "FEES_MAX",
    "KNOWN_SERVICES",
    "SINCE",
    "KioskSettings",
    "Patience",
    "Payee",
    "PresenceSlips",
    "SettingsError",
    "Words",
]
__all__ += ["Service", "entry_type", "merge", "merge_patch", "read_settings"]

KNOWN_SERVICES: tuple[str, ...] = (
    "pay-fee",
    "my-factory",
    "follow-case",
    "presence-slip",
    "register",
    "tell-us",
    "manuals",
    "other-fee",
    "folder-desk",
)
"""Services this release has a flow for, in the order of the menu."""

Service = Slug


class Patience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the screen waits, in seconds. A warning gives 20 s at the least (WCAG 2.2.1)."""

    step_s: Annotated[int, msgspec.Meta(ge=10, le=600)] = 60
    payment_s: Annotated[int, msgspec.Meta(ge=60, le=1800)] = 300
    warning_s: Annotated[int, msgspec.Meta(ge=20, le=120)] = 30
    taking_s: Annotated[int, msgspec.Meta(ge=5, le=120)] = 30


class PresenceSlips(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What presence slips are issued for, as many as a screen has rows, and for how many days one is good.

    The purposes are samples (ตัวอย่าง). ``check_card``: ask the Department of Provincial Administration whether the card
    is in force, through the fleet; then chip and request number are read, too, and leave the kiosk with the ID number.
    """

    purpose_1: Words = Words(th="ประกอบคำขออนุญาต", en="With an application")
    purpose_2: Words = Words(th="รับเอกสารแทนผู้อื่น", en="To collect for somebody else")
    purpose_3: Words = Words(th="แจ้งข้อมูลโรงงาน", en="To report on a factory")
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 30
    check_card: bool = False

    @property
    def purposes(self) -> tuple[Words, ...]:
        """In the order of the screen."""
        return self.purpose_1, self.purpose_2, self.purpose_3


FEES_MAX = 24
"""Eight pages of the list; more are not found again."""


MOMENT_PATTERN = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$"
"""In UTC, as 2026-11-23T09:00:00Z."""


class KioskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an admin may decide for a kiosk.

    ``contact`` is what follows "ask" on a slip. ``services``: what is switched on, in the order of the menu;
    ``menu``: what it calls them, where that is not the catalogue's. ``fees``: those of other offices;
    ``payees``: who may be paid for them, which is not an admin's to say.
    ``customer_key``: what registrations are sealed to, an X25519 public key in hex; without it there are none.
    ``ssh_until``: until then a technician's signed key is let in by ssh, at most twelve hours ahead; empty is never.
    ``sample`` marks everything drawn and printed with ตัวอย่าง; only real payees turn it off.
    """

    office_name: Words
    payee: Payee
    greeting: Words = Words(th="สวัสดี เชิญที่ศาลา", en="Welcome to Sala")
    invitation: Words = Words(th="ชำระเงินและติดตามเรื่องได้เอง", en="Pay and follow your case yourself")
    help_point: Words = Words(th="เคาน์เตอร์ 3", en="Counter 3")
    contact: Words = Words(th="ที่เคาน์เตอร์ 3 ในเวลาราชการ", en="at counter 3 in office hours")
    services: tuple[Service, ...] = ("pay-fee",)
    menu: dict[Service, TileWords] = {}
    fees: Annotated[dict[Slug, OtherFee], msgspec.Meta(max_length=FEES_MAX)] = {}
    payees: dict[Slug, Payee] = {}
    tracking_address: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+$")] = "https://sala.example"
    patience: Patience = Patience()
    presence: PresenceSlips = PresenceSlips()
    customer_key: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$", max_length=64)] = ""
    ssh_until: Annotated[str, msgspec.Meta(pattern=MOMENT_PATTERN, max_length=20)] = ""
    sample: bool = True

    def __hash__(self) -> int:
        """Tables have no hash of their own; those of two settings that differ in them alone may be the same."""
        return hash((self.office_name, self.payee, self.services, *self.menu, *self.fees, *self.payees))

    def __post_init__(self) -> None:
        """Raises: ValueError for a fee whose payee nobody has named."""
        for code, fee in self.fees.items():
            if fee.payee not in self.payees:
                raise ValueError(f"fees.{code}: no payee {fee.payee} among payees")


SINCE: dict[str, str] = dict.fromkeys(KioskSettings.__struct_fields__, "0.1.0")
"""The release whose kiosks first understood each of the settings. One that comes later is overwritten here by its own
release: kiosks before it report it as unknown."""


class SettingsError(ValueError):
    """A stack of layers a kiosk cannot live with; ``problems`` says why, one short line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def merge_patch(target: Any, patch: Any) -> Any:
    """``target`` changed by ``patch`` as RFC 7396 says; neither is modified."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def merge(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The layers as one document, later ones winning."""
    merged: dict[str, Any] = {}
    for document in documents:
        merged = merge_patch(merged, document)
    return merged


def read_settings(documents: Iterable[Mapping[str, Any]]) -> tuple[KioskSettings, tuple[str, ...]]:
    """The settings in a stack of layers, and what of it was not understood (unknown fields and services).

    Raises: SettingsError when a known field has a value it may not have, or a required one is missing.
    """
    known, unknown = _split_unknown(merge(documents), KioskSettings, "")
    try:
        settings = msgspec.convert(known, KioskSettings)
    except msgspec.ValidationError as err:
        raise SettingsError((str(err),)) from err
    strange = tuple(f"unknown service: {name}" for name in settings.services if name not in KNOWN_SERVICES)
    return settings, unknown + strange


def _split_unknown(document: Any, schema: Any, path: str) -> tuple[Any, tuple[str, ...]]:
    """``document`` without the fields ``schema`` does not have, and their names."""
    types = _fields(schema, document) if isinstance(document, Mapping) else None
    if types is None:
        return document, ()
    known: dict[str, Any] = {}
    unknown: tuple[str, ...] = ()
    for key, value in document.items():
        if key in types:
            known[key], below = _split_unknown(value, types[key], f"{path}{key}.")
            unknown += below
        else:
            unknown += (f"unknown field: {path}{key}"[:120],)
    return known, unknown


def _fields(schema: Any, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """What may stand in an object and of which type; None where the schema has no object."""
    if isinstance(schema, type) and issubclass(schema, msgspec.Struct):
        return {field.name: field.type for field in msgspec.structs.fields(schema)}
    entry = entry_type(schema)
    return None if entry is None else dict.fromkeys(document, entry)


def entry_type(schema: Any) -> Any:
    """What an entry of a table (``dict``) of the schema is; None for anything else."""
    plain = get_args(schema)[0] if get_origin(schema) is Annotated else schema
    return get_args(plain)[1] if get_origin(plain) is dict else None
