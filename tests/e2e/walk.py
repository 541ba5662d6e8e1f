"""`python -m tests.e2e.walk`: the service table walked at the virtual kiosk, a picture and a sentence a row.

Each way into each service (``walk_table``) x Thai, English x what may be amiss: offline, one device unplugged, two of
them, and devices pulled in the middle of a visit. A service that cannot be had must not stand in the menu; one that
stands there must lead to its end, and the end say what it should. The result is ``build/walk/index.md`` with its
pictures beside it; exit 0 only if every row holds. By hand, before a release: most of an hour. `make test` has one
visit to each service (``test_services``).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fleet.protocol.settings import KNOWN_SERVICES
from kiosk.screens.texts import CATALOGUES
from kiosk.visits.desk import Device, Language
from kiosk.visits.services import SERVICES
from kiosk.visits.states import ChoosingService
from tests.e2e.walk_table import CASE, CONDITIONS, PRESENCE, TICKET, WAYS, Brought, Condition, Way
from tests.support import journeys
from tests.support.demo import Demo
from tests.support.journeys import Hand, Journey
from tests.support.seeing import codes_in

BUILD = Path("build/walk")
LOOK_S, TRIES = 3.0, 3
"""For how long a screen is looked at, and how often, until it says what it should."""


@dataclass(frozen=True)
class Row:
    """What came of one visit."""

    service: str
    way: str
    language: Language
    condition: Condition
    outcome: str
    picture: str
    ok: bool


@contextmanager
def amiss(demo: Demo, condition: Condition) -> Iterator[None]:
    """So it is, and the kiosk knows, for as long as the block lasts."""
    if condition.offline:
        _until_logged(demo, ("the way to the fleet is shut",), lambda: demo.do("/network/cut"))
    unplug(demo, condition.unplugged)
    try:
        yield
    finally:
        if condition.offline:
            _until_logged(demo, ("the way to the fleet is open",), lambda: demo.do("/network/restore"))
        plug(demo, condition.unplugged)


def unplug(demo: Demo, devices: Iterable[Device]) -> None:
    """Pull their plugs, and wait until the kiosk has noticed."""
    _each(demo, devices, "unplug", "no-device")


def plug(demo: Demo, devices: Iterable[Device]) -> None:
    """Plug them in again."""
    _each(demo, devices, "plug", "online")


def _each(demo: Demo, devices: Iterable[Device], deed: str, state: str) -> None:
    names = [each.value for each in devices]

    def do() -> None:
        for name in names:
            demo.do(f"/device/{name}/{deed}")

    _until_logged(demo, [f"{name} is {state}" for name in names], do)


def _until_logged(demo: Demo, words: Iterable[str], do: Callable[[], object]) -> None:
    """Do something, and wait until the kiosk has said each of these words since."""
    before = len(demo.log("kiosk"))
    do()
    for each in words:
        demo.wait_until(lambda said=each: said in demo.log("kiosk")[before:], each, 120)


def walk_one(hand: Hand, way: Way, condition: Condition, brought: Brought) -> Row:
    """One visit, as far as it goes; whatever it was, the kiosk is idle afterwards."""
    language = hand.desk.language
    name = f"{way.service}-{way.name}-{condition.name}-{language.value}.png"
    picture = b""
    try:
        hand.take_language() if way.at_idle else hand.open_menu()
        if way.walked(condition):
            way.journey(brought)(hand)
            said, ok, picture = _read(hand, way.words(condition)[language is Language.EN])
        else:
            said, ok = "not in the menu", not _stands_in_menu(hand, way.service)
    except (TimeoutError, LookupError, AssertionError, RuntimeError) as err:
        said, ok = f"{type(err).__name__}: {str(err).splitlines()[0][:80]} in {hand.state}", False
    (BUILD / name).write_bytes(picture or hand.demo.picture())
    hand.go_home()
    return Row(way.service, way.name, language, condition, said, name, ok)


def _stands_in_menu(hand: Hand, service: str) -> bool:
    """Whether a tile of the service is on a page of the menu; those that are to be there, are."""
    titles = CATALOGUES[hand.desk.language].idle.services
    menu, found = ChoosingService(hand.desk), False

    def stands(name: str) -> bool:
        return any(hand.says(form) for form in titles[name])

    for page, names in enumerate(menu.pages):
        hand.demo.wait_until(lambda first=names[0]: stands(first), f"page {page + 1} of the menu")
        found = found or stands(service)
        if page + 1 < len(menu.pages):
            hand.turn_menu(page)
    return found


def _read(hand: Hand, words: str) -> tuple[str, bool, bytes]:
    """Whether ``words`` come to stand on the screen, and the screen. Some screens leave by themselves, and reading
    takes longer on a busy machine: pictures first."""
    for _ in range(TRIES):
        pictures = _pictures(hand)
        for picture in reversed(pictures):
            if hand.says(words, picture=picture):
                return f"“{words}”", True, picture
    return f"“{words}” is not on the screen", False, pictures[-1]


def _pictures(hand: Hand) -> list[bytes]:
    """What is to be seen in the next seconds, each once."""
    until_s, seen = time.monotonic() + LOOK_S, dict[bytes, None]()
    while time.monotonic() < until_s:
        seen[hand.demo.picture()] = None
        time.sleep(0.3)
    return list(seen)


def rows_of(ways: Iterable[Way], condition: Condition) -> list[Way]:
    """What is walked of ``ways`` so; of a service that cannot be had, its first way, to see that it is not offered."""
    chosen = [way for way in ways if way.walked(condition)]
    ready = frozenset(Device) - condition.unplugged
    for way in ways:
        service = SERVICES.get(way.service)
        had = any(each.service == way.service for each in chosen)
        if service is None or had or condition.midway or not service.in_menu:
            continue
        if not service.can_begin(ready, can_record=True):
            chosen.append(way)
    return chosen


def walk(ways: list[Way], conditions: list[Condition], language: Language) -> Iterator[Row]:
    """Every row of these ways and conditions in a language."""
    with Demo() as demo:
        hand = Hand.at(demo)
        hand.await_state("Idle")
        hand.visitor.await_online()
        brought = bring_slips(hand)
        for condition in conditions:
            with amiss(demo, condition):
                for way in rows_of(ways, condition):
                    yield _walked(demo, way, condition, language, brought)


def _walked(demo: Demo, way: Way, condition: Condition, language: Language, brought: Brought) -> Row:
    hand = Hand.at(demo, language)
    desk = replace(hand.desk, ready=hand.desk.ready - condition.unplugged, online=not condition.offline)
    if not condition.midway:
        return walk_one(replace(hand, desk=desk), way, condition, brought)
    try:
        return walk_one(replace(hand, meanwhile=lambda: unplug(demo, way.midway)), way, condition, brought)
    finally:
        plug(demo, way.midway)


def bring_slips(hand: Hand) -> Brought:
    """What some of the ways begin with: slips of visits before."""
    visits: dict[str, Journey] = {
        CASE: journeys.follow_case,
        TICKET: journeys.tell_us,
        PRESENCE: journeys.presence_slip,
    }
    brought = {}
    for name, journey in visits.items():
        hand.open_menu()
        journey(hand)
        if name == CASE:
            hand.visitor.touch(hand.visitor.RIGHT)
            codes = codes_in(hand.visitor.await_slip(1))
        else:  # the screen has it, too, and of this very visit
            codes = hand.demo.wait_until(lambda: codes_in(hand.demo.picture()), "the QR on the screen")
        (brought[name],) = codes
        hand.go_home()
    return brought


def _line(row: Row) -> str:
    mark = "yes" if row.ok else "**NO**"
    what = (row.service, row.way, row.language.value, row.condition.name, mark, row.outcome)
    return f"| {' | '.join(what)} | [picture]({row.picture}) |"


HEAD = """# The service table, walked

