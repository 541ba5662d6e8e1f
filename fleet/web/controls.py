"""Which control a value of a schema wants on a page, how it stands there, and what was typed into it. Pure.

Names carry units, and so do controls: ``..._satang`` is typed in baht, ``..._hundredths`` in percent; times go by the
office's clock. What was typed and means nothing stays a text, for the schema to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from msgspec import inspect

from fleet.protocol.settings import MOMENT_PATTERN
from fleet.protocol.thai import BANGKOK

PICKS_MAX = 10
"""So many numbers in a range are boxes to tick; more are typed."""

_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,10})(?:\.(\d{1,2}))?")
_WHOLE = re.compile(r"-?\d{1,9}")
_HUNDREDTHS = ("baht", "percent")


def control(schema: Any, name: str) -> tuple[str, dict[str, Any]]:
    """Kind of control and what it must know: its choices, the letters that fit, whether it may stay empty.

    Raises: TypeError for a type that no page can ask for yet; give it a control here.
    """
    info = inspect.type_info(schema)
    optional = isinstance(info, inspect.UnionType)
    if isinstance(info, inspect.UnionType):
        [info] = [each for each in info.types if not isinstance(each, inspect.NoneType)]
    kind, limits = _control(info, name)
    return kind, limits | {"optional": optional}


_PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "switch",
    inspect.DateType: "date",
    inspect.DecimalType: "decimal",
}


def _control(info: inspect.Type, name: str) -> tuple[str, dict[str, Any]]:
    if type(info) in _PLAIN:
        return _PLAIN[type(info)], {}
    match info:
        case inspect.IntType():
            units = {"_satang": "baht", "_hundredths": "percent"}
            return next((kind for end, kind in units.items() if name.endswith(end)), "number"), {}
        case inspect.StrType(pattern=pattern) if pattern == MOMENT_PATTERN:
            return "moment", {}
        case inspect.StrType(max_length=most):
            return "text", {"maxlength": most}
        case inspect.EnumType(cls=cls):
            return "choice", {"choices": [each.value for each in cls]}
        case inspect.VarTupleType(item_type=item):
            return _many(item)
    raise TypeError(f"no page has a control for {info}")


def _many(item: inspect.Type) -> tuple[str, dict[str, Any]]:
    match item:
        case inspect.LiteralType(values=values):
            return "ranked", {"choices": list(values)}
        case inspect.IntType(ge=int(low), le=int(high)) if high - low < PICKS_MAX:
            return "picks", {"choices": list(range(low, high + 1))}
        case inspect.IntType():
            return "numbers", {}
    raise TypeError(f"no page has a control for many of {item}")


def shown(kind: str, value: Any) -> str:
    """A value as it stands in its control."""
    if value is None:
        return ""
    if kind in _HUNDREDTHS and isinstance(value, int):
        whole, rest = divmod(value, 100)
        return f"{whole:,}.{rest:02d}" if kind == "baht" else f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    if kind == "moment" and (at := moment_said(value)):
        return at.astimezone(BANGKOK).replace(tzinfo=None).isoformat(timespec="seconds" if at.second else "minutes")
    if kind in ("numbers", "picks", "ranked") and isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def typed(kind: str, limits: dict[str, Any], answers: Sequence[str]) -> Any:
    """What was answered, as plain data."""
    if kind == "switch":
        return bool(answers)
    if kind == "picks":
        return [each for each in limits["choices"] if str(each) in answers]
    if kind == "ranked":
        return list(dict.fromkeys(each for each in answers if each))
    text = answers[-1].strip() if answers else ""
    if not text and limits.get("optional"):
        return None
    return _READERS[kind](text) if kind in _READERS else text


def _whole(text: str) -> Any:
    return int(text) if text.isascii() and _WHOLE.fullmatch(text) else text


def _numbers(text: str) -> Any:
    parts = [_whole(each) for each in re.split(r"[\s,;]+", text) if each]
    return parts if all(isinstance(each, int) for each in parts) else text


def _hundredths(text: str) -> Any:
    found = _AMOUNT.fullmatch(text) if text.isascii() else None
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0")) if found else text


def _decimal(text: str) -> Any:
    """As documents hold it: a plain decimal without commas."""
    bare = text.replace(",", "")
    try:
        return str(Decimal(bare)) if bare.isascii() else text
    except InvalidOperation:
        return text


def _moment(text: str) -> str:
    """A time of the office's clock, as a browser sends it, as the wire has it."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=BANGKOK).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def moment_said(value: object) -> datetime | None:
    """None for what is no time of the wire's, which stands in its control as it is."""
    try:
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


_READERS: dict[str, Callable[[str], Any]] = {
    "number": _whole,
    "numbers": _numbers,
    "baht": _hundredths,
    "percent": _hundredths,
    "decimal": _decimal,
    "moment": _moment,
}


def sentence(kind: str, schema: Any) -> str:
    """Why a value cannot stay, and what would do."""
    known = {
        "date": _("เลือกวันที่"),
        "moment": _("เลือกวันและเวลา"),
        "baht": _("ใส่จำนวนบาท เช่น 1,500.00"),
        "percent": _("ใส่ร้อยละ เช่น 5 หรือ 1.5"),
        "decimal": _("ใส่ตัวเลข เช่น 49.75"),
    }
    return known.get(kind) or _within(kind, inspect.type_info(schema)) or _("ค่านี้ใช้ไม่ได้")


def _within(kind: str, info: inspect.Type) -> str:
    """The limits a type names; empty when it names none."""
    if isinstance(info, inspect.UnionType):
        [info] = [each for each in info.types if not isinstance(each, inspect.NoneType)]
    match kind, info:
        case "numbers", inspect.VarTupleType(item_type=inspect.IntType(ge=low, le=high), max_length=most):
            told = _("ใส่ตัวเลขคั่นด้วยจุลภาค ตั้งแต่ %(low)s ถึง %(high)s ไม่เกิน %(most)s ตัว")
            return told % {"low": low, "high": high, "most": most}
        case "number", inspect.IntType(ge=low, le=high):
            return _("ใส่ตัวเลขตั้งแต่ %(low)s ถึง %(high)s") % {"low": low, "high": high}
        case "text", inspect.StrType(min_length=least, max_length=int(most)):
            told = _("ใส่ข้อความ ไม่เกิน %(most)s ตัวอักษร") if least else _("ยาวเกิน ใส่ได้ไม่เกิน %(most)s ตัวอักษร")
            return told % {"most": most}
    return ""
