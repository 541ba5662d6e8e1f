"""What a revision changes, value by value, in the words of the page: for the history, and before anything is published.

Pure words over documents; which of them there are is the views' affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fleet.acting.settings_values import MISSING, Leaf, changed_values
from fleet.web import controls, settings_table_words
from fleet.web.settings_words import full_label
from fleet.web.stories import service
from fleet.web.templatetags.sala import short_date


@dataclass(frozen=True, slots=True)
class Change:
    """One value. ``key`` is its name in the document; ``language`` is that of the words, if they have one."""

    label: str
    key: str
    old: str
    new: str
    language: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any], beneath: Mapping[str, Any]) -> tuple[Change, ...]:
    """How two documents of one layer differ. ``beneath``: what the weaker layers say now, for what is not said here."""
    found = []
    for each in changed_values(before, after, beneath):
        leaf = each.leaf
        language = "th" if leaf.path[-1] == "th" else ""
        label = full_label(leaf.path)
        if leaf.entry:  # whose fee, whose account
            label = f"{settings_table_words.heading(leaf.entry)} · {label}"
        inherited, old, new = (_in_words(leaf, said) for said in (each.inherited, each.old, each.new))
        found.append(Change(label, leaf.name, _shown(old, inherited), _shown(new, inherited), language))
    return tuple(found)


def _in_words(leaf: Leaf, value: Any) -> Any:
    """Money in baht, times by the office's clock and choices by their names; everything else as it is."""
    if isinstance(value, int) and leaf.name.endswith("_satang"):
        return controls.shown("baht", value)
    if leaf.name == "ssh_until" and (at := controls.moment_said(value)):
        return f"{short_date(at)} {timezone.localtime(at):%H:%M}"
    return settings_table_words.choice(leaf.name, value) if isinstance(value, str) else value


def _shown(value: Any, inherited: Any) -> str:
    if value is MISSING:
        return _("ตามชั้นบน") if inherited is MISSING else _("ตามชั้นบน: %(value)s") % {"value": shown(inherited)}
    return shown(value)


def shown(value: Any) -> str:
    """A value as the page says it."""
    if isinstance(value, bool):
        return _("เปิด") if value else _("ปิด")
    if isinstance(value, list):
        return ", ".join(service(each) for each in value) or _("ไม่มีบริการ")
    return str(value)
