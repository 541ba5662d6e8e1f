"""What every Panel must do, whoever made it. A rig plays the hand and the eye at the kiosk's front."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.errors import DeviceAbsentError
from drivers.panel.port import CallPressed, Light, Panel, Pattern, TamperChanged


@dataclass
class PanelRig:
    panel: Panel
    press_call: Callable[[], None]
    """Press and let go; returns at once."""
    turn_tamper: Callable[[bool], None]
    is_lit: Callable[[Light], bool]
    unplug: Callable[[], None]


class PanelContract:
    def test_a_press_is_one_event(self, rig: PanelRig) -> None:
        rig.press_call()
        assert [rig.panel.wait(1), rig.panel.wait(0.4)] == [CallPressed(), None]

    def test_the_button_works_again(self, rig: PanelRig) -> None:
        rig.press_call()
        assert rig.panel.wait(1) == CallPressed()
        assert rig.panel.wait(0.4) is None
        rig.press_call()
        assert rig.panel.wait(1) == CallPressed()

    def test_the_case_opens_and_closes_in_order(self, rig: PanelRig) -> None:
        rig.turn_tamper(True)
        assert rig.panel.wait(1) == TamperChanged(open=True)
        rig.turn_tamper(False)
        assert rig.panel.wait(1) == TamperChanged(open=False)

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
        seen = [rig.is_lit(Light.PAPER)]
        until_s = time.monotonic() + 1.1
        while time.monotonic() < until_s:
            assert rig.panel.wait(0.02) is None
            if (lit := rig.is_lit(Light.PAPER)) is not seen[-1]:
                seen.append(lit)
        assert seen[:3] == [True, False, True]
        assert len(seen) <= 6

    def test_wait_gives_up_after_its_timeout(self, rig: PanelRig) -> None:
        began_s = time.monotonic()
        assert rig.panel.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < 1

    def test_cancel_from_another_thread_ends_a_wait(self, rig: PanelRig) -> None:
        canceller = threading.Timer(0.1, rig.panel.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.panel.wait(10) is None
        assert time.monotonic() - began_s < 1
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: PanelRig) -> None:
        rig.panel.cancel()
        began_s = time.monotonic()
        assert rig.panel.wait(10) is None
        assert time.monotonic() - began_s < 1
        rig.press_call()
        assert rig.panel.wait(1) == CallPressed()

    def test_unplugging_is_absence(self, rig: PanelRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.panel.wait(1)

    def test_a_light_cannot_be_shown_on_a_panel_that_is_gone(self, rig: PanelRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.panel.show(Light.CARD, Pattern.ON)

    def test_closing_puts_the_lights_out_and_may_be_repeated(self, rig: PanelRig) -> None:
        rig.panel.show(Light.CARD, Pattern.ON)
        rig.panel.close()
        rig.panel.close()
        rig.panel.cancel()
        assert not rig.is_lit(Light.CARD)
