"""Displays, beyond the contract: which events are touches, turned screens, pages that are slow or talk nonsense."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygame.event import Event

from drivers.display.port import Pressed, Released, TouchEvent
from drivers.display.pygame_display import PygameDisplay, VideoDriver
from drivers.display.rotation import ANGLES, to_canvas, window_size
from drivers.display.touch import LONGEST_TOUCH_S, TouchFilter
from drivers.display.virtual import PATIENCE_S, decode_touch, encode_touch, read_frame
from drivers.errors import DeviceAbsentError, DeviceProtocolError
from tests.contract.display import BLUE, RED, SIZE
from tests.contract.display_rigs import DisplayPage, far_end

WIDTH, HEIGHT = SIZE


def mouse(kind: int, **fields: object) -> Event:
    return Event(kind, {"button": 1, "pos": (32, 20), "touch": False, **fields})


def finger(kind: int, **fields: object) -> Event:
    return Event(kind, {"touch_id": 7, "finger_id": 1, "x": 0.5, "y": 0.5, **fields})


def touches(*events: Event) -> list[TouchEvent]:
    filter_ = TouchFilter(SIZE, lambda u, v: to_canvas(u, v, SIZE, 0))
    return [touch for event in events if (touch := filter_.feed(event)) is not None]


MOUSE_TAP = (mouse(pygame.MOUSEBUTTONDOWN), mouse(pygame.MOUSEBUTTONUP))
FINGER_TAP = (finger(pygame.FINGERDOWN), finger(pygame.FINGERUP))


def test_a_click_is_a_touch() -> None:
    assert touches(*MOUSE_TAP) == [Pressed(32, 20), Released(32, 20)]


def test_a_finger_is_a_touch() -> None:
    assert touches(*FINGER_TAP) == [Pressed(160, 100), Released(160, 100)]


def test_a_tap_needs_no_motion_between_down_and_up() -> None:
    """Some panels send none (pygame 4156); those that do say nothing more by it."""
    down, up = FINGER_TAP
    motion = finger(pygame.FINGERMOTION, x=0.6)
    assert touches(down, motion, up) == touches(down, up) == [Pressed(160, 100), Released(160, 100)]


@pytest.mark.parametrize(
    "invented",
    [
        mouse(pygame.MOUSEBUTTONDOWN, touch=True),
        mouse(pygame.MOUSEBUTTONDOWN, button=3),
        finger(pygame.FINGERDOWN, touch_id=-1),
        finger(pygame.FINGERUP),
        mouse(pygame.MOUSEBUTTONUP),
        Event(pygame.MOUSEMOTION, pos=(1, 1)),
        Event(pygame.KEYDOWN, key=pygame.K_ESCAPE),
    ],
)
def test_what_is_no_touch_of_ours_is_ignored(invented: Event) -> None:
    assert touches(invented) == []


def test_a_finger_with_its_invented_mouse_is_one_touch() -> None:
    down, up = FINGER_TAP
    mouse_down = mouse(pygame.MOUSEBUTTONDOWN)  # not even marked, as some drivers do
    assert touches(down, mouse_down, mouse(pygame.MOUSEBUTTONUP), up) == [Pressed(160, 100), Released(160, 100)]


def test_a_second_finger_does_not_exist() -> None:
    down, up = FINGER_TAP
    other = (finger(pygame.FINGERDOWN, finger_id=2, x=0.1), finger(pygame.FINGERUP, finger_id=2, x=0.1))
    assert touches(down, *other, up) == [Pressed(160, 100), Released(160, 100)]


def test_a_finger_whose_release_was_lost_does_not_make_the_screen_deaf() -> None:
    """The panel was reset under it; what comes back is another device to SDL."""
    now_s = 0.0
    filter_ = TouchFilter(SIZE, lambda u, v: to_canvas(u, v, SIZE, 0), lambda: now_s)
    assert filter_.feed(finger(pygame.FINGERDOWN)) == Pressed(160, 100)
    now_s = LONGEST_TOUCH_S
    assert filter_.feed(finger(pygame.FINGERDOWN, touch_id=8)) is None
    now_s += 0.1
    assert filter_.feed(finger(pygame.FINGERDOWN, touch_id=8)) == Pressed(160, 100)
    assert filter_.feed(finger(pygame.FINGERUP)) is None, "the finger of long ago"
    assert filter_.feed(finger(pygame.FINGERUP, touch_id=8)) == Released(160, 100)


def test_a_finger_that_comes_down_again_was_lifted_in_between() -> None:
    down, up = FINGER_TAP
    assert touches(down, down, up) == [Pressed(160, 100), Pressed(160, 100), Released(160, 100)]


@given(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5), st.sampled_from(ANGLES))
def test_a_touch_is_always_on_the_canvas(u: float, v: float, angle: int) -> None:
    x, y = to_canvas(u, v, SIZE, angle)
    assert 0 <= x < WIDTH
    assert 0 <= y < HEIGHT


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("pixel", [(0, 0), (WIDTH - 1, 0), (7, HEIGHT - 1)])
def test_a_turned_pixel_is_touched_where_it_is_seen(angle: int, pixel: tuple[int, int]) -> None:
    canvas = pygame.Surface(SIZE)
    canvas.set_at(pixel, RED)
    window = pygame.transform.rotate(canvas, angle)
    assert window.get_size() == window_size(SIZE, angle)
    red = [(x, y) for x in range(window.width) for y in range(window.height) if window.get_at((x, y))[:3] == RED]
    ((x, y),) = red
    assert to_canvas((x + 0.5) / window.width, (y + 0.5) / window.height, SIZE, angle) == pixel


def test_a_screen_is_turned_by_right_angles_only() -> None:
    with pytest.raises(ValueError, match="45"):
        PygameDisplay(SIZE, rotation=45, driver=VideoDriver.DUMMY)


def test_opening_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    PygameDisplay(SIZE, driver=VideoDriver.DUMMY).close()
    assert dict(os.environ) == before


def test_without_a_graphics_card_the_kiosks_screen_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_KMSDRM_DEVICE_INDEX", "99")  # so that a machine that has a card finds none either
    with pytest.raises(DeviceAbsentError, match="no screen"):
        PygameDisplay(SIZE, driver=VideoDriver.KMSDRM)


def test_a_closed_window_is_an_absent_display() -> None:
    display = PygameDisplay(SIZE, driver=VideoDriver.DUMMY)
    pygame.event.post(Event(pygame.QUIT))
    with pytest.raises(DeviceAbsentError, match="window was closed"):
        display.poll()


def test_a_page_that_does_not_read_delays_drawing_by_its_bound_and_gets_the_latest(tmp_path: Path) -> None:
    with far_end(tmp_path / "display") as (display, page):
        frames = 20
        began_s = time.monotonic()
        for shade in range(frames):
            display.canvas.fill((shade, 0, 0))
            display.present()
        assert time.monotonic() - began_s < frames * PATIENCE_S * 2 + 10  # the machine may be busy
        shades = [frame.rgb[0] for frame in DisplayPage(page, display).read_all()]
        assert shades == sorted(set(shades))
        assert shades[-1] == frames - 1
        assert len(shades) < frames


def test_no_frame_is_sent_unless_presented(tmp_path: Path) -> None:
    with far_end(tmp_path / "display") as (display, page):
        display.canvas.fill(BLUE)
        display.poll()
        assert DisplayPage(page, display).read_all() == []


@pytest.mark.parametrize("header", [b"SLF2\0\1\0\1\0\0\0\3abc", b"SLF1\0\1\0\1\0\0\0\4abcd"])
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(header)
        await read_frame(reader)

    with pytest.raises(ValueError, match="not a frame"):
        asyncio.run(read())


@pytest.mark.parametrize("cut", [0, 5, 12, 14])
def test_a_connection_that_ends_ends_the_frames(cut: int) -> None:
    async def read() -> object:
        reader = asyncio.StreamReader()
        reader.feed_data(b"SLF1\0\1\0\1\0\0\0\3abc"[:cut])
        reader.feed_eof()
        return await read_frame(reader)

    assert asyncio.run(read()) is None


@given(st.builds(Pressed, st.integers(0, 5000), st.integers(0, 5000)) | st.builds(Released, st.integers(), st.just(0)))
def test_touches_survive_their_bytes(touch: TouchEvent) -> None:
    assert decode_touch(encode_touch(touch)) == touch


@pytest.mark.parametrize("line", [b"{}\n", b"touch\n", b'{"touch": "down", "x": 1.5, "y": 2}\n', b"\xff\n"])
def test_a_page_that_talks_nonsense_is_a_protocol_error(tmp_path: Path, line: bytes) -> None:
    with far_end(tmp_path / "display") as (display, page):
        page.sendall(line)
        with pytest.raises(DeviceProtocolError):
            display.poll()


def test_a_touch_beside_the_glass_is_on_its_edge(tmp_path: Path) -> None:
    with far_end(tmp_path / "display") as (display, page):
        page.sendall(encode_touch(Pressed(5000, -3)))
        assert display.poll() == (Pressed(WIDTH - 1, 0),)
