"""The office's records as they travel to a kiosk over HTTPS (GET /kiosk/v1/office), and nothing more than it needs.

The records are items of several kinds, one struct a kind. They travel as changes, a page at a time: the kiosk names
the cursor of the last page it has taken, and gets what changed since then, in order. A cursor that the fleet cannot go
on from (none, another office's, too old) is answered by a page that begins anew: what it and its followers hold is all
there is, and takes the place of what was there once the last of them is in.

A new kind is a struct here, in ``KINDS``; a provider of the fleet (``fleet.office.changes.providers``); and at the
kiosk ``Replica.item`` and ``Replica.found``. A kiosk keeps kinds it does not know unread.

Rules: no ID number and no person's name but those of the office's own officers; a card is matched to its factories by
``owner_hashes``, keyed hashes of ID numbers under ``hash_key`` (``thai.keyed_hash``). Amounts are satang. Dates are of
the common era. Fields are only ever added, with a default.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec

from fleet.protocol.messages import Count

CURSOR_CHARACTERS_MAX = 80
"""A cursor is the fleet's own affair: letters, digits and full stops, kept and given back as they came."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all kinds."""

    KIND: ClassVar[str]
    """Its name on the wire."""
    KEY: ClassVar[str]
    """The field that tells one from another within the kind."""
    FOUND_BY: ClassVar[tuple[str, ...]] = ()
    """Other fields a kiosk looks it up by: texts, or tuples of texts. An empty text is not looked up."""

    @property
    def key(self) -> str:
        """What tells it from the others of its kind."""
        return str(getattr(self, self.KEY))


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a notice's sum, e.g. the fee or the surcharge."""

    label_th: str
    label_en: str
    amount_satang: int


class Notice(Item, frozen=True, kw_only=True):
    """A notice to pay. ``reference`` is the bill reference 1 (``payment``), unique in the nation."""

    KIND = "notice"
    KEY = "notice_no"
    FOUND_BY = ("reference", "factory_no")

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


class Factory(Item, frozen=True, kw_only=True):
    """A factory. ``factory_no`` is the 14-digit number; ``old_no`` the one on older licences, or empty."""

    KIND = "factory"
    KEY = "factory_no"
    FOUND_BY = ("old_no", "owner_hashes")

    factory_no: str
    name_th: str
    name_en: str
    old_no: str = ""
    owner_hashes: tuple[str, ...] = ()


class Folder(Item, frozen=True, kw_only=True):
    """A paper folder: its place, and who has taken it from there.

    ``out_to`` is the officer's number, empty while it is in its place; ``out_to_name`` their name, as they gave it.
    """

    KIND = "folder"
    KEY = "folder_id"
    FOUND_BY = ("factory_no", "shelf_id")

    folder_id: str
    factory_no: str
    room: str = ""
    cabinet: str = ""
    shelf: str = ""
    slot: str = ""
    out_to: str = ""
    out_to_name: str = ""
    out_since: datetime | None = None

    @property
    def shelf_id(self) -> str:
        """The shelf it belongs on, as one text."""
        return shelf_id(self.room, self.cabinet, self.shelf)


class Officer(Item, frozen=True, kw_only=True):
    """An officer whose card opens the folder desk. ``card_hash``: as a factory's ``owner_hashes``."""

    KIND = "officer"
    KEY = "officer_no"
    FOUND_BY = ("card_hash",)

    officer_no: str
    name_th: str
    card_hash: str
    name_en: str = ""


class Topic(Item, frozen=True, kw_only=True):
    """Something that may be told the office, who answers for it by name, and within how many days."""

    KIND = "topic"
    KEY = "code"

    code: str
    name_th: str
    name_en: str
    owner_name: str
    deadline_days: int
    position: int = 0


