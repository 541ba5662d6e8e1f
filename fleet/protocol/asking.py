"""What a kiosk asks its fleet over HTTPS while somebody waits at the screen; each is one POST with a JSON body.

| address | asked | answered |
| --- | --- | --- |
| `/kiosk/v1/follow` | `Follow` | `Followed`, or 404: nobody has such a token |
| `/kiosk/v1/card` | `CheckCard` | `CardSaid`; 429 when one kiosk asks about too many |

What it is not: how the office's records travel (``office``), nor anything that must arrive (``records``). Rules: what
was asked stands in no address, for those are logged; fields are only ever added, with a default.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

from fleet.protocol.office import Case

BODY_BYTES_MAX = 4 * 1024
"""Of a question."""

ANSWER_BYTES_MAX = 64 * 1024
"""Of an answer; a case of the most steps has some kilobytes."""

T = TypeVar("T", bound=msgspec.Struct)


class Follow(msgspec.Struct, frozen=True, kw_only=True):
    """Where does it stand? ``token``: the unguessable part of the address on a slip."""

    token: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,64}$")]

    def __repr__(self) -> str:
        return "Follow()"


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What a slip is about, told as a case is: a case itself, what was told an office, a payment, a registration.

    ``case.factory_no`` is empty where it is about no factory. ``about``: whose affair it is, a factory's or an office's
    name. ``word``: how it stands, where a deadline does not say it; empty where it does. No name of a person, and
    nothing of what was told.
    """

    case: Case
    about_th: str
    about_en: str
    word_th: str = ""
    word_en: str = ""


class CheckCard(msgspec.Struct, frozen=True, kw_only=True):
    """Is this card in force? The only question that carries an ID number, and it shows nothing of itself."""

    id_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{13}$")]
    chip_no: Annotated[str, msgspec.Meta(max_length=40)]
    request_no: Annotated[str, msgspec.Meta(max_length=40)]

    def __repr__(self) -> str:
        return "CheckCard()"


class CardState(StrEnum):
    """What the Department of Provincial Administration says of a card. ``UNANSWERED`` is no word against it."""

    NORMAL = "normal"
    NOT_NORMAL = "not-normal"
    UNANSWERED = "unanswered"


class CardSaid(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, or that there is none."""

    state: CardState


class AskingError(ValueError):
    """A body that is no such question or answer; the message quotes nothing of it."""


def read(body: bytes, kind: type[T], most: int = BODY_BYTES_MAX) -> T:
    """What stands in ``body``.

    Raises: AskingError.
    """
    if len(body) > most:
        raise AskingError("too long")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AskingError(f"no {kind.__name__}") from None  # the library's words may quote what was sent
