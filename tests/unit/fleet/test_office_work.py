"""The leader starts who does the office's work, as many as there is work for, and outlives their deaths."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from fleet.conduct.office_work import LOOK_EVERY_S, PAUSE_AFTER_FAILURE_S, PRINTERS, OfficeWork
from fleet.office.fees import runs
from fleet.office.fees.models import LetterPart, LetterRun
from fleet.office.fees.policies import decide
from fleet.office.models import Notice, Office
from fleet.office.register.models import Run
from fleet.rounds import notes
from fleet.rounds.deeds import What
from fleet.rounds.models import Deed


class Begun:
    """Starts a real process that waits for its end, and remembers what for."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.what: list[str] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, what: str) -> subprocess.Popen[bytes]:
        self.what.append(what)
        self.processes.append(subprocess.Popen(["sleep", "600"]))
        return self.processes[-1]


@contextmanager
def working() -> Iterator[tuple[OfficeWork, Begun]]:
    begun = Begun()
    work = OfficeWork(begun, lambda: begun.now_s)
    yield work, begun
    work.close()
    assert all(process.poll() is not None for process in begun.processes)


def ask(parts: int) -> LetterRun:
    run = runs.ask(Office.objects.get(pk="CBI"), Notice.objects.all(), None)
    assert run is not None
    for number in range(2, parts + 1):
        LetterPart.objects.create(run=run, number=number, notice_nos=[], count=0)
    return run


def test_without_work_nobody_is_started() -> None:
    with working() as (work, begun):
        work.turn()
        assert begun.what == []


def test_letters_get_as_many_printers_as_there_are_parts_and_no_more_than_cores() -> None:
    ask(1)
    with working() as (work, begun):
        work.turn()
        work.turn()
        assert begun.what == ["letters"]
    ask(5)
    with working() as (work, begun):
        work.turn()
        assert begun.what == ["letters"] * PRINTERS


def test_a_policy_that_reminds_has_the_days_work_begun() -> None:
    decide(Office.objects.get(pk="CBI"), {"reminders": {"on": True}}, None, "ทดลอง")
    with working() as (work, begun):
        work.turn()
        assert begun.what == ["daily"]


def test_notes_of_rounds_are_forgotten_after_a_year_and_not_the_deeds() -> None:
    now, by = timezone.now(), User.objects.create(username="technician")
    for number, age in enumerate((notes.KEPT + timedelta(hours=1), notes.KEPT - timedelta(hours=1))):
        Deed.objects.create(
            deed_id=f"{number:032x}", kiosk_id="CBI-01", by=by, what=What.CLOSE, note="เปลี่ยนสาย", outcome="done",
            pressed_at=now - age, received_at=now - age,
        )  # fmt: skip
    with working() as (work, begun):
        work.turn()
        assert begun.what == ["daily"]
    assert notes.forget(now) == 1
    assert list(Deed.objects.order_by("deed_id").values_list("note", flat=True)) == ["", "เปลี่ยนสาย"]
    with working() as (work, begun):
        work.turn()
        assert begun.what == [], "nothing is left to forget"


def test_what_has_failed_pauses_and_nothing_else_does() -> None:
    ask(1)
    with working() as (work, begun):
        work.turn()
        begun.processes[0].kill()
        begun.processes[0].wait()
        Run.objects.create(file_name="x.csv", sha256="0" * 64, size_bytes=1, path="/nowhere")
        begun.now_s += LOOK_EVERY_S
        work.turn()
        assert begun.what == ["letters", "register"]
        begun.now_s += PAUSE_AFTER_FAILURE_S
        work.turn()
        assert begun.what == ["letters", "register", "letters"]
