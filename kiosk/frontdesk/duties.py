"""What each device's worker does with its driver: how its events read in the visit, and which jobs it takes.

Everything here runs on the device's own thread. Nothing here decides: answers go into the inbox.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any

from drivers.card.port import CardEvent, CardInserted, CardMute, CardReader, CardRemoved
from drivers.card.thai_chip import read_chip_number
from drivers.card.thai_id import CardAnswerError, Field, NotThaiIdError, ThaiIdCard, ThaiIdText
from drivers.card.thai_photo import PhotoReading
from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
)
from drivers.panel.port import Light, Panel, PanelEvent, Pattern, Sound
from drivers.printer.port import Part, Printer, PrinterStatus, length_dots
from drivers.scanner.port import Scanned, Scanner
from fleet.protocol.codes import FactoryCode, UnknownCode, bare, classify
from fleet.protocol.fees import reference_text
from fleet.protocol.thai import BANGKOK, IdNumber, KnownDate, parse_card_date
from kiosk.frontdesk.worker import Duties
from kiosk.visits.events import (
    CardFound,
    CardProblem,
    CardRead,
    CardUnreadable,
    CodeScanned,
    PrinterChanged,
)
from kiosk.visits.papers import CardProof
from kiosk.visits.services import SERVICES

log = logging.getLogger(__name__)

SETTLING_S = 5.0
"""After a reader has come back: how long a card like the one that was in counts as that one, still lying there. A
restarted pcscd lists a reader before it has looked into it, and giving the card power takes up to a second."""

PLUGGED_EVERY_S = 30.0
"""How often readers and scanners are asked what they are: another may have been plugged in beside the first, or instead
of it. Asking costs a look at what is known; a printer would have to answer, so it is asked when it is opened."""

DOTS_PER_MM = 8
"""Of a 203 dpi print head."""


# ---- card -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declared:
    """What a service declares that it needs from the card; nothing else is requested.

    ``on_photo`` makes an event of the photo's JPEG, or of None when none can be read. Without it no byte of the photo
    leaves the card; with it the photo follows the text, a chunk a turn, behind everything else there is to do.
    ``proves``: the chip's number is read, too, which with the request's tells this very card from any other.
    """

    fields: frozenset[Field]
    on_photo: Callable[[bytes | None], Any] | None = None
    proves: bool = False


PAYING_A_FEE = Declared(frozenset({Field.ID_NUMBER, Field.EXPIRY}))
"""Whose the card is, and whether it is still valid. What every service reads that does not declare more."""

_WHO = Declared(frozenset({Field.ID_NUMBER, Field.NAME_TH, Field.EXPIRY}))

_WHO_FOR_CERTAIN = Declared(_WHO.fields | {Field.REQUEST_NUMBER}, proves=True)

DECLARED: dict[str, Declared] = {name: _WHO for name, service in SERVICES.items() if service.reads_name}
"""What a service declares beyond that, by its name."""


def declared(service: str, *, proves: bool) -> Declared:
    """What to read for ``service``; with ``proves``, also what tells this very card from any other."""
    return _WHO_FOR_CERTAIN if proves else DECLARED.get(service, PAYING_A_FEE)


@dataclass(frozen=True, slots=True)
class ReadDeclared:
    """Job: read what a service declared of the card that is in."""

    declared: Declared = PAYING_A_FEE


class CardDuties:
    """The card worker's duties; remembers whether a card is in, and its answer to reset."""

    def __init__(
        self, open_reader: Callable[[], CardReader], today: Callable[[], date], now_s: Callable[[], float] = monotonic
    ) -> None:
        self._open_reader, self._today, self._now_s = open_reader, today, now_s
        self._atr, self._card_in, self._left_atr, self._settled_at_s = b"", False, b"", 0.0
        self._photo: tuple[PhotoReading, Callable[[bytes | None], Any]] | None = None

    def duties(self) -> Duties[CardReader, ReadDeclared]:
        """For a worker."""
        unread = (CardUnreadable(CardProblem.UNREADABLE),)
        return Duties(
            self._open_reader,
            self._understand,
            self._read,
            lambda _job: unread,
            self._lost,
            self._opened,
            self._read_on,
            PLUGGED_EVERY_S,
            lambda: not self._card_in,  # a reader that holds a card is somebody's, and tells less of itself
        )

    def _opened(self, reader: CardReader) -> tuple[Any, ...]:
        """What lies in the slot at the first look was put there before anybody looked."""
        self._settled_at_s = self._now_s() + SETTLING_S
        event = reader.wait(0)
        if event is None:
            return ()
        understood = self._understand(event)
        return (CardFound(),) if isinstance(event, CardInserted) else understood

    def _understand(self, event: CardEvent) -> tuple[Any, ...]:
        self._photo = None
        self._atr = event.atr if isinstance(event, CardInserted) else b""
        self._card_in = isinstance(event, CardInserted | CardMute)
        left_atr, self._left_atr = self._left_atr, b""
        back = isinstance(event, CardInserted) and event.atr == left_atr and self._now_s() < self._settled_at_s
        return (CardFound(),) if back else (event,)

    def _lost(self) -> tuple[Any, ...]:
        """Nobody can see any more whether the card is in; a visit must not wait for its removal for ever.

        A reader that comes back with the card still in says so: see ``_opened``.
        """
        self._photo = None
        self._left_atr = self._atr or self._left_atr
        was_in, self._card_in, self._atr = self._card_in, False, b""
        return (CardRemoved(),) if was_in else ()

    def _read(self, reader: CardReader, job: ReadDeclared) -> tuple[Any, ...]:
        self._photo, card = None, ThaiIdCard(reader.transmit, self._atr)
        try:
            chip_no = _chip_no(reader, self._atr) if job.declared.proves else ""
            read = self._card_read(card.read(job.declared.fields), chip_no)
            if job.declared.on_photo is not None:
                self._photo = PhotoReading(card), job.declared.on_photo
            return (read,)
        except NotThaiIdError:
            return (CardUnreadable(CardProblem.NOT_THAI_ID),)
        except (CardAnswerError, DeviceFaultError, DeviceProtocolError, DeviceTimeoutError, ValueError):
            # Also a card that fell silent: the reader is well, and opening it again would only read the card again.
            return (CardUnreadable(CardProblem.UNREADABLE),)
        except DeviceAbsentError:
            return ()  # pulled: the reader's next word is CardRemoved, or that it is gone itself

    def _read_on(self, _reader: CardReader) -> tuple[Any, ...] | None:
        """One chunk more of a declared photo; None when none is under way."""
        if self._photo is None:
            return None
        reading, on_photo = self._photo
        try:
            photo = reading.step()
        except DeviceAbsentError:
            self._photo = None
            return ()  # pulled, as in ``_read``
        except DriverError:  # the text is read; whoever wanted the photo does without
            self._photo = None
            return (on_photo(None),)
        if photo is None:
            return ()
        self._photo = None
        return (on_photo(photo),)

    def _card_read(self, text: ThaiIdText, chip_no: str) -> CardRead:
        """The event for what was read; ValueError when the number is none, or the date nonsense."""
        if text.id_number is None:
            raise ValueError("no ID number on the card")
        expiry = parse_card_date(text.expiry or "")
        expired = isinstance(expiry, KnownDate) and expiry.on < self._today()
        name = text.name_th.full if text.name_th is not None else ""
        proof = CardProof(chip_no, text.request_number) if chip_no and text.request_number else None
        return CardRead(IdNumber.from_card(text.id_number.reveal()), expired, name, proof)


