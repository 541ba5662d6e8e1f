"""What a line of the trail is about, in words, and where its page is, if it has one that exists for who reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import get_resolver, reverse

from fleet.acting.settings import spot_seen
from fleet.acting.trail_things import Sort, Thing, there, thing_of, with_role
from fleet.audit.models import Entry
from fleet.devices.models import Layer
from fleet.people.scope import Scope
from fleet.web import people_words, settings_words
from fleet.web.templatetags.sala import local

LEADS_TO = {
    "open-case": "case",
    "register": "register-run",
    "rollout-new": "rollout",
    "webhooks": "webhook",
}
"""Pages whose address names nothing: their lines are about what their form has made, as its page's address names it."""

OF_PEOPLE = ("account", "person-new", "roles-from-groups", "second-factor", "second-factor-reset", "tokens-ended")
ELSEWHERE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*OF_PEOPLE, "person", "fleet call", "break-glass"), ("username",)),
    **dict.fromkeys(("settings-in-time", "fleet settings"), ("layer", "key")),
    "ssh": ("kiosk_id",),
}
"""What stands in lines that are of no page, or of one whose lines name an account."""

PAGES = {
    Sort.ALERT: ("alert", "number"),
    Sort.CASE: ("case", "case_no"),
    Sort.FACTORY: ("factory", "factory_no"),
    Sort.FOLDER: ("folder", "folder_id"),
    Sort.KIOSK: ("kiosk", "kiosk_id"),
    Sort.PAYMENT: ("payment", "number"),
    Sort.PERSON: ("person", "number"),
    Sort.PLAN: ("planned-settings", "plan"),
    Sort.ROLLOUT: ("rollout", "number"),
    Sort.RUN: ("register-run", "number"),
    Sort.TICKET: ("ticket", "number"),
    Sort.WEBHOOK: ("webhook", "number"),
}

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
"""Of an operation's address, as lines have it."""


@dataclass(frozen=True, slots=True)
class About:
    """``word``: what people call it; ``address``: of its page, empty when there is none for who reads."""

    word: str
    address: str = ""


def about(person: User, scope: Scope, entries: Sequence[Entry]) -> list[About]:
    """What each line is about."""
    things = [thing_of(_plain(each.what), _names(each.what), each.about) if each.about else None for each in entries]
    rows = there(person, scope, filter(None, things))
    return [
        _told(thing, rows.get((thing.sort, thing.key)), each.about) if thing else _otherwise(each, scope)
        for thing, each in zip(things, entries, strict=True)
    ]


def _told(thing: Thing, row: Model | None, said: str) -> About:
    if row is None:
        return About(said)
    return About(_word(thing, row, said), _address(thing, row))


def _word(thing: Thing, row: Model, said: str) -> str:
    if thing.sort in (Sort.PROVINCE, Sort.OFFICE):
        word = local(row)
    elif isinstance(row, User):
        role = with_role(said)[1]
        word = " ".join(filter(None, (row.get_full_name() or row.username, role and people_words.role(role))))
    else:
        word = str(getattr(row, "name", "") or row.pk) if thing.sort is Sort.WEBHOOK else str(row.pk)
    return f"{settings_words.layer_word(thing.sort)} {word}" if thing.is_layer else word


def _address(thing: Thing, row: Model) -> str:
    if thing.is_layer:
        return reverse("web:layer", args=[thing.sort.value, thing.key])
    match thing.sort:
        case Sort.PROVINCE | Sort.OFFICE:
            return f"{reverse('web:kiosks')}?{thing.sort}={row.pk}"
        case Sort.NOTICE:
            return reverse("web:fee-notice", args=[row.factory.office_id, row.pk])  # type: ignore[attr-defined]
    page, name = PAGES[thing.sort]
    return reverse(f"web:{page}", kwargs={name: row.pk})


def _otherwise(entry: Entry, scope: Scope) -> About:
    """The nation's layer; what else is no thing stands as it is."""
    if entry.about != Layer.NATIONAL or "layer" not in _names(entry.what):
        return About(entry.about)
    address = reverse("web:layer", args=[entry.about]) if spot_seen(scope, entry.about, "") else ""
    return About(settings_words.layer_word(entry.about), address)


def _plain(what: str) -> str:
    """The operation's address, or the name of the page whose address names the thing."""
    if what.startswith("rest "):
        return what.rsplit(" ", maxsplit=1)[-1]
    plain = what.removeprefix("web:")
    return LEADS_TO.get(plain, plain)


def _names(what: str) -> Sequence[str]:
    if what.startswith("rest "):
        return _PART.findall(what)
    plain = _plain(what)
    return _of_page(plain) or ELSEWHERE.get(plain, ())


@cache
def _of_page(name: str) -> tuple[str, ...]:
    """What the address of a page names, in its order; of several, the one that names most."""
    found = get_resolver("fleet.web.urls").reverse_dict.getlist(name)
    named = (tuple(names) for possible, *_rest in found for _path, names in possible)
    return max(named, key=len, default=())
