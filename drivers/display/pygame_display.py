"""The kiosk's own screen through SDL: straight on the graphics card, in a desktop window, or nowhere.

What it is: a canvas, a window and touches.
What it is not: drawing; that is ``kiosk.screens``.

Rules:

1. Every call belongs to one thread: SDL gives its events only to the one that made the window.
2. SDL is told what to do through the environment when a display opens, and the environment is put back at once.
3. The canvas is a surface of its own, turned onto the window by ``present``: what is half drawn is never seen.
4. SDL believes its own calls: it flips happily to a monitor that is switched off. Whether anybody can see the picture
   the kernel is asked, where the screen is the kiosk's own.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import pygame

from drivers.about import About
from drivers.display.brightness import checked, darken
from drivers.display.kernel import KernelScreen
from drivers.display.port import TouchEvent
from drivers.display.rotation import ANGLES, to_canvas, window_size
from drivers.display.touch import TouchFilter
from drivers.errors import DeviceAbsentError, DeviceTimeoutError

log = logging.getLogger(__name__)

STUCK_S = 2.0
"""A frame that took longer was not shown: a screen takes one within 17 ms. The first may take its time: monitors do."""


class VideoDriver(StrEnum):
    """Where SDL shows the window."""

    KMSDRM = "kmsdrm"
    """On the graphics card, no desktop: the kiosk. Needs groups video, render and input, and a free console."""
    WINDOW = "window"
    """In whatever desktop there is: the developer."""
    DUMMY = "dummy"
    """Nowhere: tests, and pictures made without a screen."""


class PygameDisplay:
    """A ``Display`` in an SDL window."""

    def __init__(
        self,
        size: tuple[int, int],
        *,
        rotation: int = 0,
        driver: VideoDriver = VideoDriver.KMSDRM,
        device: str = "display",
        kernel: KernelScreen | None = None,
    ) -> None:
        """Open a window for a canvas of ``size`` (width, height in pixels), turned by ``rotation`` degrees.

        ``kernel``: the machine's screen, when it is the kiosk's to watch and to dim.

        Raises: DeviceAbsentError when there is no such screen, or it may not be used; try again later.
        """
        if rotation not in ANGLES:
            raise ValueError(f"a screen is turned by one of {ANGLES} degrees, not by {rotation}")
        self._rotation = rotation
        self._device = device
        self._kernel = kernel
        self._is_open, self._has_shown = True, False
        self._darkened_to_percent = 100
        with self._absence_of_screen():
            self._window = _open_window(window_size(size, rotation), driver)
        self._canvas = pygame.Surface(size)
        self._touches = TouchFilter(self._window.get_size(), lambda u, v: to_canvas(u, v, size, rotation))
        self._about = self._ask_about()
        if kernel is not None:
            kernel.set_backlight(100)  # whoever had it before may have ended while it was dim
            if not kernel.keep_console_lit():
                log.warning("the console may go blank under the picture; start the kernel with consoleblank=0")

    def _ask_about(self) -> About:
        width, height = self._window.get_size()
        version = ".".join(map(str, pygame.get_sdl_version()))
        model = f"SDL {version} {pygame.display.get_driver()}, {width} x {height}"
        if self._kernel is None:
            return About(model=model, port=pygame.display.get_driver())
        if not self._kernel.has_input():
            model += ", no touch: no input device may be read (group input)"
        return About(model=model, port=", ".join(self._kernel.connected()) or pygame.display.get_driver())

    @property
    def canvas(self) -> pygame.Surface:
        """What to draw on: see ``Display.canvas``."""
        return self._canvas

    def present(self) -> None:
        """Show the canvas: see ``Display.present``."""
        self._refuse_if_gone()
        with self._absence_of_screen():
            turned = pygame.transform.rotate(self._canvas, self._rotation) if self._rotation else self._canvas
            self._window.blit(turned, (0, 0))
            darken(self._window, self._darkened_to_percent)
            began_s = time.monotonic()
            pygame.display.flip()
        was_first, self._has_shown = not self._has_shown, True
        if (took_s := time.monotonic() - began_s) > STUCK_S and not was_first:
            raise DeviceTimeoutError(self._device, f"a frame took {took_s:.1f} s to be shown")

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call: see ``Display.poll``."""
        self._refuse_if_gone()
        with self._absence_of_screen():
            events = pygame.event.get()
        if any(event.type == pygame.QUIT for event in events):
            self.close()
            raise DeviceAbsentError(self._device, "its window was closed")
        return tuple(touch for event in events if (touch := self._touches.feed(event)) is not None)

    def set_brightness(self, percent: int) -> None:
        """Dim, or light up: see ``Display.set_brightness``."""
        self._refuse_if_gone()
        is_set = self._kernel is not None and self._kernel.set_backlight(checked(percent))
        self._darkened_to_percent = 100 if is_set else checked(percent)

    def about(self) -> About:
        """SDL's driver, the mode, the connector: see ``Display.about``."""
        return self._about

    def close(self) -> None:
        """Close the window, lit as it was found: see ``Display.close``."""
        if self._is_open:
            self._is_open = False
            if self._kernel is not None:
                self._kernel.set_backlight(100)
            pygame.display.quit()

    def _refuse_if_gone(self) -> None:
        if not self._is_open:
            raise DeviceAbsentError(self._device, "closed")
        unseen = None if self._kernel is None else self._kernel.why_unseen()
        if unseen is not None:
            is_there, why = unseen
            raise (DeviceTimeoutError if is_there else DeviceAbsentError)(self._device, why)

    @contextmanager
    def _absence_of_screen(self) -> Iterator[None]:
        try:
            yield
        except pygame.error as err:
            if self._has_shown and self._kernel is not None and self._kernel.connected():
                raise DeviceTimeoutError(self._device, f"the screen is there and takes no picture: {err}") from err
            self.close()
            raise DeviceAbsentError(self._device, f"no screen: {err}") from err


def _open_window(size: tuple[int, int], driver: VideoDriver) -> pygame.Surface:
    with _environment(_sdl_wishes(driver)):
        pygame.display.init()
        flags = pygame.FULLSCREEN if driver is VideoDriver.KMSDRM else 0
        window = pygame.display.set_mode(size, flags)
        if window.get_size() != size:
            raise pygame.error(f"the screen gave {window.get_size()} pixels instead of {size}")
        if driver is VideoDriver.KMSDRM:
            pygame.mouse.set_visible(False)
        else:
            pygame.display.set_caption("Sala")
    return window


def _sdl_wishes(driver: VideoDriver) -> dict[str, str]:
    wishes = {
        "SDL_TOUCH_MOUSE_EVENTS": "0",  # no mouse for each finger
        "SDL_MOUSE_TOUCH_EVENTS": "0",  # no finger for the mouse
        "SDL_VIDEO_ALLOW_SCREENSAVER": "0",  # a kiosk never goes dark by itself
    }
    if driver is not VideoDriver.WINDOW:  # for a window SDL knows best which desktop there is
        wishes["SDL_VIDEODRIVER"] = driver.value
    if driver is VideoDriver.KMSDRM:
        # SDL tries desktop GL first; without libGL it takes what it finds, calls what is not there, and shows black.
        wishes["SDL_RENDER_DRIVER"] = "opengles2"
    return wishes


@contextmanager
def _environment(wishes: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wishes}
    os.environ.update(wishes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
