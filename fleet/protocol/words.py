"""Words in the two languages of the screen, and who is paid: the pieces that settings of every kind are made of."""

from __future__ import annotations

from typing import Annotated

import msgspec

SHORT_TEXT = msgspec.Meta(min_length=1, max_length=60)
"""Fits one or two lines of the idle screen in its largest type on the smallest display."""

TITLE_CHARACTERS_MAX = 28
"""A tile's title on two lines of the smallest display's large type."""

SLUG_PATTERN = "[a-z][a-z0-9-]{1,30}"
Slug = Annotated[str, msgspec.Meta(pattern=f"^{SLUG_PATTERN}$")]
"""A name that documents and records know something by; nobody at the screen sees it."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same words in the two languages of the screen."""

    th: Annotated[str, SHORT_TEXT]
    en: Annotated[str, SHORT_TEXT]


class Title(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tile's title in the office's own words; blank in a language: the catalogue's."""

    th: Annotated[str, msgspec.Meta(max_length=TITLE_CHARACTERS_MAX)] = ""
    en: Annotated[str, msgspec.Meta(max_length=TITLE_CHARACTERS_MAX)] = ""


class Subtitle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands under a tile's title where there is room; blank in a language: the catalogue's."""

    th: Annotated[str, msgspec.Meta(max_length=60)] = ""
    en: Annotated[str, msgspec.Meta(max_length=60)] = ""


class TileWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the menu calls one service."""

    title: Title = Title()
    subtitle: Subtitle = Subtitle()


class Payee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is paid. ``biller_id`` is the 15 digits of EMV tag 30: tax id and suffix."""

    name: Words
    biller_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}$")]
