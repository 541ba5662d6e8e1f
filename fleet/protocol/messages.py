"""Every message on the wire: one msgspec struct each, JSON, named as its topic.

Rules: fields are only ever added, with a default, and a default never changes, because it is not sent. Readers ignore
what they do not know, and read a word of an enumeration they do not know as ``unknown``. Times are UTC.
``decode`` is the only way in: it bounds the size before it parses.
A message may be packed (zlib, RFC 1950); only ``Desired`` is, since the broker keeps one for every kiosk.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec

from fleet.protocol.counts import Count as Count  # noqa: PLC0414 - those who import it from here may
from fleet.protocol.moments import Moment
from fleet.protocol.updates import FirmwareDesired, FirmwareReported

MESSAGE_BYTES_MAX = 256 * 1024
"""Largest message either side reads. A batch of 100 records is about 30 kB; settings documents about 10 kB."""

ZLIB_BEGINS = 0x78
"""First byte of a packed message (RFC 1950: deflate, 32 KiB window); JSON text cannot begin so."""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all messages. What is as by default is not said: a status is 250 bytes instead of 850."""


class DeviceState(StrEnum):
    """States of a device in the words of the trade (XFS): unknown means nobody could ask, or a later release's word."""

    ONLINE = "online"
    OFFLINE = "offline"
    BUSY = "busy"
    USER_ERROR = "user-error"
    HARDWARE_ERROR = "hardware-error"
    NO_DEVICE = "no-device"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> DeviceState | None:
        return cls.UNKNOWN if isinstance(value, str) else None


class Session(Message, frozen=True):
    """A kiosk's link was born (``alive``) or died; the death is the broker's will of the same ``session_no``.

    A death whose ``session_no`` is not the one last born is late and says nothing.
    """

    session_no: Count
    boot_id: str
    alive: bool
    at: Moment
    version: str = ""


class FleetSession(Message, frozen=True):
    """The fleet's ingest is there (``alive``) or gone (its will, with the ``at`` of its birth)."""

    alive: bool
    at: Moment


class DeviceStatus(Message, frozen=True):
    """One device as the kiosk sees it now. ``detail`` is a short sentence for a technician.

    ``model`` and ``firmware`` in the device's own words, ``port`` where it is plugged in; empty when it does not tell.
    """

    state: DeviceState
    detail: str = ""
    since: Moment | None = None
    model: str = ""
    firmware: str = ""
    port: str = ""


class Health(Message, frozen=True):
    """The machine itself. None where it could not be asked.

    ``storage_used_percent``: how much of its life the storage has behind it. ``storage_errors``: what its file systems
    have met. ``clock_ahead_s``: our clock minus the fleet's. ``restart``: how the life of the front desk before this
    one ended, a word of ``kiosk.lives.Ending``; empty when that is not known. ``disk_room``: plenty; low, telemetry is
    counted and not kept; last, no payments are offered.
    """

    uptime_s: Count | None = None
    disk_free_mb: Count | None = None
    temperature_c: float | None = None
    memory_free_mb: Count | None = None
    under_voltage: bool | None = None
    under_voltage_since_start: bool | None = None
    slowed: bool | None = None
    storage_used_percent: Count | None = None
    storage_errors: Count | None = None
    clock_ahead_s: float | None = None
    clock_synchronised: bool | None = None
    restart: str = ""
    restarted_at: Moment | None = None
    disk_room: str = ""


class Status(Message, frozen=True):
    """Everything about a kiosk now; retained, on change and as a heartbeat.

    ``no`` only grows within a session, so that one that was overtaken is known; 0 does not count.
    ``paper_slips_left`` and ``paper_out_at``: what the kiosk reckons; None when nobody can know.
    """

    session_no: Count
    at: Moment
    devices: dict[str, DeviceStatus]
    no: Count = 0
    paper: str = "unknown"
    spool_depth: Count = 0
    in_visit: bool = False
    health: Health = Health()
    paper_slips_left: Count | None = None
    paper_out_at: Moment | None = None


class NumberedRecord(Message, frozen=True):
    """A record of the spool: ``no`` counts from 1 without gaps within ``RecordBatch.spool_id``."""

    no: Count
    record: msgspec.Raw


class RecordBatch(Message, frozen=True):
    """Consecutive records, oldest first; before a ``records.RecordsDropped`` those it speaks of are missing.

    ``spool_id`` changes when the spool was wiped, and numbers start again."""

    spool_id: str
    records: tuple[NumberedRecord, ...]


class Ack(Message, frozen=True):
    """The fleet has committed every record up to ``committed_through``; the kiosk sends on from the next.

    It doubles as "resend": a kiosk that hears of less than it has sent starts again from there.
    """

    spool_id: str
    committed_through: Count


