"""The trail: what is written of pages, that nobody changes it unseen, and who reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from fleet.acting.owners import province_of
from fleet.audit.models import Entry, Kind
from fleet.audit.trail import BEGINNING, Act, Doer, anchor, verify, whole_trail, write
from fleet.audit.written_once import WrittenOnceError
from fleet.devices.models import KioskCommand
from fleet.office.cases.models import Case
from fleet.office.fees.models import LetterRun
from fleet.office.holidays.models import Holiday
from fleet.office.models import Factory, Folder, Office
from fleet.people.models import Role
from fleet.people.scope import EVERYWHERE
from fleet.people.sessions import OWES
from fleet.protocol.thai import check_digit
from fleet.web import audit_values
from fleet.web.audit_pages import CALLED
from fleet.web.auditing import PLAIN, SAID, SEARCHED
from fleet.web.urls import urlpatterns
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

SOMEBODY = Doer(7, "somebody", "192.0.2.1")


def client_of(role: Role, dopa_code: int | None = 20, name: str = "somebody") -> Client:
    return browser_of(person(role, dopa_code, name))


def lines() -> list[tuple[str, str, str, int | None]]:
    return [(each.kind, each.what, each.about, each.dopa_code) for each in Entry.objects.order_by("number")]


def written(count: int) -> None:
    for number in range(count):
        write(SOMEBODY, Act(Kind.DID, "test", f"thing {number}", 20, {"reason": "ตัวอย่าง"}))


def in_order() -> list[Entry]:
    return list(whole_trail())


# ---- the chain ------------------------------------------------------------------------------------------------------


def test_lines_are_counted_and_chained_from_the_beginning() -> None:
    written(3)
    first, second, third = in_order()
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert first.previous == BEGINNING
    assert (second.previous, third.previous) == (first.digest, second.digest)
    assert verify(in_order()).broken_at is None
    assert verify(in_order()).end == replace(anchor(), at=third.at)


@pytest.mark.parametrize(
    ("field", "value"),
    [("by_name", "other"), ("about", "else"), ("said", ""), ("dopa_code", 40), ("kind", "saw"), ("address", "::1")],
)
def test_a_changed_line_is_found(field: str, value: object) -> None:
    written(3)
    told = in_order()
    setattr(told[1], field, value)
    assert verify(told).broken_at == 2


def test_a_line_left_out_or_put_elsewhere_is_found() -> None:
    written(4)
    told = in_order()
    assert verify([told[0], *told[2:]]).broken_at == 2
    assert verify([told[0], told[2], told[1], told[3]]).broken_at == 2


def test_an_end_cut_off_or_made_anew_is_found_by_the_anchor_somebody_kept() -> None:
    written(4)
    kept = anchor()
    told = in_order()
    assert verify(told, kept).broken_at is None
    assert verify(told[:3], kept).broken_at == 4
    assert verify(told, replace(kept, digest="0" * 64)).broken_at == 4
    written(1)
    assert verify(in_order(), kept).broken_at is None


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET about = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_forget(statement: str) -> None:
    written(1)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().about == "thing 0"


def test_so_do_model_and_query() -> None:
    written(1)
    for change in (Entry.objects.get().save, Entry.objects.get().delete, Entry.objects.all().delete):
        with pytest.raises(WrittenOnceError):
            change()


def test_an_id_number_somebody_typed_is_masked() -> None:
    twelve = "199990000007"
    number = twelve + str(check_digit(twelve))
    write(SOMEBODY, Act(Kind.DID, "test", number, said={"reason": f"ของ {number}"}))
    entry = Entry.objects.get()
    assert number not in entry.about + entry.said
    assert "x-xxxx-xxxxx-07" in entry.said


# ---- what pages write -----------------------------------------------------------------------------------------------


def test_seeing_a_case_is_written_down_and_seeing_a_machine_is_not() -> None:
    case = Case.objects.filter(office_id="CBI")[0]
    client = client_of(Role.OFFICER)
    client.get(f"/cases/{case.pk}/")
    client.get("/kiosks/CBI-02/")
    client.get("/")
    assert lines() == [("saw", "web:case", case.pk, 20)]


def test_what_was_searched_for_is_written_down() -> None:
    client_of(Role.OFFICER).get("/factories/", {"q": "ตัวอย่าง", "csrf": "no"})
    assert json.loads(Entry.objects.get().said) == {"q": "ตัวอย่าง"}


def test_what_moves_in_an_open_page_is_written_once() -> None:
    client = client_of(Role.OFFICER)
    client.get("/payments/")
    client.get("/payments/", headers={"hx-request": "true"})
    assert [what for _, what, _, _ in lines()] == ["web:payments"]


def test_who_says_they_have_a_page_open_already_is_not_believed() -> None:
    case, says_so = Case.objects.filter(office_id="CBI")[0], {"hx-request": "true"}
    client = client_of(Role.OFFICER)
    client.get(f"/cases/{case.pk}/", headers=says_so)
    client.get("/folders.csv", headers=says_so)
    client.get("/payments/", headers=says_so)
    assert [what for _, what, _, _ in lines()] == ["web:case", "web:folders-csv", "web:payments"]


def test_a_page_that_is_not_there_was_not_seen() -> None:
    theirs = Factory.objects.filter(office_id="KKN")[0]
    assert client_of(Role.OFFICER).get(f"/factories/{theirs.pk}/").status_code == 404
    assert lines() == []


def test_a_deed_is_written_with_its_reason_and_its_province() -> None:
    client = client_of(Role.NATIONAL_ADMIN, None)
    client.post("/kiosks/KKN-01/command/", {"kind": "identify", "csrfmiddlewaretoken": "secret"})
    entry = Entry.objects.get()
    assert (entry.kind, entry.what, entry.about, entry.dopa_code) == ("did", "web:command", "KKN-01", 40)
    assert (entry.by_name, entry.address) == ("somebody", "127.0.0.1")
    assert json.loads(entry.said) == {"kind": "identify"}


def test_a_line_is_of_the_things_province_also_where_the_whole_nation_acts() -> None:
    office = Office.objects.get(pk="KKN")
    run = LetterRun.objects.create(office=office, asked_at=timezone.now(), total=1)
    day = Holiday.objects.create(on=date(2027, 5, 3), province_id=40, name_th="ตัวอย่าง", name_en="Sample")
    for what, named in (
        ("alert-rules-of", {"dopa_code": 40}), ("figures", {"year": 2569, "iso_code": "TH-40"}),
        ("rounds/{province}", {"province": 40}), ("letter-runs/{number}", {"number": run.pk}),
        ("letters/{number}/parts/{part}", {"number": run.pk, "part": 1}), ("holidays/{number}", {"number": day.pk}),
    ):  # fmt: skip
        assert province_of(named, what, EVERYWHERE) == 40, what
    assert province_of({"number": 7}, "rollouts/{number}", EVERYWHERE) is None


def test_a_refused_deed_is_written_as_one() -> None:
    client = client_of(Role.AUDITOR)
    assert client.post("/kiosks/CBI-02/command/", {"kind": "identify"}).status_code == 404
    assert lines() == [("refused", "web:command", "CBI-02", None)]


def test_what_was_only_tried_and_not_done_is_no_deed() -> None:
    client = client_of(Role.PROVINCIAL_ADMIN)
    assert client.post("/settings/province/20/", {"reason": "", "base": "0"}).status_code == 422
    notice = Factory.objects.filter(office_id="CBI")[0].notices.all()[0]
    sent = client.post(f"/fees/CBI/notices/{notice.pk}/withdraw/", {"reason": "x"})
    assert "wrong=" in sent.headers["Location"]
    assert lines() == []


def test_who_owes_a_second_factor_has_done_nothing() -> None:
    client = client_of(Role.PROVINCIAL_ADMIN)
    session = client.session
    session[OWES] = True
    session.save()
    assert client.post("/kiosks/CBI-02/command/", {"kind": "identify"}).status_code == 302
    assert lines() == []
    assert not KioskCommand.objects.filter(kiosk_id="CBI-02", asked_by__username="somebody").exists()


def test_a_folder_nobody_of_the_office_took_was_not_taken() -> None:
    client, found = client_of(Role.OFFICER), Folder.objects.filter(factory__office_id="CBI")[0]
    client.post(f"/folders/{found.pk}/", {"deed": "out", "officer": "KKN-1"})
    client.post("/shelves/CBI/", {"room": "1", "scanned": found.pk, "officer": "KKN-1"})
    assert lines() == []
    client.post(f"/folders/{found.pk}/", {"deed": "out", "officer": "CBI-1"})
    assert [what for _, what, _, _ in lines()] == ["web:folder"]


def test_a_thing_that_a_deed_made_is_named_by_where_the_answer_leads() -> None:
    client = client_of(Role.OFFICER)
    sent = client.post("/register/", {"office": "CBI", "file": _table()})
    number = sent.headers["Location"].strip("/").split("/")[-1]
    assert lines() == [("did", "web:register", number, 20)]


def _table() -> SimpleUploadedFile:
    return SimpleUploadedFile("register.csv", "เลขทะเบียน,ชื่อ\n1,ตัวอย่าง\n".encode())


NO_MORE = {
    "sqlite": ("CREATE TRIGGER no_more BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END",),
    "postgresql": (
        "CREATE FUNCTION no_more() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'full'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER no_more BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION no_more()",
    ),
}


def test_a_deed_whose_line_cannot_be_written_is_not_done() -> None:
    client = client_of(Role.NATIONAL_ADMIN, None)
    written(1)
    with connection.cursor() as cursor:  # the next line cannot stand
        for statement in NO_MORE[connection.vendor]:
            cursor.execute(statement)
    before = KioskCommand.objects.count()
    with pytest.raises(DatabaseError, match="full"):
        client.post("/kiosks/CBI-02/command/", {"kind": "identify"})
    assert KioskCommand.objects.count() == before


# ---- the page -------------------------------------------------------------------------------------------------------


def test_a_province_reads_its_own_lines_and_the_nation_all() -> None:
    write(SOMEBODY, Act(Kind.DID, "test", "ours", 20))
    write(SOMEBODY, Act(Kind.DID, "test", "theirs", 40))
    write(SOMEBODY, Act(Kind.DID, "test", "everybodys"))
    page = client_of(Role.PROVINCIAL_ADMIN).get("/audit/").content.decode()
    assert "ours" in page
    assert "theirs" not in page
    assert "everybodys" not in page
    nation = client_of(Role.AUDITOR, None, "auditor").get("/audit/").content.decode()
    assert all(each in nation for each in ("ours", "theirs", "everybodys"))


def test_reading_the_trail_is_written_down_too() -> None:
    client_of(Role.AUDITOR, None).get("/audit/", {"who": "somebody"})
    assert lines() == [("saw", "web:audit", "", None)]


def test_filters_stand_in_the_address() -> None:
    written(3)
    write(Doer(8, "another"), Act(Kind.SAW, "web:case", "CBI-1", 20))
    client = client_of(Role.AUDITOR, None)
    said = client.get("/audit.csv", {"who": "another", "kind": "saw", "from": "2020-01-01"}).content.decode()
    assert len(said.splitlines()) == 2
    assert "CBI-1" in said
    assert len(client.get("/audit.csv", {"to": "2020-01-01"}).content.decode().splitlines()) == 1


def test_ways_and_roles_stand_there_as_people_call_them() -> None:
    write(SOMEBODY, Act(Kind.CAME, "signed-in", said={"way": "password"}))
    write(SOMEBODY, Act(Kind.DID, "user", "another", said={"role": "technician"}))
    page = client_of(Role.AUDITOR, None).get("/audit/", {"who": "somebody"}).content.decode()
    assert "รหัสผ่าน" in page
    assert "password" not in page
    assert "ช่างภาคสนาม" in page


def test_what_a_line_tells_has_a_heading_and_its_days_are_of_the_buddhist_era() -> None:
    line = Entry(said=json.dumps(dict.fromkeys((*SAID, *SEARCHED), "1")))
    assert [heading for heading, _ in audit_values.said(line) if heading.isascii()] == []
    write(SOMEBODY, Act(Kind.SAW, "web:payments", said={"from": "2026-11-24", "to": "2026-11-30"}))
    page = client_of(Role.AUDITOR, None).get("/audit/", {"who": "somebody"}).content.decode()
    assert "24 พ.ย. 2569" in page
    assert "30 พ.ย. 2569" in page
    assert "2026-11" not in page


def test_a_line_is_called_as_its_page_is() -> None:
    write(SOMEBODY, Act(Kind.DID, "web:alert-addresses", "mail"))
    write(SOMEBODY, Act(Kind.DID, "fleet settings", "office/CBI", 20))
    page = client_of(Role.AUDITOR, None).get("/audit/").content.decode()
    assert "ใครได้รับเรื่องเตือน" in page
    assert "alert-addresses" not in page
    assert "fleet settings" in page, "a command is called as it is typed"
    routes = {str(each.name) for each in urlpatterns}
    assert routes - CALLED.keys() - PLAIN == WITHOUT_AN_ACCOUNT
    assert CALLED.keys() - routes == NO_ROUTES


WITHOUT_AN_ACCOUNT = {"figures", "figures-file", "language", "manual", "round-worker", "tell", "theme", "tracking"}
"""Routes that no line is of: nobody has to sign in for them."""

NO_ROUTES = {
    *("account", "break-glass", "roles-from-groups", "second-factor", "second-factor-reset", "settings-in-time"),
    *("sign-on", "signed-in", "signed-out", "tokens-ended", "wrong-code", "wrong-password"),
}
"""What lines are of that are no request of a page's."""


