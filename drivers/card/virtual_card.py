"""Pretend cards: a Thai ID card with its own data and applet, a card that is none, and one that does not answer.

Not a reader and not a socket: a carrier (``fake``, ``virtual``) powers the card, hands it command APDUs and takes its
answers. Works as T=0 cards do, so a long answer waits for GET RESPONSE.

Rules: a card knows only what a card can know, and refuses what a card refuses; what real cards do differently from
one another is a ``Habits``. Names say ตัวอย่าง; nobody's data is here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from drivers.card.thai_text import PHOTO_LENGTH, PHOTO_OFFSET, Field

AID = bytes.fromhex("A000000054480001")

ATR_OLD = bytes.fromhex("3B680000") + b"TH NID 6"
"""An older generation, 9600 bit/s. This and the next are in the public list of smart card ATRs of pcsc-tools."""

ATR_NEW = bytes.fromhex("3B799600FF") + b"TH NID 15"
"""A newer generation (F/D 512/32)."""

ATR_P2 = bytes.fromhex("3B670000") + bytes(7)
"""A card of the kind that wants GET RESPONSE with P2 = 1; only its first two bytes are known to matter."""

KNOWN_ATRS = (
    ATR_OLD,
    *(bytes.fromhex("3B78180000") + b"TH NID %d" % n for n in range(10)),
    bytes.fromhex("3B79180000") + b"TH NID 10",
    *(bytes.fromhex("3B79960000") + b"TH NID 1%d" % n for n in range(10)),
    ATR_NEW,
)
"""Answers to reset of Thai ID cards in the public list of pcsc-tools; where it leaves the last digit open, all ten."""

BYTE_AT_9600_S = 12 / 9600
"""How long one byte takes on the slowest cards: 12 bit times, the guard time between characters included."""

_DESCRIPTION = bytes.fromhex("6F088406") + AID[:6]  # 10 bytes, as real cards offer on SELECT (610A)
_SIZE = Field.PHOTO_NUMBER.end

_GET_CHIP = bytes.fromhex("80CA9F7F")
_CHIP = bytes.fromhex("9F7F2A") + bytes(10) + b"SAMPLE42" + bytes(24)
"""A made-up production record of a chip, as long as real ones (``thai_chip``)."""


_PIECE = 64
"""Bytes, of a card that hands its data out in pieces."""


class CardPulledError(Exception):
    """The card left the slot in the middle of a command; ``sent`` is what of its answer still got out.

    Between a pretend card and its carrier only: the carrier turns it into what its reader does then.
    """

    def __init__(self, sent: bytes = b"") -> None:
        super().__init__("the card was pulled")
        self.sent = sent


class PretendCard(Protocol):
    """What a carrier needs of a card."""

    @property
    def atr(self) -> bytes:
        """Answer to reset; empty for a card that does not answer."""

    def reset(self) -> None:
        """Power comes (back): the card forgets what was selected."""

    def answer(self, apdu: bytes) -> bytes:
        """Data and status word for one command APDU.

        Raises: CardPulledError when the card is out before its answer is.
        """


class Answering(Enum):
    """How a card hands out the data of a READ."""

    GET_RESPONSE = auto()
    """61xx, then the data on GET RESPONSE: what Thai ID cards do."""
    DIRECT = auto()
    """Data at once, as readers that fetch it themselves make it look."""
    WRONG_LENGTH = auto()
    """6Cxx first, then the data when asked again with that length."""
    IN_PIECES = auto()
    """61xx, then at most 64 bytes on each GET RESPONSE, with 61xx for the rest."""
    UNTOLD_LENGTH = auto()
    """6100: there is data, ask how much; GET RESPONSE is then corrected by 6Cxx."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What makes one card different from the next.

    ``pulled_at``: the n-th command since power-up (from 1) finds the card leaving, after ``pulled_after_bytes`` bytes
    of its answer. ``garbled_at``: the n-th answer is a single byte. ``selects_with``: the word for SELECT, instead of
    the usual. ``refuses_runs``: a READ across fields is refused, with ``refusal``. ``longest_read``: of a longer READ
    the card gives only so many bytes. ``refuses_reads``: the status word every READ is answered with. ``byte_s``: how
    long a byte takes on the wire, either way; 0 for a card that costs no time.
    """

    atr: bytes = ATR_NEW
    answering: Answering = Answering.GET_RESPONSE
    pulled_at: int | None = None
    pulled_after_bytes: int = 0
    garbled_at: int | None = None
    refuses_runs: bool = False
    refusal: int = 0x6B00
    longest_read: int = 0xFF
    selects_with: int | None = None
    refuses_reads: int | None = None
    byte_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Citizen:
    """What is written on a sample card. Dates are YYYYMMDD of the Buddhist era, or whatever a broken card holds."""

    id_number: str
    name_th: tuple[str, str, str, str]
    name_en: tuple[str, str, str, str]
    birth_date: str = "25130415"
    sex: str = "1"
    issuer: str = "ท้องถิ่นตัวอย่าง/จังหวัดตัวอย่าง"
    issue_date: str = "25650415"
    expiry: str = "25730414"
    address: tuple[str, str, str, str, str, str, str, str] = (
        "99/9",
        "หมู่ที่ 9",
        "",
        "",
        "",
        "ตำบลตัวอย่าง",
        "อำเภอตัวอย่าง",
        "จังหวัดตัวอย่าง",
    )
    photo: bytes = b""
    overrides: Mapping[Field, bytes] = field(default_factory=dict)
    """Bytes to write over fields, for cards with broken data."""

    def __repr__(self) -> str:
        return "Citizen(...)"  # samples, but the habit of printing people must not start anywhere


_USUAL = Habits()


class VirtualThaiIdCard:
    """A Thai ID card that exists in memory only."""

    def __init__(self, citizen: Citizen, habits: Habits = _USUAL) -> None:
        self._habits = habits
        self._memory = _written(citizen)
        self.commands: list[bytes] = []
        """All that was ever asked of this card."""
        self.reset()

    @property
    def atr(self) -> bytes:
        """See ``PretendCard.atr``."""
        return self._habits.atr

    def reset(self) -> None:
        """See ``PretendCard.reset``."""
        self._count = 0
        self._is_selected = False
        self._waiting = b""
        self._corrected: bytes | None = None

    def answer(self, apdu: bytes) -> bytes:
        """See ``PretendCard.answer``."""
        self.commands.append(apdu)
        self._count += 1
        count, habits = self._count, self._habits
        if habits.pulled_at is not None and count > habits.pulled_at:
            raise CardPulledError
        reply = self._process(apdu)
        if habits.byte_s:
            time.sleep(habits.byte_s * (len(apdu) + len(reply)))  # the wire itself, not a wait for anybody
        if count == habits.pulled_at:
            raise CardPulledError(reply[: habits.pulled_after_bytes])
        return reply[:1] if count == habits.garbled_at else reply

    def _process(self, apdu: bytes) -> bytes:
        if len(apdu) < 5:
            return _word(0x6700)
        head = apdu[:2]
        if head == b"\x00\xc0":
            return self._get_response(apdu)
        self._waiting = b""  # whatever was not fetched is lost with the next command
        if head == b"\x00\xa4":
            return self._select(apdu)
        if apdu[:4] == _GET_CHIP:
            return self._announce(_CHIP) if apdu[4] == len(_CHIP) else _word(0x6C00 | len(_CHIP))
        if head != b"\x80\xb0":
            return _word(0x6D00)
        return self._read(apdu) if self._is_selected else _word(0x6985)

    def _select(self, apdu: bytes) -> bytes:
        self._is_selected = apdu[2:4] == b"\x04\x00" and apdu[5 : 5 + apdu[4]] == AID
        if not self._is_selected:
            return _word(0x6A82)
        if self._habits.selects_with is not None:
            return _word(self._habits.selects_with)
        if self._habits.answering is Answering.DIRECT:
            return _DESCRIPTION + _word(0x9000)
        return self._announce(_DESCRIPTION)

    def _read(self, apdu: bytes) -> bytes:
        if len(apdu) != 7 or apdu[4:6] != b"\x02\x00" or apdu[6] == 0:
            return _word(0x6700)
        begin, length = int.from_bytes(apdu[2:4], "big"), apdu[6]
        refusal = self._refusal(begin, begin + length)
        if refusal is not None:
            return _word(refusal)
        content = bytes(self._memory[begin : begin + min(length, self._habits.longest_read)])
        match self._habits.answering:
            case Answering.GET_RESPONSE | Answering.IN_PIECES:
                return self._announce(content)
            case Answering.UNTOLD_LENGTH:
                self._waiting = content
                return _word(0x6100)
            case Answering.WRONG_LENGTH if apdu != self._corrected:
                self._corrected = apdu
                return _word(0x6C00 | length)
        return content + _word(0x9000)

    def _refusal(self, begin: int, end: int) -> int | None:
        """The word that a READ of these bytes is refused with, None when it is not."""
        if self._habits.refuses_reads is not None:
            return self._habits.refuses_reads
        if end > _SIZE:
            return 0x6B00
        return self._habits.refusal if self._refuses_run(begin, end) else None

    def _refuses_run(self, begin: int, end: int) -> bool:
        is_in_one_field = PHOTO_OFFSET <= begin < end <= PHOTO_OFFSET + PHOTO_LENGTH or any(
            one.offset <= begin and end <= one.end for one in Field
        )
        return self._habits.refuses_runs and not is_in_one_field

    def _announce(self, content: bytes) -> bytes:
        self._waiting = content
        return _word(0x6100 | len(content))

    def _get_response(self, apdu: bytes) -> bytes:
        if apdu[2:4] != (b"\x00\x01" if self.atr[:2] == b"\x3b\x67" else b"\x00\x00"):
            return _word(0x6A86)
        if not self._waiting:
            return _word(0x6985)
        length = apdu[4] or 256
        if length > len(self._waiting):
            return _word(0x6C00 | len(self._waiting))
        if self._habits.answering is Answering.IN_PIECES:
            length = min(length, _PIECE)
        content, self._waiting = self._waiting[:length], self._waiting[length:]
        return content + (_word(0x6100 | len(self._waiting)) if self._waiting else _word(0x9000))


class ForeignCard:
    """A working card of another kind, a bank's say: it has no Thai ID applet."""

    atr = bytes.fromhex("3B6500002063CB6800")

    def reset(self) -> None:
        """See ``PretendCard.reset``."""

    def answer(self, apdu: bytes) -> bytes:
        """See ``PretendCard.answer``: whatever is asked for is not there."""
        return _word(0x6A82 if apdu[1:2] == b"\xa4" else 0x6D00)


