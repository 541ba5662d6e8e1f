"""What the buzzer plays: pure, no clock and no pin.

What it is: the sounds, in one place; the buzzer has one pitch, so that sounds too are told apart by rhythm.
Rules: no sound is longer than ``LENGTH_MAX_S``, and none repeats. Whatever a sound says is on the screen as well.
"""

from __future__ import annotations

from drivers.panel.port import Sound
from drivers.panel.rhythm import Rhythm

LENGTH_MAX_S = 1.0
"""A hall full of people hears every kiosk in it."""

SOUNDS = {
    Sound.SUCCESS: Rhythm((0.08, 0.08, 0.08)),
    Sound.ATTENTION: Rhythm((0.3,)),
    Sound.ERROR: Rhythm((0.3, 0.15, 0.3)),
}
"""Two short: it went well. One long: look here. Two long: it did not."""
