"""What a program reads of roll-outs is what their pages show; and it can say of a new one all that their form can."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.people.models import Role
from fleet.rollouts import deeds
from fleet.rollouts.deeds import What
from fleet.rollouts.firmware import withdrawn_firmware
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import KioskTag, Member, Rollout
from fleet.rollouts.plan import Gate, Limits, Plan, parse_waves
from fleet.rollouts.starting import Draft, start
from fleet.rollouts.stepping import plan_of
from tests.support.pretend_updates import NEW, OLD, World, bundle, make_kiosks
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

ALL = {
    "waves": "1; 5%; province:20,40; tag:pilot; all", "success_percent": 90, "soak_s": 120, "at_once": 7,
    "bytes_per_s_max": 2_000_000, "harm_max": 3, "fail_percent": 4, "tried_min": 6, "answer_s": 600,
    "quiet_hours": "18:00-06:00", "quiet_hours_by_province": "20 20:00-05:00; 40 00:00-04:00",
    "not_before": "2026-12-01T15:00:00Z", "fetching_s": 7200, "installing_s": 1200, "rebooting_s": 600,
    "proving_s": 900, "hold_s": 240, "tries_max": 2,
}  # fmt: skip


def program(role: Role = Role.NATIONAL_ADMIN, dopa_code: int | None = None, **other: Any) -> Holder:
    return holder(person(role, dopa_code), **other)


def begin(waves: str = "1; 5; all", province: int | None = None, **limits: Any) -> Rollout:
    plan = Plan(waves=parse_waves(waves), gate=Gate(soak_s=600), limits=Limits(**limits))
    return start(Draft(plan, "รุ่นแก้จอ", bundle(NEW), province=province), None)


def states(rows: list[dict[str, Any]]) -> list[str]:
    return [each["state"] for each in rows]


# ---- which there are


def test_the_list_is_narrowed_as_the_page_is() -> None:
    make_kiosks(20, timezone.now())
    whole = begin()
    Rollout.objects.update(state=RolloutState.DONE)
    home = begin(province=20)
    home.members.exclude(kiosk__office__province_id=20).delete()
    Rollout.objects.filter(pk=home.pk).update(kind="settings", settings_key="CBI", firmware=None)
    one = program()

    def ids(asked: str) -> list[int]:
        return [each["id"] for each in one.get(f"rollouts?{asked}")["items"]]

    assert ids("kind=settings") == [home.pk]
    assert ids("province=20") == [home.pk, whole.pk]
    assert ids("province=11") == [whole.pk]
    assert ids("q=0.2.0&state=done") == [whole.pk]
    assert ids("q=cbi") == [home.pk]
    assert ids("q=nobody") == []
    own = program(Role.PROVINCIAL_ADMIN, 20)
    assert own.get("rollouts?province=11")["items"] == []
    for odd in ("kind=money", "province=7", "q=" + 81 * "x"):
        assert one.ask("get", f"rollouts?{odd}").status_code == 422


def test_the_list_is_that_of_the_pages_file() -> None:
    make_kiosks(20, timezone.now())
    it = begin()
    deeds.do(it.pk, What.PAUSE, None, "ดูก่อน")
    nation = person(Role.NATIONAL_ADMIN, None)
    one = holder(nation)
    (item,) = one.get("rollouts?state=paused")["items"]
    (row,) = csv.DictReader(
        io.StringIO(browser_of(nation).get("/rollouts.csv?state=paused").content.decode("utf-8-sig"))
    )
    told = (item["id"], item["state"], item["reason"], item["wave_count"], sum(item["kiosks"].values()))
    assert tuple(map(str, told)) == tuple(row[name] for name in ("number", "state", "reason", "waves", "kiosks"))
    assert one.get("rollouts?state=running")["items"] == []
    assert one.ask("get", "rollouts?state=gone").status_code == 422


def test_firmware_is_told_apart_as_on_the_page() -> None:
    bundle(NEW)
    bundle(OLD, "0.1.0")
    withdrawn_firmware(OLD)
    one = program(Role.TECHNICIAN, 20)
    (offered,) = one.get("firmware?withdrawn=false")["items"]
    assert (offered["manifest_hash"], offered["size_bytes"]) == (NEW, 300_000_000)
    assert (offered["target"], offered["is_signed"]) == ("firmware/0.2.0.raucb", False)
    assert [each["version"] for each in one.get("firmware?withdrawn=true")["items"]] == ["0.1.0"]
    assert len(one.get("firmware?compatible=sala-rpi")["items"]) == 2
    assert one.get("firmware?compatible=another")["items"] == []


def test_a_list_has_the_database_count_the_kiosks() -> None:
    make_kiosks(20, timezone.now())
    begin("1; all")
    one = program()
    one.get("rollouts")
    with CaptureQueriesContext(connection) as asked:
        one.get("rollouts")
    counting = [each["sql"] for each in asked if 'FROM "rollouts_member"' in each["sql"]]
    assert counting
    assert all("GROUP BY" in sql for sql in counting)


# ---- one of them


def test_one_says_how_far_each_wave_is_and_what_the_next_one_waits_for() -> None:
    world = World(20)
    it = begin("2; all", at_once=10)
    for _ in range(3):
        world.turn()
    one = program()
    read = one.get(f"rollouts/{it.pk}")
    assert (read["state"], read["released"], read["wave_count"]) == ("running", 1, 2)
    first, second = read["waves"]
    assert (first["picks"], first["kiosks"], first["is_released"]) == ("2", {"passed": 2}, True)
    assert (second["picks"], second["kiosks"], second["is_released"]) == ("all", {"waiting": 18}, False)
    gate = read["gate"]
    assert (gate["wave"], gate["passed_percent"], gate["success_percent"], gate["failed"]) == (1, 100, 95, 0)
    assert gate["soaked_at"] == first["soaked_at"] > first["decided_at"]
    assert read["bundle"]["manifest_hash"] == NEW
    Member.objects.filter(rollout=it, wave_no=1).update(state=MemberState.ASKED)
    assert one.get(f"rollouts/{it.pk}")["gate"]["soaked_at"] is None
    Rollout.objects.update(released=2)
    assert one.get(f"rollouts/{it.pk}")["gate"] is None


def test_kiosks_of_one_are_found_by_state_and_wave_and_tell_their_time() -> None:
    world = World(10)
    it = begin("2; all")
    for _ in range(3):
        world.turn()
    one = program()
    passed = one.get(f"rollouts/{it.pk}/kiosks?state=passed")["items"]
    assert len(passed) == 2
    assert passed[0]["why"] == "number"
    assert {each["wave"] for each in one.get(f"rollouts/{it.pk}/kiosks?wave=2")["items"]} == {2}
    read = one.get(f"rollouts/{it.pk}/kiosks/{passed[0]['kiosk_id']}")
    assert states(read["steps"]) == ["passed", "asked"]
    assert read["decided_at"] == passed[0]["decided_at"]
    assert one.ask("get", f"rollouts/{it.pk}/kiosks/NO-01").status_code == 404
    for asked in ("state=gone", "wave=0", "wave=99999"):
        assert one.ask("get", f"rollouts/{it.pk}/kiosks?{asked}").status_code == 422
    told = one.get(f"rollouts/{it.pk}/deeds?limit=1")
    assert told["items"][0]["what"] == "released"
    assert one.get(f"rollouts/{it.pk}/deeds?after={told['next']}")["items"][0]["what"] == "started"


def test_another_provinces_kiosks_are_none_of_it() -> None:
    make_kiosks(40, timezone.now())
    it = begin("all")
    theirs = it.members.exclude(kiosk__office__province=20).first()
    assert theirs is not None
    other = program(Role.PROVINCIAL_ADMIN, 20)
    mine = it.members.filter(kiosk__office__province=20).count()
    assert sum(other.get(f"rollouts/{it.pk}")["waves"][0]["kiosks"].values()) == mine
    assert other.ask("get", f"rollouts/{it.pk}/kiosks/{theirs.kiosk_id}").status_code == 404
    home = begin_at(theirs.kiosk.office.province_id)
    for path in ("", "/kiosks", "/deeds", f"/kiosks/{theirs.kiosk_id}"):
        assert other.ask("get", f"rollouts/{home.pk}{path}").status_code == 404


def begin_at(province: int) -> Rollout:
    Rollout.objects.update(state=RolloutState.CANCELLED)
    return begin("all", province=province)


# ---- a new one


def test_all_that_the_form_can_say_a_program_can() -> None:
    make_kiosks(20, timezone.now())
    one = program()
    begun = one.ask("post", "rollouts", {**ALL, "firmware": bundle(NEW).pk, "reason": "แก้จอ"})
    assert begun.status_code == 201, begun.content
    it = Rollout.objects.get()
    assert one.get(f"rollouts/{it.pk}")["plan"] == ALL
    plan = plan_of(it)
    assert plan.care.quiet_in(40) != plan.care.quiet_in(10)
    assert (plan.care.deadlines.proving_s, plan.care.budget.tries_max) == (900, 2)


def test_what_is_not_said_is_as_it_always_was() -> None:
    make_kiosks(5, timezone.now())
    one = program()
    one.ask("post", "rollouts", {"firmware": bundle(NEW).pk, "waves": "all", "reason": "แก้จอ"})
    assert plan_of(Rollout.objects.get()) == Plan(waves=parse_waves("all"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quiet_hours", "midnight"), ("quiet_hours_by_province", "20"), ("quiet_hours_by_province", "99 18:00-06:00"),
        ("hold_s", 1800), ("waves", "all; 1"), ("not_before", "2026-12-01T15:00:00"), ("answer_s", 0),
        ("not_before", "9999-12-31T23:59:59-01:00"),
    ],
)  # fmt: skip
def test_a_plan_nobody_can_follow_is_refused(name: str, value: object) -> None:
    make_kiosks(5, timezone.now())
    one, said = program(), {"firmware": bundle(NEW).pk, "waves": "all", "reason": "แก้จอ", name: value}
    for path in ("rollout-preview", "rollouts"):
        assert one.ask("post", path, said).status_code == 422
    assert not Rollout.objects.exists()


def test_a_preview_says_of_each_wave_and_kiosk_what_a_start_then_does() -> None:
    kiosk_ids = make_kiosks(20, timezone.now())
    KioskTag.objects.create(kiosk_id=kiosk_ids[3], tag="pilot")
    one = program()
    said = {
        "firmware": bundle(NEW).pk, "reason": "แก้จอ", "waves": "tag:pilot; 4; 50%", "bytes_per_s_max": 1_000_000,
        "quiet_hours": "18:00-06:00",
    }  # fmt: skip
    shown = one.ask("post", "rollout-preview?kiosks=200", said).json()  # type: ignore[attr-defined]
    assert shown["waves"] == [each["kiosks"] for each in shown["each_wave"]] == [1, 4, 10]
    assert [each["picks"] for each in shown["each_wave"]] == ["tag:pilot", "4", "50%"]
    assert shown["each_wave"][0]["first"] == [kiosk_ids[3]]
    assert (shown["bytes_max"], shown["least_s"]) == (15 * 300_000_000, 4500)
    assert shown["at_once"] == 15
    assert shown["found"] == len(shown["kiosks"])
    there = {each["kiosk_id"]: each for each in shown["kiosks"]}
    assert (there[kiosk_ids[3]]["why"], there[kiosk_ids[3]]["runs"]) == ("tag", "0.1.0")
    assert there[kiosk_ids[3]]["quiet_hours"] == "18:00-06:00"
    assert there["CBI-01"]["why"] == "no-slots"
    few = one.ask("post", f"rollout-preview?find={kiosk_ids[3].lower()}&kiosks=5", said).json()  # type: ignore[attr-defined]
    assert [each["kiosk_id"] for each in few["kiosks"]] == [kiosk_ids[3]]
    assert one.ask("post", "rollout-preview", said).json()["kiosks"] == []  # type: ignore[attr-defined]
    assert not Rollout.objects.exists()
    one.ask("post", "rollouts", said)
    begun = dict(Member.objects.values_list("kiosk_id", "wave_no"))
    assert begun == {each["kiosk_id"]: each["wave"] for each in shown["kiosks"] if each["wave"]}


def test_tags_are_found_by_word_and_by_kiosk() -> None:
    for kiosk_id, tag in (("CBI-01", "pilot"), ("CBI-02", "pilot"), ("CBI-01", "busy"), ("KKN-01", "pilot")):
        KioskTag.objects.create(kiosk_id=kiosk_id, tag=tag)
    one = program(Role.PROVINCIAL_ADMIN, 20)
    assert {each["kiosk_id"] for each in one.get("kiosk-tags?tag=pilot")["items"]} == {"CBI-01", "CBI-02"}
    assert {each["tag"] for each in one.get("kiosk-tags?kiosk_id=CBI-01")["items"]} == {"pilot", "busy"}
    assert len(program(Role.AUDITOR, 20).get("kiosk-tags")["items"]) == 3
    assert program(Role.TECHNICIAN, 20).ask("get", "kiosk-tags").status_code == 404  # as the page
