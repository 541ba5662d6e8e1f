"""A scanner in memory, with a hand that scans and pulls the cable.

What it is: for tests of whatever uses a ``Scanner``, and for a kiosk that has none yet.
What it is not: a shortcut past the rules; what no scanner can type, or the decoder would not take, is refused here
too, because it goes through both.
Rules: the hand may be on another thread than the driver.
"""

from __future__ import annotations

import threading
from collections import deque

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.scanner.input_event import InputEvent, unpack
from drivers.scanner.keys import KeyDecoder
from drivers.scanner.port import Scanned
from drivers.scanner.virtual import key_events, overrun


class FakeScanner:
    """See ``Scanner`` for the driver's side; the hand is ``scan``, ``unplug``, ``unplug_within``, ``plug`` and
    ``drop_events``."""

    def __init__(self, *, device: str = "scanner") -> None:
        self._device = device
        self._changed = threading.Condition()
        self._scans: deque[str] = deque()
        self._is_plugged = True
        self._is_cancelled = False
        self._is_closed = False
        self._drops_at: int | None = None

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

    def about(self) -> About:
        """What it is: see ``Scanner.about``."""
        return About(model="fake scanner", port="fake:")

    def scan(self, text: str) -> None:
        """The hand holds a symbol with ``text`` before the window.

        Raises: RuntimeError while unplugged; ValueError for a text that no scanner can type.
        """
        with self._changed:
            if not self._is_plugged:
                raise RuntimeError("an unplugged scanner scans nothing")
            decoded = _decoded(list(key_events(text)), self._drops_at)
            if decoded is not None:
                self._scans.append(decoded)
            self._drops_at = None
            self._changed.notify_all()

    def drop_events(self, after: int = 0) -> None:
        """The kernel's buffer runs over when the next scan has typed ``after`` events, and loses three of them."""
        with self._changed:
            self._drops_at = after

    def unplug_within(self, text: str, events: int) -> None:
        """The hand pulls the cable when the scan of ``text`` has typed this many events: they come to nothing.

        Raises: ValueError for a text that no scanner can type, or that has not so many.
        """
        if events > len(list(key_events(text))):
            raise ValueError("the scan is over by then")
        self.unplug()

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


def _decoded(events: list[InputEvent], drops_at: int | None) -> str | None:
    if drops_at is not None:
        events[drops_at : drops_at + 3] = unpack(overrun(start_s=events[min(drops_at, len(events) - 1)].time_s))
    decoder = KeyDecoder()
    for event in events:
        decoder.feed(event)
    return decoder.finish()
