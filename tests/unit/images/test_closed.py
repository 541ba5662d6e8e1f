"""The safe mode's picture on a bare frame buffer."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.on_device.closed import FrameBuffer, Picture, drawn, read_frame_buffer, read_pbm
from images.recipe.closed_picture import HEIGHT_PX, WIDTH_PX, closed_picture

DOT = Picture(3, 1, b"\x40")
"""One black pixel between two white ones."""


def test_the_words_are_drawn_with_all_their_marks() -> None:
    picture = read_pbm(closed_picture())
    assert (picture.width_px, picture.height_px) == (WIDTH_PX, HEIGHT_PX)
    across = (WIDTH_PX + 7) // 8
    inked = [any(picture.rows[y * across : (y + 1) * across]) for y in range(HEIGHT_PX)]
    begins = [y for y in range(1, HEIGHT_PX) if inked[y] and not inked[y - 1]]
    assert len(begins) >= 4
    assert not any(inked[:20])
    assert not any(inked[-20:])


@pytest.mark.parametrize(("bits", "each"), [(16, 2), (32, 4)])
def test_it_stands_in_the_middle_enlarged_by_a_whole_number(bits: int, each: int) -> None:
    screen = FrameBuffer(8, 4, 8 * each + 4, bits)
    whole = drawn(DOT, screen)
    assert len(whole) == screen.stride * 4
    lines = [whole[y * screen.stride : y * screen.stride + 8 * each] for y in range(4)]
    black = [[x for x in range(8) if line[x * each] == 0] for line in lines]
    assert black == [[], [3, 4], [3, 4], []]


def test_a_screen_smaller_than_the_picture_shows_what_fits() -> None:
    assert len(drawn(Picture(16, 9, b"\xff" * 18), FrameBuffer(4, 3, 16, 32))) == 16 * 3


@pytest.mark.parametrize("raw", [b"P5\n1 1\n\x00", b"P4\n9 2\n\x00"])
def test_other_pictures_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="PBM"):
        read_pbm(raw)


def test_the_kernels_word_on_a_frame_buffer(tmp_path: Path) -> None:
    for name, text in (("virtual_size", "1280,800\n"), ("bits_per_pixel", "32\n"), ("stride", "5120\n")):
        (tmp_path / name).write_text(text, "ascii")
    assert read_frame_buffer(tmp_path) == FrameBuffer(1280, 800, 5120, 32)
    (tmp_path / "bits_per_pixel").write_text("8\n", "ascii")
    with pytest.raises(ValueError, match="8 bits"):
        read_frame_buffer(tmp_path)