def _chip_no(reader: CardReader, atr: bytes) -> str:
    """The chip's number; empty when the card does not tell it: then nobody can be asked about it."""
    try:
        return read_chip_number(reader.transmit, atr)
    except (CardAnswerError, DeviceProtocolError, DeviceTimeoutError):
        return ""


def today_in_bangkok() -> date:
    """The day at the counter."""
    return datetime.now(BANGKOK).date()


# ---- scanner --------------------------------------------------------------------------------------------------------


def scanner_duties(open_scanner: Callable[[], Scanner]) -> Duties[Scanner, None]:
    """Scans become codes with a meaning; a scanner takes no jobs."""

    def understand(event: Scanned) -> tuple[Any, ...]:
        code = classify(event.text)
        plain = isinstance(code, UnknownCode | FactoryCode)
        return (CodeScanned(code, reference_text(bare(event.text)) if plain else ""),)

    return Duties(open_scanner, understand, lambda _scanner, _job: (), lambda _job: (), tells_every_s=PLUGGED_EVERY_S)


# ---- printer --------------------------------------------------------------------------------------------------------


LAYOUT_FAILED = "layout"
PRINTER_LOST = "printer-lost"
PRINTER_SILENT = "printer-silent"
"""Why a slip is not known to be out, where no driver's Fault says it. Silent: it may or may not be printed."""


