"""The services that read, as stories; and which services are left with each device unplugged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from drivers.card.port import CardInserted, CardRemoved
from drivers.printer.port import Paper
from fleet.protocol.codes import FolderCode, NoticeCode, TrackingCode, classify, folder_id
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.office import Case, CaseStep, Manual, ManualPart
from kiosk.visits.desk import Desk, Device
from kiosk.visits.doors import DOORS
from kiosk.visits.effects import Effect, EndVisit, FindManuals, LookUpCard, LookUpCode, Outcome, PrintCaseSlip, ReadCard
from kiosk.visits.events import (
    Button,
    CardRead,
    CaseFacts,
    CasesFound,
    CodeScanned,
    Event,
    FactoriesFound,
    FactoryFacts,
    ManualsFound,
    NothingUnderWay,
    Owed,
    SlipElsewhere,
    SlipFailed,
    SlipPrinted,
    SlipUnknown,
    TimedOut,
    Touched,
)
from kiosk.visits.my_factory import CASES, OWED
from kiosk.visits.reading_states import (
    CaseShown,
    ChoosingCase,
    ChoosingManual,
    FactoryShown,
    ManualShown,
    ReadingOn,
)
from kiosk.visits.services import FOLLOW_CASE, MANUALS, MY_FACTORY, PAY_FEE, SERVICES
from kiosk.visits.states import ChoosingNotice, ChoosingService, Idle, Inviting, Problem, Slip, Sorry, State, Warned
from kiosk.visits.visit import step
from tests.support.sample_visit import SAMPLE_ID, desk, owed

READ = (PAY_FEE, MY_FACTORY, FOLLOW_CASE, MANUALS)
FACTORY = owed().factory
FOLDER = CodeScanned(classify(folder_id(20, 1)))


def case(number: int = 1, **changes: object) -> Case:
    fields: dict[str, object] = {
        "case_no": f"C{number}",
        "factory_no": FACTORY.factory_no,
        "title_th": "ตัวอย่าง",
        "title_en": "Sample",
        "steps": (CaseStep(label_th="ก", label_en="a"),),
        "received_on": date(2026, 11, 3),
        "tracking_token": f"token-of-the-case-{number}",
    }
    return Case(**fields | changes)  # type: ignore[arg-type]  # made-up fields of the right types


MANUAL = Manual(
    manual_id="m",
    title_th="ก",
    title_en="a",
    version="1",
    days=1,
    fee_th="",
    fee_en="",
    law_th="",
    law_en="",
    steps=(ManualPart(label_th="ก", label_en="a"),) * 4,
    documents=(ManualPart(label_th="ข", label_en="b"),),
    valid_from=date(2026, 1, 1),
)


def standing(*services: str, **changes: object) -> Desk:
    """A desk with these services switched on."""
    return replace(desk(services=list(services or READ)), **changes)  # type: ignore[arg-type]  # as above


def lived(state: State, *events: Event) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        happened = step(state, event)
        state, effects = happened.state, [*effects, *happened.effects]
    return state, effects


def chosen(service: str, on: Desk | None = None) -> State:
    return lived(Idle(on or standing()), Touched(Button.START), Touched(Button.SERVICE, service))[0]


# ---- what is left


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ({Device.CARD}, READ),
        ({Device.SCANNER}, READ),
        ({Device.PRINTER}, READ),
        ({Device.CARD, Device.SCANNER}, (PAY_FEE, MANUALS)),
        (set(Device), (PAY_FEE, MANUALS)),
    ],
)
def test_a_device_that_is_gone_takes_away_the_services_that_need_it(gone: set[Device], left: tuple[str, ...]) -> None:
    assert standing(ready=frozenset(Device) - gone).offered == left


def test_without_room_on_the_disk_only_what_must_be_on_record_is_gone() -> None:
    assert standing(can_record=False).offered == (MY_FACTORY, FOLLOW_CASE, MANUALS)


def test_a_service_is_offered_only_where_it_is_switched_on() -> None:
    assert standing(MANUALS, "fly").offered == (MANUALS,)


def test_every_service_has_its_needs_and_its_door() -> None:
    assert set(DOORS) == set(SERVICES)


def test_more_services_than_tiles_turn_the_page() -> None:
    on = standing(ready=frozenset({Device.SCANNER}))
    assert ChoosingService(on).pages == (READ,)
    few = ChoosingService(on, page=7)
    assert few.shown == READ, "the menu has become shorter meanwhile"


# ---- the chosen service travels


@pytest.mark.parametrize("service", [PAY_FEE, MY_FACTORY, FOLLOW_CASE])
def test_a_card_is_read_and_looked_up_for_the_chosen_service(service: str) -> None:
    state = chosen(service)
    assert isinstance(state, Inviting)
    _, effects = lived(state, CardInserted(b""), CardRead(SAMPLE_ID, expired=False))
    assert ReadCard(service) in effects
    assert LookUpCard(SAMPLE_ID, (service,)) in effects


def test_with_nothing_chosen_a_card_asks_every_service_it_leads_to() -> None:
    _, effects = lived(Idle(standing()), CardInserted(b""), CardRead(SAMPLE_ID, expired=False))
    assert LookUpCard(SAMPLE_ID, (PAY_FEE, MY_FACTORY, FOLLOW_CASE)) in effects


@pytest.mark.parametrize(
    ("code", "service", "asked"),
    [
        (TrackingCode("a" * 16), "", (FOLLOW_CASE,)),
        (TrackingCode("a" * 16), PAY_FEE, (FOLLOW_CASE,)),
        (NoticeCode("N"), FOLLOW_CASE, (PAY_FEE,)),
        (FolderCode("F"), "", (PAY_FEE, MY_FACTORY, FOLLOW_CASE)),
        (FolderCode("F"), MY_FACTORY, (MY_FACTORY,)),
    ],
)
def test_a_code_leads_to_what_it_is_for(
    code: TrackingCode | NoticeCode | FolderCode, service: str, asked: tuple[str, ...]
) -> None:
    state = chosen(service) if service else Idle(standing())
    assert LookUpCode(code, asked) in lived(state, CodeScanned(code))[1]


# ---- my factory


def shown(**changes: object) -> FactoryShown:
    facts = FactoryFacts(FACTORY, (owed(),), (case(1), case(2)))
    state, _ = lived(Idle(standing(**changes)), FOLDER, FactoriesFound((facts, FactoryFacts(FACTORY))))
    assert isinstance(state, FactoryShown)
    return state


@pytest.mark.parametrize("touch", [Touched(Button.PAY_ANOTHER), Touched(Button.CHOOSE, OWED)])
def test_from_my_factory_straight_on_to_paying(touch: Touched) -> None:
    state, _ = lived(shown(), touch)
    assert isinstance(state, ChoosingNotice)
    assert (state.owed, state.visitor.service) == ((owed(),), PAY_FEE)


def test_what_cannot_be_recorded_is_not_paid_from_there() -> None:
    state = shown(can_record=False)
    assert lived(state, Touched(Button.PAY_ANOTHER))[0] == state


def test_from_my_factory_to_a_case_and_back() -> None:
    state = shown()
    listed, _ = lived(state, Touched(Button.CHOOSE, CASES))
    assert isinstance(listed, ChoosingCase)
    one, _ = lived(listed, Touched(Button.CHOOSE, "C2"))
    assert isinstance(one, CaseShown)
    assert one.facts.case.case_no == "C2"
    assert lived(one, Touched(Button.BACK), Touched(Button.BACK))[0] == state


def paid_elsewhere(some: Owed) -> PaymentConfirmed:
    return PaymentConfirmed(
        ref1=some.notice.reference,
        ref2="ELSEWHERE",
        amount_satang=some.notice.amount_satang,
        confirmed_at=datetime(2026, 11, 24, 3, 47, tzinfo=UTC),
    )


@pytest.mark.parametrize("warned", [False, True])
@pytest.mark.parametrize(
    "looking",
    [
        (),
        (Touched(Button.CHOOSE, CASES),),
        (Touched(Button.CHOOSE, CASES), Touched(Button.CHOOSE, "C2")),
        (Touched(Button.CHOOSE, CASES), Touched(Button.CHOOSE, "C2"), Touched(Button.SHOW_QR)),
    ],
)
def test_what_is_paid_elsewhere_while_a_case_is_looked_at_is_not_offered_again(
    looking: tuple[Event, ...], warned: bool
) -> None:
    word = paid_elsewhere(owed())
    meanwhile = (TimedOut(), word, Touched(Button.CONTINUE)) if warned else (word,)
    state, _ = lived(shown(), *looking, *meanwhile, *(Touched(Button.BACK) for _ in looking))
    assert isinstance(state, FactoryShown)
    assert state.shown.owed == ()
    assert lived(state, Touched(Button.PAY_ANOTHER))[0] == state


def test_a_single_case_leads_back_to_what_is_still_owed() -> None:
    facts = FactoryFacts(FACTORY, (owed(1), owed(2)), (case(1),))
    one, _ = lived(Idle(standing()), FOLDER, FactoriesFound((facts,)), Touched(Button.CHOOSE, CASES))
    assert isinstance(one, CaseShown)
    state, _ = lived(one, paid_elsewhere(owed(1)), Touched(Button.BACK))
    assert isinstance(state, FactoryShown)
    assert state.shown.owed == (owed(2),)


def test_factories_are_turned_like_pages() -> None:
    state, _ = lived(shown(), Touched(Button.NEXT_PAGE), Touched(Button.NEXT_PAGE))
    assert isinstance(state, FactoryShown)
    assert (state.page, state.shown.owed) == (1, ())


# ---- follow a case


def followed(**changes: object) -> CaseShown:
    found = CasesFound((CaseFacts(case(), FACTORY),))
    state, _ = lived(Idle(standing(**changes)), CodeScanned(TrackingCode("a" * 16)), found)
    assert isinstance(state, CaseShown)
    return state


def test_a_slip_leads_to_its_case_and_another_slip_is_printed() -> None:
    state, effects = lived(followed(), Touched(Button.PRINT_TRACKING))
    assert PrintCaseSlip(CaseFacts(case(), FACTORY)) in effects
    assert isinstance(state, CaseShown)
    assert state.slip is Slip.PRINTING
    assert lived(state, SlipPrinted("another"))[0] == state
    assert lived(state, SlipPrinted("C1"))[0] == replace(state, slip=Slip.PRINTED)
    assert lived(state, SlipFailed("C1", "paper-out"))[0] == replace(state, slip=Slip.FAILED)


def test_what_a_slip_said_is_not_printed_again() -> None:
    state = replace(followed(), facts=replace(followed().facts, by_slip=True))
    assert lived(state, Touched(Button.PRINT_TRACKING)) == (state, [])
    assert isinstance(lived(state, Touched(Button.SHOW_QR))[0], ReadingOn)


def test_without_paper_the_case_is_read_on_by_phone() -> None:
    state = followed(paper=Paper.OUT)
    assert lived(state, Touched(Button.PRINT_TRACKING)) == (state, [])
    reading, _ = lived(state, Touched(Button.SHOW_QR))
    assert isinstance(reading, ReadingOn)
    assert lived(reading, Touched(Button.BACK))[0] == state


def test_open_cases_come_before_closed_ones_and_the_urgent_first() -> None:
    cases = (case(1, closed_on=date(2026, 11, 9)), case(2), case(3, due_on=date(2026, 12, 1)))
    found = CasesFound(tuple(CaseFacts(each, FACTORY) for each in cases))
    state, _ = lived(Idle(standing()), FOLDER, found)
    assert isinstance(state, ChoosingCase)
    assert [each.case.case_no for each in state.cases] == ["C3", "C2", "C1"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (NothingUnderWay(), Problem.NO_CASE),
        (SlipElsewhere(), Problem.SLIP_ELSEWHERE),
        (SlipUnknown(), Problem.SLIP_UNKNOWN),
    ],
)
def test_nothing_to_follow_is_said_and_the_visit_was_not_in_vain(answer: Event, problem: Problem) -> None:
    state, _ = lived(chosen(FOLLOW_CASE), FOLDER, answer)
    assert isinstance(state, Sorry)
    assert state.problem is problem
    assert EndVisit(Outcome.INFORMED) in lived(state, Touched(Button.FINISH))[1]


# ---- manuals


def test_manuals_need_nothing_but_a_touch() -> None:
    nothing = standing(ready=frozenset())
    state, effects = lived(Idle(nothing), Touched(Button.START), Touched(Button.SERVICE, MANUALS))
    assert effects[-1] == FindManuals()
    state, _ = lived(state, ManualsFound((MANUAL,)), Touched(Button.CHOOSE, "m"))
    assert isinstance(state, ManualShown)
    assert state.pages == 1 + 2 + 1
    last, _ = lived(state, *(Touched(Button.NEXT_PAGE),) * 9)
    assert isinstance(last, ManualShown)
    assert last.page == 3
    back, _ = lived(last, Touched(Button.SHOW_QR), Touched(Button.BACK), Touched(Button.BACK))
    assert isinstance(back, ChoosingManual)


# ---- whoever it is


@pytest.mark.parametrize("state", [shown(), followed()], ids=["factory", "case"])
def test_nobody_there_ends_with_a_warning_and_leaves_nothing(state: State) -> None:
    warned, _ = lived(state, TimedOut())
    assert isinstance(warned, Warned)
    ended, effects = lived(warned, TimedOut())
    assert ended == Idle(standing())
    assert effects[0] == EndVisit(Outcome.TIMED_OUT)


def test_another_card_at_my_factory_is_another_visitor() -> None:
    state, effects = lived(shown(), CardInserted(b""), CardRemoved())
    assert ReadCard(MY_FACTORY) in effects
    assert isinstance(state, Sorry)
