"""What is walked: every way into every service, what may be amiss, and what the last screen says then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from kiosk.visits import services
from kiosk.visits.desk import Device
from tests.support import journeys, journeys_desk, journeys_fees
from tests.support.journeys import Hand, Journey

CARD, SCANNER, PRINTER = Device.CARD, Device.SCANNER, Device.PRINTER

Both = tuple[str, str]
"""In Thai and in English."""

Brought = dict[str, str]
"""What somebody had printed on an earlier visit: the text of its QR."""


@dataclass(frozen=True)
class Condition:
    """What is amiss from the beginning. ``midway``: all is well, and in the middle of a visit it is not."""

    name: str
    unplugged: frozenset[Device] = frozenset()
    offline: bool = False
    midway: bool = False


ONLINE = Condition("online")
OFFLINE = Condition("offline", offline=True)
NO_CARD = Condition("no-card-reader", frozenset({CARD}))
NO_SCANNER = Condition("no-scanner", frozenset({SCANNER}))
NO_PRINTER = Condition("no-printer", frozenset({PRINTER}))
NO_READING = Condition("no-card-reader-no-scanner", frozenset({CARD, SCANNER}))
MIDWAY = Condition("pulled-midway", midway=True)
CONDITIONS = (ONLINE, OFFLINE, NO_CARD, NO_SCANNER, NO_PRINTER, NO_READING, MIDWAY)


@dataclass(frozen=True)
class Way:
    """One way through a service, and the words that stand on the last screen.

    ``uses``: devices it cannot be gone without, so that it is walked without them only where ``told`` has words for
    that. ``told``: words by condition, where they are others. ``midway``: what is pulled out in the middle of it;
    nothing, and it is not walked so. ``at_idle``: it begins with the card or a code, not in the menu. ``only``: another
    way to the same screens need not be walked whatever is amiss.
    """

    service: str
    name: str
    journey: Callable[[Brought], Journey]
    well: Both
    uses: frozenset[Device] = frozenset()
    told: dict[Condition, Both] = field(default_factory=dict)
    midway: tuple[Device, ...] = ()
    at_idle: bool = False
    only: tuple[Condition, ...] = CONDITIONS

    def walked(self, condition: Condition) -> bool:
        """Whether there is something to see of it."""
        if condition not in self.only:
            return False
        if condition.midway:
            return bool(self.midway)
        return not self.uses & condition.unplugged or condition in self.told

    def words(self, condition: Condition) -> Both:
        """What stands there at its end."""
        return self.told.get(condition, self.well)


def _as_is(journey: Journey) -> Callable[[Brought], Journey]:
    return lambda _brought: journey


def _with(slip: str, *then: str) -> Callable[[Brought], Journey]:
    def journey(brought: Brought) -> Journey:
        return lambda hand: journeys.follow_slip(hand, brought[slip], *then)

    return journey


def _checked(brought: Brought) -> Journey:
    def journey(hand: Hand) -> None:
        hand.visitor.scan(brought[PRESENCE])
        hand.await_state("PresenceChecked")

    return journey


def _read_on(hand: Hand) -> None:
    """Where no slip comes out, the case's QR is on the screen."""
    journeys.follow_case(hand, journeys.by_card)
    hand.touch_until(hand.visitor.RIGHT, "ReadingOn")


def _opened(_hand: Hand) -> None:
    """The menu is open before any journey."""


def _asked(hand: Hand) -> None:
    hand.choose(services.PAY_FEE, "Inviting", "TypingNumber")


CASE, TICKET, PRESENCE = "case", "ticket", "presence"

_QUEUED = ("ตอนนี้ส่งไม่ได้", "No connection now")
_PHOTO = ("พิมพ์ไม่ได้", "Cannot print")
_NO_SLIP = {NO_PRINTER: _PHOTO, MIDWAY: _PHOTO}
_NOT_AGAIN = ("ไม่ต้องชำระซ้ำ", "do not pay again")
_NOT_PRINTED = {NO_PRINTER: ("ถ่ายภาพ", "photo"), MIDWAY: ("ถ่ายภาพ", "photo")}
_STEPS = ("ตรวจเอกสาร", "Papers")
_BRIEFLY = (ONLINE, OFFLINE)
_SCAN = frozenset({SCANNER})
_READ = frozenset({CARD})
_DESK = frozenset({CARD, SCANNER})

MENU: dict[Condition, Both] = {
    NO_CARD: ("อ่านบัตรไม่ได้", "read cards now"),
    NO_SCANNER: ("สแกนไม่ได้", "cannot scan now"),
    NO_PRINTER: ("พิมพ์ใบไม่ได้", "cannot print now"),
    NO_READING: ("พิมพ์เลขที่บนใบแจ้ง", "Type"),
}
ASKED: dict[Condition, Both] = {
    NO_CARD: ("หันรหัสเข้าหาช่องสแกน", "Scan"),
    NO_READING: ("พิมพ์เลข", "Type"),
}

