"""One of everything a visitor can live through, with sample data: for the gallery of screens and their tests.

Nothing here is real: names, numbers and the biller id are the made-up ones of our drawings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import msgspec

from drivers.printer.port import Paper
from fleet.protocol.office import Factory, Line, Notice
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings, Payee, Words
from fleet.protocol.thai import BANGKOK
from kiosk.screens.samples_fees import fee_states
from kiosk.screens.samples_folders import folder_states
from kiosk.screens.samples_reading import reading_states
from kiosk.screens.samples_writing import writing_states
from kiosk.screens.telling import Moment
from kiosk.visits.desk import Desk, Device
from kiosk.visits.effects import Outcome
from kiosk.visits.events import Bill, Owed
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    NetworkNote,
    Offer,
    OpeningPayment,
    OutOfService,
    Paying,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
    Waiting,
    Warned,
)

PAYING = Visitor(service="pay-fee")

WALL = datetime(2026, 11, 22, 10, 42, tzinfo=BANGKOK)

SETTINGS = KioskSettings(
    office_name=Words(th="สำนักงานอุตสาหกรรมจังหวัดชลบุรี", en="Chon Buri Provincial Industry Office"),
    payee=Payee(name=Words(th="ผู้รับเงินตัวอย่าง", en="Sample payee"), biller_id="112345678901234"),
)

DESK = Desk(
    kiosk_id="CBI-01",
    settings=SETTINGS,
    ready=frozenset(Device),
    online=True,
    paper=Paper.FULL,
)


def owed(number: int, name: tuple[str, str], amount_satang: int, due_on: date, *, lines: int = 1) -> Owed:
    """A notice of a made-up factory."""
    each = amount_satang // lines
    parts = [each] * (lines - 1) + [amount_satang - each * (lines - 1)]
    labels = (("ค่าธรรมเนียมรายปี", "Annual fee"), ("เงินเพิ่ม", "Surcharge"))
    factory_no = f"1020{number:010d}"
    notice = Notice(
        notice_no=f"CBI-69-{number:05d}",
        reference=f"REFERENCE{number}",
        factory_no=factory_no,
        item_th="ค่าธรรมเนียมรายปี 2569",
        item_en="Annual fee, B.E. 2569",
        lines=tuple(
            Line(label_th=th, label_en=en, amount_satang=part) for (th, en), part in zip(labels, parts, strict=False)
        ),
        amount_satang=amount_satang,
        due_on=due_on,
    )
    return Owed(notice, Factory(factory_no=factory_no, name_th=name[0], name_en=name[1]))


OWED = (
    owed(1, ("ตัวอย่างแปรรูปอาหาร", "Sample Foods"), 330_000, date(2026, 9, 20), lines=2),
    owed(2, ("ตัวอย่างการพิมพ์", "Sample Printing"), 150_000, date(2026, 12, 15)),
    owed(3, ("ตัวอย่างโลหะกิจ", "Sample Metal Works"), 450_000, date(2027, 2, 8)),
)

_LONG = "บริษัท ตัวอย่างอุตสาหกรรมแปรรูปผลิตภัณฑ์ทางการเกษตรและอาหารแห่งภาคตะวันออก จำกัด"

LONG_OWED = (
    owed(
        11,
        (_LONG, "Sample Agricultural Products Processing and Food Industry of the Eastern Region Ltd"),
        99_999_999_999,
        date(2026, 11, 2),
        lines=2,
    ),
    *OWED,
    owed(12, ("ตัวอย่างผู้ฟื้นฟูน้ำมันเครื่อง", "Sample Oil"), 12_345_678, date(2027, 3, 31)),
)

LONG_SETTINGS = KioskSettings(
    office_name=Words(
        th="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา", en="Phra Nakhon Si Ayutthaya Provincial Industry Office"
    ),
    payee=Payee(
        name=Words(th="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา", en="Phra Nakhon Si Ayutthaya Industry Office"),
        biller_id="112345678901234",
    ),
    greeting=Words(th="สวัสดี ยินดีต้อนรับสู่สำนักงานอุตสาหกรรมจังหวัดของเรา", en="Welcome to the industry office of our province"),
    invitation=Words(
        th="ชำระค่าธรรมเนียมและติดตามเรื่องของท่านได้เองที่นี่", en="Pay your fees and follow your case here by yourself"
    ),
    help_point=Words(th="เคาน์เตอร์ 3 ชั้น 2", en="Counter 3, second floor"),
    contact=Words(th="ที่เคาน์เตอร์ 3 ชั้น 2 ในวันและเวลาราชการเท่านั้น", en="at counter 3, second floor, office hours"),
)


def bill(chosen: Owed = OWED[0]) -> Bill:
    """The payment of a notice."""
    payment = BillPayment(SETTINGS.payee.biller_id, chosen.notice.reference, "CBI01000042", chosen.notice.amount_satang)
    return Bill(chosen, payment, "CBI01-000042", "Kx7mQ2vT9pLw4RzB")


@dataclass(frozen=True, slots=True)
class Sample:
    """A named state at a moment."""

    name: str
    state: State
    moment: Moment

    def on(self, desk: Desk) -> Sample:
        """The same with another language, size or set of devices; the state's own devices stay."""
        if isinstance(self.state, Warned):
            before = replace(self.state.before, desk=_joined(self.state.desk, desk))
            return replace(self, state=Warned(before))
        return replace(self, state=replace(self.state, desk=_joined(self.state.desk, desk)))


