"""What a factory's page shows, a program reads: the register, what is owed, its paper, what happened to it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from fleet.office.cases.models import Case
from fleet.office.cases.working import finish_step
from fleet.office.folders.models import Deed, Officer
from fleet.office.models import Factory
from fleet.people.models import Role
from tests.support.fleet_payments import owed
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


@pytest.fixture
def factory() -> Factory:
    return owed("CBI").factory


def test_a_factory_says_what_its_page_says(factory: Factory) -> None:
    factory.activity, factory.horsepower, factory.workers, factory.address_th = "22(3)", 75, 12, "ถนนตัวอย่าง"
    factory.save()
    one, officer = program(), Officer.objects.filter(office_id="CBI", left_at=None)[0]
    folder = factory.folders.order_by("pk")[0]
    one.ask("post", f"folders/{folder.pk}/movements", {"deed": "out", "officer_no": officer.officer_no})
    said = one.get(f"factories/{factory.pk}")
    assert [said[name] for name in ("activity", "horsepower", "workers", "address_th")] == [
        "22(3)", 75, 12, "ถนนตัวอย่าง",
    ]  # fmt: skip
    paper = said["paper"][0]
    assert (paper["folder_id"], paper["room"], paper["out_to_name"]) == (folder.pk, folder.room, officer.name_th)
    notice = owed("CBI")
    assert said["owed_satang"] == notice.amount_satang
    assert (notice.pk, notice.item_th) in [(each["notice_no"], each["item_th"]) for each in said["notices"]]


def test_what_is_paid_or_withdrawn_is_not_owed(factory: Factory) -> None:
    one, notice = program(), owed("CBI")
    notice.paid_at = timezone.now()
    notice.save(update_fields=["paid_at"])
    assert one.get(f"factories/{factory.pk}")["owed_satang"] == 0
    notice.paid_at, notice.withdrawn_at = None, timezone.now()
    notice.save(update_fields=["paid_at", "withdrawn_at"])
    assert one.get(f"factories/{factory.pk}")["owed_satang"] == 0


def test_what_happened_to_a_factory_is_what_its_page_tells(factory: Factory) -> None:
    one = program()
    case = Case.objects.filter(factory=factory, closed_on=None)[0]
    step = case.steps.filter(done_on=None)[0]
    officer = Officer.objects.filter(office_id="CBI", left_at=None)[0]
    folder = factory.folders.order_by("pk")[0]
    one.ask("post", f"folders/{folder.pk}/movements", {"deed": "out", "officer_no": officer.officer_no})
    finish_step(case, one.token.person)
    items = one.get(f"factories/{factory.pk}/history")["items"]
    times = [each["at"] for each in items]
    assert [datetime.fromisoformat(each) for each in times] == sorted(map(datetime.fromisoformat, times), reverse=True)
    told = [(each["of"], each["what"], each["about"], each["detail"], each["by"]) for each in items]
    assert ("case", "step", case.pk, step.name_th, one.token.person.username) in told
    assert ("folder", Deed.OUT, folder.pk, "", officer.name_th) in told
    assert "notice" in {each["of"] for each in items}
    assert len(one.get(f"factories/{factory.pk}/history?limit=1")["items"]) == 1
    page = browser_of(one.token.person).get(f"/factories/{factory.pk}/").content.decode().split("ประวัติ</h2>")[1]
    assert all(about in page for _, _, about, _, _ in told)
    for limit in (0, 61, "x"):
        assert one.ask("get", f"factories/{factory.pk}/history?limit={limit}").status_code == 422
    assert program(Role.OFFICER, 40).ask("get", f"factories/{factory.pk}/history").status_code == 404
    assert program(Role.TECHNICIAN).ask("get", f"factories/{factory.pk}/history").status_code == 404


def test_how_many_factories_there_are_is_said_once() -> None:
    one = program()
    first = one.get("factories?limit=1")
    assert first["count"] == Factory.objects.filter(office="CBI").count()
    assert one.get(f"factories?limit=1&after={first['next']}")["count"] is None
    assert one.get("factories?q=ไม่มีโรงงานนี้")["count"] == 0
