"""The front desk of a kiosk that is nobody yet: shows what the technician needs until there is an identity.

No device but the glass is opened, and nothing is recorded: there is nobody it could be of.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from kiosk import news
from kiosk.config import MachineConfig, with_identity
from kiosk.frontdesk.clock import StateClock
from kiosk.frontdesk.glass import Glass
from kiosk.visits.desk import Desk
from kiosk.visits.states import Offer, OutOfService, State
from kiosk.visits.visit import step

log = logging.getLogger(__name__)

TURN_S = 0.05
ASK_AGENT_S = 2.0
"""How often the agent is asked for the offer, and the disk for the identity: news is a nudge, never the only copy."""


def await_identity(
    config: MachineConfig, glass: Glass, is_stopping: Callable[[], bool], shown: Callable[[], object]
) -> MachineConfig | None:
    """``config`` of the kiosk this machine becomes; None when it was stopped before. ``shown`` is called at each look.

    Raises: ConfigError when there is an identity that cannot be read.
    """
    state: State = OutOfService(Desk(""), Offer())
    clock = StateClock(time.monotonic)
    post = news.NewsSocket(config.run_path, news.FRONTDESK, news.AGENT)
    ask_at_s = 0.0
    try:
        while not is_stopping():
            if time.monotonic() >= ask_at_s:
                ask_at_s = time.monotonic() + ASK_AGENT_S
                post.send(news.StatusWanted())
                config = with_identity(config)
            match post.receive(TURN_S):
                case news.EnrolmentShown(address=address, code=code):
                    state = OutOfService(state.desk, Offer(address, code))
                case news.Enrolled():
                    config = with_identity(config)
            if config.is_enrolled:
                log.info("this kiosk is %s", config.kiosk_id)
                return config
            state = _touched(state, glass)
            glass.show(state, clock)
            shown()
    finally:
        post.close()
    return None


def _touched(state: State, glass: Glass) -> State:
    """Language and type size can be chosen here, too."""
    for touch in glass.poll():
        if (touched := glass.tap(touch)) is not None:
            state = step(state, touched).state
    return state
