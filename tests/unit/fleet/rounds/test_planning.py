"""The plan of a round: by need, then by place; every fault in it once; and as little to carry as is enough."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.devices.truth import RANK, Condition
from fleet.protocol.messages import DeviceState
from fleet.rounds.planning import STOPS_MAX, Alerted, Item, Need, Round, Seen, Trouble, carry, faults_of, planned

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HORIZON = NOW + timedelta(days=1)
WELL = dict.fromkeys(("card", "scanner", "printer", "panel", "display"), "online")


def kiosk(name: str = "CBI-01", condition: str = "ok", **changes: object) -> Seen:
    said = Seen(name, name[:3], {"CBI": 20, "CB2": 20, "KKN": 40}[name[:3]], condition, devices=WELL)
    return replace(said, **changes)  # type: ignore[arg-type]  # fields of it


def with_device(name: str, part: str, state: str, condition: str = "failing") -> Seen:
    return kiosk(name, condition, devices={**WELL, part: state})


def troubles(seen: Seen) -> list[str]:
    return [each.key for each in faults_of(seen, HORIZON)]


def ids(round_: Round) -> list[str]:
    return [each.seen.kiosk_id for each in round_.stops]


def test_needs_are_the_conditions_of_the_product_in_their_order() -> None:
    assert [each.word for each in Need] == [each.value for each in Condition if each is not Condition.OK]
    assert [each.value for each in Need] == [RANK[Condition(each.word)] for each in Need]


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (kiosk(), []),
        (with_device("CBI-01", "printer", "no-device"), ["missing/printer"]),
        (with_device("CBI-01", "card", "hardware-error"), ["broken/card"]),
        (with_device("CBI-01", "scanner", "offline", "attention"), ["mute/scanner"]),
        (with_device("CBI-01", "display", "user-error", "attention"), ["blocked/display"]),
        (kiosk(condition="failing", paper="out"), ["paper-out/printer"]),
        (kiosk(condition="failing", paper="jammed"), ["paper-jammed/printer"]),
        (kiosk(condition="attention", paper="low"), ["paper-ends/printer"]),
        (kiosk(paper="full", paper_out_at=NOW + timedelta(hours=5)), ["paper-ends/printer"]),
        (kiosk(paper="full", paper_out_at=NOW + timedelta(days=2)), []),
        (kiosk(condition="offline"), ["link"]),
        (kiosk(condition="stale"), ["silent"]),
        (kiosk(condition="unknown", devices={}), ["never"]),
        (kiosk(condition="unknown"), []),
        (kiosk(condition="failing", is_used_twice=True), ["twice"]),
        (kiosk(condition="attention", disk_room="low"), ["room"]),
        (kiosk(storage_used_percent=93), ["storage"]),
        (kiosk(storage_errors=2, storage_used_percent=93), ["storage"]),
        (kiosk(under_voltage=True), ["power"]),
        (kiosk(alerts=(Alerted(1, "tamper", "", NOW),)), ["tamper"]),
        (kiosk(alerts=(Alerted(1, "peers", "card", NOW),)), ["peers/card"]),
        (kiosk(alerts=(Alerted(1, "certificate", "", NOW),)), ["certificate"]),
    ],
)
def test_what_is_wrong(seen: Seen, wanted: list[str]) -> None:
    assert troubles(seen) == wanted


def test_what_an_unheard_kiosk_said_of_its_devices_is_old_but_its_paper_goes_on_ending() -> None:
    away = with_device("CBI-01", "printer", "no-device", "offline")
    assert troubles(away) == ["link"]
    assert troubles(replace(away, paper="full", paper_out_at=NOW)) == ["link", "paper-ends/printer"]
    assert troubles(replace(away, paper="out", under_voltage=True)) == ["link"]


def test_a_printer_without_paper_is_not_broken_too() -> None:
    assert troubles(replace(with_device("CBI-01", "printer", "user-error"), paper="out")) == ["paper-out/printer"]
    missing = replace(with_device("CBI-01", "printer", "no-device"), paper="unknown")
    assert troubles(missing) == ["missing/printer"]


def test_a_fault_carries_the_alert_that_tells_of_the_same() -> None:
    alerts = (Alerted(7, "device", "printer", NOW), Alerted(8, "device", "card", NOW, is_taken=True))
    seen = replace(with_device("CBI-01", "card", "no-device"), alerts=alerts)
    (fault,) = faults_of(seen, HORIZON)
    assert fault.alert is not None
    assert (fault.alert.number, fault.alert.is_taken, fault.since) == (8, True, NOW)


def test_by_need_then_by_place_and_an_office_is_visited_once() -> None:
    soon = NOW + timedelta(hours=2)
    kiosks = [
        kiosk("CB2-01", "stale"),
        kiosk("CB2-02", "failing", paper="out"),
        kiosk("CBI-03", "attention", paper="low", paper_out_at=soon + timedelta(hours=1)),
        kiosk("CBI-02", "attention", paper="low", paper_out_at=soon),
        kiosk("CBI-01", "attention", disk_room="low"),
        kiosk("KKN-01", "failing", paper="jammed"),
        kiosk("KKN-02", "failing", paper="out"),
    ]
    rounds = planned(kiosks, HORIZON)
    assert [each.dopa_code for each in rounds] == [20, 40]
    assert ids(rounds[0]) == ["CB2-02", "CB2-01", "CBI-02", "CBI-03", "CBI-01"]
    assert [place.office_id for place in rounds[0].places] == ["CB2", "CBI"]


def test_what_was_closed_goes_to_the_end_until_it_begins_again() -> None:
    bad = replace(with_device("CBI-01", "printer", "no-device"), since={"printer": NOW - timedelta(hours=3)})
    other = kiosk("CBI-02", "attention", paper="low")
    assert ids(planned([bad, other], HORIZON)[0]) == ["CBI-01", "CBI-02"]
    closed = replace(bad, closed_at=NOW - timedelta(hours=1))
    (there,) = planned([closed, other], HORIZON)
    assert ids(there) == ["CBI-02", "CBI-01"]
    assert there.stops[1].is_closed
    assert there.carry == ((Item.PAPER, 2),)
    again = replace(closed, since={"printer": NOW})
    assert ids(planned([again, other], HORIZON)[0]) == ["CBI-01", "CBI-02"]


def test_nobody_carries_for_more_than_a_day() -> None:
    kiosks = [kiosk(f"CBI-{number:02d}", "failing", paper="out") for number in range(1, STOPS_MAX + 20)]
    (there,) = planned(kiosks, HORIZON)
    assert len(there.stops) == STOPS_MAX + 19
    assert there.carry == ((Item.PAPER, 2 * STOPS_MAX),)


def test_what_to_carry() -> None:
    kiosks = [
        kiosk("CBI-01", "failing", paper="out"),
        kiosk("CBI-02", "attention", paper="low"),
        with_device("CBI-03", "card", "no-device"),
        kiosk("CBI-04", "offline"),
    ]
    wanted = ((Item.PAPER, 4), (Item.CARD_READER, 1), (Item.USB_CABLE, 1), (Item.NETWORK_CABLE, 1))
    assert planned(kiosks, HORIZON)[0].carry == wanted


STATES = [each.value for each in DeviceState]
SEEN = st.builds(
    Seen,
    kiosk_id=st.integers(1, 60).map(lambda number: f"CBI-{number:02d}"),
    office_id=st.sampled_from(["CBI", "CB2", "CB3"]),
    dopa_code=st.just(20),
    condition=st.sampled_from([each.value for each in Condition]),
    devices=st.fixed_dictionaries({name: st.sampled_from(STATES) for name in WELL}),
    paper=st.sampled_from(["full", "low", "out", "jammed", "unknown"]),
    paper_out_at=st.none() | st.integers(-50, 50).map(lambda hours: NOW + timedelta(hours=hours)),
    disk_room=st.sampled_from(["", "low", "last"]),
    under_voltage=st.booleans(),
    is_used_twice=st.booleans(),
    closed_at=st.none() | st.just(NOW),
    alerts=st.sampled_from(["peers", "tamper", "device", "paper"]).map(lambda rule: (Alerted(3, rule, "card", NOW),))
    | st.just(()),
)


@given(st.lists(SEEN, max_size=12, unique_by=lambda seen: seen.kiosk_id))
def test_nothing_is_lost_and_nothing_depends_on_the_order_of_the_question(kiosks: list[Seen]) -> None:
    rounds = planned(kiosks, HORIZON)
    assert planned(reversed(kiosks), HORIZON) == rounds
    visited = [stop for round_ in rounds for stop in round_.stops]
    assert Counter(stop.seen.kiosk_id for stop in visited) == Counter(
        seen.kiosk_id for seen in kiosks if faults_of(seen, HORIZON)
    )
    for stop in visited:
        needs = [fault.need for fault in stop.faults]
        assert needs == sorted(needs)
        assert len({fault.key for fault in stop.faults}) == len(stop.faults)
    for round_ in rounds:
        places = [place.office_id for place in round_.places]
        assert len(set(places)) == len(places)
        left = [min(s.need for s in place.stops if not s.is_closed) for place in round_.places if not place.is_closed]
        assert left == sorted(left)
        assert all(count > 0 for _, count in round_.carry)
        for place in round_.places:
            closed = [stop.is_closed for stop in place.stops]
            assert closed == sorted(closed)


@given(st.lists(SEEN, max_size=6), st.lists(SEEN, max_size=6))
def test_more_to_mend_is_never_less_to_carry(some: list[Seen], more: list[Seen]) -> None:
    def load(kiosks: list[Seen]) -> Counter[Item]:
        return Counter(dict(carry(fault for seen in kiosks for fault in faults_of(seen, HORIZON))))

    assert load(some) <= load(some + more)
    assert load(some) + load(more) == load(some + more)


def test_every_trouble_can_come_up() -> None:
    """Of those that are named none is only a word; which it is, ``test_what_is_wrong`` says."""
    seen_keys = {
        key.split("/")[0]
        for mark in test_what_is_wrong.pytestmark  # type: ignore[attr-defined]  # pytest's own
        for _, keys in mark.args[1]
        for key in keys
    }
    assert seen_keys == {each.value for each in Trouble}
