"""One rig for each Display: the finger at a fake, at an SDL window nobody sees, at the virtual page's socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame

from drivers.display.fake import FakeDisplay
from drivers.display.kernel import KernelScreen
from drivers.display.port import Pressed, TouchEvent
from drivers.display.pygame_display import PygameDisplay, VideoDriver
from drivers.display.virtual import STUCK_S, Frame, VirtualDisplay, encode_touch, read_frame
from tests.contract.display import SIZE, Colour, DisplayRig


def _pixels(surface: pygame.Surface) -> Callable[[int, int], Colour]:
    def look(x: int, y: int) -> Colour:
        red, green, blue, _ = surface.get_at((x, y))
        return red, green, blue

    return look


def fake_rig(display: FakeDisplay) -> DisplayRig:
    def touch(event: TouchEvent) -> None:
        (display.press if isinstance(event, Pressed) else display.release)(event.x, event.y)

    def seen() -> Callable[[int, int], Colour] | None:
        return _pixels(display.frames[-1]) if display.frames else None

    return DisplayRig(display, touch, seen, display.unplug, display.wedge)


class PretendMachine:
    """The kernel's files about one screen, made up."""

    MAX_BRIGHTNESS = 200

    def __init__(self, root: Path, *, backlight: bool = True) -> None:
        self.root = root
        self.connector = root / "sys/class/drm/card1-HDMI-A-1"
        self.backlight = root / "sys/class/backlight/panel"
        self.write(self.connector / "status", "connected")
        self.write(self.connector / "dpms", "On")
        self.write(root / "sys/class/drm/card1-Writeback-1/status", "unknown")
        self.write(root / "dev/input/event0", "")
        if backlight:
            self.write(self.backlight / "max_brightness", str(self.MAX_BRIGHTNESS))
            self.write(self.backlight / "brightness", "120")

    @staticmethod
    def write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "ascii")

    def light(self) -> float:
        """The share of all light that the backlight gives."""
        return int((self.backlight / "brightness").read_text("ascii")) / self.MAX_BRIGHTNESS

    def switch_off(self) -> None:
        self.write(self.connector / "dpms", "Off")

    def unplug(self) -> None:
        self.write(self.connector / "status", "disconnected")

    def plug_in(self) -> None:
        self.write(self.connector / "status", "connected")

    def screen(self) -> KernelScreen:
        """Looked at each time."""
        return KernelScreen(self.root, look_every_s=0)


@contextmanager
def pygame_rig(rotation: int, machine: PretendMachine) -> Iterator[DisplayRig]:
    """A window nobody sees. With a ``machine`` that has a backlight the machine's light counts, too."""
    display = PygameDisplay(SIZE, rotation=rotation, driver=VideoDriver.DUMMY, kernel=machine.screen())

    def touch(event: TouchEvent) -> None:
        width, height = SIZE
        across, down = (event.x + 0.5) / width, (event.y + 0.5) / height
        u, v = {0: (across, down), 90: (down, 1 - across), 180: (1 - across, 1 - down), 270: (1 - down, across)}[
            rotation
        ]
        kind = pygame.FINGERDOWN if isinstance(event, Pressed) else pygame.FINGERUP
        pygame.event.post(pygame.event.Event(kind, touch_id=7, finger_id=1, x=u, y=v))

    def seen() -> Callable[[int, int], Colour] | None:
        return _pixels(pygame.transform.rotate(pygame.display.get_surface(), -rotation))

    def unplug() -> None:
        machine.unplug()
        pygame.display.quit()

    light = machine.light if machine.backlight.exists() else lambda: 1.0
    yield DisplayRig(display, touch, seen, unplug, machine.switch_off, light)
    display.close()


@contextmanager
def far_end(path: Path, stuck_s: float = STUCK_S) -> Iterator[tuple[VirtualDisplay, socket.socket]]:
    """A virtual display and the page's end of its connection."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        display = VirtualDisplay(str(path), SIZE, stuck_s=stuck_s)
        page, _ = listener.accept()
    with page:
        yield display, page
    display.close()


class DisplayPage:
    """The page's end of the display's connection, reading when told to."""

    def __init__(self, page: socket.socket, display: VirtualDisplay) -> None:
        self._page = page
        self._page.setblocking(False)
        self._display = display
        self._arrived = bytearray()

    def read_all(self) -> list[Frame]:
        """All frames of this connection so far; the driver polls meanwhile, which sends what it still holds."""
        while self._read_some():
            self._display.poll()
        return asyncio.run(self._frames())

    def _read_some(self) -> bool:
        try:
            self._arrived += (data := self._page.recv(1 << 20))
        except BlockingIOError:
            return False
        return bool(data)

    async def _frames(self) -> list[Frame]:
        reader = asyncio.StreamReader()
        reader.feed_data(self._arrived)
        reader.feed_eof()
        frames = []
        while (frame := await read_frame(reader)) is not None:
            frames.append(frame)
        return frames


@contextmanager
def virtual_rig(directory: Path) -> Iterator[DisplayRig]:
    with far_end(directory / "display", stuck_s=0.2) as (display, page):

        def touch(event: TouchEvent) -> None:
            page.sendall(encode_touch(event))

        reading = DisplayPage(page, display)

        def seen() -> Callable[[int, int], Colour] | None:
            frames = reading.read_all()
            if not frames:
                return None
            last = frames[-1]
            return _pixels(pygame.image.frombytes(last.rgb, (last.width, last.height), "RGB"))

        yield DisplayRig(display, touch, seen, page.close, lambda: None)  # nobody reads: it is wedged already
