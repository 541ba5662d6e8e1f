"""From key events to scans: pure, no clock and no device.

What it is: the one decoder behind every scanner that types, real or pretend.
What it is not: reading the device (``reader.py``), the meaning of the text (nobody here knows what a notice is).

Rules:

1. The layout is ours (``us_keys.py``); Shift, Ctrl and Alt are tracked by being held, so a doubled press is harmless.
2. A scan ends with silence, not with Enter: payment barcodes hold CRs, which arrive as Enter.
3. Silence is ``gap_s``. After an Enter that can be the terminator it is shorter, in proportion to the scanner's own
   pace, so that two quick scans stay two and the visitor does not wait.
4. Slow keys are a human at a keyboard, and no scan. So is anything shorter than three characters.
5. Where the kernel lost events the whole scan is discarded: half a number is worse than none. So is one that was
   under way when the device was opened. Which modifiers are held is then unknown, until somebody asks the device.
6. A key that types nothing we know becomes U+FFFD: the code will be answered as unknown, rather than met with silence.
"""

from __future__ import annotations

from collections.abc import Iterable

from drivers.scanner.input_event import EV_KEY, EV_SYN, KEY_DOWN, KEY_REPEAT, SYN_DROPPED, SYN_REPORT, InputEvent
from drivers.scanner.us_keys import ALT, CTRL, KEYPAD_DIGITS, LOCKS, MODIFIERS, SHIFT, SHIFTED, UNSHIFTED

GAP_S = 0.06
"""Silence that ends a scan. Scanners leave at most some 20 ms between keys; 50 to 100 ms is the usual advice."""

TYPING_S = 0.035
"""Mean time between keys above which it was a human hand."""

MIN_CHARACTERS = 3
"""A hand that rolls over two keys is as fast as a scanner; nothing we are given to scan is this short."""

MAX_CHARACTERS = 7089
"""What the largest QR code holds in digits (ISO/IEC 18004); more is a stuck key."""

_TERMINATED_GAP_S = 0.008
"""Shortest silence after a terminator: one poll of a low-rate USB keyboard (bInterval 8 ms)."""

_TERMINATED_PACES = 4
"""Silence after a terminator, in times of the scanner's own time between keys."""

_BILL_BEGINS_WITHIN = 5
"""Characters: three of an AIM identifier, one GS, and the bar itself."""

_TERMINATORS = ("\r", "\n", "\t")

_UNKNOWN = "\ufffd"


