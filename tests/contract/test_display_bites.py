"""A contract that no bad display fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

import time
from collections.abc import Callable

import pygame
import pytest

from drivers.about import About
from drivers.display.brightness import darken
from drivers.display.fake import FakeDisplay
from drivers.display.port import TouchEvent
from drivers.errors import DeviceAbsentError
from tests.contract.display import SIZE, DisplayContract, DisplayRig
from tests.contract.display_rigs import fake_rig
from tests.contract.patience import SABOTEUR_S


class NewCanvasEachTime(FakeDisplay):
    @property
    def canvas(self) -> pygame.Surface:
        return self._canvas.copy()


class Mirrors(FakeDisplay):
    def present(self) -> None:
        super().present()
        self.frames.append(pygame.transform.flip(self.frames.pop(), flip_x=True, flip_y=False))


class ShowsTheDraft(FakeDisplay):
    def present(self) -> None:
        super().present()
        self.frames[-1] = self._canvas


class ShowsTheFirst(FakeDisplay):
    def present(self) -> None:
        if not self.frames:
            super().present()


class RepeatsTouches(FakeDisplay):
    def poll(self) -> tuple[TouchEvent, ...]:
        self._refuse_if_gone()
        return tuple(self._touches)


class Dawdles(FakeDisplay):
    def poll(self) -> tuple[TouchEvent, ...]:
        time.sleep(2 * SABOTEUR_S / 20)  # a display that blocks is the very fault
        return super().poll()


class LeaksWhenTouched(FakeDisplay):
    def poll(self) -> tuple[TouchEvent, ...]:
        try:
            return super().poll()
        except DeviceAbsentError as err:
            raise pygame.error("video system not initialized") from err


class DrawsOnNothing(FakeDisplay):
    def present(self) -> None:
        if self._is_plugged:
            super().present()


class ClosesOnce(FakeDisplay):
    def close(self) -> None:
        if self._is_closed:
            raise ValueError("already closed")
        super().close()


class DimsForGood(FakeDisplay):
    def set_brightness(self, percent: int) -> None:
        super().set_brightness(min(percent, self.brightness_percent))


class DimsTheCanvas(FakeDisplay):
    def present(self) -> None:
        darken(self._canvas, self.brightness_percent)
        super().present()


class GoesDark(FakeDisplay):
    def set_brightness(self, percent: int) -> None:
        self.brightness_percent = percent


class TellsNothing(FakeDisplay):
    def about(self) -> About:
        return About()


class WedgesInSilence(FakeDisplay):
    def _refuse_if_wedged(self) -> None:
        pass


SABOTEURS: dict[type[FakeDisplay], Callable[[DisplayContract, DisplayRig], None]] = {
    NewCanvasEachTime: DisplayContract.test_the_canvas_is_as_large_as_asked_and_stays_the_same,
    Mirrors: DisplayContract.test_what_was_presented_is_seen_where_it_was_drawn,
    ShowsTheDraft: DisplayContract.test_what_is_only_drawn_is_not_seen,
    ShowsTheFirst: DisplayContract.test_the_latest_picture_wins,
    RepeatsTouches: DisplayContract.test_touches_come_once_and_in_order,
    Dawdles: DisplayContract.test_polling_does_not_wait,
    DimsForGood: DisplayContract.test_a_dimmed_display_gives_so_much_less_light_and_all_of_it_again,
    DimsTheCanvas: DisplayContract.test_a_dimmed_display_leaves_the_canvas_as_it_was_drawn,
    GoesDark: DisplayContract.test_no_display_is_dimmed_until_it_seems_broken,
    TellsNothing: DisplayContract.test_it_tells_what_it_is_and_where,
    WedgesInSilence: DisplayContract.test_a_wedged_display_is_neither_silent_nor_absent,
    LeaksWhenTouched: DisplayContract.test_unplugging_is_absence_when_touched,
    DrawsOnNothing: DisplayContract.test_unplugging_is_absence_when_shown,
    ClosesOnce: DisplayContract.test_close_twice,
}


@pytest.mark.parametrize(("saboteur", "test"), SABOTEURS.items(), ids=lambda x: x.__name__)
def test_saboteur_is_caught(saboteur: type[FakeDisplay], test: Callable[[DisplayContract, DisplayRig], None]) -> None:
    contract = DisplayContract()
    contract.soon_s = contract.prompt_s = SABOTEUR_S
    # pytest.fail.Exception: an expected error did not come. An AttributeError would be the test breaking.
    with pytest.raises((AssertionError, ValueError, pygame.error, pytest.fail.Exception)):
        test(contract, fake_rig(saboteur(SIZE)))


def test_every_contract_test_has_a_saboteur() -> None:
    assert {name for name in vars(DisplayContract) if name.startswith("test_")} == {
        test.__name__ for test in SABOTEURS.values()
    }
