"""A pretend scanner: real ``struct input_event`` bytes from the virtual kiosk page, over a Unix socket.

What it is: our end. The far end is ``virtual.py``.
What it is not: a second way of decoding; everything after the socket is the code that reads the real device.
Rules: the page listens, we connect; the page hanging up is the cable being pulled.
"""

from __future__ import annotations

from collections.abc import Collection

from drivers.about import About
from drivers.channel import Channel
from drivers.scanner.reader import KeyReader


class PageSource(Channel):
    """The keys a page types."""

    opened_s = None
    """A page types nothing before we have connected."""

    def __init__(self, path: str, device: str) -> None:
        super().__init__(path, device)
        self._path = path

    def held_keys(self) -> Collection[int]:
        """None: a page types whole scans, and holds nothing between them."""
        return ()

    def about(self) -> About:
        """Only where it is: there is no device."""
        return About(port=f"unix:{self._path}")


class StreamScanner(KeyReader):
    """A scanner at the far end of the socket at ``path``."""

    def __init__(self, path: str, *, device: str = "scanner") -> None:
        """Connect.

        Raises: DeviceAbsentError when nobody listens at ``path``; try again later.
        """
        super().__init__({path: PageSource(path, device)}, device=device)
