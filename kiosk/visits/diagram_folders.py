"""What the picture's walk needs for the folder desk: where it begins, and what can happen in it."""

from __future__ import annotations

from typing import get_args

import msgspec

from fleet.protocol.codes import classify, folder_id
from fleet.protocol.office import Folder, Officer
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import Button, CodeScanned, Event, Touched
from kiosk.visits.folder_desk import OTHER, STOCK
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
from kiosk.visits.folder_states import FolderDesk
from kiosk.visits.folders import Deed, FolderFacts, OfficerHere, Place, Seen, Walk
from kiosk.visits.services import FOLDER_DESK
from kiosk.visits.states import LookingUp, State
from kiosk.visits.visitor import Visitor
from kiosk.visits.writing_events import NotKept

FOLDER_STATES: tuple[type, ...] = get_args(FolderDesk)

_OFFICER = Officer(officer_no="SMP-1", name_th="ตัวอย่าง", card_hash="")
_FACTS = FolderFacts(Folder(folder_id=folder_id(20, 1), factory_no="", cabinet="1", shelf="1"))
_PLACE = Place.of(_FACTS.folder)


def beginnings(settings: KioskSettings) -> tuple[State, ...]:
    """The state from which the folder desk is entered."""
    offered = msgspec.structs.replace(settings, services=KNOWN_SERVICES)
    desk = Desk("SAMPLE-1", offered, frozenset({Device.CARD, Device.SCANNER, Device.PRINTER}))
    return (LookingUp(desk, Visitor("x", card_in=True, service=FOLDER_DESK), by_card=True),)


def events() -> tuple[Event, ...]:
    """What happens in it, beside what happens everywhere."""
    return (
        *(Touched(Button.CHOOSE, each) for each in (OTHER, STOCK, _OFFICER.officer_no)),
        CodeScanned(classify(_FACTS.folder.folder_id)),
        OfficerKnown(OfficerHere(_OFFICER)),
        FolderFound(_FACTS),
        FolderUnknown(),
        OfficersListed((_OFFICER,)),
        DeedKept(_FACTS, Deed.IN),
        WalkOpened(Walk(_PLACE, (_FACTS,))),
        SeenNoted(Seen(_FACTS.folder.folder_id, _FACTS)),
        WalkKept(),
        NotKept(),
    )
