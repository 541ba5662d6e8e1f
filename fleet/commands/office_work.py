"""`fleet office-work` and `fleet notices`: the office's yearly fees without a browser.

    fleet office-work letters                       print what is waiting to be printed, then end
    fleet office-work daily                         grow surcharges, remind, forget old files and notes, then end
    fleet office-work register                      check, import and undo what was asked for on the page, then end
    fleet office-work registrations                 pass on to i-Industry who asked to be registered, then end
    fleet office-work settings                      put into force what was planned for by now, then end
    fleet office-work webhooks                      tell other programs what happened, then end
    fleet notices CBI 2569                          tell what would be made; --make makes it
    fleet notices CBI 2569 --letters FOLDER         the letters of what is owed, several PDFs; goes on where it stopped

What it is: options in, one line of JSON out, progress on standard error. The rules stand in ``fleet.office.fees``.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.commands import register
from fleet.commands.command import AddCommand, CommandError, Said

if TYPE_CHECKING:
    from fleet.office.fees.models import LetterRun
    from fleet.office.fees.sending import Carriers
    from fleet.office.models import Office


def add(command: AddCommand) -> None:
    """These commands."""
    work = command("office-work", _office_work, "do what waits of one kind; conduct starts it")
    work.add_argument("what", choices=["letters", "daily", "register", "registrations", "settings", "webhooks"])
    _add_notices(command("notices", _notices, "yearly fees: tell, make, and print the letters"))


def _add_notices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office_id")
    parser.add_argument("year", type=int, help="of the Buddhist era, in which the fee falls due")
    parser.add_argument("--month", type=int, choices=range(1, 13), help="only what falls due in it")
    parser.add_argument("--make", action="store_true", help="make the notices; without it they are only told of")
    parser.add_argument("--drafts", action="store_true", help="reckon by unsigned rules too: samples only")
    parser.add_argument(
        "--letters", type=Path, metavar="FOLDER", help="print what is owed of that year into PDFs there"
    )


LOOK_EVERY_S = 0.5


class _Stop:
    """Becomes true on a signal to end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


def _office_work(arguments: argparse.Namespace) -> Said:
    from django.utils import timezone

    from fleet.office.channels import passing_on
    from fleet.office.fees import runs, sending
    from fleet.payments.billing import grow_notices, payee_of
    from fleet.rounds import notes

    stop = _Stop()
    if arguments.what == "register":
        return {"turns": register.work_off(stop)}
    if arguments.what == "registrations":
        return _pass_on_registrations(stop)
    if arguments.what == "settings":
        from fleet.acting import planning

        return {"ended": planning.work(timezone.now, stop)}
    if arguments.what == "webhooks":
        from fleet.conduct import hooks

        return {"told": hooks.tell_all(timezone.now, stop)}
    if arguments.what == "letters":
        return {"parts": runs.work(payee_of, timezone.localdate, stop)}
    return {
        "grown": grow_notices(timezone.localdate()),
        "reminded": sending.send_all(_carriers(), timezone.localtime, stop),
        "forgotten": runs.forget_old(timezone.now()),
        "lapsed": passing_on.lapse(timezone.now()),
        "notes": notes.forget(timezone.now()),
    }


def _pass_on_registrations(stop: Callable[[], bool]) -> Said:
    from django.utils import timezone

    from fleet.conduct import registering
    from fleet.office.channels import passing_on
    from fleet.partners.opening import kept_key

    key = kept_key(registering.key_folder())
    if key is None:
        raise CommandError("the key that opens registrations is not on this machine")
    return {"answered": passing_on.pass_on(registering.sender(key), timezone.now, stop)}


def _carriers() -> Carriers:
    """The carriers of reminders, as the environment names them."""
    from django.conf import settings

    from fleet.office.fees.sending import Carriers

    named = {"mail": settings.REMINDERS_MAIL, "line": settings.REMINDERS_LINE}
    return Carriers({channel: address for channel, address in named.items() if address})


def _notices(arguments: argparse.Namespace) -> Said:
    from django.utils import timezone

    from fleet.office.fees.making import Asked, plan
    from fleet.office.fees.rulebook import versions
    from fleet.office.models import Office
    from fleet.payments.billing import make_notices
    from fleet.protocol.thai import BE_OFFSET

    office = Office.objects.filter(pk=arguments.office_id).first()
    if office is None:
        raise CommandError(f"there is no office {arguments.office_id!r}")
    asked = Asked(office, arguments.year - BE_OFFSET, arguments.month)
    rules, today = versions(drafts_too=arguments.drafts), timezone.localdate()
    if arguments.letters:
        return _letters(office, asked.fee_year, arguments.letters)
    if arguments.make:
        return {"made": len(make_notices(asked, rules, today, None))}
    told = plan(asked, rules, today)
    return {
        "would_make": len(told.fees),
        "total_satang": told.total_satang,
        "samples": told.sample_count,
        "there_already": told.there,
        "refused": {reason.value: count for reason, count in told.refusals().items()},
    }


def _letters(office: Office, fee_year: int, folder: Path) -> Said:
    """Print the year's owed notices into a folder; a run that was cut off goes on."""
    from fleet.office.fees import runs
    from fleet.office.fees.models import LetterRun
    from fleet.office.models import Notice
    from fleet.protocol.thai import BE_OFFSET

    of_what = f"{fee_year + BE_OFFSET}"
    begun = LetterRun.objects.filter(office=office, of_what=of_what, asked_by=None).first()
    run = begun if begun is not None and not runs.progress_of(begun).is_over else None
    if run is None:
        owed = Notice.objects.filter(yearly_fee__fee_year=fee_year).order_by("due_on", "pk")
        run = runs.ask(office, owed, None, of_what)
    if run is None:
        raise CommandError(f"nothing is owed to {office.pk} for {of_what}")
    folder.mkdir(parents=True, exist_ok=True)
    return _print(run, folder)


def _print(run: LetterRun, folder: Path) -> Said:
    from django.utils import timezone

    from fleet.office.fees import runs
    from fleet.payments.billing import payee_of

    stop = _Stop()
    while not stop() and not runs.progress_of(run).is_over:
        part = runs.claim(timezone.now(), run)
        if part is None:
            time.sleep(LOOK_EVERY_S)  # somebody else has the rest, or had it and is dead: then it comes back
            continue
        try:
            runs.print_part(part, payee_of, timezone.localdate())
        except runs.NoPayeeError as err:
            raise CommandError(f"the settings of {err} name no payee that may be paid") from err
        progress = runs.progress_of(run)
        sys.stderr.write(f"{progress.done}/{run.total} letters\n")
        sys.stderr.flush()
    written = [_write(folder, run, part.number, bytes(part.pdf or b"")) for part in run.parts.iterator(1) if part.pdf]
    return {"run": run.pk, "letters": runs.progress_of(run).pages, "of": run.total, "files": written}


def _write(folder: Path, run: LetterRun, number: int, printed: bytes) -> str:
    """A part as a file, whole or not there."""
    path = folder / f"{run.office_id}-{run.pk}-{number:03d}.pdf"
    beside = path.with_suffix(".part")
    beside.write_bytes(printed)
    beside.rename(path)
    return path.name
