"""Somebody signs in with the break-glass account: the nation's admins are called at once, whatever the hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.alerts.at_once import break_glass_used
from fleet.alerts.deeds import DeedError, Refusal, acknowledge, add_address, begin_maintenance
from fleet.alerts.findings import Place
from fleet.alerts.keeping import keep, look_again, on_record
from fleet.alerts.limiting import CALLS_MOST
from fleet.alerts.looking import Looking
from fleet.alerts.models import Alert, Attempt, Channel, Duty, Message
from fleet.alerts.sending import is_anything_due, send_all
from fleet.alerts.telling import seen
from fleet.office.models import Province
from fleet.people import break_glass
from fleet.people.models import Role
from fleet.people.scope import scope_of
from tests.support.alerting import carriers, never
from tests.support.mail_server import MailServer
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

# Apprise reads its plugins when it is first used, and one of them a module of Python's that is to go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

MOST_AN_HOUR = 6


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


def send(mail: MailServer, minutes: float = 0) -> int:
    """All that is due so much later; how many tries."""
    return send_all(carriers(mail), lambda: timezone.now() + timedelta(minutes=minutes), never)


def waits(who: User, count: int) -> None:
    """So many ordinary messages wait for somebody."""
    now = timezone.now()
    Message.objects.bulk_create(
        Message(key=f"digest.{number}.{who.pk}", person=who, what="digest", made_at=now, not_before=now)
        for number in range(count)
    )


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
    client = browser_of(person(Role.NATIONAL_ADMIN, None))
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


def test_neither_a_storm_nor_maintenance_nor_hours_hold_it_back(mail: MailServer) -> None:
    admin, now = reachable(Role.NATIONAL_ADMIN, None, "nation"), timezone.now()
    for code in Province.objects.values_list("dopa_code", flat=True):
        begin_maintenance(Place(code), now, now + timedelta(hours=4), None, "ย้ายศูนย์ข้อมูล")
    waits(admin, 40)
    assert send(mail) == MOST_AN_HOUR
    assert not is_anything_due(timezone.now())
    signed_in()
    look_again(admin.pk, Looking().nation_desk(now))  # and no change of hours puts it off
    look()
    assert is_anything_due(timezone.now())
    assert send(mail) == 1
    assert len(mail.letters) == MOST_AN_HOUR + 1
    assert list(Attempt.objects.values_list("is_past", flat=True)) == [*[False] * MOST_AN_HOUR, True]
    assert not is_anything_due(timezone.now())


def test_whoever_uses_it_again_and_again_makes_no_storm(mail: MailServer) -> None:
    admin = reachable(Role.NATIONAL_ADMIN, None, "nation")
    waits(admin, 1)
    assert send(mail) == 1
    tries = 0
    for _ in range(20):
        break_glass_used("192.0.2.7")
        tries += send(mail)
    assert tries == CALLS_MOST + MOST_AN_HOUR - 1
    assert not is_anything_due(timezone.now())  # nobody starts a sender for nothing
    assert Message.objects.filter(letter__isnull=True).count() > 1
    assert send(mail, 61) == 1  # all that waited, in one
    assert not Message.objects.filter(letter__isnull=True).exists()


def test_a_call_that_failed_leaves_again_past_a_full_hour(mail: MailServer) -> None:
    admin = reachable(Role.NATIONAL_ADMIN, None, "nation")
    waits(admin, 40)
    assert send(mail) == MOST_AN_HOUR
    break_glass_used("192.0.2.7")
    mail.refuse = True
    assert send(mail) == 1
    mail.refuse = False
    assert send(mail, 2) == 1
    assert len(mail.letters) == MOST_AN_HOUR + 1


def test_it_leaves_before_the_letters_of_others_also_while_they_leave(mail: MailServer) -> None:
    technician = reachable(Role.TECHNICIAN, 20, "technician")
    waits(technician, 3)
    reachable(Role.NATIONAL_ADMIN, None, "nation")

    def uses_it() -> bool:
        """Asked before each letter: at the second one, somebody has signed in."""
        if len(mail.letters) == 1 and not Alert.objects.filter(rule="break-glass").exists():
            break_glass_used("192.0.2.7")
        return False

    assert send_all(carriers(mail), timezone.now, uses_it) == 4
    assert mail.recipients == [f"{name}@example.org" for name in ("technician", "nation", "technician", "technician")]


def test_whose_own_letters_have_left_already_is_called_while_those_of_others_leave(mail: MailServer) -> None:
    waits(reachable(Role.NATIONAL_ADMIN, None, "nation"), 1)
    waits(reachable(Role.TECHNICIAN, 20, "technician"), 3)

    def uses_it() -> bool:
        """Asked before each letter: somebody signs in when the nation's turn is over."""
        if len(mail.letters) == 2 and not Alert.objects.filter(rule="break-glass").exists():
            break_glass_used("192.0.2.7")
        return False

    assert send_all(carriers(mail), timezone.now, uses_it) == 5
    names = ("nation", "technician", "nation", "technician", "technician")
    assert mail.recipients == [f"{name}@example.org" for name in names]


def test_that_it_is_over_waits_like_everything_else(mail: MailServer) -> None:
    reachable(Role.NATIONAL_ADMIN, None, "nation")
    alert = break_glass_used("192.0.2.7")
    assert send(mail) == 1
    acknowledge(alert.pk, None, "ซ้อมใช้ซอง")
    Alert.objects.filter(pk=alert.pk).update(clear_since=timezone.now() - timedelta(days=1))
    look()
    assert Message.objects.get(what="closed").at_once is False
