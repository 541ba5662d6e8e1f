"""An ESC/POS slip printer, spoken to through python-escpos.

python-escpos writes the plain commands (``bands``) and owns the connection (``transport``). Status, recovery, raster
and the proof of printing are ours, because the library's are not to be trusted: a silent printer's ``paper_status()``
is "adequate", the cover and the knife are never asked for, tall pictures come out damaged (see README.md).

Rules:

* Never more than ``_WINDOW_DOTS`` of paper are ahead of the printer. After each band comes ``GS r 1``, answered only
  when everything before it has been printed, and not at all while the printer stands still (decisions/0001).
* While it is not answered, ``DLE EOT`` is asked, between commands and never inside a picture: it tells why.
* A slip that was broken off is cut from the next one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.about import About
from drivers.errors import DeviceFaultError, DeviceTimeoutError, DriverError, Fault
from drivers.printer.bands import MAX_BAND_ROWS, cut_step, preamble, steps
from drivers.printer.dialogue import QUIET_S, Dialogue
from drivers.printer.memory import (
    ACK,
    LAST,
    LIST_HEADER,
    LIST_KEYS,
    MORE_FOLLOWS,
    Keys,
    Past,
    definition,
    fits,
    keys_of,
)
from drivers.printer.port import Counters, Logo, Part, PrinterStatus, Raster
from drivers.printer.profile import DEFAULT, PROFILES, Profile
from drivers.printer.status import Reading, paper_ended
from drivers.printer.transport import DEVICE, Transport, open_transport

# GS I n: what the printer calls itself; GS g 2 n: what it counted since it was made. Answers begin with "_".
_TEXT_HEADER = 0x5F
_FIRMWARE, _MAKER, _MODEL = 65, 66, 67
_LINES_FED, _CUTS = 148, 178
# 32 mm: enough that the printer never runs dry, and all that a paper end can leave in its buffer.
_WINDOW_DOTS = 256


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the driver waits for what (seconds)."""

    connect_s: float = 3.0
    send_s: float = 5.0
    answer_s: float = 0.5  # to DLE EOT, which a printer answers within milliseconds
    # To GS r 1 after 32 mm and a cut: at the 50 mm/s of a slow printer, doubled, and 2 s for the knife.
    progress_s: float = 4.0
    look_s: float = 0.25  # how often to ask why there is no progress
    poll_s: float = 1.0  # how often ``wait`` asks
    # Silence after which a printer that may hold the end of a slip of another connection is taken to have printed it:
    # its longest step, a large QR code of 43 mm, at 50 mm/s.
    resume_s: float = 1.0


