"""The pages that are told, and by what each is concerned. A page that is not in the table is not told of anything.

Whoever adds a page with a moving part (``web/live/``) puts it here: with what it shows, or as ``anything``, which is
always right and costs a rendering for every commit of anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve

from fleet.people.scope import Scope
from fleet.web.watching.feed import Change, Topic

KEEPS_S = 60.0
LIST_KEEPS_S = 10.0


class Concern(IntEnum):
    """How much a change is a page's business. ``NOW`` goes before ``SOON`` when there is much to make."""

    NONE = 0
    SOON = 1
    NOW = 2


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

    def concern(self, change: Change) -> Concern:
        """Whether the page may look different after it, and whether somebody must see that first."""
        return Concern.NOW if change.everything else PAGES[self.match().url_name or ""](self, change)

    @property
    def keeps_s(self) -> float:
        """How old the page may become though nothing concerns it: a list says when each kiosk was heard."""
        return LIST_KEEPS_S if self.match().url_name == "kiosks" else KEEPS_S


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


def _anything(_subject: Subject, _change: Change) -> Concern:
    return Concern.SOON


def _nation(subject: Subject, change: Change) -> Concern:
    if Topic.ALERTS in change.topics or (Topic.MONEY in change.topics and subject.scope.settles_somewhere):
        return Concern.NOW
    return _provinces(change, subject.scope.may_see)


def _list(subject: Subject, change: Change) -> Concern:
    province = QueryDict(subject.query).get("province", "")
    if province.isascii() and province.isdigit():
        return _provinces(change, int(province[:4]).__eq__)
    return _provinces(change, subject.scope.may_see)


def _kiosk(subject: Subject, change: Change) -> Concern:
    return Concern.NOW if subject.match().kwargs["kiosk_id"] in change.said else Concern.NONE


def _alerts(_subject: Subject, change: Change) -> Concern:
    return Concern.NOW if Topic.ALERTS in change.topics else Concern.NONE


def _alert(subject: Subject, change: Change) -> Concern:
    return max(_alerts(subject, change), _provinces(change, subject.scope.may_see))


def _rollouts(_subject: Subject, change: Change) -> Concern:
    return Concern.NOW if Topic.ROLLOUTS in change.topics else Concern.NONE


def _provinces(change: Change, is_shown: Callable[[int], bool]) -> Concern:
    if any(map(is_shown, change.turned)):
        return Concern.NOW
    return Concern.SOON if any(map(is_shown, change.moved)) else Concern.NONE


PAGES: dict[str, Callable[[Subject, Change], Concern]] = {
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
