"""Alerts for programs: what the pages show of one, of who is told, and of the rules; and for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import override_settings
from django.utils import timezone

from fleet.alerts.deeds import add_address, begin_maintenance, end_maintenance
from fleet.alerts.findings import Place
from fleet.alerts.models import Alert, Attempt, Channel, Letter, Message
from fleet.alerts.policies import decide
from fleet.people.models import Role
from tests.support.round_kiosks import alert
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


@pytest.fixture(autouse=True)
def _no_samples() -> None:
    Alert.objects.all().delete()


def program(role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20, **other: Any) -> Holder:
    return holder(person(role, dopa_code), **other)


def of_many() -> Alert:
    """The whole nation's trouble, of which three kiosks are named."""
    found = alert("CBI-01")
    found.dopa_code, found.office_id, found.kiosk_id = None, "", ""
    found.members, found.facts = ["CBI-01", "CBI-02", "KKN-01"], {"count": 900, "of": 1000}
    found.save()
    return found


# ---- one of them


def test_of_an_alert_of_many_one_is_told_the_kiosks_one_sees() -> None:
    number = of_many().pk
    for one, kiosks in (
        (program(), ["CBI-01", "CBI-02"]),
        (program(Role.NATIONAL_ADMIN, None), ["CBI-01", "CBI-02", "KKN-01"]),
        (holder(person(Role.NATIONAL_ADMIN, None, "narrowed"), provinces=[40]), ["KKN-01"]),
    ):
        (listed,) = one.get("alerts")["items"]
        told = one.get(f"alerts/{number}")
        assert (listed["kiosks"], told["kiosks"], told["kiosks_count"]) == (kiosks, kiosks, 900)


def letter_to(number: int, name: str, state: str, *, ok: bool | None = None, **tried: Any) -> Message:
    now = timezone.now()
    user = person(Role.TECHNICIAN, 20, name)
    letter = Letter.objects.create(key=name, person=user, state=state, tries=1, made_at=now) if state else None
    if letter is not None:
        Attempt.objects.create(letter=letter, person=user, at=now, ok=ok, **tried)
    return Message.objects.create(
        key=name, person=user, alert_id=number, what="opened", made_at=now, not_before=now, letter=letter
    )


def test_who_was_told_by_what_and_whether_it_arrived() -> None:
    number, user = alert("CBI-01").pk, person(Role.PROVINCIAL_ADMIN)
    letter_to(number, "one", "")
    letter_to(number, "two", "failed", ok=False, channel="mail", detail="550 no such box")
    letter_to(number, "three", "sent", ok=True, channel="line", detail="200")
    over = letter_to(number, "four", "sending", channel="mail")
    Message.objects.filter(pk=over.pk).update(withdrawn_at=timezone.now())
    told = holder(user).get(f"alerts/{number}")["told"]
    assert [(each["person"], each["state"], each["channel"], each["why"]) for each in told] == [
        ("four", "withdrawn", "mail", ""), ("three", "sent", "line", ""),
        ("two", "failed", "mail", "550 no such box"), ("one", "waiting-room", None, ""),
    ]  # fmt: skip
    page = browser_of(user).get(f"/alerts/{number}/").content.decode()
    places = [page.index(f">{each['person']}</td>") for each in told]
    assert places == sorted(places)
    assert "550 no such box" in page


def test_who_may_take_it_over_and_whether_its_place_is_muted() -> None:
    found, technician = alert("CBI-02"), program(Role.TECHNICIAN)
    path = f"alerts/{found.pk}"
    assert program(Role.AUDITOR).get(path)["may_take"] is False
    before = technician.get(path)
    assert (before["may_take"], before["is_muted"], before["clear_since"]) == (True, False, None)
    now = timezone.now()
    begun = begin_maintenance(Place(20), now, now + timedelta(hours=1), technician.token.person, "new line")
    assert technician.get("alerts")["items"][0]["is_muted"] is True
    assert technician.get("maintenance")["items"][0]["ended_by"] is None
    end_maintenance(begun, technician.token.person)
    assert technician.get("maintenance")["items"][0]["ended_by"] == "technician-20"
    taken = technician.ask("post", f"{path}/acknowledgement", {"reason": "going there"}).json()  # type: ignore[attr-defined]
    assert (taken["may_take"], taken["is_muted"]) == (False, False)


