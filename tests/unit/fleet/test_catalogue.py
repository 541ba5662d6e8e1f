"""The English of the pages: every Thai sentence has one, and what is compiled is what is written."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from fleet.office.channels.tracking import Deadline
from fleet.web import rollout_words, ticket_words

WEB = Path("fleet/web")
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES"
THAI = re.compile(r"[\u0e00-\u0e7f]")

_ENTRY = re.compile(
    r'^(?:msgctxt "(?P<context>.+)"\n)?msgid "(?P<thai>.+)"\n'
    r'(?:msgid_plural ".+"\nmsgstr\[0\]|msgstr) "(?P<english>.*)"',
    re.MULTILINE,
)
_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 1, "pgettext": 2, "npgettext": 2}
"""What asks the catalogue, and how many words it takes to name a sentence: itself, or its context before it."""

_IN_TEMPLATE = re.compile(
    r"""\b(?:_|n?gettext|(?P<context>n?pgettext))\((?(context)(?P<before>u?(['"]).*?(?<!\\)\3), ?)"""
    r"""(?P<said>u?(?P<mark>['"]{3}|['"]).*?(?<!\\)(?P=mark))""",
    re.DOTALL,
)

_UNCOUNTED = re.compile(r"""(?<!\w)(?:_|gettext)\((?P<said>u?(?P<mark>['"]{3}|['"]).*?(?<!\\)(?P=mark))\)""", re.DOTALL)


def _written() -> dict[tuple[str | None, str], str]:
    """From context (None: in any) and Thai to English."""
    text = (CATALOGUE / "django.po").read_text("utf-8")
    return {(found["context"], found["thai"]): found["english"] for found in _ENTRY.finditer(text)}


def _in_python(path: Path) -> Iterator[tuple[str | None, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            said = [each.value for each in node.args[: _CALLS[node.func.id]] if isinstance(each, ast.Constant)]
            if len(said) == _CALLS[node.func.id]:
                yield (None, *said) if len(said) == 1 else tuple(said)  # type: ignore[misc]


def _in_template(path: Path) -> Iterator[tuple[str | None, str]]:
    """As `makemessages` reads it: whole ``blocktranslate`` with their plurals, and contexts."""
    for found in _IN_TEMPLATE.finditer(templatize(path.read_text("utf-8"), origin=str(path))):
        context = ast.literal_eval(found["before"]) if found["context"] else None
        yield context, ast.literal_eval(found["said"])


def _used() -> set[tuple[str | None, str]]:
    """Thai sentences handed to the catalogue, each with its context."""
    templates = {each for path in (WEB / "templates").rglob("*.html") for each in _in_template(path)}
    python = {each for path in WEB.rglob("*.py") for each in _in_python(path)}
    return {(context, thai) for context, thai in templates | python if THAI.search(thai)}


def test_every_sentence_has_its_english() -> None:
    written = _written()
    used = _used()
    assert len(used) > 200
    assert sorted(used - written.keys(), key=str) == []
    assert [thai for thai, english in written.items() if not english.strip()] == []


def test_the_english_is_english_and_keeps_the_places_of_values() -> None:
    place = re.compile(r"%\(\w+\)s|%%n")
    for (_, thai), english in _written().items():
        assert not THAI.search(english), english
        assert sorted(place.findall(thai)) == sorted(place.findall(english)), thai


def test_no_sentence_has_the_english_of_another() -> None:
    """A tool that updates catalogues gives a new sentence the English of one that looks alike."""
    alike = {"Give a short reason first, for whoever comes next"}
    sentences = [each for each in _written().values() if len(each) > 40 and each not in alike]
    assert sorted(each for each, count in Counter(sentences).items() if count > 1) == []


def test_what_is_compiled_is_what_is_written() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for (context, thai), english in _written().items():
        if context is not None:
            assert compiled.pgettext(context, thai) == english, thai
        else:
            assert compiled.ngettext(thai, thai, 1) == english or compiled.gettext(thai) == english, thai


def test_what_has_a_plural_is_never_said_without_its_count() -> None:
    """Otherwise English says "500 kiosk"."""
    text = (CATALOGUE / "django.po").read_text("utf-8")
    counted = {*re.findall(r'^msgid "(.+)"\nmsgid_plural', text, re.MULTILINE)}
    templates = [templatize(path.read_text("utf-8"), origin=str(path)) for path in (WEB / "templates").rglob("*.html")]
    sources = [*templates, *(path.read_text("utf-8") for path in WEB.rglob("*.py"))]
    assert counted
    assert not counted & {ast.literal_eval(found["said"]) for said in sources for found in _UNCOUNTED.finditer(said)}


@pytest.mark.parametrize("count", [1, 2])
def test_one_is_not_counted_as_many(count: int) -> None:
    s = "" if count == 1 else "s"
    with translation.override("en"):
        assert rollout_words.duration(count * 3600) == f"{count} hour{s}"
        assert rollout_words.duration(count * 60) == f"{count} minute{s}"
        assert ticket_words.deadline(Deadline.MISSED, -count, is_closed=False) == f"{count} day{s} late"
        assert ticket_words.deadline(Deadline.KEPT, count, is_closed=False) == f"{count} day{s} left"
