"""REST for what admins and auditors do: accounts, the trail, alerts and their rules, partners, fee rules, letters."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.alerts.at_once import break_glass_used
from fleet.alerts.models import Maintenance
from fleet.audit.models import Entry
from fleet.office.fees.models import FeeRule, LetterPart
from fleet.people.models import FactorReset, Invitation, Role
from fleet.people.tokens.models import Answered
from fleet.rollouts.models import KioskTag
from tests.support.token_holder import Holder, holder, person

REASON = "โทรศัพท์หาย ตรวจบัตรแล้ว"


def admin() -> Holder:
    return holder(person(Role.PROVINCIAL_ADMIN))


def nation(name: str = "nation") -> Holder:
    return holder(person(Role.NATIONAL_ADMIN, None, name))


def done(one: Holder, method: str, path: str, said: Any = None, **more: str) -> Any:
    answered = one.ask(method, path, said, **more)
    assert answered.status_code < 300, answered.content
    return answered.json()  # type: ignore[attr-defined]


def refused(one: Holder, method: str, path: str, said: Any = None, **more: str) -> tuple[int, str]:
    answered = one.ask(method, path, said, **more)
    return answered.status_code, answered.json()["code"]  # type: ignore[attr-defined]


# ---- accounts


def test_somebody_is_invited_given_a_role_and_let_out() -> None:
    one = admin()
    made = done(one, "post", "people", {"username": "mali", "full_name": "มะลิ", "role": "officer", "province": 20})
    link = done(one, "post", f"people/{made['id']}/invitation/secret", Idempotency_Key="once-and-only")
    assert link["path"].startswith("/invitation/")
    assert Invitation.objects.filter(user_id=made["id"]).exists()
    assert not Answered.objects.filter(body__contains="invitation").exists()
    found = done(one, "post", f"people/{made['id']}/roles", {"role": "technician", "province": 20})
    held = next(each["id"] for each in found["roles"] if each["role"] == "technician")
    assert len(done(one, "delete", f"people/{made['id']}/roles/{held}")["roles"]) == 1
    assert done(one, "put", f"people/{made['id']}/active", {"active": False})["is_active"] is False
    assert refused(one, "post", "people", {"username": "mali", "role": "officer", "province": 20})[0] == 409
    assert refused(one, "post", "people", {"username": "lek", "role": "officer", "province": 40})[0] == 403
    assert refused(one, "post", "people", {"username": "lek", "role": "officer"})[0] == 422


def test_a_token_of_some_provinces_finds_no_accounts_and_no_trail() -> None:
    narrowed = holder(person(Role.NATIONAL_ADMIN, None), provinces=[20])
    for path in ("people", "audit", "audit/anchor"):
        assert refused(narrowed, "get", path)[0] == 404, path


def test_who_appoints_nobody_finds_no_accounts() -> None:
    for role in (Role.TECHNICIAN, Role.OFFICER, Role.TREASURY):
        assert refused(holder(person(role)), "get", "people")[0] == 404, role


def test_a_second_factor_of_a_national_admin_is_reset_by_two() -> None:
    one, two = nation(), nation("second")
    other = person(Role.NATIONAL_ADMIN, None, "other")
    Authenticator.objects.create(user=other, type="totp", data={})
    asked = done(one, "post", f"people/{other.pk}/second-factor-reset", {"reason": REASON})
    assert (asked["factors"], asked["factor_reset"]["reason"]) == (["totp"], REASON)
    path = f"people/{other.pk}/second-factor-reset/decision"
    assert refused(one, "post", path, {"agreed": True}) == (403, "needs-another")
    assert done(two, "post", path, {"agreed": True})["factors"] == []
    assert FactorReset.objects.get().agreed


# ---- the trail


def test_the_trail_is_searched_and_its_end_told() -> None:
    one = nation()
    done(one, "get", "people")
    found = done(one, "get", "audit?who=nation&kind=saw")["items"]
    assert found[0]["what"] == "rest GET people"
    assert done(one, "get", "audit?last=2020-01-01")["items"] == []
    assert refused(one, "get", "audit?first=2026-02-30") == (422, "no-day")
    assert done(one, "get", "audit/anchor")["number"] >= found[0]["number"]
    assert Entry.objects.filter(what="rest GET audit").exists()
    assert {each["dopa_code"] for each in done(admin(), "get", "audit")["items"]} <= {20}


# ---- alerts


def test_an_alert_is_read_and_taken_over() -> None:
    number, one = break_glass_used("192.0.2.7").pk, nation()
    told = done(one, "get", f"alerts/{number}")
    assert (told["rule"], told["matter"], "192.0.2.7" in told["says_en"]) == ("break-glass", "people", True)
    assert refused(admin(), "get", f"alerts/{number}")[0] == 404
    assert done(one, "post", f"alerts/{number}/acknowledgement", {"reason": "ซ้อม"})["acked_why"] == "ซ้อม"
    assert refused(one, "post", f"alerts/{number}/acknowledgement", {"reason": "ซ้อม"}) == (409, "over")


def test_rules_are_changed_from_what_was_read() -> None:
    one, said = admin(), {"document": {"offline": {"minutes": 30}}, "reason": "เน็ตช้า"}
    read = one.ask("get", "alert-rules/20")
    assert refused(one, "put", "alert-rules/20", said)[0] == 428
    assert done(one, "put", "alert-rules/20", said, If_Match=read.headers["ETag"])["document"] == said["document"]
    assert refused(one, "put", "alert-rules/20", said, If_Match=read.headers["ETag"])[0] == 412
    assert len(done(one, "get", "alert-rules/20/history")["items"]) >= 1
    now = one.ask("get", "alert-rules/20").headers["ETag"]
    for wrong in ({"offline": {"minutes": 0}}, {"sending": {"most_an_hour": 9}}, {"nothing": 1}):
        assert refused(one, "put", "alert-rules/20", said | {"document": wrong}, If_Match=now)[0] == 422, wrong
    assert refused(one, "put", "alert-rules/-", said, If_Match='"0"')[0] == 403
    assert refused(one, "get", "alert-rules/40")[0] == 404


def test_a_place_is_put_under_maintenance_and_let_go() -> None:
    one = holder(person(Role.TECHNICIAN))
    begun = done(one, "post", "maintenance", {"kiosk_id": "CBI-02", "hours": 2, "reason": "เปลี่ยนจอ"})
    assert (begun["kiosk_id"], begun["office_id"], begun["province"]) == ("CBI-02", "CBI", 20)
    assert done(one, "delete", f"maintenance/{begun['id']}")["ended_at"]
    assert Maintenance.objects.get(pk=begun["id"]).ended_by == one.token.person
    for wrong in ({"kiosk_id": "KKN-01"}, {}, {"kiosk_id": "CBI-02", "province": 20}):
        assert refused(one, "post", "maintenance", {"hours": 2, "reason": "เปลี่ยนจอ"} | wrong)[0] == 422, wrong


def test_ones_own_addresses_and_hours() -> None:
    one, other = admin(), nation()
    made = done(one, "post", "alert-addresses", {"channel": "mail", "address": "a@example.org"})
    assert refused(other, "delete", f"alert-addresses/{made['id']}")[0] == 404
    assert refused(one, "post", f"alert-addresses/{made['id']}/secret")[0] == 404
    done(one, "post", "alert-trial")
    assert done(one, "put", "alert-hours", {"from_hour": 6, "to_hour": 20})["to_hour"] == 20
    assert refused(one, "put", "alert-hours", {"from_hour": 20, "to_hour": 6})[0] == 422
    done(one, "delete", f"alert-addresses/{made['id']}")
    assert done(one, "get", "alert-addresses")["items"] == []


# ---- the office's and the nation's


def test_another_system_is_set_up_by_the_nation() -> None:
    said = {"address": "https://api.example.go.th", "is_on": True, "timeout_s": 5}
    assert refused(admin(), "put", "partners/companies", said) == (403, "not-here")
    one = nation()
    assert done(one, "put", "partners/companies", said)["address"] == said["address"]
    assert refused(one, "put", "partners/companies", said | {"address": "here"}) == (422, "no-address")
    assert {each["system"] for each in done(one, "get", "partners")["items"]} >= {"companies"}


def test_a_fee_rule_is_drafted_by_one_and_signed_by_another() -> None:
    one, other = nation(), nation("second")
    document = FeeRule.objects.order_by("-pk")[0].document
    made = done(one, "post", "fee-rules", {"document": document, "reason": "ปีใหม่"})
    assert refused(one, "post", f"fee-rules/{made['version']}/signature") == (403, "own")
    assert done(other, "post", f"fee-rules/{made['version']}/signature")["signed_at"]
    assert refused(one, "put", f"fee-rules/{made['version']}", {"document": document, "reason": "อีกครั้ง"})[0] == 409
    assert refused(one, "post", "fee-rules", {"document": {"bands": 1}, "reason": "ปีใหม่"}) == (422, "does-not-fit")


def test_letters_are_asked_for_and_taken() -> None:
    one = holder(person(Role.OFFICER))
    year = timezone.localdate().year
    due = done(one, "get", "notices?stand=due&office=CBI")["items"] + done(one, "get", "notices?stand=overdue")["items"]
    run = done(one, "post", "offices/CBI/letters", {"year": year, "notices": [each["notice_no"] for each in due]})
    assert run["total"] >= 1
    assert refused(one, "get", f"letters/{run['id']}/parts/1")[0] == 404
    LetterPart.objects.filter(run_id=run["id"], number=1).update(pdf=base64.b64decode("JVBERi0xLjQK"), pages=1)
    taken = one.ask("get", f"letters/{run['id']}/parts/1")
    assert (taken.headers["Content-Type"], taken.content) == ("application/pdf", b"%PDF-1.4\n")
    assert done(one, "get", f"letter-runs/{run['id']}")["parts"][0]["is_there"]
    assert refused(holder(person(Role.OFFICER, 40)), "get", f"letter-runs/{run['id']}")[0] == 404
    assert refused(one, "post", "offices/CBI/letters", {"year": 1990}) == (409, "nothing")


def test_tags_are_put_on_ones_own_kiosks() -> None:
    one = admin()
    done(one, "put", "kiosk-tags/pilot", {"kiosks": ["CBI-01", "CBI-02"], "worn": True})
    assert KioskTag.objects.filter(tag="pilot").count() == 2
    done(one, "put", "kiosk-tags/pilot", {"kiosks": ["CBI-01"], "worn": False})
    assert [each["kiosk_id"] for each in done(one, "get", "kiosk-tags")["items"] if each["tag"] == "pilot"] == [
        "CBI-02"
    ]
    assert refused(one, "put", "kiosk-tags/pilot", {"kiosks": ["KKN-01"], "worn": True}) == (422, "unknown")


@pytest.mark.parametrize("path", ["bank-files", "disclosures", "offices/CBI/officers", "fee-policies/CBI"])
def test_other_lists_are_there(path: str) -> None:
    assert User.objects.filter(username="nation").count() == 0
    done(nation(), "get", path)
