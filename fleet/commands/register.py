"""`fleet import-register` and `fleet register-sample`: the factory register from the command line.

    fleet import-register FILE --office CBI --dry-run     what would happen; changes nothing
    fleet import-register FILE --office CBI               and then does it; the same command again goes on after a kill
    fleet import-register --undo 12                       every factory back to what it was, unless changed since
    fleet register-sample FILE.csv --rows 500             a messy register to try it with, all ตัวอย่าง

What it is: options in, progress on standard error, one line of JSON out. The work is ``fleet.office.register``'s.
"""

from __future__ import annotations

import argparse
import csv
import getpass
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.commands.command import AddCommand, CommandError, Said

if TYPE_CHECKING:
    from fleet.office.models import Office
    from fleet.office.register.models import Run


def add(command: AddCommand) -> None:
    """These commands."""
    _add_import(command("import-register", _import_register, "the factory register from CSV or XLSX; or undo"))
    _add_sample(command("register-sample", _register_sample, "write a messy register to try the import with"))


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="CSV (cp874 or UTF-8) or XLSX")
    parser.add_argument("--office", default="", help="office id; without it, the whole nation's")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument("--report", type=Path, help="write every finding into this CSV")
    parser.add_argument("--undo", type=int, metavar="RUN", help="undo a run instead")


def _add_sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="ends in .csv or .xlsx")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--office", default="", help="office id; without it, all provinces with an office")
    parser.add_argument("--utf8", action="store_true", help="not cp874")


def _import_register(arguments: argparse.Namespace) -> Said:
    if (arguments.file is None) == (arguments.undo is None):
        raise CommandError("name a file, or a run with --undo")
    return _undone(arguments.undo) if arguments.undo is not None else _imported(arguments)


def _imported(arguments: argparse.Namespace) -> Said:
    from fleet.office.register import runs
    from fleet.office.register.checking import OvertakenError
    from fleet.office.register.models import Run, Stage

    try:
        run, _ = runs.begun(arguments.file, arguments.file.name, _office(arguments.office), (None, _who()))
        if run.stage in (Stage.WAITING, Stage.CHECKING):
            _shown(run.pk, runs.check(run, arguments.file))
        run.refresh_from_db()
        if run.stage == Stage.FAILED:
            raise CommandError(f"nothing was taken from {arguments.file}: {run.refusal}")
        if arguments.report is not None:
            _write_report(run, arguments.report)
    except OSError as err:
        raise CommandError(f"{err.filename}: {err.strerror}") from err
    except OvertakenError as err:
        raise CommandError("another check of this file has begun; look at that one") from err
    if not arguments.dry_run:
        if run.stage in (Stage.CHECKED, Stage.IMPORT_STOPPED):
            runs.ask_import(run.pk, _who())
        _worked_off(run.pk, Stage.APPLYING)
    return _said(Run.objects.get(pk=run.pk))


def _undone(number: int) -> Said:
    from fleet.office.register import runs
    from fleet.office.register.models import Run, Stage

    run = Run.objects.filter(pk=number).first()
    if run is None:
        raise CommandError(f"there is no run {number}")
    if run.stage != Stage.UNDOING:
        try:
            runs.ask_undo(number, _who())
        except runs.NotNowError as err:
            raise CommandError(f"run {number} is {run.stage}; only what was imported can be undone") from err
    _worked_off(number, Stage.UNDOING)
    return _said(Run.objects.get(pk=number))


def _office(office_id: str) -> Office | None:
    from fleet.office.models import Office

    if not office_id:
        return None
    office = Office.objects.filter(pk=office_id).first()
    if office is None:
        raise CommandError(f"there is no office {office_id}")
    return office


def _who() -> str:
    return f"{getpass.getuser()} (fleet import-register)"


def _worked_off(run_id: int, stage: str) -> None:
    from fleet.devices.desired import announce_office
    from fleet.office.register.applying import apply_step, undo_step
    from fleet.office.register.models import Stage

    step = apply_step if stage == Stage.APPLYING else undo_step
    _shown(run_id, iter(lambda: step(run_id, announce_office), False))


def _shown(run_id: int, steps: Iterable[object]) -> None:
    """Take the steps, with a line that keeps telling how far they are."""
    from fleet.office.register.models import Run

    for _step in steps:
        run = Run.objects.get(pk=run_id)
        of = f" of {run.progress_of:,}" if run.progress_of else ""
        sys.stderr.write(f"\r{run.stage}: {run.progress:,}{of}   ")
        sys.stderr.flush()
    sys.stderr.write("\n")


def _said(run: Run) -> Said:
    return {
        "run": run.pk,
        "stage": run.stage,
        "lines": run.lines,
        "actions": run.actions,
        "findings": run.kinds,
        "created": run.created,
        "updated": run.updated,
        "went_back": run.went_back,
        "stayed": run.stayed,
    }


def work_off(stop: Callable[[], bool]) -> int:
    """Do what was asked for, a batch at a time, until there is no more or ``stop`` says so; how many batches."""
    from fleet.devices.desired import announce_office
    from fleet.office.register.runs import Clerk

    clerk, turns = Clerk(announce_office), 0
    while not stop() and clerk.turn():
        turns += 1
    clerk.leave()
    return turns


def _write_report(run: Run, path: Path) -> None:
    """Every finding of a run as a CSV that Excel opens as it should."""
    from fleet.office.register.report import HEADINGS, report_lines

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        rows.writerows(report_lines(run))


def _register_sample(arguments: argparse.Namespace) -> Said:
    from fleet.office.models import Province
    from fleet.office.register.sample_file import Place, write_csv, write_xlsx

    provinces = Province.objects.filter(offices__isnull=False).distinct()
    if arguments.office:
        office = _office(arguments.office)
        provinces = provinces.filter(offices=office)
    places = [Place(each.dopa_code, each.name_th) for each in provinces]
    if not places:
        raise CommandError("there is no office yet; run `fleet sample-data`")
    if arguments.file.suffix == ".xlsx":
        write_xlsx(arguments.file, arguments.rows, places)
    else:
        write_csv(arguments.file, arguments.rows, places, "utf-8-sig" if arguments.utf8 else "cp874")
    return {"file": str(arguments.file), "rows": arguments.rows}
