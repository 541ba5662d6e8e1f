"""Puts the front desk together: workers, news, glass, loop; and takes it apart again.

Which concrete driver stands behind each opener is decided in ``kiosk.__main__``, nowhere else.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.card.port import CardReader
from drivers.display.port import Display
from drivers.panel.port import Panel
from drivers.printer.port import Printer
from drivers.scanner.port import Scanner
from fleet.protocol import records
from kiosk import lives, news, settings_store
from kiosk.config import MachineConfig
from kiosk.frontdesk.asking import Asker
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.duties import CardDuties, panel_duties, printer_duties, scanner_duties, today_in_bangkok
from kiosk.frontdesk.effects import Effects, Workers
from kiosk.frontdesk.glass import Glass
from kiosk.frontdesk.hang_watch import HangWatch
from kiosk.frontdesk.loop import FrontDesk
from kiosk.frontdesk.night import Night
from kiosk.frontdesk.nobody import Around, await_identity
from kiosk.frontdesk.recovery import FILE_NAME as RECOVERY_FILE
from kiosk.frontdesk.recovery import Recovery
from kiosk.frontdesk.worker import NUDGE_S, DeviceWorker, Inbox
from kiosk.office.replica import Replica
from kiosk.service_manager import ServiceManager
from kiosk.spool import Spool
from kiosk.store import StoreError
from kiosk.visits.desk import Desk, Device
from kiosk.visits.states import OutOfService

log = logging.getLogger(__name__)

INBOX_EVENTS_MAX = 1000
"""A bound that a healthy loop never comes near: when it is full, workers wait."""

PROCESS = "frontdesk"
"""Our name in the records."""

STOP_TIMEOUT_S = 3.0

OF_THE_DESK_ITSELF = frozenset({lives.Ending.DIED, lives.Ending.KILLED, lives.Ending.WATCHDOG})
"""Endings for which its settings may be to blame; a pulled plug is not one."""

HUNG_EXIT = 1
"""As for a bug: start it again."""

DISK_RETRY_S = 2.0
"""How often a desk whose disk is full when it starts tries again; the screen says "out of service" meanwhile."""


SILENT_WORKER_S = 90.0
"""A worker that is in one piece of work for so long is in it for ever: three times the longest slip on a slow line."""


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
                self._put(message)

    def _put(self, message: news.News) -> None:
        while not self._stopping.is_set():
            try:
                self._inbox.put(message, timeout=NUDGE_S)
                return
            except queue.Full:
                continue

    def ask_to_stop(self) -> None:
        """Have the thread end soon; ``stop`` waits for it."""
        self._stopping.set()

    def stop(self, timeout_s: float) -> None:
        """End the thread.

        Raises: RuntimeError when it does not end in time; the process should end anyway.
        """
        self.ask_to_stop()
        self.join(timeout_s)
        if self.is_alive():
            raise RuntimeError(f"{self.name} did not stop in {timeout_s} s")


class Process:
    """Everything the process holds. ``inbox`` is where events come in, from threads and from a bench."""

    def __init__(
        self,
        config: MachineConfig,
        openers: Openers,
        version: str,
        root: Path = Path("/"),
        manager: ServiceManager | None = None,
    ) -> None:
        """Show the first frame's glass and no more: ``open`` does what takes time. ``root`` is another in tests."""
        self._root, self._manager = root, manager or ServiceManager({})
        self._config, self._openers, self._version = config, openers, version
        self.inbox: Inbox = queue.Queue(INBOX_EVENTS_MAX)
        recovery = Recovery(config.data_path / RECOVERY_FILE, lives.boot_id(root))
        night = Night.from_words(config.display.night, config.display.night_brightness_percent)
        self.glass = Glass(openers.display, config.display.size_px, recovery, night)
        self._hang_watch = HangWatch(lambda: self.glass.inside_since_s, recovery, lambda: os._exit(HUNG_EXIT))
        self.glass.open_if_due()  # the first frame before anything that takes time
        self.desk: FrontDesk | None = None
        self._threads: tuple[DeviceWorker[Any, Any] | Asker | NewsReader | HangWatch, ...] = ()
        self._held: list[Any] = [self.glass]
        self._spool: Spool | None = None
        self._stopping = False

    def stop(self) -> None:
        """End soon; safe in a signal handler."""
        self._stopping = True
        if self.desk is not None:
            self.desk.stop()

    def open(self) -> FrontDesk | None:
        """Open files and start threads; None when ``stop`` came first. While the disk is full this waits, and says so.

        Raises: ConfigError when the news socket cannot be made where the configuration wants it.
        """
        if not self._config.is_enrolled:
            around = Around(self.glass, self._openers.scanner, lambda: self._stopping, self._manager.works)
            enrolled = await_identity(self._config, around)
            if enrolled is None:
                return None
            self._config = enrolled
        files = self._open_files()
        if files is None:
            return None
        spool, replica = files
        self._spool = spool
        post = news.NewsSocket(self._config.run_path, news.FRONTDESK, news.AGENT)
        self._held += [post, replica, spool]
        workers = self._make_workers()
        scanner: DeviceWorker[Any, None] = DeviceWorker(
            Device.SCANNER, scanner_duties(self._openers.scanner), self.inbox
        )
        effects = Effects(self._config, workers, spool, replica, self._root)
        self.desk = FrontDesk(self._config, self.inbox, self.glass, effects, post)
        ending = lives.begin(spool, PROCESS)
        effects.record(self._restarted(spool, replica, ending))
        self._judge_settings(effects, ending)
        self._threads = (
            self._hang_watch,
            workers.card,
            workers.printer,
            workers.panel,
            scanner,
            workers.asker,
            NewsReader(post, self.inbox),
        )
        for thread in self._threads:
            thread.start()
        if self._stopping:
            self.desk.stop()
        return self.desk

    def _make_workers(self) -> Workers:
        openers, inbox = self._openers, self.inbox
        return Workers(
            card=DeviceWorker(Device.CARD, CardDuties(openers.card, today_in_bangkok).duties(), inbox),
            printer=DeviceWorker(Device.PRINTER, printer_duties(openers.printer), inbox),
            panel=DeviceWorker(Device.PANEL, panel_duties(openers.panel), inbox),
            asker=Asker(self._config.link, inbox),
        )

    def _restarted(self, spool: Spool, replica: Replica, ending: lives.Ending) -> records.Restarted:
        broken = [name for name, store in (("spool", spool), ("replica", replica)) if store.replaced]
        reason = f"put aside, broken: {', '.join(broken)}" if broken else ending.value
        if broken:
            log.error("%s", reason)
        return records.Restarted(process=PROCESS, version=self._version, reason=reason, started_at=datetime.now(UTC))

    def _judge_settings(self, effects: Effects, ending: lives.Ending) -> None:
        """New settings that the desk died of too often are given up before they are loaded again."""
        try:
            revision = settings_store.begin_life(self._config.data_path, after_death=ending in OF_THE_DESK_ITSELF)
        except OSError as err:
            log.error("settings not judged: %s", err)
            return
        if revision is not None:
            log.error("settings of revision %d given up", revision)
            problems = (settings_store.GIVEN_UP.format(revision=revision),)
            now = datetime.now(UTC)
            effects.record(records.SettingsApplied(revision=revision, problems=problems, applied_at=now))

    def _open_files(self) -> tuple[Spool, Replica] | None:
        closed, clock = OutOfService(Desk(self._config.kiosk_id)), StateClock(time.monotonic)
        retry_at_s = 0.0
        while not self._stopping:
            if time.monotonic() >= retry_at_s:
                try:
                    return self._try_files()
                except StoreError as err:
                    log.error("out of service: %s", err)
                    retry_at_s = time.monotonic() + DISK_RETRY_S
            self.glass.show(closed, clock)
            self.glass.poll()
            self._manager.works()
            time.sleep(NUDGE_S)
        return None

    def _try_files(self) -> tuple[Spool, Replica]:
        spool = Spool(self._config.data_path / "spool.sqlite")
        try:
            return spool, Replica(self._config.data_path / "office.sqlite")
        except StoreError:
            spool.close()
            raise

    def rounded(self) -> None:
        """The loop has come round once more, and has drawn: the service manager hears so, unless a worker is silent."""
        now_s = time.monotonic()
        workers = [each for each in self._threads if isinstance(each, DeviceWorker)]
        if all(now_s - each.answered_at_s < SILENT_WORKER_S for each in workers):
            self._manager.works()

    def close(self, ending: lives.Ending = lives.Ending.STOPPED) -> None:
        """End the threads and close everything; one that does not end is named and left to the process's end."""
        self._manager.ends()
        if self._spool is not None:
            lives.end(self._spool, PROCESS, ending)
        for thread in self._threads:
            thread.ask_to_stop()
        for thread in self._threads:
            try:
                thread.stop(STOP_TIMEOUT_S)
            except RuntimeError as err:
                log.error("%s", err)
        for each in self._held:
            each.close()


def run_frontdesk(config: MachineConfig, openers: Openers, version: str) -> None:
    """Run the front desk until SIGTERM or SIGINT.

    Raises: RuntimeError when a worker died of a bug, UnexpectedEventError when a flow has a hole: let the process end,
        it is started again.
    """
    process = Process(config, openers, version, manager=ServiceManager(os.environ))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop())
    ending = lives.Ending.DIED
    try:
        if (desk := process.open()) is not None:
            desk.run(process.rounded)
        ending = lives.Ending.STOPPED
    finally:
        process.close(ending)
