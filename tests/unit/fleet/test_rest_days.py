"""What a program reads by the day is what the pages draw: paper of a kiosk, and what banks said came in."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from django.utils import timezone

from fleet.devices.hearing import say_hearing
from fleet.devices.models import KioskState
from fleet.figures.models import PaperDay
from fleet.payments.confirming import confirm
from fleet.people.models import Role
from fleet.protocol.messages import DeviceState, DeviceStatus, Status
from tests.support.fleet_payments import owed, word
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


# ---- paper


@pytest.fixture
def today() -> date:
    """A kiosk that has 40 slips, and none in two days."""
    say_hearing("test")
    now = timezone.now()
    status = Status(
        session_no=1, no=1, at=now, devices={"printer": DeviceStatus(state=DeviceState.ONLINE)}, paper="low",
        paper_slips_left=40, paper_out_at=now + timedelta(days=2),
    )  # fmt: skip
    told = msgspec.to_builtins(status)
    KioskState.objects.update_or_create(pk="CBI-01", defaults={"alive": True, "heard_at": now, "status": told})
    PaperDay.objects.all().delete()
    return timezone.localdate(now)


def test_a_kiosks_paper_by_the_day(today: date) -> None:
    for back, left in ((1, 70), (20, 300), (21, 340)):
        PaperDay.objects.create(kiosk_id="CBI-01", day=today - timedelta(days=back), slips_left=left)
    PaperDay.objects.create(kiosk_id="CBI-02", day=today, slips_left=9)
    one = program(Role.TECHNICIAN)
    said = one.get("kiosks/CBI-01/paper")
    assert (said["kiosk_id"], said["paper"], said["slips_left"]) == ("CBI-01", "low", 40)
    assert [(each["day"], each["slips"], each["is_ahead"]) for each in said["days"]] == [
        ((today + timedelta(days=on)).isoformat(), slips, on > 0)
        for on, slips in ((-20, 300), (-1, 70), (0, 40), (1, 20), (2, 0))
    ]
    assert one.get("kiosks/CBI-01/paper?back=21")["days"][0]["slips"] == 340
    assert [each["slips"] for each in one.get("kiosks/CBI-01/paper?back=0")["days"]] == [40, 20, 0]


def test_few_slips_that_last_long_end_on_no_earlier_day(today: date) -> None:
    state = KioskState.objects.get(pk="CBI-01")
    out_at = timezone.now() + timedelta(days=9)
    state.status |= {"paper_slips_left": 3, "paper_out_at": out_at.isoformat()}
    state.save(update_fields=["status"])
    ahead = program().get("kiosks/CBI-01/paper?back=0")["days"][1:]
    assert [each["day"] for each in ahead if not each["slips"]] == [timezone.localdate(out_at).isoformat()]


def test_what_nobody_knows_of_paper_is_not_none_left(today: date) -> None:
    KioskState.objects.filter(pk="CBI-01").delete()
    said = program().get("kiosks/CBI-01/paper")
    assert (said["paper"], said["slips_left"], said["out_at"], said["days"]) == ("unknown", None, None, [])


def test_paper_is_of_the_kiosks_one_sees(today: date) -> None:
    one = program()
    assert one.ask("get", "kiosks/KKN-01/paper").status_code == 404
    assert one.ask("get", "kiosks/CBI-01/paper?back=101").status_code == 422


# ---- payments


def test_what_came_in_by_the_banks_days() -> None:
    notice = owed()
    exact = confirm(word(notice))
    confirm(word(notice, "T2", amount_satang=150))
    confirm(word(owed("KKN"), "T3"))
    day = exact.business_day.isoformat()
    one = program(Role.OFFICER)
    items = one.get(f"payment-days?last={day}")["items"]
    assert len(items) == 30
    assert items[-1] == {
        "day": day, "count": 2, "amount_satang": notice.amount_satang + 150, "waiting": 1, "waiting_satang": 150,
    }  # fmt: skip
    assert not any(each["count"] for each in items[:-1])
    assert one.get(f"payment-days?last={day}&days=1&bank=SCB")["items"][0]["count"] == 0
    assert one.get("payment-days?days=2")["items"][1]["day"] == timezone.localdate().isoformat()
    nation = program(Role.NATIONAL_ADMIN, None)
    for asked, count in (("", 3), ("&province=20", 2), ("&province=40", 1), ("&bank=PRETEND", 3)):
        assert nation.get(f"payment-days?last={day}&days=1{asked}")["items"][0]["count"] == count, asked


@pytest.mark.parametrize("asked", ["last=2026-02-30", "last=0001-01-01", "last=today", "days=0", "days=101", "bank=x'"])
def test_days_that_are_none_are_refused(asked: str) -> None:
    assert program().ask("get", f"payment-days?{asked}").status_code == 422


def test_money_by_the_day_is_of_the_provinces_one_settles() -> None:
    assert program().ask("get", "payment-days?province=40").status_code == 404
    assert program(Role.TECHNICIAN).ask("get", "payment-days").status_code == 404
