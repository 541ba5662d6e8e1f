"""Which things are looked at, in which order, and which are left alone because somebody uses them.

Named alone (``kiosk doctor printer``) a device gets its live test; in the round of everything it is opened and asked,
and nothing is printed, blinked or shown.

Rules: while the front desk runs, its devices are its own: two owners of a scanner or a printer lose what a visitor
scans, or print into each other, and a second one at the card reader talks into a visitor's card. What the desk knows of
them is told instead (``told``), and a live test is refused.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from drivers.card.thai_id import ThaiIdText
from drivers.printer.port import Part
from kiosk import kernel_facts, news, settings_store
from kiosk.config import Link, MachineConfig
from kiosk.doctor import card, disk, display, link, panel, power, printer, scanner
from kiosk.doctor.findings import Finding, State, failing, unknown
from kiosk.doctor.opening import Openers, Patience, with_device
from kiosk.doctor.problems import ABSENT, Problem
from kiosk.doctor.report import Report
from kiosk.doctor.signed import look_at_signed
from kiosk.doctor.told import Told, look_at_restart, look_at_told, paper_ahead, read_told
from kiosk.doctor.voice import Voice

DEVICES = tuple(ABSENT)
PARTS = (*DEVICES, "link", "clock", "disk", "power")

_LOOKING = {
    "card": "เครื่องอ่านบัตร",
    "scanner": "เครื่องสแกน",
    "printer": "เครื่องพิมพ์",
    "panel": "แผงไฟ",
    "display": "จอ",
    "link": "ทางไปศูนย์",
    "clock": "นาฬิกา",
    "disk": "ดิสก์",
    "power": "ไฟเลี้ยง",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The machine to be looked at. Without ``config`` it has none that can be used, and ``config_detail`` says why."""

    config: MachineConfig | None
    config_detail: str
    openers: Openers
    addresses: Mapping[str, str]
    """Of the devices that can be opened."""
    version: str
    root: Path = Path("/")


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is done. ``reveal`` gets what stands on a card, unmasked; without it nobody does."""

    voice: Voice
    patience: Patience
    reveal: Callable[[ThaiIdText], None] | None = None


def examine(subject: Subject, part: str | None, manner: Manner) -> Report:
    """Look at ``part``, or at everything."""
    config = subject.config
    is_desk_running = None if config is None else is_front_desk_running(config.run_path)
    round_ = _Round(subject, manner, is_live=part is not None, is_desk_running=bool(is_desk_running))
    findings = list(round_.configuration())
    for each in PARTS if part is None else (part,):
        if part is None:  # a live test speaks for itself
            looking = f"กำลังดู{_LOOKING[each]} ..." if manner.voice.is_thai else f"looking at the {each} ..."
            manner.voice.pass_by(looking)
        findings += round_.look(each)
    manner.voice.pass_by("")
    return Report(
        kiosk_id=None if config is None else config.kiosk_id,
        version=subject.version,
        at=datetime.now().astimezone(),
        is_desk_running=is_desk_running,
        findings=tuple(findings),
    )


def is_front_desk_running(run_dir: Path) -> bool:
    """Whether somebody listens on the front desk's socket. One that may not be asked counts as running."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
        try:
            ours.connect(str(run_dir / news.FRONTDESK))
        except (FileNotFoundError, ConnectionRefusedError):  # never started, or left over by one that died
            return False
        except OSError:
            return True
    return True


