"""The office's records as they travel to a kiosk over HTTPS (GET /kiosk/v1/office), and nothing more than it needs.

Rules: no ID number and no person's name; a card is matched to its factories by ``owner_hashes``, keyed hashes of
ID numbers under ``hash_key`` (``thai.keyed_hash``). Amounts are satang. Dates are of the common era.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from fleet.protocol.messages import Count


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a notice's sum, e.g. the fee or the surcharge."""

    label_th: str
    label_en: str
    amount_satang: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to pay. ``reference`` is the bill reference 1 (``payment``), unique in the nation."""

    notice_no: str
    reference: str
    factory_no: str
    item_th: str
    item_en: str
    lines: tuple[Line, ...]
    amount_satang: int
    due_on: date
    paid_at: datetime | None = None
    sample: bool = True


class Factory(msgspec.Struct, frozen=True, kw_only=True):
    """A factory. ``factory_no`` is the 14-digit number; ``old_no`` the one on older licences, or empty."""

    factory_no: str
    name_th: str
    name_en: str
    old_no: str = ""
    owner_hashes: tuple[str, ...] = ()
    folder_ids: tuple[str, ...] = ()


class OfficeRecords(msgspec.Struct, frozen=True, kw_only=True):
    """All records of one office at ``revision``."""

    revision: Count
    office_id: str
    hash_key: str
    factories: tuple[Factory, ...]
    notices: tuple[Notice, ...]


def decode_office(payload: bytes) -> OfficeRecords:
    """The records in ``payload``.

    Raises: msgspec.DecodeError, without a word of what stood there, when it is none; keep what there is.
    """
    try:
        return msgspec.json.decode(payload, type=OfficeRecords)
    except UnicodeDecodeError:  # msgspec lets it through; it would carry the whole text along
        raise msgspec.DecodeError("a text is no UTF-8") from None
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None
