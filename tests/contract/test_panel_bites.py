"""A contract that no bad panel fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.panel.fake import FakePanel
from drivers.panel.port import Light, PanelEvent, Pattern, Sound
from drivers.panel.sounds import SOUNDS
from tests.contract.panel import PanelContract, PanelRig
from tests.contract.panel_rigs import fake_rig
from tests.contract.patience import SABOTEUR_S


class CountsBounces(FakePanel):
    def press_call(self) -> None:
        super().press_call()
        super().press_call()


class WorksOnce(FakePanel):
    has_worked = False

    def press_call(self) -> None:
        if not self.has_worked:
            super().press_call()
        self.has_worked = True


class AlarmIsFinal(FakePanel):
    def close_tamper(self) -> None:
        pass


class LightsThemAll(FakePanel):
    def show(self, light: Light, pattern: Pattern) -> None:
        for each in Light:
            super().show(each, pattern)


class ShinesSteadily(FakePanel):
    def is_lit(self, light: Light) -> bool:
        return self.lights[light] is not Pattern.OFF


class IgnoresTimeout(FakePanel):
    def wait(self, timeout_s: float) -> PanelEvent | None:
        return super().wait(1.5)


class DeafToCancel(FakePanel):
    def wait(self, timeout_s: float) -> PanelEvent | None:
        return super().wait(min(timeout_s, 1.2))

    def cancel(self) -> None:
        pass


class ForgetsCancel(FakePanel):
    def wait(self, timeout_s: float) -> PanelEvent | None:
        self._is_cancelled = False
        return super().wait(min(timeout_s, 1.2))


class LeaksOSError(FakePanel):
    def wait(self, timeout_s: float) -> PanelEvent | None:
        try:
            return super().wait(timeout_s)
        except DeviceAbsentError as err:
            raise OSError(19, "No such device") from err


class LightsNothing(FakePanel):
    def show(self, light: Light, pattern: Pattern) -> None:
        if self._is_plugged:
            super().show(light, pattern)


class StaysLit(FakePanel):
    def close(self) -> None:
        lights = self.lights
        super().close()
        self.lights = lights


class BuzzesOn(FakePanel):
    @property
    def is_sounding(self) -> bool:
        return bool(self.played)


class QueuesSounds(FakePanel):
    due_s = 0.0

    def play(self, sound: Sound) -> None:
        super().play(sound)
        self.due_s = max(self.due_s, time.monotonic()) + SOUNDS[sound].length_s

    @property
    def is_sounding(self) -> bool:
        return time.monotonic() < self.due_s


class TogglesTheFan(FakePanel):
    def turn_fan(self, *, on: bool) -> None:
        super().turn_fan(on=not self.is_fan_on)


class TellsNothing(FakePanel):
    def about(self) -> About:
        return About()


class SoundsWithoutAPanel(FakePanel):
    def play(self, sound: Sound) -> None:
        self.played.append(sound)


class KeepsTurning(FakePanel):
    def close(self) -> None:
        was_on = self.is_fan_on
        super().close()
        self.is_fan_on = was_on


SABOTEURS: dict[type[FakePanel], Callable[[PanelContract, PanelRig], None]] = {
    CountsBounces: PanelContract.test_a_press_is_one_event,
    WorksOnce: PanelContract.test_the_button_works_again,
    AlarmIsFinal: PanelContract.test_the_case_opens_and_closes_in_order,
    LightsThemAll: PanelContract.test_lights_are_on_or_off_as_told_and_each_alone,
    ShinesSteadily: PanelContract.test_waiting_keeps_a_light_blinking,
    IgnoresTimeout: PanelContract.test_wait_gives_up_after_its_timeout,
    DeafToCancel: PanelContract.test_cancel_from_another_thread_ends_a_wait,
    ForgetsCancel: PanelContract.test_cancel_ends_the_next_wait_and_no_more,
    LeaksOSError: PanelContract.test_unplugging_is_absence,
    LightsNothing: PanelContract.test_a_light_cannot_be_shown_on_a_panel_that_is_gone,
    BuzzesOn: PanelContract.test_a_sound_begins_at_once_and_ends_by_itself,
    QueuesSounds: PanelContract.test_a_sound_under_way_gives_way_to_the_next,
    TogglesTheFan: PanelContract.test_the_fan_turns_as_told,
    TellsNothing: PanelContract.test_it_tells_what_it_is_and_where,
    SoundsWithoutAPanel: PanelContract.test_a_panel_that_is_gone_neither_sounds_nor_turns_its_fan,
    KeepsTurning: PanelContract.test_closing_ends_sound_and_fan,
    StaysLit: PanelContract.test_closing_puts_the_lights_out_and_may_be_repeated,
}


@pytest.mark.parametrize(("saboteur", "test"), SABOTEURS.items(), ids=lambda x: x.__name__)
def test_saboteur_is_caught(saboteur: type[FakePanel], test: Callable[[PanelContract, PanelRig], None]) -> None:
    contract = PanelContract()
    contract.soon_s = contract.prompt_s = SABOTEUR_S
    # pytest.fail.Exception: an expected error did not come. An AttributeError would be the test breaking.
    with pytest.raises((AssertionError, OSError, pytest.fail.Exception)):
        test(contract, fake_rig(saboteur()))


def test_every_contract_test_has_a_saboteur() -> None:
    assert {name for name in vars(PanelContract) if name.startswith("test_")} == {
        test.__name__ for test in SABOTEURS.values()
    }
