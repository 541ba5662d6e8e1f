"""The printer: what it says of itself, and whether the test slip comes out."""

from __future__ import annotations

from collections.abc import Callable

from drivers.printer.port import Paper, Part, Printer, PrinterStatus, length_dots
from kiosk.doctor.findings import Detail, Finding, attention, failing, fine, unknown
from kiosk.doctor.opening import Patience
from kiosk.doctor.problems import Problem
from kiosk.doctor.voice import Voice

NAME = "printer"
DOTS_PER_MM = 8
"""Of a 203 dpi print head."""


def look_at_printer(printer: Printer, patience: Patience) -> Finding:
    """What it answers when asked; a printer that answers nothing is unknown, not well.

    Raises: DriverError when it is gone.
    """
    status = printer.wait(patience.status_s)
    if status is None:
        return unknown(NAME, Problem.PRINTER_SILENT, width_px=printer.width_px, draws_codes=printer.draws_codes)
    return judge(status).with_details(width_px=printer.width_px, draws_codes=printer.draws_codes)


def judge(status: PrinterStatus) -> Finding:
    """What a status means. First the cover: with it open many printers report "no paper" as well."""
    details: dict[str, Detail] = {
        "online": status.online,
        "paper": status.paper.value,
        "cover_open": status.cover_open,
        "error": status.error,
    }
    for is_so, problem in (
        (status.cover_open, Problem.COVER_OPEN),
        (status.paper is Paper.OUT, Problem.PAPER_OUT),
        (status.paper is Paper.JAMMED, Problem.PAPER_JAMMED),
        (status.overheated, Problem.OVERHEATED),
        (status.error, Problem.CUTTER),
        (status.online is False, Problem.OFFLINE),
    ):
        if is_so:
            return failing(NAME, problem, **details)
    if None in (status.online, status.cover_open, status.error):
        return unknown(NAME, Problem.PRINTER_SILENT, **details)
    if status.paper is Paper.UNKNOWN:
        return unknown(NAME, Problem.PAPER_UNKNOWN, **details)
    if status.paper is Paper.LOW:
        return attention(NAME, Problem.PAPER_LOW, **details)
    return fine(NAME, **details)


def print_slip(
    printer: Printer, lay_out: Callable[[int, bool], tuple[Part, ...]], voice: Voice, patience: Patience
) -> Finding:
    """Print the test slip, unless the printer says itself that it cannot.

    ``lay_out`` takes the width in dots, and whether the printer draws codes.
    Raises: DriverError with what became of it.
    """
    before = look_at_printer(printer, patience)
    if before.problem in (Problem.COVER_OPEN, Problem.PAPER_OUT, Problem.PAPER_JAMMED):
        return before.with_details(printed=False)
    voice.say("กำลังพิมพ์ใบทดสอบ ...", "Printing the test slip ...")
    parts = lay_out(printer.width_px, printer.draws_codes)
    printer.print(parts)
    voice.say("ดูว่าขอบครบทั้งสี่ด้าน และสแกนคิวอาร์ได้", "See that its frame is whole and that a phone reads its code.")
    length_mm = -(-sum(map(length_dots, parts)) // DOTS_PER_MM)
    return before.with_details(printed=True, length_mm=length_mm)
