"""The front desk of a kiosk that is nobody yet: shows what the technician needs until there is an identity.

Beside the glass only the scanner is opened: where there is no network yet, a technician holds its QR before it
(``network.py``). Nothing is recorded: there is nobody it could be of.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.scanner.port import Scanned, Scanner
from kiosk import news
from kiosk.config import MachineConfig, with_identity
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.glass import Glass
from kiosk.frontdesk.network import take
from kiosk.frontdesk.worker import DeviceWorker, Duties, Inbox, WorkerDied
from kiosk.visits.desk import Desk, Device
from kiosk.visits.states import NetworkNote, Offer, OutOfService, State
from kiosk.visits.visit import step

log = logging.getLogger(__name__)

TURN_S = 0.05
ASK_AGENT_S = 2.0
"""How often the agent is asked for the offer, and the disk for the identity: news is a nudge, never the only copy."""

SCANS_MAX = 20
STOP_TIMEOUT_S = 3.0


class WorkerFailedError(RuntimeError):
    """A bug: the process ends, to be started afresh."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the process lends: the glass, how to open the scanner, whether to end, and whom to tell of each look."""

    glass: Glass
    open_scanner: Callable[[], Scanner]
    is_stopping: Callable[[], bool]
    shown: Callable[[], object]


def await_identity(config: MachineConfig, around: Around) -> MachineConfig | None:
    """``config`` of the kiosk this machine becomes; None when it was stopped before.

    Raises: ConfigError when there is an identity that cannot be read; WorkerFailedError on a bug in the scanner's.
    """
    state: State = OutOfService(Desk(""), Offer())
    clock = StateClock(time.monotonic)
    post = news.NewsSocket(config.run_path, news.FRONTDESK, news.AGENT)
    scans: Inbox = queue.Queue(SCANS_MAX)
    scanner: DeviceWorker[Scanner, None] = DeviceWorker(Device.SCANNER, _duties(around.open_scanner), scans)
    ask_at_s = 0.0
    scanner.start()
    try:
        while not around.is_stopping():
            if time.monotonic() >= ask_at_s:
                ask_at_s = time.monotonic() + ASK_AGENT_S
                post.send(news.StatusWanted())
                config = with_identity(config)
            match post.receive(TURN_S):
                case news.EnrolmentShown(address=address, code=code):
                    note = NetworkNote.NONE if address else _offer(state).network
                    state = OutOfService(state.desk, Offer(address, code, note))
                case news.Enrolled():
                    config = with_identity(config)
            if config.is_enrolled:
                log.info("this kiosk is %s", config.kiosk_id)
                return config
            state = _scanned(_touched(state, around.glass), scans, config.data_path)
            around.glass.show(state, clock)
            around.shown()
    finally:
        post.close()
        scanner.stop(STOP_TIMEOUT_S)
    return None


def _duties(open_scanner: Callable[[], Scanner]) -> Duties[Scanner, None]:
    """Scans as they are."""
    return Duties(open_scanner, lambda scan: (scan,), lambda _scanner, _job: (), lambda _job: ())


def _offer(state: State) -> Offer:
    return state.enrolment if isinstance(state, OutOfService) and state.enrolment is not None else Offer()


def _scanned(state: State, scans: Inbox, data_dir: Path) -> State:
    """What was scanned is kept, and said on the screen."""
    with contextlib.suppress(queue.Empty):
        while True:
            match scans.get_nowait():
                case Scanned(text=text):
                    state = OutOfService(state.desk, replace(_offer(state), network=take(text, data_dir)))
                case WorkerDied(reason=reason):
                    raise WorkerFailedError(f"the scanner's worker ended by a bug: {reason}")
    return state


def _touched(state: State, glass: Glass) -> State:
    """Language and type size can be chosen here, too."""
    for touch in glass.poll():
        if (touched := glass.tap(touch)) is not None:
            state = step(state, touched).state
    return state
