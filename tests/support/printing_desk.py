"""A front desk that only prints, as a process of its own that can be killed anywhere: real journal, worker and driver.

    python -m tests.support.printing_desk FOLDER PRINTER DIE

``DIE``: ``wanted``, ``journalled``, ``printed`` or ``recorded`` (killed there by its own hand), or ``never``. It prints
the paid sample slip, unless the journal holds one from before; then ``ended`` on a line of its own.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.printer.escpos import EscposPrinter, Timing
from fleet.protocol.records import KnownRecord
from kiosk.frontdesk.duties import SlipDone, printer_duties
from kiosk.frontdesk.printing import Printing
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.paper_meter import PaperMeter
from kiosk.print_journal import PrintJournal
from kiosk.spool import Spool
from kiosk.visits.desk import Device
from kiosk.visits.events import PrinterChanged
from tests.support.sample_slips import PAID

TIMING = Timing(poll_s=0.1)


class DyingJournal(PrintJournal):
    """The journal, with a plug that is pulled just after it was written."""

    die: Callable[[str], None]

    def begin(self, *args: Any) -> Any:
        job = super().begin(*args)
        self.die("journalled")
        return job


def main(folder: Path, uri: str, where: str) -> None:
    def die(here: str) -> None:
        if here == where:
            os.kill(os.getpid(), signal.SIGKILL)

    spool = Spool(folder / "spool.sqlite")

    def record(record: KnownRecord, also: Callable[[], object] | None = None) -> None:
        spool.append(record, also=also)

    inbox: queue.Queue[Any] = queue.Queue()
    journal = DyingJournal(spool)
    journal.die = die
    worker = DeviceWorker(Device.PRINTER, printer_duties(lambda: EscposPrinter.open(uri, timing=TIMING)), inbox)
    printing = Printing("CBI-02", worker, journal, PaperMeter(spool), record)
    printing.resume()
    fresh = printing.is_done
    worker.start()
    die("wanted")
    if fresh:
        printing.print_slip(PAID)
    well = False
    while not printing.is_done:
        try:
            event = inbox.get(timeout=0.1)
        except queue.Empty:
            event = None
        if isinstance(event, PrinterChanged):
            well = event.status.online is True
        elif isinstance(event, SlipDone):
            die("printed")
            printing.done(event, time.monotonic())
            die("recorded")
        if well:
            printing.try_again(time.monotonic())
    worker.stop(5.0)
    spool.close()
    print("ended", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
