"""A simulated kiosk's paper: what a crowd begins with, a roll to its end and the next, and what the heartbeat says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from fleet.protocol import mqtt, topics
from fleet.protocol.messages import DeviceState, Status, decode
from fleet.protocol.topics import Channel
from fleet.simulate.kiosk import SimulatedKiosk
from fleet.simulate.paper import LOW_SLIPS, SLIPS_A_ROLL, WITHOUT_S, SimulatedPaper
from fleet.simulate.plan import Plan

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
PLAN = Plan(host="", port=0, identities="", kiosk_ids=("P20-00001",), records_an_hour=20.0)


def crowd(count: int = 4000, an_hour: float = 1.25) -> list[SimulatedPaper]:
    chance = random.Random(7)  # noqa: S311 - no secret
    return [SimulatedPaper(an_hour, chance) for _ in range(count)]


def test_a_crowd_begins_with_some_rolls_near_their_end_and_few_at_it() -> None:
    papers = crowd()
    words = Counter(each.word for each in papers)
    assert set(words) == {"full", "low", "out"}
    assert 0.03 < words["low"] / len(papers) < 0.1
    assert 0 < words["out"] / len(papers) < 0.02
    unknown = [each for each in papers if each.slips_left is None]
    assert 0.05 < len(unknown) / len(papers) < 0.15
    assert {each.word for each in unknown} == {"full"}, "a sensor that trips tells"
    soon = [each for each in papers if (at := each.out_at(NOW)) is not None and at < NOW + timedelta(days=1)]
    assert 0.02 < len(soon) / len(papers) < 0.15, "alerts, and no storm of them"


def test_most_rolls_are_changed_in_time_and_some_run_out() -> None:
    ends = Counter[str]()
    for each in crowd(400):
        while each.word != "out" and each.slips_left != SLIPS_A_ROLL:
            before = each.slips_left
            each.prints()
            assert before is None or each.slips_left in (before - 1, SLIPS_A_ROLL)
        ends["out" if each.word == "out" else "changed"] += 1
    assert 0.05 < ends["out"] / ends.total() < 0.2
    assert ends["changed"] > ends["out"]


def run_out() -> SimulatedPaper:
    return next(each for each in crowd() if each.word == "out")


def test_without_paper_nothing_is_printed_until_somebody_comes() -> None:
    paper = run_out()
    paper.attended(100.0)
    assert not paper.prints()
    assert (paper.word, paper.slips_left, paper.out_at(NOW)) == ("out", 0, None)
    paper.attended(100.0 + WITHOUT_S[0] - 1)
    assert paper.word == "out"
    paper.attended(100.0 + WITHOUT_S[1])
    assert (paper.word, paper.slips_left) == ("full", SLIPS_A_ROLL)
    paper.attended(1e9)
    assert paper.slips_left == SLIPS_A_ROLL


def test_only_a_change_of_the_word_is_news() -> None:
    paper = run_out()
    paper.attended(0.0)
    paper.attended(WITHOUT_S[1])
    news = [left for left in range(SLIPS_A_ROLL - 1, LOW_SLIPS - 1, -1) if paper.prints()]
    assert news == [LOW_SLIPS]


@pytest.mark.parametrize(("an_hour", "ahead"), [(10.0, timedelta(hours=40)), (0.1, None), (0.0, None)])
def test_the_forecast_goes_by_the_rate(an_hour: float, ahead: timedelta | None) -> None:
    paper = next(each for each in crowd(an_hour=an_hour) if each.word == "out")
    paper.attended(0.0)
    paper.attended(WITHOUT_S[1])
    assert paper.out_at(NOW) == (None if ahead is None else NOW + ahead)


# ---- the heartbeat


def statuses(kiosk: SimulatedKiosk, visits: int) -> list[Status]:
    """All that it says of itself until so many moments have come at which it has something to do."""
    about = topics.kiosk_topic(kiosk.kiosk_id, Channel.STATUS).encode()
    reader = mqtt.Reader()
    kiosk.welcomed(0.0)
    for _ in range(visits):
        reader.feed(kiosk.at(kiosk.due_s))
    return [decode(payload, Status) for topic, _, payload in reader.published if topic == about]


def kiosk_with(seed: int, **plan: float) -> SimulatedKiosk:
    chance = random.Random(seed)  # noqa: S311 - no secret
    return SimulatedKiosk("P20-00001", msgspec.structs.replace(PLAN, **plan), chance, Counter())


def test_what_changes_is_said_at_once_and_the_printer_says_the_same() -> None:
    """With no heartbeat in days, whatever is said after the first word is news."""
    ends = Counter[str]()
    for seed in range(12):
        said = statuses(kiosk_with(seed, records_an_hour=2000.0, heartbeat_s=1e7), 9000)
        words = [each.paper for each in said]
        assert len(words) > 1
        assert all(one != next_one for one, next_one in pairwise(words))
        for each in said:
            printer = each.devices["printer"]
            assert printer.detail == f"paper {each.paper}"
            assert (printer.state is DeviceState.USER_ERROR) == (each.paper == "out")
            assert printer.since == each.at
            assert each.paper_out_at is None or each.paper_out_at > each.at
        ends[words[-1]] += 1
    assert ends["out"] > 0


def test_a_heartbeat_brings_the_roll_and_its_forecast() -> None:
    said = statuses(kiosk_with(3, records_an_hour=200.0), 2000)
    left = [each.paper_slips_left for each in said if each.paper_slips_left is not None]
    assert len(set(left)) > 10
    assert all(after <= before or after > SLIPS_A_ROLL - 3 for before, after in pairwise(left))
    assert {each.devices["printer"].since for each in said} < {each.at for each in said}, "since, and not now"