class SettingsLayer(Message, frozen=True):
    """One document of the layers national, province, office, kiosk; a JSON merge patch (RFC 7396) on those before."""

    layer: str
    revision: Count
    document: dict[str, Any]


class Desired(Message, frozen=True):
    """What a kiosk should run. ``settings_revision`` names the stack of layers as a whole and only ever grows.

    ``office_revision`` counts within ``office_id``: a kiosk that was moved may well see a smaller one.
    ``firmware``: see ``fleet.protocol.updates``; None leaves alone what runs.
    It comes packed (zlib, RFC 1950) or as it is; its first byte tells: 0x78 is zlib's.
    """

    settings_revision: Count
    layers: tuple[SettingsLayer, ...]
    office_revision: Count = 0
    office_id: str = ""
    firmware: FirmwareDesired | None = None


class Reported(Message, frozen=True):
    """What a kiosk runs, and why not what was desired. ``firmware`` is None from one that cannot be updated."""

    settings_revision: Count
    problems: tuple[str, ...] = ()
    office_revision: Count = 0
    version: str = ""
    firmware: FirmwareReported | None = None


class CommandKind(StrEnum):
    """What may be asked of a kiosk; never "run this". ``UNKNOWN`` is never sent: it is what a later release's word
    reads as, so that the command is answered all the same.
    """

    IDENTIFY = "identify"
    TEST_PRINT = "test-print"
    REPRINT = "reprint"
    NEW_ROLL = "new-roll"
    SCREENSHOT = "screenshot"
    SEND_LOGS = "send-logs"
    REFRESH = "refresh"
    RESTART_FRONTDESK = "restart-frontdesk"
    REBOOT = "reboot"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> CommandKind | None:
        return cls.UNKNOWN if isinstance(value, str) else None


CommandId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,40}$")]
"""Fit for a file's name."""


class Command(Message, frozen=True):
    """Something to do once, before ``expires_at``. The MQTT correlation data repeats ``command_id``."""

    command_id: CommandId
    kind: CommandKind
    expires_at: Moment


ATTACHMENT_BYTES_MAX = 180 * 1024
"""What fits into a message as base64, with the rest of it."""


class Reply(Message, frozen=True):
    """How a command ended, and what it brought: a screenshot (``image/png``), or logs (``text/plain``).

    The reply is quick and may be lost; that the command ended also stands in a record (``records.CommandEnded``).
    """

    command_id: str
    done: bool
    detail: str = ""
    media_type: str = ""
    attachment: bytes = b""


class PaymentConfirmed(Message, frozen=True):
    """The bank has confirmed a payment for a notice shown on this kiosk.

    ``office_revision``: from there on the notice's office has it in its records; 0 when that is not said.
    """

    ref1: str
    ref2: str
    amount_satang: Count
    confirmed_at: Moment
    notice_no: str = ""
    office_revision: Count = 0


M = TypeVar("M", bound=Message)


class MessageError(ValueError):
    """A message that cannot be read; it says which field and why, and holds nothing of what stood in it."""


def encode(message: Message) -> bytes:
    """The message as it goes on the wire."""
    return msgspec.json.encode(message)


def encode_packed(message: Message) -> bytes:
    """The same, packed: of a settings document of 2 kB, most of it Thai, 0.7 kB are left."""
    return zlib.compress(encode(message))


def decode(payload: bytes, kind: type[M]) -> M:
    """The message of type ``kind`` in ``payload``, packed or not.

    Raises: MessageError when it is too large, no JSON, or breaks the schema; count it, do not crash.
    """
    if payload[:1] == bytes((ZLIB_BEGINS,)):
        payload = _unpacked(payload, kind)
    if len(payload) > MESSAGE_BYTES_MAX:
        raise MessageError(f"{kind.__name__} of {len(payload)} bytes is over {MESSAGE_BYTES_MAX}")
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.DecodeError as err:
        raise MessageError(f"{kind.__name__}: {err}") from err
    except UnicodeDecodeError:  # msgspec lets it through; it would carry the whole text along
        raise MessageError(f"{kind.__name__}: a text is no UTF-8") from None
    except RecursionError:  # nested deeper than anything of ours; the traceback would be as deep
        raise MessageError(f"{kind.__name__}: nested too deeply") from None


def _unpacked(payload: bytes, kind: type[Message]) -> bytes:
    """At most one byte more than may be read: what is a thousand times its size packed is never unpacked whole."""
    unpacking = zlib.decompressobj()
    try:
        message = unpacking.decompress(payload, MESSAGE_BYTES_MAX + 1)
    except zlib.error:
        raise MessageError(f"{kind.__name__}: damaged packing") from None
    if len(message) <= MESSAGE_BYTES_MAX and (not unpacking.eof or unpacking.unused_data):
        raise MessageError(f"{kind.__name__}: packing cut short, or more behind it")
    return message