def _joined(own: Desk, wanted: Desk) -> Desk:
    return replace(own, language=wanted.language, large=wanted.large)


def _at(waited_s: float = 1.0, remaining_s: float | None = 30.0, minute: int = 42) -> Moment:
    return Moment(WALL.replace(minute=minute), waited_s, remaining_s)


def samples() -> Iterator[Sample]:
    """Every screen once, in the order of a visit, then what can go wrong and what is long."""
    yield from _beginning()
    yield from _paying()
    yield from _ending()
    yield from _troubled()
    for name, state in reading_states(DESK, OWED, LONG_OWED[0].factory):
        yield Sample(name, state, _at())
    for name, state in fee_states(DESK):
        yield Sample(name, state, _at(28.0, 272.0))
    for name, state in folder_states(DESK, LONG_OWED[0].factory):
        yield Sample(name, state, _at(6.0, 24.0))
    for name, state in writing_states(DESK):
        yield Sample(name, state, _at(6.0, 24.0))
    yield from _long()


OFFER = Offer("https://kiosks.example/enrol/ABCDEFGHIJKLMNOPQRSTUVWXYZ?key=0123456789abcdef0123456789abcdef", "K7F2QD")


def _beginning() -> Iterator[Sample]:
    without_card = replace(DESK, ready=DESK.ready - {Device.CARD})
    yield Sample("01-idle", Idle(DESK), _at())
    yield Sample("01-idle-called", Idle(DESK), replace(_at(), is_called=True))
    yield Sample("01-idle-card-gone", Idle(without_card), _at())
    yield Sample("01-idle-no-paper", Idle(replace(DESK, paper=Paper.OUT)), _at())
    yield Sample("02-menu", ChoosingService(DESK), _at())
    yield Sample("10-menu-card-gone", ChoosingService(without_card), _at())
    every = msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES)
    yield Sample("02-menu-all", ChoosingService(replace(DESK, settings=every)), _at())
    yield Sample("02-menu-all-turned", ChoosingService(replace(DESK, settings=every), page=1), _at())
    yield Sample("10-menu-all-card-gone", ChoosingService(replace(without_card, settings=every)), _at())
    yield Sample("03-insert-card", Inviting(DESK, PAYING), _at())
    yield Sample("03-insert-card-only", Inviting(replace(DESK, ready=DESK.ready - {Device.SCANNER}), PAYING), _at(2.0))
    yield Sample("03-scan-only", Inviting(without_card, PAYING), _at())
    yield Sample("03-insert-card-named", Inviting(DESK, Visitor(service="presence-slip")), _at())
    yield Sample("03-insert-card-case", Inviting(DESK, Visitor(service="follow-case")), _at())
    yield Sample("03-scan-only-factory", Inviting(without_card, Visitor(service="my-factory")), _at())
    yield Sample("03b-reading-card", ReadingCard(DESK), _at(3.0))
    yield Sample("03b-reading-card-slow", ReadingCard(DESK), _at(9.0))
    yield Sample("03c-looking-up", LookingUp(DESK, Visitor(card_in=True)), _at(2.0))
    yield Sample("10b-closed", OutOfService(replace(DESK, ready=frozenset())), _at(minute=5))
    yield Sample("10b-starting", OutOfService(Desk("CBI-01")), _at(minute=5))
    yield Sample("10c-enrolling", OutOfService(Desk(""), OFFER), _at(minute=5))
    yield Sample("10c-enrolling-no-fleet", OutOfService(Desk(""), Offer()), _at(minute=5))
    for note in (NetworkNote.KEPT, NetworkNote.WRONG, NetworkNote.FAILED):
        name = f"10c-enrolling-network-{note.name.lower()}"
        yield Sample(name, OutOfService(Desk(""), Offer(network=note)), _at(minute=5))


def _paying() -> Iterator[Sample]:
    visitor = Visitor("x-xxxx-xxxxx-12-1", card_in=True)
    yield Sample("04-notices", ChoosingNotice(DESK, visitor, OWED), _at())
    yield Sample("04b-opening", OpeningPayment(DESK, visitor, OWED[0], OWED, bill()), _at(2.0))
    yield Sample("05-qr", Paying(DESK, visitor, bill(), OWED), _at(28.0, 272.0))
    yield Sample("05-qr-offline", Paying(replace(DESK, online=False), visitor, bill(), OWED), _at(28.0, 272.0))
    yield Sample("06-waiting", Waiting(DESK, visitor, bill(), OWED), _at(18.0, 282.0, 46))
    no_paper = replace(DESK, paper=Paper.OUT)
    yield Sample("06-waiting-no-paper", Waiting(no_paper, visitor, bill(), OWED), _at(18.0, 282.0, 46))


