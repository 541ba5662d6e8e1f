"""One driver on one thread: nothing it does goes unsaid, and nothing keeps it from ending."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.about import About
from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.port import CardInserted
from drivers.card.samples import SOMCHAI
from drivers.card.virtual_card import VirtualThaiIdCard
from drivers.errors import DeviceAbsentError, DriverError
from drivers.printer.fake import FakePrinter
from drivers.scanner.fake import FakeScanner
from drivers.scanner.stream import StreamScanner
from fleet.protocol.codes import UnknownCode, Why, classify, folder_id
from kiosk.frontdesk.duties import (
    PRINTER_LOST,
    CardDuties,
    PrintJob,
    ReadDeclared,
    SlipDone,
    printer_duties,
    scanner_duties,
    today_in_bangkok,
)
from kiosk.frontdesk.worker import DeviceTold, DeviceWorker, Duties, WorkerDied
from kiosk.visits.desk import Device
from kiosk.visits.events import CardRead, CodeScanned, DeviceLost, DeviceReady, PrinterChanged
from tests.support.held import assert_nothing_more_than, held

PATIENCE_S = 60.0
AT_ONCE = (0.001, 0.002)


class Inbox(queue.Queue[Any]):
    """An inbox that is asked in the words of a test."""

    def next(self, *kinds: type) -> Any:
        """The next event of one of these kinds; others before it are passed over."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            event = self.get(timeout=max(0.0, until_s - time.monotonic()))
            if isinstance(event, kinds):
                return event


@contextmanager
def working(device: Device, duties: Duties[Any, Any], inbox: Inbox) -> Iterator[DeviceWorker[Any, Any]]:
    worker: DeviceWorker[Any, Any] = DeviceWorker(device, duties, inbox, backoff_s=AT_ONCE)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(PATIENCE_S)


def open_printer(printer: FakePrinter) -> Callable[[], FakePrinter]:
    """A printer is opened by asking it; the fake is one object for ever."""

    def ask() -> FakePrinter:
        printer.cancel()
        printer.wait(0)
        return printer

    return ask


def job(lay_out: Callable[[int, bool], tuple[Any, ...]] = lambda _width_px, _draws_codes: ()) -> PrintJob:
    return PrintJob("CBI02-690000001", confirmed=True, reprint=False, lay_out=lay_out)


def test_a_device_that_is_not_there_at_the_start_is_said_to_be_lost_and_only_once() -> None:
    scanner, inbox = FakeScanner(), Inbox()
    scanner.unplug()
    with working(Device.SCANNER, scanner_duties(scanner.open), inbox):
        assert inbox.next(DeviceLost) == DeviceLost(Device.SCANNER, "unplugged")
        scanner.plug()
        assert inbox.get(timeout=PATIENCE_S) == DeviceTold(Device.SCANNER, About("fake scanner", None, "fake:"))
        assert inbox.get(timeout=PATIENCE_S) == DeviceReady(Device.SCANNER)


def test_a_device_that_is_pulled_and_put_back_works_again() -> None:
    scanner, inbox = FakeScanner(), Inbox()
    with working(Device.SCANNER, scanner_duties(scanner.open), inbox):
        inbox.next(DeviceReady)
        scanner.unplug()
        inbox.next(DeviceLost)
        scanner.plug()
        inbox.next(DeviceReady)
        scanner.scan("ABC")
        assert inbox.next(CodeScanned) == CodeScanned(UnknownCode(Why.NOT_OURS))


def test_a_plain_reference_of_a_letter_comes_along_and_an_id_number_does_not() -> None:
    scanner, inbox = FakeScanner(), Inbox()
    with working(Device.SCANNER, scanner_duties(scanner.open), inbox):
        for text, reference in (("]C1WF123456", "WF123456"), ("1234567890121", ""), ("F20000001K", "")):
            scanner.scan(text)
            scanned = inbox.next(CodeScanned)
            assert scanned.reference == reference
            assert "WF123456" not in repr(scanned)


class ManyScanners(FakeScanner):
    """As many behind one driver as are plugged in."""

    count = 1

    def about(self) -> About:
        return About(model=", ".join(["fake scanner"] * self.count), port="fake:")


