"""Scanners behind file descriptors that yield ``struct input_event`` bytes: one, or several at the same time.

What it is: the waiting, shared by the real devices (``evdev.py``) and the pretend one (``stream.py``).
What it is not: decoding (``keys.py``), opening (those two modules).

Rules:

1. Blocks only in ``wait`` and only as long as it was told; a scan under way survives the end of a wait.
2. Every scanner has a decoder of its own: keys of two never meet.
3. One that is pulled leaves the others alone, and what it had typed of a scan goes with it. The last one is absence.
4. Others are looked for only between scans: the kernel keeps some 20 keys for us, and looking takes time.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from drivers.about import About
from drivers.errors import DeviceAbsentError, DriverError
from drivers.scanner.input_event import EVENT_BYTES, unpack
from drivers.scanner.keys import KeyDecoder
from drivers.scanner.port import Scanned
from drivers.waker import Ready, Waker

LOOK_S = 1.0
"""How often others are looked for: somebody who plugs a scanner in tries it about so soon."""


class KeySource(Protocol):
    """Where the bytes of one scanner come from."""

    @property
    def opened_s(self) -> float | None:
        """When it was opened, by the clock of its events, where its keys may have been typing then; else None."""

    def fileno(self) -> int:
        """What to wait for."""

    def read(self) -> bytes:
        """The bytes there are, empty when there are none after all.

        Raises: DeviceAbsentError when the device is gone.
        """

    def held_keys(self) -> Collection[int]:
        """The keys that are down now. Raises as ``read`` does."""

    def about(self) -> About:
        """What the scanner tells about itself."""

    def close(self) -> None:
        """Release the source. Calling it again does nothing."""


Sources = Mapping[str, KeySource]
"""By the place each is plugged into."""


class KeyLine:
    """One source and its decoder."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._decoder = KeyDecoder()
        self._rest = b""
        self._quiet_at_s = time.monotonic()
        if source.opened_s is not None:
            self._decoder.distrust(source.opened_s)
            self._expect_silence()

    @property
    def is_busy(self) -> bool:
        """Whether a scan is under way."""
        return self._decoder.pause_s is not None

    @property
    def quiet_at_s(self) -> float:
        """When silence will have ended the scan under way, by ``time.monotonic``."""
        return self._quiet_at_s

    def hear(self) -> Iterator[str]:
        """Read what there is: the scans that it, or silence, shows to be over. Raises: DeviceAbsentError."""
        now_s = time.monotonic()  # before reading: what comes after this moment has not been silence
        yield from self._take()
        if self.is_busy and now_s >= self._quiet_at_s:
            yield from self._settle()

    def _take(self) -> Iterator[str]:
        data = self._rest + self._source.read()
        whole = len(data) - len(data) % EVENT_BYTES
        self._rest = data[whole:]
        for event in unpack(data[:whole]):
            if (text := self._decoder.feed(event)) is not None:
                yield text
        if whole:
            self._expect_silence()

    def _settle(self) -> Iterator[str]:
        if (text := self._decoder.finish()) is not None:
            yield text
        if self._decoder.has_lost_track:
            # Only now: the kernel throws away the keys that wait for us when it is asked which are down.
            self._decoder.resync(self._source.held_keys())

    def _expect_silence(self) -> None:
        # Silence is measured from when we read, not from the event's own time: a late reader then errs towards
        # waiting longer, and two clocks are never compared.
        self._quiet_at_s = time.monotonic() + (self._decoder.pause_s or 0.0)

    def fileno(self) -> int:
        """What to wait for."""
        return self._source.fileno()

    def about(self) -> About:
        """What the scanner tells about itself."""
        return self._source.about()

    def close(self) -> None:
        """Release the source. Calling it again does nothing."""
        self._source.close()


class KeyReader:
    """A ``Scanner`` over any ``KeySource``s; it closes them with itself."""

    def __init__(
        self, sources: Sources, *, device: str, others: Callable[[Collection[str]], Sources] | None = None
    ) -> None:
        """``others``: the sources there are beside those at the places given; None when there can be none."""
        self._device = device
        self._lines = {place: KeyLine(source) for place, source in sources.items()}
        self._others = others
        self._look_at_s = time.monotonic() + LOOK_S
        self._waker = Waker()
        self._scans: deque[str] = deque()
        self._is_closed = False

    def wait(self, timeout_s: float) -> Scanned | None:
        """Wait for the next whole scan: see ``Scanner.wait``."""
        if self._is_closed:
            raise DeviceAbsentError(self._device, "closed")
        deadline_s = time.monotonic() + timeout_s
        while not self._scans:
            self._look_for_others()
            ready = self._waker.wait(self._wake_at_s(deadline_s) - time.monotonic(), *self._lines.values())
            if ready is Ready.WOKEN:
                return None
            self._hear_each()
            if time.monotonic() >= deadline_s and not self._scans:
                return None
        return Scanned(self._scans.popleft())

    def _wake_at_s(self, deadline_s: float) -> float:
        quiet_s = [line.quiet_at_s for line in self._lines.values() if line.is_busy]
        look_at_s = math.inf if self._others is None or quiet_s else self._look_at_s
        return min(deadline_s, look_at_s, *quiet_s)

    def _hear_each(self) -> None:
        """One that is gone is let go; the last of them takes the scanner with it, once its scans are handed out."""
        for place, line in list(self._lines.items()):
            try:
                self._scans.extend(line.hear())
            except DeviceAbsentError:
                if len(self._lines) == 1 and not self._scans:
                    raise
                if len(self._lines) > 1:
                    self._lines.pop(place).close()

    def _look_for_others(self) -> None:
        now_s = time.monotonic()
        if self._others is None or now_s < self._look_at_s or any(line.is_busy for line in self._lines.values()):
            return
        self._look_at_s = now_s + LOOK_S
        try:
            found = self._others(self._lines.keys())
        except DriverError:
            return  # none that we may take; those we hold are well
        self._lines |= {place: KeyLine(source) for place, source in found.items()}

    def about(self) -> About:
        """What it is, or they are: see ``Scanner.about``."""
        each = [line.about() for line in self._lines.values()]
        return About(
            model=", ".join(one.model for one in each if one.model) or None,
            firmware=", ".join(one.firmware for one in each if one.firmware) or None,
            port=", ".join(one.port for one in each if one.port) or None,
        )

    def cancel(self) -> None:
        """End the wait under way, or the next: see ``Scanner.cancel``."""
        self._waker.wake()

    def close(self) -> None:
        """Release the sources: see ``Scanner.close``."""
        self._is_closed = True
        for line in self._lines.values():
            line.close()
        self._waker.close()
