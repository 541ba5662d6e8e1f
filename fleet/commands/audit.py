"""`fleet audit`: has anybody changed the trail of who saw and did what; its end, to be kept elsewhere; all of it."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from fleet.commands.command import AddCommand, CommandError, Said

WHAT = ("verify", "anchor", "export")


def add(command: AddCommand) -> None:
    """These commands."""
    audit = command("audit", _audit, "the trail of who saw and did what: follow its chain, print its end, write it out")
    audit.add_argument("what", choices=WHAT)
    audit.add_argument("--anchor", default="", metavar="NUMBER:DIGEST", help="verify: an end that was kept elsewhere")
    audit.add_argument("--file", type=Path, help="export: the CSV to write")


def _audit(arguments: argparse.Namespace) -> Said:
    from fleet.audit import trail

    match arguments.what:
        case "verify":
            verdict = trail.verify(trail.whole_trail(), _kept(arguments.anchor))
            told: dict[str, Any] = {"agrees": verdict.broken_at is None, "lines": verdict.end.number}
            return {**told, "anchor": _said(verdict.end), "broken_at": verdict.broken_at}
        case "anchor":
            end = trail.anchor()
            return {"anchor": _said(end), "at": end.at.isoformat() if end.at else None}
    return _export(arguments.file)


def _said(end: Any) -> str:
    return f"{end.number}:{end.digest}"


def _kept(text: str) -> Any:
    from fleet.audit.trail import Anchor

    if not text:
        return None
    number, colon, digest = text.partition(":")
    if not (colon and number.isascii() and number.isdigit() and len(digest) == 64):
        raise CommandError("an anchor is NUMBER:DIGEST, as `fleet audit anchor` prints it")
    return Anchor(int(number), digest)


def _export(file: Path | None) -> Said:
    from fleet.audit.models import Entry
    from fleet.audit.trail import whole_trail
    from fleet.office.spreadsheets import inert

    if file is None:
        raise CommandError("say where with --file")
    names = [field.attname for field in Entry._meta.concrete_fields]
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(names)
        lines = 0
        for entry in whole_trail():
            lines += 1
            values = [getattr(entry, name) for name in names]
            table.writerow([inert("" if each is None else str(each)) for each in values])
    return {"lines": lines, "file": str(file)}
