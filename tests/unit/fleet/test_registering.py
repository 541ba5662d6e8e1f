"""Registrations on their way to i-Industry: the stand-in answers over HTTP, the seal is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from fleet.conduct import registering
from fleet.office.channels import passing_on
from fleet.office.channels.models import Registration, RegistrationState
from fleet.office.channels.passing_on import Held, Registered, Sent
from fleet.partners import asking
from fleet.partners.breaker import FAILURES_MAX
from fleet.partners.models import Disclosure, Partner
from fleet.partners.opening import own_key, public_key
from fleet.partners.port import System
from fleet.partners.stand_in import Habit, StandIn
from fleet.protocol.sealing import Customer
from fleet.protocol.tickets import Kind, number_of
from fleet.site.sample import sample_id
from kiosk.sealing import seal
from tests.support.partner_stand_in import answering

NOW = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
PHONE = "0812345678"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(DATA_DIR=tmp_path):
        own_key(tmp_path / "partners")
        yield tmp_path / "partners"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    it = StandIn()
    with answering(it) as address:
        asking.set_up(System.CUSTOMERS, address, is_on=True, timeout_s=5)
        yield it


def waiting(folder: Path, n: int = 1, *, opened_at: datetime = NOW) -> Registration:
    number = number_of(Kind.REGISTRATION, f"CBI02-69{n:07d}")
    customer = Customer(id_number=sample_id(n).reveal(), name="สมหญิง ตัวอย่าง", phone=PHONE)
    return Registration.objects.create(
        number=number,
        office_id="CBI",
        kiosk_id="CBI-02",
        opened_at=opened_at,
        id_masked=sample_id(n).masked,
        phone_masked="xxx-xxx-5678",
        sealed=seal(customer, number, public_key(folder)),
    )


def pass_on(folder: Path, now: datetime = NOW) -> int:
    return passing_on.pass_on(registering.sender(own_key(folder)), lambda: now, lambda: False)


def of(registration: Registration) -> Registration:
    return Registration.objects.get(pk=registration.pk)


def test_what_was_taken_has_their_number_and_nothing_sealed_any_more(folder: Path, stand_in: StandIn) -> None:
    mine = waiting(folder)
    assert pass_on(folder) == 1
    kept = of(mine)
    assert (kept.state, kept.customer_no, kept.sealed, kept.tries) == (
        RegistrationState.REGISTERED,
        "IND-000001",
        "",
        1,
    )
    assert kept.passed_on_at == kept.ended_at == NOW
    assert pass_on(folder) == 0
    assert stand_in.asked[System.CUSTOMERS] == 1


def test_killed_between_their_yes_and_our_commit_it_is_one_customer(folder: Path, stand_in: StandIn) -> None:
    mine = waiting(folder)
    send = registering.sender(own_key(folder))

    class KilledError(BaseException):
        pass

    def killed(registration: Registration) -> Sent:
        send(registration)
        raise KilledError

    with pytest.raises(KilledError):
        passing_on.pass_on(killed, lambda: NOW, lambda: False)
    assert of(mine).state == RegistrationState.WAITING
    assert pass_on(folder, NOW) == 0, "it may yet be on its way"
    assert pass_on(folder, NOW + passing_on.OURS_FOR) == 1
    assert (of(mine).customer_no, of(mine).was_known) == ("IND-000001", False), "the same answer as the first time"
    assert stand_in.customers == {sample_id(1).reveal(): "IND-000001"}
    assert stand_in.asked[System.CUSTOMERS] == 2


def test_what_somebody_else_is_sending_is_left_to_them(folder: Path) -> None:
    mine = waiting(folder)
    seen: list[int] = []

    def slow(_registration: Registration) -> Sent:
        seen.append(pass_on(folder, NOW + timedelta(seconds=1)))
        return Registered("IND-7", was_known=False)

    passing_on.pass_on(slow, lambda: NOW, lambda: False)
    assert seen == [0]
    assert of(mine).customer_no == "IND-7"


def test_who_is_declined_is_told_why_and_it_is_not_asked_again(folder: Path, stand_in: StandIn) -> None:
    stand_in.habits[System.CUSTOMERS] = Habit.DECLINING
    mine = waiting(folder)
    assert pass_on(folder) == 1
    assert (of(mine).state, of(mine).sealed, of(mine).customer_no) == (RegistrationState.DECLINED, "", "")
    assert "ทะเบียนราษฎร" in of(mine).reason
    assert pass_on(folder, NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize("habit", [Habit.FAILING, Habit.REFUSING, Habit.GARBLED, Habit.HANGS_UP, Habit.KNOWS_NOTHING])
def test_who_could_not_be_asked_is_asked_again_and_it_is_no_refusal(
    folder: Path, stand_in: StandIn, habit: Habit
) -> None:
    stand_in.habits[System.CUSTOMERS] = habit
    mine = waiting(folder)
    assert pass_on(folder) == 0
    kept = of(mine)
    assert (kept.state, kept.tries, bool(kept.sealed)) == (RegistrationState.WAITING, 1, True)
    assert kept.held_by
    assert kept.next_at is not None
    assert timedelta(seconds=40) < kept.next_at - NOW < timedelta(seconds=80)
    stand_in.habits[System.CUSTOMERS] = Habit.WELL
    assert pass_on(folder, NOW) == 0, "not before its time"
    assert pass_on(folder, kept.next_at) == 1


def test_a_system_that_rests_is_left_alone_and_nothing_counts_against_who_waits(
    folder: Path, stand_in: StandIn
) -> None:
    stand_in.habits[System.CUSTOMERS] = Habit.FAILING
    rows = [waiting(folder, n) for n in range(1, FAILURES_MAX + 3)]
    assert pass_on(folder) == 0
    assert stand_in.asked[System.CUSTOMERS] == FAILURES_MAX
    assert [of(each).tries for each in rows] == [1] * FAILURES_MAX + [0, 0]
    assert of(rows[-2]).held_by == "resting"
    assert not registering.is_anything_due(datetime.now(UTC)), "nobody is started to ask one that rests"


def test_off_means_nothing_leaves(folder: Path, stand_in: StandIn) -> None:
    Partner.objects.update(is_on=False)
    mine = waiting(folder)
    assert not registering.is_anything_due(NOW)
    assert pass_on(folder) == 0
    assert (of(mine).tries, of(mine).held_by) == (0, "off")
    assert not Disclosure.objects.exists()
    assert stand_in.asked == {}


def test_without_the_key_there_is_nothing_to_do_here(tmp_path: Path, folder: Path, stand_in: StandIn) -> None:
    waiting(folder)
    assert registering.is_anything_due(NOW)
    with override_settings(DATA_DIR=tmp_path / "another machine"):
        assert not registering.is_anything_due(NOW)


def test_what_was_sealed_for_another_key_waits_and_holds_nobody_up(
    folder: Path, stand_in: StandIn, tmp_path: Path
) -> None:
    theirs = waiting(tmp_path / "another", opened_at=NOW - timedelta(hours=1))
    mine = waiting(folder, 2)
    assert pass_on(folder) == 1
    assert (of(theirs).state, of(theirs).held_by) == (RegistrationState.WAITING, passing_on.UNREADABLE)
    assert of(mine).state == RegistrationState.REGISTERED


def test_nothing_sealed_is_kept_for_ever(folder: Path) -> None:
    old, young = waiting(folder, 1, opened_at=NOW - passing_on.WAITS_MAX - timedelta(seconds=1)), waiting(folder, 2)
    assert passing_on.lapse(NOW) == 1
    assert (of(old).state, of(old).sealed) == (RegistrationState.LAPSED, "")
    assert of(young).sealed
    assert passing_on.lapse(NOW) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=old.pk).update(sealed="something")


def test_an_answer_that_comes_after_its_end_changes_nothing(folder: Path) -> None:
    mine = waiting(folder)

    def late(registration: Registration) -> Sent:
        Registration.objects.filter(pk=registration.pk).update(state=RegistrationState.LAPSED, sealed="")
        return Held("silent")

    passing_on.pass_on(late, lambda: NOW, lambda: False)
    assert (of(mine).state, of(mine).held_by) == (RegistrationState.LAPSED, "")


def test_pauses_grow_to_a_quarter_of_a_day() -> None:
    pauses = [passing_on.pause_after(tries) for tries in range(1, 40)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == passing_on.RETRY_MAX


def test_what_left_us_is_written_down_and_not_what_it_was(folder: Path, stand_in: StandIn) -> None:
    mine = waiting(folder)
    pass_on(folder)
    (row,) = Disclosure.objects.values()
    assert (row["fields"], row["asked_for"], row["outcome"]) == ("id_number phone", mine.number, "answered")
    assert sample_id(1).reveal() not in str(row)
    assert PHONE not in str(row)


def test_no_log_says_who_it_was(
    folder: Path, stand_in: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    waiting(tmp_path / "another")
    waiting(folder, 2)
    stand_in.habits[System.CUSTOMERS] = Habit.GARBLED
    pass_on(folder)
    assert "RCBI" in caplog.text
    for secret in (sample_id(1).reveal(), sample_id(2).reveal(), PHONE, "สมหญิง"):
        assert secret not in caplog.text
