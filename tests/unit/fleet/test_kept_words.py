"""Words that are looked up once a language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext

from fleet.web.kept_words import kept


def test_a_word_is_asked_for_once_a_language_and_argument() -> None:
    asked: list[str] = []

    @kept
    def word(name: str) -> str:
        asked.append(name)
        return f"{gettext('ไทย')} {name}"

    for language in ("th", "en", "th", "en"):
        with translation.override(language):
            assert word("a") == ("ไทย a" if language == "th" else "Thai a")
    assert asked == ["a", "a"]
    word("b")
    assert asked == ["a", "a", "b"]
