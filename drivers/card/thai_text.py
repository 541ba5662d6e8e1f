"""The text of a Thai ID card as values: where each field lies, what its bytes mean, what may be shown of it.

Not the conversation with the card (``thai_id``), and no judgement: dates stay the eight characters the card holds,
check digits are not checked here, expiry is not compared with today. The contract with the fleet knows how to.

Rules: nothing personal shows itself. ``repr`` of every type here masks or leaves out; a value must be asked for.
The layout was compared by several published readers of the card, which agree on what is used here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.errors import DeviceProtocolError

_ENCODING = "tis_620"

_PADDING = " \x00"
"""Fields are padded with spaces; unwritten ones hold zero bytes."""


class Field(Enum):
    """A field of the card's text: (offset, length) in bytes. Fields abut, so neighbours can be read in one go."""

    VERSION = (0x0000, 4)
    ID_NUMBER = (0x0004, 13)
    NAME_TH = (0x0011, 100)
    NAME_EN = (0x0075, 100)
    BIRTH_DATE = (0x00D9, 8)
    SEX = (0x00E1, 1)
    REQUEST_NUMBER = (0x00E2, 20)
    ISSUER = (0x00F6, 100)
    ISSUER_CODE = (0x015A, 13)
    ISSUE_DATE = (0x0167, 8)
    EXPIRY = (0x016F, 8)
    CARD_TYPE = (0x0177, 2)
    ADDRESS = (0x1579, 160)
    PHOTO_NUMBER = (0x1619, 14)

    @property
    def offset(self) -> int:
        """First byte, counted from the start of the card's data."""
        return self.value[0]

    @property
    def length(self) -> int:
        """Bytes."""
        return self.value[1]

    @property
    def end(self) -> int:
        """First byte after the field."""
        return self.offset + self.length


ALL_TEXT = frozenset(Field)

PHOTO_OFFSET, PHOTO_LENGTH = 0x017B, 5100
"""Where the photo lies, a JPEG with padding behind it (bytes). It is no text: ``thai_photo`` reads it."""


class CardIdNumber:
    """Thirteen digits that identify a person. Masks itself wherever it is printed; ``reveal`` is the only way out."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        """Raises: ValueError, which does not quote the text, unless ``digits`` is 13 ASCII digits."""
        if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
            raise ValueError("an ID number is 13 digits")
        self._digits = digits

    def reveal(self) -> str:
        """The thirteen digits. Never for logs, records or the wire."""
        return self._digits

    @property
    def masked(self) -> str:
        """The form for screens and slips: only the last three digits show."""
        return f"x-xxxx-xxxxx-{self._digits[10:12]}-{self._digits[12]}"

    def __repr__(self) -> str:
        return f"CardIdNumber({self.masked})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CardIdNumber) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an ID number is not pickled: it lives in memory for one visit")


@dataclass(frozen=True, slots=True, repr=False)
class CardName:
    """A name as the card holds it: prefix, first, middle and last, any of them empty."""

    prefix: str
    first: str
    middle: str
    last: str

    @property
    def full(self) -> str:
        """The name as it is written: a Thai prefix joins the first name, an English one stands apart."""
        begin = f"{self.prefix} {self.first}" if self.prefix.isascii() else self.prefix + self.first
        return " ".join(part for part in (begin.strip(), self.middle, self.last) if part)

    def __repr__(self) -> str:
        return "CardName(...)"


@dataclass(frozen=True, slots=True, repr=False)
class CardAddress:
    """The address of the house registration, in the card's eight parts, any of them empty."""

    house: str
    moo: str
    trok: str
    soi: str
    road: str
    tambon: str
    amphoe: str
    province: str

    @property
    def full(self) -> str:
        """One line, parts in the card's order."""
        parts = (self.house, self.moo, self.trok, self.soi, self.road, self.tambon, self.amphoe, self.province)
        return " ".join(part for part in parts if part)

    def __repr__(self) -> str:
        return "CardAddress(...)"


@dataclass(frozen=True, slots=True, repr=False)
class ThaiIdText:
    """What was read from a card. None means that it was not asked for; an empty text, that the card has none.

    Dates are eight characters YYYYMMDD of the Buddhist era as the card holds them: 99999999 means for life, a part
    may be 00, and older cards leave them blank. ``sex`` is "1" (male) or "2" (female).
    """

    version: str | None = None
    id_number: CardIdNumber | None = None
    name_th: CardName | None = None
    name_en: CardName | None = None
    birth_date: str | None = None
    sex: str | None = None
    request_number: str | None = None
    issuer: str | None = None
    issuer_code: str | None = None
    issue_date: str | None = None
    expiry: str | None = None
    card_type: str | None = None
    address: CardAddress | None = None
    photo_number: str | None = None

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("what was read from a card is not pickled: it lives in memory for one visit")

    def __repr__(self) -> str:
        names = [name for name in self.__slots__ if getattr(self, name) is not None]
        return f"ThaiIdText(holds {', '.join(names) or 'nothing'})"


def text_of(raw: dict[Field, bytes], device: str) -> ThaiIdText:
    """The values of the fields that were read.

    Raises: DeviceProtocolError when the ID number is not 13 digits; the card is broken or not what it claims.
    """
    values: dict[str, object] = {}
    for field, content in raw.items():
        values[field.name.lower()] = _value_of(field, content, device)
    return ThaiIdText(**values)  # type: ignore[arg-type]  # one value a field, typed by _value_of


def _value_of(field: Field, content: bytes, device: str) -> object:
    text = content.decode(_ENCODING, errors="replace")
    match field:
        case Field.ID_NUMBER:
            try:
                return CardIdNumber(text)
            except ValueError:
                # Not "from" the cause: nothing that has seen the digits may travel on.
                raise DeviceProtocolError(device, "the card's ID number is not 13 digits") from None
        case Field.NAME_TH | Field.NAME_EN:
            return _name_of(text)
        case Field.ADDRESS:
            return _address_of(text)
        case _:
            return text.strip(_PADDING)


def _parts_of(text: str) -> list[str]:
    """Split on ``#`` before anything is stripped: an empty part keeps the others in their places."""
    return [part.strip(_PADDING) for part in text.split("#")]


def _name_of(text: str) -> CardName:
    """``prefix#first#middle#last``; a name of another shape loses its places, never its words."""
    parts = _parts_of(text)
    match parts:
        case [only]:
            return CardName("", only, "", "")
        case [first, last]:
            return CardName("", first, "", last)
        case [prefix, first, last]:
            return CardName(prefix, first, "", last)
        case [prefix, first, middle, *rest]:
            return CardName(prefix, first, middle, " ".join(part for part in rest if part))
    raise AssertionError("split gives at least one part")


def _address_of(text: str) -> CardAddress:
    """``house#moo#trok#soi#road#tambon#amphoe#province``.

    In an address of another shape the last three are where the place is; what is left over stands with the road.
    """
    parts = _parts_of(text)
    parts = [""] * (8 - len(parts)) + parts if len(parts) < 4 else parts
    *front, tambon, amphoe, province = parts
    house, moo, trok, soi, *road = [*front, *[""] * (4 - len(front))]
    return CardAddress(house, moo, trok, soi, " ".join(part for part in road if part), tambon, amphoe, province)
