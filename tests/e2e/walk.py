"""`python -m tests.e2e.walk`: the service table walked at the virtual kiosk, a picture and a sentence a row.

Each service x Thai, English x online, offline, and card reader, scanner, printer unplugged. A service that cannot be
had must not stand in the menu; one that stands there must lead to its end, and the end say what it should. The result
is ``build/walk/index.md`` with its pictures beside it; exit 0 only if every row holds. By hand, before a release: a
few minutes. `make test` has one visit to each service (``test_services``). A new service is a line in ``ENDS``, and
its journey in ``tests.support.journeys``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fleet.protocol.settings import KNOWN_SERVICES
from kiosk.visits import services
from kiosk.visits.desk import Device, Language
from tests.support.demo import Demo
from tests.support.journeys import JOURNEYS, Hand

BUILD = Path("build/walk")

Both = tuple[str, str]


@dataclass(frozen=True)
class End:
    """What the last screen says, in Thai and English: when all is well, offline, and without a printer.

    ``without``: devices without which the service is not offered.
    """

    well: Both
    offline: Both | None = None
    no_printer: Both | None = None
    without: frozenset[Device] = frozenset()


_QUEUED = ("ตอนนี้ส่งไม่ได้", "No connection now")
_PHOTO = ("ถ่ายภาพหน้าจอนี้", "take a photo")
_CARD = frozenset({Device.CARD})

ENDS: dict[str, End] = {
    services.PAY_FEE: End(("ไม่ต้องชำระซ้ำ", "do not pay again"), no_printer=("ถ่ายภาพ", "photo")),
    services.OTHER_FEE: End(("ไม่ต้องชำระซ้ำ", "do not pay again"), no_printer=("ถ่ายภาพ", "photo")),
    services.MY_FACTORY: End(("3,300.00", "3,300.00")),
    services.FOLLOW_CASE: End(("ตรวจเอกสาร", "Papers")),
    services.PRESENCE_SLIP: End(("ออกใบแทนสำเนาบัตรแล้ว", "slip is ready"), no_printer=_PHOTO, without=_CARD),
    services.REGISTER: End(("รับคำขอลงทะเบียนแล้ว", "request is taken"), _QUEUED, _PHOTO, _CARD),
    services.TELL_US: End(("อ่านคำตอบ", "read the answer"), _QUEUED, _PHOTO),
    services.MANUALS: End(("สแกนเพื่ออ่านคู่มือนี้", "Scan to read")),
}
"""A folder stands in for the card where there is no reader, so the services that read begin without it."""


@dataclass(frozen=True)
class Condition:
    """What is amiss."""

    name: str
    unplugged: Device | None = None
    offline: bool = False


CONDITIONS = (
    Condition("online"),
    Condition("offline", offline=True),
    Condition("no-card-reader", Device.CARD),
    Condition("no-scanner", Device.SCANNER),
    Condition("no-printer", Device.PRINTER),
)


@dataclass(frozen=True)
class Row:
    """What came of one visit."""

    service: str
    language: Language
    condition: Condition
    outcome: str
    picture: str
    ok: bool


@contextmanager
def amiss(demo: Demo, condition: Condition) -> Iterator[None]:
    """So it is, and the kiosk knows, for as long as the block lasts."""
    before = len(demo.log("kiosk"))
    frames = demo.state()["display"]["frames"]
    if condition.offline:
        demo.do("/network/cut")
        demo.wait_until(lambda: demo.state()["display"]["frames"] > frames, "the word that it is offline")
    if condition.unplugged is not None:
        demo.do(f"/device/{condition.unplugged.value}/unplug")
        gone = f"{condition.unplugged.value} is no-device"
        demo.wait_until(lambda: gone in demo.log("kiosk")[before:], gone)
    try:
        yield
    finally:
        _mend(demo, condition)


def _mend(demo: Demo, condition: Condition) -> None:
    before = len(demo.log("kiosk"))
    if condition.offline:
        frames = demo.state()["display"]["frames"]
        demo.do("/network/restore")
        demo.wait_until(lambda: demo.state()["display"]["frames"] > frames, "the word that it is online", 120)
    if condition.unplugged is not None:
        demo.do(f"/device/{condition.unplugged.value}/plug")
        back = f"{condition.unplugged.value} is online"
        demo.wait_until(lambda: back in demo.log("kiosk")[before:], back)


def walk_one(hand: Hand, service: str, condition: Condition) -> Row:
    """One visit, as far as it goes; whatever it was, the kiosk is idle afterwards."""
    end, language = ENDS[service], hand.desk.language
    name = f"{service}-{condition.name}-{language.value}.png"
    try:
        hand.open_menu()
        offered = service in hand.desk.offered
        if condition.unplugged in end.without:
            said, ok = "not in the menu", not offered
        else:
            JOURNEYS[service](hand)
            said, ok = _read(hand, _words(end, condition)[language is Language.EN])
    except (TimeoutError, LookupError, AssertionError, RuntimeError) as err:
        said, ok = f"{type(err).__name__}: {str(err).splitlines()[0][:80]} in {hand.state}", False
    (BUILD / name).write_bytes(hand.demo.picture())
    hand.go_home()
    return Row(service, language, condition, said, name, ok)


def _words(end: End, condition: Condition) -> Both:
    if condition.offline and end.offline is not None:
        return end.offline
    if condition.unplugged is Device.PRINTER and end.no_printer is not None:
        return end.no_printer
    return end.well


def _read(hand: Hand, words: str) -> tuple[str, bool]:
    """Whether ``words`` come to stand on the screen."""
    try:
        hand.await_words(words, timeout_s=15)
    except TimeoutError:
        return f"“{words}” is not on the screen", False
    return f"“{words}”", True


def walk(chosen: list[str]) -> list[Row]:
    """Every row of the chosen services."""
    rows = []
    with Demo() as demo:
        Hand.at(demo).await_state("Idle")
        Hand.at(demo).visitor.await_online()
        for condition in CONDITIONS:
            with amiss(demo, condition):
                for language in Language:
                    for service in chosen:
                        rows.append(walk_one(_hand(demo, condition, language), service, condition))
                        print(_line(rows[-1]), flush=True)
    return rows


def _hand(demo: Demo, condition: Condition, language: Language) -> Hand:
    hand = Hand.at(demo, language)
    gone = frozenset() if condition.unplugged is None else frozenset({condition.unplugged})
    return replace(hand, desk=replace(hand.desk, ready=hand.desk.ready - gone, online=not condition.offline))


def _line(row: Row) -> str:
    mark = "yes" if row.ok else "**NO**"
    shown = f"[picture]({row.picture})"
    return f"| {row.service} | {row.language.value} | {row.condition.name} | {mark} | {row.outcome} | {shown} |"


def main() -> int:
    """Walk, and write down what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help=f"all by default: {' '.join(ENDS)}")
    chosen = parser.parse_args().services or list(ENDS)
    missing = sorted(set(KNOWN_SERVICES) - set(ENDS))
    BUILD.mkdir(parents=True, exist_ok=True)
    rows = walk(chosen)
    head = [
        "# The service table, walked",
        "",
        "| service | language | condition | holds | says | |",
        "| --- " * 6 + "|",
    ]
    tail = ["", f"Not walked: {', '.join(missing)}."] if missing else []
    (BUILD / "index.md").write_text("\n".join([*head, *map(_line, rows), *tail, ""]), "utf-8")
    failed = [row for row in rows if not row.ok]
    print(f"{len(rows) - len(failed)} of {len(rows)} rows hold; {BUILD / 'index.md'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
