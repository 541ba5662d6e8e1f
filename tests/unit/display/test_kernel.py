"""The screen as the kernel tells of it: dark, unplugged, dimmed, going blank; on made-up files, and on SDL's dummy.

| defect of those before us | test |
| --- | --- |
| a black screen after days, and no log of it (Anthias 279, 297, 382, 703, 1222) | ``test_a_screen_that_is_switched_off_is_wedged``, ``test_a_frame_that_takes_too_long_is_a_wedged_display``, ``test_a_flip_that_fails_on_a_screen_that_is_there_is_a_wedged_display`` |
| panels send DOWN and UP and no motion (pygame 4156) | ``test_display.py``: ``test_a_tap_needs_no_motion_between_down_and_up`` |
| no touch when input devices may not be read, and nothing says so (SDL 4812) | ``test_a_screen_that_cannot_be_touched_says_so`` |
| the console blanks the picture (consoleblank) | ``test_a_console_that_would_go_blank_is_told_not_to`` |
| screen savers | ``test_no_screen_saver_may_start`` |
"""  # noqa: E501 - a table

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from drivers.display.kernel import KernelScreen
from drivers.display.pygame_display import STUCK_S, PygameDisplay, VideoDriver
from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from tests.contract.display import SIZE, WHITE
from tests.contract.display_rigs import PretendMachine


@pytest.fixture
def machine(tmp_path: Path) -> PretendMachine:
    return PretendMachine(tmp_path)


@pytest.fixture
def display(machine: PretendMachine) -> Iterator[PygameDisplay]:
    display = PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=machine.screen())
    yield display
    display.close()


def test_a_machine_that_tells_nothing_has_no_dark_screen(tmp_path: Path) -> None:
    screen = KernelScreen(tmp_path, look_every_s=0)
    assert screen.why_unseen() is None
    assert screen.connected() == ()
    assert not screen.set_backlight(50)
    assert screen.keep_console_lit()


def test_a_screen_that_is_switched_off_is_wedged(machine: PretendMachine, display: PygameDisplay) -> None:
    display.present()
    machine.switch_off()
    with pytest.raises(DeviceTimeoutError, match=r"switched off \(card1-HDMI-A-1: Off\)"):
        display.poll()
    machine.write(machine.connector / "dpms", "On")
    assert display.poll() == ()


def test_a_driver_that_never_says_on_is_not_believed_when_it_says_off(machine: PretendMachine) -> None:
    machine.switch_off()
    screen = machine.screen()
    assert [screen.why_unseen() for _ in range(3)] == [None] * 3


def test_a_screen_that_stays_dark_is_dark_for_the_next_opening_too(machine: PretendMachine) -> None:
    screen = machine.screen()
    first = PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=screen)
    first.present()
    first.close()
    machine.switch_off()
    again = PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=screen)
    with pytest.raises(DeviceTimeoutError, match="switched off"):
        again.present()
    again.close()


def test_a_screen_that_was_unplugged_is_absent(machine: PretendMachine, display: PygameDisplay) -> None:
    machine.unplug()
    with pytest.raises(DeviceAbsentError, match="nothing is plugged into card1-HDMI-A-1"):
        display.present()


def test_one_lit_screen_of_two_is_enough(machine: PretendMachine) -> None:
    other = machine.root / "sys/class/drm/card1-HDMI-A-2"
    machine.write(other / "status", "connected")
    machine.write(other / "dpms", "Off")
    assert machine.screen().why_unseen() is None
    assert machine.screen().connected() == ("card1-HDMI-A-1", "card1-HDMI-A-2")


def test_a_connector_that_cannot_tell_is_not_unplugged(machine: PretendMachine) -> None:
    machine.write(machine.connector / "status", "unknown")
    assert machine.screen().why_unseen() is None


def test_connectors_are_not_looked_at_with_every_poll(machine: PretendMachine) -> None:
    screen = KernelScreen(machine.root, look_every_s=3600)
    machine.switch_off()
    assert [screen.why_unseen() for _ in range(3)] == [None] * 3


def test_dimming_uses_the_backlight_and_leaves_the_picture(machine: PretendMachine, display: PygameDisplay) -> None:
    assert machine.light() == 1, "a display opens with all its light"
    display.set_brightness(20)
    display.canvas.fill(WHITE)
    display.present()
    assert machine.light() == pytest.approx(0.2)
    assert pygame.display.get_surface().get_at((5, 5))[:3] == WHITE
    display.close()
    assert machine.light() == 1, "and leaves it so"


def test_a_backlight_that_cannot_be_written_darkens_the_picture(
    machine: PretendMachine, display: PygameDisplay
) -> None:
    (machine.backlight / "brightness").unlink()
    (machine.backlight / "brightness").mkdir()
    display.set_brightness(20)
    display.canvas.fill(WHITE)
    display.present()
    assert pygame.display.get_surface().get_at((5, 5))[:3] == (51, 51, 51)


def test_a_console_that_would_go_blank_is_told_not_to(
    machine: PretendMachine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.write(machine.root / "sys/module/kernel/parameters/consoleblank", "600")
    with caplog.at_level(logging.WARNING):
        PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=machine.screen()).close()
    assert (machine.root / "dev/tty0").read_bytes() == b"\033[9;0]\033[14;0]"
    assert "consoleblank=0" in caplog.text, "a made-up console goes blank all the same, and that is said"


def test_a_screen_that_cannot_be_touched_says_so(machine: PretendMachine) -> None:
    (machine.root / "dev/input/event0").unlink()
    display = PygameDisplay(SIZE, driver=VideoDriver.DUMMY, kernel=machine.screen())
    model = display.about().model
    display.close()
    assert model is not None
    assert model.endswith("no touch: no input device may be read (group input)")


def test_it_tells_driver_mode_and_connector(display: PygameDisplay) -> None:
    about = display.about()
    assert about.model is not None
    assert about.model.endswith(" dummy, 320 x 200")
    assert about.port == "card1-HDMI-A-1"


def test_no_screen_saver_may_start(display: PygameDisplay) -> None:
    display.present()
    assert not pygame.display.get_allow_screensaver()


def test_a_frame_that_takes_too_long_is_a_wedged_display(
    display: PygameDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    display.present()
    monkeypatch.setattr(pygame.display, "flip", lambda: time.sleep(STUCK_S + 0.05))  # SDL on a card that hangs
    with pytest.raises(DeviceTimeoutError, match="a frame took"):
        display.present()


def test_a_flip_that_fails_on_a_screen_that_is_there_is_a_wedged_display(
    display: PygameDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise pygame.error("Could not queue pageflip: -16")  # SDL's words

    display.present()
    monkeypatch.setattr(pygame.display, "flip", fail)
    for _ in range(2):
        with pytest.raises(DeviceTimeoutError, match="takes no picture"):
            display.present()
    monkeypatch.undo()
    display.present()
