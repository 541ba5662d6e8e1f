"""Shows on the bare frame buffer that this kiosk is closed: the safe mode's whole screen, without any library.

What it is: a black-and-white picture (PBM, P4), enlarged by a whole number to the screen, written anew every few
seconds. What it is not: a front desk; nothing can be touched.
Rules: without a frame buffer, or with one it does not understand, it waits its time all the same: who started it goes
on when it ends.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 5.0
"""The kernel's console, or a monitor that was switched on late, may have taken the picture away."""

BYTES_PER_PIXEL = {16: 2, 32: 4}


@dataclass(frozen=True)
class Picture:
    """One bit a pixel, rows of whole bytes, 1 is black."""

    width_px: int
    height_px: int
    rows: bytes


@dataclass(frozen=True)
class FrameBuffer:
    """A screen as the kernel shows it: ``stride`` is bytes a line."""

    width_px: int
    height_px: int
    stride: int
    bits: int


def read_pbm(raw: bytes) -> Picture:
    """Raises: ValueError when it is no picture of this kind."""
    magic, width, height, rows = raw.split(maxsplit=3)
    picture = Picture(int(width), int(height), rows)
    if magic != b"P4" or len(rows) != (picture.width_px + 7) // 8 * picture.height_px:
        raise ValueError("no PBM picture of kind P4")
    return picture


def read_frame_buffer(about: Path) -> FrameBuffer:
    """From the kernel's folder, as /sys/class/graphics/fb0. Raises: OSError, ValueError when there is none we know."""
    width, height = (int(word) for word in (about / "virtual_size").read_text("ascii").split(","))
    bits, stride = (int((about / name).read_text("ascii")) for name in ("bits_per_pixel", "stride"))
    if bits not in BYTES_PER_PIXEL:
        raise ValueError(f"{bits} bits a pixel")
    return FrameBuffer(width, height, stride, bits)


def drawn(picture: Picture, screen: FrameBuffer) -> bytes:
    """The whole screen: white, the picture in its middle, as large as whole numbers allow."""
    each = BYTES_PER_PIXEL[screen.bits]
    white, black = b"\xff" * each, b"\x00" * each
    scale = max(1, min(screen.width_px // picture.width_px, screen.height_px // picture.height_px))
    left = max(0, (screen.width_px - scale * picture.width_px) // 2)
    top = max(0, (screen.height_px - scale * picture.height_px) // 2)
    blank = (white * screen.width_px).ljust(screen.stride, b"\x00")
    lines = [blank] * screen.height_px
    across, row_bytes = min(picture.width_px, screen.width_px // scale), (picture.width_px + 7) // 8
    for y in range(min(picture.height_px, (screen.height_px - top) // scale)):
        row = picture.rows[y * row_bytes : (y + 1) * row_bytes]
        pixels = b"".join((black if row[x >> 3] >> (7 - (x & 7)) & 1 else white) * scale for x in range(across))
        rest = screen.width_px - left - across * scale
        line = (white * left + pixels + white * rest).ljust(screen.stride, b"\x00")
        lines[top + y * scale : top + (y + 1) * scale] = [line] * scale
    return b"".join(lines)


def main(argv: list[str]) -> int:
    """Show it for a while."""
    parser = argparse.ArgumentParser(description="show that this kiosk is closed")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--for-s", type=float, required=True)
    arguments = parser.parse_args(argv)
    until_s, screen = time.monotonic() + arguments.for_s, b""
    try:
        screen = drawn(read_pbm(arguments.picture.read_bytes()), read_frame_buffer(Path("/sys/class/graphics/fb0")))
    except (OSError, ValueError) as err:
        sys.stderr.write(f"nothing can be shown: {err}\n")
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            if screen:
                Path("/dev/fb0").write_bytes(screen)
        except OSError as err:
            sys.stderr.write(f"nothing can be shown: {err.strerror}\n")
            screen = b""
        time.sleep(min(EVERY_S, left_s))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
