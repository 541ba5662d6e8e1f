"""The picture of a visit, drawn from the tables themselves: states reached by stepping, edges that steps have taken.

A row says only what is answered; where it leads is known by asking it. So this walks: from a desk that has nothing,
through every state it can reach with the sample events below, and draws each step that led to another kind of state.
What it is not: a proof that an edge is impossible; one that needs a value no sample has is not drawn.
Print it with ``python -c "from kiosk.visits.diagram import mermaid; print(mermaid())"``; it stands in README.md.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import cache

from drivers.card.port import CardInserted, CardMute, CardRemoved
from fleet.protocol.codes import classify
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.office import Case, CaseStep, Factory, Line, Manual, Notice
from fleet.protocol.settings import read_settings
from fleet.protocol.thai import IdNumber
from kiosk.visits import diagram_fees, diagram_folders, diagram_writing
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import (
    AlreadyPaid,
    Bill,
    Button,
    CardFound,
    CardProblem,
    CardRead,
    CardUnreadable,
    CaseFacts,
    CasesFound,
    CodeScanned,
    DeviceLost,
    DeviceReady,
    Event,
    FactoriesFound,
    FactoryFacts,
    ManualsFound,
    NotFound,
    NothingOwed,
    NothingUnderWay,
    NoticesFound,
    Owed,
    PaymentNotRecorded,
    PaymentRecorded,
    RecordingChanged,
    SettingsChanged,
    SlipBegun,
    SlipElsewhere,
    SlipFailed,
    SlipPrinted,
    TimedOut,
    Touched,
    TransactionDrawn,
)
from kiosk.visits.my_factory import CASES as CASES_ROW
from kiosk.visits.my_factory import OWED as OWED_ROW
from kiosk.visits.services import PAY_FEE
from kiosk.visits.states import Idle, OutOfService, State, Warned
from kiosk.visits.visit import STATES, step

_SETTINGS, _ = read_settings(
    [
        {
            "office_name": {"th": "สำนักงานตัวอย่าง", "en": "Sample office"},
            "payee": {"name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, "biller_id": "112345678901234"},
        }
    ]
)
_CITIZEN = IdNumber("1999900000013")
_PAID_AT = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)


def _owed(number: int, satang: int) -> Owed:
    factory = Factory(factory_no="20200012325553", name_th="ตัวอย่าง", name_en="Sample")
    notice = Notice(
        notice_no=f"N{number}",
        reference=f"REFERENCE{number}",
        factory_no=factory.factory_no,
        item_th="ตัวอย่าง",
        item_en="Sample",
        lines=(Line(label_th="ตัวอย่าง", label_en="Sample", amount_satang=satang),),
        amount_satang=satang,
        due_on=date(2026, 9, 24),
    )
    return Owed(notice, factory)


_OWED = (_owed(1, 330_000), _owed(2, 100))
_NOT_PAYABLE = (_owed(3, 0),)

_NUMBER = "CBI02-690000001"

_CASES = tuple(
    Case(
        case_no=f"C{number}",
        factory_no=_OWED[0].factory.factory_no,
        title_th="ตัวอย่าง",
        title_en="Sample",
        steps=(CaseStep(label_th="ตัวอย่าง", label_en="Sample"),),
        received_on=date(2026, 11, 1),
        tracking_token=f"sample-token-of-case-{number}",
    )
    for number in (1, 2)
)
_MANUAL = Manual(
    manual_id="M1",
    title_th="ตัวอย่าง",
    title_en="Sample",
    version="1",
    days=1,
    fee_th="",
    fee_en="",
    law_th="",
    law_en="",
    steps=(),
    documents=(),
    valid_from=date(2026, 1, 1),
)
_FACTORY = _OWED[0].factory

_VALUES = {
    Button.SERVICE: (PAY_FEE,),
    Button.CHOOSE: ("N1", "N2", "N3", OWED_ROW, CASES_ROW, "C1", "M1"),
}

_EVENTS: tuple[Event, ...] = (
    *(Touched(button, value) for button in Button for value in _VALUES.get(button, ("",))),
    TimedOut(),
    CodeScanned(classify("nothing of ours")),
    CardInserted(b""),
    CardMute(),
    CardRemoved(),
    CardFound(),
    CardRead(_CITIZEN, expired=False),
    CardRead(_CITIZEN, expired=True),
    CardUnreadable(CardProblem.UNREADABLE),
    NoticesFound(_OWED),
    NoticesFound(_NOT_PAYABLE),
    NothingOwed(),
    AlreadyPaid(date(2026, 11, 1)),
    NotFound(),
    FactoriesFound((FactoryFacts(_FACTORY, _OWED[:1], _CASES),)),
    CasesFound(tuple(CaseFacts(each, _FACTORY) for each in _CASES)),
    CasesFound((CaseFacts(_CASES[0], _FACTORY),)),
    NothingUnderWay(),
    SlipElsewhere(),
    ManualsFound((_MANUAL,)),
    TransactionDrawn(_NUMBER, "token"),
    PaymentRecorded(),
    PaymentNotRecorded(),
    SlipBegun(_NUMBER),
    SlipPrinted(_NUMBER),
    SlipFailed(_NUMBER, "paper-out"),
    SlipPrinted("C1"),
    DeviceReady(Device.CARD),
    DeviceLost(Device.CARD, ""),
    SettingsChanged(_SETTINGS),
)

_NOT_DRAWN = frozenset({Button.LANGUAGE, Button.LARGE, Button.KEY, Button.ERASE, Button.SHIFT, Button.LAYER})
"""They lead nowhere else and would double the walk, or, as letters do, never let it end."""

Edge = tuple[type, str, type]


def _bill_of(state: State) -> Bill | None:
    under = state.before if isinstance(state, Warned) else state
    return getattr(under, "bill", None)


def _confirmations(state: State) -> tuple[PaymentConfirmed, ...]:
    """The bank's word on this very QR, and on the same notice through another."""
    bill = _bill_of(state)
    ref1, ref2 = (bill.payment.ref1, bill.payment.ref2 or "") if bill else ("REFERENCE1", "R")
    satang = bill.chosen.amount_satang if bill else 330_000
    return tuple(
        PaymentConfirmed(ref1=ref1, ref2=each, amount_satang=satang, confirmed_at=_PAID_AT)
        for each in (ref2, "ANOTHER")
    )