def test_days_at_the_ends_of_the_calendar_ask_for_all_there_is() -> None:
    write(SOMEBODY, Act(Kind.DID, "thing", "a thing"))
    whole = {"from": "0001-01-01", "to": "9999-12-31"}
    assert "a thing" in client_of(Role.AUDITOR, None).get("/audit/", whole).content.decode()


def test_a_cell_is_no_formula() -> None:
    write(Doer(8, "=cmd"), Act(Kind.DID, "test"))
    assert "'=cmd" in client_of(Role.AUDITOR, None).get("/audit.csv").content.decode()


# ---- coming and going -----------------------------------------------------------------------------------------------


def test_coming_going_and_wrong_passwords_are_written_but_not_what_was_typed() -> None:
    User.objects.create_user("somebody", password="a-sample-password")
    client = Client(SERVER_NAME="localhost")
    client.post("/sign-in/", {"username": "my-secret-typed-into-the-wrong-field", "password": "x"})
    client.post("/sign-in/", {"username": "somebody", "password": "x"})
    client.post("/sign-in/", {"username": "somebody", "password": "a-sample-password"})
    client.post("/sign-out/")
    assert [(each.what, each.by_name) for each in in_order()] == [
        ("wrong-password", ""), ("wrong-password", "somebody"), ("signed-in", "somebody"), ("signed-out", "somebody"),
    ]  # fmt: skip
    assert "secret" not in "".join(each.said + each.about + each.by_name for each in in_order())
