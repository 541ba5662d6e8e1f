"""The schedule by which kiosks come back: ten thousand are there within two minutes, at the pace a broker admits them.

A broker is a queue that greets so many a second, first come, first served. It spends the same time on one who has given
up waiting meanwhile: that is what makes impatience dear.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pytest

from fleet.protocol.returning import FIRST_PAUSE_S, GREETING_TIMEOUT_S, LONGEST_PAUSE_S, Returning
from fleet.simulate.crowd import Returning as OfTheCrowd
from kiosk.agent.link import Returning as OfTheAgent

KIOSKS = 10_000
BACK_WITHIN_S = 120.0
"""What the fleet promises after a broker restart."""

NOTICED_S = 1.0
"""A broker that ends closes its lines: all know within a moment."""


class Schedule(Protocol):
    """What ``Returning`` is."""

    def pause_s(self) -> float: ...


@dataclass(frozen=True)
class Broker:
    """Away for so long, then ``greets_a_second``."""

    away_s: float
    greets_a_second: float = 500.0  # measured: mosquitto, one core, TLS with client certificates


def back_after_s(broker: Broker, schedule: Callable[[random.Random], Schedule], patience_s: float) -> float:
    """When the last kiosk is greeted, from the broker's return on; infinity when that takes ten minutes."""
    chance = random.Random(20261122)  # noqa: S311 - a crowd, no secret
    schedules = [schedule(chance) for _ in range(KIOSKS)]
    tries = [(chance.uniform(0, NOTICED_S) + each.pause_s(), index) for index, each in enumerate(schedules)]
    heapq.heapify(tries)
    free_s, last_s, missing = broker.away_s, 0.0, KIOSKS
    while missing:
        now_s, index = heapq.heappop(tries)
        if now_s > broker.away_s + 600:
            return float("inf")
        if now_s < broker.away_s:  # refused at once
            heapq.heappush(tries, (now_s + schedules[index].pause_s(), index))
            continue
        greeted_s = max(now_s, free_s) + 1 / broker.greets_a_second
        if greeted_s - now_s > patience_s:
            # It gives up; what stands in the queue of it costs the broker its time all the same.
            free_s = greeted_s
            heapq.heappush(tries, (now_s + patience_s + schedules[index].pause_s(), index))
            continue
        free_s = last_s = greeted_s
        missing -= 1
    return last_s - broker.away_s


def agents(chance: random.Random) -> Schedule:
    return OfTheAgent(chance.uniform)


@pytest.mark.parametrize("away_s", [0.5, 5.0, 60.0])
@pytest.mark.parametrize("greets_a_second", [500.0, 350.0])
def test_ten_thousand_are_back_within_two_minutes(away_s: float, greets_a_second: float) -> None:
    assert back_after_s(Broker(away_s, greets_a_second), agents, GREETING_TIMEOUT_S) < BACK_WITHIN_S


def test_the_crowd_and_the_agent_follow_one_schedule() -> None:
    assert OfTheCrowd is OfTheAgent is Returning


def test_it_bites_without_patience_and_without_jitter() -> None:
    class AtOnce:
        def pause_s(self) -> float:
            return 0.5

    assert back_after_s(Broker(away_s=0.5), agents, patience_s=5.0) > BACK_WITHIN_S, "as paho would have it"
    assert back_after_s(Broker(away_s=0.5), lambda _chance: AtOnce(), patience_s=5.0) > BACK_WITHIN_S


def test_pauses_double_to_a_longest_and_begin_anew_with_a_welcome() -> None:
    highest = Returning(lambda _least, most: most)
    assert [highest.pause_s() for _ in range(6)] == [2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    highest.welcomed()
    assert highest.pause_s() == FIRST_PAUSE_S
    lowest = Returning(lambda least, _most: least)
    assert lowest.pause_s() == 0.0
