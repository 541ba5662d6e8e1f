"""The folder desk, as stories: whose card opens it, what is done with a folder, and walks along shelves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.port import CardInserted, CardMute, CardRemoved
from fleet.protocol.codes import FolderCode, classify, folder_id
from fleet.protocol.office import Folder, Officer
from kiosk.visits.desk import Desk, Device
from kiosk.visits.effects import Effect, EndVisit, LookUpCard, LookUpCode, Outcome, ReadCard
from kiosk.visits.events import Button, CardFound, CardRead, CodeScanned, DeviceLost, Event, NotFound, TimedOut, Touched
from kiosk.visits.folder_desk import OTHER, STOCK
from kiosk.visits.folder_effects import FindFolder, KeepWalk, ListOfficers, MoveFolder, NoteSeen, OpenWalk
from kiosk.visits.folder_events import (
    DeedKept,
    FolderFound,
    FolderUnknown,
    OfficerKnown,
    OfficersListed,
    SeenNoted,
    WalkKept,
    WalkOpened,
)
from kiosk.visits.folder_states import (
    ChoosingOfficer,
    DeskOpen,
    FolderShown,
    StockDone,
    StockSummed,
    TakingStock,
    Told,
)
from kiosk.visits.folders import Deed, FolderFacts, OfficerHere, PausedWalk, Place, Scan, Seen, Walk
from kiosk.visits.services import FOLDER_DESK, MY_FACTORY, PAY_FEE
from kiosk.visits.states import ChoosingService, Idle, Inviting, Problem, Sorry, State, Taking, Warned
from kiosk.visits.visit import step
from kiosk.visits.writing_events import NotKept
from tests.support.sample_visit import SAMPLE_ID, desk

ONE = Officer(officer_no="CBI-1", name_th="ตัวอย่าง หนึ่ง", card_hash="1" * 64)
TWO = Officer(officer_no="CBI-2", name_th="ตัวอย่าง สอง", card_hash="2" * 64)
SHELF = Place("1", "4", "2")
SINCE = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
FINISH, BACK, ON = Touched(Button.FINISH), Touched(Button.BACK), Touched(Button.CONTINUE)


def facts(number: int = 1, *, shelf: str = "2", out: Officer | None = None) -> FolderFacts:
    folder = Folder(
        folder_id=folder_id(20, number),
        factory_no="20200012325553",
        room="1",
        cabinet="4",
        shelf=shelf,
        slot=str(number),
        out_to=out.officer_no if out else "",
        out_since=SINCE if out else None,
    )
    return FolderFacts(folder, None, out)


def scan(number: int = 1, province: int = 20) -> CodeScanned:
    return CodeScanned(classify(folder_id(province, number)))


def standing(*services: str) -> Desk:
    return desk(services=list(services or (PAY_FEE, MY_FACTORY, FOLDER_DESK)))


def lived(state: State, *events: Event) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        happened = step(state, event)
        state, effects = happened.state, [*effects, *happened.effects]
    return state, effects


def opened(*paused: PausedWalk, on: Desk | None = None) -> State:
    card = CardInserted(b""), CardRead(SAMPLE_ID, expired=False), OfficerKnown(OfficerHere(ONE, paused))
    return lived(Idle(on or standing()), *card)[0]


def shown(of: FolderFacts | None = None) -> State:
    return lived(opened(), scan(), FolderFound(of or facts()))[0]


SHELF_FACTS = (facts(1), facts(2), facts(3, out=TWO))


def walking(*seen: Seen) -> State:
    return lived(shown(), Touched(Button.CHOOSE, STOCK), WalkOpened(Walk(SHELF, SHELF_FACTS, seen)))[0]


def seen(of: FolderFacts) -> Seen:
    return Seen(of.folder.folder_id, of)


# ---- whose card opens it


def test_an_officers_card_opens_it_before_anything_else_a_card_leads_to() -> None:
    state, effects = lived(Idle(standing()), CardInserted(b""), CardRead(SAMPLE_ID, expired=False))
    assert LookUpCard(SAMPLE_ID, (FOLDER_DESK, PAY_FEE, MY_FACTORY)) in effects
    state, _ = lived(state, OfficerKnown(OfficerHere(ONE)))
    assert isinstance(state, DeskOpen)
    assert state.visitor.service == FOLDER_DESK


def test_where_something_else_was_chosen_that_is_asked_first() -> None:
    chosen, _ = lived(Idle(standing()), Touched(Button.START), Touched(Button.SERVICE, PAY_FEE))
    _, effects = lived(chosen, CardInserted(b""), CardRead(SAMPLE_ID, expired=False))
    assert LookUpCard(SAMPLE_ID, (PAY_FEE, FOLDER_DESK)) in effects


def test_where_it_is_switched_off_no_card_is_asked_about_it() -> None:
    _, effects = lived(Idle(standing(PAY_FEE)), CardInserted(b""), CardRead(SAMPLE_ID, expired=False))
    assert LookUpCard(SAMPLE_ID, (PAY_FEE,)) in effects


def test_another_card_gets_what_it_always_got() -> None:
    state, _ = lived(Idle(standing()), CardInserted(b""), CardRead(SAMPLE_ID, expired=False), NotFound())
    assert isinstance(state, Sorry)
    assert state.problem is Problem.CARD_UNKNOWN


def test_an_expired_officers_card_opens_nothing() -> None:
    state, effects = lived(Idle(standing()), CardInserted(b""), CardRead(SAMPLE_ID, expired=True))
    assert isinstance(state, Sorry)
    assert not any(isinstance(each, LookUpCard) for each in effects)


def test_it_has_no_tile_but_for_who_came_out_of_it() -> None:
    menu, _ = lived(Idle(standing()), Touched(Button.START))
    assert isinstance(menu, ChoosingService)
    assert menu.shown == (PAY_FEE, MY_FACTORY)
    back, _ = lived(opened(), BACK)
    assert isinstance(back, ChoosingService)
    assert FOLDER_DESK in back.shown
    _, effects = lived(back, Touched(Button.SERVICE, FOLDER_DESK))
    assert ReadCard(FOLDER_DESK) in effects, "the card says again whose it is"


def test_a_folder_scanned_without_an_officers_card_is_the_factory_owners() -> None:
    _, effects = lived(Idle(standing()), scan())
    assert effects[-1] == LookUpCode(FolderCode(folder_id(20, 1)), (PAY_FEE, MY_FACTORY))


def test_a_late_touch_on_its_tile_only_asks_for_a_card() -> None:
    menu, _ = lived(Idle(standing()), Touched(Button.START))
    state, _ = lived(menu, Touched(Button.SERVICE, FOLDER_DESK))
    assert isinstance(state, Inviting)


# ---- the card goes, another comes


@pytest.mark.parametrize("state", [opened(), shown(), lived(shown(), Touched(Button.CHOOSE, OTHER))[0]])
def test_the_card_out_closes_it_at_once(state: State) -> None:
    state, effects = lived(state, CardRemoved())
    assert isinstance(state, Idle)
    assert EndVisit(Outcome.INFORMED) in effects


def test_what_was_put_on_record_makes_the_visit_one_that_was_done() -> None:
    _, effects = lived(shown(), ON, DeedKept(facts(out=ONE), Deed.OUT), CardRemoved())
    assert EndVisit(Outcome.DONE) in effects


@pytest.mark.parametrize("state", [opened(), shown(), walking(seen(facts(1)))])
def test_a_card_put_in_is_read_whoever_stands_there(state: State) -> None:
    state, effects = lived(state, CardInserted(b""))
    assert ReadCard(FOLDER_DESK) in effects
    assert lived(state, CardRead(SAMPLE_ID, expired=False))[1] == [
        LookUpCard(SAMPLE_ID, (FOLDER_DESK, PAY_FEE, MY_FACTORY))
    ]


@pytest.mark.parametrize("event", [CardMute(), CardFound()])
@pytest.mark.parametrize("state", [opened(), shown(), walking(seen(facts(1)))])
def test_a_card_nobody_can_vouch_for_opens_nothing(state: State, event: Event) -> None:
    state, _ = lived(state, event)
    assert isinstance(state, Sorry)
    assert state.visitor.payer_masked is None


def test_a_time_out_warns_and_then_gives_the_card_back() -> None:
    warned, _ = lived(shown(), TimedOut())
    assert isinstance(warned, Warned)
    assert isinstance(lived(warned, TimedOut())[0], Taking)
    assert isinstance(lived(warned, scan(2))[0], FolderShown), "a scan is a sign of the officer"


def test_the_scanner_unplugged_leaves_what_is_shown() -> None:
    state, _ = lived(shown(), DeviceLost(Device.SCANNER, ""))
    assert isinstance(state, FolderShown)


# ---- a folder


def test_a_scan_finds_and_the_next_scan_finds_the_next() -> None:
    state, effects = lived(opened(), scan(1), FolderFound(facts(1)), scan(2))
    assert effects == [FindFolder(folder_id(20, 1)), FindFolder(folder_id(20, 2))]
    assert isinstance(state, FolderShown)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((scan(7, 40), FolderUnknown()), Told.NOT_OURS),
        ((CodeScanned(classify("HELLO WORLD")),), Told.NO_FOLDER),
        ((CodeScanned(classify(folder_id(20, 1)[:-1] + "!")),), Told.NO_FOLDER),
        ((CodeScanned(classify("F20000001X")),), Told.UNREADABLE),
        ((CodeScanned(classify("F2000000")),), Told.UNREADABLE),
    ],
)
def test_what_is_no_folder_of_ours_is_told(events: tuple[Event, ...], told: Told) -> None:
    state, _ = lived(shown(), *events)
    assert isinstance(state, DeskOpen)
    assert state.told is told
    assert lived(state, Touched(Button.RETRY))[0] == replace(state, told=None)


def test_one_touch_takes_a_folder_out_and_a_second_one_does_nothing_to_it() -> None:
    state, effects = lived(shown(), ON)
    assert effects == [MoveFolder(facts(), Deed.OUT, "CBI-1")]
    state, _ = lived(state, DeedKept(facts(out=ONE), Deed.OUT))
    assert isinstance(state, FolderShown)
    state, effects = lived(state, ON)
    assert isinstance(state, DeskOpen)
    assert effects == []


def test_a_folder_that_is_out_is_brought_back_by_whoever_brings_it() -> None:
    lent = facts(out=TWO)
    assert lived(shown(lent), ON)[1] == [MoveFolder(lent, Deed.IN, "CBI-1")]


def test_it_is_given_to_another_officer_by_name_but_not_to_who_has_it() -> None:
    state, effects = lived(shown(facts(out=TWO)), Touched(Button.CHOOSE, OTHER))
    assert effects == [ListOfficers()]
    state, _ = lived(state, OfficersListed((ONE, TWO)))
    assert isinstance(state, ChoosingOfficer)
    assert state.shown == (ONE,)
    assert lived(state, Touched(Button.CHOOSE, "CBI-2"))[1] == []
    assert lived(state, Touched(Button.CHOOSE, "CBI-1"))[1] == [MoveFolder(facts(out=TWO), Deed.OUT, "CBI-1")]


def test_who_gives_it_to_another_is_named_beside_them() -> None:
    state, _ = lived(shown(facts()), Touched(Button.CHOOSE, OTHER), OfficersListed((ONE, TWO)))
    assert lived(state, Touched(Button.CHOOSE, "CBI-2"))[1] == [MoveFolder(facts(), Deed.OUT, "CBI-2", "CBI-1")]


def test_what_cannot_be_put_on_record_is_not_said_to_be_done() -> None:
    state, _ = lived(shown(), ON, NotKept())
    assert isinstance(state, Sorry)
    assert state.problem is Problem.CANNOT_KEEP


@pytest.mark.parametrize("touched", [ON, Touched(Button.CHOOSE, OTHER), Touched(Button.CHOOSE, STOCK)])
def test_with_a_full_disk_folders_are_found_and_not_moved(touched: Touched) -> None:
    state, _ = lived(opened(on=replace(standing(), can_record=False)), scan(), FolderFound(facts()))
    assert isinstance(state, FolderShown)
    assert lived(state, touched)[1] == []


# ---- along a shelf


def test_a_walk_says_of_each_folder_at_once_what_it_is() -> None:
    state = walking()
    assert isinstance(state, TakingStock)
    said = []
    for each in (seen(facts(1)), seen(facts(3, out=TWO)), seen(facts(9, shelf="1")), Seen(folder_id(20, 99))):
        state, effects = lived(state, CodeScanned(classify(each.folder_id)))
        assert isinstance(state, TakingStock)
        assert effects == [NoteSeen("CBI-1", state.walk, each.folder_id)]
        state, _ = lived(state, SeenNoted(each))
        assert isinstance(state, TakingStock)
        said.append(state.scan)
    assert said == [Scan.HERE, Scan.BACK, Scan.MISPLACED, Scan.NOT_OURS]
    assert (state.walk.found, state.walk.expected) == (2, 3)
    assert [each.folder.folder_id for each in state.walk.missing] == [folder_id(20, 2)]
    assert len(state.walk.foreign) == 2


def test_the_same_folder_twice_counts_once() -> None:
    state, effects = lived(walking(seen(facts(1))), scan(1))
    assert effects == []
    assert isinstance(state, TakingStock)
    assert state.scan is Scan.AGAIN
    assert len(state.walk.seen) == 1


def test_what_is_no_folder_is_said_and_not_counted() -> None:
    state, effects = lived(walking(), CodeScanned(classify("HELLO")))
    assert effects == []
    assert isinstance(state, TakingStock)
    assert state.scan is Scan.NO_FOLDER
    assert lived(state, ON)[0] == state, "there is nothing to sum up"


def test_the_sum_is_seen_before_it_is_kept_and_one_may_scan_on() -> None:
    walk = walking(seen(facts(1)))
    summed, effects = lived(walk, ON)
    assert isinstance(summed, StockSummed)
    assert effects == []
    assert isinstance(lived(summed, BACK)[0], TakingStock)
    on, effects = lived(summed, scan(2))
    assert isinstance(on, TakingStock)
    assert effects == [NoteSeen("CBI-1", summed.walk, folder_id(20, 2))]
    assert lived(summed, Touched(Button.SEND))[1] == [KeepWalk("CBI-1", summed.walk)]
    done, _ = lived(summed, Touched(Button.SEND), WalkKept())
    assert isinstance(done, StockDone)
    assert isinstance(lived(done, ON)[0], DeskOpen)
    assert isinstance(lived(done, scan(5), FolderFound(facts(5)))[0], FolderShown)


def test_a_walk_that_is_not_kept_is_not_said_to_be() -> None:
    state, _ = lived(walking(seen(facts(1))), ON, Touched(Button.SEND), NotKept())
    assert isinstance(state, Sorry)


def test_a_walk_may_be_stopped_and_gone_on_with() -> None:
    state, _ = lived(walking(seen(facts(1))), BACK)
    assert isinstance(state, DeskOpen)
    assert state.here.paused == (PausedWalk(SHELF, 1),)
    assert lived(state, ON)[1] == [OpenWalk("CBI-1", SHELF)]
    assert lived(walking(), BACK)[0] == replace(state, here=OfficerHere(ONE)), "nothing scanned, nothing stopped"


def test_the_card_pulled_stops_the_walk_and_says_so() -> None:
    state, effects = lived(walking(seen(facts(1))), CardRemoved())
    assert isinstance(state, Sorry)
    assert state.problem is Problem.STOCK_STOPPED
    assert not any(isinstance(each, EndVisit) for each in effects)
    assert isinstance(lived(walking(), CardRemoved())[0], Idle)
    anybody, _ = lived(state, scan())
    assert not isinstance(anybody, TakingStock | FolderShown)


def test_nobody_scanning_for_long_is_warned_and_a_scan_goes_on() -> None:
    state = walking(seen(facts(1)))
    assert isinstance(state, TakingStock)
    assert state.timeout_s > shown().timeout_s  # type: ignore[operator]  # both have one
    warned, _ = lived(state, TimedOut())
    assert isinstance(warned, Warned)
    back, effects = lived(warned, scan(2))
    assert isinstance(back, TakingStock)
    assert effects == [NoteSeen("CBI-1", state.walk, folder_id(20, 2))]
    assert isinstance(lived(warned, TimedOut())[0], Taking)


@given(st.lists(st.integers(1, 12), max_size=30))
def test_every_folder_of_a_shelf_is_found_missing_or_lent_and_every_scan_counts_once(numbers: list[int]) -> None:
    here = {n: facts(n, out=TWO if n % 4 == 0 else None) for n in range(1, 9)}
    away = {n: facts(n, shelf="9") for n in (9, 10)}
    walk = Walk(SHELF, tuple(here.values()))
    for n in numbers:
        known = here.get(n) or away.get(n)
        walk = walk.after(Seen(folder_id(20, n), known))
    assert len(walk.seen) == len(set(numbers))
    assert walk.found + len(walk.missing) == walk.expected
    assert walk.found + len(walk.foreign) == len(walk.seen)
    lent = sum(each.is_out and not walk.has_seen(each.folder.folder_id) for each in here.values())
    assert walk.expected + lent == len(here)