def test_a_second_one_beside_the_first_is_told_once() -> None:
    scanner, inbox = ManyScanners(), Inbox()
    duties = replace(scanner_duties(scanner.open), tells_every_s=0.0)
    with working(Device.SCANNER, duties, inbox):
        assert inbox.next(DeviceTold).about.model == "fake scanner"
        inbox.next(DeviceReady)
        scanner.count = 2
        scanner.scan("ABC")
        inbox.next(CodeScanned)
        assert inbox.next(DeviceTold).about.model == "fake scanner, fake scanner"
        for _ in range(2):
            scanner.scan("ABC")
            assert isinstance(inbox.get(timeout=PATIENCE_S), CodeScanned)


def test_a_reader_is_not_asked_what_it_is_while_a_card_is_in() -> None:
    slot, inbox, asked = FakeSlot(), Inbox(), []

    class Counting(FakeCardReader):
        def about(self) -> About:
            asked.append(slot)
            return super().about()

    duties = replace(CardDuties(lambda: Counting(slot), today_in_bangkok).duties(), tells_every_s=0.0)
    with working(Device.CARD, duties, inbox) as worker:
        inbox.next(DeviceReady)
        slot.insert(VirtualThaiIdCard(SOMCHAI))
        inbox.next(CardInserted)
        worker.submit(ReadDeclared())
        inbox.next(CardRead)
        before = len(asked)
        worker.submit(ReadDeclared())
        inbox.next(CardRead)
        assert len(asked) == before


def test_a_job_for_a_lost_printer_is_answered() -> None:
    printer, inbox = FakePrinter(), Inbox()
    with working(Device.PRINTER, printer_duties(open_printer(printer)), inbox) as worker:
        inbox.next(PrinterChanged)
        printer.unplug()
        inbox.next(DeviceLost)
        worker.submit(job())
        assert inbox.next(SlipDone).failure == PRINTER_LOST


def test_a_job_at_the_moment_of_loss_is_answered_before_the_loss() -> None:
    printer, inbox = FakePrinter(), Inbox()
    with working(Device.PRINTER, printer_duties(open_printer(printer)), inbox) as worker:
        inbox.next(PrinterChanged)

        def pull_while_laying_out(_width_px: int, _draws_codes: bool) -> tuple[Any, ...]:
            printer.unplug()
            return ()

        worker.submit(job(pull_while_laying_out))
        assert inbox.next(SlipDone, DeviceLost).failure == PRINTER_LOST
        assert inbox.next(DeviceLost).device is Device.PRINTER


def test_jobs_handed_in_while_the_device_opens_are_done_when_it_is_open() -> None:
    printer, inbox, may_open = FakePrinter(), Inbox(), threading.Event()

    def open_late() -> FakePrinter:
        may_open.wait(PATIENCE_S)
        return printer

    with working(Device.PRINTER, printer_duties(open_late), inbox) as worker:
        worker.submit(job())
        may_open.set()
        assert inbox.next(SlipDone).failure is None


def test_a_slip_that_cannot_be_laid_out_is_a_failure_and_the_worker_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    printer, inbox = FakePrinter(), Inbox()

    def refuse(_width_px: int, _draws_codes: bool) -> tuple[Any, ...]:
        raise ValueError("the lines of a slip do not add up to its amount")

    with working(Device.PRINTER, printer_duties(open_printer(printer)), inbox) as worker:
        worker.submit(job(refuse))
        assert inbox.next(SlipDone).failure == "layout"
        worker.submit(job())
        assert inbox.next(SlipDone).failure is None
    assert "do not add up" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("where", ["open", "understand", "do"])
def test_a_bug_ends_the_worker_and_is_named_by_its_type_only(where: str) -> None:
    scanner, inbox = FakeScanner(), Inbox()

    def bug(*_: Any) -> Any:
        raise KeyError("1999900000013")

    duties: dict[str, Any] = {
        "open": scanner.open,
        "understand": lambda event: (event,),
        "do": lambda _driver, _job: (),
        "undone": lambda _job: (),
    }
    worker: DeviceWorker[Any, Any] = DeviceWorker(Device.SCANNER, Duties(**duties | {where: bug}), inbox)
    worker.start()
    scanner.scan("ABC")
    worker.submit(None)
    assert inbox.next(WorkerDied) == WorkerDied("scanner", "KeyError")
    worker.join(PATIENCE_S)
    assert not worker.is_alive()


