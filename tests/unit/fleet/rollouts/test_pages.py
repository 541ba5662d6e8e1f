"""The pages of roll-outs: who sees what, a preview before a start, and the deeds with their reasons."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from fleet.people.models import Membership, Role
from fleet.protocol.updates import Deadlines
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Firmware, Kind, KioskTag, MemberStep, Rollout
from fleet.rollouts.plan import Plan, parse_waves
from fleet.rollouts.planning import Why
from fleet.rollouts.starting import Draft, start
from fleet.rollouts.stepping import plan_of
from fleet.web import rollout_words
from fleet.web.rollout_chart import POINTS_MAX, chart
from fleet.web.views.rollouts import A_PAGE
from tests.support.pretend_updates import NEW, OLD, World, bundle, make_kiosks
from tests.support.signed_in import browser_of

CHON_BURI, KRABI, SAMUT_PRAKAN = 20, 81, 11
FORM = {
    "province": "", "waves": "1; 5; all", "quiet": "18:00-06:00", "success_percent": "95", "soak_min": "60",
    "at_once": "10", "mb_per_s": "0", "harm_max": "5", "fail_percent": "5",
}  # fmt: skip


def client(role: Role = Role.NATIONAL_ADMIN, dopa_code: int | None = None) -> Client:
    user = User.objects.create(username=f"{role}-{dopa_code}", first_name="สมชาย ตัวอย่าง")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def begin(province: int | None = None) -> Rollout:
    return start(Draft(Plan(waves=parse_waves("1; 5; all")), "รุ่นแก้จอ", bundle(NEW), province=province), None)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_nothing_begins_before_somebody_has_seen_who_gets_it() -> None:
    make_kiosks(20, timezone.now())
    admin, form = client(), {**FORM, "firmware": str(bundle(NEW).pk)}
    looked = admin.post("/rollouts/new/", {**form, "look": "1"})
    assert looked.status_code == 200
    assert "เริ่มปล่อย 20 เครื่อง" in text(looked)  # type: ignore[arg-type]
    assert not Rollout.objects.exists()
    assert admin.post("/rollouts/new/", {**form, "begin": "1"}).status_code == 422  # no reason
    begun = admin.post("/rollouts/new/", {**form, "begin": "1", "reason": "แก้จอค้าง"})
    rollout = Rollout.objects.get()
    assert begun.headers["Location"] == f"/rollouts/{rollout.pk}/"
    assert rollout.members.count() == 20
    assert rollout.plan["gate"] == {"success_percent": 95, "soak_s": 3600}
    assert rollout.deeds.get().by is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firmware", "99999"), ("waves", "all; 1"), ("quiet", "night"), ("at_once", "0"), ("harm_max", "101"),
        ("fail_percent", "-1"), ("soak_min", "soon"), ("success_percent", ""), ("mb_per_s", "๑"),
        ("quiet_by", "20 22:00-05:00; 20 21:00-05:00"), ("quiet_by", "19 22:00-05:00; 99 21:00-05:00"),
        ("quiet_by", "chon buri"), ("not_before", "tomorrow"), ("hold_min", "30"), ("tries_max", "0"),
        ("fetching_min", "1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(name: str, value: str) -> None:
    make_kiosks(3, timezone.now())
    wrong = {**FORM, "firmware": str(bundle(NEW).pk), "reason": "ลอง", "begin": "1", name: value}
    answer = client().post("/rollouts/new/", wrong)
    assert answer.status_code == 422
    assert 'class="err"' in text(answer)  # type: ignore[arg-type]
    assert not Rollout.objects.exists()


def test_all_that_is_typed_is_in_the_plan_and_each_kiosk_has_its_answer() -> None:
    kiosk_ids = make_kiosks(76, timezone.now())
    typed = {
        **FORM, "firmware": str(bundle(NEW).pk), "quiet_by": "20,81 20:00-05:00\r\n40 00:00-04:00",
        "not_before": "2026-12-01T22:00", "answer_min": "20", "fetching_min": "90", "installing_min": "12",
        "rebooting_min": "7", "proving_min": "45", "hold_min": "9", "tries_max": "2", "tried_min": "25",
        "mb_per_s": "20", "find": "p81",
    }  # fmt: skip
    looked = text(client().post("/rollouts/new/", {**typed, "look": "1"}))  # type: ignore[arg-type]
    assert looked.count('<td class="n"><b>') == 1  # of the table of kiosks: the one that was looked for
    for word in ("P81-00001", "20:00–05:00", "0.1.0 → 0.2.0", "จับสลาก"):
        assert word in looked
    begun = client(Role.PROVINCIAL_ADMIN, KRABI).post(
        "/rollouts/new/", {**typed, "province": str(KRABI), "begin": "1", "reason": "ลอง"}
    )
    assert begun.status_code == 302
    plan = plan_of(Rollout.objects.get())
    assert plan.care.not_before == datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    assert plan.care.deadlines == Deadlines(fetching_s=5400, installing_s=720, rebooting_s=420, proving_s=2700)
    assert (plan.care.soak_s, plan.care.budget.tries_max, plan.limits.tried_min) == (540, 2, 25)
    assert plan.limits.answer_s == 1200
    hours = [plan.care.quiet_in(code) for code in (20, 81, 40, 50)]
    assert [each.begins for each in hours if each] == ["20:00", "20:00", "00:00", "18:00"]
    assert len(kiosk_ids) == 76


def test_tags_are_put_on_and_taken_off_by_who_may_and_waves_pick_by_them() -> None:
    make_kiosks(152, timezone.now())
    admin = client(Role.PROVINCIAL_ADMIN, KRABI)
    mine, theirs = "P81-00001", "P20-00001"
    assert admin.post("/rollouts/tags/", {"tag": "pilot", "kiosks": mine, "on": "1"}).status_code == 302
    for wrong in ({"tag": "Pilot"}, {"kiosks": f"{mine} {theirs}"}, {"kiosks": ""}):
        answer = admin.post("/rollouts/tags/", {"tag": "pilot", "kiosks": mine, **wrong})
        assert answer.status_code == 422
    assert list(KioskTag.objects.values_list("kiosk_id", "tag")) == [(mine, "pilot")]
    nation = client()
    form = {**FORM, "firmware": str(bundle(NEW).pk), "waves": "tag:pilot; all", "look": "1"}
    looked = text(nation.post("/rollouts/new/", form))  # type: ignore[arg-type]
    assert "tag:pilot" in looked
    assert "1 เครื่อง ใน 1 จังหวัด" in looked
    assert mine not in text(client(Role.PROVINCIAL_ADMIN, CHON_BURI).get("/rollouts/tags/"))  # type: ignore[arg-type]
    assert client(Role.OFFICER, KRABI).get("/rollouts/tags/").status_code == 404
    assert admin.post("/rollouts/tags/", {"tag": "pilot", "kiosks": mine, "off": "1"}).status_code == 302
    assert not KioskTag.objects.exists()


def test_a_provincial_admin_begins_one_at_home_only() -> None:
    make_kiosks(76, timezone.now())
    admin, form = client(Role.PROVINCIAL_ADMIN, KRABI), {**FORM, "firmware": str(bundle(NEW).pk), "reason": "ลอง"}
    for province in ("", str(CHON_BURI)):
        assert admin.post("/rollouts/new/", {**form, "province": province, "begin": "1"}).status_code == 422
    assert admin.post("/rollouts/new/", {**form, "province": str(KRABI), "begin": "1"}).status_code == 302
    assert set(Rollout.objects.get().members.values_list("kiosk_id", flat=True)) == {"P81-00001"}


def listed(browser: Client, asked: str) -> list[str]:
    """The reasons of the roll-outs that the page shows, which its file has, too."""
    page = text(browser.get(f"/rollouts/?{asked}"))  # type: ignore[arg-type]
    file = browser.get(f"/rollouts.csv?{asked}").content.decode("utf-8-sig")
    shown = re.findall(r'<span class="mut sm wide">([^<]*)</span>', page)
    assert shown == [each["reason"] for each in csv.DictReader(io.StringIO(file))]
    return shown


def test_the_list_is_narrowed_by_kind_province_and_text_and_so_is_its_file() -> None:
    make_kiosks(20, timezone.now())
    whole = begin()
    Rollout.objects.update(state=RolloutState.DONE)
    home = begin(CHON_BURI)
    author = User.objects.create(username="wichai", first_name="วิชัย")
    Rollout.objects.filter(pk=whole.pk).update(reason="ทั้งหมด", author=author)
    Rollout.objects.filter(pk=home.pk).update(reason="ชลบุรี", kind=Kind.SETTINGS, settings_key="CBI", firmware=None)
    home.members.exclude(kiosk__office__province_id=CHON_BURI).delete()
    admin = client()
    assert listed(admin, "") == ["ชลบุรี", "ทั้งหมด"]
    assert listed(admin, "kind=firmware") == ["ทั้งหมด"]
    assert listed(admin, "kind=settings") == ["ชลบุรี"]
    assert listed(admin, "kind=money") == ["ชลบุรี", "ทั้งหมด"]
    assert listed(admin, f"province={CHON_BURI}") == ["ชลบุรี", "ทั้งหมด"]
    assert listed(admin, f"province={SAMUT_PRAKAN}") == ["ทั้งหมด"]
    assert listed(admin, "q=0.2.0") == ["ทั้งหมด"]
    assert listed(admin, "q=WICHAI") == ["ทั้งหมด"]
    assert listed(admin, "q=ชลบุรี") == ["ชลบุรี"]
    assert listed(admin, "q=cbi&kind=firmware") == []
    assert "ไม่มีการปล่อยที่ตรงกับที่ถาม" in text(admin.get("/rollouts/?q=นั่น"))  # type: ignore[arg-type]


def test_a_province_that_is_not_ones_own_has_no_roll_outs() -> None:
    make_kiosks(20, timezone.now())
    begin()
    own = client(Role.PROVINCIAL_ADMIN, CHON_BURI)
    assert listed(own, f"province={CHON_BURI}") == ["รุ่นแก้จอ"]
    assert listed(own, f"province={SAMUT_PRAKAN}") == []


def test_both_lists_have_pages_that_keep_what_is_asked() -> None:
    now = timezone.now()
    for number in range(A_PAGE + 1):
        it = Firmware.objects.create(version=f"9.{number}", manifest_hash=f"{number}", size_bytes=1)
        Rollout.objects.create(
            kind=Kind.FIRMWARE, firmware=it, plan={"waves": []}, reason=f"no {number}", created_at=now,
            state=RolloutState.DONE, state_since=now,
        )  # fmt: skip
    admin = client()
    first = text(admin.get("/rollouts/?state=done&kind=firmware&q=no&firmware=offered"))  # type: ignore[arg-type]
    assert first.count('rel="next"') == 2
    assert 'rel="prev"' not in first
    following = "?state=done&amp;kind=firmware&amp;q=no&amp;firmware=offered&amp;page=2&amp;firmware_page=1"
    assert f'rel="next" href="{following}"' in first
    second = text(admin.get("/rollouts/" + following.replace("&amp;", "&")))  # type: ignore[arg-type]
    assert "no 0" in second
    assert "no 20" not in second
    assert second.count('rel="prev"') == second.count('rel="next"') == 1
    bundles_too = text(admin.get("/rollouts/?firmware_page=2"))  # type: ignore[arg-type]
    assert '<td class="b">9.0<' in bundles_too
    assert "no 20" in bundles_too
    assert "2 / 2" in bundles_too


def test_the_list_is_narrowed_by_its_address_and_its_file_is_the_same_list() -> None:
    make_kiosks(20, timezone.now())
    one, admin = begin(), client()
    Rollout.objects.filter(pk=one.pk).update(reason="=HYPERLINK()")
    for state, expected in (("", 1), (one.state, 1), ("cancelled", 0), ("nonsense", 1)):
        page = text(admin.get(f"/rollouts/?state={state}"))  # type: ignore[arg-type]
        assert page.count(f'href="/rollouts/{one.pk}/"') == expected, state
        answer = admin.get(f"/rollouts.csv?state={state}")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [(row["kiosks"], row["reason"]) for row in rows] == [("20", "'=HYPERLINK()")] * expected, state
    Membership.objects.update(role=Role.PROVINCIAL_ADMIN, dopa_code=KRABI)
    Rollout.objects.update(province=CHON_BURI)
    assert len(admin.get("/rollouts.csv").content.decode().splitlines()) == 1


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.OFFICER])
def test_who_changes_nothing_steers_nothing(role: Role) -> None:
    make_kiosks(76, timezone.now())
    rollout, somebody = begin(KRABI), client(role, KRABI)
    assert somebody.get("/rollouts/").status_code == 200
    assert somebody.get(f"/rollouts/{rollout.pk}/").status_code == 200
    assert somebody.get("/rollouts/new/").status_code == 404
    assert somebody.post(f"/rollouts/{rollout.pk}/", {"what": "pause", "reason": "x"}).status_code == 404


def test_another_provinces_roll_out_does_not_exist_and_the_nations_shows_the_own_kiosks_only() -> None:
    make_kiosks(152, timezone.now())
    theirs = begin(CHON_BURI)
    admin = client(Role.PROVINCIAL_ADMIN, KRABI)
    assert admin.get(f"/rollouts/{theirs.pk}/").status_code == 404
    assert f"/rollouts/{theirs.pk}/" not in text(admin.get("/rollouts/"))  # type: ignore[arg-type]
    nations = begin()
    page = text(admin.get(f"/rollouts/{nations.pk}/"))  # type: ignore[arg-type]
    assert "P81-00001" in page
    assert "P40-" not in page
    assert admin.post(f"/rollouts/{nations.pk}/", {"what": "cancel", "reason": "x"}).status_code == 404
    assert 'id="steps"' not in text(admin.get(f"/rollouts/{nations.pk}/?kiosk=P40-00001"))  # type: ignore[arg-type]


def test_a_deed_wants_a_reason_and_is_written_down() -> None:
    make_kiosks(10, timezone.now())
    rollout, admin = begin(), client()
    address = f"/rollouts/{rollout.pk}/"
    assert admin.post(address, {"what": "pause", "reason": " "}).status_code == 422
    assert admin.post(address, {"what": "burn", "reason": "x"}).status_code == 404
    assert admin.post(address, {"what": "pause", "reason": "รอช่าง"}).status_code == 302
    assert admin.post(address, {"what": "pause", "reason": "อีกครั้ง"}).status_code == 422
    rollout.refresh_from_db()
    assert rollout.state == RolloutState.PAUSED
    deed = rollout.deeds.get(what="pause")
    assert (deed.detail, deed.by is not None) == ("รอช่าง", True)
    assert "รอช่าง" in text(admin.get(address))  # type: ignore[arg-type]


def test_each_kiosk_has_its_time_line_with_reason_and_next_try() -> None:
    world = World(10)
    rollout = begin()
    world.turn()
    world.turn()
    member = rollout.members.exclude(asked_at=None).get()
    MemberStep.objects.create(
        member=member, at=world.now, state="asked", step="waiting", reason="quiet-hours", next_try_at=world.now
    )
    page = text(client().get(f"/rollouts/{rollout.pk}/?kiosk={member.kiosk_id}"))  # type: ignore[arg-type]
    assert page.count('<ol class="tl">') == 1
    for word in ("รอจังหวะ · รอช่วงเงียบ", "ลองต่อไป", "สั่งแล้ว ยังไม่ตอบ"):
        assert word in page


def test_a_wave_that_lost_a_kiosk_is_over_and_not_called_complete() -> None:
    world = World(10)
    rollout, admin = begin(), client()
    world.turn()
    first = rollout.members.filter(wave_no=1)
    for state, word in ((MemberState.PASSED, "ครบ"), (MemberState.FAILED, "จบแล้ว")):
        first.update(state=state)
        page = text(admin.get(f"/rollouts/{rollout.pk}/"))  # type: ignore[arg-type]
        assert re.search(rf"</svg>{word}<span class=\"end n\">", page), word
    assert "</svg>ครบ<" not in page


def test_an_open_page_starts_anew_when_its_buttons_are_others() -> None:
    make_kiosks(10, timezone.now())
    rollout, admin = begin(), client()
    same = admin.get(f"/rollouts/{rollout.pk}/?was=running", headers={"HX-Request": "true"})
    assert (same.status_code, same.has_header("HX-Refresh")) == (200, False)
    Rollout.objects.update(state=RolloutState.HALTED, because="harm")
    other = admin.get(f"/rollouts/{rollout.pk}/?was=running", headers={"HX-Request": "true"})
    assert other.headers["HX-Refresh"] == "true"
    assert "ระบบหยุดการปล่อยนี้เอง" in text(admin.get(f"/rollouts/{rollout.pk}/"))  # type: ignore[arg-type]


def test_every_word_a_machine_says_has_one_for_people() -> None:
    from fleet.protocol.updates import UpdateReason, UpdateState
    from fleet.rollouts.gating import Because

    for state in RolloutState:
        assert rollout_words.state(state)
        assert state in rollout_words.CONDITION
    assert all(rollout_words.member_state(each) and each in rollout_words.MEMBER_CONDITION for each in MemberState)
    assert all(rollout_words.step(each) != each for each in UpdateState)
    assert all(rollout_words.reason(each) != each for each in UpdateReason if each)
    assert all(rollout_words.because(each) for each in Because if each)
    assert all(rollout_words.why(each) for each in Why)


def test_the_chart_climbs_to_the_number_that_passed_and_stays_drawable() -> None:
    now = timezone.now()
    empty = chart([], 10, now, now)
    assert empty.y == empty.heights[0].at
    many = chart([now] * 10_000, 10_000, now, now)
    assert many.y == many.heights[-1].at
    assert len(many.line.split()) <= 2 * POINTS_MAX + 3
    assert OLD != NEW
