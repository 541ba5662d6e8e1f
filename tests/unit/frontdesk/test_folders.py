"""The folder desk from the touch to the spool: right at once, on record with it, confirmed later, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.codes import classify, folder_id
from fleet.protocol.messages import Ack
from fleet.protocol.office import Factory, Folder, Item, Officer
from fleet.protocol.records import FolderMoved, KnownRecord, ShelfTaken, UnknownRecord, decode_record
from fleet.protocol.thai import IdNumber, keyed_hash
from kiosk.folder_book import FolderBook
from kiosk.frontdesk.folders import STOPPED_FOR, FolderHands
from kiosk.office.lookup import list_manuals
from kiosk.office.replica import Replica
from kiosk.screens.samples import DESK, SETTINGS
from kiosk.screens.samples_reading import MANUAL
from kiosk.spool import Spool
from kiosk.visits.events import Button, CodeScanned, Event, Touched
from kiosk.visits.folder_desk import OTHER, STOCK
from kiosk.visits.folder_effects import FolderEffect
from kiosk.visits.folder_events import OfficerKnown
from kiosk.visits.folder_states import DeskOpen, FolderShown, StockDone, StockSummed, TakingStock
from kiosk.visits.folders import Place, Scan
from kiosk.visits.services import FOLDER_DESK
from kiosk.visits.states import LookingUp, Problem, Sorry, State
from kiosk.visits.visit import step
from kiosk.visits.visitor import Visitor
from tests.support.office_pages import page_of

KEY = "11" * 32
CARD, OTHER_CARD, STRANGER = (IdNumber(each) for each in ("1999900000081", "1999900000099", "1999900000013"))
SETTLED = msgspec.structs.replace(SETTINGS, services=("pay-fee", FOLDER_DESK))
ON, BACK, SEND = Touched(Button.CONTINUE), Touched(Button.BACK), Touched(Button.SEND)


def officer(number: int, card: IdNumber) -> Officer:
    return Officer(
        officer_no=f"CBI-{number}", name_th=f"ตัวอย่าง {number}", card_hash=keyed_hash(card, bytes.fromhex(KEY))
    )


ONE, TWO = officer(1, CARD), officer(2, OTHER_CARD)
FACTORY = Factory(factory_no="20200012325553", name_th="ตัวอย่าง", name_en="Sample")


def folder(number: int, shelf: str = "2", **changes: object) -> Folder:
    fields: dict[str, object] = {"folder_id": folder_id(20, number), "factory_no": FACTORY.factory_no}
    fields |= {"room": "1", "cabinet": "4", "shelf": shelf, "slot": str(number)}
    return Folder(**fields | changes)  # type: ignore[arg-type]  # made-up fields of the right types


FOLDERS = (folder(1), folder(2), folder(10), folder(5, shelf="9"))


class Desk:
    """Hands over a real spool and replica."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open()
        self.is_full = False
        self.learn(1, *FOLDERS)

    def open(self) -> None:
        self.spool, self.replica = Spool(self.path / "spool.sqlite"), Replica(self.path / "replica.sqlite")
        self.book = FolderBook(self.replica, self.spool)
        self.hands = FolderHands(self.book, self.spool, lambda: self.replica.office_id, self)

    def close(self) -> None:
        self.spool.close()
        self.replica.close()

    def power_cut(self) -> None:
        """Everything in memory is gone."""
        self.close()
        self.open()

    def learn(self, revision: int, *items: Item, office_id: str = "CBI") -> None:
        """The fleet's records, as they are at a revision."""
        page = page_of((ONE, TWO, FACTORY, *items), revision=revision, office_id=office_id, hash_key=KEY)
        self.replica.take(page)

    def put(self, record: KnownRecord, also: Callable[[], object] | None = None) -> bool:
        if not self.is_full:
            self.spool.append(record, also=also)
        return not self.is_full

    def at_desk(self, card: IdNumber = CARD) -> State:
        """An officer's card was read."""
        known = self.book.officer_with(card)
        assert known is not None
        looking = LookingUp(replace(DESK, settings=SETTLED), Visitor("x", card_in=True, service=FOLDER_DESK))
        return self.live(looking, OfficerKnown(self.hands.here(known)))

    def live(self, state: State, *events: Event) -> State:
        """Steps, and what their effects answer."""
        waiting = list(events)
        while waiting:
            then = step(state, waiting.pop(0))
            state = then.state
            for effect in then.effects:
                if isinstance(effect, FolderEffect):
                    waiting[:0] = self.hands.run(effect)
        return state

    def records(self) -> list[KnownRecord | UnknownRecord]:
        batch = self.spool.batch(0)
        return [decode_record(each.record) for each in batch.records] if batch else []

    def committed(self) -> None:
        """The fleet has all there is."""
        self.spool.acknowledge(Ack(spool_id=self.spool.spool_id, committed_through=self.spool.last_no))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def scan(number: int) -> CodeScanned:
    return CodeScanned(classify(folder_id(20, number)))


