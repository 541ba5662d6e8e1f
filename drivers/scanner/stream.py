"""A pretend scanner: real ``struct input_event`` bytes from the virtual kiosk page, over a Unix socket.

What it is: our end. The far end is ``virtual.py``.
What it is not: a second way of decoding; everything after the socket is the code that reads the real device.
Rules: the page listens, we connect; the page hanging up is the cable being pulled.
"""

from __future__ import annotations

from drivers.channel import Channel
from drivers.scanner.reader import KeyReader


class StreamScanner(KeyReader):
    """A scanner at the far end of the socket at ``path``."""

    def __init__(self, path: str, *, device: str = "scanner") -> None:
        """Connect.

        Raises: DeviceAbsentError when nobody listens at ``path``; try again later.
        """
        super().__init__(Channel(path, device), device=device)
