"""A scanner behind a file descriptor that yields ``struct input_event`` bytes.

What it is: the waiting, shared by the real device (``evdev.py``) and the pretend one (``stream.py``).
What it is not: decoding (``keys.py``), opening (those two modules).
Rules: blocks only in ``wait`` and only as long as it was told; a scan under way survives the end of a wait.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from drivers.errors import DeviceAbsentError
from drivers.scanner.input_event import EVENT_BYTES, unpack
from drivers.scanner.keys import KeyDecoder
from drivers.scanner.port import Scanned
from drivers.waker import Ready, Waker


class KeySource(Protocol):
    """Where the bytes come from."""

    def fileno(self) -> int:
        """What to wait for."""

    def read(self) -> bytes:
        """The bytes there are, empty when there are none after all.

        Raises: DeviceAbsentError when the device is gone.
        """

    def close(self) -> None:
        """Release the source. Calling it again does nothing."""


class KeyReader:
    """A ``Scanner`` over any ``KeySource``; it closes the source with itself."""

    def __init__(self, source: KeySource, *, device: str = "scanner") -> None:
        self._source = source
        self._device = device
        self._decoder = KeyDecoder()
        self._waker = Waker()
        self._rest = b""
        self._scans: deque[str] = deque()
        self._quiet_at_s = 0.0
        self._is_closed = False

    def wait(self, timeout_s: float) -> Scanned | None:
        """Wait for the next whole scan: see ``Scanner.wait``."""
        if self._is_closed:
            raise DeviceAbsentError(self._device, "closed")
        deadline_s = time.monotonic() + timeout_s
        while not self._scans:
            wake_at_s = min(deadline_s, self._quiet_at_s) if self._decoder.pause_s is not None else deadline_s
            ready = self._waker.wait(wake_at_s - time.monotonic(), self._source)
            now_s = time.monotonic()
            if ready is Ready.WOKEN:
                return None
            if ready is Ready.READABLE:
                self._take(now_s)
            elif self._decoder.pause_s is not None and now_s >= self._quiet_at_s:
                self._keep(self._decoder.finish())
            if now_s >= deadline_s and not self._scans:
                return None
        return Scanned(self._scans.popleft())

    def _take(self, now_s: float) -> None:
        data = self._rest + self._source.read()
        whole = len(data) - len(data) % EVENT_BYTES
        self._rest = data[whole:]
        for event in unpack(data[:whole]):
            self._keep(self._decoder.feed(event))
        # Silence is measured from when we read, not from the event's own time: a late reader then errs towards
        # waiting longer, and two clocks are never compared.
        self._quiet_at_s = now_s + (self._decoder.pause_s or 0.0)

    def _keep(self, text: str | None) -> None:
        if text is not None:
            self._scans.append(text)

    def cancel(self) -> None:
        """End the wait under way, or the next: see ``Scanner.cancel``."""
        self._waker.wake()

    def close(self) -> None:
        """Release the source: see ``Scanner.close``."""
        self._is_closed = True
        self._source.close()
        self._waker.close()
