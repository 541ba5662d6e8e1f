"""A blocking driver on one thread: its events into the inbox, its failures as events, never a silent death.

The worker is also the only place where the driver is told to do something: jobs are queued, the driver's ``wait`` is
cancelled, and the job runs between two waits, on the thread that owns the driver.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from drivers.about import About
from drivers.errors import DriverError
from kiosk.visits.desk import Device
from kiosk.visits.events import DeviceLost, DeviceReady

Inbox = queue.Queue[Any]
"""What the loop takes from: events of the visit, and the desk's own (``WorkerDied``, news)."""

NUDGE_S = 0.2
"""How often a worker that waits for room in the inbox looks whether it is to stop."""

FIRST_LOOK_S = 0.05
"""Long enough for a device that is gone to show it; short enough that nobody waits for the screen."""

WAIT_S = 1.0
"""How long a driver waits at a time; bounds how late a stop is noticed should a cancel be lost."""


class Waits(Protocol):
    """What every driver port shares."""

    def about(self) -> About: ...
    def wait(self, timeout_s: float) -> Any: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


D = TypeVar("D", bound=Waits)
J = TypeVar("J")


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """A bug ended a worker: the process must end, to be started afresh. ``reason`` names the exception's type only."""

    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceTold:
    """What a device tells of itself: before its ``DeviceReady``, and when it has changed (``Duties.tells_every_s``)."""

    device: Device
    about: About


@dataclass(frozen=True)
class Duties(Generic[D, J]):
    """What a worker does with its driver.

    ``open``: a fresh driver, or a DriverError. ``understand``: a driver's event as events of the visit.
    ``do``: a job, answered by events; a DriverError that leaves it means the device is lost.
    ``undone``: what to say of a job that a lost device left undone. ``lost``: what goes with the device when it is
    lost, as events of the visit, e.g. the card that was in. ``opened``: what a driver that has just been opened finds.
    ``meanwhile``: a piece of work that can wait, e.g. a chunk of a photo: done once a turn, after the jobs; its events,
    or None when there is no such work and the driver may be waited for. ``tells_every_s``: how often the driver is
    asked anew what it is, of a kind of which a second may be plugged in meanwhile; None where asking costs the device.
    ``may_tell``: whether it may be asked now.
    """

    open: Callable[[], D]
    understand: Callable[[Any], tuple[Any, ...]]
    do: Callable[[D, J], tuple[Any, ...]]
    undone: Callable[[J], tuple[Any, ...]]
    lost: Callable[[], tuple[Any, ...]] = tuple
    opened: Callable[[D], tuple[Any, ...]] = lambda _driver: ()
    meanwhile: Callable[[D], tuple[Any, ...] | None] = lambda _driver: None
    tells_every_s: float | None = None
    may_tell: Callable[[], bool] = lambda: True


class DeviceWorker(threading.Thread, Generic[D, J]):
    """Owns one driver on one thread; reopens it when it fails."""

    def __init__(
        self, device: Device, duties: Duties[D, J], inbox: Inbox, *, backoff_s: tuple[float, float] = (0.1, 2.0)
    ) -> None:
        """``backoff_s``: first and longest pause before the device is opened again; each is drawn with full jitter."""
        super().__init__(name=f"device:{device.value}", daemon=True)
        self._device, self._duties, self._inbox, self._backoff_s = device, duties, inbox, backoff_s
        self._stopping = threading.Event()
        self._jobs: queue.SimpleQueue[J] = queue.SimpleQueue()
        self._driver: D | None = None
        self._about, self._told_at_s = About(), 0.0
        self._answered_at_s = time.monotonic()

    @property
    def answered_at_s(self) -> float:
        """When (monotonic) it was last between two pieces of work; also while its device is gone, and reopened."""
        return self._answered_at_s

    def run(self) -> None:
        """The thread; everything unforeseen ends it, said aloud."""
        try:
            self._keep_open()
        except Exception as err:
            self._put((WorkerDied(self._device.value, type(err).__name__),))
            raise

    def _keep_open(self) -> None:
        delay_s, top_s = self._backoff_s
        told_lost = False  # a device that is not there at the start is said to be lost, too
        while not self._stopping.is_set():
            self._answered_at_s = time.monotonic()
            try:
                self._driver = self._duties.open()
                found = self._first_look(self._driver)
                self._about, self._told_at_s = self._driver.about(), time.monotonic()
                self._put((DeviceTold(self._device, self._about), DeviceReady(self._device), *found))
                delay_s, told_lost = self._backoff_s[0], False
                self._serve(self._driver)
            except DriverError as err:
                if not told_lost:
                    self._put((*self._duties.lost(), DeviceLost(self._device, err.detail)))
                    told_lost = True
                self._refuse_jobs()
                self._stopping.wait(random.uniform(delay_s / 2, delay_s))  # noqa: S311 - jitter, no secret
                delay_s = min(2 * delay_s, top_s)
            finally:
                if self._driver is not None:
                    self._driver.close()
                    self._driver = None

    def _first_look(self, driver: D) -> tuple[Any, ...]:
        """What a fresh driver has to say. One that opens and then cannot be asked is not ready: it is lost still."""
        found = self._duties.opened(driver)
        event = driver.wait(FIRST_LOOK_S)
        return found if event is None else (*found, *self._duties.understand(event))

    def _serve(self, driver: D) -> None:
        while not self._stopping.is_set():
            while not self._jobs.empty():
                self._do(driver, self._jobs.get())
            self._answered_at_s = time.monotonic()
            done = self._duties.meanwhile(driver)
            self._put(done or ())
            event = driver.wait(WAIT_S if done is None else 0.0)
            if event is not None:
                self._put(self._duties.understand(event))
            self._put(self._told_anew(driver))

    def _told_anew(self, driver: D) -> tuple[DeviceTold, ...]:
        every_s = self._duties.tells_every_s
        if every_s is None or time.monotonic() - self._told_at_s < every_s or not self._duties.may_tell():
            return ()
        before, self._about, self._told_at_s = self._about, driver.about(), time.monotonic()
        return () if self._about == before else (DeviceTold(self._device, self._about),)

    def _do(self, driver: D, job: J) -> None:
        try:
            self._put(self._duties.do(driver, job))
        except DriverError:
            self._put(self._duties.undone(job))
            raise

    def _refuse_jobs(self) -> None:
        while not self._jobs.empty():
            self._put(self._duties.undone(self._jobs.get()))

    def _put(self, events: tuple[Any, ...]) -> None:
        """Into the inbox, waiting while it is full; a worker that is to stop does not wait, nobody reads any more."""
        for event in events:
            while True:
                try:
                    self._inbox.put(event, timeout=NUDGE_S)
                    break
                except queue.Full:
                    if self._stopping.is_set():
                        return

    def submit(self, job: J) -> None:
        """Have ``job`` done as soon as the driver is between two waits. May be called from any thread."""
        self._jobs.put(job)
        if (driver := self._driver) is not None:
            driver.cancel()

    def ask_to_stop(self) -> None:
        """Have the thread end soon; ``stop`` waits for it."""
        self._stopping.set()
        if (driver := self._driver) is not None:
            driver.cancel()

    def stop(self, timeout_s: float) -> None:
        """End the thread and close the driver.

        Raises: RuntimeError when it does not end in time; the process should end anyway.
        """
        self.ask_to_stop()
        self.join(timeout_s)
        if self.is_alive():
            raise RuntimeError(f"{self.name} did not stop in {timeout_s} s")
