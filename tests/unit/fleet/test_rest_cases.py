"""What the pages of cases, permits and manuals show, a program reads; and what may be done about a case."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.office.cases.models import Case, Manual, Permit
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def late() -> Case:
    return Case.objects.get(factory__office_id="CBI", due_on__lt=timezone.localdate(), closed_on__isnull=True)


def test_cases_by_urgency_are_the_page_of_cases() -> None:
    Case.objects.filter(office="CBI", closed_on=None).exclude(pk=late().pk).update(due_on=None)
    nation = program(Role.NATIONAL_ADMIN, None)
    for asked in ("state=open", "state=late", "state=closed", "", "office=CBI"):
        rows = nation.every(f"cases?order=due&{asked}", 2)
        days = [(each["due_on"] is None, each["due_on"] or "", each["case_no"]) for each in rows]
        assert days == sorted(days), asked
        assert {each["case_no"] for each in rows} == {each["case_no"] for each in nation.every(f"cases?{asked}", 200)}
    assert {each["standing"] for each in nation.every("cases?state=late", 200)} == {"late"}
    assert any(each["due_on"] is None for each in nation.every("cases?state=open&order=due", 3))
    for after in ("bm9uZQ", "MjAyNi0xMi05OSBY", "%25%25"):
        assert nation.ask("get", f"cases?order=due&after={after}").status_code == 422, after


def test_a_case_is_found_by_its_number_and_its_factory() -> None:
    one, case = program(), late()
    assert case.factory is not None
    for asked in (case.pk, case.factory_id, case.factory.name_th):
        found = one.get(f"cases?q={asked}")["items"]
        assert case.pk in [each["case_no"] for each in found], asked
        assert {each["factory_name_th"] for each in found} == {case.factory.name_th}
    assert one.get("cases?q=ไม่มี")["items"] == []
    assert one.get("cases?office=KKN")["items"] == []


def test_a_case_says_what_is_pressing_and_what_may_be_done() -> None:
    officer, auditor, case = program(), program(Role.AUDITOR, None), late()
    case.documents.create(position=0, name_th="แผนผัง", name_en="Plan")
    said = officer.get(f"cases/{case.pk}")
    assert (said["standing"], said["possible"]) == ("late", ["step", "hands", "paper", "told", "close"])
    assert case.due_on is not None
    assert said["tell_delay_on"] == (case.due_on + timedelta(days=1)).isoformat()
    assert auditor.get(f"cases/{case.pk}")["possible"] == []
    for deed in ({"what": "paper", "position": 0}, {"what": "told"}):
        said = officer.ask("post", f"cases/{case.pk}/deeds", deed).json()  # type: ignore[attr-defined]
    assert (said["possible"], said["tell_delay_on"]) == (
        ["step", "hands", "told", "close"], (timezone.localdate() + timedelta(days=7)).isoformat(),
    )  # fmt: skip
    case.steps.update(done_on=timezone.localdate())
    case.due_on = timezone.localdate()
    case.save(update_fields=["due_on"])
    said = officer.get(f"cases/{case.pk}")
    assert (said["standing"], said["possible"], said["tell_delay_on"]) == ("near", ["hands", "close"], None)
    closed = officer.ask("post", f"cases/{case.pk}/deeds", {"what": "close"}).json()  # type: ignore[attr-defined]
    assert (closed["standing"], closed["possible"]) == ("kept", [])


def test_the_page_of_a_case_offers_what_is_possible() -> None:
    case = late()
    user = person(Role.OFFICER)
    page = browser_of(user).get(f"/cases/{case.pk}/").content.decode()
    assert {each for each in ("step", "hands", "told", "close") if f'value="{each}"' in page} == {
        "step", "hands", "told", "close",
    }  # fmt: skip
    case.steps.update(done_on=timezone.localdate())
    page = browser_of(user).get(f"/cases/{case.pk}/").content.decode()
    assert 'value="step"' not in page
    assert 'value="hands"' in page


def test_the_slip_is_there_for_a_printer_and_that_it_was_taken_is_written_down() -> None:
    one, case = program(), late()
    slip = one.ask("get", f"cases/{case.pk}/slip")
    assert (slip.status_code, slip.headers["Content-Type"]) == (200, "application/pdf")
    assert slip.content.startswith(b"%PDF")
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.kind, entry.about, entry.dopa_code) == ("saw", case.pk, 20)
    theirs = Case.objects.filter(office="KKN")[0]
    assert one.ask("get", f"cases/{theirs.pk}/slip").status_code == 404
    assert program(Role.TECHNICIAN).ask("get", f"cases/{case.pk}/slip").status_code == 404


def test_who_has_had_a_case_is_known_to_name_them_again() -> None:
    Case.objects.filter(office="CBI").update(holder_th="โต๊ะ 1", holder_en="Desk 1", phone="0")
    Case.objects.filter(pk=late().pk).update(holder_th="โต๊ะ 2")
    items = program().get("offices/CBI/case-holders")["items"]
    assert [(each["name_th"], each["name_en"], each["phone"]) for each in items] == [
        ("โต๊ะ 1", "Desk 1", "0"), ("โต๊ะ 2", "Desk 1", "0"),
    ]  # fmt: skip
    assert program(Role.OFFICER, 40).ask("get", "offices/CBI/case-holders").status_code == 404
    assert program(Role.TECHNICIAN).ask("get", "offices/CBI/case-holders").status_code == 404


def test_a_manual_says_all_that_its_page_says() -> None:
    one, manual = program(), Manual.objects.get(pk="expand-2")
    said = one.get("manuals/expand-2")
    assert (said["law_th"], said["fee_en"], said["is_current"]) == (manual.law_th, manual.fee_en, True)
    assert [each["name_th"] for each in said["documents"]] == [each["label_th"] for each in manual.documents]
    assert [each["position"] for each in said["documents"]] == list(range(len(manual.documents)))
    assert [each["days"] for each in said["steps"]] == [each.get("days", 0) for each in manual.steps]
    assert one.get("manuals/start-2")["is_current"] is False
    assert "start-2" not in [each["manual_id"] for each in one.get("manuals")["items"]]
    assert "start-2" in [each["manual_id"] for each in one.get("manuals?current=false")["items"]]
    assert one.ask("get", "manuals/nothing").status_code == 404


def test_permits_that_expire_are_the_pages() -> None:
    today = timezone.localdate()
    first, second, third = Permit.objects.filter(factory__office="CBI").order_by("pk")
    for each, days in ((first, 90), (second, -1), (third, 91)):
        each.expires_on = today + timedelta(days=days)
        each.save(update_fields=["expires_on"])
    one = program()
    soon = [each["permit_no"] for each in one.every("permits?soon=true&order=expiry", 1)]
    assert soon == [second.pk, first.pk]
    page = browser_of(one.token.person).get("/cases/?state=expiring").content.decode()
    assert [each.pk in page for each in (first, second, third)] == [True, True, False]
    assert [each["permit_no"] for each in one.every("permits?", 2)] == [first.pk, second.pk, third.pk]
    found = one.get(f"permits?q={third.pk}&factory={third.factory_id}&office=CBI")["items"]
    assert [(each["permit_no"], each["factory_name_th"]) for each in found] == [(third.pk, third.factory.name_th)]
    assert one.get("permits?office=KKN")["items"] == []
    assert program(Role.TECHNICIAN).get("permits")["items"] == []


def test_a_longer_page_asks_the_database_no_more() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    one.get("cases")  # the first request of a token notes that it is used
    for path in ("cases?order=due", "cases?state=open", "permits?soon=true", "factories?"):
        asked = []
        for limit in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                one.get(f"{path}&limit={limit}")
            asked.append(len(queries))
        assert asked[0] == asked[1], path
