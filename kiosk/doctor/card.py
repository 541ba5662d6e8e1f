"""The card reader: is it there, what is in it, and can a card be read.

Rules: what was read leaves this module masked. ``reveal``, for a technician's last resort, gets the values themselves
and is the only one who does; a finding never holds them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.card.port import CardEvent, CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.thai_id import Field, ThaiIdCard, ThaiIdText
from drivers.errors import DeviceAbsentError, DriverError
from kiosk.doctor.findings import Finding, State, attention, failing, fine
from kiosk.doctor.opening import Patience
from kiosk.doctor.problems import Problem, problem_of
from kiosk.doctor.voice import Countdown, Voice

NAME = "card"
DECLARED = frozenset({Field.ID_NUMBER, Field.NAME_TH, Field.EXPIRY})
"""What a visit may read, and so what must be readable; nothing else is requested."""


_BOUNCING = (Problem.CARD_PULLED, Problem.NONSENSE)
"""What a card that is still being seated looks like."""


def look_at_reader(reader: CardReader) -> Finding:
    """Whether a card is in; none is read."""
    match reader.wait(0.0):
        case CardMute():
            return failing(NAME, Problem.CARD_MUTE, slot="silent-card")
        case CardInserted():
            return attention(NAME, Problem.CARD_LEFT, slot="card")
    return fine(NAME, slot="empty")


def read_a_card(
    reader: CardReader, voice: Voice, patience: Patience, reveal: Callable[[ThaiIdText], None] | None = None
) -> Finding:
    """Wait for a card and read it.

    Raises: DriverError when the reader is gone.
    """
    voice.say("เสียบบัตรประชาชน ชิปขึ้นบน ...", "Put an ID card in, chip up ...")
    event = _next_card(reader, Countdown(voice, patience.card_s))
    if event is None:
        return failing(NAME, Problem.NO_CARD_CAME, slot="empty")
    if isinstance(event, CardMute):
        return failing(NAME, Problem.CARD_MUTE, slot="silent-card")
    finding = _read(reader, event, reveal)
    if finding.problem in _BOUNCING and isinstance(
        again := _next_card(reader, Countdown(voice, patience.seated_s)), CardInserted
    ):
        finding = _read(reader, again, reveal)
    voice.say("นำบัตรออกได้", "Take the card out.")
    return finding


def _next_card(reader: CardReader, countdown: Countdown) -> CardInserted | CardMute | None:
    event: CardEvent | None = reader.wait(0.0)
    while event is None or isinstance(event, CardRemoved):
        slice_s = countdown.slice_s()
        if slice_s <= 0:
            return None
        event = reader.wait(slice_s)
    return event


def _read(reader: CardReader, event: CardInserted, reveal: Callable[[ThaiIdText], None] | None) -> Finding:
    card = ThaiIdCard(reader.transmit, event.atr)
    atr = event.atr.hex().upper()
    began_s = time.monotonic()
    try:
        text = card.read(DECLARED)
    except DriverError as err:
        # Absent here is the card; a reader that is gone with it says so when it is next asked.
        problem = Problem.CARD_PULLED if isinstance(err, DeviceAbsentError) else problem_of(err, NAME)
        return failing(NAME, problem, atr=atr, apdus=card.apdus_sent, detail=err.detail)
    ms = round(1000 * (time.monotonic() - began_s), 1)
    if reveal is not None:
        reveal(text)
    return Finding(
        NAME,
        State.OK,
        details={
            "id_number": None if text.id_number is None else text.id_number.masked,
            "name_th_characters": len(text.name_th.full) if text.name_th else None,
            "expiry": _expiry(text.expiry),
            "apdus": card.apdus_sent,
            "ms": ms,
            "atr": atr,
        },
    )


def _expiry(expiry: str | None) -> str:
    """The date as the card holds it (YYYYMMDD of the Buddhist era), or what stands there instead of one."""
    return {None: "not-read", "": "none-on-card", "99999999": "for-life"}.get(expiry, expiry or "")
