"""The round for programs: what stands on the page, for whom it stands there, and deeds that are done once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.audit.models import Entry
from fleet.devices.models import KioskCommand
from fleet.people.models import Role
from fleet.people.tokens.rights import RIGHTS
from fleet.protocol.messages import DeviceState
from fleet.rounds.models import Deed
from tests.support.round_kiosks import alert, speaks
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

NUMBER = "0123456789abcdef0123456789abcdef"


def program(role: Role = Role.TECHNICIAN, dopa_code: int | None = 20, **other: Any) -> Holder:
    return holder(person(role, dopa_code), **other)


def press(one: Holder, kiosk_id: str = "CBI-01", **said: Any) -> dict[str, Any]:
    """What came of it: the deed, or the problem."""
    answered = one.ask("post", f"kiosks/{kiosk_id}/round-deeds", {"deed_id": NUMBER, **said})
    return {"status": answered.status_code, **answered.json()}  # type: ignore[attr-defined]


def test_it_says_what_the_page_says() -> None:
    speaks("CBI-01", paper="low")
    speaks("CBI-02", printer=DeviceState.NO_DEVICE)
    user = person(Role.TECHNICIAN)
    page = browser_of(user)
    html = page.get("/round/?province=20").content.decode()
    told = holder(user).get("rounds/20")
    assert [each["kiosk_id"] for each in told["stops"]] == ["CBI-02", "CBI-01"]
    assert [each["kiosk_id"] for each in told["stops"]] == re.findall(r'class="stop[^"]*" href="#([A-Z0-9-]+)"', html)
    assert all(each["says_th"] in html for each in told["carry"])
    assert {each["item"]: each["count"] for each in told["carry"]}["paper"] == 2
    worst = told["stops"][0]["faults"][0]
    assert (worst["fault"], worst["says_en"], worst["need"]) == ("missing/printer", "Printer not found", "failing")
    assert worst["says_th"] in html
    assert worst["effect_th"] in html
    assert all(step["says_th"] in html for step in worst["steps"])
    assert [step["test"] for step in worst["steps"] if step["test"]] == ["test-print"]


def test_how_the_tests_went_and_whether_somebody_has_the_alert() -> None:
    speaks("CBI-02", printer=DeviceState.NO_DEVICE)
    one, number = program(), alert("CBI-02", "device").pk
    Alert.objects.filter(pk=number).update(part="printer")

    def fault() -> Any:
        return one.get("rounds/20")["stops"][0]["faults"][0]

    def tested() -> list[tuple[str | None, str | None]]:
        return [(each["progress"], each["command_id"]) for each in fault()["steps"] if each["test"]]

    before = fault()
    assert (before["alert"], before["may_take"], before["is_taken"]) == (number, True, False)
    assert set(tested()) == {(None, None)}
    asked = press(one, "CBI-02", what="command", kind="test-print")
    assert tested() == [("waiting", asked["command_id"])]
    (step,) = [each for each in fault()["steps"] if each["test"]]
    assert step["asked_at"][:16] == KioskCommand.objects.get().asked_at.isoformat()[:16]
    press(one, "CBI-02", deed_id="c" * 32, what="take", alert=number, note="going there")
    after = fault()
    assert (after["alert"], after["may_take"], after["is_taken"]) == (number, False, True)


def test_a_token_that_reads_no_alerts_is_told_of_none_by_a_round() -> None:
    speaks("CBI-02", paper="out")
    alert("CBI-02")
    user = person(Role.TECHNICIAN)
    rights = [each for each in RIGHTS if each != "alerts:read"]
    for path in ("rounds", "rounds/20", "rounds/40"):
        refused = holder(user, rights=rights).ask("get", path)
        assert refused.status_code == 403
        assert "alerts:read" in refused.json()["detail"]  # type: ignore[attr-defined]
    assert holder(user, rights=["kiosks:read", "alerts:read"]).get("rounds/20")["stops"]
    assert press(holder(user, rights=rights), what="close")["outcome"] == "done"


def test_who_has_a_round_and_where() -> None:
    speaks("CBI-01", paper="out")
    one = program()
    assert [each["province"] for each in one.get("rounds")["items"]] == [20]
    assert one.ask("get", "rounds/40").status_code == 404
    assert {40, 20} <= {each["province"] for each in program(Role.NATIONAL_ADMIN, None).get("rounds")["items"]}
    assert program(Role.AUDITOR, None).get("rounds/20")["stops"]
    for role in (Role.OFFICER, Role.TREASURY):
        other = program(role)
        assert other.ask("get", "rounds").status_code == 404
        assert other.ask("get", "rounds/20").status_code == 404
        assert press(other, what="command", kind="identify")["status"] == 404
    narrowed = holder(person(Role.NATIONAL_ADMIN, None, "narrowed"), provinces=[40])
    assert narrowed.ask("get", "rounds/20").status_code == 404
    assert press(narrowed, what="close")["status"] == 404
    assert not Deed.objects.exists()


def test_what_waited_is_done_once_and_told_as_it_stands() -> None:
    one, said = program(), {"what": "command", "kind": "test-print", "age_s": 12}
    assert one.ask("get", f"round-deeds/{NUMBER}").status_code == 404
    first = press(one, **said)
    assert (first["status"], first["outcome"], first["progress"]) == (200, "done", "waiting")
    assert press(one, **said) == first
    assert KioskCommand.objects.count() == Deed.objects.count() == 1
    lines = Entry.objects.filter(what="rest POST kiosks/<kiosk_id>/round-deeds")
    assert lines.count() == 1
    assert lines.get().dopa_code == 20
    KioskCommand.objects.update(done=False, detail="paper-out", ended_at=timezone.now())
    assert one.get(f"round-deeds/{NUMBER}")["progress"] == "failed"
    assert program(Role.NATIONAL_ADMIN, None).ask("get", f"round-deeds/{NUMBER}").status_code == 404


def test_a_token_of_some_provinces_is_told_of_no_deed_elsewhere() -> None:
    nation = program(Role.NATIONAL_ADMIN, None)
    assert press(nation, what="close")["outcome"] == "done"
    assert nation.get(f"round-deeds/{NUMBER}")["kiosk_id"] == "CBI-01"
    assert holder(nation.token.person, provinces=[40]).ask("get", f"round-deeds/{NUMBER}").status_code == 404


def test_what_comes_too_late_is_not_asked_and_a_note_is_never_too_late() -> None:
    one = program()
    late = press(one, what="command", kind="test-print", age_s=3600)
    assert (late["outcome"], late["command_id"]) == ("late", None)
    assert not KioskCommand.objects.exists()
    speaks("CBI-02", paper="out")
    assert press(one, "CBI-02", deed_id="a" * 32, what="close", note="ใส่ม้วนใหม่")["outcome"] == "done"
    (stop,) = [each for each in one.get("rounds/20")["stops"] if each["kiosk_id"] == "CBI-02"]
    assert stop["notes"][0]["note"] == "ใส่ม้วนใหม่"


def test_an_alert_is_taken_over_by_a_token_that_is_for_that() -> None:
    speaks("CBI-02", paper="out")
    number = alert("CBI-02").pk
    one = program()
    (fault, *_) = next(each for each in one.get("rounds/20")["stops"] if each["kiosk_id"] == "CBI-02")["faults"]
    assert (fault["alert"], fault["may_take"]) == (number, True)
    said = {"what": "take", "alert": number, "note": "กำลังไป"}
    narrow = holder(one.token.person, rights=["kiosks:read", "kiosks:change"])
    assert (press(narrow, "CBI-02", **said)["code"], press(one, "CBI-01", **said)["code"]) == ("no-right", "not-here")
    assert press(one, "CBI-02", what="take", alert=number, note="")["code"] == "not-a-deed"
    assert press(one, "CBI-02", **said)["outcome"] == "done"
    assert Alert.objects.get(pk=number).acked_by == one.token.person
    other = holder(person(Role.TECHNICIAN, 20, "other"))
    assert press(other, "CBI-02", **said | {"deed_id": "b" * 32})["outcome"] == "over"


@pytest.mark.parametrize(
    "said",
    [
        {"what": "reboot"}, {"what": "command"}, {"what": "command", "kind": "run-this"},
        {"what": "close", "deed_id": "x"},
        {"what": "close", "fault": "1234567890123"}, {"what": "command", "kind": "identify", "age_s": -1},
    ],
)  # fmt: skip
def test_what_is_no_deed_is_refused(said: dict[str, Any]) -> None:
    assert press(program(), **said)["status"] == 422
    assert not Deed.objects.exists()
    assert not KioskCommand.objects.exists()


def test_nobody_does_anything_by_somebody_elses_number() -> None:
    assert press(program(), what="close")["outcome"] == "done"
    other = holder(person(Role.TECHNICIAN, 20, "other"))
    assert press(other, what="close")["code"] == "not-a-deed"
