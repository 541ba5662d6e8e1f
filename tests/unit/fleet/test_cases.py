"""Cases: when they count as received, their deadline, what officers do, and what everybody may see."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.office.cases.models import Case, CaseDeed
from fleet.office.cases.providing import cases, manuals, permits
from fleet.office.cases.working import CaseError, Holder, close, finish_step, hand_over, tell_delay
from fleet.office.holidays.days import Calendar
from fleet.people.models import Membership, Role
from fleet.protocol import office as wire
from fleet.protocol.deadlines import Standing, standing, tell_delay_on
from fleet.protocol.thai import BANGKOK

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 20, 9, 0, tzinfo=BANGKOK), FRIDAY),
        (datetime(2026, 11, 20, 16, 30, tzinfo=BANGKOK), MONDAY),
        (datetime(2026, 11, 21, 9, 0, tzinfo=BANGKOK), MONDAY),
    ],
)
def test_what_comes_after_hours_counts_as_of_the_next_working_day(at: datetime, day: date) -> None:
    assert Calendar().received_on(at) == day


def test_working_days_leave_out_weekends_and_holidays() -> None:
    assert Calendar().after(FRIDAY, 1) == MONDAY
    assert Calendar(frozenset({MONDAY})).after(FRIDAY, 1) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("due", "closed", "how"),
    [
        (None, None, Standing.NO_DEADLINE),
        (FRIDAY + timedelta(days=4), None, Standing.IN_TIME),
        (FRIDAY + timedelta(days=3), None, Standing.NEAR),
        (FRIDAY, None, Standing.NEAR),
        (FRIDAY - timedelta(days=1), None, Standing.LATE),
        (FRIDAY, FRIDAY, Standing.KEPT),
        (FRIDAY, MONDAY, Standing.MISSED),
        (None, FRIDAY, Standing.CLOSED),
    ],
)
def test_how_a_case_stands_to_its_deadline(due: date | None, closed: date | None, how: Standing) -> None:
    assert standing(due, closed, FRIDAY) is how


def test_a_delay_is_told_at_once_and_then_every_seven_days() -> None:
    assert tell_delay_on(FRIDAY, None) == FRIDAY + timedelta(days=1)
    assert tell_delay_on(FRIDAY, MONDAY) == MONDAY + timedelta(days=7)


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("officer")
    Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=20)
    return user


def _late() -> Case:
    return Case.objects.get(factory__office_id="CBI", due_on__lt=timezone.localdate(), closed_on__isnull=True)


def test_the_sample_has_a_case_in_each_state_and_all_travel(officer: User) -> None:
    found = {each.key: each for each in cases("CBI", None)}
    today = timezone.localdate()
    stands = {standing(c.due_on, c.closed_on, today) for c in found.values() if isinstance(c, wire.Case)}
    assert {Standing.LATE, Standing.IN_TIME} <= stands
    assert stands & {Standing.KEPT, Standing.MISSED}
    assert len(list(permits("CBI", None))) == 3
    assert len(list(manuals("CBI", None))) == 5


def test_what_an_officer_does_stays_and_a_closed_case_is_closed(officer: User) -> None:
    case = _late()
    at = case.steps.filter(done_on__isnull=False).count()
    finish_step(case, officer)
    assert case.steps.filter(done_on__isnull=False).count() == at + 1
    hand_over(case, Holder("โต๊ะ 2", "Desk 2"), officer)
    tell_delay(case, officer)
    close(case, officer)
    case.refresh_from_db()
    assert (case.holder_en, case.closed_on, case.delay_told_on) == (
        "Desk 2",
        timezone.localdate(),
        timezone.localdate(),
    )
    assert list(CaseDeed.objects.values_list("what", flat=True)) == ["step", "hands", "told", "closed"]
    with pytest.raises(CaseError):
        finish_step(case, officer)


def test_a_case_in_time_has_no_delay_to_tell(officer: User) -> None:
    case = Case.objects.filter(due_on__gt=timezone.localdate(), closed_on__isnull=True).first()
    assert case is not None
    with pytest.raises(CaseError):
        tell_delay(case, officer)


def test_an_officer_works_on_the_cases_of_their_province_alone(officer: User) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(officer)
    case = _late()
    assert case.case_no in client.get("/cases/?state=late").content.decode()
    assert client.post(f"/cases/{case.case_no}/", {"deed": "step"}).status_code == 302
    assert CaseDeed.objects.filter(case=case, what="step").exists()
    theirs = Case.objects.filter(factory__office_id="KKN").first()
    assert theirs is not None
    assert theirs.case_no not in client.get("/cases/?state=open").content.decode()
    assert client.get(f"/cases/{theirs.case_no}/").status_code == 404
    assert client.post(f"/cases/{theirs.case_no}/", {"deed": "close"}).status_code == 404
    assert not CaseDeed.objects.filter(case=theirs).exists()


def test_whoever_holds_the_slip_follows_the_case_and_manuals_are_for_everybody(officer: User) -> None:
    case, client = _late(), Client(headers={"host": "127.0.0.1"})
    page = client.get(f"/t/{case.token}?lang=en")
    assert page.status_code == 200
    assert "Overdue" in page.content.decode()
    assert case.factory.name_th not in page.content.decode()
    assert "Factory expansion" in client.get("/manual/expand-2?lang=en").content.decode()
    assert "out of date" in client.get("/manual/start-2?lang=en").content.decode()
    assert client.get("/manual/nothing").status_code == 404


def test_permits_that_expire_are_listed(officer: User) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(officer)
    page = client.get("/cases/?state=expiring").content.decode()
    assert "CBI-P-001" in page
    assert "CBI-P-002" not in page, "it holds for longer"
    assert "KKN-P-001" not in page
