"""The bench's table, JSON and filter; nothing is measured here."""

from __future__ import annotations

import json

import pytest

from tests.bench.rows import Measure, Row, as_json, named, picked, table
from tests.bench.spread import median, percentile

PLAIN = Row(name="plain-mb", value=90.25, unit="MB")
MISSED = Row(name="card-text-ms", value=3.5, unit="ms", goal=2.78, peer="somebody 1.0", peer_value=2.78, note="of 200")
REACHED = Row(name="card-text-apdus", value=7, unit="APDUs", goal=7)


def never() -> list[Row]:
    raise AssertionError("measured by a filter")


def test_a_goal_is_a_ceiling_that_may_be_touched() -> None:
    assert (PLAIN.holds, MISSED.holds, REACHED.holds) == (None, False, True)


def test_json_has_the_promised_keys_and_survives_a_round_trip() -> None:
    assert json.loads(json.dumps(as_json(MISSED))) == {
        "name": "card-text-ms",
        "value": 3.5,
        "unit": "ms",
        "peer": "somebody 1.0",
        "peer_value": 2.78,
        "goal": 2.78,
        "holds": False,
        "note": "of 200",
    }
    assert as_json(PLAIN)["goal"] is None
    assert as_json(PLAIN)["holds"] is None


def test_the_table_stands_in_columns_with_notes_beneath() -> None:
    assert table([PLAIN, MISSED, REACHED]).splitlines() == [
        "                     ours   goal   holds   peer",
        "plain-mb          90.2 MB      -   -          -",
        "card-text-ms      3.50 ms   2.78   NO      2.78   somebody 1.0",
        "card-text-apdus   7 APDUs      7   yes        -",
        "",
        "card-text-ms: of 200",
    ]


def test_large_numbers_are_grouped() -> None:
    assert "47,766 bytes" in table([Row(name="slip-bytes", value=47_766, unit="bytes")])


def test_only_picks_by_the_beginning_of_the_name() -> None:
    card, scan = Measure(("card-text-ms", "card-id-apdus"), never), Measure(("scan-lost",), never)
    assert named([card, scan], "") == [card, scan]
    assert named([card, scan], "card-id") == [card]
    assert named([card, scan], "lost") == []
    assert picked([PLAIN, MISSED, REACHED], "card-text") == [MISSED, REACHED]


def test_percentiles_are_samples_that_were_seen() -> None:
    hundred = [float(each) for each in range(100, 0, -1)]
    assert percentile(hundred, 0.99) == 99
    assert percentile(hundred, 1) == 100
    assert percentile([5.0], 0.99) == 5
    assert median([4.0, 1.0, 3.0, 2.0]) == 2


@pytest.mark.parametrize(("samples", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_no_percentile_of_nothing(samples: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(samples, share)


def test_the_goal_of_a_rate_is_a_floor() -> None:
    assert Row(name="a", value=10, unit="1/s", goal=9, is_rate=True).holds
    assert not Row(name="a", value=10, unit="1/s", goal=11, is_rate=True).holds
