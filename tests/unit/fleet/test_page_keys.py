"""The keys of the pages: what the script does and what people are told is the same."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path("fleet/web")
SCRIPTS = WEB / "static" / "web"
THEIRS = ("htmx.min.js", "qr-0.7.0")
TOLD = (WEB / "templates" / "web" / "keys_help.html").read_text("utf-8")

LISTS = ("rollouts", "alerts", "payments", "register", "people", "audit", "kiosks", "find")
"""Below each it is written which keys there are. That its rows are gone through: `tests/e2e/test_keys_pressed.py`; of
alerts, which come with time only, here."""

BY_THE_BROWSER = {"Enter", "Esc"}
"""What a focused link and an open dialog do of themselves."""


def _done() -> set[str]:
    table = re.search(r"const keys = \{\n(.*?)\n  \};", (SCRIPTS / "sala.js").read_text("utf-8"), re.DOTALL)
    assert table
    return set(re.findall(r'"([^"]+)": ', table[1]))


def test_people_are_told_of_every_key_and_of_no_other() -> None:
    told = re.findall(r'<kbd data-key="([^"]+)">', TOLD)
    assert len(told) == len(set(told))
    assert set(told) == _done()
    assert set(re.findall(r"<kbd>([^<]+)</kbd>", TOLD)) == BY_THE_BROWSER


def test_no_other_script_or_page_has_keys_of_its_own() -> None:
    scripts = [path for path in SCRIPTS.rglob("*.js") if not set(THEIRS) & set(path.relative_to(SCRIPTS).parts)]
    listening = {
        path.name: len(re.findall(r"""["']key(?:down|up|press)["']""", path.read_text("utf-8"))) for path in scripts
    }
    assert {name for name, times in listening.items() if times} == {"sala.js"}
    assert listening["sala.js"] == 1
    pages = (WEB / "templates").rglob("*.html")
    assert not [path.name for path in pages if re.search(r"accesskey|hx-trigger=\"[^\"]*key", path.read_text("utf-8"))]


def test_the_note_below_a_list_names_keys_that_the_help_has() -> None:
    note = (WEB / "templates" / "web" / "keys.html").read_text("utf-8")
    keys = re.compile(r"<kbd[^>]*>([^<]+)</kbd>")
    assert set(keys.findall(note)) <= set(keys.findall(TOLD))


def test_every_long_list_says_its_keys_below_it() -> None:
    pages = WEB / "templates" / "web"
    assert not [
        name for name in LISTS if '{% include "web/keys.html" %}' not in (pages / f"{name}.html").read_text("utf-8")
    ]
    assert "data-row href" in (pages / "live" / "alerts.html").read_text("utf-8")