| service | way | language | condition | holds | says | |
| --- | --- | --- | --- | --- | --- | --- |
"""


def main() -> int:
    """Walk, and write down what came of it: each language at a kiosk of its own, both at once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="all by default")
    names = [each.name for each in CONDITIONS]
    parser.add_argument("--conditions", nargs="+", choices=names, default=names, help="all by default")
    parser.add_argument("--language", choices=[each.value for each in Language], help="both by default")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    if options.language is not None:
        return _walk_and_tell(Language(options.language), options.services, options.conditions)
    began_s = time.monotonic()
    again = [
        sys.executable,
        "-m",
        "tests.e2e.walk",
        *options.services,
        "--conditions",
        *options.conditions,
        "--language",
    ]
    walks = [subprocess.Popen([*again, language.value]) for language in Language]
    failed = sum(each.wait() for each in walks)
    rows = "".join(_told(language).read_text("utf-8") for language in Language)
    missing = sorted(set(KNOWN_SERVICES) - {way.service for way in WAYS})
    summary = f"{rows.count('| yes |')} of {rows.count('[picture]')} rows hold; {_minutes_since(began_s)}."
    summary += f" Not walked: {', '.join(missing)}." if missing else ""
    (BUILD / "index.md").write_text(f"{HEAD}{rows}\n{summary}\n", "utf-8")
    print(f"{summary} {BUILD / 'index.md'}")
    return 1 if failed else 0


def _walk_and_tell(language: Language, chosen: list[str], conditions: list[str]) -> int:
    ways = [way for way in WAYS if way.service in chosen or not chosen]
    all_ok = True
    with _told(language).open("w", encoding="utf-8") as told:
        for row in walk(ways, [each for each in CONDITIONS if each.name in conditions], language):
            all_ok = all_ok and row.ok
            for out in (told, sys.stdout):
                print(_line(row), file=out, flush=True)
    return 0 if all_ok else 1


def _told(language: Language) -> Path:
    return BUILD / f"rows-{language.value}.md"


def _minutes_since(began_s: float) -> str:
    return f"{(time.monotonic() - began_s) / 60:.0f} minutes"


if __name__ == "__main__":
    sys.exit(main())
