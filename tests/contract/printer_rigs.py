"""Rigs for the printer contract: the fake's own hand, and the stand-in's behind a real connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from drivers.printer.escpos import EscposPrinter, Timing
from drivers.printer.fake import FakePrinter
from drivers.printer.memory import Past
from drivers.printer.profile import PROFILES, Profile
from drivers.printer.stand_in import PrinterStandIn
from tests.contract.printer import PrinterRig
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread
from tests.support.serial_cable import serial_cable

# As in the kiosk, but with a stand-in that prints as fast as it hears.
PATIENT = Timing(connect_s=60, send_s=60, answer_s=30, progress_s=60, look_s=0.1, poll_s=0.05, resume_s=0.05)
"""Of what answers, however busy the machine is."""

# Silence shows soon; for what tells of nothing else.
QUICK = Timing(connect_s=2, send_s=2, answer_s=0.3, progress_s=0.8, look_s=0.1, poll_s=0.05, resume_s=0.05)


def fake_rig(printer: FakePrinter) -> PrinterRig:
    return PrinterRig(
        printer=printer,
        run_out_of_paper_after=printer.run_out_of_paper,
        run_low=printer.run_low,
        refill=printer.refill,
        open_cover_after=printer.open_cover,
        close_cover=printer.close_cover,
        jam_knife_after=printer.jam_knife,
        free_knife=printer.free_knife,
        overheat_after=printer.overheat,
        cool_down=printer.cool_down,
        silence_after=printer.silence,
        speak=printer.speak,
        garble_after=printer.garble_next_reply,
        unplug_after=printer.unplug,
        reopen=printer.plug_in,
        slips=lambda: list(printer.slips),
        own_codes=lambda: list(printer.own_codes),
    )


@contextmanager
def escpos_rig(profile: Profile = PROFILES["80mm"], *, timing: Timing = PATIENT) -> Iterator[PrinterRig]:
    """The real driver, python-escpos and TCP; at the end the stand-in must have understood every byte."""
    with printer_on_a_thread() as bench, ExitStack() as open_printers:
        yield _rig(bench, lambda: bench.uri, (profile, timing), open_printers)


@contextmanager
def serial_rig(*, timing: Timing = PATIENT) -> Iterator[PrinterRig]:
    """The real driver on a terminal: a serial line, or USB through the kernel's printer device."""
    with printer_on_a_thread() as bench, ExitStack() as cables:

        def plugged() -> str:
            return f"serial:{cables.enter_context(serial_cable(bench.do(lambda p: p.address)))}"

        yield _rig(bench, plugged, (PROFILES["80mm"], timing), cables)


def _rig(
    bench: PrinterBench, plugged: Callable[[], str], kind: tuple[Profile, Timing], opened: ExitStack
) -> PrinterRig:
    (profile, timing), past = kind, Past()

    def open_printer() -> EscposPrinter:
        printer = EscposPrinter.open(plugged(), profile, timing, past)
        opened.callback(printer.close)
        return printer

    def reopen() -> None:
        rig.printer.close()
        bench.do(PrinterStandIn.plug_in)
        rig.printer = open_printer()

    def all_understood() -> None:
        assert bench.do(lambda p: p.unknown_commands) == ()

    opened.callback(all_understood)
    rig = PrinterRig(
        printer=open_printer(),
        run_out_of_paper_after=lambda mm: bench.do(lambda p: p.run_out_of_paper(mm)),
        run_low=lambda: bench.do(PrinterStandIn.run_low),
        refill=lambda: bench.do(PrinterStandIn.refill),
        open_cover_after=lambda mm: bench.do(lambda p: p.open_cover(mm)),
        close_cover=lambda: bench.do(PrinterStandIn.close_cover),
        jam_knife_after=lambda mm: bench.do(lambda p: p.jam_knife(mm)),
        free_knife=lambda: bench.do(PrinterStandIn.free_knife),
        overheat_after=lambda mm: bench.do(lambda p: p.overheat(mm)),
        cool_down=lambda: bench.do(PrinterStandIn.cool_down),
        silence_after=lambda mm: bench.do(lambda p: p.silence(mm)),
        speak=lambda: bench.do(PrinterStandIn.speak),
        garble_after=lambda mm: bench.do(lambda p: p.garble_next_reply(mm)),
        unplug_after=lambda mm: bench.do(lambda p: p.unplug(mm)),
        reopen=reopen,
        slips=lambda: bench.slips,
        own_codes=lambda: list(bench.do(lambda p: p.own_codes)),
    )
    return rig
