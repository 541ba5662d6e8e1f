"""Puts the front desk together: workers, news, glass, loop; and takes it apart again.

Which concrete driver stands behind each opener is decided in ``kiosk.__main__``, nowhere else.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drivers.card.port import CardReader
from drivers.display.port import Display
from drivers.panel.port import Panel
from drivers.printer.port import Printer
from drivers.scanner.port import Scanner
from fleet.protocol import records
from kiosk import news
from kiosk.config import MachineConfig
from kiosk.frontdesk.duties import CardDuties, panel_duties, printer_duties, scanner_duties, today_in_bangkok
from kiosk.frontdesk.effects import Effects, Workers
from kiosk.frontdesk.glass import Glass
from kiosk.frontdesk.loop import FrontDesk, Stop
from kiosk.frontdesk.worker import DeviceWorker, Inbox
from kiosk.office.replica import Replica
from kiosk.spool import Spool
from kiosk.visits.desk import Device

INBOX_EVENTS_MAX = 1000
"""A bound that a healthy loop never comes near: when it is full, workers wait."""

STOP_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Openers:
    """How to open each device: a fresh driver each time, or a DriverError."""

    card: Callable[[], CardReader]
    scanner: Callable[[], Scanner]
    printer: Callable[[], Printer]
    panel: Callable[[], Panel]
    display: Callable[[], Display]


class NewsReader(threading.Thread):
    """Carries the agent's news into the inbox."""

    def __init__(self, post: news.NewsSocket, inbox: Inbox) -> None:
        super().__init__(name="news", daemon=True)
        self._post, self._inbox, self._stopping = post, inbox, threading.Event()

    def run(self) -> None:
        """Until ``stop``."""
        while not self._stopping.is_set():
            if (message := self._post.receive(0.5)) is not None:
                self._inbox.put(message)

    def stop(self, timeout_s: float) -> None:
        """End the thread."""
        self._stopping.set()
        self.join(timeout_s)


def run_frontdesk(config: MachineConfig, openers: Openers, version: str) -> None:
    """Run the front desk until SIGTERM or SIGINT.

    Raises: RuntimeError when a worker died of a bug: let the process end, it is started again.
    """
    inbox: Inbox = queue.Queue(INBOX_EVENTS_MAX)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: inbox.put(Stop()))
    glass = Glass(openers.display, config.display.size_px)
    glass.open_if_due()  # the first frame before anything that takes time
    spool = Spool(config.data_path / "spool.sqlite")
    replica = Replica(config.data_path / "office.sqlite")
    workers = Workers(
        card=DeviceWorker(Device.CARD, CardDuties(openers.card, today_in_bangkok).duties(), inbox),
        printer=DeviceWorker(Device.PRINTER, printer_duties(openers.printer), inbox),
        panel=DeviceWorker(Device.PANEL, panel_duties(openers.panel), inbox),
    )
    scanner: DeviceWorker[Any, None] = DeviceWorker(Device.SCANNER, scanner_duties(openers.scanner), inbox)
    post = news.NewsSocket(config.run_path, news.FRONTDESK, news.AGENT)
    effects = Effects(config.kiosk_id, workers, spool, replica)
    desk = FrontDesk(config, inbox, glass, effects, post)
    effects.record(records.Restarted(process="frontdesk", version=version, reason="", started_at=datetime.now(UTC)))
    threads = (workers.card, workers.printer, workers.panel, scanner, NewsReader(post, inbox))
    for thread in threads:
        thread.start()
    try:
        desk.run()
    finally:
        for thread in threads:
            thread.stop(STOP_TIMEOUT_S)
        for held in (glass, post, replica, spool):
            held.close()
