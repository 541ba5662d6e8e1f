"""Which words of the other language may stand on a page: what is data, and what our own Thai says in Latin letters.

Data is what the fleet's database holds, whoever wrote it: names, reasons, codes. On an English page Thai is right when
the database says it; on a Thai page Latin letters are right when the database or a Thai sentence of the catalogue has
them. Everything else was forgotten by whoever wrote the page.
"""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.e2e.crawl import ASKED

CATALOGUE = Path("fleet/web/locale/en/LC_MESSAGES/django.po")
_THAI = re.compile(r"[\u0e01-\u0e5b]+")
_LATIN = re.compile(r"[A-Za-z]{3,}")
_DIGEST = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{4}(?: [0-9A-F]{4}){3,}")

NAMES = frozenset({"chrome", "linux", "ktb", "license", "openapi", "scb", "surveillance"})
"""Of programs, banks and systems, which have no Thai form."""


class KnownWords:
    """What a page may say."""

    def __init__(self, database: Path) -> None:
        self._data = "\n".join((*_texts(database), *ASKED))  # what a walk searches for stands in the trail
        self._latin = {each.lower() for each in _LATIN.findall(self._data + _sources())}

    def strange_to(self, language: str, text: str, path: str) -> bool:
        """Whether a text on the page ``path`` of ``language`` holds words of the other one that are nobody's."""
        if language == "en":
            return any(each not in self._data for each in _THAI.findall(text))
        said = {each.lower() for each in _LATIN.findall(_DIGEST.sub("", text))}
        return not said <= self._latin | NAMES | {each.lower() for each in _LATIN.findall(path)}


def _texts(database: Path) -> list[str]:
    """Every text in the database, JSON unescaped."""
    found: list[str] = []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as held:
        tables = [name for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in held.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names that the database itself gave
                found += [_unescaped(each) for each in row if isinstance(each, str)]
    return found


def _unescaped(text: str) -> str:
    if not text.startswith(("{", "[", '"')):
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _sources() -> str:
    """What the catalogue translates from."""
    said = CATALOGUE.read_text("utf-8")
    blocks = re.findall(r'^msgid(?:_plural)? (?:".*"\n)+', said, re.MULTILINE)
    lines = (line for block in blocks for line in re.findall(r'"(?:[^"\\]|\\.)*"', block))
    return "\n".join(str(ast.literal_eval(each)) for each in lines)
