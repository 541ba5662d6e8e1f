"""Roll-outs over the database: from a draft to the last kiosk, with everything that comes between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from fleet.devices.desired import change_settings, desired_of, latest_document, stack_of
from fleet.devices.models import Kiosk, KioskState, Lease, Outgoing, SettingsRevision, StagedSettings
from fleet.protocol.messages import Desired, decode
from fleet.protocol.settings import SettingsError, merge
from fleet.protocol.updates import FirmwareDesired, QuietHours, UpdateState
from fleet.rollouts import asking, deeds
from fleet.rollouts.deeds import DeedError, What
from fleet.rollouts.firmware import FirmwareError, known_firmware, withdrawn_firmware
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Firmware, KioskTag, Member, MemberStep, Rollout
from fleet.rollouts.plan import Care, Gate, Limits, Plan, PlanError, parse_waves
from fleet.rollouts.planning import Why
from fleet.rollouts.starting import Draft, preview, start
from fleet.rollouts.stepping import standing_of, step_all, take_in_late
from tests.support.pretend_updates import NEW, OLD, WORSE, Fate, World, bundle, listen, play

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World(30)


def plan(waves: str = "1; 5; all", soak_s: int = 120, **limits: Any) -> Plan:
    return Plan(waves=parse_waves(waves), gate=Gate(soak_s=soak_s), limits=Limits(**limits))


def begin(waves: str = "1; 5; all", firmware: Firmware | None = None, **limits: Any) -> Rollout:
    return start(Draft(plan(waves, **limits), "ทดลอง", firmware or bundle(NEW)), None)


def states(rollout: Rollout) -> Counter[str]:
    return Counter(rollout.members.values_list("state", flat=True))


def running(kiosk_ids: Sequence[str]) -> Counter[str]:
    rows = KioskState.objects.filter(pk__in=kiosk_ids).values_list("reported__firmware__running_hash", flat=True)
    return Counter(rows)


def fails(*, silently: bool = False) -> Fate:
    return lambda _kiosk, wanted: (
        UpdateState.GOOD if wanted.manifest_hash == OLD else None if silently else UpdateState.QUARANTINED
    )


def test_a_good_firmware_goes_through_its_waves_and_is_done(world: World) -> None:
    rollout = begin(at_once=8)
    released: list[int] = []
    for _ in range(40):
        world.turn()
        rollout.refresh_from_db()
        released.append(rollout.released)
        assert standing_of(rollout, world.now).at_it <= 8
    assert rollout.state == RolloutState.DONE
    assert states(rollout) == {"passed": 30}
    assert released == sorted(released)
    assert running(world.kiosk_ids) == {NEW: 30}
    assert [deed.what for deed in rollout.deeds.all()] == ["started", *3 * ["released"], "done"]
    seen = list(MemberStep.objects.filter(member=rollout.members.all()[0]).values_list("state", flat=True))
    assert seen == ["asked", "passed"]


def test_a_kiosk_is_told_in_the_message_it_has_always_had(world: World) -> None:
    care = Care(
        quiet_hours=QuietHours(begins="18:00", ends="06:00"),
        by_province={"11": QuietHours(begins="20:00", ends="05:00")},
    )
    begun = Plan(waves=parse_waves("all"), care=care, limits=Limits(harm_max=99, bytes_per_s_max=10 * 32 * 1024))
    rollout = start(Draft(begun, "ทดลอง", bundle(NEW)), None)
    step_all(world.now)
    step_all(world.now)
    told = {each.topic: decode(bytes(each.payload), Desired) for each in Outgoing.objects.all() if each.retain}
    assert len(told) == 10  # as many as each still has a line worth having
    for topic, desired in told.items():
        wanted = desired.firmware
        assert wanted is not None
        kiosk = Kiosk.objects.select_related("office").get(pk=topic.split("/")[3])
        assert (wanted.manifest_hash, wanted.rollout_id) == (NEW, str(rollout.pk))
        assert wanted.quiet_hours == care.quiet_in(kiosk.office.province_id)
        assert wanted.fetch_bytes_per_s_max == 32 * 1024
        assert desired_of(kiosk) == desired


@pytest.mark.parametrize("silently", [False, True], ids=["rolls back", "never comes back"])
def test_a_bad_firmware_is_stopped_by_itself(world: World, *, silently: bool) -> None:
    rollout = begin("all", at_once=30, harm_max=4, answer_s=300)
    world.until(rollout, RolloutState.HALTED, fails(silently=silently))
    assert states(rollout) == {"failed": 4, "waiting": 26}
    assert rollout.because == "harm"
    assert set(rollout.members.filter(state="failed").values_list("reason", flat=True)) == (
        {"silent"} if silently else {"front-desk"}
    )


def test_going_on_after_a_halt_forgives_what_was_seen(world: World) -> None:
    rollout = begin("10; all", at_once=30, harm_max=4)
    order = list(rollout.members.values_list("kiosk_id", flat=True))
    worse = set(order[:4])

    def fate(kiosk_id: str, _wanted: FirmwareDesired) -> UpdateState | None:
        return UpdateState.QUARANTINED if kiosk_id in worse else UpdateState.GOOD

    world.until(rollout, RolloutState.HALTED, fate)
    deeds.do(rollout.pk, What.RESUME, None, "รู้สาเหตุแล้ว")
    world.until(rollout, RolloutState.DONE, fate)
    assert states(rollout) == {"failed": 4, "passed": 26}


def test_paused_nobody_more_is_asked_and_resumed_it_goes_on(world: World) -> None:
    rollout = begin("all", at_once=3)
    world.turn()
    world.turn()
    deeds.do(rollout.pk, What.PAUSE, None, "รอ")
    asked = rollout.members.exclude(asked_at=None).count()
    for _ in range(3):
        world.turn()
    assert rollout.members.exclude(asked_at=None).count() == asked
    assert states(rollout)["asked"] == 0  # those that were at it have come through
    deeds.do(rollout.pk, What.RESUME, None, "ต่อ")
    world.until(rollout, RolloutState.DONE)


def test_cancelled_those_that_wait_are_let_go_and_those_at_it_are_told(world: World) -> None:
    rollout = begin("all", at_once=5)
    step_all(world.now)
    step_all(world.now)
    Outgoing.objects.all().delete()
    deeds.do(rollout.pk, What.CANCEL, None, "ผิดรุ่น")
    assert states(rollout) == {"asked": 5, "withdrawn": 25}
    told = [decode(bytes(each.payload), Desired).firmware for each in Outgoing.objects.all()]
    assert [wanted is not None and wanted.cancelled for wanted in told] == 5 * [True]
    world.turn()
    world.turn()
    assert states(rollout) == {"withdrawn": 30}
    assert running(world.kiosk_ids) == {OLD: 30}


def told(kiosk_ids: Sequence[str]) -> dict[str, bool]:
    """Whether each was told last to let go of it."""
    return {pk: bool(Kiosk.objects.get(pk=pk).firmware["cancelled"]) for pk in kiosk_ids}


@pytest.mark.parametrize("deed", [None, What.CANCEL, What.ROLL_BACK], ids=["halted", "cancelled", "taken back"])
def test_stopped_no_kiosk_that_failed_tries_again_by_itself(world: World, deed: What | None) -> None:
    rollout = begin("all", at_once=30, harm_max=4, answer_s=300)
    late = rollout.members.all()[1].kiosk_id

    def fate(kiosk_id: str, _wanted: FirmwareDesired) -> UpdateState | None:
        return UpdateState.FETCHING if kiosk_id == late else UpdateState.ROLLED_BACK

    for _ in range(2):
        world.turn(fate)
    if deed is not None:
        deeds.do(rollout.pk, deed, None, "ทดลอง")
    else:
        for member in rollout.members.filter(state="asked"):  # one that is slow, and three that failed
            assert member.kiosk_id == late
        rollout.plan["limits"]["harm_max"] = 3
        rollout.save()
        world.turn(fate)
        rollout.refresh_from_db()
        assert rollout.state == RolloutState.HALTED
    asked = list(rollout.members.exclude(asked_at=None).values_list("kiosk_id", flat=True))
    assert told(asked) == dict.fromkeys(asked, True)
    assert not rollout.members.exclude(next_try_at=None).exists()


def test_gone_on_with_those_that_let_go_of_it_get_it_after_all_and_those_that_failed_do_not(world: World) -> None:
    rollout = begin("all", at_once=30, harm_max=4)
    order = list(rollout.members.values_list("kiosk_id", flat=True))
    worse, slow = set(order[:3]), order[3]

    def before(kiosk_id: str, _wanted: FirmwareDesired) -> UpdateState | None:
        return UpdateState.ROLLED_BACK if kiosk_id in worse else UpdateState.FETCHING

    world.turn(before)
    world.turn(before)
    rollout.plan["limits"]["harm_max"] = 3
    rollout.save()
    step_all(world.now)
    assert told(order[:4]) == dict.fromkeys(order[:4], True)
    world.silent[slow] = world.now  # has not heard it yet
    deeds.do(rollout.pk, What.RESUME, None, "รู้สาเหตุแล้ว")
    del world.silent[slow]
    assert told(order[:4]) == {**dict.fromkeys(order[:3], True), slow: False}
    world.until(rollout, RolloutState.DONE, lambda kiosk_id, _wanted: before(kiosk_id, _wanted)
                if kiosk_id in worse else UpdateState.GOOD)  # fmt: skip
    assert states(rollout) == {"failed": 3, "passed": 27}


def test_the_word_on_a_calling_off_that_was_taken_back_is_old_news(world: World) -> None:
    rollout = begin("all", at_once=5)
    step_all(world.now)
    step_all(world.now)
    deeds.do(rollout.pk, What.PAUSE, None, "ลอง")
    Rollout.objects.update(state=RolloutState.HALTED)
    rollout.refresh_from_db()
    asking.call_off(rollout)
    play(world.now + MINUTE)  # all five say that they have let go of it
    deeds.do(rollout.pk, What.RESUME, None, "ต่อ")
    step_all(world.now + MINUTE)
    assert states(rollout)["asked"] == 5
    world.now += MINUTE
    world.until(rollout, RolloutState.DONE)
    assert states(rollout) == {"passed": 30}


def test_taken_back_every_kiosk_runs_again_what_it_ran(world: World) -> None:
    rollout = begin("10; all", at_once=4)
    for _ in range(8):
        world.turn()
    assert running(world.kiosk_ids)[NEW] >= 8
    deeds.do(rollout.pk, What.ROLL_BACK, None, "จอกระพริบ")
    world.until(rollout, RolloutState.ROLLED_BACK)
    assert running(world.kiosk_ids) == {OLD: 30}
    assert set(states(rollout)) == {"returned", "withdrawn"}


def test_what_ran_before_and_is_no_bundle_cannot_be_gone_back_to(world: World) -> None:
    rollout = begin("2", at_once=4)
    world.until(rollout, RolloutState.DONE)
    withdrawn_firmware(OLD)
    deeds.do(rollout.pk, What.ROLL_BACK, None, "")
    world.until(rollout, RolloutState.ROLLED_BACK)
    assert set(rollout.members.values_list("state", "reason")) == {("failed", "no-earlier")}


def test_a_kiosk_that_passed_and_later_runs_another_hash_has_failed(world: World) -> None:
    rollout = begin("all", at_once=30, harm_max=30)
    world.until(rollout, RolloutState.DONE)
    fallen = KioskState.objects.get(pk=world.kiosk_ids[7])
    fallen.reported["firmware"] |= {"running_hash": OLD, "state": "rolled-back", "reason": "boot-failed"}
    fallen.reported_at = world.now
    fallen.save()
    world.turn()
    assert states(rollout) == {"passed": 29, "failed": 1}
    member = rollout.members.get(state="failed")
    assert (member.kiosk_id, member.reason) == (fallen.pk, "boot-failed")


def test_who_comes_late_gets_it_and_who_is_away_is_not_asked(world: World) -> None:
    away = world.kiosk_ids[3]
    KioskState.objects.filter(pk=away).update(alive=False)
    world.silent[away] = world.now
    rollout = begin("5; all", at_once=30, harm_max=30)
    world.until(rollout, RolloutState.DONE)
    assert states(rollout) == {"passed": 29, "waiting": 1}
    KioskState.objects.filter(pk=away).update(alive=True, heard_at=world.now)
    del world.silent[away]
    late = Kiosk.objects.get(pk="CBI-01")
    KioskState.objects.update_or_create(
        kiosk=late,
        defaults={
            "alive": True, "heard_at": world.now, "reported_at": world.now,
            "reported": KioskState.objects.get(pk=away).reported,
        },
    )  # fmt: skip
    take_in_late(world.now)
    assert rollout.members.get(kiosk=late).why == Why.LATE
    for _ in range(4):
        world.turn()
    assert states(rollout) == {"passed": 31}
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.DONE


def test_while_the_fleet_is_deaf_or_nobody_leads_no_silence_counts(world: World) -> None:
    rollout = begin("all", at_once=5, answer_s=300)
    step_all(world.now)
    step_all(world.now)
    Lease.objects.all().delete()
    step_all(world.now + 60 * MINUTE)
    assert states(rollout)["asked"] == 5
    listen(world.now)
    world.now += 120 * MINUTE
    step_all(world.now)
    assert states(rollout)["asked"] == 5
    world.until(rollout, RolloutState.DONE)


def test_two_roll_outs_never_have_the_same_kiosk_and_a_newer_one_takes_it_over(world: World) -> None:
    first = begin("10", at_once=5)
    second = preview(Draft(plan("all"), "", bundle(WORSE, "0.3.0")))
    assert second.out[Why.ELSEWHERE] == 10
    world.until(first, RolloutState.DONE)
    after = begin("all", firmware=bundle(WORSE, "0.3.0"), at_once=30, harm_max=30)
    world.until(after, RolloutState.DONE)
    assert running(world.kiosk_ids) == {WORSE: 30}
    assert states(first) == {"passed": 10}  # what it brought then worked; what runs now is another's
    first.refresh_from_db()
    assert first.state == RolloutState.SUPERSEDED


def test_one_that_nobody_would_be_in_says_why_and_what_helps(world: World) -> None:
    begin("all")
    with pytest.raises(PlanError, match=r"in it: 30 elsewhere, 6 no-slots; elsewhere: .* can be cancelled$"):
        begin("all", firmware=bundle(WORSE, "0.3.0"))


def test_a_preview_tells_who_and_why_and_a_start_does_what_it_said(world: World) -> None:
    KioskTag.objects.create(kiosk_id=world.kiosk_ids[5], tag="pilot")
    draft = Draft(plan("tag:pilot; 4; 50%"), "ทดลอง", bundle(NEW))
    shown = preview(draft)
    assert shown.waves == (1, 4, 15)
    assert shown.out == {Why.NO_WAVE: 10, Why.NO_SLOTS: Kiosk.objects.count() - 30}
    rollout = start(draft, None)
    kept = dict(rollout.members.values_list("kiosk_id", "wave_no"))
    assert kept == {place.kiosk_id: place.wave_no for place in shown.places if place.wave_no}
    assert set(preview(Draft(plan(), "", bundle(NEW), province=11)).provinces.values()) == {11}


def test_what_cannot_be_started_is_not(world: World) -> None:
    withdrawn = bundle(NEW)
    withdrawn_firmware(NEW)
    withdrawn.refresh_from_db()
    for draft in (
        Draft(plan(), "", withdrawn), Draft(plan(), "", bundle(OLD, "0.1.0")), Draft(plan(), ""),
        Draft(plan("tag:nobody"), "", bundle(WORSE, "0.3.0")),
    ):  # fmt: skip
        with pytest.raises(PlanError):
            start(draft, None)
    assert not Rollout.objects.exists()
    with pytest.raises(FirmwareError):
        known_firmware("9.9.9", OLD, 1, "firmware/x", "sala-rpi")
    assert world.kiosk_ids


IMPOSSIBLE = [(What.RESUME, "running"), (What.PAUSE, "paused"), (What.CANCEL, "done"), (What.ROLL_BACK, "rolled-back")]


@pytest.mark.parametrize(("what", "state"), IMPOSSIBLE)
def test_a_deed_that_does_not_fit_changes_nothing(world: World, what: What, state: str) -> None:
    rollout = begin()
    Rollout.objects.update(state=state)
    with pytest.raises(DeedError):
        deeds.do(rollout.pk, what, None, "")
    rollout.refresh_from_db()
    assert (rollout.state, rollout.deeds.count(), len(world.kiosk_ids)) == (state, 1, 30)


# ---- settings


def greeting(text: str) -> dict[str, Any]:
    latest = latest_document("national", "")
    return {**(latest.document if latest else {}), "greeting": {"th": text, "en": text}}


def greeted(kiosk_id: str) -> str:
    kiosk = Kiosk.objects.select_related("office").get(pk=kiosk_id)
    return str(merge(each.document for each in stack_of(kiosk)).get("greeting", {}).get("th"))


def begin_settings(waves: str = "3; all") -> Rollout:
    brought = plan(waves, at_once=50, harm_max=50)
    return start(Draft(brought, "คำทักใหม่", layer="national", document=greeting("ใหม่")), None)


def test_staged_settings_reach_their_waves_only_and_then_become_the_layers(world: World) -> None:
    KioskState.objects.filter(pk__in=Kiosk.objects.exclude(pk__in=world.kiosk_ids)).delete()
    rollout = begin_settings()
    step_all(world.now)
    step_all(world.now)
    given = set(Member.objects.exclude(asked_at=None).values_list("kiosk_id", flat=True))
    assert len(given) == 3
    assert {kiosk_id for kiosk_id in world.kiosk_ids if greeted(kiosk_id) == "ใหม่"} == given
    with pytest.raises(SettingsError):
        change_settings("national", "", greeting("อื่น"), None, "")
    revisions = SettingsRevision.objects.count()
    world.until(rollout, RolloutState.DONE)
    assert SettingsRevision.objects.count() == revisions + 1
    assert {greeted(kiosk_id) for kiosk_id in Kiosk.objects.values_list("pk", flat=True)} == {"ใหม่"}
    assert not StagedSettings.objects.exists()
    assert deeds.possible(Rollout.objects.select_related("staged").get()) == ()
    change_settings("national", "", greeting("อื่น"), None, "")


def test_settings_are_taken_back_from_all_that_have_them(world: World) -> None:
    rollout = begin_settings()
    world.turn()
    world.turn()
    before = greeted("CBI-01")
    deeds.do(rollout.pk, What.ROLL_BACK, None, "สะกดผิด")
    world.until(rollout, RolloutState.ROLLED_BACK)
    assert {greeted(kiosk_id) for kiosk_id in world.kiosk_ids} == {before}
    assert not StagedSettings.objects.exists()
    assert not Kiosk.objects.exclude(staged=None).exists()


def test_settings_no_kiosk_could_live_with_are_not_even_staged(world: World) -> None:
    with pytest.raises(SettingsError):
        start(Draft(plan(), "", layer="national", document={"patience": {"step_s": 1}}), None)
    assert not StagedSettings.objects.exists()
    assert not Rollout.objects.exists()
    assert world.kiosk_ids


# ---- killed


class KilledError(Exception):
    """The plug, pulled."""


def killing_at(number: int) -> Callable[..., Any]:
    """Pulls the plug instead of the ``number``-th write."""
    left = [number]

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            left[0] -= 1
            if left[0] == 0:
                raise KilledError
        return execute(sql, *rest)

    return wrapper


def rows(rollout: Rollout) -> list[tuple[Any, ...]]:
    return list(rollout.members.order_by("kiosk_id").values_list("kiosk_id", "state", "step", "reason", "asked_at"))


def _story(world: World, kill_at: int) -> tuple[list[tuple[Any, ...]], int, bool]:
    """Three steps, in the middle one of which the plug is pulled; what is left, what was told, and whether it was."""
    rollout = start(Draft(plan("2; 5; all", soak_s=0, at_once=6), "ทดลอง", bundle(NEW)), None)
    was_killed = False
    for turn in range(4):
        world.now += MINUTE
        try:
            with connection.execute_wrapper(killing_at(kill_at if turn == 1 else 0)), transaction.atomic():
                step_all(world.now)
        except KilledError:
            was_killed = True
            step_all(world.now)  # the next leader
        play(world.now)
    return rows(rollout), Outgoing.objects.count(), was_killed


def test_killed_at_any_write_the_next_leader_goes_on_as_if_nothing_had_been() -> None:
    world = World(12)
    began = world.now

    def story(kill_at: int) -> tuple[list[tuple[Any, ...]], int, bool]:
        world.now = began
        sid = transaction.savepoint()
        try:
            return _story(world, kill_at)
        finally:
            transaction.savepoint_rollback(sid)

    whole = story(0)
    assert not whole[2]
    kills = 0
    while (after := story(kills + 1))[2]:
        assert after[:2] == whole[:2]
        kills += 1
    assert kills >= 5
