"""The services a kiosk can offer, and what each of them needs; how one comes into them stands in ``doors``.

Rules: a service that lacks what it needs is not offered, and only that one; a code says by itself what it is for, so
one that the chosen service cannot use leads where it would have led with nothing chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fleet.protocol.codes import BillCode, Code, FactoryCode, FolderCode, NoticeCode, TrackingCode

PAY_FEE = "pay-fee"
OTHER_FEE = "other-fee"
PRESENCE_SLIP = "presence-slip"
REGISTER = "register"
TELL_US = "tell-us"
MY_FACTORY = "my-factory"
FOLLOW_CASE = "follow-case"
MANUALS = "manuals"
FOLDER_DESK = "folder-desk"


class Device(StrEnum):
    """The devices of a kiosk; the values are written to the wire."""

    CARD = "card"
    SCANNER = "scanner"
    PRINTER = "printer"
    PANEL = "panel"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Service:
    """What a service needs.

    ``starts``: any one of these devices begins it; none means that a touch does. ``needs``: it is nothing without
    each of these. ``on_record``: it begins something that must be on record first, so it needs room on the disk.
    ``by_card``: where nothing was chosen, a card leads here by itself. ``codes``: the kinds of code that lead here.
    ``reads_name``: it declares the need of the name on the card, and the visitor is told before. ``typed``: where
    neither card nor paper is at hand, a number may be typed instead.
    """

    starts: frozenset[Device] = frozenset()
    needs: frozenset[Device] = frozenset()
    on_record: bool = False
    by_card: bool = False
    codes: tuple[type, ...] = ()
    reads_name: bool = False
    in_menu: bool = True
    """For everybody, with a tile; one that is not opens by an officer's card alone."""
    typed: bool = False

    def can_begin(self, ready: frozenset[Device], *, can_record: bool) -> bool:
        """Whether it can be used with the devices that answer now."""
        started = not self.starts or self.typed or bool(self.starts & ready)
        return started and self.needs <= ready and (can_record or not self.on_record)


_CARD = frozenset({Device.CARD})
_CARD_OR_CODE = _CARD | {Device.SCANNER}

SERVICES: dict[str, Service] = {
    PAY_FEE: Service(
        starts=_CARD_OR_CODE,
        on_record=True,
        by_card=True,
        codes=(NoticeCode, BillCode, FolderCode, FactoryCode),
        typed=True,
    ),
    OTHER_FEE: Service(on_record=True),
    PRESENCE_SLIP: Service(needs=_CARD, starts=_CARD, on_record=True, reads_name=True),
    REGISTER: Service(needs=_CARD, starts=_CARD, on_record=True, reads_name=True),
    TELL_US: Service(on_record=True),
    MY_FACTORY: Service(starts=_CARD_OR_CODE, by_card=True, codes=(FolderCode, FactoryCode)),
    FOLLOW_CASE: Service(starts=_CARD_OR_CODE, by_card=True, codes=(TrackingCode, FolderCode, FactoryCode)),
    MANUALS: Service(),
    FOLDER_DESK: Service(needs=_CARD, starts=_CARD, in_menu=False),
}


def can_begin(switched_on: Iterable[str], ready: frozenset[Device], *, can_record: bool) -> tuple[str, ...]:
    """Those of the services switched on that can be used now, in the order they were named in."""
    known = (name for name in dict.fromkeys(switched_on) if name in SERVICES)
    return tuple(name for name in known if SERVICES[name].can_begin(ready, can_record=can_record))


def starts_of(chosen: str) -> frozenset[Device]:
    """With which devices the chosen service begins; with nothing chosen, card and scanner lead somewhere."""
    return SERVICES[chosen].starts if chosen in SERVICES else _CARD_OR_CODE


def asked_by_card(chosen: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Which services a card is for, the best first: the chosen one, or all to which a card leads by itself.

    An officer's card opens the folder desk where nothing else was chosen, or where what was chosen does not know it.
    """
    desk = (FOLDER_DESK,) if FOLDER_DESK in offered else ()
    if chosen != FOLDER_DESK and chosen in SERVICES and Device.CARD in SERVICES[chosen].starts:
        return (chosen, *desk)
    return (*desk, *(name for name in offered if SERVICES[name].by_card))


def asked_by_code(code: Code, chosen: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Which services a code is for, the best first: the chosen one if it knows such codes, or all that do."""
    if chosen in offered and isinstance(code, SERVICES[chosen].codes):
        return (chosen,)
    return tuple(name for name in offered if isinstance(code, SERVICES[name].codes))
