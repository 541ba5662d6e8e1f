"""Somebody signs in with the break-glass account: the nation's admins are called at once, whatever the hour."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.alerts.at_once import break_glass_used
from fleet.alerts.deeds import DeedError, Refusal, acknowledge, add_address
from fleet.alerts.keeping import keep, on_record
from fleet.alerts.looking import Looking
from fleet.alerts.models import Alert, Channel, Duty, Message
from fleet.alerts.telling import seen
from fleet.people import break_glass
from fleet.people.models import Role
from fleet.people.scope import scope_of
from tests.support.token_holder import person


def reachable(role: Role, dopa_code: int | None, name: str) -> User:
    """Somebody with a mail address, who may be called for one hour of the day only."""
    found = person(role, dopa_code, name)
    add_address(found, Channel.MAIL, f"{name}@example.org")
    Duty.objects.create(person=found, from_hour=3, to_hour=4)
    return found


def signed_in() -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post("/sign-in/", {"username": break_glass.NAME, "password": break_glass.make()})
    return client


def look() -> None:
    """One turn of who looks at everything."""
    looking, before = Looking(), list(on_record(timezone.now()))
    found = looking.look(timezone.now(), frozenset(each.key for each in before if each.closed_at is None))
    keep(found, before, looking.policies, looking.desk(None))


def test_the_nations_admins_are_called_at_any_hour_and_nobody_else() -> None:
    admin = reachable(Role.NATIONAL_ADMIN, None, "nation")
    for number, role in enumerate((Role.PROVINCIAL_ADMIN, Role.TECHNICIAN)):
        reachable(role, 20, f"other-{number}")
    signed_in()
    told = Message.objects.get(alert__rule="break-glass")
    assert (told.person, told.is_failing) == (admin, True)
    assert told.not_before <= timezone.now()


def test_only_who_reads_the_nations_trail_is_shown_it() -> None:
    break_glass_used("192.0.2.7")
    wanted = {Role.NATIONAL_ADMIN: True, Role.AUDITOR: True, Role.TREASURY: False}
    for role, is_shown in wanted.items():
        assert seen(scope_of(person(role, None))).filter(rule="break-glass").exists() is is_shown, role
    for role in (Role.PROVINCIAL_ADMIN, Role.TECHNICIAN, Role.OFFICER):
        assert not seen(scope_of(person(role, 20))).filter(rule="break-glass").exists(), role


def test_it_says_when_and_from_where() -> None:
    alert = break_glass_used("192.0.2.7")
    client = Client(SERVER_NAME="localhost")
    client.force_login(person(Role.NATIONAL_ADMIN, None))
    shown = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert "บัญชีฉุกเฉิน" in shown
    assert "192.0.2.7" in shown


def test_it_stays_until_somebody_else_has_said_why() -> None:
    client = signed_in()
    alert = Alert.objects.get(rule="break-glass")
    refused = client.post(f"/alerts/{alert.pk}/", {"reason": "ทุกอย่างเรียบร้อย"})
    assert refused.status_code == 422
    with pytest.raises(DeedError) as err:
        acknowledge(alert.pk, User.objects.get(username=break_glass.NAME), "ทุกอย่างเรียบร้อย")
    assert err.value.refusal is Refusal.ONESELF
    for _ in range(2):
        look()
    alert.refresh_from_db()
    assert (alert.closed_at, alert.acked_at) == (None, None)
    acknowledge(alert.pk, person(Role.NATIONAL_ADMIN, None), "ซ้อมใช้ซอง")
    alert.refresh_from_db()
    assert alert.acked_at is not None


def test_used_again_it_is_told_again_and_is_still_one() -> None:
    reachable(Role.NATIONAL_ADMIN, None, "nation")
    first = break_glass_used("192.0.2.7")
    acknowledge(first.pk, person(Role.NATIONAL_ADMIN, None, "second"), "ซ้อมใช้ซอง")
    again = break_glass_used("192.0.2.8")
    assert (again.pk, again.acked_at, again.facts["address"]) == (first.pk, None, "192.0.2.8")
    assert list(Message.objects.order_by("pk").values_list("what", flat=True)) == ["opened", "returned"]
