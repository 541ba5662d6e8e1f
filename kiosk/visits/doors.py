"""How one comes into each service: from the menu, and with a card; a code is looked up whatever the service.

A service whose menu door is ``invite`` asks for card or code; one that needs neither goes straight to its own screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.visits import other_fee, presence, register, tell_us
from kiosk.visits.desk import Desk
from kiosk.visits.effects import LookUpCard
from kiosk.visits.events import CardRead
from kiosk.visits.machine import Next
from kiosk.visits.manuals import list_manuals
from kiosk.visits.services import (
    FOLDER_DESK,
    FOLLOW_CASE,
    MANUALS,
    MY_FACTORY,
    OTHER_FEE,
    PAY_FEE,
    PRESENCE_SLIP,
    REGISTER,
    TELL_US,
    asked_by_card,
)
from kiosk.visits.states import LookingUp
from kiosk.visits.steps import Step, invite
from kiosk.visits.visitor import Visitor


def look_up_card(desk: Desk, visitor: Visitor, read: CardRead) -> Step:
    """Find what there is for the card's owner."""
    asked = asked_by_card(visitor.service, desk.offered)
    return Next(LookingUp(desk, visitor, by_card=True), (LookUpCard(read.id_number, asked),))


@dataclass(frozen=True, slots=True)
class Door:
    """``menu``: it was touched, and is the visitor's ``service`` now. ``card``: a valid card was read for it."""

    menu: Callable[[Desk, Visitor], Step] = invite
    card: Callable[[Desk, Visitor, CardRead], Step] = look_up_card


DOORS: dict[str, Door] = {
    PAY_FEE: Door(),
    OTHER_FEE: Door(menu=other_fee.begin),
    PRESENCE_SLIP: Door(menu=presence.notice, card=presence.card_read),
    REGISTER: Door(menu=presence.notice, card=register.card_read),
    TELL_US: Door(menu=tell_us.begin),
    MY_FACTORY: Door(),
    FOLLOW_CASE: Door(),
    MANUALS: Door(menu=list_manuals),
    FOLDER_DESK: Door(),
}
