"""The English of the pages: every Thai sentence has one, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

WEB = Path("fleet/web")
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES"
THAI = re.compile(r"[\u0e00-\u0e7f]")

_ENTRY = re.compile(
    r'^(?:msgctxt "(?P<context>.+)"\n)?msgid "(?P<thai>.+)"\n'
    r'(?:msgid_plural ".+"\nmsgstr\[0\]|msgstr) "(?P<english>.*)"',
    re.MULTILINE,
)
_IN_TEMPLATE = re.compile(r"""\{%\s*translate\s+(["'])(.+?)\1""")
_IN_PYTHON = re.compile(r"""\b_\(\s*"([^"]+)"\s*\)""")


def _written() -> dict[tuple[str | None, str], str]:
    """From context (None: in any) and Thai to English."""
    text = (CATALOGUE / "django.po").read_text("utf-8")
    return {(found["context"], found["thai"]): found["english"] for found in _ENTRY.finditer(text)}


def _used() -> set[str]:
    """Thai sentences handed to the catalogue; a per cent sign stands doubled there when a template says it."""
    templates = {
        found[2].replace("%", "%%")
        for path in (WEB / "templates").rglob("*.html")
        for found in _IN_TEMPLATE.finditer(path.read_text("utf-8"))
    }
    python = {found[1] for path in WEB.rglob("*.py") for found in _IN_PYTHON.finditer(path.read_text("utf-8"))}
    return {each for each in templates | python if THAI.search(each)}


def test_every_sentence_has_its_english() -> None:
    written = _written()
    used = _used()
    assert len(used) > 200
    assert sorted(used - {thai for _, thai in written}) == []
    assert [thai for thai, english in written.items() if not english.strip()] == []


def test_the_english_is_english_and_keeps_the_places_of_values() -> None:
    place = re.compile(r"%\(\w+\)s|%%n")
    for (_, thai), english in _written().items():
        assert not THAI.search(english), english
        assert sorted(place.findall(thai)) == sorted(place.findall(english)), thai


def test_what_is_compiled_is_what_is_written() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for (context, thai), english in _written().items():
        if context is not None:
            assert compiled.pgettext(context, thai) == english, thai
        else:
            assert compiled.ngettext(thai, thai, 1) == english or compiled.gettext(thai) == english, thai
