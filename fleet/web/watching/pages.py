"""The pages that are told, and by what each is concerned. A page that is not in the table is not told of anything.

Whoever adds a page with a moving part (``web/live/``) puts it here: with what it shows, or as ``anything``, which is
always right and costs a rendering for every commit of anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve

from fleet.people.scope import Scope
from fleet.web.watching.feed import Change, Topic


@dataclass(frozen=True, slots=True)
class Subject:
    """What is watched: a page as it is for one scope in one language. Equal for all who are shown the same."""

    path: str
    query: str
    language: str
    scope: Scope

    def match(self) -> ResolverMatch:
        """The page's route. Raises: Resolver404 for an address that leads nowhere."""
        return _match(self.path)

    def is_concerned(self, change: Change) -> bool:
        """Whether the page may look different after it."""
        return change.everything or PAGES[self.match().url_name or ""](self, change)


@lru_cache(maxsize=1024)
def _match(path: str) -> ResolverMatch:
    """Asked for every page at every change."""
    return resolve(path)


def is_told(path: str) -> bool:
    """Whether this is the address of a page that is told."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.app_names == ["web"] and match.url_name in PAGES


def _anything(_subject: Subject, _change: Change) -> bool:
    return True


def _nation(subject: Subject, change: Change) -> bool:
    money = Topic.MONEY in change.topics and subject.scope.settles_somewhere
    return money or Topic.ALERTS in change.topics or _sees(subject, change.turned)


def _list(subject: Subject, change: Change) -> bool:
    """Every line says when its kiosk was heard."""
    province = QueryDict(subject.query).get("province", "")
    if province.isascii() and province.isdigit():
        return int(province[:4]) in change.heard
    return _sees(subject, change.heard)


def _kiosk(subject: Subject, change: Change) -> bool:
    return subject.match().kwargs["kiosk_id"] in change.said


def _alerts(_subject: Subject, change: Change) -> bool:
    return Topic.ALERTS in change.topics


def _alert(subject: Subject, change: Change) -> bool:
    return Topic.ALERTS in change.topics or _sees(subject, change.turned)


def _rollouts(_subject: Subject, change: Change) -> bool:
    return Topic.ROLLOUTS in change.topics


def _sees(subject: Subject, provinces: frozenset[int]) -> bool:
    return any(map(subject.scope.may_see, provinces))


PAGES: dict[str, Callable[[Subject, Change], bool]] = {
    "overview": _nation,
    "kiosks": _list,
    "kiosk": _kiosk,
    "alerts": _alerts,
    "alert": _alert,
    "rollouts": _rollouts,
    "rollout": _rollouts,
    "bank": _anything,
    "identity": _anything,
    "letter-run": _anything,
    "office-fees": _anything,
    "partners": _anything,
    "payments": _anything,
    "register-run": _anything,
    "layer": _anything,
}
"""By the name of their route."""