class EscposPrinter:
    """A ``Printer`` on ESC/POS. Single-threaded except for ``cancel``."""

    def __init__(
        self,
        transport: Transport,
        profile: Profile = PROFILES[DEFAULT],
        timing: Timing = Timing(),
        port: str | None = None,
        past: Past | None = None,
    ) -> None:
        """``port``: what ``about`` says of where it is. ``past``: the same for every connection to this printer."""
        self._transport = transport
        self._dialogue = Dialogue(transport, timing.answer_s)
        self._profile = profile
        self._timing = timing
        self._port = port
        self._past = past or Past()
        self._keys: frozenset[bytes] | None = frozenset()  # of pictures in the printer; None when it does not say
        self._keys_asked = False
        self._cancelled = threading.Event()
        self._last: PrinterStatus | None = None
        self._is_first_slip = True
        self._ahead: deque[int] = deque()  # paper of the steps the printer has not reported yet (dots)

    @classmethod
    def open(
        cls,
        uri: str,
        profile: Profile = PROFILES[DEFAULT],
        timing: Timing = Timing(),
        past: Past | None = None,
    ) -> EscposPrinter:
        """Connect to the printer at ``uri`` (``tcp://host:9100``), which can do what ``profile`` says.

        ``past``: the same for every connection to this printer.
        Raises: DeviceAbsentError when nothing answers there; ValueError for an address we cannot read.
        """
        return cls(open_transport(uri, timing.connect_s, timing.send_s), profile, timing, uri, past)

    @property
    def width_px(self) -> int:
        return self._profile.width_px

    @property
    def draws_codes(self) -> bool:
        return self._profile.native_qr

    def wait(self, timeout_s: float) -> PrinterStatus | None:
        """As the port says; a silent printer can make it last ``Timing.answer_s`` longer."""
        deadline = time.monotonic() + timeout_s
        while not self._cancelled.is_set():
            status = self._dialogue.read_status().status
            if status != self._last:
                self._last = status
                return status
            left_s = deadline - time.monotonic()
            if left_s <= 0 or self._cancelled.wait(min(left_s, self._timing.poll_s)):
                break
        self._cancelled.clear()
        return None

    def print(self, parts: tuple[Part, ...]) -> None:
        """As the port says. A printer that was silent before the first dot is DeviceTimeoutError as well."""
        job = tuple(steps(parts, self._profile, self._kept_of(parts)))
        self._require_all_well("does not answer; nothing was sent")
        self._begin()
        if self._keep_logos_of(parts):
            job = tuple(steps(parts, self._profile, self._kept_of(parts)))
        with self._noticing_a_broken_slip():
            for step in job:
                self._keep_up(max(_WINDOW_DOTS - step.dots, 0))
                self._say_and_mark(step.data, step.dots)
            self._finish()
            self._require_all_well("fell silent after the slip")

    def about(self) -> About:
        """As the port says; what a printer does not tell costs ``Timing.answer_s``."""
        maker = self._ask_name(_MAKER)
        model = None if maker is None else self._ask_name(_MODEL)
        firmware = None if model is None else self._ask_name(_FIRMWARE)
        return About(" ".join(filter(None, (maker, model))) or None, firmware, self._port)

    def counters(self) -> Counters | None:
        if not self._profile.counters:
            return None
        lines = self._ask_counter(_LINES_FED)
        cuts = None if lines is None else self._ask_counter(_CUTS)
        return None if lines is None or cuts is None else Counters(lines, cuts)

    def cancel(self) -> None:
        self._cancelled.set()

    def close(self) -> None:
        self._transport.close()

    def _ask_name(self, n: int) -> str | None:
        answer = self._dialogue.ask_block(b"\x1dI" + bytes((n,)), _TEXT_HEADER)
        return None if answer is None else answer.decode("ascii", "replace").strip() or None

    def _ask_counter(self, n: int) -> int | None:
        answer = self._dialogue.ask_block(b"\x1dg2\x00" + n.to_bytes(2, "little"), _TEXT_HEADER)
        return int(answer) if answer is not None and answer.isdigit() else None

    def _kept_of(self, parts: tuple[Part, ...]) -> frozenset[Keys]:
        """Those logos that the printer has in its memory, whole."""
        return frozenset(k for k in self._logos(parts) if {k.picture, k.seal} <= (self._keys or frozenset()))

    def _keep_logos_of(self, parts: tuple[Part, ...]) -> bool:
        """Let the printer keep what it does not have yet; True when that changed anything."""
        before = self._kept_of(parts)
        if self._logos(parts) and not self._keys_asked:
            self._keys, self._keys_asked = self._read_keys(), True
        for keys, picture in self._logos(parts).items():
            if self._keys is None or {keys.picture, keys.seal} <= self._keys:
                continue
            if not self._past.allows_picture():
                continue
            for data in (definition(keys.picture, picture), definition(keys.seal)):
                self._say_and_mark(data, 0)
                self._finish()  # the seal says that the picture before it is whole
            self._keys = self._read_keys()
        return self._kept_of(parts) != before

    def _logos(self, parts: tuple[Part, ...]) -> dict[Keys, Raster]:
        if not self._profile.stored_logo:
            return {}
        pictures = [part.picture for part in parts if isinstance(part, Logo) and fits(part.picture)]
        return {keys_of(picture): picture for picture in pictures}

    def _read_keys(self) -> frozenset[bytes] | None:
        codes = b""
        block = self._dialogue.ask_block(LIST_KEYS, LIST_HEADER)
        while block is not None and block[:2] == MORE_FOLLOWS:
            codes += block[2:]
            block = self._dialogue.ask_block(ACK, LIST_HEADER)
        if block is None or block[:2] != LAST:
            return None
        self._dialogue.say(ACK)
        codes += block[2:]
        return frozenset(codes[at : at + 2] for at in range(0, len(codes), 2))

    def _begin(self) -> None:
        """Bring the printer to a known state, with nothing of an earlier slip under way."""
        if self._is_first_slip:
            # A connection lost inside a picture leaves the printer waiting for the rest of it, and it would take our
            # first words for dots. White dots end that picture; a printer that waits for a command ignores them.
            self._dialogue.say(bytes((self._profile.width_px + 7) // 8 * MAX_BAND_ROWS))
        self._dialogue.forget_marks()
        self._ahead.clear()
        self._say_and_mark(preamble() + (cut_step().data if self._past.may_hang else b""), 0)
        self._finish()
        self._let_late_marks_pass(self._timing.resume_s if self._is_first_slip and self._past.may_hang else QUIET_S)
        self._past.may_hang = False
        self._is_first_slip = False

    def _let_late_marks_pass(self, quiet_s: float) -> None:
        """Or the answers to the slip before, which come one by one as it is printed, would call this one printed."""
        if not self._dialogue.let_late_marks_pass(quiet_s, self._timing.progress_s):
            _raise_fault(self._dialogue.read_status())
            self._dialogue.drop_late_marks()

    def _say_and_mark(self, data: bytes, dots: int) -> None:
        self._dialogue.say(data)
        self._dialogue.mark()
        self._ahead.append(dots)

    def _keep_up(self, dots: int) -> None:
        """Wait until at most ``dots`` of paper are still to be printed."""
        while sum(self._ahead) > dots:
            self._await_mark()

    def _finish(self) -> None:
        """Wait until the printer has carried out everything."""
        while self._ahead:
            self._await_mark()

    def _await_mark(self) -> None:
        deadline = time.monotonic() + self._timing.progress_s
        while (answer := self._dialogue.next_mark(self._timing.look_s)) is None:
            _raise_fault(self._dialogue.read_status())
            if time.monotonic() > deadline:
                raise DeviceTimeoutError(DEVICE, "took the slip and did not say that it printed it")
        self._ahead.popleft()
        if paper_ended(answer):
            raise DeviceFaultError(DEVICE, Fault.PAPER_OUT)

    def _require_all_well(self, if_silent: str) -> None:
        reading = self._dialogue.read_status()
        _raise_fault(reading)
        if not reading.is_complete:
            raise DeviceTimeoutError(DEVICE, if_silent)

    @contextmanager
    def _noticing_a_broken_slip(self) -> Iterator[None]:
        try:
            yield
        except DriverError:
            self._past.may_hang = True
            raise


def _raise_fault(reading: Reading) -> None:
    if (fault := reading.fault) is not None:
        raise DeviceFaultError(DEVICE, fault)
