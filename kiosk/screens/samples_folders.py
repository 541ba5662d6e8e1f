"""Everything the folder desk shows, once, with sample data; for ``samples``. Nothing here is real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from fleet.protocol.codes import folder_id
from fleet.protocol.office import Factory, Folder, Officer
from kiosk.visits.desk import Desk, Device
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
from kiosk.visits.services import FOLDER_DESK
from kiosk.visits.states import State, Warned
from kiosk.visits.visitor import Visitor

TUESDAY = datetime(2026, 11, 17, 2, 15, tzinfo=UTC)

ONE = Officer(officer_no="CBI-1", name_th="ตัวอย่าง หนึ่ง", name_en="Sample One", card_hash="")
TWO = Officer(officer_no="CBI-2", name_th="ตัวอย่าง สอง", name_en="Sample Two", card_hash="")
LONG = Officer(
    officer_no="CBI-3",
    name_th="ว่าที่ร้อยตรีหญิง ตัวอย่างวัฒนาภรณ์ รัตนโกสินทร์วิวัฒนชัยพงศ์",
    name_en="Acting Sub Lt. Sample Watthanaphon Rattanakosinwiwatthanachaiphong",
    card_hash="",
)
VISITOR = Visitor("x-xxxx-xxxxx-12-1", card_in=True, service=FOLDER_DESK)
HERE = OfficerHere(ONE)
SHELF = Place("1", "4", "2")

_NAMES = (("ตัวอย่างแปรรูป", "Sample Foods"), ("ตัวอย่างการพิมพ์", "Sample Prints"), ("ตัวอย่างโลหะกิจ", "Sample Metals"))


def facts(number: int, *, shelf: str = "2", out: Officer | None = None) -> FolderFacts:
    """A made-up folder, of the cabinet's second shelf if nothing else is said."""
    th, en = _NAMES[number % len(_NAMES)]
    factory = Factory(factory_no=f"1020{number:010d}", name_th=th, name_en=en)
    folder = Folder(
        folder_id=folder_id(20, number),
        factory_no=factory.factory_no,
        room="1",
        cabinet="4",
        shelf=shelf,
        slot=str(number),
        out_to=out.officer_no if out else "",
        out_to_name=out.name_th if out else "",
        out_since=TUESDAY if out else None,
    )
    return FolderFacts(folder, factory, out)


def walk(scanned: int = 17) -> Walk:
    """Twenty folders belong there, one of them is out; ``scanned`` of them, and two that belong elsewhere."""
    belonging = (*(facts(number) for number in range(1, 20)), facts(20, out=TWO))
    seen = [Seen(each.folder.folder_id, each) for each in belonging[:scanned]]
    other = facts(31, shelf="1")
    return Walk(SHELF, belonging, (*seen, Seen(other.folder.folder_id, other), Seen(folder_id(40, 7))))


def folder_states(desk: Desk, long_factory: Factory) -> Iterator[tuple[str, State]]:
    """Names and states, in the order of an officer's visit."""
    opened = DeskOpen(desk, VISITOR, HERE)
    yield "22-desk", opened
    yield "22-desk-stopped-walk", replace(opened, here=OfficerHere(ONE, (PausedWalk(SHELF, 17),)))
    yield "22-desk-scanner-gone", replace(opened, desk=replace(desk, ready=desk.ready - {Device.SCANNER}))
    for told in Told:
        yield f"22-desk-{told.value}", replace(opened, told=told)
    shown = FolderShown(desk, VISITOR, HERE, facts(1))
    yield "22-folder", shown
    yield "22-folder-out", replace(shown, facts=facts(1, out=TWO))
    yield "22-folder-disk-full", replace(shown, desk=replace(desk, can_record=False))
    yield "22-folder-taken", replace(shown, facts=facts(1, out=ONE), done=Deed.OUT)
    yield "22-folder-returned", replace(shown, done=Deed.IN)
    yield "22-officers", ChoosingOfficer(desk, VISITOR, HERE, facts(1), (ONE, TWO))
    yield from _walked(desk)
    yield from _long(desk, long_factory)


def _walked(desk: Desk) -> Iterator[tuple[str, State]]:
    so_far = walk()
    empty = TakingStock(desk, VISITOR, HERE, replace(so_far, seen=()))
    yield "23-stock-begins", empty
    scans = {
        Scan.HERE: so_far.seen[16],
        Scan.BACK: Seen(so_far.belonging[19].folder.folder_id, so_far.belonging[19]),
        Scan.MISPLACED: so_far.seen[-2],
        Scan.NOT_OURS: so_far.seen[-1],
        Scan.AGAIN: so_far.seen[3],
        Scan.NO_FOLDER: None,
    }
    for scan, last in scans.items():
        yield f"23-stock-{scan.value}", replace(empty, walk=so_far, scan=scan, last=last)
    yield "23-stock-scanner-gone", replace(empty, desk=replace(desk, ready=desk.ready - {Device.SCANNER}))
    yield "23-time-out", Warned(replace(empty, walk=so_far))
    summed = StockSummed(desk, VISITOR, HERE, so_far)
    yield "23-sum", summed
    yield "23-sum-missing", replace(summed, page=1)
    yield "23-sum-misplaced", replace(summed, page=2)
    yield "23-sum-complete", replace(summed, walk=replace(so_far, seen=walk(19).seen[:19]))
    yield "23-done", StockDone(desk, VISITOR, HERE, so_far)
    back = replace(so_far, seen=walk(20).seen)
    yield "23-done-offline", StockDone(replace(desk, online=False), VISITOR, HERE, back)


def _standing_in(place: Place, shelf: Walk) -> Walk:
    """The same walk along another shelf."""

    def moved(facts: FolderFacts) -> FolderFacts:
        there = {"room": place.room, "cabinet": place.cabinet, "shelf": place.shelf}
        return replace(facts, folder=msgspec.structs.replace(facts.folder, **there))

    here = {each.folder.folder_id: moved(each) for each in shelf.belonging}
    seen = tuple(replace(each, facts=here.get(each.folder_id, each.facts)) for each in shelf.seen)
    return Walk(place, tuple(here.values()), seen)


def _long(desk: Desk, long_factory: Factory) -> Iterator[tuple[str, State]]:
    here = OfficerHere(LONG)
    lent = facts(1, out=LONG)
    yield "99-long-desk", DeskOpen(desk, VISITOR, here)
    long = FolderFacts(lent.folder, long_factory, LONG)
    yield "99-long-folder", FolderShown(desk, VISITOR, HERE, long)
    yield "99-long-folder-taken", FolderShown(desk, VISITOR, here, long, Deed.OUT)
    yield "99-long-officers", ChoosingOfficer(desk, VISITOR, here, long, (LONG, ONE, TWO, LONG), page=0)
    place = Place("ห้องเก็บเอกสารกลาง", "เหล็กบานเลื่อน 12", "บนสุด")
    far = _standing_in(place, walk())
    last = Seen(lent.folder.folder_id, long)
    yield "99-long-stock", TakingStock(desk, VISITOR, here, far, Scan.MISPLACED, last)
    yield "99-long-sum", StockSummed(desk, VISITOR, here, far, page=1)