def shown(state: State) -> FolderShown:
    assert isinstance(state, FolderShown)
    return state


# ---- whose card


def test_a_card_is_known_by_its_hash_alone(desk: Desk) -> None:
    assert desk.book.officer_with(CARD) == ONE
    assert desk.book.officer_with(STRANGER) is None


def test_officers_and_manuals_stand_as_in_the_thai_dictionary(desk: Desk) -> None:
    names = ["เกษม", "แก้ว", "ขวัญ", "ไม้"]
    spelt = [
        Officer(officer_no=f"CBI-{number}", name_th=name, card_hash="") for number, name in enumerate(sorted(names), 10)
    ]
    manuals = [
        msgspec.structs.replace(MANUAL, manual_id=str(number), title_th=name)
        for number, name in enumerate(sorted(names))
    ]
    desk.learn(2, *spelt, *manuals)
    assert [each.name_th for each in desk.book.officers() if each.name_th in names] == names
    assert [each.title_th for each in list_manuals(desk.replica).manuals] == names


def test_without_records_nobody_is_an_officer(tmp_path: Path) -> None:
    book = FolderBook(Replica(tmp_path / "r.sqlite"), Spool(tmp_path / "s.sqlite"))
    assert book.officer_with(CARD) is None


# ---- taken, and brought back


def test_taken_out_it_says_so_at_once_and_the_fleet_hears_of_it(desk: Desk) -> None:
    state = shown(desk.live(desk.at_desk(), scan(1)))
    assert not state.facts.is_out
    state = shown(desk.live(state, ON))
    assert (state.facts.folder.out_to, state.facts.holder) == ("CBI-1", ONE)
    (record,) = desk.records()
    assert isinstance(record, FolderMoved)
    assert (record.folder_id, record.deed, record.officer_no) == (folder_id(20, 1), "out", "CBI-1")
    assert record.told_by == "", "nobody but who took it"
    assert record.moved_at == state.facts.folder.out_since
    desk.power_cut()
    again = shown(desk.live(desk.at_desk(OTHER_CARD), scan(1)))
    assert again.facts.holder == ONE, "any officer sees it, after a power cut too"


def test_brought_back_it_is_in_its_place_again(desk: Desk) -> None:
    state = desk.live(desk.at_desk(), scan(1), ON, scan(1), ON)
    assert not shown(state).facts.is_out
    assert [each.deed for each in desk.records() if isinstance(each, FolderMoved)] == ["out", "in"]


def test_given_to_another_by_name(desk: Desk) -> None:
    state = desk.live(desk.at_desk(), scan(1), Touched(Button.CHOOSE, OTHER), Touched(Button.CHOOSE, "CBI-2"))
    assert shown(state).facts.holder == TWO
    (record,) = desk.records()
    assert isinstance(record, FolderMoved)
    assert (record.officer_no, record.told_by) == ("CBI-2", "CBI-1"), "who has it, and who said so"


def test_with_a_full_disk_nothing_is_said_to_be_done(desk: Desk) -> None:
    desk.is_full = True
    state = desk.live(desk.at_desk(), scan(1), ON)
    assert isinstance(state, Sorry)
    assert state.problem is Problem.CANNOT_KEEP
    facts = desk.book.facts(folder_id(20, 1))
    assert facts is not None
    assert not facts.is_out


def standing(desk: Desk) -> str:
    """With whom folder 1 is, by all this kiosk knows."""
    facts = desk.book.facts(folder_id(20, 1))
    assert facts is not None
    return facts.folder.out_to


def test_what_was_done_here_stands_until_the_fleets_records_have_it(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), ON)
    desk.hands.look_after()
    desk.learn(2, *FOLDERS)  # drawn up before the fleet had heard of it
    desk.hands.look_after()
    assert standing(desk) == "CBI-1"
    desk.committed()
    desk.hands.look_after()
    assert standing(desk) == "CBI-1", "committed there, and its records still to come"
    desk.learn(3, folder(1, out_to="CBI-1", out_since=datetime.now(UTC)), *FOLDERS[1:])
    desk.hands.look_after()
    assert standing(desk) == "CBI-1"
    desk.learn(4, *FOLDERS)  # somebody brought it back, elsewhere
    assert standing(desk) == ""


