"""The desk as a whole, on fakes: visits, broken devices, a full disk, and what never leaves the process."""

from __future__ import annotations

import logging
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.about import About
from drivers.card.port import CardInserted, CardRemoved
from drivers.card.samples import SOMCHAI
from drivers.card.virtual_card import VirtualThaiIdCard
from drivers.panel.port import Light, Pattern
from fleet.protocol.messages import DeviceState
from fleet.protocol.records import DeviceChanged, PaymentOpened, Restarted, SlipFailed, SlipPrinted, VisitEnded
from kiosk import news
from kiosk.disk_room import LAST_BYTES, LOW_BYTES
from kiosk.frontdesk.process import Process
from kiosk.frontdesk.worker import DeviceTold, WorkerDied
from kiosk.visits.desk import Device
from kiosk.visits.events import Button, DeviceLost
from kiosk.visits.machine import UnexpectedEventError
from kiosk.visits.states import (
    ChoosingNotice,
    Confirmed,
    Idle,
    OutOfService,
    Paying,
    Problem,
    Slip,
    Sorry,
    Taking,
)
from tests.support.desk_rig import DeskRig
from tests.support.small_disk import small_disk


def all_ready(rig: DeskRig) -> bool:
    return rig.state.desk.ready == frozenset(Device)


def pay(rig: DeskRig) -> None:
    """From idle to the QR."""
    rig.until(lambda: all_ready(rig))
    rig.insert_card()
    rig.until(ChoosingNotice)
    rig.tap(Button.CHOOSE)
    rig.until(Paying)


def whole_visit(rig: DeskRig) -> list[news.News]:
    """From idle to idle; what the agent heard meanwhile."""
    pay(rig)
    rig.confirm()
    rig.until(Confirmed)
    rig.until(lambda: getattr(rig.state, "slip", None) is Slip.PRINTED)
    heard = rig.heard()
    rig.tap(Button.FINISH)
    rig.until(Taking)
    rig.slot.remove()
    rig.until(Idle)
    return heard + rig.heard()


def test_a_printer_at_work_is_busy_and_then_online_and_nothing_of_it_is_a_record(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.heard()  # a socket holds ten messages: make room
        rig.confirm()
        rig.until(lambda: getattr(rig.state, "slip", None) is Slip.PRINTED)
        told = [each for each in rig.heard() if isinstance(each, news.DeskStatus)]
        states = [each.devices["printer"].state for each in told]
        assert DeviceState.BUSY in states
        assert states[-1] is DeviceState.ONLINE
        changed = [each for each in rig.records() if isinstance(each, DeviceChanged)]
        assert DeviceState.BUSY.value not in {each.state for each in changed}


def test_a_visit_from_card_to_slip_is_on_record_in_order(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        whole_visit(rig)
        kinds = [type(each) for each in rig.records() if not isinstance(each, DeviceChanged)]
        assert kinds == [Restarted, PaymentOpened, SlipPrinted, VisitEnded]
        assert len(rig.printer.slips) == 1


def test_the_id_number_is_nowhere_but_in_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with DeskRig(tmp_path) as rig:
        heard = whole_visit(rig)
    digits = SOMCHAI.id_number
    assert caplog.records
    assert heard
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"spool.sqlite", "office.sqlite"} <= {path.name for path in files}
    for where, text in (
        ("the log", caplog.text),
        ("the news", msgspec.json.encode(heard).decode()),
        *((path.name, path.read_bytes().decode("latin-1")) for path in files),
    ):
        assert digits not in text, f"the ID number is in {where}"
        assert digits[:12] not in text.replace("-", ""), f"the ID number is in {where}"


def test_a_traceback_holds_no_id_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: all_ready(rig))
        rig.insert_card()
        rig.until(ChoosingNotice)
        rig.process.inbox.put(object())
        with pytest.raises(UnexpectedEventError, match="object in ChoosingNotice") as caught:
            rig.until(Idle)
    said = caplog.text + "".join(map(str, caught.value.args))
    assert "object in ChoosingNotice" in caplog.text
    assert SOMCHAI.id_number not in said