class MuteCard:
    """A card put in upside down, or no chip card at all."""

    atr = b""

    def reset(self) -> None:
        """See ``PretendCard.reset``."""

    def answer(self, apdu: bytes) -> bytes:  # noqa: ARG002  # what is asked does not matter
        """Never called by a carrier that looks at ``atr`` first.

        Raises: CardPulledError always: no contact.
        """
        raise CardPulledError


def _word(sw: int) -> bytes:
    return sw.to_bytes(2, "big")


def _written(citizen: Citizen) -> bytearray:
    """The card's memory: text fields padded with spaces, then the photo with zeros up to the address."""
    memory = bytearray(_SIZE)
    content: dict[Field, bytes] = {
        Field.VERSION: b"0003",
        Field.ID_NUMBER: citizen.id_number.encode("ascii"),
        Field.NAME_TH: "#".join(citizen.name_th).encode("tis_620"),
        Field.NAME_EN: "#".join(citizen.name_en).encode("tis_620"),
        Field.BIRTH_DATE: citizen.birth_date.encode("ascii"),
        Field.SEX: citizen.sex.encode("ascii"),
        Field.REQUEST_NUMBER: b"9999-99-00000000",
        Field.ISSUER: citizen.issuer.encode("tis_620"),
        Field.ISSUER_CODE: b"9999999",
        Field.ISSUE_DATE: citizen.issue_date.encode("ascii"),
        Field.EXPIRY: citizen.expiry.encode("ascii"),
        Field.CARD_TYPE: b"01",
        Field.ADDRESS: "#".join(citizen.address).encode("tis_620"),
        Field.PHOTO_NUMBER: b"9999-00000000",
        **citizen.overrides,
    }
    for one, value in content.items():
        if len(value) > one.length:
            raise ValueError(f"{one.name} holds {one.length} bytes, not {len(value)}")
        memory[one.offset : one.end] = value.ljust(one.length)
    if len(citizen.photo) > PHOTO_LENGTH:
        raise ValueError(f"a photo has at most {PHOTO_LENGTH} bytes")
    memory[PHOTO_OFFSET : PHOTO_OFFSET + len(citizen.photo)] = citizen.photo
    return memory
