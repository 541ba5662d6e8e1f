"""Slips that do not come out at once: every attempt on record once, the slip never lost, a second one marked.

The defects of other kiosks' printing (facts on peripherals, section 4) and the test that we do not have them:

| theirs | here |
| --- | --- |
| prints silently lost when the printer loses power (python-escpos#253) | ``[unplugged]``, ``[silent]`` |
| not found again after the printer restarted (#437) | ``[unplugged]``: printed after it is back |
| a silent printer counts as well | ``[silent]``: recorded as not known to be out |
| no word of the cover or the knife | ``[cover open]``, ``[knife stuck]`` |
| a job that is not journalled before it is sent | ``test_it_is_in_the_journal_before_the_printer_has_it`` |
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drivers.printer.fake import FakePrinter
from drivers.printer.port import Part, Raster
from fleet.protocol.messages import CommandKind
from fleet.protocol.records import DeviceChanged, SlipFailed, SlipPrinted
from kiosk import news
from kiosk.frontdesk.printing import RETRY_AFTER_S, Printing
from kiosk.print_journal import ATTEMPTS_MAX, KEPT_FOR, PRINTED_AGAIN_FOR, PrintJournal
from kiosk.spool import Spool
from kiosk.visits.desk import Device
from kiosk.visits.events import Button, Touched
from kiosk.visits.states import Confirmed, Idle, Slip, Taking
from tests.support.desk_rig import DeskRig
from tests.support.sample_service_slips import SERVICE_SLIPS, code_of
from tests.support.sample_slips import PAID
from tests.unit.frontdesk.test_desk import pay


@dataclass(frozen=True)
class Trouble:
    """What happens in the middle of the slip, how it is mended, and the word on record."""

    happens: Callable[[FakePrinter], None]
    is_mended: Callable[[FakePrinter], None]
    reason: str


TROUBLES = {
    "out of paper": Trouble(lambda p: p.run_out_of_paper(after_mm=20), lambda p: p.refill(), "paper-out"),
    "cover open": Trouble(lambda p: p.open_cover(after_mm=20), lambda p: p.close_cover(), "cover-open"),
    "head hot": Trouble(lambda p: p.overheat(after_mm=20), lambda p: p.cool_down(), "overheated"),
    "knife stuck": Trouble(lambda p: p.jam_knife(after_mm=20), lambda p: p.free_knife(), "cutter"),
    "silent": Trouble(lambda p: p.silence(after_mm=20), lambda p: p.speak(), "printer-silent"),
    "unplugged": Trouble(lambda p: p.unplug(after_mm=20), lambda p: p.plug_in(), "printer-lost"),
}


def of_slips(rig: DeskRig) -> list[str]:
    """One word a record of a slip."""
    return [
        each.reason if isinstance(each, SlipFailed) else "reprinted" if each.reprint else "printed"
        for each in rig.records()
        if isinstance(each, SlipFailed | SlipPrinted)
    ]


def journalled(rig: DeskRig) -> int:
    with sqlite3.connect(rig.config.data_path / "spool.sqlite") as db:
        (rows,) = db.execute("SELECT count(*) FROM print_job").fetchone()
    db.close()
    return int(rows)


def slip_of(rig: DeskRig) -> Slip:
    return getattr(rig.state, "slip", Slip.NONE)


def failing_visit(rig: DeskRig, trouble: Trouble) -> None:
    """From idle to a slip that has failed."""
    pay(rig)
    trouble.happens(rig.printer)
    rig.confirm()
    rig.until(Confirmed)
    rig.until(lambda: slip_of(rig) is Slip.FAILED)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_the_whole_slip_comes_out_marked_when_the_printer_is_well(tmp_path: Path, trouble: Trouble) -> None:
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, trouble)
        assert (of_slips(rig), journalled(rig), rig.printer.slips) == ([trouble.reason], 1, [])
        trouble.is_mended(rig.printer)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert (of_slips(rig), journalled(rig)) == ([trouble.reason, "reprinted"], 0)
        (slip,) = rig.printer.slips
        (torn,) = rig.printer.waste
        assert torn.height_px < slip.height_px


def test_a_hot_head_is_told_as_one_until_it_has_cooled(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        rig.until(Idle)

        def said() -> list[str]:
            return [
                each.detail for each in rig.records() if isinstance(each, DeviceChanged) and each.device == "printer"
            ]

        rig.printer.overheat()
        rig.until(lambda: said()[-1] == "overheated")
        rig.printer.cool_down()
        rig.until(lambda: said()[-1] == "paper full")


def test_a_slip_that_succeeds_is_one_record_and_no_reprint(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.confirm()
        rig.until(Confirmed)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert (of_slips(rig), journalled(rig)) == (["printed"], 0)


def test_it_is_in_the_journal_before_the_printer_has_it(tmp_path: Path) -> None:
    seen: list[int] = []

    class Watching(FakePrinter):
        def print(self, parts: tuple[Part, ...]) -> None:
            seen.append(journalled(rig))
            super().print(parts)

    rig = DeskRig(tmp_path)
    rig.printer = Watching()
    with rig:
        pay(rig)
        rig.confirm()
        rig.until(Confirmed)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
    assert seen == [1]


def test_it_is_printed_for_a_visitor_who_has_reached_the_last_screen(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, TROUBLES["out of paper"])
        rig.tap(Button.FINISH)
        rig.until(Taking)
        rig.printer.refill()
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert of_slips(rig) == ["paper-out", "reprinted"]


def test_a_touch_on_print_again_does_not_make_two_of_it(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, TROUBLES["out of paper"])
        rig.tap(Button.FINISH)
        rig.until(Taking)
        rig.until(lambda: not rig.state.desk.can_print)
        rig.printer.refill()
        touch_print_again(rig)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert (of_slips(rig), journalled(rig)) == (["paper-out", "reprinted"], 0)
        assert len(rig.printer.slips) == 1


def test_the_screen_says_that_it_prints_as_soon_as_the_slip_is_tried_again(tmp_path: Path) -> None:
    """Nobody is to take a picture of a screen while the slip comes out."""
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, TROUBLES["out of paper"])
        rig.printer.refill()
        seen = [Slip.FAILED]

        def is_out() -> bool:
            if slip_of(rig) is not seen[-1]:
                seen.append(slip_of(rig))
            return seen[-1] is Slip.PRINTED

        rig.until(is_out)
        assert seen == [Slip.FAILED, Slip.PRINTING, Slip.PRINTED]


def touch_print_again(rig: DeskRig, times: int = 3) -> None:
    """Also where the button is not drawn: a touch may be late."""
    for _ in range(times):
        rig.process.inbox.put(Touched(Button.PRINT_AGAIN))
    rig.desk.round()


# ---- there was no paper before it was wanted

NO_PRINTING = {
    "no paper": (lambda p: p.run_out_of_paper(), lambda p: p.refill(), "paper-out"),
    "cover open": (lambda p: p.open_cover(), lambda p: p.close_cover(), "offline"),
    "unplugged": (lambda p: p.unplug(), lambda p: p.plug_in(), "offline"),
}


def visit_without_paper(rig: DeskRig, happens: Callable[[FakePrinter], None]) -> None:
    """From idle to a slip that nobody could begin to print."""
    pay(rig)
    happens(rig.printer)
    rig.until(lambda: not rig.state.desk.can_print)
    rig.confirm()
    rig.until(Confirmed)
    assert slip_of(rig) is Slip.FAILED


@pytest.mark.parametrize(("happens", "is_mended", "reason"), NO_PRINTING.values(), ids=NO_PRINTING)
def test_a_slip_that_waited_for_its_first_paper_comes_out_unmarked(
    tmp_path: Path,
    happens: Callable[[FakePrinter], None],
    is_mended: Callable[[FakePrinter], None],
    reason: str,
) -> None:
    with DeskRig(tmp_path) as rig:
        visit_without_paper(rig, happens)
        assert (of_slips(rig), journalled(rig)) == ([reason], 1)
        is_mended(rig.printer)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert (of_slips(rig), journalled(rig)) == ([reason, "printed"], 0)
        assert (len(rig.printer.slips), rig.printer.waste) == (1, [])


def test_it_waits_through_a_restart(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        visit_without_paper(rig, lambda p: p.run_out_of_paper())
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: len(rig.printer.slips) == 1)
        rig.until(lambda: of_slips(rig) == ["paper-out", "printed"])


def test_no_touch_makes_two_of_it_or_fills_the_records(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        visit_without_paper(rig, lambda p: p.run_out_of_paper())
        rig.tap(Button.FINISH)
        rig.until(Taking)
        touch_print_again(rig)
        assert (of_slips(rig), journalled(rig)) == (["paper-out"], 1)
        rig.printer.refill()
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        assert (of_slips(rig), len(rig.printer.slips)) == (["paper-out", "printed"], 1)


# ---- staff ask for it


def ask_for_the_last(rig: DeskRig) -> None:
    rig.agent.send(news.Errand("c-1", CommandKind.REPRINT, datetime.now(UTC) + timedelta(minutes=1)))


def test_the_last_slip_comes_out_once_more_marked(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        pay(rig)
        rig.confirm()
        rig.until(Confirmed)
        rig.until(lambda: slip_of(rig) is Slip.PRINTED)
        rig.tap(Button.FINISH)
        rig.until(Taking)
        rig.slot.remove()
        rig.until(Idle)
        ask_for_the_last(rig)
        rig.until(lambda: of_slips(rig) == ["printed", "reprinted"])
        first, second = rig.printer.slips
        assert second.height_px > first.height_px


def test_one_too_old_to_come_out_by_itself_does_when_staff_ask(tmp_path: Path) -> None:
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, TROUBLES["out of paper"])
    with sqlite3.connect(tmp_path / "data" / "spool.sqlite") as db:
        db.execute("UPDATE print_job SET wanted_at = wanted_at - 3600")
    db.close()
    with DeskRig(tmp_path) as rig:
        rig.until(lambda: Device.PRINTER in rig.state.desk.ready and rig.state.desk.can_print)
        rig.desk.look_after(time.monotonic() + 60)
        assert (rig.printer.slips, journalled(rig)) == ([], 1)
        ask_for_the_last(rig)
        rig.until(lambda: of_slips(rig) == ["paper-out", "reprinted"])
        assert (len(rig.printer.slips), journalled(rig)) == (1, 0)


# ---- the journal by itself


AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.sqlite")


@pytest.mark.parametrize(
    ("age", "attempts", "tried"),
    [
        (timedelta(0), 1, True),
        (PRINTED_AGAIN_FOR, 1, True),
        (PRINTED_AGAIN_FOR + timedelta(seconds=1), 1, False),
        (-timedelta(seconds=1), 1, False),  # the clock was set back: nobody knows how old it is
        (timedelta(minutes=1), ATTEMPTS_MAX, False),
    ],
)
def test_only_a_young_slip_is_tried_again(spool: Spool, age: timedelta, attempts: int, tried: bool) -> None:
    journal = PrintJournal(spool)
    job = journal.begin(PAID, AT)
    for _ in range(attempts - 1):
        job = journal.again(job, AT)
    assert job.may_be_tried(AT + age) is tried
    spool.close()


@pytest.mark.parametrize(("age", "kept"), [(KEPT_FOR, True), (KEPT_FOR + timedelta(seconds=1), False)])
def test_a_slip_that_failed_is_kept_for_staff_for_a_day(spool: Spool, age: timedelta, kept: bool) -> None:
    journal = PrintJournal(spool)
    job = journal.begin(PAID, AT)
    spool.together(lambda: journal.held(job))
    journal.forget(AT + age)
    assert bool(journal.jobs()) is kept
    spool.close()


@pytest.mark.parametrize("was_tried", [True, False])
def test_one_asked_for_again_is_marked_only_if_any_of_it_may_be_on_paper(spool: Spool, was_tried: bool) -> None:
    journal = PrintJournal(spool)
    if was_tried:
        first = journal.begin(PAID, AT)
        spool.together(lambda: journal.held(first))
    else:
        journal.hold(PAID, AT)
    asked = [journal.begin(PAID, AT), *journal.jobs()]
    assert [each.slip.reprint for each in asked] == [was_tried] * 2
    spool.close()


def test_one_held_for_its_first_paper_has_all_its_attempts_left(spool: Spool) -> None:
    journal = PrintJournal(spool)
    journal.hold(PAID, AT)
    (job,) = journal.jobs()
    assert (job.held, job.attempts, job.may_be_tried(AT)) == (True, 0, True)
    first = journal.again(job, AT)
    spool.together(lambda: journal.held(first))
    (job,) = journal.jobs()
    assert [first.slip.reprint, journal.again(job, AT).slip.reprint] == [False, True]
    spool.close()


def test_what_is_under_way_is_never_forgotten_unrecorded(spool: Spool) -> None:
    journal = PrintJournal(spool)
    job = journal.begin(PAID, AT)
    journal.forget(AT + timedelta(days=9))
    assert journal.jobs() == [job]
    spool.close()


def test_late_news_of_an_attempt_does_not_stop_the_next(spool: Spool) -> None:
    """The disk was full when the first attempt failed; by the time that is written the second is under way."""
    journal = PrintJournal(spool)
    first = journal.begin(PAID, AT)
    again = journal.again(first, AT)
    spool.together(lambda: journal.held(first))
    assert journal.jobs() == [again]
    spool.close()


def test_a_slip_comes_back_as_it_was_written(spool: Spool) -> None:
    journal = PrintJournal(spool)
    journal.begin(PAID, AT)
    (job,) = journal.jobs()
    assert job.slip == PAID
    assert journal.again(job, AT).slip == replace(PAID, reprint=True, printed_at=AT)
    spool.close()


def test_a_row_of_another_release_is_left_alone_and_then_removed(spool: Spool) -> None:
    journal = PrintJournal(spool)
    journal.begin(PAID, AT)
    spool.together(lambda: spool.db.execute("UPDATE print_job SET slip = ?", (msgspec.json.encode({"new": 1}),)))
    assert journal.jobs() == []
    journal.forget(AT)
    assert spool.db.execute("SELECT count(*) FROM print_job").fetchone() == (0,)
    spool.close()


def test_a_record_and_its_row_are_one_transaction(spool: Spool) -> None:
    journal = PrintJournal(spool)
    job = journal.begin(PAID, AT)

    def fail() -> None:
        journal.settled(job.job_no)
        raise RuntimeError("pulled")

    with pytest.raises(RuntimeError, match="pulled"):
        spool.append(SlipFailed(transaction_no="x", reason="y", failed_at=AT), also=fail)
    assert (spool.last_no, journal.jobs()) == (0, [job])
    spool.close()


def test_a_pause_lies_between_attempts(tmp_path: Path) -> None:
    """The printer still says that it is well when the slip has just failed: trying at once would be in vain."""
    with DeskRig(tmp_path) as rig:
        failing_visit(rig, TROUBLES["out of paper"])
        rig.until(lambda: not rig.state.desk.can_print)
        assert of_slips(rig) == ["paper-out"]
        assert RETRY_AFTER_S > 1
        assert not any(isinstance(each, Raster) for each in rig.printer.slips)


# ---- slips of services: at once, or not at all


def printing_of(rig: DeskRig) -> Printing:
    return rig.desk._effects.printing


def test_the_slip_of_a_service_comes_out_as_the_printer_can_draw_it(tmp_path: Path) -> None:
    rig = DeskRig(tmp_path)
    rig.printer = FakePrinter(384, draws_codes=True)
    with rig:
        rig.until(Idle)
        for name in ("presence", "ticket", "case", "registration"):
            printing_of(rig).print_service(name, SERVICE_SLIPS[name])
        assert printing_of(rig).is_busy
        rig.until(lambda: not printing_of(rig).is_busy)
        assert rig.printer.own_codes == [code_of(SERVICE_SLIPS[name]) for name in SERVICE_SLIPS if "-" not in name]
        assert (of_slips(rig), journalled(rig)) == (["printed"] * 4, 0)


def test_one_that_fails_is_on_record_not_held_and_marked_when_asked_for_again(tmp_path: Path) -> None:
    presence = SERVICE_SLIPS["presence"]
    with DeskRig(tmp_path) as rig:
        rig.until(Idle)
        rig.printer.run_out_of_paper(after_mm=20)
        printing_of(rig).print_service("P20", presence)
        rig.until(lambda: of_slips(rig) == ["paper-out"])
        assert (journalled(rig), printing_of(rig).is_done) == (0, True)
        rig.printer.refill()
        printing_of(rig).print_service("P20", presence)
        rig.until(lambda: of_slips(rig) == ["paper-out", "reprinted"])
        assert len(rig.printer.slips) == 1


def test_a_held_slip_is_laid_out_for_the_printer_that_prints_it(tmp_path: Path) -> None:
    """Wanted while the old printer had no paper, printed by a narrower one that draws codes."""
    with DeskRig(tmp_path) as rig:
        visit_without_paper(rig, lambda p: p.run_out_of_paper())
    rig = DeskRig(tmp_path)
    rig.printer = FakePrinter(384, draws_codes=True)
    with rig:
        rig.until(lambda: len(rig.printer.slips) == 1)
        assert (rig.printer.slips[0].width_px, len(rig.printer.own_codes)) == (384, 1)
