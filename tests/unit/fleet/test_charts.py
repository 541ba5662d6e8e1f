"""Words in a drawing are as large as the style says, on a phone too: no drawing that has words is ever scaled."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path("fleet/web")
_SVG = re.compile(r"<svg\b[^>]*>|</svg>|<text\b")
SMALLEST_PX = 12


def _drawings_with_words() -> list[tuple[str, list[str]]]:
    """Of each word in a drawing of the templates, the ``<svg …>`` it stands in, from the outermost in."""
    found = []
    for path in sorted((WEB / "templates").rglob("*.html")):
        around: list[str] = []
        for tag in _SVG.findall(path.read_text("utf-8")):
            if tag == "</svg>":
                around.pop()
            elif tag.startswith("<svg"):
                around.append(tag)
            else:
                found.append((path.name, list(around)))
    return found


def test_no_drawing_with_words_is_scaled() -> None:
    drawings = _drawings_with_words()
    assert {name for name, _ in drawings} >= {"figures.html", "kiosk.html", "kiosk_day.html", "money_days.html"}
    assert [(name, tag) for name, around in drawings for tag in around if "viewBox" in tag] == []


def test_no_word_in_a_drawing_is_small() -> None:
    style = (WEB / "static" / "web" / "sala.css").read_text("utf-8")
    sizes = [
        float(each) for each in re.findall(r"\.(?:chart|climb)[\w.-]* text[\w.]*\{[^}]*font-size:([\d.]+)px", style)
    ]
    assert len(sizes) > 1
    assert min(sizes) >= SMALLEST_PX