@dataclass(frozen=True, slots=True)
class SlipDone:
    """The desk's own event: a slip came out, or did not (``failure``: a driver's Fault, or a word).

    ``cuts``: the printer's own count after it; None when it does not count.
    """

    job: PrintJob
    length_mm: int
    failure: str | None
    cuts: int | None = None


@dataclass(frozen=True, slots=True)
class PrintJob:
    """Job: lay out and print one slip. ``job_no``: the journal's.

    ``lay_out`` takes the width in dots of the printer that is there, and whether it draws codes.
    ``command_id``: of a command of the fleet, when it is no visitor's slip. ``of_service``: no payment's slip.
    """

    transaction_no: str
    confirmed: bool
    reprint: bool
    lay_out: Callable[[int, bool], tuple[Part, ...]]
    job_no: int | None = None
    command_id: str = ""
    of_service: bool = False


def printer_duties(open_printer: Callable[[], Printer]) -> Duties[Printer, PrintJob]:
    """Status changes, and slips."""
    silent: set[int] = set()  # the jobs, by identity, in which the printer fell silent; ``undone`` is asked next

    def understand(status: PrinterStatus) -> tuple[Any, ...]:
        return (PrinterChanged(status),)

    def do(printer: Printer, job: PrintJob) -> tuple[Any, ...]:
        try:
            parts = job.lay_out(printer.width_px, printer.draws_codes)
        except ValueError as err:  # a notice that makes no slip is the notice's fault, and the payment stands
            log.error("the slip of %s cannot be laid out: %s", job.transaction_no, err)
            return (SlipDone(job, 0, LAYOUT_FAILED),)
        try:
            printer.print(parts)
        except DeviceFaultError as err:  # a human must act; the printer itself is still there
            return (SlipDone(job, 0, err.fault.value),)
        except DeviceTimeoutError:
            silent.add(id(job))
            raise
        return (SlipDone(job, length_mm(parts), None, _cuts(printer)),)

    def undone(job: PrintJob) -> tuple[Any, ...]:
        reason = PRINTER_SILENT if id(job) in silent else PRINTER_LOST
        silent.discard(id(job))
        return (SlipDone(job, 0, reason),)

    return Duties(open_printer, understand, do, undone)


def _cuts(printer: Printer) -> int | None:
    """How often it has cut in its life; the slip is out, so what ails it now is the next ``wait``'s to say."""
    try:
        counted = printer.counters()
    except DriverError:
        return None
    return None if counted is None else counted.cuts


def length_mm(parts: tuple[Part, ...]) -> int:
    """How much paper a slip takes, in whole millimetres."""
    return -(-sum(map(length_dots, parts)) // DOTS_PER_MM)


# ---- panel ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shine:
    """Job: let a light shine so."""

    light: Light
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Play:
    """Job: let the buzzer be heard."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class TurnFan:
    """Job: let the fan run, or stand still."""

    on: bool


PanelJob = Shine | Play | TurnFan


def panel_duties(open_panel: Callable[[], Panel]) -> Duties[Panel, PanelJob]:
    """Presses and tamper go to the desk as they are; lights, sounds and the fan are jobs."""

    def understand(event: PanelEvent) -> tuple[Any, ...]:
        return (event,)

    def do(panel: Panel, job: PanelJob) -> tuple[Any, ...]:
        match job:
            case Shine(light, pattern):
                panel.show(light, pattern)
            case Play(sound):
                panel.play(sound)
            case TurnFan(on):
                panel.turn_fan(on=on)
        return ()

    return Duties(open_panel, understand, do, lambda _job: ())
