"""A screen mounted on its side: the canvas stays upright, the window is turned. Pure geometry.

Angles are degrees, counter-clockwise, as the picture must be turned to stand upright for the visitor; 0, 90, 180, 270.
"""

from __future__ import annotations

ANGLES = (0, 90, 180, 270)


def window_size(canvas_size: tuple[int, int], angle: int) -> tuple[int, int]:
    """Width and height in pixels of the window that shows a canvas of ``canvas_size`` turned by ``angle``."""
    width, height = canvas_size
    return (height, width) if angle % 180 else (width, height)


def to_canvas(u: float, v: float, canvas_size: tuple[int, int], angle: int) -> tuple[int, int]:
    """The canvas pixel under a place on the window, given as fractions of its width and height (0 to 1)."""
    across, down = {0: (u, v), 90: (1 - v, u), 180: (1 - u, 1 - v), 270: (v, 1 - u)}[angle]
    width, height = canvas_size
    # Sensors report places a little beyond the edge, and 1.0 itself is one pixel too far.
    return min(max(int(across * width), 0), width - 1), min(max(int(down * height), 0), height - 1)
