"""A roll-out that has stopped by itself needs a person: an alert until somebody has said what is to be."""

from __future__ import annotations

import msgspec
import pytest

from fleet.alerts.models import Alert, Message
from fleet.alerts.policies import decide
from fleet.people.models import Role
from fleet.rollouts.deeds import What, do
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Kind, Rollout
from fleet.rollouts.plan import Plan, parse_waves
from tests.support.alerting import MONDAY, Fleet, person
from tests.support.signed_in import browser_of


def rollout(
    province: int | None = 20, state: RolloutState = RolloutState.HALTED, kind: Kind = Kind.FIRMWARE
) -> Rollout:
    """One that stands so; none of its kiosks matters here."""
    return Rollout.objects.create(
        kind=kind, province=province, plan=msgspec.to_builtins(Plan(waves=parse_waves("all"))), reason="รุ่นแก้จอ",
        created_at=MONDAY, state=state, state_since=MONDAY, because="harm" if state is RolloutState.HALTED else "",
    )  # fmt: skip


def key(it: Rollout) -> str:
    return f"rollout/{it.pk}@{'nation' if it.province is None else f'province:{it.province}'}"


@pytest.mark.parametrize("deed", [What.RESUME, What.CANCEL, What.ROLL_BACK])
def test_it_is_an_alert_until_somebody_has_said_what_is_to_be(fleet: Fleet, deed: What) -> None:
    it = rollout()
    assert fleet.look() == [key(it)]
    alert = Alert.objects.get()
    assert (alert.dopa_code, alert.matter, alert.condition, alert.since) == (20, "machines", "failing", MONDAY)
    do(it.pk, deed, None, "ดูแล้ว")
    assert fleet.look() == [key(it)]  # clear, and not over yet
    assert fleet.after(6).all_say().look() == []


def test_only_one_that_stopped_by_itself_is_and_that_something_can_be_done_with(fleet: Fleet) -> None:
    for state in RolloutState:
        if state is not RolloutState.HALTED:
            rollout(state=state)
    rollout(kind=Kind.SETTINGS)  # nothing is staged: they are the layer's own by now
    assert fleet.look() == []


def test_each_is_an_alert_of_its_own_place_and_a_province_may_do_without(fleet: Fleet) -> None:
    ours, theirs, all_of_us = rollout(20), rollout(40), rollout(None)
    assert fleet.look() == sorted(map(key, (ours, theirs, all_of_us)))
    decide(20, {"rollout": {"on": False}}, None, "ดูเองทุกวัน")
    fleet.look()
    assert fleet.after(6).all_say().look() == sorted(map(key, (theirs, all_of_us)))


def test_those_nearest_are_told_first_and_of_the_nations_its_admins(fleet: Fleet) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    person("suda", Role.PROVINCIAL_ADMIN, 20, "suda@sala.example")
    person("amorn", Role.NATIONAL_ADMIN, None, "amorn@sala.example")
    ours, all_of_us = rollout(20), rollout(None)
    fleet.look()
    told = {(each.person.username, each.alert.key) for each in Message.objects.all() if each.alert}
    assert told == {("wichai", key(ours)), ("amorn", key(all_of_us))}
    fleet.after(61).all_say().look()
    assert ("suda", "escalated") in set(Message.objects.values_list("person__username", "what"))


def test_its_page_leads_to_the_roll_out_of_who_sees_that(fleet: Fleet) -> None:
    ours, all_of_us = rollout(20), rollout(None)
    fleet.look()
    technician, admin = (
        person(*who) for who in (("wichai", Role.TECHNICIAN, 20), ("amorn", Role.NATIONAL_ADMIN, None))
    )
    for it, who, leads in ((ours, technician, True), (all_of_us, technician, False), (all_of_us, admin, True)):
        page = browser_of(who).get(f"/alerts/{Alert.objects.get(key=key(it)).pk}/").content.decode()
        assert f"การปล่อยเฟิร์มแวร์ เลขที่ {it.pk} หยุดเอง" in page
        assert (f'href="/rollouts/{it.pk}/"' in page) is leads
