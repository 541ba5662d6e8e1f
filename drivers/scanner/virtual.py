"""The far end of the pretend scanner: what a keyboard-wedge scanner would type, for the virtual kiosk page.

What it is: text to the bytes that a page writes into the connection of ``stream.py``.
What it is not: a socket; the page owns that.

Protocol, page to driver only: a sequence of ``struct input_event`` as the kernel of this machine writes them
(``input_event.py``), nothing around them, nothing in the other direction. Closing the connection is unplugging.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.scanner.input_event import (
    EV_KEY,
    EV_SYN,
    KEY_DOWN,
    KEY_UP,
    SYN_DROPPED,
    SYN_REPORT,
    InputEvent,
    pack,
)
from drivers.scanner.us_keys import (
    KEY_LEFTALT,
    KEY_LEFTCTRL,
    KEY_LEFTSHIFT,
    KEYPAD_DIGITS,
    SHIFTED,
    UNSHIFTED,
)

KEY_INTERVAL_S = 0.002
"""From one key to the next: a full-speed USB scanner polled every millisecond, one press and one release a key."""


def _first_key_of_each(table: dict[int, str]) -> dict[str, int]:
    # The main block comes first in the table, so that digits are typed there and not on the keypad.
    return {char: code for code, char in reversed(table.items())}


_PLAIN = _first_key_of_each(dict(UNSHIFTED))
_UPPER = _first_key_of_each(dict(SHIFTED))
_KEYPAD = {char: code for code, char in KEYPAD_DIGITS.items()}

_Stroke = tuple[int, int]  # key code, KEY_DOWN or KEY_UP


def _tap(code: int) -> list[_Stroke]:
    return [(code, KEY_DOWN), (code, KEY_UP)]


def _with(modifier: int, strokes: list[_Stroke]) -> list[_Stroke]:
    return [(modifier, KEY_DOWN), *strokes, (modifier, KEY_UP)]


def _strokes(char: str) -> list[_Stroke]:
    if char in _PLAIN:
        return _tap(_PLAIN[char])
    if char in _UPPER:
        return _with(KEY_LEFTSHIFT, _tap(_UPPER[char]))
    if char < " " and char != "\0":
        base = chr(ord(char) | 0x40)
        return _with(KEY_LEFTCTRL, _tap(_PLAIN[base.lower()]) if base.lower() in _PLAIN else _strokes(base))
    try:
        number = char.encode("cp874")[0]
    except UnicodeEncodeError as err:
        raise ValueError(f"no scanner can type U+{ord(char):04X}") from err
    return _with(KEY_LEFTALT, [stroke for digit in f"{number:04d}" for stroke in _tap(_KEYPAD[digit])])


def key_events(
    text: str, *, start_s: float = 0.0, interval_s: float = KEY_INTERVAL_S, terminator: str = "\r"
) -> Iterator[InputEvent]:
    """The events of one scan of ``text``: each key pressed, then released half an interval (seconds) later.

    CR in the text is Enter, control characters are Ctrl with a letter, Thai is Alt with keypad numbers.
    Raises: ValueError for a character that no scanner can type.
    """
    time_s = start_s
    for char in text + terminator:
        for code, value in _strokes(char):
            yield InputEvent(EV_KEY, code, value, time_s)
            yield InputEvent(EV_SYN, SYN_REPORT, 0, time_s)
            time_s += interval_s / 2


def keystrokes(text: str, *, start_s: float = 0.0) -> bytes:
    """One scan of ``text``, ended by Enter, as bytes for the connection.

    ``start_s`` is the time of the first event; the page passes ``time.monotonic()``, as the kernel would.
    Raises: ValueError for a character that no scanner can type.
    """
    return pack(key_events(text, start_s=start_s))


def overrun(*, start_s: float = 0.0) -> bytes:
    """What the kernel writes when its buffer ran over and events were lost."""
    return pack(
        (InputEvent(EV_SYN, SYN_DROPPED, 0, start_s), InputEvent(EV_SYN, SYN_REPORT, 0, start_s)),
    )