def test_a_dead_worker_ends_the_process(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.process.inbox.put(WorkerDied("card", "KeyError"))
        with pytest.raises(RuntimeError, match="card died of KeyError"):
            rig.until(Sorry)


# ---- devices


def test_a_reader_pulled_while_it_reads_asks_for_the_card_again(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: all_ready(rig))
        rig.insert_card()
        happened = [rig.process.inbox.get(timeout=60)]
        rig.slot.plug(is_plugged=False)
        while not isinstance(happened[-1], DeviceLost):
            happened.append(rig.process.inbox.get(timeout=60))
        for event in happened:
            rig.process.inbox.put(event)
        assert [type(event) for event in happened] == [CardInserted, CardRemoved, DeviceLost]
        sorry = rig.until(Sorry)
        assert sorry.problem is Problem.CARD_PULLED
        assert not sorry.visitor.card_in
        rig.slot.plug(is_plugged=True)
        rig.until(lambda: rig.state.problem is Problem.CARD_FOUND)
        assert rig.state.visitor.card_in
        rig.slot.remove()
        rig.until(lambda: not rig.state.visitor.card_in)
        rig.insert_card()
        rig.until(ChoosingNotice)


def test_a_card_that_is_in_when_the_desk_starts_is_asked_for_again_and_not_read(tmp_path: Path) -> None:
    """The desk ended in the middle of a visit, or somebody forgot it there: nobody can tell."""
    rig, card = DeskRig(tmp_path), VirtualThaiIdCard(SOMCHAI)
    rig.slot.insert(card)
    with rig:
        assert rig.until(Sorry).problem is Problem.CARD_FOUND
        assert card.commands == []


def test_a_reader_that_dies_does_not_keep_the_last_screen_for_ever(tmp_path: Path) -> None:
    """Nobody would ever hear that the card has been taken out of a reader that is gone."""
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.confirm()
        rig.until(Confirmed)
        rig.tap(Button.FINISH)
        assert rig.until(Taking).visitor.card_in
        rig.slot.plug(is_plugged=False)
        rig.until(lambda: not rig.state.visitor.card_in)


def test_a_printer_pulled_during_the_slip_is_a_failed_slip(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.printer.unplug(after_mm=20)
        rig.confirm()
        rig.until(lambda: getattr(rig.state, "slip", None) is Slip.FAILED)
        assert [each.reason for each in rig.records() if isinstance(each, SlipFailed)] == ["printer-lost"]


def test_a_scanner_beside_the_first_is_told_to_the_agent_as_soon_as_it_is_known(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: all_ready(rig))
        rig.heard()
        rig.process.inbox.put(DeviceTold(Device.SCANNER, About("one, two", None, "a, b")))
        rig.desk.round()
        said = [each.devices["scanner"] for each in rig.heard() if isinstance(each, news.DeskStatus)]
        assert [(each.model, each.port, each.state) for each in said] == [("one, two", "a, b", DeviceState.ONLINE)]
        last = [each for each in rig.records() if isinstance(each, DeviceChanged)][-1]
        assert (last.device, last.model) == ("scanner", "one, two")


def test_no_paper_is_a_failed_slip_with_the_fault_and_the_printer_stays(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.printer.run_out_of_paper(after_mm=20)
        rig.confirm()
        rig.until(lambda: getattr(rig.state, "slip", None) is Slip.FAILED)
        assert [each.reason for each in rig.records() if isinstance(each, SlipFailed)] == ["paper-out"]


def test_devices_that_are_not_there_at_the_start_are_told_to_the_agent(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    rig.printer.unplug()
    rig.display.unplug()
    with rig:
        heard: dict[str, Any] = {}

        def both_said() -> bool:
            for message in rig.heard():
                if isinstance(message, news.DeskStatus):
                    heard.update(message.devices)
            return {"printer", "display"} <= heard.keys()

        rig.until(both_said)
        assert {heard["printer"].state, heard["display"].state} == {DeviceState.NO_DEVICE}
        rig.display.plug()
        rig.until(lambda: rig.display.frames)


def test_lights_shine_again_when_the_panel_is_back(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)
        rig.panel.unplug()
        rig.until(lambda: Device.PANEL not in rig.state.desk.ready)
        rig.panel.plug()
        rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


# ---- the disk


@contextmanager
def full_disk(rig: DeskRig) -> Iterator[None]:
    """No file of this process may grow by a byte: writes fail with EFBIG, as the kernel does it."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_refuses_the_payment_and_keeps_every_other_record(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: all_ready(rig))
        with full_disk(rig):
            rig.insert_card()
            rig.until(ChoosingNotice)
            rig.tap(Button.CHOOSE)
            assert rig.until(Sorry).problem is Problem.CANNOT_RECORD
            rig.panel.unplug()
            rig.until(lambda: Device.PANEL not in rig.state.desk.ready)
            rig.slot.remove()
            rig.until(lambda: not rig.state.visitor.card_in)
            rig.tap(Button.FINISH)
            rig.until(Idle)
        written = rig.records()
        assert [type(each) for each in written if not isinstance(each, DeviceChanged)] == [Restarted]
        rig.panel.plug()
        rig.until(lambda: Device.PANEL in rig.state.desk.ready)
        later = rig.records()[len(written) :]
        assert [type(each) for each in later] == [DeviceChanged, VisitEnded, DeviceChanged]


def test_a_desk_is_closed_before_the_disk_is_full_and_opens_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 96) as disk:
        disk.leave(LAST_BYTES - 1024 * 1024)
        with DeskRig(disk.path) as rig:
            rig.until(lambda: rig.state.desk.ready >= {Device.CARD, Device.SCANNER, Device.PRINTER})
            assert isinstance(rig.state, OutOfService)
            rig.agent.close()  # nobody hears its status: it looks at everything again in two seconds
            disk.leave(LOW_BYTES)
            rig.until(Idle)
            disk.leave(LAST_BYTES - 1024 * 1024)
            rig.insert_card()
            rig.until(ChoosingNotice)
            rig.tap(Button.CHOOSE)
            assert rig.until(Sorry).problem is Problem.CANNOT_RECORD


def test_a_desk_that_starts_on_a_full_disk_shows_that_it_is_closed_and_ends_when_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig = DeskRig(tmp_path)
    (rig.config.data_path / "spool.sqlite").mkdir()  # nothing can be opened under this name
    process = Process(rig.config, rig.openers, "0.1.0")
    stop = threading.Timer(1.0, process.stop)
    stop.start()
    assert process.open() is None
    process.close()
    rig.agent.close()
    assert "out of service: cannot open the spool" in caplog.text
    assert rig.display.frames, "the screen stayed dark"


def test_a_desk_that_starts_on_a_full_disk_opens_when_there_is_room(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    spool = rig.config.data_path / "spool.sqlite"
    spool.mkdir()
    room = threading.Timer(1.0, spool.rmdir)
    room.start()
    with rig:
        rig.until(Idle)


def test_a_broken_spool_is_put_aside_and_that_is_on_record(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    (rig.config.data_path / "spool.sqlite").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
    with rig:
        rig.until(Idle)
        first = rig.records()[0]
        assert isinstance(first, Restarted)
        assert first.reason == "put aside, broken: spool"
        assert (rig.config.data_path / "spool.sqlite.broken").exists()


def test_no_settings_is_out_of_service_until_they_come(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    settings = rig.config.data_path / "settings.json"
    kept = settings.read_bytes()
    settings.unlink()
    with rig:
        rig.until(lambda: all_ready(rig))
        assert isinstance(rig.state, OutOfService)
        settings.write_bytes(kept)
        rig.agent.send(news.SettingsStored(revision=1))
        rig.until(Idle)