def test_the_list_is_searched_like_the_page() -> None:
    for kiosk_id in ("CBI-01", "CBI-02"):
        alert(kiosk_id)
    one = program()
    browser = browser_of(one.token.person)
    for asked, found in (("bi-02", {"CBI-02"}), ("cbi", {"CBI-01", "CBI-02"}), ("KKN", set())):
        assert {each["kiosk_id"] for each in one.get(f"alerts?q={asked}")["items"]} == found, asked
        page = browser.get(f"/alerts/?q={asked}&state=all").content.decode()
        assert {each.kiosk_id for each in Alert.objects.all() if f"/alerts/{each.pk}/" in page} == found, asked
    assert one.ask("get", f"alerts?q={'x' * 61}").status_code == 422


# ---- who is told at all


def test_who_else_is_told_is_for_who_changes_settings_there() -> None:
    admin, technician = program(), person(Role.TECHNICIAN)
    add_address(technician, Channel.MAIL, "wichai@sala.example")
    add_address(technician, Channel.LINE, "U123")
    person(Role.TECHNICIAN, 40)
    told = admin.get("alert-people")
    assert {(each["person"], each["role"], tuple(each["channels"])) for each in told["items"]} >= {
        ("technician-20", "technician", ("mail", "line")), ("provincial-admin-20", "provincial-admin", ()),
    }  # fmt: skip
    assert {each["province"] for each in told["items"]} == {20}
    assert "wichai@" not in str(told)
    assert {20, 40} <= {each["province"] for each in program(Role.NATIONAL_ADMIN, None).get("alert-people")["items"]}
    for one in (holder(technician), program(Role.AUDITOR)):
        assert one.ask("get", "alert-people").status_code == 404
        assert one.ask("get", "alert-letters").status_code == 404


def test_a_letter_that_was_given_up_is_tried_again_by_who_looks_after_its_person() -> None:
    letter_to(alert("CBI-01").pk, "two", "failed", ok=False, channel="mail", detail="550 no such box")
    admin = program()
    (given,) = admin.get("alert-letters")["items"]
    said = ("two", 1, 1, "mail", "550 no such box")
    assert (given["person"], given["messages"], given["tries"], given["channel"], given["why"]) == said
    path = f"alert-letters/{given['id']}/again"
    elsewhere = program(Role.PROVINCIAL_ADMIN, 40)
    assert elsewhere.get("alert-letters")["items"] == []
    for one in (elsewhere, program(Role.TECHNICIAN)):
        assert one.ask("post", path).status_code == 404
    assert admin.ask("post", path).status_code == 200
    assert Letter.objects.get().state == "waiting"
    assert admin.ask("post", path).status_code == 404
    assert admin.get("alert-letters")["items"] == []


@override_settings(ALERTS_MAIL="mailto://x/{to}", ALERTS_LINE="", WEBHOOK_ORIGINS=())
def test_by_what_people_can_be_told_here() -> None:
    found = {each["channel"]: each["is_open"] for each in program(Role.TECHNICIAN).get("alert-channels")["items"]}
    assert found == {"mail": True, "line": False, "webhook": False}


# ---- the rules


def test_where_each_value_of_the_rules_comes_from() -> None:
    decide(None, {"offline": {"minutes": 20}, "paper": {"on": False}}, None, "the nation's")
    decide(20, {"offline": {"minutes": 45}}, None, "slow lines")
    one = program()

    def value(key: str, name: str) -> tuple[object, object, str]:
        (found,) = [each for each in one.get(f"alert-rules/{key}/values")["items"] if each["name"] == name]
        return found["value"], found["inherited"], found["origin"]

    assert value("20", "offline.minutes") == (45, 20, "province")
    assert value("20", "paper.on") == (False, False, "national")
    assert value("20", "device.minutes") == (10, 10, "default")
    assert value("-", "offline.minutes") == (20, 15, "national")
    assert value("-", "hours.opens_at") == ("08:30", "08:30", "default")
    assert one.ask("get", "alert-rules/40/values").status_code == 404
