"""A darker picture, for screens without a backlight of their own. Pure pixels."""

from __future__ import annotations

import pygame

from drivers.display.port import BRIGHTNESS_MIN_PERCENT


def checked(percent: int) -> int:
    """``percent``, if a display may be set to it. Raises: ValueError."""
    if not BRIGHTNESS_MIN_PERCENT <= percent <= 100:
        raise ValueError(f"a display shines with {BRIGHTNESS_MIN_PERCENT} to 100 percent, not with {percent}")
    return percent


def darken(picture: pygame.Surface, percent: int) -> None:
    """Leave ``percent`` of the light of each pixel, in place."""
    if percent < 100:
        level = 255 * percent // 100
        picture.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)
