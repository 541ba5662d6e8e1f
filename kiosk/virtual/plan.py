"""What kind of virtual kiosk to build: values only, from the command's options."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DISPLAY_SIZES_PX = {"7in": (800, 480), "10in": (1280, 800), "21in_portrait": (1080, 1920)}
"""The display profiles of the machine configuration, in pixels: what to draw until the first frame tells."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service of the fleet listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to hold before the scanner. ``kind`` is "notice" or "folder": which picture to draw."""

    label: str
    code: str = field(repr=False)
    label_en: str = ""
    kind: str = "notice"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build. Without an address its cable leads nowhere and the kiosk is offline.

    ``enrol_at``: the fleet's pages, at which it enrols to learn who it is; then ``kiosk_id`` is nobody's.
    """

    data_dir: Path
    kiosk_dir: Path
    kiosk_id: str
    display: str = "10in"
    broker: Address | None = None
    fleet_api: Address | None = None
    samples: tuple[Sample, ...] = ()
    is_supervising: bool = True
    enrol_at: str = ""