class SlipKey(Item, frozen=True, kw_only=True):
    """A key that signs presence slips at one of the nation's kiosks, as ``presence.PresenceKey`` has it."""

    KIND = "slip-key"
    KEY = "key_id"

    key_id: str
    public_key: str
    issuer: str
    dopa_code: int
    valid_from: datetime
    valid_until: datetime | None = None


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case. ``done_on`` is None until it is done; ``expected_on``: when it is meant to be."""

    label_th: str
    label_en: str
    done_on: date | None = None
    expected_on: date | None = None
    note_th: str = ""
    note_en: str = ""


class Case(Item, frozen=True, kw_only=True):
    """Something a factory has asked for: its steps, who has it, and the day by which the law wants it decided.

    ``factory_no`` is empty for a person without one: only the slip finds it. ``received_on`` is the working day on
    which it counts as received. ``holder_th``: a desk or group, not a person.
    ``tracking_token``: the unguessable part of its page's address. ``delay_told_on``: when a delay was last told.
    """

    KIND = "case"
    KEY = "case_no"
    FOUND_BY = ("factory_no", "tracking_token")

    case_no: str
    factory_no: str
    title_th: str
    title_en: str
    steps: tuple[CaseStep, ...]
    received_on: date
    tracking_token: str
    due_on: date | None = None
    closed_on: date | None = None
    holder_th: str = ""
    holder_en: str = ""
    phone: str = ""
    delay_told_on: date | None = None
    sample: bool = True

    @property
    def at(self) -> int:
        """Which step it is at: the first that is not done; the number of steps when all are."""
        return next((n for n, step in enumerate(self.steps) if step.done_on is None), len(self.steps))


class Permit(Item, frozen=True, kw_only=True):
    """A permit or licence of a factory, and until when it holds."""

    KIND = "permit"
    KEY = "permit_no"
    FOUND_BY = ("factory_no",)

    permit_no: str
    factory_no: str
    title_th: str
    title_en: str
    expires_on: date
    sample: bool = True


class ManualPart(msgspec.Struct, frozen=True, kw_only=True):
    """A step with the working days it takes, or a document to bring."""

    label_th: str
    label_en: str
    days: int = 0


class Manual(Item, frozen=True, kw_only=True):
    """A citizen manual (Licensing Facilitation Act, section 7). After ``valid_to`` it is out of date."""

    KIND = "manual"
    KEY = "manual_id"

    manual_id: str
    title_th: str
    title_en: str
    version: str
    days: int
    fee_th: str
    fee_en: str
    law_th: str
    law_en: str
    steps: tuple[ManualPart, ...]
    documents: tuple[ManualPart, ...]
    valid_from: date
    valid_to: date | None = None
    sample: bool = True


KINDS: dict[str, type[Item]] = {
    kind.KIND: kind for kind in (Factory, Notice, Folder, Officer, Topic, SlipKey, Case, Permit, Manual)
}
"""Every kind there is, by its name on the wire."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The item of this kind and key is now ``item``, or is gone (``null``)."""

    kind: str
    key: str
    item: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def is_gone(self) -> bool:
        """Whether there is no such item any more."""
        return bytes(self.item).strip() == b"null"


class OfficePage(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of the records of ``office_id``, in order, from the cursor ``since`` to ``cursor``.

    ``anew``: they begin with nothing. ``more``: ask again with ``cursor`` at once. ``revision``: that of the records
    when there is no more.
    """

    office_id: str
    hash_key: str
    revision: Count
    since: str
    cursor: str
    anew: bool
    more: bool
    changes: tuple[Change, ...]


def shelf_id(room: str, cabinet: str, shelf: str) -> str:
    """One text for a shelf; empty when nothing is known of the place."""
    return "/".join((room, cabinet, shelf)) if room or cabinet or shelf else ""


def change_of(item: Item) -> Change:
    """That this item is so now."""
    return Change(kind=item.KIND, key=item.key, item=msgspec.Raw(msgspec.json.encode(item)))


def decode_page(payload: bytes) -> OfficePage:
    """The page in ``payload``.

    Raises: msgspec.DecodeError, without a word of what stood there, when it is none; keep what there is.
    """
    try:
        return msgspec.json.decode(payload, type=OfficePage)
    except UnicodeDecodeError:  # msgspec lets it through; it would carry the whole text along
        raise msgspec.DecodeError("a text is no UTF-8") from None
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None
