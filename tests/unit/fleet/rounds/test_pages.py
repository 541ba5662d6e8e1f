"""The round's page: what stands on it, for whom, and what a phone may rely on."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.acting.rounds import provinces_waiting
from fleet.alerts.models import Alert
from fleet.audit.models import Entry, Kind
from fleet.devices.models import Kiosk, KioskCommand, KioskState
from fleet.people.models import Membership, Role
from fleet.people.scope import scope_of
from fleet.protocol.messages import DeviceState
from fleet.rounds.deeds import What
from fleet.rounds.models import Deed
from fleet.rounds.planning import Fault, Need, Trouble
from fleet.web import round_words
from tests.support.round_kiosks import DEVICES, alert, speaks
from tests.support.signed_in import browser_of

NUMBER = "0123456789abcdef0123456789abcdef"
AS_PHONE = {"HTTP_ACCEPT": "application/json"}


def client(role: Role = Role.TECHNICIAN, dopa_code: int | None = 20, name: str = "วิชัย") -> Client:
    user = User.objects.create(username=f"user-{name}", first_name=name)
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def page(signed_in: Client, address: str = "/round/") -> str:
    answer = signed_in.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def stops(html: str) -> list[str]:
    return re.findall(r'class="stop[^"]*" href="#([A-Z0-9-]+)"', html)


def press(signed_in: Client, kiosk_id: str, **said: str) -> dict[str, Any]:
    answer = signed_in.post(f"/round/{kiosk_id}/deed/", {"deed_id": NUMBER, **said}, **AS_PHONE)
    assert answer.status_code in (200, 422), answer.status_code
    return dict(answer.json())


def test_the_worst_comes_first_with_its_sentence_its_remedy_and_its_test() -> None:
    speaks("CBI-01", paper="low")
    speaks("CBI-02", printer=DeviceState.NO_DEVICE)
    html = page(client())
    assert stops(html) == ["CBI-02", "CBI-01"]
    assert "ไม่พบเครื่องพิมพ์" in html
    assert "กดพิมพ์ทดสอบ" in html
    assert 'name="kind" value="test-print"' in html
    assert "กระดาษ 80 มม. 2 ม้วน" in html
    assert "เครื่องพิมพ์สำรอง 1" in html


def test_a_cabinet_that_stands_open_is_to_be_closed_and_no_panel_carried_for_it() -> None:
    speaks("CBI-01", panel=DeviceState.HARDWARE_ERROR)
    speaks("CBI-02")
    state = KioskState.objects.get(pk="CBI-01")
    state.status["devices"]["panel"]["detail"] = "tamper"
    state.save()
    signed_in = client()
    announced = page(signed_in)
    assert stops(announced) == ["CBI-01"]
    assert "แผงไฟและตัวตู้รอคนจัดการ" in announced
    assert "แผงไฟสำรอง" not in announced
    alert("CBI-01", "tamper")
    alerted = page(signed_in)
    assert "ฝาตู้ถูกเปิดโดยไม่ได้แจ้งซ่อม" in alerted
    assert "แผงไฟและตัวตู้รอคนจัดการ" not in alerted


def test_who_is_well_is_in_no_round() -> None:
    speaks("CBI-01")
    speaks("CBI-02")
    html = page(client())
    assert stops(html) == []
    assert "วันนี้ไม่มีตู้ที่ต้องไป" in html


def test_a_kiosk_nobody_ever_heard_is_to_be_enrolled() -> None:
    speaks("CBI-01")
    html = page(client())
    assert stops(html) == ["CBI-02"]
    assert 'href="/enrol/"' in html


def test_what_a_phone_keeps_names_nobody() -> None:
    speaks("CBI-01", paper="out")
    signed_in = client(name="วิชัยตัวอย่าง")
    Deed.objects.create(
        deed_id="a" * 32, kiosk=Kiosk.objects.get(pk="CBI-01"), by=User.objects.get(), what=What.CLOSE,
        note="เปลี่ยนสาย", pressed_at=timezone.now(), received_at=timezone.now(), outcome="done",
    )  # fmt: skip
    html = page(signed_in)
    assert "เปลี่ยนสาย" in html
    assert "วิชัย" not in html
    assert "user-" not in html
    assert "วิชัย" in page(signed_in, "/")


def test_only_provinces_where_one_installs() -> None:
    signed_in = client()
    assert signed_in.get("/round/?province=40").status_code == 404
    assert signed_in.get("/round/?province=twenty").status_code == 404
    nation = client(Role.NATIONAL_ADMIN, None, "nation")
    assert "KKN-01" in page(nation, "/round/?province=40")
    assert "CBI-01" not in page(nation, "/round/?province=40")


def test_a_province_whose_only_work_is_paper_that_ends_has_its_chip_and_its_count() -> None:
    nation = client(Role.NATIONAL_ADMIN, None, "nation")
    for kiosk in Kiosk.objects.all():
        speaks(kiosk.pk, paper_out_at=timezone.now() + timedelta(days=90))
    assert chips(nation) == {}
    speaks("KKN-01", paper_out_at=timezone.now() + timedelta(hours=1))
    assert chips(nation) == {40: 1}
    speaks("KKN-02", paper_out_at=(timezone.now() + timedelta(hours=2)).astimezone(UTC), paper="low")
    assert chips(nation) == {40: 2}
    assert stops(page(nation, "/round/?province=40")) == ["KKN-01", "KKN-02"]


def test_a_province_whose_only_work_is_an_alert_has_its_chip_and_its_count() -> None:
    nation = client(Role.NATIONAL_ADMIN, None, "nation")
    for kiosk in Kiosk.objects.all():
        speaks(kiosk.pk, paper_out_at=timezone.now() + timedelta(days=90))
    opened = {rule: alert("KKN-01", rule, 40) for rule in ("tamper", "certificate")}
    assert chips(nation) == {40: 1}
    assert stops(page(nation)) == ["KKN-01"], "and it is the round one is shown first"
    speaks("KKN-01", paper_out_at=timezone.now() + timedelta(hours=1))
    assert chips(nation) == {40: 1}, "once, for whatever one has to go there"
    speaks("KKN-01", paper_out_at=timezone.now() + timedelta(days=90))
    for each in opened.values():
        assert chips(nation) == {40: 1}
        Alert.objects.filter(pk=each.pk).update(closed_at=timezone.now())
    assert chips(nation) == {}
    alert("KKN-01", "money", 40)
    assert chips(nation) == {}, "nobody goes there for that"


def chips(signed_in: Client) -> dict[int, int]:
    """How much is to be done, by province, of those where there is something."""
    waiting = provinces_waiting(scope_of(User.objects.get(pk=signed_in.session["_auth_user_id"])), timezone.now())
    return {code: count for code, count in waiting.items() if count}


def test_an_auditor_reads_the_round_and_finds_nothing_to_press() -> None:
    speaks("CBI-01", paper="out")
    html = page(client(Role.AUDITOR, None, "auditor"), "/round/?province=20")
    assert "กระดาษหมด" in html
    assert "data-deed" not in html
    assert 'href="/enrol/"' not in html


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TREASURY])
def test_who_installs_nothing_has_no_round(role: Role) -> None:
    signed_in = client(role)
    assert signed_in.get("/round/").status_code == 404
    assert signed_in.get("/round/now/").status_code == 404
    assert signed_in.get("/enrol/").status_code == 404
    assert signed_in.post("/round/CBI-01/deed/", {"what": "command", "kind": "identify"}).status_code == 404
    assert 'href="/round/"' not in page(signed_in, "/")


def test_a_press_is_done_once_however_often_it_is_sent_and_answers_how_it_stands() -> None:
    signed_in = client()
    said = {"what": "command", "kind": "test-print", "age_s": "12.5"}
    assert press(signed_in, "CBI-01", **said)["state"] == "waiting"
    assert press(signed_in, "CBI-01", **said)["state"] == "waiting"
    assert KioskCommand.objects.count() == 1
    KioskCommand.objects.update(done=False, detail="paper-out", ended_at=timezone.now())
    now = signed_in.get(f"/round/now/?deed={NUMBER},{'b' * 32}").json()
    assert list(now["deeds"]) == [NUMBER]
    assert now["deeds"][NUMBER]["state"] == "failed"
    assert "กระดาษหมด" in now["deeds"][NUMBER]["says"]
    assert Entry.objects.filter(what="web:round-deed", about="CBI-01", dopa_code=20).count() == 1


def test_what_comes_too_late_says_so_and_is_not_sent() -> None:
    answer = press(client(), "CBI-01", what="command", kind="test-print", age_s="3600")
    assert answer["state"] == "late"
    assert "ไม่ได้ส่งให้ตู้" in answer["says"]
    assert not KioskCommand.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"what": "reboot"}, {"what": "command", "kind": "run-this"}, {"what": "close", "deed_id": "x"},
        {"what": "close", "fault": "1234567890123"}, {"what": "command", "kind": "identify", "age_s": "long"},
        {"what": "take", "alert": "1"},
    ],
)  # fmt: skip
def test_what_is_no_deed_is_refused(said: dict[str, str]) -> None:
    signed_in = client()
    answer = signed_in.post("/round/CBI-01/deed/", {"deed_id": NUMBER, **said}, **AS_PHONE)
    assert answer.status_code in (404, 422)
    assert Entry.objects.filter(what="web:round-deed", about="CBI-01", kind=Kind.REFUSED).count() == 1
    assert not Deed.objects.exists()
    assert not KioskCommand.objects.exists()


def test_an_alert_of_another_kiosk_is_not_taken_over_here() -> None:
    theirs = alert("CBI-02", "paper")
    signed_in = client()
    said = {"deed_id": NUMBER, "what": "take", "alert": str(theirs.pk), "note": "on my way"}
    assert signed_in.post("/round/CBI-01/deed/", said, **AS_PHONE).status_code == 404
    assert press(signed_in, "CBI-02", what="take", alert=str(theirs.pk), note="on my way")["state"] == "done"
    speaks("CBI-02", paper="out")
    assert "มีคนรับเรื่องเตือนนี้แล้ว" in page(signed_in)


def test_without_a_script_a_form_does_the_same_and_leads_back() -> None:
    speaks("CBI-01", paper="out")
    signed_in = client()
    answer = signed_in.post("/round/CBI-01/deed/", {"what": "close", "note": "ใส่ม้วนใหม่"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/round/?province=20#CBI-01"
    html = page(signed_in)
    assert "ปิดงานแล้ว" in html
    assert "ใส่ม้วนใหม่" in html


def test_what_was_closed_the_day_before_and_is_still_wrong_is_to_be_done() -> None:
    signed_in = client()
    speaks("CBI-01", paper="low")
    press(signed_in, "CBI-01", deed_id=NUMBER, what="close", note="เปลี่ยนม้วนแล้ว", age_s="90000")
    html = page(signed_in)
    assert "เปลี่ยนม้วนแล้ว" in html
    assert re.findall(r'class="(stop[^"]*)" href="#CBI-01"', html) == ["stop"]


def test_a_phone_hears_whose_session_it_is_without_hearing_who() -> None:
    one, other = client(name="one"), client(name="other")
    mine = one.get("/round/now/").json()
    assert mine["whose"] != other.get("/round/now/").json()["whose"]
    assert f'data-whose="{mine["whose"]}"' in page(one)
    assert mine["token"]


def test_only_the_page_that_needs_the_camera_may_ask_for_it() -> None:
    signed_in = client()
    assert signed_in.get("/enrol/").headers["Permissions-Policy"].startswith("camera=(self)")
    for address in ("/", "/round/", "/kiosks/", "/enrol/ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        assert signed_in.get(address).headers["Permissions-Policy"].startswith("camera=()")


def test_signing_out_clears_what_the_phone_keeps() -> None:
    assert client().post("/sign-out/").headers["Clear-Site-Data"] == '"storage"'


def test_the_worker_is_taken_from_where_its_scope_is() -> None:
    answer = Client(SERVER_NAME="localhost").get("/round/worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers


def test_every_trouble_has_something_to_do() -> None:
    for trouble, part in product(Trouble, ("", *DEVICES)):
        steps = round_words.steps(Fault(trouble, Need.ATTENTION, part))
        assert len(steps) >= 2, trouble
        assert all(step.says for step in steps), trouble
        assert any(step.test or step.go for step in steps), trouble
        assert all(bool(step.test) == bool(step.test_word) for step in steps), trouble