class KeyDecoder:
    """Feed it events; now and then it answers with the text of a scan."""

    def __init__(self, gap_s: float = GAP_S) -> None:
        self._gap_s = gap_s
        self._held: set[int] = set()
        self._dropping = False
        self._has_lost_track = False
        self._begin()

    def feed(self, event: InputEvent) -> str | None:
        """Take one event; returns the scan before it, when this event shows that one to be over and good."""
        if self._dropping:
            self._last_s = event.time_s  # the scan with the hole goes on at least until here
        if event.type == EV_SYN:
            if event.code == SYN_DROPPED:
                self._lose(event.time_s)
            elif event.code == SYN_REPORT:
                self._dropping = False
            return None
        if self._dropping or event.type != EV_KEY:
            return None
        over = self.finish() if self._is_pause_before(event.time_s) else None
        if event.value != KEY_REPEAT:  # a key that is held tells the time, and no more
            self._take(event)
        return over

    def finish(self) -> str | None:
        """The device has been silent for ``pause_s``: returns the scan held, or None when it was none."""
        text = _without_terminator("".join(self._text))
        is_scan = not self._spoiled and len(text) >= MIN_CHARACTERS and self._pace_s() <= TYPING_S
        self._begin()
        return text if is_scan else None

    def distrust(self, time_s: float) -> None:
        """Take nothing for a scan before a silence after ``time_s``: it may have begun before we listened."""
        self._spoiled = self._has_lost_track = True
        self._last_s = time_s

    @property
    def has_lost_track(self) -> bool:
        """Whether the modifiers held are a guess. Once it is silent, ``resync``."""
        return self._has_lost_track

    def resync(self, held: Iterable[int]) -> None:
        """These keys are held, says the device itself, and all events there were have been fed."""
        self._held = set(held) & MODIFIERS
        self._dropping = self._has_lost_track = False

    @property
    def pause_s(self) -> float | None:
        """How long a silence would end what is held; None when nothing is."""
        if not self._is_under_way:
            return None
        if self._is_terminated():
            return min(self._gap_s, max(_TERMINATED_GAP_S, _TERMINATED_PACES * self._pace_s()))
        return self._gap_s

    def _begin(self) -> None:
        self._text: list[str] = []
        self._alt_digits = ""
        self._presses = 0
        self._line_ends = 0
        self._first_press_s = self._last_press_s = self._last_s = 0.0
        self._spoiled = False

    @property
    def _is_under_way(self) -> bool:
        return self._presses > 0 or self._spoiled

    def _lose(self, time_s: float) -> None:
        self._dropping = True
        self._held.clear()  # which releases were lost nobody knows; all that follows at once is discarded anyway
        self.distrust(time_s)

    def _is_pause_before(self, time_s: float) -> bool:
        pause_s = self.pause_s
        # A clock that went backwards is another clock: what was held belongs to the old one.
        return pause_s is not None and not 0 <= time_s - self._last_s <= pause_s

    def _is_terminated(self) -> bool:
        """Whether the last key can have been the terminator: the first Enter or Tab, of a payment barcode the fourth.

        A payment barcode is ``|biller CR ref1 CR ref2 CR satang`` (Bank of Thailand's cross-bank standard), LF or CR LF
        as well; the scanner may put an AIM identifier and a GS in front (``]C1``).
        """
        if self._spoiled or not self._text or self._text[-1] not in _TERMINATORS:
            return False
        return "|" not in self._text[:_BILL_BEGINS_WITHIN] or self._line_ends >= 4

    def _pace_s(self) -> float:
        """Mean time between presses."""
        return (self._last_press_s - self._first_press_s) / max(self._presses - 1, 1)

    def _take(self, event: InputEvent) -> None:
        if self._is_under_way:
            self._last_s = event.time_s
        if event.code in MODIFIERS:
            self._hold(event)
        elif event.value == KEY_DOWN and event.code not in LOCKS:
            self._press(event)

    def _hold(self, event: InputEvent) -> None:
        if event.value == KEY_DOWN:
            self._held.add(event.code)
            return
        self._held.discard(event.code)
        if event.code in ALT and self._alt_digits:
            self._add(_alt_character(self._alt_digits))
            self._alt_digits = ""

    def _press(self, event: InputEvent) -> None:
        if self._presses == 0:
            self._first_press_s = event.time_s
        self._presses += 1
        self._last_press_s = self._last_s = event.time_s
        if self._held & ALT and event.code in KEYPAD_DIGITS:
            self._alt_digits = (self._alt_digits + KEYPAD_DIGITS[event.code])[-8:]
        else:
            self._add(self._character(event.code))

    def _character(self, code: int) -> str:
        if self._held & ALT:
            return _UNKNOWN
        char = (SHIFTED if self._held & SHIFT else UNSHIFTED).get(code, _UNKNOWN)
        if self._held & CTRL:
            # Ctrl with a letter or one of [ \ ] ^ _ is ASCII 1 to 31: GS (FNC1) comes as Ctrl+].
            upper = char.upper()
            return chr(ord(upper) & 0x1F) if "A" <= upper <= "_" else _UNKNOWN
        return char

    def _add(self, char: str) -> None:
        if len(self._text) >= MAX_CHARACTERS:
            self._spoiled = True
            return
        is_second_half = char == "\n" and self._text[-1:] == ["\r"]
        self._text.append(char)
        self._line_ends += char in _TERMINATORS and not is_second_half


def _without_terminator(text: str) -> str:
    """One terminator is the scanner's; any more belong to the symbol."""
    if text.endswith("\r\n"):
        return text[:-2]
    return text[:-1] if text.endswith(_TERMINATORS) else text


def _alt_character(digits: str) -> str:
    """Alt+0nnn types a character of the system's code page, which on a Thai system is 874; below 128 it is ASCII."""
    number = int(digits)
    return bytes([number]).decode("cp874", errors="replace") if number < 256 else _UNKNOWN