def _word(event: Event) -> str:
    """An event as it stands on an edge."""
    if isinstance(event, Touched):
        return f"touch {event.button.value}"
    return "".join(f" {c.lower()}" if c.isupper() else c for c in type(event).__name__).strip()


@cache
def edges() -> frozenset[Edge]:
    """Every step between two kinds of state that the walks have taken."""
    start: State = OutOfService(Desk("SAMPLE-1", ready=frozenset({Device.PRINTER})))
    found = _walk((start,), _EVENTS, lambda _: True)
    offered = Idle(Desk("SAMPLE-1", _SETTINGS, frozenset({Device.PRINTER})))
    found |= _walk((offered,), (RecordingChanged(possible=False), RecordingChanged(possible=True)), lambda _: True)
    found |= _walk(diagram_fees.beginnings(_SETTINGS), (*_EVENTS, *diagram_fees.EVENTS), _is_fees)
    writing = (*_EVENTS, *diagram_writing.events(_SETTINGS))
    found |= _walk(diagram_writing.beginnings(_SETTINGS, _CITIZEN), writing, _is_writing)
    folders = (*_EVENTS, *diagram_folders.events())
    return found | _walk(diagram_folders.beginnings(_SETTINGS), folders, _is_folder_desk)


def _is_fees(state: State) -> bool:
    under = state.before if isinstance(state, Warned) else state
    return isinstance(under, diagram_fees.FEES)


def _is_writing(state: State) -> bool:
    under = state.before if isinstance(state, Warned) else state
    return isinstance(under, diagram_writing.WRITING)


def _is_folder_desk(state: State) -> bool:
    under = state.before if isinstance(state, Warned) else state
    return isinstance(under, diagram_folders.FOLDER_STATES)


def _walk(starts: Iterable[State], events: tuple[Event, ...], goes_on: Callable[[State], bool]) -> frozenset[Edge]:
    """The steps from ``starts``, and from every state they lead to in which the walk goes on."""
    seen, waiting, found = set(starts), deque(starts), set()
    while waiting:
        state = waiting.popleft()
        for event in (*events, *_confirmations(state)):
            if isinstance(event, Touched) and event.button in _NOT_DRAWN:
                continue
            then = step(state, event).state
            if type(then) is not type(state):
                found.add((type(state), _word(event), type(then)))
            if then not in seen and goes_on(then):
                seen.add(then)
                waiting.append(then)
    return frozenset(found)


def mermaid() -> str:
    """The picture, as Mermaid draws it; edges between the same two states are one, with all their words."""
    words: dict[tuple[type, type], set[str]] = defaultdict(set)
    for source, word, target in edges():
        words[source, target].add(word)
    order = {state: at for at, state in enumerate(STATES)}
    lines = ["stateDiagram-v2", f"    [*] --> {OutOfService.__name__}"]
    for source, target in sorted(words, key=lambda pair: (order[pair[0]], order[pair[1]])):
        lines.append(f"    {source.__name__} --> {target.__name__} : {', '.join(sorted(words[source, target]))}")
    return "\n".join(lines)
