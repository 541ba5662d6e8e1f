"""Which key types which character on a US keyboard, as scanners pretend to be one.

What it is: our own table, so that the layout of the machine's console or desktop (half Thai, half English) can
never change what was scanned.
What it is not: modifiers and timing; those are in ``keys.py``.
Source of the numbers: Linux ``include/uapi/linux/input-event-codes.h``.
"""

from __future__ import annotations

from types import MappingProxyType

KEY_ENTER = 28
KEY_KPENTER = 96
KEY_LEFTCTRL = 29
KEY_RIGHTCTRL = 97
KEY_LEFTSHIFT = 42
KEY_RIGHTSHIFT = 54
KEY_LEFTALT = 56
KEY_RIGHTALT = 100
KEY_CAPSLOCK = 58
KEY_NUMLOCK = 69
KEY_SCROLLLOCK = 70

SHIFT = frozenset({KEY_LEFTSHIFT, KEY_RIGHTSHIFT})
CTRL = frozenset({KEY_LEFTCTRL, KEY_RIGHTCTRL})
ALT = frozenset({KEY_LEFTALT, KEY_RIGHTALT})
MODIFIERS = SHIFT | CTRL | ALT
LOCKS = frozenset({KEY_CAPSLOCK, KEY_NUMLOCK, KEY_SCROLLLOCK})
"""Scanners press these to restore what they think the host's state is; they type nothing."""

_ROWS = (
    # first key code, unshifted, shifted
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)

_KEYPAD = {
    82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9",
    83: ".", 78: "+", 74: "-", 55: "*", 98: "/", 117: "=",
}  # fmt: skip

_BLANKS = {57: " ", 15: "\t", KEY_ENTER: "\r", KEY_KPENTER: "\r"}

UNSHIFTED = MappingProxyType(
    {first + i: char for first, plain, _ in _ROWS for i, char in enumerate(plain)} | _KEYPAD | _BLANKS
)
SHIFTED = MappingProxyType(
    {first + i: char for first, _, upper in _ROWS for i, char in enumerate(upper)} | _KEYPAD | _BLANKS
)
KEYPAD_DIGITS = MappingProxyType({code: char for code, char in _KEYPAD.items() if char.isdigit()})
