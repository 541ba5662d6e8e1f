"""The dependency audit of `make check`, against a stand-in of the source: it finds, it accepts for a time, and it says
plainly when nothing is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.support.advisories import LOCK, VENDORED, Accepted, pinned, verdict
from tests.support.told_server import Said, told_server

TODAY = date(2026, 11, 23)
SAMPLE = "alpha==1.0 \\\n    --hash=sha256:00\n    # via beta\nbeta-lib==2.0.1 ; python_version < '4' \\\n"


class Source:
    """A stand-in of OSV. ``known``: advisories by package; ``broken``: what it says instead."""

    def __init__(self) -> None:
        self.known: dict[str, list[str]] = {}
        self.broken = b""
        self.address = ""

    def answer(self, _headers: dict[str, str], body: bytes) -> Said:
        """To any question."""
        names = [one["package"]["name"] for one in json.loads(body)["queries"]]
        results = [
            {"vulns": [{"id": each} for each in self.known[name]]} if name in self.known else {} for name in names
        ]
        return Said(200, self.broken or json.dumps({"results": results}).encode())


@pytest.fixture
def source() -> Iterator[Source]:
    it = Source()
    with told_server(it.answer) as it.address:
        yield it


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "lock"
    file.write_text(SAMPLE, "utf-8")
    return file


def test_every_package_of_our_lock_is_asked_about() -> None:
    text = LOCK.read_text("utf-8")
    assert pinned(SAMPLE) == [("alpha", "1.0", "PyPI"), ("beta-lib", "2.0.1", "PyPI")]
    assert len(pinned(text)) == text.count("==") > 50
    assert "django" in {name for name, _, _ in pinned(text)}


def test_the_scripts_of_others_that_pages_bring_are_asked_about(source: Source, lock: Path) -> None:
    lies = Path("fleet/web/static/web")
    versions = {name: version for name, version, _ in VENDORED}
    assert f'version:"{versions["htmx.org"]}"' in (lies / "htmx.min.js").read_text("utf-8")
    assert (lies / f"qr-{versions['qr']}").is_dir()
    source.known = {"htmx.org": ["GHSA-3"]}
    code, lines = verdict(lock, source.address, TODAY, is_required=False)
    assert code == 1
    assert lines[0].startswith("htmx.org 2.0.11: GHSA-3")


def test_nothing_found_passes_and_says_how_many_were_asked_about(source: Source, lock: Path) -> None:
    code, lines = verdict(lock, source.address, TODAY, is_required=True)
    assert (code, lines) == (0, ["dependency audit: 4 packages asked about, 0 with advisories"])


def test_a_finding_fails_and_is_named(source: Source, lock: Path) -> None:
    source.known = {"beta-lib": ["GHSA-1", "PYSEC-2"]}
    code, lines = verdict(lock, source.address, TODAY, is_required=False)
    assert code == 1
    assert [line.split(" http")[0] for line in lines[:2]] == ["beta-lib 2.0.1: GHSA-1", "beta-lib 2.0.1: PYSEC-2"]


@pytest.mark.parametrize(("today", "code"), [(date(2026, 12, 1), 0), (date(2026, 12, 2), 1)])
def test_what_is_accepted_is_accepted_until_a_day(source: Source, lock: Path, today: date, code: int) -> None:
    source.known = {"alpha": ["GHSA-1"]}
    excused = {"GHSA-1": Accepted("only at a socket we do not open", date(2026, 12, 1))}
    assert verdict(lock, source.address, today, is_required=True, excused=excused)[0] == code


@pytest.mark.parametrize("broken", [b"<html>", b"{}", b'{"results": []}', b'{"results": [1, 2]}', b"[]"])
def test_what_is_no_answer_is_nothing_known(source: Source, lock: Path, broken: bytes) -> None:
    source.broken = broken
    code, lines = verdict(lock, source.address, TODAY, is_required=False)
    assert code == 0
    assert lines[0].startswith("dependency audit: NOT DONE.")


@pytest.mark.parametrize("is_required", [False, True])
def test_where_nobody_can_be_asked_it_says_so_and_fails_only_who_must_know(lock: Path, is_required: bool) -> None:
    code, lines = verdict(lock, "http://127.0.0.1:9", TODAY, is_required=is_required)
    assert code == int(is_required)
    assert "NOT DONE" in lines[0]
    assert "Nothing is known of 4 packages" in lines[1]
