"""The reference of every setting: made from the schema the kiosk validates by and the form is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fleet.acting.settings_values import MISSING, OWN_KEYS, Leaf
from fleet.protocol.settings import KNOWN_SERVICES, SINCE
from fleet.web import settings_table_words, settings_words
from fleet.web.access import signed_in
from fleet.web.settings_changes import shown
from fleet.web.settings_form import Field, SettingsForm
from fleet.web.stories import service


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the schema. ``range`` may be a pattern, and is empty where there are ``choices``: what documents
    hold, and what the form calls it."""

    label: str
    key: str
    meaning: str
    kind: str
    range: str
    choices: tuple[tuple[str, str], ...]
    default: str
    must_be_set: bool
    since: str
    is_locked: bool
    language: str
    is_code: bool


@require_safe
@signed_in
def reference(request: HttpRequest) -> HttpResponse:
    """Every value, in the sections of the form."""
    cards = [
        (card.title, [_entry(field.leaf) for group in card.groups for field in group.fields])
        for card in settings_words.sections(_fields())
    ]
    return render(request, "web/settings_reference.html", {"cards": cards})


def _fields() -> list[Field]:
    """Every value; those of a table once, for an entry that stands for all of them."""
    fields = SettingsForm("", (), {}, begun=("fees.*", "payees.*")).fields
    first = {table: f"{table}.{keys[0]}" for table, keys in OWN_KEYS.items()}
    return [each for each in fields if each.leaf.entry in ("", first.get(each.leaf.path[0], each.leaf.entry))]


def _entry(leaf: Leaf) -> Entry:
    is_language = leaf.path[-1] in ("th", "en")
    kind, values = _type_of(leaf)
    return Entry(
        label=settings_words.full_label(leaf.path),
        key=settings_table_words.general(leaf.name),
        meaning=settings_words.meaning(".".join(leaf.path[:-1] if is_language else leaf.path)),
        kind=kind,
        range=values,
        choices=_choices(leaf),
        default=_default(leaf),
        must_be_set=leaf.default is MISSING,
        since=SINCE[leaf.path[0]],
        is_locked=leaf.is_locked,
        language=leaf.path[-1] if is_language else "",
        is_code=values.startswith("^"),
    )


def _default(leaf: Leaf) -> str:
    value = "" if leaf.default is MISSING else leaf.default
    return settings_table_words.choice(leaf.name, value) if isinstance(value, str) else shown(value)


def _type_of(leaf: Leaf) -> tuple[str, str]:
    """What kind of value, and from what to what where that is not a choice."""
    match msgspec.inspect.type_info(leaf.type):
        case msgspec.inspect.BoolType():
            return _("สวิตช์"), _("เปิด หรือ ปิด")
        case msgspec.inspect.EnumType():
            return _("ตัวเลือก"), ""
        case msgspec.inspect.IntType(ge=low, le=high):
            return _("จำนวนเต็ม"), _("%(low)s ถึง %(high)s") % {"low": low, "high": high}
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return _("ข้อความตามแบบ"), pattern
        case msgspec.inspect.StrType(min_length=least, max_length=most):
            return _("ข้อความ"), _("%(low)s ถึง %(high)s ตัวอักษร") % {"low": least or 0, "high": most}
        case msgspec.inspect.VarTupleType():
            return _("หลายตัวเลือก"), ""
        case other:
            raise TypeError(f"the reference has no words for {other}")


def _choices(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    match msgspec.inspect.type_info(leaf.type):
        case msgspec.inspect.EnumType(cls=kinds):
            return tuple((each.value, settings_table_words.choice(leaf.name, each.value)) for each in kinds)
        case msgspec.inspect.VarTupleType():
            return tuple((name, service(name)) for name in KNOWN_SERVICES)
        case _:
            return ()
