"""What every Panel must do, whoever made it. A rig plays the hand and the eye at the kiosk's front."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.errors import DeviceAbsentError
from drivers.panel.port import CallPressed, Light, Panel, Pattern, Sound, TamperChanged
from drivers.panel.sounds import LENGTH_MAX_S, SOUNDS
from tests.contract.patience import LONG_S, PROMPT_S, SOON_S


@dataclass
class PanelRig:
    panel: Panel
    press_call: Callable[[], None]
    """Press and let go; returns at once."""
    turn_tamper: Callable[[bool], None]
    is_lit: Callable[[Light], bool]
    unplug: Callable[[], None]
    is_heard: Callable[[], bool]
    is_fan_on: Callable[[], bool]


def _heard_s(rig: PanelRig, from_s: float) -> tuple[float, float]:
    """Between how many seconds after ``from_s`` the sound ended, listening until long after any sound may last.

    It was still to be heard at the first; it was not any more at the second. A machine that is busy between two looks
    makes the second later, and neither wrong.
    """
    heard_s = silent_s = from_s
    while (now_s := time.monotonic()) - from_s < LENGTH_MAX_S + 0.3:
        assert rig.panel.wait(0.02) is None
        if rig.is_heard():
            heard_s = silent_s = now_s
        elif silent_s == heard_s:
            silent_s = time.monotonic()
    return heard_s - from_s, silent_s - from_s


class PanelContract:
    soon_s = SOON_S
    prompt_s = PROMPT_S

    def test_a_press_is_one_event(self, rig: PanelRig) -> None:
        rig.press_call()
        assert [rig.panel.wait(self.soon_s), rig.panel.wait(0.4)] == [CallPressed(), None]

    def test_the_button_works_again(self, rig: PanelRig) -> None:
        rig.press_call()
        assert rig.panel.wait(self.soon_s) == CallPressed()
        assert rig.panel.wait(0.4) is None
        rig.press_call()
        assert rig.panel.wait(self.soon_s) == CallPressed()

    def test_the_case_opens_and_closes_in_order(self, rig: PanelRig) -> None:
        rig.turn_tamper(True)
        assert rig.panel.wait(self.soon_s) == TamperChanged(open=True)
        rig.turn_tamper(False)
        assert rig.panel.wait(self.soon_s) == TamperChanged(open=False)

    def test_lights_are_on_or_off_as_told_and_each_alone(self, rig: PanelRig) -> None:
        rig.panel.show(Light.CARD, Pattern.ON)
        assert {light: rig.is_lit(light) for light in Light} == {
            Light.STATUS: False,
            Light.CARD: True,
            Light.PAPER: False,
        }
        rig.panel.show(Light.CARD, Pattern.OFF)
        assert not rig.is_lit(Light.CARD)

    def test_waiting_keeps_a_light_blinking(self, rig: PanelRig) -> None:
        rig.panel.show(Light.PAPER, Pattern.FAST)
        began_s = time.monotonic()
        seen = [rig.is_lit(Light.PAPER)]
        while len(seen) < 5 and time.monotonic() < began_s + self.soon_s:
            assert rig.panel.wait(0.02) is None
            if (lit := rig.is_lit(Light.PAPER)) is not seen[-1]:
                seen.append(lit)
        assert len(seen) == 5
        assert time.monotonic() - began_s > 0.5, "that is not to blink, but to flicker"

    def test_a_sound_begins_at_once_and_ends_by_itself(self, rig: PanelRig) -> None:
        rig.panel.play(Sound.ATTENTION)
        assert rig.is_heard()
        heard_s, silent_s = _heard_s(rig, time.monotonic())
        assert heard_s < LENGTH_MAX_S
        assert silent_s > 0.1

    def test_a_sound_under_way_gives_way_to_the_next(self, rig: PanelRig) -> None:
        for _ in range(5):
            rig.panel.play(Sound.ERROR)
        rig.panel.play(Sound.SUCCESS)
        heard_s, _ = _heard_s(rig, time.monotonic())
        assert heard_s < SOUNDS[Sound.SUCCESS].length_s + 0.15

    def test_the_fan_turns_as_told(self, rig: PanelRig) -> None:
        turned = []
        for on in (True, True, False):
            rig.panel.turn_fan(on=on)
            rig.panel.wait(0)
            turned.append(rig.is_fan_on())
        assert turned == [True, True, False]

    def test_it_tells_what_it_is_and_where(self, rig: PanelRig) -> None:
        about = rig.panel.about()
        assert about.model
        assert about.port

    def test_wait_gives_up_after_its_timeout(self, rig: PanelRig) -> None:
        began_s = time.monotonic()
        assert rig.panel.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < self.prompt_s

    def test_cancel_from_another_thread_ends_a_wait(self, rig: PanelRig) -> None:
        canceller = threading.Timer(0.1, rig.panel.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.panel.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: PanelRig) -> None:
        rig.panel.cancel()
        began_s = time.monotonic()
        assert rig.panel.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        rig.press_call()
        assert rig.panel.wait(self.soon_s) == CallPressed()

    def test_unplugging_is_absence(self, rig: PanelRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.panel.wait(self.soon_s)

    def test_a_light_cannot_be_shown_on_a_panel_that_is_gone(self, rig: PanelRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.panel.show(Light.CARD, Pattern.ON)

    def test_a_panel_that_is_gone_neither_sounds_nor_turns_its_fan(self, rig: PanelRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.panel.play(Sound.ERROR)
        with pytest.raises(DeviceAbsentError):
            rig.panel.turn_fan(on=True)

    def test_closing_ends_sound_and_fan(self, rig: PanelRig) -> None:
        rig.panel.play(Sound.ATTENTION)
        rig.panel.turn_fan(on=True)
        rig.panel.close()
        assert not rig.is_heard()
        assert not rig.is_fan_on()

    def test_closing_puts_the_lights_out_and_may_be_repeated(self, rig: PanelRig) -> None:
        rig.panel.show(Light.CARD, Pattern.ON)
        rig.panel.close()
        rig.panel.close()
        rig.panel.cancel()
        assert not rig.is_lit(Light.CARD)
