"""Grouping, the life of alerts and the storm limit, purely, and whatever comes in whatever order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.alerts.findings import NATION, Finding, Place, Rule
from fleet.alerts.grouping import Population, grouped
from fleet.alerts.limiting import CALLS_MOST, HOUR, Waiting, next_letter
from fleet.alerts.living import Change, Look, Standing, What, settle, steps
from fleet.alerts.policy import AlertPolicy, Calm, Grouping, read_policy

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
POLICY = AlertPolicy()


def at(province: int, number: int, office: str = "") -> Place:
    return Place(province, office or f"P{province}", f"P{province}-{number:03d}")


def offline(place: Place, *, opens: bool = True) -> Finding:
    return Finding(Rule.OFFLINE, place, "offline", NOW - timedelta(hours=1), opens=opens)


def crowd(*places: Place) -> Population:
    return Population(
        len(places), Counter(each.dopa_code or 0 for each in places), Counter(each.office_id for each in places)
    )


def group(findings: list[Finding], population: Population, *standing: str) -> dict[str, Finding]:
    found = list(grouped(findings, population, lambda _: Grouping(), frozenset(standing)))
    assert len({each.key for each in found}) == len(found)
    return {each.key: each for each in found}


# ---- grouping


def test_a_provinces_line_is_down_not_forty_kiosks() -> None:
    everywhere = [at(province, number) for province in (20, 40) for number in range(40)]
    found = group([offline(each) for each in everywhere[:40]], crowd(*everywhere))
    assert list(found) == ["offline@province:20"]
    assert (found["offline@province:20"].facts["count"], found["offline@province:20"].facts["of"]) == (40, 40)


def test_ten_thousand_kiosks_are_one_trouble_of_the_nation() -> None:
    everywhere = [at(10 + number % 76, number) for number in range(10_000)]
    (one,) = group([offline(each) for each in everywhere], crowd(*everywhere)).values()
    assert (one.place, one.facts["count"], len(one.members)) == (NATION, 10_000, 200)


def test_an_offices_line_is_not_its_provinces() -> None:
    everywhere = [at(20, number, f"O{number // 4}") for number in range(16)]
    assert list(group([offline(each) for each in everywhere[:4]], crowd(*everywhere))) == ["offline@office:O0"]


def test_few_of_many_stay_themselves_and_other_devices_are_other_troubles() -> None:
    everywhere = [at(20, number) for number in range(40)]
    assert len(group([offline(each) for each in everywhere[:19]], crowd(*everywhere))) == 19
    broken = [
        Finding(Rule.DEVICE, each, "failing", NOW, part=part) for each in everywhere[:3] for part in ("card", "printer")
    ]
    assert len(group(broken, crowd(*everywhere))) == 6


def test_a_group_that_stands_is_held_on_to_until_half_of_its_share() -> None:
    everywhere = [at(20, number) for number in range(40)]
    some = [offline(each) for each in everywhere[:12]]
    assert len(group(some, crowd(*everywhere))) == 12
    assert list(group(some, crowd(*everywhere), "offline@province:20")) == ["offline@province:20"]
    assert len(group(some[:9], crowd(*everywhere), "offline@province:20")) == 9


def test_what_is_no_news_begins_no_group_and_tampering_is_never_one() -> None:
    everywhere = [at(20, number) for number in range(4)]
    assert len(group([offline(each, opens=False) for each in everywhere], crowd(*everywhere))) == 4
    opened = [Finding(Rule.TAMPER, each, "failing", NOW) for each in everywhere]
    assert len(group(opened, crowd(*everywhere))) == 4


PLACES = st.builds(at, st.integers(10, 14), st.integers(0, 30), st.sampled_from(["", "A", "B"]))
KEYS = st.sampled_from([f"offline@{name}" for name in ("nation", "province:10", "province:11", "office:A")])


@given(st.lists(PLACES, unique_by=lambda each: each.kiosk_id), st.data(), st.frozensets(KEYS))
def test_every_finding_ends_up_in_exactly_one_result(
    everywhere: list[Place], data: st.DataObject, standing: frozenset[str]
) -> None:
    # One kiosk stands in one office.
    everywhere = [replace(each, office_id=f"{each.office_id}{each.dopa_code}") for each in everywhere]
    hit = data.draw(st.lists(st.sampled_from(everywhere), unique=True)) if everywhere else []
    findings = [offline(each, opens=data.draw(st.booleans())) for each in hit]
    found = group(findings, crowd(*everywhere), *standing)
    for finding in findings:
        assert sum(each.place.holds(finding.place) for each in found.values()) == 1
    assert sum(each.facts.get("count", 1) for each in found.values()) == len(findings)
    for key, each in found.items():
        if each.members and key not in standing:
            assert 2 * each.facts["count"] >= each.facts["of"]
            assert each.facts["count"] >= 2


# ---- life


def look(*findings: Finding, now: datetime = NOW, held: bool = False, muted: bool = False, **said: object) -> Look:
    policy = read_policy([said])
    by_key = {each.key: each for each in findings}
    return Look(now, by_key, lambda _: held, lambda _: muted, lambda _: policy)


ONE = at(20, 1)
OPEN = Standing(7, "offline@kiosk:P20-001", Rule.OFFLINE, "", ONE, "offline", {}, NOW, 1, NOW)


def what(standing: list[Standing], seen: Look) -> list[What]:
    return [each.what for each in steps(standing, seen)]


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("standing", "seen", "expected"),
    [
        ([], look(offline(ONE)), [What.OPENED]),
        ([], look(offline(ONE, opens=False)), []),
        ([], look(offline(ONE), muted=True), []),
        ([OPEN], look(offline(ONE)), []),
        ([OPEN], look(offline(ONE, opens=False)), []),
        ([OPEN], look(), [What.CLEAR]),
        ([OPEN], look(held=True), []),
        ([replace(OPEN, clear_since=NOW)], look(now=minutes(4)), []),
        ([replace(OPEN, clear_since=NOW)], look(now=minutes(5)), [What.CLOSED]),
        ([replace(OPEN, clear_since=NOW)], look(held=True, now=minutes(5)), []),
        ([replace(OPEN, clear_since=NOW)], look(offline(ONE)), [What.UNCLEAR]),
        ([replace(OPEN, clear_since=NOW, returns=1)], look(now=minutes(9)), []),
        ([replace(OPEN, clear_since=NOW, returns=1)], look(now=minutes(10)), [What.CLOSED]),
        ([OPEN], look(replace(offline(ONE), condition="failing")), [What.WORSE]),
        ([OPEN], look(replace(offline(ONE), facts={"x": 1})), [What.CHANGED]),
        ([OPEN], look(offline(ONE), now=minutes(59)), []),
        ([OPEN], look(offline(ONE), now=minutes(60)), [What.ESCALATED]),
        ([replace(OPEN, acked=True)], look(offline(ONE), now=minutes(600)), []),
        ([OPEN], look(offline(ONE), muted=True, now=minutes(600)), []),
        ([replace(OPEN, level=2)], look(offline(ONE), now=minutes(239)), []),
        ([replace(OPEN, level=2)], look(offline(ONE), now=minutes(240)), [What.ESCALATED]),
        ([replace(OPEN, level=3)], look(offline(ONE), now=minutes(9000)), []),
        ([OPEN], look(offline(ONE), now=minutes(9000), escalation={"second_min": 0}), []),
        ([replace(OPEN, closed_at=NOW)], look(offline(ONE), now=minutes(59)), [What.RETURNED]),
        ([replace(OPEN, closed_at=NOW)], look(offline(ONE), now=minutes(60)), [What.OPENED]),
        ([replace(OPEN, closed_at=NOW)], look(), []),
    ],
)
def test_a_step(standing: list[Standing], seen: Look, expected: list[What]) -> None:
    assert what(standing, seen) == expected


def test_a_wider_one_ends_the_narrow_ones_without_a_word() -> None:
    everywhere = [at(20, number) for number in range(4)]
    wide = next(iter(group([offline(each) for each in everywhere], crowd(*everywhere)).values()))
    narrow = [replace(OPEN, number=n, key=offline(each).key, place=each) for n, each in enumerate(everywhere[:2])]
    changes = list(steps(narrow, look(wide)))
    assert [each.what for each in changes] == [What.GROUPED, What.GROUPED, What.OPENED]


def test_what_a_person_must_have_seen_is_not_over_before() -> None:
    opened = replace(OPEN, rule=Rule.TAMPER, key="tamper@kiosk:P20-001", clear_since=NOW)
    assert what([opened], look(now=minutes(600))) == []
    assert what([replace(opened, acked=True)], look(now=minutes(5))) == [What.CLOSED]


def test_the_more_often_it_returns_the_longer_it_must_be_clear() -> None:
    waits = [settle(Calm(), returns) for returns in range(8)]
    assert [each.total_seconds() / 60 for each in waits] == [5, 10, 20, 40, 60, 60, 60, 60]


def apply(standing: list[Standing], change: Change, now: datetime) -> list[Standing]:
    """A step, as ``keeping`` writes it."""
    if change.number is None:
        assert change.finding is not None
        new = replace(OPEN, number=len(standing) + 1, opened_at=now, level_since=now)
        return [*standing, new]
    return [_applied(each, change, now) if each.number == change.number else each for each in standing]


def _applied(each: Standing, change: Change, now: datetime) -> Standing:
    match change.what:
        case What.CLEAR:
            return replace(each, clear_since=now)
        case What.UNCLEAR:
            return replace(each, clear_since=None)
        case What.CLOSED:
            return replace(each, closed_at=now)
        case What.ESCALATED:
            return replace(each, level=change.level, level_since=now)
        case What.RETURNED:
            return replace(each, closed_at=None, clear_since=None, level=1, level_since=now, returns=each.returns + 1)
    return each


@given(st.lists(st.tuples(st.integers(1, 240), st.sampled_from(["down", "up", "unknown"])), max_size=60))
def test_flapping_is_damped_and_looking_twice_changes_nothing(story: list[tuple[int, str]]) -> None:
    """At most one is open at any time; none opens within an hour of another's end; a look done is done."""
    standing: list[Standing] = []
    now = NOW
    for wait_s, state in story:
        now += timedelta(seconds=15 * wait_s)
        seen = look(*([offline(ONE)] if state == "down" else []), now=now, held=state == "unknown")
        for change in list(steps(standing, seen)):
            if change.what is What.OPENED:
                assert all(each.closed_at and now - each.closed_at >= timedelta(hours=1) for each in standing)
            standing = apply(standing, change, now)
        again = list(steps(standing, seen))
        assert again == [], again
        assert sum(each.closed_at is None for each in standing) <= 1