WAYS: tuple[Way, ...] = (
    Way("menu", "opened", _as_is(_opened), ("ติดตามเรื่อง", "would you like"), told=MENU),
    Way(services.PAY_FEE, "asked", _as_is(_asked), ("เสียบจนสุด", "Push in fully"), told=ASKED),
    Way(
        services.PAY_FEE,
        "folder",
        _as_is(journeys.pay_fee),
        _NOT_AGAIN,
        _SCAN,
        _NOT_PRINTED,
        midway=(PRINTER, SCANNER),
    ),
    Way(
        services.PAY_FEE,
        "card",
        _as_is(partial(journeys.pay_fee, bring=journeys.by_card)),
        _NOT_AGAIN,
        _READ,
        _NOT_PRINTED,
    ),
    *(
        Way(services.PAY_FEE, name, _as_is(partial(journeys.pay_fee, bring=bring)), _NOT_AGAIN, _SCAN, only=_BRIEFLY)
        for name, bring in (
            ("notice-qr", journeys.by_notice_qr),
            ("notice-barcode", journeys.by_notice_barcode),
            ("notice-number-scanned", journeys.by_reference),
        )
    ),
    Way(services.PAY_FEE, "number-typed", _as_is(journeys.pay_typed), _NOT_AGAIN, told=_NOT_PRINTED),
    Way(
        services.OTHER_FEE,
        "typed",
        _as_is(journeys_fees.typed),
        _NOT_AGAIN,
        told=_NOT_PRINTED,
        midway=(PRINTER, SCANNER),
    ),
    Way(services.OTHER_FEE, "amount-typed", _as_is(journeys_fees.amount_typed), _NOT_AGAIN, only=_BRIEFLY),
    Way(services.OTHER_FEE, "scanned", _as_is(journeys_fees.scanned), _NOT_AGAIN, _SCAN, _NOT_PRINTED),
    *(
        Way(services.OTHER_FEE, name, _as_is(journey), _NOT_AGAIN, _SCAN, at_idle=True, only=_BRIEFLY)
        for name, journey in (
            ("letter-qr", journeys_fees.letter_scanned),
            ("plain-barcode", journeys_fees.reference_scanned),
        )
    ),
    *(
        Way(
            services.MY_FACTORY,
            name,
            _as_is(partial(journeys.my_factory, bring=bring)),
            ("กำลังดำเนินการ", "Payment due"),
            uses,
        )
        for name, bring, uses in (("card", journeys.by_card, _READ), ("folder", journeys.by_folder, _SCAN))
    ),
    Way(
        services.FOLLOW_CASE,
        "card",
        _as_is(partial(journeys.follow_case, bring=journeys.by_card)),
        _STEPS,
        _READ,
    ),
    Way(
        services.FOLLOW_CASE,
        "folder",
        _as_is(partial(journeys.follow_case, bring=journeys.by_folder)),
        _STEPS,
        _SCAN,
    ),
    Way(
        services.FOLLOW_CASE,
        "qr-for-a-slip",
        _as_is(_read_on),
        ("สแกนเพื่อติดตาม", "Scan to follow"),
        _READ,
        midway=(PRINTER, CARD),
        only=(NO_PRINTER, MIDWAY),
    ),
    Way(services.FOLLOW_CASE, "case-slip", _with(CASE, "CaseShown"), _STEPS, _SCAN),
    Way(
        services.FOLLOW_CASE,
        "ticket-slip",
        _with(TICKET, "CaseShown", "Sorry"),
        ("รอสำนักงานตอบ", "Answer"),
        _SCAN,
        {OFFLINE: ("ด้วยโทรศัพท์แทน", "phone instead")},
    ),
    Way(
        services.PRESENCE_SLIP,
        "card",
        _as_is(journeys.presence_slip),
        ("ออกใบแทนสำเนาบัตรแล้ว", "slip is ready"),
        _READ,
        _NO_SLIP,
        midway=(PRINTER, CARD),
    ),
    Way(
        services.PRESENCE_SLIP,
        "checked",
        _checked,
        ("ใบนี้เป็นของจริง", "slip is genuine"),
        _SCAN,
        at_idle=True,
    ),
    Way(
        services.REGISTER,
        "card",
        _as_is(journeys.register),
        ("รับคำขอลงทะเบียนแล้ว", "request is taken"),
        _READ,
        {OFFLINE: _QUEUED, **_NO_SLIP},
        midway=(PRINTER, CARD),
    ),
    Way(
        services.TELL_US,
        "typed",
        _as_is(journeys.tell_us),
        ("อ่านคำตอบ", "read the answer"),
        told={OFFLINE: _QUEUED, **_NO_SLIP},
        midway=(PRINTER, SCANNER),
    ),
    Way(services.MANUALS, "read", _as_is(journeys.manuals), ("สแกนเพื่ออ่านคู่มือนี้", "Scan to read")),
    Way(
        services.FOLDER_DESK,
        "open",
        _as_is(journeys_desk.open_desk),
        ("สแกนป้ายที่สันแฟ้ม", "Scan the label"),
        _DESK,
        {NO_SCANNER: ("เครื่องสแกนไม่ตอบ", "scanner is gone")},
        at_idle=True,
    ),
    Way(
        services.FOLDER_DESK,
        "find",
        _as_is(journeys_desk.find),
        ("ช่อง 1", "slot 1"),
        _DESK,
        at_idle=True,
    ),
    Way(
        services.FOLDER_DESK,
        "take-out",
        _as_is(journeys_desk.move),
        ("ยืมออกแล้ว", "Taken out"),
        _DESK,
        at_idle=True,
    ),
    Way(
        services.FOLDER_DESK,
        "bring-back",
        _as_is(journeys_desk.move),
        ("คืนแล้ว", "Returned"),
        _DESK,
        at_idle=True,
    ),
    Way(
        services.FOLDER_DESK,
        "count-shelf",
        _as_is(journeys_desk.count_shelf),
        ("บันทึกผลตรวจนับแล้ว", "count is saved"),
        _DESK,
        {OFFLINE: _QUEUED},
        midway=(SCANNER,),
        at_idle=True,
    ),
)
"""In this order: what one takes out, the next brings back."""
