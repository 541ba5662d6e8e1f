"""What the fleet asks of the front desk, one thing at a time and with good manners: a visit is never disturbed.

Main thread. Each errand is answered once to the agent, which has written it down and tells the fleet. What would be
seen or heard by somebody at the screen waits until nobody is there, or until it is too late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fleet.protocol.messages import CommandKind
from kiosk import news

log = logging.getLogger(__name__)

Hand = Callable[[str], news.ErrandDone | None]
"""Carries out an errand by its ``command_id``; None when its end is told later, by who hears of it."""

AT_ONCE = frozenset({CommandKind.IDENTIFY, CommandKind.SCREENSHOT, CommandKind.NEW_ROLL})
"""What disturbs nobody."""


class Errands:
    """The errands of one desk."""

    def __init__(self, tell: Callable[[news.ErrandDone], object], hands: Mapping[CommandKind, Hand]) -> None:
        self._tell, self._hands = tell, hands
        self._waiting: list[news.Errand] = []

    def take(self, errand: news.Errand) -> None:
        """Carry it out now, or when nobody is at the screen."""
        if errand.kind in AT_ONCE:
            self._do(errand)
        else:
            self._waiting.append(errand)

    def look_after(self, *, in_visit: bool) -> None:
        """Carry out what waits, when nobody is here; what is too late is the agent's to answer."""
        if not self._waiting:
            return
        now = datetime.now(UTC)
        self._waiting = [each for each in self._waiting if each.expires_at > now]
        while self._waiting and not in_visit:
            self._do(self._waiting.pop(0))

    def _do(self, errand: news.Errand) -> None:
        log.info("errand: %s", errand.kind.value)
        done = self._hands.get(errand.kind, _unknown)(errand.command_id)
        if done is not None:
            self._tell(done)


def _unknown(command_id: str) -> news.ErrandDone:
    return news.ErrandDone(command_id, done=False, detail="not known to this front desk")
