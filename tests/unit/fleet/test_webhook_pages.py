"""The pages of webhooks: who is shown what, the secret that is shown once, trials, pauses, ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.acting.webhooks import Wanted, pause, secret, subscribe
from fleet.audit.models import Entry
from fleet.conduct import hooks
from fleet.people.models import Role
from fleet.people.scope import scope_of
from fleet.webhooks.models import Delivery, Event, Kind, State, Subscription, Try
from fleet.webhooks.occurring import occurred
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

ADDRESS = "https://receiver.example/hook/very-secret"


@pytest.fixture
def admin() -> User:
    return person(Role.PROVINCIAL_ADMIN)


@pytest.fixture
def theirs(admin: User) -> Subscription:
    return subscribe(admin, scope_of(admin), Wanted(name="บัญชี", address=ADDRESS, kinds=[Kind.CASE_MOVED]))


def test_it_is_made_and_its_secret_shown_once(admin: User) -> None:
    client = browser_of(admin)
    said = {"name": "ระบบบัญชี", "address": ADDRESS, "kind": ["case.moved", "alert.opened"]}
    made = client.post("/webhooks/", said)
    row = Subscription.objects.get()
    assert (row.person, row.kinds, row.provinces) == (admin, ["case.moved", "alert.opened"], [20])
    assert secret(row) in made.content.decode()
    for address in ("/webhooks/", f"/webhooks/{row.pk}/"):
        assert secret(row) not in client.get(address).content.decode()
    assert Entry.objects.filter(what="web:webhooks", kind="did", about=str(row.pk)).exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"kind": []}, {"address": "http://receiver.example/"}, {"address": "https://127.0.0.1/"}]
)
def test_what_cannot_be_is_told_and_nothing_is_made(admin: User, wrong: dict[str, object]) -> None:
    said = {"name": "ก", "address": ADDRESS, "kind": ["case.moved"]} | wrong
    assert browser_of(admin).post("/webhooks/", said).status_code == 422
    assert not Subscription.objects.exists()


def test_who_sees_the_nation_sees_that_it_is_there_but_not_where_it_leads(theirs: Subscription) -> None:
    nation = browser_of(person(Role.NATIONAL_ADMIN, None))
    for address in ("/webhooks/", f"/webhooks/{theirs.pk}/"):
        shown = nation.get(address).content.decode()
        assert "https://receiver.example/…" in shown
        assert "very-secret" not in shown
    for deed in ("secret", "trial"):
        assert nation.post(f"/webhooks/{theirs.pk}/", {"deed": deed}).status_code == 404
    assert nation.post(f"/webhooks/{theirs.pk}/", {"deed": "end"}).status_code == 302
    theirs.refresh_from_db()
    assert theirs.ended_why == "by-admin"


def test_another_admin_finds_nothing(theirs: Subscription) -> None:
    other = browser_of(person(Role.PROVINCIAL_ADMIN, name="other"))
    assert "receiver.example" not in other.get("/webhooks/").content.decode()
    assert other.get(f"/webhooks/{theirs.pk}/").status_code == 404
    assert other.post(f"/webhooks/{theirs.pk}/", {"deed": "end"}).status_code == 404


def test_a_trial_is_told_signed_like_all_else_and_one_waits_at_a_time(admin: User, theirs: Subscription) -> None:
    client, address = browser_of(admin), f"/webhooks/{theirs.pk}/"
    assert client.post(address, {"deed": "trial"}).status_code == 302
    assert client.post(address, {"deed": "trial"}).status_code == 422
    waiting = Delivery.objects.get()
    assert hooks.due(timezone.now()).get() == waiting
    assert b'"type":"trial"' in hooks.body_of(waiting.event)
    assert hooks.may_hear(admin, waiting.event)


def test_paused_nothing_leaves_and_nothing_is_lost(admin: User, theirs: Subscription) -> None:
    client, address = browser_of(admin), f"/webhooks/{theirs.pk}/"
    assert client.post(address, {"deed": "pause"}).status_code == 302
    occurred(Kind.CASE_MOVED, "C-1", 20, {})
    assert not hooks.due(timezone.now()).exists()
    assert client.post(address, {"deed": "trial"}).status_code == 422
    assert client.post(address, {"deed": "resume"}).status_code == 302
    assert hooks.due(timezone.now()).get().event.about == "C-1"


def test_what_waited_for_a_month_is_forgotten_while_it_is_paused(theirs: Subscription) -> None:
    occurred(Kind.CASE_MOVED, "C-1", 20, {})
    pause(theirs, paused=True)
    later = timezone.now() + hooks.KEPT_FOR + timedelta(hours=1)
    hooks.tell_all(lambda: later, lambda: False)
    assert not Event.objects.exists()


def test_a_new_secret_is_shown_once_and_the_old_one_counts_no_more(admin: User, theirs: Subscription) -> None:
    before = secret(theirs)
    shown = browser_of(admin).post(f"/webhooks/{theirs.pk}/", {"deed": "secret"}).content.decode()
    theirs.refresh_from_db()
    assert secret(theirs) != before
    assert secret(theirs) in shown
    assert before not in shown


def test_what_has_ended_is_shown_and_no_longer_touched(admin: User, theirs: Subscription) -> None:
    client, address = browser_of(admin), f"/webhooks/{theirs.pk}/"
    client.post(address, {"deed": "end"})
    assert 'name="deed"' not in client.get(address).content.decode()
    assert client.post(address, {"deed": "pause"}).status_code == 422
    assert client.post(address, {"deed": "trial"}).status_code == 422


def test_the_last_messages_say_how_they_went(admin: User, theirs: Subscription) -> None:
    occurred(Kind.CASE_MOVED, "C-2", 20, {})
    delivery = Delivery.objects.get()
    now = timezone.now()
    Try.objects.create(delivery=delivery, at=now, status=503, took_ms=120)
    Delivery.objects.filter(pk=delivery.pk).update(tries=1, next_at=now + timedelta(minutes=1))
    shown = browser_of(admin).get(f"/webhooks/{theirs.pk}/").content.decode()
    assert "C-2" in shown
    assert re.search(r"HTTP <span class=\"n\">503</span>", shown)
    assert "ลองอีกเมื่อ" in shown
    Delivery.objects.update(state=State.DELIVERED)
    assert "ส่งถึงแล้ว" in browser_of(admin).get(f"/webhooks/{theirs.pk}/").content.decode()


def test_an_alert_is_called_by_its_rule_and_its_place_and_not_by_its_key(admin: User) -> None:
    row = subscribe(admin, scope_of(admin), Wanted(name="บัญชี", address=ADDRESS, kinds=[Kind.ALERT_OPENED]))
    occurred(Kind.ALERT_OPENED, "paper@CBI-01", 20, {"rule": "paper", "kiosk_id": "CBI-01", "office_id": "CBI"})
    occurred(Kind.ALERT_OPENED, "rollout/1@province:20", 20, {"rule": "rollout", "kiosk_id": "", "office_id": ""})
    occurred(Kind.ALERT_OPENED, "of-another-release", 20, {})
    shown = browser_of(admin).get(f"/webhooks/{row.pk}/").content.decode()
    for said in (">กระดาษ · CBI-01<", ">การปล่อยรุ่นหยุดเอง<"):
        assert said in shown
    for key in ("paper@", "rollout/1", "of-another-release"):
        assert key not in shown