def _ending() -> Iterator[Sample]:
    visitor = Visitor("x-xxxx-xxxxx-12-1", card_in=True)
    confirmed_at = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
    after = _at(minute=47)
    yield Sample("07-confirmed", Confirmed(DESK, visitor, bill(), OWED[1:], confirmed_at, Slip.PRINTING), after)
    yield Sample("07-confirmed-last", Confirmed(DESK, Visitor(), bill(), (), confirmed_at, Slip.PRINTED), after)
    yield Sample("07-confirmed-no-slip", Confirmed(DESK, visitor, bill(), OWED[2:], confirmed_at, Slip.FAILED), after)
    taking = Taking(DESK, visitor, Outcome.PAID, bill(), confirmed_at, Slip.PRINTED)
    yield Sample("08-take-both", taking, after)
    yield Sample("08-take-slip", replace(taking, visitor=Visitor()), after)
    tracking = replace(taking, outcome=Outcome.UNCONFIRMED, confirmed_at=None)
    yield Sample("08-take-tracking", tracking, after)
    card_only = Taking(DESK, visitor, Outcome.CANCELLED)
    yield Sample("08-take-card", card_only, after)
    yield Sample("08-take-card-forgotten", replace(card_only, reminded=True), after)
    yield Sample("08-thanks", Taking(DESK, Visitor(), Outcome.CANCELLED), after)
    yield Sample("08-thanks-timed-out", Taking(DESK, Visitor(), Outcome.TIMED_OUT), after)
    saw_qr = replace(visitor, saw_qr=True)
    yield Sample("08-take-card-after-qr", Taking(DESK, saw_qr, Outcome.CANCELLED), after)
    yield Sample("08b-no-slip", replace(taking, slip=Slip.FAILED, desk=replace(DESK, paper=Paper.OUT)), after)
    yield Sample("08b-no-slip-tracking", replace(tracking, slip=Slip.FAILED, visitor=Visitor()), after)
    yield Sample("09-time-out", Warned(ChoosingNotice(DESK, visitor, OWED)), _at(6.0, 24.0, 44))
    yield Sample("09-time-out-paying", Warned(Paying(DESK, visitor, bill(), OWED)), _at(6.0, 24.0, 44))
    paid = Confirmed(DESK, visitor, bill(), OWED[1:], confirmed_at, Slip.PRINTED)
    yield Sample("09-time-out-paid", Warned(paid), _at(6.0, 24.0, 48))
    keep = replace(taking, slip=Slip.FAILED, visitor=Visitor(), desk=replace(DESK, paper=Paper.OUT))
    yield Sample("09-time-out-keep", Warned(keep), _at(6.0, 24.0, 48))


def _troubled() -> Iterator[Sample]:
    card = Visitor(card_in=True)
    for problem in Problem:
        visitor = card if problem.value.startswith("card") else Visitor()
        paid_on = date(2026, 11, 3) if problem is Problem.ALREADY_PAID else None
        left = OWED[1:] if problem is Problem.NOT_PAYABLE else ()
        yield Sample(f"11-{problem.value}", Sorry(DESK, visitor, problem, left, paid_on), _at())


def _long() -> Iterator[Sample]:
    desk = replace(DESK, settings=LONG_SETTINGS)
    visitor = Visitor("x-xxxx-xxxxx-12-1", card_in=True)
    long_bill = bill(LONG_OWED[0])
    yield Sample("99-long-idle", Idle(desk), _at())
    yield Sample("99-long-idle-gone", Idle(replace(desk, ready=frozenset({Device.SCANNER}))), _at())
    yield Sample("99-long-closed", OutOfService(replace(desk, ready=frozenset())), _at())
    yield Sample("99-long-notices", ChoosingNotice(desk, visitor, LONG_OWED), _at())
    yield Sample("99-long-notices-2", ChoosingNotice(desk, visitor, LONG_OWED, page=1), _at())
    yield Sample("99-long-qr", Paying(desk, visitor, long_bill, LONG_OWED), _at(28.0, 272.0))
    offline = replace(desk, online=False)
    yield Sample("99-long-qr-offline", Paying(offline, visitor, long_bill, LONG_OWED), _at(28.0, 272.0))
    yield Sample("99-long-waiting", Waiting(offline, visitor, long_bill, LONG_OWED), _at(118.0, 182.0))
    confirmed_at = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
    yield Sample(
        "99-long-confirmed", Confirmed(desk, visitor, long_bill, LONG_OWED[1:], confirmed_at, Slip.PRINTED), _at()
    )
    keep = Taking(desk, visitor, Outcome.PAID, long_bill, confirmed_at, Slip.FAILED)
    yield Sample("99-long-no-slip", keep, _at())
    yield Sample("99-long-card-found", Sorry(desk, visitor, Problem.CARD_FOUND), _at())
    yield Sample("99-long-card-unreadable", Sorry(desk, visitor, Problem.CARD_UNREADABLE), _at())