class _Round:
    """One round; the fleet is asked once in it, however many want to know."""

    def __init__(self, subject: Subject, manner: Manner, *, is_live: bool, is_desk_running: bool) -> None:
        self._subject, self._manner = subject, manner
        self._is_live, self._is_desk_running = is_live, is_desk_running
        self._answer: link.ApiAnswer | None = None
        self._told = Told() if subject.config is None else read_told(subject.config.data_path)

    def configuration(self) -> tuple[Finding, ...]:
        if self._subject.config is not None:
            return ()
        return (failing("configuration", Problem.NO_CONFIG, detail=self._subject.config_detail),)

    def look(self, part: str) -> tuple[Finding, ...]:
        if part in DEVICES:
            return (self._device(part),)
        if part == "power":
            return self._machine(self._subject.root)
        if part == "clock":
            return (self._clock(),)
        if (config := self._subject.config) is None:
            return (unknown(part, Problem.NOT_CONFIGURED),)
        match part:
            case "link":
                certificate = link.look_at_certificate(config.link, datetime.now(UTC))
                ways = (certificate, link.look_at_broker(config.link), self._ask(config.link).finding)
                return (*ways, look_at_signed(config.data_path, datetime.now(UTC)))
            case "disk":
                return (disk.look_at_disk(config.data_path), disk.look_at_spool(config.data_path))
        raise ValueError(f"no part is called {part!r}")

    def _machine(self, root: Path) -> tuple[Finding, ...]:
        findings = (power.look_at_power(root), power.look_at_temperature(root), power.look_at_storage(root))
        if (restart := self._told.restart) is None:
            return findings
        return (*findings, look_at_restart(restart, datetime.now(UTC)))

    def _clock(self) -> Finding:
        config = self._subject.config
        answer = None if config is None else self._ask(config.link)
        return link.look_at_clock(answer, is_synchronised=kernel_facts.is_clock_synchronised(self._subject.root))

    def _ask(self, way: Link) -> link.ApiAnswer:
        if self._answer is None:
            self._answer = link.ask_api(way)
        return self._answer

    # ---- devices

    def _device(self, name: str) -> Finding:
        address = self._subject.addresses.get(name)
        if address is None:
            return unknown(name, Problem.NOT_CONFIGURED)
        found = self._opened(name, address)
        if name == printer.NAME and self._subject.config is not None:
            found = found.with_details(**paper_ahead(self._told, self._subject.config.paper.roll_m, datetime.now(UTC)))
        return replace(found, address=address, last_fault=self._told.faults.get(name))

    def _opened(self, name: str, address: str) -> Finding:
        if address.startswith("fake:"):
            return unknown(name, Problem.PRETEND_DEVICE)
        if self._is_desk_running:
            known = look_at_told(name, self._told)
            return replace(known, state=State.UNKNOWN, problem=Problem.IN_USE) if self._is_live else known
        return self._tried(name) if self._is_live else self._asked(name)

    def _asked(self, name: str) -> Finding:
        """Open it, and hear what it says."""
        openers, patience = self._subject.openers, self._manner.patience
        looks: dict[str, Callable[[], Finding]] = {
            "card": lambda: with_device(name, openers.card, card.look_at_reader),
            "scanner": lambda: with_device(name, openers.scanner, scanner.look_at_scanner),
            "printer": lambda: with_device(name, openers.printer, lambda d: printer.look_at_printer(d, patience)),
            "panel": lambda: with_device(name, openers.panel, panel.look_at_panel),
            "display": lambda: with_device(name, openers.display, display.look_at_display),
        }
        return looks[name]()

    def _tried(self, name: str) -> Finding:
        """The live test."""
        openers, voice, patience = self._subject.openers, self._manner.voice, self._manner.patience
        reveal, slip = self._manner.reveal, self._test_slip
        tests: dict[str, Callable[[], Finding]] = {
            "card": lambda: with_device(name, openers.card, lambda d: card.read_a_card(d, voice, patience, reveal)),
            "scanner": lambda: with_device(name, openers.scanner, lambda d: scanner.echo_scans(d, voice, patience)),
            "printer": lambda: with_device(
                name, openers.printer, lambda d: printer.print_slip(d, slip, voice, patience)
            ),
            "panel": lambda: with_device(name, openers.panel, lambda d: panel.blink_lights(d, voice, patience)),
            "display": lambda: with_device(name, openers.display, lambda d: display.show_picture(d, voice, patience)),
        }
        return tests[name]()

    def _test_slip(self, width_px: int, draws_codes: bool) -> tuple[Part, ...]:
        # Text is shaped with libraries that a machine without a printer does well without.
        from kiosk.slips.trial_slip import TrialSlip, render_trial

        config = self._subject.config
        if config is None:
            raise ValueError("a printer is only opened by its address in a configuration")
        known = settings_store.load(config.data_path)
        return render_trial(
            TrialSlip(
                office_name="ยังไม่ได้ตั้งชื่อสำนักงาน" if known is None else known[1].office_name.th,
                kiosk_name=config.kiosk_id,
                printed_at=datetime.now(UTC),
                identity_url=f"{config.link.fleet_api.rstrip('/')}/kiosks/{config.kiosk_id}/",
            ),
            width_px,
            draws_codes=draws_codes,
        )
