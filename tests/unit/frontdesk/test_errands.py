"""What the fleet asks of the desk: done once, answered once, and never in a visitor's way."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygame
import pytest
from PIL import Image

from drivers.panel.port import Light, Pattern
from fleet.protocol.messages import CommandKind
from fleet.protocol.records import DeviceChanged, SlipPrinted
from kiosk import news, roll_marker
from kiosk.frontdesk import loop
from kiosk.notes import NEW_ROLL
from kiosk.screens.masking import NO_QR
from kiosk.visits.desk import Device
from kiosk.visits.events import Button
from kiosk.visits.states import ChoosingNotice, ChoosingService, Confirmed, Idle, Paying, Taking
from tests.support.desk_rig import SIZE_PX, DeskRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[DeskRig]:
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: set(Device) <= rig.state.desk.ready and isinstance(rig.state, Idle))
        rig.heard()
        yield rig


def ask(rig: DeskRig, kind: CommandKind, command_id: str = "c1", in_s: float = 60.0) -> None:
    at = datetime.now(UTC) + timedelta(seconds=in_s)
    rig.agent.send(news.Errand(command_id=command_id, kind=kind, expires_at=at))


def answers(rig: DeskRig) -> list[news.ErrandDone]:
    return [each for each in rig.heard() if isinstance(each, news.ErrandDone)]


def answer(rig: DeskRig) -> news.ErrandDone:
    said: list[news.ErrandDone] = []

    def heard() -> bool:
        said.extend(answers(rig))
        return bool(said)

    rig.until(heard)
    assert len(said) == 1
    return said[0]


def slips_left(rig: DeskRig) -> list[int | None]:
    return [each.paper_slips_left for each in rig.heard() if isinstance(each, news.DeskStatus)]


def test_a_new_roll_is_counted_from_also_while_somebody_is_here(rig: DeskRig) -> None:
    rig.tap(Button.START)
    rig.until(ChoosingService)
    ask(rig, CommandKind.NEW_ROLL)
    heard: list[news.News] = []

    def answered() -> bool:
        heard.extend(rig.heard())
        return any(isinstance(each, news.ErrandDone) for each in heard)

    rig.until(answered)
    assert [each.paper_slips_left for each in heard if isinstance(each, news.DeskStatus)][-1] == 400
    assert news.ErrandDone("c1", done=True) in heard
    last = [each for each in rig.records() if isinstance(each, DeviceChanged)][-1]
    assert (last.device, last.state, last.detail) == ("printer", "online", NEW_ROLL)


def test_a_technicians_word_of_a_new_roll_is_heard_once(rig: DeskRig) -> None:
    roll_marker.leave(rig.config.data_path)
    rig.until(lambda: not roll_marker.waits(rig.config.data_path))
    rig.desk.round()
    assert slips_left(rig) == [400]
    assert [each.detail for each in rig.records() if isinstance(each, DeviceChanged)].count(NEW_ROLL) == 1


def test_a_word_that_was_said_while_the_desk_stood_still_is_heard_when_it_starts(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    roll_marker.leave(rig.config.data_path)
    with rig:
        assert not roll_marker.waits(rig.config.data_path)
    again = DeskRig(tmp_path)
    with again:
        again.until(lambda: 400 in slips_left(again))


def test_identify_blinks_and_ends_by_itself(rig: DeskRig) -> None:
    ask(rig, CommandKind.IDENTIFY)
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.FAST)
    assert answer(rig) == news.ErrandDone("c1", done=True)
    rig.desk.look_after(time.monotonic() + loop.IDENTIFY_S)
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


def test_the_screen_of_a_called_kiosk_says_its_name_until_somebody_touches_it(rig: DeskRig) -> None:
    before = shown(rig)
    ask(rig, CommandKind.IDENTIFY)
    rig.until(lambda: shown(rig) != before)
    rig.display.touch(400, 240)
    rig.until(lambda: shown(rig) == before)
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.ON)


def test_a_visitor_is_not_disturbed_by_a_call(rig: DeskRig) -> None:
    rig.tap(Button.START)
    rig.until(ChoosingService)
    before = shown(rig)
    ask(rig, CommandKind.IDENTIFY)
    rig.until(lambda: rig.panel.lights[Light.STATUS] is Pattern.FAST)
    for _ in range(5):
        rig.desk.round()
    assert shown(rig) == before


def shown(rig: DeskRig) -> bytes:
    """What is on the glass."""
    return pygame.image.tobytes(rig.display.frames[-1], "RGB")


def picture(rig: DeskRig, done: news.ErrandDone) -> Image.Image:
    assert done.done
    return Image.open(io.BytesIO((rig.config.run_path / done.file).read_bytes())).convert("RGB")


def test_a_screenshot_of_the_idle_screen_is_what_is_on_the_glass(rig: DeskRig) -> None:
    ask(rig, CommandKind.SCREENSHOT)
    shot = picture(rig, answer(rig))
    glass = Image.frombytes("RGB", SIZE_PX, pygame.image.tobytes(rig.display.frames[-1], "RGB"))
    assert shot.size == SIZE_PX
    different = sum(max(abs(a - b) for a, b in zip(*pair, strict=True)) > 40 for pair in _pixels(shot, glass))
    assert different < 0.02 * SIZE_PX[0] * SIZE_PX[1]


def _pixels(one: Image.Image, other: Image.Image) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    a, b = one.tobytes(), other.tobytes()
    for at in range(0, len(a), 3):
        yield tuple(a[at : at + 3]), tuple(b[at : at + 3])


def test_a_screenshot_of_a_payment_is_not_what_is_on_the_glass(rig: DeskRig) -> None:
    rig.insert_card()
    rig.until(ChoosingNotice)
    rig.tap(Button.CHOOSE)
    rig.until(Paying)
    ask(rig, CommandKind.SCREENSHOT)
    shot = picture(rig, answer(rig))
    import zxingcpp

    (code,) = zxingcpp.read_barcodes(shot.resize((2 * SIZE_PX[0], 2 * SIZE_PX[1])))
    assert code.text == NO_QR


def test_a_test_print_is_answered_when_the_printer_has_answered(rig: DeskRig) -> None:
    ask(rig, CommandKind.TEST_PRINT)
    assert answer(rig) == news.ErrandDone("c1", done=True)
    assert len(rig.printer.slips) == 1
    assert not [each for each in rig.records() if isinstance(each, SlipPrinted)]


def test_a_test_print_without_paper_says_why(rig: DeskRig) -> None:
    rig.printer.run_out_of_paper()
    ask(rig, CommandKind.TEST_PRINT)
    assert answer(rig) == news.ErrandDone("c1", done=False, detail="paper-out")


def test_what_would_be_heard_waits_until_nobody_is_here(rig: DeskRig) -> None:
    rig.tap(Button.START)
    rig.until(ChoosingService)
    ask(rig, CommandKind.TEST_PRINT)
    for _ in range(10):
        rig.desk.round()
    assert rig.printer.slips == []
    rig.tap(Button.HOME)
    rig.until(Idle)
    assert answer(rig).done
    assert len(rig.printer.slips) == 1


def test_what_has_waited_too_long_is_not_done(rig: DeskRig) -> None:
    rig.tap(Button.START)
    rig.until(ChoosingService)
    ask(rig, CommandKind.TEST_PRINT, in_s=0.05)
    until_s = time.monotonic() + 0.2
    rig.until(lambda: time.monotonic() > until_s)
    rig.tap(Button.HOME)
    rig.until(Idle)
    for _ in range(10):
        rig.desk.round()
    assert rig.printer.slips == []
    assert answers(rig) == []  # the agent has said that it is too late


def test_the_last_slip_is_printed_again_as_a_reprint(rig: DeskRig) -> None:
    rig.insert_card()
    rig.until(ChoosingNotice)
    rig.tap(Button.CHOOSE)
    rig.until(Paying)
    rig.confirm()
    rig.until(Confirmed)
    rig.until(lambda: rig.printer.slips)
    rig.until(lambda: [each for each in rig.records() if isinstance(each, SlipPrinted)])
    rig.tap(Button.FINISH)
    rig.until(Taking)
    rig.slot.remove()
    rig.until(lambda: not rig.state.visitor.card_in)  # type: ignore[union-attr]
    rig.tap(Button.HOME)
    rig.until(Idle)
    ask(rig, CommandKind.REPRINT)
    assert answer(rig).done
    rig.until(lambda: len(rig.printer.slips) == 2)
    rig.until(lambda: len([each for each in rig.records() if isinstance(each, SlipPrinted)]) == 2)
    assert [each.reprint for each in rig.records() if isinstance(each, SlipPrinted)] == [False, True]


def test_without_a_slip_there_is_nothing_to_print_again(rig: DeskRig) -> None:
    ask(rig, CommandKind.REPRINT)
    assert not answer(rig).done
    assert rig.printer.slips == []


def test_a_restart_is_answered_and_then_the_loop_ends(rig: DeskRig) -> None:
    ask(rig, CommandKind.RESTART_FRONTDESK)
    rig.desk.run()
    assert answers(rig) == [news.ErrandDone("c1", done=True)]


def test_what_is_not_known_is_answered(rig: DeskRig) -> None:
    ask(rig, CommandKind.UNKNOWN)
    assert not answer(rig).done
