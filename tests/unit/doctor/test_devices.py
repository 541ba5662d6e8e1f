"""The looks and the live tests, on the fakes that ship: what each fault of a device becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.samples import SOMCHAI
from drivers.card.thai_id import ThaiIdText
from drivers.card.virtual_card import ForeignCard, Habits, MuteCard, PretendCard, VirtualThaiIdCard
from drivers.display.fake import FakeDisplay
from drivers.panel.fake import FakePanel
from drivers.panel.port import Light, Pattern
from drivers.printer.fake import FakePrinter
from drivers.printer.port import Paper
from drivers.scanner.fake import FakeScanner
from fleet.protocol.codes import folder_id, notice_reference, presence_number, tracking_url
from fleet.protocol.messages import DeviceState
from fleet.protocol.records import DeviceChanged, KnownRecord, Restarted
from kiosk.config import Devices, Link, MachineConfig
from kiosk.doctor.display import draw_picture
from kiosk.doctor.examination import Manner, Subject, examine, is_front_desk_running
from kiosk.doctor.findings import Finding, State
from kiosk.doctor.opening import Openers, Patience
from kiosk.doctor.problems import Problem
from kiosk.doctor.report import Report, as_json
from kiosk.doctor.told import look_at_restart
from kiosk.doctor.voice import Voice
from kiosk.doctor.words import facts
from kiosk.news import AGENT, FRONTDESK, NewsSocket
from kiosk.paper_meter import PaperMeter
from kiosk.spool import Spool

_PATIENCE = Patience(card_s=0.2, seated_s=0.1, scan_s=0.2, status_s=0.2, light_s=0.02, sound_s=0.02, fan_s=0.02,
                     picture_s=0.2)  # fmt: skip
_SIZE = (320, 200)


@dataclass
class Rig:
    """One kiosk of fakes, on a disk of its own."""

    folder: Path
    slot: FakeSlot = field(default_factory=FakeSlot)
    scanner: FakeScanner = field(default_factory=FakeScanner)
    printer: FakePrinter = field(default_factory=lambda: FakePrinter(384))
    panel: FakePanel = field(default_factory=FakePanel)
    display: FakeDisplay = field(default_factory=lambda: FakeDisplay(_SIZE))
    addresses: dict[str, str] = field(default_factory=lambda: dict.fromkeys(
        ("card", "scanner", "printer", "panel", "display"), "here:"))  # fmt: skip
    said: list[str] = field(default_factory=list)
    reveal: Callable[[ThaiIdText], None] | None = None
    open_printer: Callable[[], FakePrinter] | None = None
    hand: Callable[[str], object] = lambda _line: None
    """What somebody does when the doctor says a line."""

    @property
    def config(self) -> MachineConfig:
        link = Link(broker_host="127.0.0.1", broker_port=1, fleet_api="https://127.0.0.1:1", ca_file="a",
                    certificate_file="b", key_file="c")  # fmt: skip
        return MachineConfig(kiosk_id="CBI-02", data_dir=str(self.folder), run_dir=str(self.folder),
                             devices=Devices(**self.addresses), link=link)  # fmt: skip

    def examine(self, part: str | None) -> Report:
        openers = Openers(
            card=lambda: FakeCardReader(self.slot),
            scanner=self.scanner.open,
            printer=self.open_printer or (lambda: self.printer),
            panel=self.panel.open,
            display=self.display.open,
        )
        subject = Subject(self.config, "", openers, self.addresses, "0.1.0", self.folder)
        return examine(subject, part, Manner(Voice(self._hear), _PATIENCE, self.reveal))

    def _hear(self, line: str) -> None:
        self.said.append(line)
        self.hand(line)

    def look(self, part: str) -> Finding:
        (finding,) = self.examine(part).findings
        return finding

    def glance(self, name: str) -> Finding:
        """What the round of everything says of one."""
        return next(finding for finding in self.examine(None).findings if finding.name == name)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


# ---- card


def test_a_card_is_read_and_what_is_told_is_masked(rig: Rig) -> None:
    rig.slot.insert(VirtualThaiIdCard(SOMCHAI))
    report = rig.examine("card")
    (finding,) = report.findings
    assert finding.state is State.OK
    assert finding.details["id_number"] == "x-xxxx-xxxxx-01-3"
    assert finding.details["apdus"] == 5
    assert isinstance(finding.details["ms"], float)
    told = as_json(report) + "".join(rig.said) + repr(finding)
    assert SOMCHAI.id_number not in told
    assert "ทดสอบ" not in told


def test_the_last_resort_shows_what_stands_there_and_the_report_still_does_not(rig: Rig) -> None:
    shown: list[str] = []
    rig.reveal = lambda text: shown.append(text.id_number.reveal() if text.id_number else "")
    rig.slot.insert(VirtualThaiIdCard(SOMCHAI))
    report = rig.examine("card")
    assert shown == [SOMCHAI.id_number]
    assert SOMCHAI.id_number not in as_json(report)


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        (MuteCard(), Problem.CARD_MUTE),
        (ForeignCard(), Problem.CARD_NOT_THAI_ID),
        (VirtualThaiIdCard(SOMCHAI, habits=Habits(pulled_at=3)), Problem.CARD_PULLED),
    ],
)
def test_a_card_that_cannot_be_read_says_why(rig: Rig, card: PretendCard, problem: Problem) -> None:
    rig.slot.insert(card)
    assert rig.look("card").problem is problem


def test_no_card_and_no_reader_are_different_things(rig: Rig) -> None:
    assert rig.look("card").problem is Problem.NO_CARD_CAME
    assert rig.glance("card").state is State.OK
    rig.slot.plug(is_plugged=False)
    assert rig.look("card").problem is Problem.CARD_ABSENT


def test_a_card_left_behind_is_noticed_and_not_read(rig: Rig) -> None:
    card = VirtualThaiIdCard(SOMCHAI)
    rig.slot.insert(card)
    assert rig.glance("card").problem is Problem.CARD_LEFT
    assert not card.commands


# ---- scanner


def test_scans_are_echoed_with_their_meaning_and_a_stranger_is_not_shown(rig: Rig) -> None:
    token = "abcdefghijklmnopqrstuvwx"
    for text in (notice_reference(20, 42), folder_id(20, 7), "1999900000013", tracking_url("https://a.example", token)):
        rig.scanner.scan(text)
    finding = rig.look("scanner")
    assert finding.state is State.OK
    scans = finding.details["scans"]
    assert isinstance(scans, list)
    assert [scan["en"] for scan in scans] == [
        f"notice {notice_reference(20, 42)}", f"folder {folder_id(20, 7)}", "unknown (id-number)", "a slip of Sala's",
    ]  # fmt: skip
    told = json.dumps(finding.details) + "".join(rig.said)
    assert "1999900000013" not in told
    assert token not in told


def test_a_scan_of_two_meanings_is_said_to_be_that_and_a_doubtful_number_doubtful(rig: Rig) -> None:
    for text in ("3-12-1234/256ุ", "20200012325554", presence_number(20, 7)):
        rig.scanner.scan(text)
    finding = rig.look("scanner")
    assert finding.problem is Problem.SCANS_DAMAGED
    scans = finding.details["scans"]
    assert isinstance(scans, list)
    assert [scan["en"] for scan in scans] == [
        "ambiguous: factory 33123123422566 (its last digit disagrees: look again) or factory 3-12-1234/2566",
        "factory 20200012325554 (its last digit disagrees: look again)",
        f"presence slip {presence_number(20, 7)}",
    ]


def test_silence_and_damage_are_said(rig: Rig) -> None:
    assert rig.look("scanner").problem is Problem.NOTHING_SCANNED
    rig.scanner.scan(notice_reference(20, 42)[:-1])
    assert rig.look("scanner").problem is Problem.SCANS_DAMAGED
    rig.scanner.unplug()
    assert rig.look("scanner").problem is Problem.SCANNER_ABSENT


# ---- printer


def test_the_test_slip_is_printed_when_asked_for_by_name_only(rig: Rig) -> None:
    assert rig.glance("printer").state is State.OK
    assert not rig.printer.slips


def test_the_test_slip_comes_out(rig: Rig) -> None:
    finding = rig.look("printer")
    assert finding.state is State.OK
    assert finding.details["printed"] is True
    (slip,) = rig.printer.slips
    assert slip.height_px > 600


@pytest.mark.parametrize(
    ("happens", "problem", "state"),
    [
        (FakePrinter.run_out_of_paper, Problem.PAPER_OUT, State.FAILING),
        (FakePrinter.open_cover, Problem.COVER_OPEN, State.FAILING),
        (FakePrinter.jam_knife, Problem.CUTTER, State.FAILING),
        (FakePrinter.silence, Problem.PRINTER_SILENT, State.UNKNOWN),
        (FakePrinter.garble_next_reply, Problem.NONSENSE, State.FAILING),
        (FakePrinter.unplug, Problem.PRINTER_ABSENT, State.FAILING),
    ],
)
def test_what_is_wrong_with_a_printer(
    rig: Rig, happens: Callable[[FakePrinter], None], problem: Problem, state: State
) -> None:
    happens(rig.printer)
    finding = rig.glance("printer")
    assert (finding.problem, finding.state) == (problem, state)
    assert not rig.printer.slips


def test_paper_that_ends_in_the_test_slip_is_a_finding(rig: Rig) -> None:
    rig.printer.run_out_of_paper(after_mm=10)
    assert rig.look("printer").problem is Problem.PAPER_OUT


# ---- panel and display


def test_every_light_blinks_and_is_dark_afterwards(rig: Rig) -> None:
    finding = rig.look("panel")
    assert finding.details["lights_blinked"] == len(Light)
    assert finding.details["call_pressed"] is False
    assert set(rig.panel.lights.values()) == {Pattern.OFF}
    rig.hand = lambda line: rig.panel.press_call() if "card slot light" in line else None
    assert rig.look("panel").details["call_pressed"] is True


def test_an_open_case_is_an_alarm(rig: Rig) -> None:
    rig.panel.open_tamper()
    assert rig.look("panel").problem is Problem.TAMPERED
    rig.panel.unplug()
    assert rig.look("panel").problem is Problem.PANEL_ABSENT


def test_the_test_picture_reaches_all_edges_and_touches_are_counted(rig: Rig) -> None:
    untouched = rig.look("display")
    assert (untouched.state, untouched.problem) == (State.UNKNOWN, Problem.CORNERS_UNTOUCHED)
    for x, y in ((2, 2), (317, 2), (2, 197), (317, 197)):
        rig.display.touch(x, y)
    finding = rig.look("display")
    assert finding.details["corners_touched"] == 4
    picture = rig.display.frames[0]
    for at in ((0, 0), (319, 0), (0, 199), (319, 199), (160, 0), (0, 100)):
        assert tuple(picture.get_at(at))[:3] == (255, 255, 255)
    assert len({tuple(picture.get_at((x, 60))) for x in range(320)}) == 8
    rig.display.unplug()
    assert rig.look("display").problem is Problem.DISPLAY_ABSENT


@pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1080, 1920)])
def test_the_test_picture_fits_every_display(size: tuple[int, int]) -> None:
    display = FakeDisplay(size)
    draw_picture(display.canvas)
    assert tuple(display.canvas.get_at((size[0] // 2, size[1] - 1)))[:3] == (255, 255, 255)
    assert tuple(display.canvas.get_at((size[0] // 2, size[1] - 2)))[:3] != (255, 255, 255)


# ---- what is left alone


_AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def _say(rig: Rig, *said: KnownRecord) -> None:
    spool = Spool(rig.folder / "spool.sqlite")
    spool.append(*said)
    spool.close()


def _desk(rig: Rig) -> NewsSocket:
    _say(rig, Restarted(process="frontdesk", version="1", reason="stopped", started_at=_AT))
    return NewsSocket(rig.folder, FRONTDESK, AGENT)


def _changed(device: str, state: DeviceState, detail: str = "") -> DeviceChanged:
    return DeviceChanged(device=device, state=state, detail=detail, changed_at=_AT, model="M 1", port="usb:1")


def test_devices_of_a_running_front_desk_are_left_alone_and_told_as_it_knows_them(rig: Rig) -> None:
    card = VirtualThaiIdCard(SOMCHAI)
    rig.slot.insert(card)
    with closing(_desk(rig)) as post:
        _say(rig, _changed("card", DeviceState.ONLINE), _changed("printer", DeviceState.ONLINE, "paper low"))
        report = rig.examine(None)
        found = {finding.name: finding for finding in report.findings}
        assert report.is_desk_running
        assert (found["card"].state, found["card"].about.model) == (State.OK, "M 1")
        assert found["printer"].problem is Problem.PAPER_LOW
        assert found["scanner"].problem is Problem.IN_USE, "it has not said anything of this one"
        assert not card.commands, "a visitor's card"
        for device in ("card", "scanner", "printer", "panel", "display"):
            tried = rig.look(device)
            assert (tried.state, tried.problem) == (State.UNKNOWN, Problem.IN_USE)
        assert not rig.printer.slips
        assert not rig.display.frames
        assert post.receive(0) is None, "it was looked at, and not spoken to"
    assert not is_front_desk_running(rig.folder), "the socket of one that died"
    assert rig.look("printer").state is State.OK


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (_changed("card", DeviceState.NO_DEVICE, "gone"), Problem.CARD_ABSENT),
        (_changed("scanner", DeviceState.OFFLINE), Problem.SCANNER_ABSENT),
        (_changed("printer", DeviceState.USER_ERROR, "cover open"), Problem.COVER_OPEN),
        (_changed("printer", DeviceState.USER_ERROR, "error"), Problem.CUTTER),
        (_changed("printer", DeviceState.USER_ERROR, "overheated"), Problem.OVERHEATED),
        (_changed("printer", DeviceState.USER_ERROR, "of tomorrow"), Problem.DEVICE_ERROR),
        (_changed("printer", DeviceState.ONLINE, "paper out"), Problem.PAPER_OUT),
        (_changed("printer", DeviceState.ONLINE, "paper full"), None),
        (_changed("printer", DeviceState.OFFLINE), Problem.OFFLINE),
        (_changed("printer", DeviceState.UNKNOWN), Problem.PRINTER_SILENT),
        (_changed("panel", DeviceState.HARDWARE_ERROR, "tamper"), Problem.TAMPERED),
        (_changed("display", DeviceState.UNKNOWN), Problem.NO_ANSWER),
        (_changed("display", DeviceState.HARDWARE_ERROR, "no frame came"), Problem.DISPLAY_WEDGED),
    ],
)
def test_what_the_desk_says_is_the_matter(rig: Rig, said: DeviceChanged, problem: Problem | None) -> None:
    with closing(_desk(rig)):
        _say(rig, said)
        finding = rig.glance(said.device)
    assert finding.problem is problem


def test_what_a_desk_said_before_its_last_start_is_old_news(rig: Rig) -> None:
    _say(rig, _changed("card", DeviceState.ONLINE))
    with closing(_desk(rig)):
        assert rig.glance("card").problem is Problem.IN_USE


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", None), ("stopped", None), ("machine-restarted", None),
        ("died", Problem.RESTARTED_BY_BUG), ("killed", Problem.RESTARTED_KILLED),
        ("power-or-reset", Problem.RESTARTED_POWER), ("watchdog", Problem.RESTARTED_HUNG),
        ("kernel-crash", Problem.RESTARTED_HUNG), ("put aside, broken: spool", Problem.RESTARTED_BROKEN_FILE),
    ],
)  # fmt: skip
def test_why_it_was_started_last_is_worth_a_look_for_a_day(rig: Rig, reason: str, problem: Problem | None) -> None:
    now = datetime.now(UTC)
    restart = Restarted(process="frontdesk", version="1", reason=reason, started_at=now)
    _say(rig, restart)
    finding = rig.glance("restart")
    assert finding.problem is problem
    assert finding.details["why"] == (reason or "unknown")
    assert look_at_restart(restart, now + timedelta(days=2)).problem is None


def test_a_pretend_device_is_never_fine(rig: Rig) -> None:
    rig.addresses["printer"] = "fake:"
    finding = rig.look("printer")
    assert (finding.state, finding.problem) == (State.UNKNOWN, Problem.PRETEND_DEVICE)


def _raises(err: Exception) -> Callable[[], FakePrinter]:
    def open_printer() -> FakePrinter:
        raise err

    return open_printer


def test_an_address_nobody_understands_and_a_missing_library_are_findings(rig: Rig) -> None:
    rig.open_printer = _raises(ValueError("no printer is called 'x'"))
    assert rig.look("printer").problem is Problem.BAD_ADDRESS
    rig.open_printer = _raises(ImportError("no", name="escpos"))
    assert rig.look("printer").problem is Problem.LIBRARY_MISSING


def test_the_printers_paper_is_reckoned_from_what_the_desk_counted(rig: Rig) -> None:
    spool = Spool(rig.folder / "spool.sqlite")
    meter = PaperMeter(spool)
    assert "slips_left" not in rig.look("printer").details
    meter.seen(Paper.OUT)
    meter.seen(Paper.FULL)
    spool.close()
    details = rig.look("printer").details
    assert details["slips_left"] == 400
    assert list(facts(details, is_thai=False))[-1] == "about 400 slips left"
    assert list(facts(details, is_thai=True))[-1] == "กระดาษเหลือประมาณ 400 ใบ"
    assert "slips_left" not in rig.look("panel").details


def test_the_last_fault_is_told_by_the_spool(rig: Rig) -> None:
    at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    spool = Spool(rig.folder / "spool.sqlite")
    for state, detail in (("online", ""), ("user-error", "paper-out"), ("online", "")):
        spool.append(DeviceChanged(device="printer", state=state, detail=detail, changed_at=at))
    assert rig.look("printer").last_fault is not None
    spool.close()
    fault = rig.look("printer").last_fault
    assert fault is not None
    assert (fault.what, fault.at) == ("user-error: paper-out", "2026-11-20T03:00:00+00:00")
    assert rig.look("panel").last_fault is None
