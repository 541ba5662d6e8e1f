"""The breaker all who ask share, and the page that shows it. The systems are the stand-in's, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from fleet.partners import asking
from fleet.partners.breaker import FAILURES_MAX, REST, REST_MAX, Breaker
from fleet.partners.models import Partner
from fleet.partners.port import CompanyState, CouldNotAskError, System, Why
from fleet.partners.stand_in import Habit, StandIn, sample_tax_id
from fleet.people.models import Membership, Role
from fleet.protocol.thai import TaxId
from tests.support.partner_stand_in import answering
from tests.support.signed_in import browser_of

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
COMPANY = TaxId(sample_tax_id(1))


# ---- the breaker ----------------------------------------------------------------------------------------------------


def failing(times: int) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.failed(NOW)
    return breaker


def test_two_failures_are_forgiven_and_the_third_is_not() -> None:
    assert failing(FAILURES_MAX - 1).may_ask(NOW)
    opened = failing(FAILURES_MAX)
    assert not opened.may_ask(NOW + REST - timedelta(milliseconds=1))
    assert opened.may_ask(NOW + REST)


def test_while_the_trial_is_out_nobody_else_asks() -> None:
    later = NOW + REST
    trial = failing(FAILURES_MAX).trying(later, timedelta(seconds=8))
    assert not trial.may_ask(later + timedelta(seconds=7))
    assert trial.may_ask(later + timedelta(seconds=8)), "who asked may have died"
    assert trial.answered() == Breaker()


def test_while_all_is_well_many_may_ask_at_once() -> None:
    assert Breaker().trying(NOW, timedelta(seconds=8)).may_ask(NOW)


@given(st.integers(FAILURES_MAX, 10_000))
def test_the_rest_grows_and_ends(failures: int) -> None:
    rested = Breaker(failures).failed(NOW).rests_until
    assert rested is not None
    assert REST < rested - NOW <= REST_MAX


# ---- asking ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    it = StandIn()
    with answering(it) as address:
        asking.set_up(System.COMPANIES, address, is_on=True, timeout_s=5)
        yield it


def fails_with(why: Why) -> None:
    with pytest.raises(CouldNotAskError) as caught:
        asking.company(COMPANY)
    assert caught.value.why is why


def partner() -> Partner:
    return Partner.objects.get(pk=System.COMPANIES)


def test_an_answer_is_counted(stand_in: StandIn) -> None:
    company = asking.company(COMPANY)
    assert company is not None
    assert company.state is CompanyState.OPERATING
    assert asking.company(TaxId(sample_tax_id(9))) is None, "a no is an answer"
    assert (partner().answered, partner().failed, partner().failures) == (2, 0, 0)
    assert partner().answered_at is not None


def test_what_nobody_set_up_is_off_and_nothing_is_held_against_it() -> None:
    fails_with(Why.OFF)
    assert not Partner.objects.filter(pk=System.COMPANIES).exists()


def test_what_is_switched_off_is_not_asked(stand_in: StandIn) -> None:
    asking.set_up(System.COMPANIES, partner().address, is_on=False, timeout_s=5)
    fails_with(Why.OFF)
    assert stand_in.asked == {}


def test_after_three_failures_it_is_left_alone_and_then_tried_once(stand_in: StandIn) -> None:
    stand_in.habits[System.COMPANIES] = Habit.FAILING
    for _ in range(FAILURES_MAX):
        fails_with(Why.FAILING)
    fails_with(Why.RESTING)
    assert stand_in.asked[System.COMPANIES] == FAILURES_MAX, "while it rests nothing is sent"
    assert partner().failed == FAILURES_MAX
    stand_in.habits[System.COMPANIES] = Habit.WELL
    Partner.objects.update(rests_until=NOW - timedelta(days=30))
    assert asking.company(COMPANY) is not None
    assert (partner().failures, partner().rests_until) == (0, None)


def test_setting_it_up_anew_forgets_what_was(stand_in: StandIn) -> None:
    stand_in.habits[System.COMPANIES] = Habit.FAILING
    for _ in range(FAILURES_MAX):
        fails_with(Why.FAILING)
    asking.set_up(System.COMPANIES, partner().address, is_on=True, timeout_s=5)
    fails_with(Why.FAILING)


def test_the_token_is_read_from_its_file_and_stands_nowhere_else(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.token = "s3cret"
    with override_settings(DATA_DIR=tmp_path):
        fails_with(Why.REFUSED)
        asking.token_file(System.COMPANIES).parent.mkdir()
        asking.token_file(System.COMPANIES).write_text("s3cret\n")
        assert asking.company(COMPANY) is not None
        page = client(Role.NATIONAL_ADMIN, None).get("/partners/companies/").content.decode()
    assert "s3cret" not in page
    assert "s3cret" not in str(Partner.objects.values())


# ---- the page -------------------------------------------------------------------------------------------------------


def client(role: Role, dopa_code: int | None = 20) -> Client:
    user = User.objects.create_user(f"somebody {role}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def test_who_serves_sees_them_and_technicians_do_not() -> None:
    assert client(Role.TECHNICIAN).get("/partners/").status_code == 404
    page = client(Role.OFFICER).get("/partners/")
    assert page.status_code == 200
    for name in ("กรมการปกครอง", "กรมพัฒนาธุรกิจการค้า", "i-Industry", "e-License", "e-Surveillance", "e-Billing"):
        assert name in page.content.decode()


def test_only_the_nations_admin_sets_one_up() -> None:
    given = {"address": "https://dbd.example", "timeout_s": "3", "is_on": "on"}
    assert client(Role.PROVINCIAL_ADMIN).post("/partners/companies/", given).status_code == 404
    assert not Partner.objects.exists()
    assert client(Role.NATIONAL_ADMIN, None).post("/partners/companies/", given).status_code == 302
    assert (partner().address, partner().timeout_s, partner().is_on) == ("https://dbd.example", 3, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "ftp://x.example", "timeout_s": "3"},
        {"address": "https://me:secret@x.example", "timeout_s": "3"},
        {"address": "https://", "timeout_s": "3"},
        {"address": "", "timeout_s": "3", "is_on": "on"},
        {"address": "https://x.example", "timeout_s": "0"},
        {"address": "https://x.example", "timeout_s": "99999"},
        {"address": "https://x.example", "timeout_s": "๓"},
    ],
)
def test_what_cannot_be_an_address_or_a_time_is_said_beside_the_field(wrong: dict[str, str]) -> None:
    answer = client(Role.NATIONAL_ADMIN, None).post("/partners/companies/", wrong)
    assert answer.status_code == 200
    assert 'class="err"' in answer.content.decode()
    assert not Partner.objects.exists()


def test_an_officer_asks_by_hand(stand_in: StandIn) -> None:
    officer = client(Role.OFFICER)
    page = officer.post("/partners/companies/", {"question": str(COMPANY)}).content.decode()
    assert "ตัวอย่างแปรรูปอาหาร" in page
    stand_in.habits[System.COMPANIES] = Habit.GARBLED
    assert "แจ้งผู้พัฒนา" in officer.post("/partners/companies/", {"question": str(COMPANY)}).content.decode()
    assert "13 หลัก" in officer.post("/partners/companies/", {"question": "12"}).content.decode()


@pytest.mark.parametrize("system", ["card-status", "customers", "nobody"])
def test_of_persons_nothing_is_asked_by_hand(system: str) -> None:
    answer = client(Role.OFFICER).post(f"/partners/{system}/", {"question": "1"})
    assert answer.status_code == 404
