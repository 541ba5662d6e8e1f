"""What a device tells about itself: for the technician in front of it, and for the fleet's list of parts.

Not a health report and no identity: nothing here decides anything. What a device does not tell is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """``model`` and ``firmware`` in the device's own words; ``port`` is where it is plugged in, as a person would
    find it again (``/dev/input/by-id/...``, ``tcp://192.0.2.7:9100``)."""

    model: str | None = None
    firmware: str | None = None
    port: str | None = None
