"""What the picture's walk needs for the services that write: where they begin, and what can happen in them.

A walk of their own, because what is typed and whom a visit is for would multiply the other one many times.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import msgspec

from fleet.protocol.asking import CardState
from fleet.protocol.office import Topic
from fleet.protocol.presence import Verdict
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings
from fleet.protocol.thai import IdNumber
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import Button, Event, Touched
from kiosk.visits.papers import CardProof, RegistrationPaper
from kiosk.visits.services import PRESENCE_SLIP, REGISTER, TELL_US
from kiosk.visits.states import ChoosingService, Inviting, LookingUp, ReadingCard, State
from kiosk.visits.visitor import Visitor
from kiosk.visits.writing_events import CardChecked, Kept, NotKept, PresenceJudged, TopicsFound
from kiosk.visits.writing_states import ChoosingPurpose, ChoosingTopic, TypingPhone, TypingText, Writing

WRITING: tuple[type, ...] = get_args(Writing)

_TOPIC = Topic(code="T1", name_th="ตัวอย่าง", name_en="Sample", owner_name="ตัวอย่าง", deadline_days=15)
_AT = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)
_NUMBER = "R1"


def beginnings(settings: KioskSettings, citizen: IdNumber) -> tuple[State, ...]:
    """States from which the services that write are entered, and those in which something has been typed."""
    offered = msgspec.structs.replace(settings, services=KNOWN_SERVICES)
    desk = Desk("SAMPLE-1", offered, frozenset({Device.CARD, Device.SCANNER, Device.PRINTER}))
    checked = msgspec.structs.replace(offered.presence, check_card=True)
    checks = replace(desk, settings=msgspec.structs.replace(offered, presence=checked), online=True)
    here = tuple(Visitor(card_in=True, service=each) for each in (PRESENCE_SLIP, REGISTER))
    told = ChoosingTopic(desk, Visitor(service=TELL_US), (_TOPIC,), "SMP")
    return (
        *(ChoosingService(desk, page=page) for page in range(2)),
        *(Inviting(desk, each) for each in here),
        *(ReadingCard(desk, each) for each in here),
        LookingUp(desk, Visitor()),
        TypingText(desk, told.visitor, told, _TOPIC, "ตัวอย่าง"),
        ChoosingPurpose(checks, here[0], citizen, "ตัวอย่าง", CardProof("1", "1")),
        *(TypingPhone(desk, each, citizen, "ตัวอย่าง", "0812345678") for each in here[1:]),
    )


def events(settings: KioskSettings) -> tuple[Event, ...]:
    """What happens in them, beside what happens everywhere."""
    return (
        *(Touched(Button.SERVICE, each) for each in (PRESENCE_SLIP, REGISTER, TELL_US)),
        *(Touched(Button.CHOOSE, each) for each in (_TOPIC.code, settings.presence.purposes[0].th)),
        TopicsFound((_TOPIC,), "SMP"),
        TopicsFound((), "SMP"),
        Kept(RegistrationPaper(_NUMBER, "SAMPLEsampleSAMP", "x-xxxx-xxxxx-01-3", "08x-xxx-5678")),
        CardChecked(CardState.NORMAL),
        CardChecked(CardState.NOT_NORMAL),
        NotKept(),
        PresenceJudged(Verdict.FORGED, None, _AT),
    )