def test_the_later_deed_counts_whoever_did_it(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), ON)
    desk.learn(2, folder(1, out_to="CBI-2", out_since=datetime.now(UTC) + timedelta(hours=1)))
    assert standing(desk) == "CBI-2"
    desk.learn(3, folder(1, out_to="CBI-2", out_since=datetime.now(UTC) - timedelta(hours=1)))
    assert standing(desk) == "CBI-1"


def test_another_office_knows_nothing_of_it(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), ON)
    desk.replica.wipe()
    desk.learn(1, *FOLDERS, office_id="KKN")
    assert standing(desk) == ""
    desk.hands.look_after()
    desk.replica.wipe()
    desk.learn(1, *FOLDERS)
    assert standing(desk) == "", "forgotten, not only hidden"


def test_no_id_number_and_no_name_is_written(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), ON)
    desk.live(desk.at_desk(), scan(2), Touched(Button.CHOOSE, STOCK), scan(2))
    desk.replica.wipe()
    desk.close()
    kept = b"".join(each.read_bytes() for each in desk.path.iterdir() if each.is_file())
    assert b"CBI-1" in kept
    for secret in (CARD.reveal(), ONE.name_th, ONE.card_hash):
        assert secret.encode() not in kept


# ---- along a shelf


def test_a_shelf_is_walked_along_in_the_order_of_its_slots(desk: Desk) -> None:
    found = desk.book.on_shelf(Place("1", "4", "2"))
    assert [each.folder.slot for each in found] == ["1", "2", "10"]


def test_a_whole_walk_is_one_record_and_what_was_lent_and_stands_there_is_back(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), ON)
    state = desk.live(desk.at_desk(), scan(2), Touched(Button.CHOOSE, STOCK), scan(2), scan(1), scan(5))
    assert isinstance(state, TakingStock)
    assert (state.walk.found, state.walk.expected, len(state.walk.foreign)) == (2, 3, 1)
    state = desk.live(state, ON, SEND)
    assert isinstance(state, StockDone)
    record = desk.records()[-1]
    assert isinstance(record, ShelfTaken)
    assert (record.room, record.cabinet, record.shelf) == ("1", "4", "2")
    assert record.folder_ids == tuple(folder_id(20, n) for n in (2, 1, 5))
    assert standing(desk) == ""
    opened = desk.at_desk()
    assert isinstance(opened, DeskOpen)
    assert opened.here.paused == ()


def test_a_walk_that_was_cut_off_is_gone_on_with_by_who_began_it(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), Touched(Button.CHOOSE, STOCK), scan(1), scan(2), scan(2))
    desk.power_cut()
    assert desk.records() == [], "half a walk would miss what nobody has looked for"
    other = desk.at_desk(OTHER_CARD)
    assert isinstance(other, DeskOpen)
    assert other.here.paused == ()
    state = desk.live(desk.at_desk(), ON)
    assert isinstance(state, TakingStock)
    assert state.walk.ids == (folder_id(20, 1), folder_id(20, 2))
    state = desk.live(state, scan(2))
    assert isinstance(state, TakingStock)
    assert state.scan is Scan.AGAIN


def test_two_walks_stand_beside_each_other(desk: Desk) -> None:
    desk.live(desk.at_desk(), scan(1), Touched(Button.CHOOSE, STOCK), scan(1), BACK)
    state = desk.live(desk.at_desk(), scan(5), Touched(Button.CHOOSE, STOCK), scan(5), BACK)
    assert isinstance(state, DeskOpen)
    assert [each.place.shelf for each in state.here.paused] == ["2", "9"]
    state = desk.live(desk.at_desk(), scan(1), Touched(Button.CHOOSE, STOCK))
    assert isinstance(state, TakingStock)
    assert state.walk.ids == (folder_id(20, 1),)


def test_a_walk_that_is_not_kept_can_still_be_gone_on_with(desk: Desk) -> None:
    state = desk.live(desk.at_desk(), scan(1), Touched(Button.CHOOSE, STOCK), scan(1), ON)
    assert isinstance(state, StockSummed)
    desk.is_full = True
    assert isinstance(desk.live(state, SEND), Sorry)
    opened = desk.at_desk()
    assert isinstance(opened, DeskOpen)
    assert [each.scanned for each in opened.here.paused] == [1]


def test_a_stopped_walk_that_cannot_be_read_or_is_old_is_none(desk: Desk) -> None:
    desk.spool.note("walks-CBI-1", b"of another release")
    assert desk.hands.here(ONE).paused == ()
    long_ago = datetime.now(UTC) - STOPPED_FOR - timedelta(hours=1)
    old = [{"office_id": "CBI", "room": "1", "cabinet": "4", "shelf": "2", "folder_ids": ["F"], "at": long_ago}]
    desk.spool.note("walks-CBI-1", msgspec.json.encode(old))
    assert desk.hands.here(ONE).paused == ()
