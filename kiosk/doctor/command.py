"""`kiosk doctor`: options in, a report out, an exit code.

0: all is well, or all that this hardware tells is. 1: something needs a person, or could not be asked. 2: wrong use.

Rules: with ``--json`` nothing but the report goes to standard output; what is said meanwhile goes to standard error.
``--unmasked`` shows what stands on a card to the eyes in front of a terminal, after a question, and to nobody else: it
refuses pipes, files and JSON.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from drivers.card.thai_id import ThaiIdText
from kiosk.config import ConfigError, MachineConfig, read_config
from kiosk.doctor.examination import DEVICES, PARTS, Manner, Subject, examine
from kiosk.doctor.new_roll import put_in
from kiosk.doctor.opening import Openers, Patience
from kiosk.doctor.report import as_json
from kiosk.doctor.screen import as_lines
from kiosk.doctor.voice import Voice

WITHOUT_CONFIG = {"card": "pcsc:", "scanner": "evdev:auto"}
"""What can be looked for on a machine of which nothing is known."""

REPORTED = 0
NOT_WELL = 1
WRONG_USE = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    part: str | None
    config_path: Path
    is_json: bool
    is_long: bool
    is_thai: bool
    is_unmasked: bool
    is_new_roll: bool
    is_sure: bool


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The options of the subcommand, but ``--config``."""
    command.add_argument("part", nargs="?", choices=PARTS, help="look at one thing, with its live test")
    command.add_argument("--json", action="store_true", help="the report for programs, on standard output")
    command.add_argument("--long", action="store_true", help="all of it, on more than one screen")
    command.add_argument("--lang", choices=("th", "en"), help="speak Thai or English; else as the locale says")
    command.add_argument(
        "--unmasked", action="store_true", help="card: show what stands on it, after asking; on a terminal only"
    )
    command.add_argument("--new-roll", action="store_true", help="printer: a full new roll was put in; asks first")
    command.add_argument("--yes", action="store_true", help="with --new-roll: do not ask")


def order_of(arguments: argparse.Namespace) -> Order:
    """The options, typed."""
    return Order(
        part=arguments.part,
        config_path=arguments.config,
        is_json=arguments.json,
        is_long=arguments.long,
        is_thai=is_thai(arguments.lang, os.environ),
        is_unmasked=arguments.unmasked,
        is_new_roll=arguments.new_roll,
        is_sure=arguments.yes,
    )


def is_thai(said: str | None, environment: Mapping[str, str]) -> bool:
    """Whether to speak Thai: what was said, or else the locale, as POSIX ranks its variables."""
    if said is not None:
        return said == "th"
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return locale == "th" or locale.startswith("th_")


def run(
    order: Order, make_openers: Callable[[dict[str, str], tuple[int, int]], Openers], version: str, root: Path
) -> int:
    """Look, report, and return the exit code. ``make_openers`` takes the devices' addresses and the display's size."""
    _speak_plainly(is_json=order.is_json)
    try:
        return _run(order, make_openers, version, root)
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_WELL


def _run(
    order: Order, make_openers: Callable[[dict[str, str], tuple[int, int]], Openers], version: str, root: Path
) -> int:
    out = Voice(_to(sys.stderr if order.is_json else sys.stdout), order.is_thai, _passing())
    if (refusal := _refusal(order)) is not None:
        _to(sys.stderr)(f"kiosk doctor: {refusal}")
        return WRONG_USE
    if order.is_unmasked and not _is_agreed(out):
        return WRONG_USE
    config, detail = _read(order.config_path)
    if order.is_new_roll:
        if config is None:
            _to(sys.stderr)(f"kiosk doctor: {detail}")
            return WRONG_USE
        return put_in(config, out, is_sure=order.is_sure)
    addresses, size_px = _devices(config)
    subject = Subject(config, detail, make_openers(addresses, size_px), addresses, version, root)
    reveal = (lambda text: _reveal(text, out)) if order.is_unmasked else None
    report = examine(subject, order.part, Manner(out, Patience(), reveal))
    if order.is_json:
        _to(sys.stdout)(as_json(report))
    else:
        for line in as_lines(report, is_thai=order.is_thai, is_long=order.is_long or order.part is not None):
            out.write(line)
    if order.is_json and order.part is None:
        return REPORTED  # the whole report is what was asked for, and says in ``healthy`` what it found
    return report.exit_code


def _speak_plainly(*, is_json: bool) -> None:
    """JSON is UTF-8 whatever the locale; a terminal that has no Thai shows question marks, and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if is_json else None, errors="replace")


def _to(stream: TextIO) -> Callable[[str], None]:
    def write(line: str) -> None:
        stream.write(f"{line}\n")
        stream.flush()

    return write


def _passing() -> Callable[[str], None]:
    """Lines that the next overwrites, for eyes in front of a terminal; nothing for a file or a program."""

    def write(line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()

    return write


def _refusal(order: Order) -> str | None:
    if order.is_new_roll and (order.part != "printer" or order.is_json or order.is_unmasked):
        return "--new-roll goes with `kiosk doctor printer`, and with --yes and --lang"
    if order.is_sure and not order.is_new_roll:
        return "--yes goes with --new-roll"
    if not order.is_unmasked:
        return None
    if order.part != "card" or order.is_json:
        return "--unmasked goes with `kiosk doctor card`, and never with --json"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "--unmasked is for eyes in front of a terminal; this is none"
    return None


def _is_agreed(voice: Voice) -> bool:
    voice.say(
        "จะแสดงเลขประจำตัวและชื่อบนบัตรทั้งหมด ใช้เมื่อจำเป็นเท่านั้น และต้องได้รับความยินยอมจากเจ้าของบัตร พิมพ์ yes เพื่อแสดง",
        "The whole ID number and name will be shown: a last resort, with the owner's consent. Type yes to go on.",
    )
    return sys.stdin.readline().strip().lower() == "yes"


def _reveal(text: ThaiIdText, voice: Voice) -> None:
    voice.write(f"  {text.id_number.reveal() if text.id_number else '-'}")
    voice.write(f"  {text.name_th.full if text.name_th else '-'}")


def _read(path: Path) -> tuple[MachineConfig | None, str]:
    try:
        return read_config(path), ""
    except ConfigError as err:
        return None, str(err)


def _devices(config: MachineConfig | None) -> tuple[dict[str, str], tuple[int, int]]:
    if config is None:
        return dict(WITHOUT_CONFIG), (0, 0)
    return {name: getattr(config.devices, name) for name in DEVICES}, config.display.size_px