@pytest.mark.parametrize("error", [DriverError, DeviceAbsentError])
def test_every_driver_error_is_a_loss_and_never_a_death(error: type[DriverError]) -> None:
    scanner, inbox, failures = FakeScanner(), Inbox(), [1, 1]

    def open_badly() -> FakeScanner:
        if failures:
            failures.pop()
            raise error("scanner", "broken")
        return scanner

    with working(Device.SCANNER, scanner_duties(open_badly), inbox):
        assert inbox.next(DeviceLost).reason == "broken"
        inbox.next(DeviceReady)


def test_a_worker_whose_inbox_is_full_still_stops() -> None:
    scanner, inbox = FakeScanner(), Inbox(1)
    inbox.put("nobody takes this out")
    worker: DeviceWorker[Any, None] = DeviceWorker(Device.SCANNER, scanner_duties(scanner.open), inbox)
    worker.start()
    worker.stop(PATIENCE_S)
    assert not worker.is_alive()


def test_a_worker_that_waits_for_room_loses_nothing() -> None:
    scanner, inbox = FakeScanner(), Inbox(1)
    with working(Device.SCANNER, scanner_duties(scanner.open), inbox):
        texts = [folder_id(20, number) for number in range(5)]
        for text in texts:
            scanner.scan(text)
        assert inbox.next(DeviceReady)
        assert [inbox.next(CodeScanned).code for _ in texts] == [classify(text) for text in texts]


def test_a_worker_stopped_while_it_opens_says_that_it_does_not_end() -> None:
    may_open, inbox = threading.Event(), Inbox()

    def hang() -> FakeScanner:
        may_open.wait(PATIENCE_S)
        return FakeScanner()

    worker: DeviceWorker[Any, None] = DeviceWorker(Device.SCANNER, scanner_duties(hang), inbox)
    worker.start()
    with pytest.raises(RuntimeError, match="device:scanner did not stop"):
        worker.stop(0.05)
    may_open.set()
    worker.stop(PATIENCE_S)
    assert not worker.is_alive()


def test_two_hundred_replugs_leave_no_descriptor_and_no_thread(tmp_path: Path) -> None:
    path = str(tmp_path / "scanner.sock")
    page = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    page.bind(path)
    page.listen()
    inbox = Inbox()

    def replug() -> None:
        cable, _ = page.accept()
        inbox.next(DeviceReady)
        cable.close()
        inbox.next(DeviceLost)

    with working(Device.SCANNER, scanner_duties(lambda: StreamScanner(path)), inbox):
        replug()
        before = held()
        for _ in range(200):
            replug()
        # The worker is about to connect again: a few may be open at the moment of counting.
        assert_nothing_more_than(before, spare_descriptors=3)
    page.close()


class OpensAndIsGone(FakeScanner):
    """A saboteur: a device that lets itself be opened and cannot be asked, as a print server that resets does."""

    def wait(self, timeout_s: float) -> Any:
        raise DeviceAbsentError("scanner", "hung up")


def test_a_device_that_opens_and_cannot_be_asked_is_said_to_be_lost_only_once() -> None:
    inbox, opened = Inbox(), threading.Semaphore(0)

    def open_it() -> FakeScanner:
        opened.release()
        return OpensAndIsGone()

    with working(Device.SCANNER, scanner_duties(open_it), inbox):
        for _ in range(5):
            assert opened.acquire(timeout=PATIENCE_S)
    said = [inbox.get_nowait() for _ in range(inbox.qsize())]
    assert said == [DeviceLost(Device.SCANNER, "hung up")]


def test_a_worker_says_when_it_answered_last_also_while_its_device_is_gone() -> None:
    """What the watchdog goes by: work that never ends stops the clock, a device that is gone does not."""
    scanner, inbox, hung, free = FakeScanner(), Inbox(), threading.Event(), threading.Event()

    def never_ends(_event: Any) -> tuple[Any, ...]:
        hung.set()
        free.wait(PATIENCE_S)
        return ()

    def until_it_answers_again(since_s: float) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while worker.answered_at_s == since_s:
            assert time.monotonic() < until_s
            os.sched_yield()

    scanner.unplug()
    with working(Device.SCANNER, replace(scanner_duties(scanner.open), understand=never_ends), inbox) as worker:
        inbox.next(DeviceLost)
        until_it_answers_again(worker.answered_at_s)
        scanner.plug()
        inbox.next(DeviceReady)
        scanner.scan("ABC")
        assert hung.wait(PATIENCE_S)
        stopped_s = worker.answered_at_s
        assert not free.wait(0.05)
        assert worker.answered_at_s == stopped_s
        free.set()
        until_it_answers_again(stopped_s)
