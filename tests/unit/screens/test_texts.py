"""The catalogues: complete, alike, in letters the font has, and in the tone of the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pygame
import pytest
from fontpkg_sarabun import ROOT

from kiosk.screens.texts import CATALOGUES
from kiosk.visits.desk import Language
from kiosk.visits.states import Problem


def sentences(thing: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the path to it; forms of one text share a path."""
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, tuple):
        for each in thing:
            yield from sentences(each, path)
    elif isinstance(thing, dict):
        for key, each in thing.items():
            yield from sentences(each, f"{path}.{key}")
    elif is_dataclass(thing):
        for field in fields(thing):
            if field.name != "office_short":
                yield from sentences(getattr(thing, field.name), f"{path}.{field.name}")
    else:
        raise TypeError(path)


def placeholders(language: Language) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, text in sentences(CATALOGUES[language]):
        found.setdefault(path, set()).update(re.findall(r"\{(\w+)", text))
    return found


def test_both_languages_say_the_same_things() -> None:
    th, en = placeholders(Language.TH), placeholders(Language.EN)
    assert th.keys() == en.keys()
    assert len(th) > 100
    # A sentence may leave out where help is in one language; it may not fill in something else.
    differing = {path: (th[path], en[path]) for path in th if th[path] ^ en[path] - {"help"} and th[path] != en[path]}
    assert differing == {}


def test_every_problem_says_what_happened_and_what_to_do() -> None:
    for catalogue in CATALOGUES.values():
        assert set(catalogue.trouble) == set(Problem)
        for problem, trouble in catalogue.trouble.items():
            assert trouble.happened
            assert trouble.advice or problem is Problem.NOTHING_OWED


@pytest.mark.parametrize("language", list(Language))
def test_tone(language: Language) -> None:
    for path, text in sentences(CATALOGUES[language]):
        assert text or path.startswith(".trouble"), path
        assert not re.search(r"!|ค่ะ|ครับ|ท่าน|ตกลง|\bOK\b", text), text
        assert text == text.strip(" ") or path.endswith("joined"), repr(text)


@pytest.mark.parametrize("weight", ["Medium", "SemiBold", "Bold", "ExtraBold"])
def test_the_font_has_every_letter(weight: str) -> None:
    pygame.font.init()
    font = pygame.font.Font(ROOT / "files" / f"Sarabun-{weight}.ttf", 40)
    letters = {letter for catalogue in CATALOGUES.values() for _, text in sentences(catalogue) for letter in text}
    letters |= set("0123456789…,.:·\u00a0") - {"\n"}
    missing = [hex(ord(letter)) for letter in letters - {"\u2060", "\n"} if font.metrics(letter)[0] is None]
    assert missing == []
