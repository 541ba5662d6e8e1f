"""Which words of a line stay together beyond what ICU knows. Pure; knows no type and no screen.

ICU's dictionary cuts Thai into its smallest words and breaks between any two of them. Read aloud, some belong to the
next (``ไม่|ได้``), some to the one before (``ชำระ|ได้``), some are one word (``ลง|ทะเบียน``), and a number belongs to
its unit or, where there is none, to what it counts off (``เคาน์เตอร์|3``). Rule: nothing here is a promise that a line
fits; who sets type falls back to ICU's own pieces where a held one is too wide.
"""

from __future__ import annotations

import re

_ONWARD = frozenset(["ไม่", "ยัง", "จะ", "และ", "หรือ", "ของ", "ใน", "จาก", "เพื่อ", "ด้วย", "กับ", "ถ้า", "อย่า", "บน"])
"""Words that no line ends with: they say something of the next one."""

_BACKWARD = frozenset(["ได้", "แล้ว", "นี้", "ไว้", "ไหม", "ๆ"])
"""Words that no line begins with: they say something of the one before."""

_PLACE = "ที่"
_ENDS_IN_PLACE = frozenset(["เลข", "สถาน", "คืน", "ถูก", "ผิด"])
"""``ที่`` leads on to what follows, except where it is the end of one of these."""

_WORDS = frozenset(
    [
        "เลขประจำตัว",
        "ลงทะเบียน",
        "ขึ้นทะเบียน",
        "กรมการปกครอง",
        "ตรวจนับ",
        "หมดอายุ",
        "ค้างชำระ",
        "ยอดค้างชำระ",
        "รับคำขอ",
        "หนังสือแจ้ง",
        "ใบแจ้ง",
        "แทนใบ",
        "หน้าจอ",
        "ใบติดตาม",
        "ใบหลักฐาน",
        "ใบอนุญาต",
        "ใบเสร็จ",
        "ป้ายแฟ้ม",
        "ดำเนินการ",
        "ลงชื่อเข้าใช้",
        "แทนสำเนาบัตร",
    ]
)
"""Words that ICU's dictionary has only in parts."""

_LONGEST = 4
"""Of how many pieces the longest of ``_WORDS`` is made."""

_UNITS = frozenset(
    [
        "วัน",
        "เดือน",
        "ปี",
        "นาที",
        "วินาที",
        "ชั่วโมง",
        "บาท",
        "ตัว",
        "หลัก",
        "แฟ้ม",
        "รายการ",
        "เรื่อง",
        "ครั้ง",
        "คน",
        "ใบ",
        "day",
        "days",
        "month",
        "months",
        "min",
        "minutes",
        "seconds",
        "baht",
        "digits",
        "characters",
        "folders",
        "cases",
        "notices",
        "scanned",
    ]
)
_NUMBER = re.compile(r"\d[\d,.]*")


def held(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """``pieces`` of a text, as ICU cuts it, with those put together that a reader would not part."""
    return _leaning(_with_numbers(_whole_words(pieces)))


def _whole_words(pieces: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    at = 0
    while at < len(pieces):
        most = min(_LONGEST, len(pieces) - at)
        spans = range(most, 1, -1)
        span = next((n for n in spans if _word(pieces[at : at + n]) in _WORDS), 1)
        found.append("".join(pieces[at : at + span]))
        at += span
    return tuple(found)


def _word(pieces: tuple[str, ...]) -> str:
    """What they are together; a word joiner of the catalogue is no letter."""
    return "".join(pieces).replace("\u2060", "").rstrip(" ")


def _with_numbers(pieces: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    onward = ""
    for n, piece in enumerate(pieces):
        if not _NUMBER.fullmatch(piece.rstrip(" ")):
            found.append(onward + piece)
            onward = ""
        elif n + 1 < len(pieces) and pieces[n + 1].rstrip(" .,;:") in _UNITS:
            onward = piece
        elif found:
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def _leaning(pieces: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    last = before_last = ""
    for piece in pieces:
        word = piece.rstrip(" ")
        parts_place = word == _PLACE and last in _ENDS_IN_PLACE
        leads = last in _ONWARD or (last == _PLACE and before_last not in _ENDS_IN_PLACE)
        if found and not last.endswith(" ") and (word in _BACKWARD or parts_place or leads):
            found[-1] += piece
        else:
            found.append(piece)
        before_last, last = last, piece
    return tuple(found)
