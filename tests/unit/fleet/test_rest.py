"""The REST interface: who is let in, what exists for them, and that it does what the pages do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from enum import Enum

import pytest
from django.test import Client
from django.utils import timezone
from ninja import Schema

from fleet.alerts.models import Alert
from fleet.api.describing import FILE, described
from fleet.api.rest.bearer import ASKS
from fleet.audit.models import Entry
from fleet.devices.models import KioskCommand, SettingsRevision
from fleet.office.cases.models import Case
from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel, Ticket
from fleet.office.folders.models import Movement, Officer
from fleet.office.holidays.models import Holiday
from fleet.office.models import Folder, Notice
from fleet.people.models import Role
from fleet.people.tokens.keeping import end
from fleet.people.tokens.models import Answered
from fleet.site.sample_other_fees import sample_fees
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

DESCRIPTION = json.loads(FILE.read_text("utf-8"))
OPERATIONS = [(path, method) for path, methods in DESCRIPTION["paths"].items() for method in methods]


def program(role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20, **other: object) -> Holder:
    return holder(person(role, dopa_code), **other)  # type: ignore[arg-type]


def address(path: str) -> str:
    """An address of ours in the sample data."""
    filled = path.removeprefix("/api/v1/")
    for name, value in {
        "kiosk_id": "CBI-02", "layer": "province", "key": "20", "office_id": "CBI", "year": "2026", "number": "1",
        "channel": "mail", "code": "smell", "version": "1", "part": "1", "held": "1", "session": "1", "tag": "pilot",
        "system": "companies", "officer_no": "1", "province": "20", "deed_id": "0" * 32,
    }.items():  # fmt: skip
        filled = filled.replace(f"{{{name}}}", value)
    return filled


# ---- the description


def test_the_description_is_that_of_the_program() -> None:
    assert FILE.read_text("utf-8") == described(), "run: python -m fleet.api.describing"


def test_no_two_shapes_have_one_name() -> None:
    """ninja goes by the bare name of a class: of two, the description would tell of one."""
    described()  # which imports every part
    shapes = {
        each
        for name, module in list(sys.modules.items())
        for each in vars(module).values()
        if name.startswith("fleet.api.rest.") and isinstance(each, type) and issubclass(each, Schema | Enum)
    }
    named = Counter(each.__name__ for each in shapes if each.__module__.startswith("fleet.api.rest."))
    assert named
    assert not {name: count for name, count in named.items() if count > 1}


def test_the_words_of_each_field_are_its_own() -> None:
    """The same of enumerations from anywhere: of two with one name, ``one_of`` describes one where it stands."""
    described_once, wrong = json.loads(described())["components"]["schemas"], []  # which imports every part
    for name, module in list(sys.modules.items()):
        if not name.startswith("fleet.api.rest."):
            continue
        for shape in vars(module).values():
            if isinstance(shape, type) and issubclass(shape, Schema) and shape.__name__ in described_once:
                for other, said in shape.model_json_schema().get("$defs", {}).items():
                    is_another = "enum" in said and described_once.get(other, said).get("enum") != said["enum"]
                    wrong += [(shape.__name__, other)] if is_another else []
    assert not wrong


def test_everybody_may_read_it() -> None:
    read = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json")
    assert read.json() == DESCRIPTION


def test_the_library_is_imported_by_nobody_before_the_first_request() -> None:
    said = (
        "import os, sys, tempfile; os.environ['SALA_FLEET_DIR'] = tempfile.mkdtemp();"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'fleet.site.settings'; from fleet.commands import parts;"
        "parts._import_parts(); print([each for each in ('ninja', 'pydantic') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- the door


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_question_that_is_not_known_is_refused(path: str, method: str) -> None:
    """A filter that is spelt wrong would leave out nothing, and a program act on all of it."""
    one = holder(person(Role.NATIONAL_ADMIN, None))
    answered = one.ask(method, f"{address(path)}?provnce=20")
    assert (answered.status_code, answered.json()["code"]) == (422, "no-question")


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nobody_gets_in_without_a_token(path: str, method: str) -> None:
    client = Client(SERVER_NAME="localhost")
    answered = getattr(client, method)(f"/api/v1/{address(path)}")
    assert answered.status_code == 401
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.json()["code"] == "no-token"


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_token_is_for_what_it_says(path: str, method: str) -> None:
    answered = program(rights=["metrics:read"]).ask(method, address(path))
    assert answered.status_code == 403


@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if each[1] != "get"])
def test_an_auditor_changes_nothing(path: str, method: str) -> None:
    answered = program(Role.AUDITOR).ask(method, address(path))
    assert (answered.status_code, answered.json()["code"]) == (403, "reads-only")  # type: ignore[attr-defined]


def test_a_session_is_no_token() -> None:
    client = browser_of(person(Role.NATIONAL_ADMIN, None))
    assert client.get("/api/v1/kiosks").status_code == 401


def test_a_token_that_was_taken_back_is_none() -> None:
    one = program()
    one.get("kiosks")
    end(one.token, "somebody")
    assert one.ask("get", "kiosks").status_code == 401


def test_who_asks_without_end_must_wait() -> None:
    one = program(Role.TECHNICIAN)
    for _ in range(599):
        ASKS.count(one.token.digest)
    assert one.ask("get", "kiosks/none").status_code == 404
    assert one.ask("get", "kiosks/none").status_code == 429


def test_what_is_no_json_is_told_so() -> None:
    one = program()
    for body in ("{", '{"kind": "\\ud800"}', '{"kind": "\\u0000"}', "[" * 5000):
        answered = one.ask("post", "kiosks/CBI-02/commands", body)
        assert answered.status_code == 400, body[:20]


@pytest.mark.parametrize("odd", ["kiosks/%0A", "fees/20%0A26", "nothing/%0A", "%0A", "kiosks%0A"])
def test_an_address_of_several_lines_is_a_problem_too(odd: str) -> None:
    answered = program().ask("get", odd)
    assert answered.status_code in (404, 422)
    assert answered.headers["Content-Type"] == "application/problem+json"


def test_no_such_address_is_a_problem_too() -> None:
    answered = program().ask("get", "nothing/here")
    assert (answered.status_code, answered.headers["Content-Type"]) == (404, "application/problem+json")


# ---- what exists


def test_a_province_is_a_province() -> None:
    ours, nation = program(), program(Role.NATIONAL_ADMIN, None)
    assert {each["province"] for each in ours.get("kiosks")["items"]} == {20}
    assert {each["province"] for each in nation.get("kiosks?limit=200")["items"]} > {20}
    assert ours.ask("get", "kiosks/KKN-01").status_code == 404
    for path in ("factories", "folders", "cases", "notices", "channels"):
        assert ours.get(path)["items"], path
        assert {each["office_id"] for each in ours.get(f"{path}?limit=200")["items"]} == {"CBI"}, path


def test_who_looks_after_machines_sees_no_offices_work() -> None:
    technician = program(Role.TECHNICIAN)
    assert technician.get("kiosks")["items"]
    for path in ("payments", "factories", "folders", "cases", "notices", "tickets", "registrations", "register/runs"):
        assert technician.get(path)["items"] == [], path


def test_pages_follow_each_other_without_gap() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    whole = [each["notice_no"] for each in one.get("notices?limit=200")["items"]]
    assert len(whole) > 4
    seen: list[str] = []
    after = ""
    while True:
        page = one.get(f"notices?limit=3&after={after}")
        seen += [each["notice_no"] for each in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == whole
    assert one.ask("get", "notices?after=%25%25").status_code == 422
    assert one.ask("get", "rollouts?after=bm9uZQ").status_code == 422


# ---- what is done


def test_a_command_is_asked_of_a_kiosk() -> None:
    one = program(Role.TECHNICIAN)
    asked = one.ask("post", "kiosks/CBI-02/commands", {"kind": "identify"})
    assert asked.status_code == 202
    row = KioskCommand.objects.get(kiosk_id="CBI-02", kind="identify")
    assert row.asked_by == one.token.person
    assert one.get("kiosks/CBI-02/commands")["items"][0]["command_id"] == row.pk


def test_settings_are_changed_from_what_was_read() -> None:
    one = program()
    read = one.ask("get", "settings/province/20")
    assert read.status_code == 200
    document = {**read.json()["document"], "help_point": {"th": "เคาน์เตอร์ 7", "en": "Counter 7"}}  # type: ignore[attr-defined]
    said = {"document": document, "reason": "ลองผ่านโปรแกรม"}
    assert one.ask("put", "settings/province/20", said).status_code == 428
    assert one.ask("put", "settings/province/20", said, If_Match='"99"').status_code == 412
    done = one.ask("put", "settings/province/20", said, If_Match=read.headers["ETag"])
    assert done.status_code == 200, done.content
    latest = SettingsRevision.objects.filter(layer="province", key="20").first()
    assert latest is not None
    assert (latest.document, latest.author) == (document, one.token.person)
    was = read.json()["revision"]  # type: ignore[attr-defined]
    told = one.get(f"settings/province/20/differences?before={was}&after={latest.revision}")["items"]
    assert told == [{"path": "help_point", "before": None, "after": document["help_point"]}]
    undone = one.ask("post", "settings/province/20/undo", {"reason": "พอแล้ว"})
    assert undone.status_code == 200
    assert one.get("settings/province/20")["document"] == read.json()["document"]  # type: ignore[attr-defined]
    assert one.ask("get", "settings/province/40").status_code == 404
    assert one.ask("put", "settings/national/-", said, If_Match='"1"').status_code == 403


def test_a_change_is_planned_agreed_to_by_another_and_taken_back() -> None:
    one = program()
    read = one.ask("get", "settings/province/20")
    code = next(iter(sample_fees()))
    document = {**read.json()["document"], "fees": {code: {"amount": {"most_satang": 700_000}}}}  # type: ignore[attr-defined]
    said = {"document": document, "reason": "ยอดใหม่", "takes_effect_at": "2026-01-01T00:00:00+07:00"}
    assert one.ask("put", "settings/province/20", said, If_Match=read.headers["ETag"]).status_code == 422
    said["takes_effect_at"] = (timezone.now() + timedelta(days=3)).isoformat()
    done = one.ask("put", "settings/province/20", said, If_Match=read.headers["ETag"])
    assert done.status_code == 200, done.content
    number = done.json()["planned"]  # type: ignore[attr-defined]
    whole = one.get(f"planned-settings/{number}")
    assert (whole["state"], whole["changes"][0]["path"]) == ("asked", "fees")
    own = one.ask("post", f"planned-settings/{number}/agree", {})
    assert (own.status_code, own.json()["code"]) == (403, "own")  # type: ignore[attr-defined]
    other = holder(person(Role.PROVINCIAL_ADMIN, 20, "other"))
    assert other.ask("post", f"planned-settings/{number}/refuse", {"reason": "ไม่"}).status_code == 422
    agreed = other.ask("post", f"planned-settings/{number}/agree", {})
    assert agreed.json()["state"] == "planned"  # type: ignore[attr-defined]
    assert other.ask("post", f"planned-settings/{number}/agree", {}).status_code == 409
    assert [each["id"] for each in other.get("planned-settings?state=planned")["items"]] == [number]
    taken = one.ask("post", f"planned-settings/{number}/withdraw", {})
    assert taken.json()["state"] == "withdrawn"  # type: ignore[attr-defined]
    assert program(Role.PROVINCIAL_ADMIN, 40).ask("get", f"planned-settings/{number}").status_code == 404


def test_a_document_no_kiosk_could_live_with_is_told_why() -> None:
    one = program()
    read = one.ask("get", "settings/province/20")
    document = read.json()["document"]  # type: ignore[attr-defined]
    for wrong in ({"patience": {"step_s": 1}}, {"patience": {"hurry_s": 1}}, {"greeting": 7}, {"nothing": "known"}):
        said = {"document": document | wrong, "reason": "ลองผ่านโปรแกรม"}
        refused = one.ask("put", "settings/province/20", said, If_Match=read.headers["ETag"])
        assert refused.status_code == 422, wrong
        assert refused.json()["errors"]  # type: ignore[attr-defined]


def test_where_money_goes_is_not_an_admins_to_say() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    for path in ("settings/national/-", "settings/kiosk/CBI-02"):
        read = one.ask("get", path)
        document = read.json()["document"]  # type: ignore[attr-defined]
        theirs = {"name": {"th": "คนอื่น", "en": "Somebody else"}, "biller_id": "099999999999999"}
        for wrong in ({"payee": theirs}, {"payees": {"other": theirs}}, {"sample": document.get("sample") is False}):
            said = {"document": document | wrong, "reason": "ลองผ่านโปรแกรม"}
            refused = one.ask("put", path, said, If_Match=read.headers["ETag"])
            assert (refused.status_code, refused.json()["code"]) == (403, "not-yours"), wrong  # type: ignore[attr-defined]


def test_a_folder_goes_out_and_comes_to_another_place() -> None:
    one = program(Role.OFFICER)
    folder = Folder.objects.filter(factory__office_id="CBI").order_by("pk")[0]
    officer = Officer.objects.filter(office_id="CBI", left_at=None)[0]
    before = Movement.objects.filter(folder_id=folder.pk).count()
    moved = one.ask("post", f"folders/{folder.pk}/movements", {"deed": "out", "officer_no": officer.officer_no})
    assert moved.json()["out_to"] == officer.officer_no  # type: ignore[attr-defined]
    assert Movement.objects.filter(folder_id=folder.pk).count() == before + 1
    nobody = one.ask("post", f"folders/{folder.pk}/movements", {"deed": "out", "officer_no": "none"})
    assert nobody.status_code == 422
    put = one.ask("put", f"folders/{folder.pk}/place", {"room": "9", "cabinet": "8", "shelf": "7", "slot": "6"})
    assert (put.json()["room"], put.json()["slot"]) == ("9", "6")  # type: ignore[attr-defined]


def test_a_case_is_opened_once_and_worked_on() -> None:
    one = program(Role.OFFICER)
    said = {
        "manual_id": one.get("manuals")["items"][0]["manual_id"],
        "office_id": "CBI",
        "entered_at": timezone.now().isoformat(),
        "holder": {"name_th": "กลุ่มโรงงาน"},
    }
    before = Case.objects.count()
    first = one.ask("post", "cases", said, Idempotency_Key="once-and-only")
    again = one.ask("post", "cases", said, Idempotency_Key="once-and-only")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()  # type: ignore[attr-defined]
    assert Case.objects.count() == before + 1
    other = one.ask("post", "cases", said | {"office_id": "KKN"}, Idempotency_Key="once-and-only")
    assert other.status_code == 409
    case_no = first.json()["case_no"]  # type: ignore[attr-defined]
    done = one.ask("post", f"cases/{case_no}/deeds", {"what": "close"})
    assert done.json()["closed_on"]  # type: ignore[attr-defined]
    assert one.ask("post", f"cases/{case_no}/deeds", {"what": "step"}).status_code == 409


def test_what_was_refused_may_be_sent_again_with_its_key() -> None:
    one = program(Role.OFFICER)
    said = {
        "manual_id": "none",
        "office_id": "CBI",
        "entered_at": timezone.now().isoformat(),
        "holder": {"name_th": "ก"},
    }
    assert one.ask("post", "cases", said, Idempotency_Key="once-and-only").status_code == 422
    said["manual_id"] = one.get("manuals")["items"][0]["manual_id"]
    assert one.ask("post", "cases", said, Idempotency_Key="once-and-only").status_code == 201


def test_what_was_answered_before_is_told_again_only_to_a_token_that_holds() -> None:
    one, key = program(), "told-only-once"
    assert one.ask("post", "kiosks/CBI-02/commands", {"kind": "identify"}, Idempotency_Key=key).status_code == 202
    end(one.token, "somebody")
    again = one.ask("post", "kiosks/CBI-02/commands", {"kind": "identify"}, Idempotency_Key=key)
    assert again.status_code == 401
    assert again.json()["code"] == "no-token"  # type: ignore[attr-defined]


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "not-to-be-seen"}])
def test_what_was_refused_stands_in_the_trail_and_nothing_else_of_it(headers: dict[str, str]) -> None:
    one = program(Role.OFFICER)
    asked = {"kiosk_id": "CBI-02", "reason": "ทดสอบ"}
    assert one.ask("post", "kiosks/CBI-02/revocation", asked, **headers).status_code == 403
    entry = Entry.objects.get()
    assert (entry.kind, entry.about) == ("refused", "CBI-02")
    assert not Answered.objects.exists()


def test_what_a_program_of_the_nation_does_in_a_province_is_that_provinces_to_read() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    notice = Notice.objects.filter(factory__office_id="CBI")[0]
    now = timezone.now()
    place = {"dopa_code": 20, "office_id": "CBI", "kiosk_id": "CBI-01"}
    times = {"since": now, "opened_at": now, "level_since": now}
    alert = Alert.objects.create(key="offline@kiosk:CBI-01", rule="offline", condition="failing", **place, **times)
    for asked in (
        lambda: one.get("kiosks?limit=1"),
        lambda: one.get(f"notices/{notice.pk}"),
        lambda: one.get("factories?limit=1"),
        lambda: one.ask("post", "kiosks/CBI-02/commands", {"kind": "identify"}),
        lambda: one.ask("post", f"alerts/{alert.pk}/acknowledgement", {"reason": "เห็นแล้ว"}),
    ):
        asked()
    told = [(each.what.split()[-1], each.dopa_code) for each in Entry.objects.order_by("number")]
    assert told == [
        ("notices/<notice_no>", 20),
        ("factories", None),
        ("kiosks/<kiosk_id>/commands", 20),
        ("alerts/<number>/acknowledgement", 20),
    ]


def test_what_was_searched_for_stands_in_the_trail() -> None:
    one = program(Role.OFFICER)
    one.get("factories?q=ตัวอย่าง&limit=1")
    assert json.loads(Entry.objects.get().said) == {"q": "ตัวอย่าง", "token": one.token.start}


def test_a_notice_is_withdrawn_with_a_reason() -> None:
    one = program(Role.OFFICER)
    notice = Notice.objects.filter(factory__office_id="CBI", paid_at=None, withdrawn_at=None)[0]
    assert one.ask("post", f"notices/{notice.pk}/withdrawal", {"reason": "ผิด"}).status_code == 422
    done = one.ask("post", f"notices/{notice.pk}/withdrawal", {"reason": "ออกผิดโรงงาน"})
    assert done.json()["stand"] == "withdrawn"  # type: ignore[attr-defined]
    assert one.ask("post", f"notices/{notice.pk}/withdrawal", {"reason": "ออกผิดโรงงาน"}).status_code == 409


def test_a_ticket_is_answered() -> None:
    ticket = open_from_web(Channel.objects.filter(office_id="CBI")[0], "มีกลิ่นแรงทุกเย็น", "th")
    one = program(Role.OFFICER)
    done = one.ask("post", f"tickets/{ticket.pk}/deeds", {"what": "close", "words": "แก้ไขแล้ว ขอบคุณ"})
    assert done.status_code == 200
    assert Ticket.objects.get(pk=ticket.pk).closed_at is not None
    assert one.ask("post", f"tickets/{ticket.pk}/deeds", {"what": "answer", "words": "อีกครั้ง"}).status_code == 409


def test_a_channel_and_a_holiday_are_kept_by_the_admin() -> None:
    admin, officer = program(), program(Role.OFFICER)
    said = {"name_th": "น้ำเสีย", "name_en": "Waste water", "owner_name": "กลุ่มสิ่งแวดล้อม"}
    assert officer.ask("put", "channels/CBI/water", said).status_code == 403
    assert admin.ask("put", "channels/CBI/water", said).status_code == 200
    assert Channel.objects.get(office_id="CBI", code="water").name_en == "Waste water"
    day = {"on": "2027-03-15", "province": 20, "name_th": "วันหยุดทดลอง", "source": "ประกาศตัวอย่าง"}
    assert officer.ask("post", "holidays", day).status_code == 403
    assert admin.ask("post", "holidays", day | {"province": None}).status_code == 403
    assert admin.ask("post", "holidays", day).json()["days"] == 1  # type: ignore[attr-defined]
    assert admin.ask("post", "holidays", day).json()["days"] == 0  # type: ignore[attr-defined]
    number = Holiday.objects.get(on="2027-03-15", province_id=20).pk
    assert admin.ask("delete", f"holidays/{number}").json()["days"] == 1  # type: ignore[attr-defined]


# ---- what is written down


def test_what_programs_do_and_see_is_in_the_trail() -> None:
    one = program(Role.OFFICER)
    before = Entry.objects.count()
    one.get("kiosks")
    assert Entry.objects.count() == before
    case_no = one.get("cases")["items"][0]["case_no"]
    one.get(f"cases/{case_no}")
    one.ask("post", f"cases/{case_no}/deeds", {"what": "step"})
    one.ask("post", f"cases/{case_no}/deeds", {"what": "nothing"})
    one.ask("put", "settings/national/-", {"document": {}, "reason": "x"}, If_Match='"1"')
    told = [(each.kind, each.about) for each in Entry.objects.order_by("number")[before:]]
    assert told == [("saw", ""), ("saw", case_no), ("did", case_no), ("refused", "national/-")]
    last = Entry.objects.first()
    assert last is not None
    assert (last.by_id, one.token.start in last.said) == (one.token.person.pk, True)
    assert one.secret not in last.said
