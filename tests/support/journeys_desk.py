"""Journeys of an officer at the folder desk: found, taken out, brought back, a shelf counted. As ``journeys``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from fleet.protocol.office import Folder, Officer
from kiosk.visits.events import Button
from kiosk.visits.folder_desk import STOCK
from kiosk.visits.folder_states import FolderShown, StockSummed, TakingStock
from kiosk.visits.folders import FolderFacts, OfficerHere, Place, Seen, Walk
from kiosk.visits.visitor import Visitor as Who
from tests.support.journeys import Hand

FOLDER = Folder(folder_id="F20000001K", factory_no="", room="1", cabinet="1", shelf="1", slot="1")
HERE = OfficerHere(Officer(officer_no="CBI-1", name_th="ตัวอย่าง", card_hash=""))
FACTS = FolderFacts(FOLDER)
AT_DESK = Who(card_in=True, service="folder-desk")
WALK = Walk(Place.of(FOLDER), (FACTS,), (Seen(FOLDER.folder_id, FACTS),))
"""Where buttons stand does not follow from what is written beside them."""

FLOOR_RIGHT = (800, 650, 1270, 790)


def open_desk(hand: Hand) -> None:
    """Put the officer's card in, with nothing chosen."""
    hand.demo.do("/card/insert", citizen="officer")
    hand.await_state("DeskOpen")


def find(hand: Hand) -> None:
    """To where the first folder is."""
    open_desk(hand)
    hand.visitor.scan(hand.code("folder"))
    hand.await_state("FolderShown")


def move(hand: Hand) -> None:
    """Take the first folder out, or bring it back where it is out."""
    find(hand)
    _next(hand, Button.CONTINUE)


def _next(hand: Hand, button: Button, value: str = "") -> None:
    """Touch a button of the folder's screen, once, when that is drawn: the screen after it may have the same button."""
    hand.demo.wait_until(lambda: any(hand.shows(each, FLOOR_RIGHT) for each in _shown(hand)), "the folder's screen")
    at = hand.place(next(_shown(hand)), button, value)
    hand.until_redrawn(lambda: hand.visitor.touch(at))


def _shown(hand: Hand) -> Iterator[FolderShown]:
    """The first folder in its place, and out."""
    for out_to in ("", "CBI-1"):
        facts = FolderFacts(replace(FOLDER, out_to=out_to))
        yield FolderShown(hand.desk, AT_DESK, HERE, facts)


def count_shelf(hand: Hand) -> None:
    """Walk along the first folder's shelf, where another's folder is found too, to the count on record."""
    find(hand)
    _next(hand, Button.CHOOSE, STOCK)
    hand.await_state("TakingStock")
    for n in range(2):
        code = hand.code("folder", n)
        hand.until_redrawn(partial(hand.visitor.scan, code))
    hand.meanwhile()
    hand.press(TakingStock(hand.desk, AT_DESK, HERE, WALK), Button.CONTINUE, "StockSummed")
    hand.press(StockSummed(hand.desk, AT_DESK, HERE, WALK), Button.SEND, "StockDone")
