"""Goes through the pages as somebody would who follows every link: one page of each kind (``/kiosks/*/``).

What it is: the one way in which looks at the whole site (``accessibility``, ``pages``) find pages, so that a new page
is looked at without being named anywhere, but for what is another page when it is asked something (``ASKED``). What it
is not: a test; it presses nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page

DEEDS = ("/sign-out/", "/language/", "/theme/")
FILES = (".csv", ".pdf", ".json", ".png", ".xlsx", ".ttl")
ASKED = ("/?wall=1", "/find/?q=CBI", "/find/?q=ไม่มีสิ่งนี้")
"""Pages of everybody who has signed in that the address alone does not tell from others: each is a kind of its own."""

_ID = re.compile(r"/(?=[^/]*[0-9A-Z])[^/]+(?=/|$)")
_LINKS = "[...document.querySelectorAll('a[href]')].map((each) => each.href)"


@dataclass(frozen=True, slots=True)
class Visit:
    """An address that was asked for. ``is_page``: the browser shows it now. ``linked_from``: where the link stood."""

    path: str
    status: int
    is_page: bool
    linked_from: str


def kind_of(path: str) -> str:
    """What pages of one kind have in common: their path without what names a thing."""
    return path if path in ASKED else _ID.sub("/*", path.partition("?")[0])


def visits(page: Page, address: str, starts: Sequence[str] = ("/",), *, follow: bool = True) -> Iterator[Visit]:
    """One address of every kind that links lead to from ``starts``; files are asked for and not shown."""
    waiting = deque((each, "") for each in starts)
    known = {kind_of(each) for each in starts}
    while waiting:
        path, linked_from = waiting.popleft()
        if path.endswith(FILES):
            yield Visit(path, page.request.get(address + path).status, is_page=False, linked_from=linked_from)
            continue
        try:
            answer = page.goto(address + path)
        except Error as err:
            if "Download is starting" not in str(err):
                raise
            yield Visit(path, 200, is_page=False, linked_from=linked_from)
            continue
        if answer is None:
            continue
        is_page = "text/html" in answer.headers.get("content-type", "")
        links = page.evaluate(_LINKS) if is_page and follow else []
        yield Visit(path, answer.status, is_page=is_page, linked_from=linked_from)
        for link in links:
            parts = urlsplit(link)
            if link.startswith(address + "/") and not parts.path.startswith(DEEDS):
                kind = kind_of(parts.path)
                if kind not in known:
                    known.add(kind)
                    waiting.append((parts.path, path))
