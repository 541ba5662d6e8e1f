"""What the fleet must know for certain: the records of a kiosk's spool.

Rules: fields are only ever added, with a default; a reader ignores fields and *kinds* it does not know
(``decode_record`` then gives ``UnknownRecord``, which is still numbered and acknowledged).
No record holds an ID number, a name from a card or the content of a barcode.
Times are UTC, RFC 3339, as the kiosk's clock had them.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args

import msgspec

from fleet.protocol.messages import Count
from fleet.protocol.moments import Moment
from fleet.protocol.updates import ManifestHash, UpdateReason, UpdateState


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of all records."""


class VisitEnded(Record, frozen=True, tag="visit-ended"):
    """One visitor came and went. ``outcome`` is one of paid, unconfirmed, cancelled, timed-out, nothing-owed."""

    visit_id: str
    service: str
    language: str
    started_at: Moment
    ended_at: Moment
    outcome: str


class PaymentOpened(Record, frozen=True, tag="payment-opened"):
    """A payment QR was shown. ``tracking_token`` is the unguessable part of the slip's tracking address.

    ``fee``: the code of another office's fee in the settings, and then there is no ``notice_no``.
    """

    transaction_no: str
    tracking_token: str
    notice_no: str
    biller_id: str
    ref1: str
    ref2: str
    amount_satang: Count
    opened_at: Moment
    visit_id: str = ""
    fee: str = ""


class SlipPrinted(Record, frozen=True, tag="slip-printed"):
    """The printer said afterwards that a slip is out. ``confirmed``: it says that the bank has confirmed."""

    transaction_no: str
    confirmed: bool
    length_mm: Count
    printed_at: Moment
    reprint: bool = False


class SlipFailed(Record, frozen=True, tag="slip-failed"):
    """A slip that was wanted and is not known to be out. ``reason`` is a driver's Fault or a word."""

    transaction_no: str
    reason: str
    failed_at: Moment


class DeviceChanged(Record, frozen=True, tag="device-changed"):
    """A device came, went or changed its state. ``state`` as in ``messages.DeviceState``.

    ``model`` and ``firmware`` in the device's own words, ``port`` where it is plugged in; empty when it does not tell.
    """

    device: str
    state: str
    detail: str
    changed_at: Moment
    model: str = ""
    firmware: str = ""
    port: str = ""


class SettingsApplied(Record, frozen=True, tag="settings-applied"):
    """Settings were taken over, or refused with ``problems``."""

    revision: Count
    problems: tuple[str, ...]
    applied_at: Moment


class Restarted(Record, frozen=True, tag="restarted"):
    """A process of the kiosk started. ``reason`` says why the one before it ended, if that is known."""

    process: str
    version: str
    reason: str
    started_at: Moment


class CommandEnded(Record, frozen=True, tag="command-ended"):
    """What was asked of the kiosk is done, or is not and why. ``command`` as in ``messages.CommandKind``."""

    command_id: str
    command: str
    done: bool
    detail: str
    ended_at: Moment


class RecordsDropped(Record, frozen=True, tag="records-dropped"):
    """The kiosk had no room: ``count`` records of telemetry, from ``first_at`` to ``last_at``, were forgotten.

    It stands in the place of all of them: its number is that of the last, and the ``count - 1`` before it are not sent.
    """

    count: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    first_at: Moment
    last_at: Moment


class TicketOpened(Record, frozen=True, tag="ticket-opened"):
    """Somebody told the office something. ``number``: ``fleet.protocol.tickets``; ``channel``: the office's own word.

    ``text`` is theirs, ID numbers in it masked; ``tracking_token`` as in ``PaymentOpened``.
    """

    number: str
    tracking_token: str
    channel: str
    text: str
    language: str
    opened_at: Moment
    visit_id: str = ""


class CustomerRegistered(Record, frozen=True, tag="customer-registered"):
    """Somebody asked to be registered as a customer. ``sealed`` is for the ministry alone (``fleet.protocol.sealing``);
    outside it nothing is whole. ``tracking_token`` as in ``PaymentOpened``, empty where it cannot be followed."""

    number: str
    id_masked: str
    phone_masked: str
    sealed: str
    opened_at: Moment
    visit_id: str = ""
    tracking_token: str = ""


class PresenceKeyMade(Record, frozen=True, tag="presence-key-made"):
    """This kiosk signs presence slips with a new key from now on; raw Ed25519, in hex."""

    key_id: str
    public_key: str
    made_at: Moment


class PresenceIssued(Record, frozen=True, tag="presence-issued"):
    """A signed presence slip was asked for; whose is not said."""

    number: str
    key_id: str
    purpose: str
    issued_at: Moment
    visit_id: str = ""


class FolderMoved(Record, frozen=True, tag="folder-moved"):
    """An officer took a paper folder (``deed`` is ``out``) or put it back in its place (``in``).

    ``told_by``: the officer whose card was in, where another took it; empty where it was the same one.
    """

    folder_id: str
    deed: str
    officer_no: str
    moved_at: Moment
    told_by: str = ""


class ShelfTaken(Record, frozen=True, tag="shelf-taken"):
    """An officer walked along a shelf and scanned every folder that stands there."""

    room: str
    cabinet: str
    shelf: str
    folder_ids: tuple[str, ...]
    officer_no: str
    taken_at: Moment


class FirmwareStep(Record, frozen=True, tag="firmware-step"):
    """A kiosk went from one state of its update to another; fields as in ``updates.FirmwareReported``.

    ``was`` and ``state`` are the same when only the reason, or the next try, is another.
    """

    was: UpdateState
    state: UpdateState
    reason: UpdateReason
    detail: str
    version: str
    manifest_hash: ManifestHash
    rollout_id: str
    tries: Count
    next_try_at: Moment | None
    stepped_at: Moment


class UnknownRecord(Record, frozen=True, tag="unknown"):
    """A record of a kind this reader does not know: kept as it came."""

    original: dict[str, Any]


KnownRecord = (
    VisitEnded
    | PaymentOpened
    | SlipPrinted
    | SlipFailed
    | DeviceChanged
    | SettingsApplied
    | Restarted
    | CommandEnded
    | RecordsDropped
    | TicketOpened
    | CustomerRegistered
    | PresenceKeyMade
    | PresenceIssued
    | FolderMoved
    | ShelfTaken
    | FirmwareStep
)

_DECODER: msgspec.json.Decoder[KnownRecord] = msgspec.json.Decoder(KnownRecord)
_KINDS = frozenset(kind.__struct_config__.tag for kind in get_args(KnownRecord))


def encode_record(record: KnownRecord) -> bytes:
    """The record as the JSON that stands in the spool and on the wire."""
    return msgspec.json.encode(record)


def decode_record(raw: bytes | msgspec.Raw) -> KnownRecord | UnknownRecord:
    """The record in ``raw``.

    Raises: msgspec.DecodeError when it is no JSON object or a known kind with broken fields; count it and say so,
        and do not acknowledge past it in silence.
    """
    try:
        return _decoded(raw)
    except UnicodeDecodeError:  # msgspec lets it through; it would carry the whole text along
        raise msgspec.DecodeError("a text is no UTF-8") from None
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None


def _decoded(raw: bytes | msgspec.Raw) -> KnownRecord | UnknownRecord:
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        original = msgspec.json.decode(raw, type=dict[str, Any])
        if original.get("kind") in _KINDS:
            raise
        return UnknownRecord(original=original)
