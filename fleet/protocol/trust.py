"""Who may say what: the names of the offline roles, and what stands in the metadata they sign. No TUF library here.

Kiosks believe three things only from signed metadata (TUF), whoever tells them: into which accounts money may go and
what registrations are sealed to (role ``payees``), which firmware there is (``firmware``), and, where a province signs
them, its settings (``settings-<DOPA code>``, and ``settings-national`` for the layer of all). What a role says stands
in its metadata itself, as the ``custom`` of a target, so that whoever signs reads what is signed and not a hash of it;
the target's file is the same as JSON with its keys in order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from fleet.protocol.counts import Count
from fleet.protocol.settings import Words
from fleet.protocol.updates import ManifestHash

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = "root", "targets", "snapshot", "timestamp"
FIRMWARE, PAYEES = "firmware", "payees"
NATIONAL_SETTINGS = "settings-national"

PAYEE_PATH, CUSTOMER_KEY_PATH, FIRMWARE_PATH = "payees/", "customer-keys/", "firmware/"

BillerId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}$")]
HexKey = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class _Signed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what is said in signed metadata. Fields are only ever added, with a default."""


class SignedPayee(_Signed, frozen=True):
    """An account money may go to, and under which name. ``provinces``: DOPA codes where; none is everywhere.

    ``other_names``: offices that share the account; settings choose among them and ``name``, and among nothing else.
    ``sample``: whatever shows it says ตัวอย่าง, whatever the settings say.
    """

    biller_id: BillerId
    name: Words
    other_names: tuple[Words, ...] = ()
    provinces: tuple[int, ...] = ()
    sample: bool = False

    def name_for(self, wanted: Words) -> Words:
        """``wanted`` if it is signed, or else the account's own."""
        return wanted if wanted in self.other_names else self.name


class SignedCustomerKey(_Signed, frozen=True):
    """An X25519 public key that registrations may be sealed to."""

    key: HexKey


class SignedBlocks(_Signed, frozen=True):
    """The index of a bundle's blocks (``blocks.py``), as a file beside it."""

    length: Count
    sha256: Sha256


class SignedFirmware(_Signed, frozen=True):
    """A bundle; its target's length and SHA-256 are those of the file. The rest as in ``FirmwareDesired``.

    ``blocks``: by what a kiosk fetches only what it has not; None: it fetches the whole.
    """

    version: str
    manifest_hash: ManifestHash
    compatible: str
    blocks: SignedBlocks | None = None


class ComingLayer(_Signed, frozen=True):
    """A document that some kiosks run before the others: its revision, and ``document_sha256`` of it."""

    revision: Count
    sha256: Sha256


class SignedLayer(_Signed, frozen=True):
    """One layer's document of settings: its revision, and ``document_sha256`` of it.

    ``revision`` 0: the layer says nothing yet. ``coming``: the next document, which a roll-out is bringing: a kiosk
    takes either, and which of the two is the fleet's to say.
    """

    revision: Count
    sha256: Sha256
    coming: ComingLayer | None = None


def settings_role(dopa_code: int) -> str:
    """The role that signs a province's settings."""
    return f"settings-{dopa_code}"


def payee_path(biller_id: str) -> str:
    """The target that stands for an account."""
    return PAYEE_PATH + biller_id


def customer_key_path(key: str) -> str:
    """The target that stands for a key that registrations are sealed to."""
    return CUSTOMER_KEY_PATH + key


def firmware_path(name: str) -> str:
    """The target of a bundle."""
    return FIRMWARE_PATH + name


def blocks_path(path: str) -> str:
    """Where the index of the bundle under ``path`` is fetched; no target of its own, the bundle's speaks for it."""
    return path + ".blocks"


def layer_path(role: str, layer: str, key: str = "") -> str:
    """The target that stands for one layer's document; ``key`` is its office's or kiosk's id."""
    return f"{role}/{layer}/{key or 'all'}"


def paths_of(role: str) -> tuple[str, ...]:
    """What a delegated role may speak of, as patterns of TUF."""
    match role:
        case "payees":
            return (PAYEE_PATH + "*", CUSTOMER_KEY_PATH + "*")
        case "firmware":
            return (FIRMWARE_PATH + "*",)
        case _:
            return (f"{role}/*/*",)


def content_of(custom: Mapping[str, Any]) -> bytes:
    """The file of a target that is said in its metadata."""
    return msgspec.json.encode(custom, order="sorted")


def document_sha256(document: Mapping[str, Any]) -> str:
    """What a layer's document is signed by: of its JSON with keys in order and nothing between."""
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()
