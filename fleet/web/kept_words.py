"""Words that are looked up once a language: for tables of words that pages ask hundreds of times.

Such a table is written as a dict in a function, whole and in one place, and to ask it for one word translates all of
them; the form of the nation's settings asked gettext 7,500 times a page. Rule: only for what depends on nothing but its
arguments and the language.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVarTuple

from django.utils.translation import get_language

Said = TypeVarTuple("Said")

KEPT_MAX = 1024
"""Answers of each function; some arguments are what people wrote, so there is no end to them."""


def kept(tell: Callable[[*Said], str]) -> Callable[[*Said], str]:
    """The same function, which remembers what it said."""

    @lru_cache(maxsize=KEPT_MAX)
    def in_language(_language: str | None, *said: *Said) -> str:
        return tell(*said)

    @wraps(tell)
    def told(*said: *Said) -> str:
        return in_language(get_language(), *said)

    return told
