"""A scanner in memory, with a hand that scans and pulls the cable.

What it is: for tests of whatever uses a ``Scanner``, and for a kiosk that has none yet.
What it is not: a shortcut past the rules; what no scanner can type, or the decoder would not take, is refused here
too, because it goes through both.
Rules: the hand may be on another thread than the driver.
"""

from __future__ import annotations

import threading
from collections import deque

from drivers.errors import DeviceAbsentError
from drivers.scanner.keys import KeyDecoder
from drivers.scanner.port import Scanned
from drivers.scanner.virtual import key_events


class FakeScanner:
    """See ``Scanner`` for the driver's side; the hand is ``scan``, ``unplug``, ``plug`` and ``drop_events``."""

    def __init__(self, *, device: str = "scanner") -> None:
        self._device = device
        self._changed = threading.Condition()
        self._scans: deque[str] = deque()
        self._is_plugged = True
        self._is_cancelled = False
        self._is_closed = False
        self._drops_next = False

    def open(self) -> FakeScanner:
        """Open again after ``close``, as a worker does.

        Raises: DeviceAbsentError while unplugged.
        """
        with self._changed:
            if not self._is_plugged:
                raise DeviceAbsentError(self._device, "unplugged")
            self._is_closed = False
        return self

    def wait(self, timeout_s: float) -> Scanned | None:
        """Wait for the next scan: see ``Scanner.wait``."""
        with self._changed:
            self._changed.wait_for(self._has_news, timeout_s)
            if self._is_cancelled:
                self._is_cancelled = False
                return None
            if self._is_closed or not self._is_plugged:
                raise DeviceAbsentError(self._device, "closed" if self._is_closed else "unplugged")
            return Scanned(self._scans.popleft()) if self._scans else None

    def _has_news(self) -> bool:
        return self._is_cancelled or self._is_closed or not self._is_plugged or bool(self._scans)

    def cancel(self) -> None:
        """End the wait under way, or the next: see ``Scanner.cancel``."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()

    def close(self) -> None:
        """Release the scanner: see ``Scanner.close``."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def scan(self, text: str) -> None:
        """The hand holds a symbol with ``text`` before the window.

        Raises: RuntimeError while unplugged; ValueError for a text that no scanner can type.
        """
        decoder = KeyDecoder()
        for event in key_events(text):
            decoder.feed(event)
        decoded = decoder.finish()
        with self._changed:
            if not self._is_plugged:
                raise RuntimeError("an unplugged scanner scans nothing")
            if decoded is not None and not self._drops_next:
                self._scans.append(decoded)
            self._drops_next = False
            self._changed.notify_all()

    def drop_events(self) -> None:
        """The kernel's buffer runs over during the next scan, which is therefore lost."""
        with self._changed:
            self._drops_next = True

    def unplug(self) -> None:
        """The hand pulls the cable; what was scanned and not yet read is gone with it."""
        with self._changed:
            self._is_plugged = False
            self._scans.clear()
            self._changed.notify_all()

    def plug(self) -> None:
        """The hand puts the cable back."""
        with self._changed:
            self._is_plugged = True
            self._changed.notify_all()