# ---- no storm


class Person:
    """Somebody who gets letters, by the rule alone."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting: dict[int, Waiting] = {}
        self.left_at: list[datetime] = []
        self.past_at: list[datetime] = []
        self.told: Counter[int] = Counter()
        self.quiet_until = self.calls_quiet_until = NOW

    def ready(self, now: datetime) -> list[Waiting]:
        """What is not held back."""
        calls_at = min(self.quiet_until, self.calls_quiet_until)
        return [each for each in self.waiting.values() if now >= (calls_at if each.at_once else self.quiet_until)]

    def send(self, now: datetime) -> None:
        """Everything that may leave."""
        while True:
            plan = next_letter(self.ready(now), self.left_at, self.most, now, self.past_at)
            assert all(until is None or until > now for until in (plan.again_at, plan.calls_again_at))
            self.quiet_until = plan.again_at or self.quiet_until
            self.calls_quiet_until = plan.calls_again_at or self.calls_quiet_until
            if not plan.numbers:
                return
            (self.past_at if plan.is_past else self.left_at).append(now)
            for number in plan.numbers:
                del self.waiting[number]
                self.told[number] += 1


def most_within_an_hour(at: list[datetime]) -> int:
    return max((sum(begin <= each < begin + HOUR for each in at) for begin in at), default=0)


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), st.booleans(), st.booleans()), max_size=40),
    st.integers(1, 10),
)
def test_never_more_than_so_many_an_hour_and_nothing_is_lost_or_told_twice(
    story: list[tuple[int, int, bool, bool]], most: int
) -> None:
    person, now, made = Person(most), NOW, 0
    for wait_s, count, is_failing, at_once in story:
        now += timedelta(seconds=wait_s)
        for _ in range(count):
            made += 1
            person.waiting[made] = Waiting(made, now, is_failing or at_once, at_once)
        person.send(now)
        if any(each.at_once for each in person.waiting.values()):  # a call waits behind calls only
            assert sum(now - each < HOUR for each in person.past_at) == CALLS_MOST
    for _ in range(most + CALLS_MOST + 1):
        now += HOUR
        person.send(now)
    assert most_within_an_hour(person.left_at) <= most
    assert most_within_an_hour(person.past_at) <= CALLS_MOST
    assert person.waiting == {}
    assert person.told == Counter(range(1, made + 1))


def test_a_call_leaves_though_the_hour_is_full_and_calls_alone_are_no_storm() -> None:
    left_at, call = [NOW] * 6, Waiting(2, NOW, is_failing=True, at_once=True)
    waiting = [Waiting(1, NOW - HOUR, is_failing=True), call]
    assert next_letter(waiting, left_at, 6, NOW).numbers == (2,)
    held = next_letter(waiting, left_at, 6, NOW, [NOW] * CALLS_MOST)
    assert (held.numbers, held.again_at, held.calls_again_at) == ((), NOW + HOUR, NOW + HOUR)
    within = next_letter(waiting, left_at[1:4], 6, NOW, [NOW] * CALLS_MOST)
    assert (within.numbers, within.is_past) == ((2,), False)


def test_forty_at_once_are_five_letters_and_one_that_sums_up_the_rest_failing_first() -> None:
    waiting = [Waiting(number, NOW, number == 40) for number in range(1, 41)]
    left_at: list[datetime] = []
    letters = []
    while (plan := next_letter(waiting, left_at, 6, NOW)).numbers:
        letters.append(plan.numbers)
        left_at.append(NOW)
        waiting = [each for each in waiting if each.number not in plan.numbers]
    assert [len(each) for each in letters] == [1, 1, 1, 1, 1, 35]
    assert letters[0] == (40,)
    assert waiting == []
    assert next_letter([Waiting(41, NOW)], left_at, 6, NOW).again_at == NOW + HOUR
