"""Webhooks: what is told to whom, by which signature, how often, and never to what stands beside us."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from fleet.acting.webhooks import Refusal, Wanted, WebhookError, may_hear, renew_secret, secret, subscribe
from fleet.alerts.models import Address, Channel
from fleet.alerts.sending import Carriers
from fleet.conduct import hooks
from fleet.devices.hearing import say_hearing
from fleet.devices.models import Kiosk, KioskState
from fleet.office.cases.models import Case
from fleet.office.cases.working import tell_delay
from fleet.office.models import Office
from fleet.payments.confirming import confirm
from fleet.people.models import Membership, Role
from fleet.people.scope import scope_of
from fleet.webhooks.models import Delivery, Event, Kind, State, Subscription, Try
from fleet.webhooks.occurring import occurred
from fleet.webhooks.posting import NotThereError, place_of, post
from fleet.webhooks.signing import DELIVERY, SIGNATURE, is_signed
from tests.support.fleet_payments import owed, word
from tests.support.token_holder import person
from tests.support.told_server import Said, told_server

HTTPS = "https://receiver.example/hook"


class Receiver:
    """Somebody else's machine: answers what it is told to, and remembers what came."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.origin = ""

    def answer(self, headers: dict[str, str], body: bytes) -> Said:
        """To any message."""
        self.came.append((headers, body))
        return Said(self.answers.pop(0) if self.answers else 204, location="http://127.0.0.1/")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    it = Receiver()
    with told_server(it.answer) as it.origin, override_settings(WEBHOOK_ORIGINS=frozenset({it.origin})):
        yield it


def subscribed(user: User, address: str = HTTPS, kinds: tuple[str, ...] = tuple(Kind.values)) -> Subscription:
    return subscribe(user, scope_of(user), Wanted(name="ทดสอบ", address=address, kinds=kinds))


def tell(now: datetime | None = None) -> int:
    at = now or timezone.now()
    return hooks.tell_all(lambda: at, lambda: False)


# ---- what is told


def test_nothing_is_kept_while_nobody_listens() -> None:
    occurred(Kind.CASE_MOVED, "x", 20, {})
    assert not Event.objects.exists()


def test_only_what_was_asked_for_and_where() -> None:
    subscribed(person(Role.PROVINCIAL_ADMIN), kinds=("case.moved",))
    occurred(Kind.ROLLOUT_ENDED, "1", 20, {})
    occurred(Kind.CASE_MOVED, "theirs", 40, {})
    occurred(Kind.CASE_MOVED, "nobody's", None, {})
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    assert [each.event.about for each in Delivery.objects.select_related("event")] == ["ours"]


def test_a_payment_and_a_case_are_told_by_those_who_move_them() -> None:
    subscribed(person(Role.NATIONAL_ADMIN, None))
    confirm(word(owed()))
    case = Case.objects.filter(closed_on=None, due_on__lt=timezone.localdate()).first()
    assert case is not None
    tell_delay(case, person(Role.OFFICER))
    told = {each.kind: each for each in Event.objects.all()}
    assert told["payment.confirmed"].data["amount_satang"] > 0
    assert told["case.moved"].about == case.pk
    assert "name" not in json.dumps(told["case.moved"].data)


def test_kiosks_that_go_and_come_back_are_told_once_each() -> None:
    now = timezone.now()
    subscribed(person(Role.PROVINCIAL_ADMIN), kinds=("kiosk.offline", "kiosk.online"))
    Subscription.objects.update(made_at=now - timedelta(hours=1))
    states = KioskState.objects.filter(kiosk_id="CBI-02")
    KioskState.objects.update_or_create(kiosk_id="CBI-02", defaults={"alive": False, "heard_at": now})
    hooks.watch(now)
    assert not Event.objects.exists(), "nobody hears"
    say_hearing("ingest")
    hooks.watch(now)
    assert not Event.objects.exists(), "a line that comes back at once"
    states.update(heard_at=now - timedelta(seconds=61))
    hooks.watch(now)
    hooks.watch(now)
    assert [each.kind for each in Event.objects.all()] == ["kiosk.offline"]
    states.update(alive=True)
    hooks.watch(now)
    hooks.watch(now)
    assert [each.kind for each in Event.objects.order_by("id")] == ["kiosk.offline", "kiosk.online"]


def test_killed_between_seeing_that_a_kiosk_went_and_telling_it_it_is_told_by_the_next() -> None:
    now = timezone.now()
    subscribed(person(Role.PROVINCIAL_ADMIN), kinds=("kiosk.offline",))
    Subscription.objects.update(made_at=now - timedelta(hours=1))
    gone = {"alive": False, "heard_at": now - timedelta(seconds=61)}
    KioskState.objects.update_or_create(kiosk_id="CBI-02", defaults=gone)
    say_hearing("ingest")

    def kill(execute: Callable[..., Any], sql: str, params: object, many: object, context: object) -> Any:
        if sql.startswith("INSERT INTO") and Event._meta.db_table in sql:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill), pytest.raises(KeyboardInterrupt):
        hooks.watch(now)
    hooks.watch(now)
    assert [each.about for each in Event.objects.all()] == ["CBI-02"]


def test_a_province_that_goes_at_once_is_told_a_part_at_a_time() -> None:
    now, office = timezone.now(), Office.objects.get(pk="CBI")
    subscribed(person(Role.PROVINCIAL_ADMIN), kinds=("kiosk.offline", "kiosk.online"))
    Subscription.objects.update(made_at=now - timedelta(hours=1))
    ids = [f"X-{number}" for number in range(hooks.TOLD_AT_ONCE + 1)]
    Kiosk.objects.bulk_create(Kiosk(kiosk_id=each, office=office, name_th="x", name_en="x") for each in ids)
    heard_at = now - timedelta(seconds=61)
    KioskState.objects.bulk_create(KioskState(kiosk_id=each, alive=False, heard_at=heard_at) for each in ids)
    say_hearing("ingest")
    hooks.watch(now)
    assert Event.objects.count() == hooks.TOLD_AT_ONCE
    hooks.watch(now)
    KioskState.objects.filter(pk__in=ids).update(alive=True)
    for _ in range(3):
        hooks.watch(now)
    assert Event.objects.filter(kind="kiosk.offline").count() == len(ids)
    assert Event.objects.filter(kind="kiosk.online").count() == len(ids)


def test_who_subscribes_is_not_told_of_what_was_gone_before() -> None:
    now = timezone.now()
    KioskState.objects.update_or_create(
        kiosk_id="CBI-02", defaults={"alive": False, "heard_at": now - timedelta(days=2)}
    )
    subscribed(person(Role.PROVINCIAL_ADMIN))
    say_hearing("ingest")
    hooks.watch(now)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("role", "heard"),
    [
        (Role.TECHNICIAN, {Kind.KIOSK_OFFLINE, Kind.ROLLOUT_ENDED}),
        (Role.TREASURY, {Kind.KIOSK_OFFLINE, Kind.ROLLOUT_ENDED, Kind.PAYMENT_CONFIRMED}),
        (Role.OFFICER, {Kind.KIOSK_OFFLINE, Kind.ROLLOUT_ENDED, Kind.PAYMENT_CONFIRMED, Kind.CASE_MOVED}),
    ],
)
def test_a_webhook_tells_nothing_that_a_page_would_not_show(role: Role, heard: set[Kind]) -> None:
    user = person(role)
    kinds = {Kind.KIOSK_OFFLINE, Kind.ROLLOUT_ENDED, Kind.PAYMENT_CONFIRMED, Kind.CASE_MOVED}
    assert {each for each in kinds if may_hear(user, Event(kind=each, dopa_code=20))} == heard
    assert not any(may_hear(user, Event(kind=each, dopa_code=40)) for each in kinds)
    money = Event(kind=Kind.ALERT_OPENED, dopa_code=20, data={"matter": "money"})
    assert may_hear(user, money) is (role is not Role.TECHNICIAN)


def test_who_has_lost_the_role_is_told_nothing_more(receiver: Receiver) -> None:
    user = person(Role.OFFICER)
    subscribed(user, receiver.origin)
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    Membership.objects.filter(user=user).update(role=Role.TECHNICIAN)
    assert tell() == 0
    assert Delivery.objects.get().state == State.WITHHELD
    assert not receiver.came


# ---- how it is told


def test_a_message_is_signed_and_told_once(receiver: Receiver) -> None:
    subscription = subscribed(person(Role.OFFICER), receiver.origin + "/hook?key=1")
    occurred(Kind.CASE_MOVED, "CBI-69-00001", 20, {"case_no": "CBI-69-00001"})
    assert tell() == 1
    assert tell() == 0
    ((headers, body),) = receiver.came
    assert json.loads(body)["type"] == "case.moved"
    assert is_signed(secret(subscription), body, headers[SIGNATURE], timezone.now())
    assert headers[DELIVERY] == str(Delivery.objects.get().pk)
    before = secret(subscription)
    renew_secret(subscription)
    assert secret(subscription) != before
    assert not is_signed(secret(subscription), body, headers[SIGNATURE], timezone.now())


def test_a_webhook_of_alerts_is_taken_by_whatever_is_2xx_and_by_nothing_else(receiver: Receiver) -> None:
    receiver.answers = [302, 304, 500, 204]
    to = Address(channel=Channel.WEBHOOK, address=receiver.origin + "/hook", secret="s")
    tried = [Carriers._post(to, "key", b"{}", timezone.now()) for _ in range(4)]
    assert tried == ["HTTP 302", "HTTP 304", "HTTP 500", ""]
    assert {headers[DELIVERY] for headers, _ in receiver.came} == {"key"}
    assert all(is_signed("s", body, headers[SIGNATURE], timezone.now()) for headers, body in receiver.came)


def test_what_was_not_taken_is_tried_again_with_the_same_bytes_and_key(receiver: Receiver) -> None:
    subscribed(person(Role.OFFICER), receiver.origin)
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    now = timezone.now()
    receiver.answers = [500, 302, 204]
    assert tell(now) == 0
    assert tell(now + timedelta(seconds=9)) == 0
    assert len(receiver.came) == 1
    assert tell(now + timedelta(seconds=10)) == 0
    assert tell(now + timedelta(seconds=71)) == 1
    assert [each.status for each in Try.objects.all()] == [500, 302, 204], "a redirect is followed by nobody"
    assert len({body for _, body in receiver.came}) == 1
    assert len({headers[DELIVERY] for headers, _ in receiver.came}) == 1


def test_what_never_answers_is_given_up_and_holds_nobody_up(receiver: Receiver) -> None:
    one = subscribed(person(Role.OFFICER), receiver.origin)
    for _ in range(3):
        occurred(Kind.CASE_MOVED, "ours", 20, {})
    receiver.answers = [503] * 100
    now = timezone.now()
    assert tell(now) == 0
    assert len(receiver.came) == 1, "the others wait until one was heard"
    for _ in range(200):
        now += timedelta(hours=1)
        tell(now)
    one.refresh_from_db()
    assert one.ended_why == "given-up"
    assert len(receiver.came) <= 3 * (len(hooks.PAUSES) + 1)
    came = len(receiver.came)
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    tell(now + timedelta(days=3))
    assert len(receiver.came) == came
    tell(now + hooks.KEPT_FOR + timedelta(days=1))
    assert not Event.objects.exists(), "nobody will ever be told, and it is not kept for them"


def test_a_receiver_that_is_gone_says_so_once(receiver: Receiver) -> None:
    one = subscribed(person(Role.OFFICER), receiver.origin)
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    occurred(Kind.CASE_MOVED, "ours too", 20, {})
    receiver.answers = [410]
    tell()
    one.refresh_from_db()
    assert (one.ended_why, len(receiver.came)) == ("gone", 1)


def test_of_two_who_tell_one_tells(receiver: Receiver) -> None:
    subscribed(person(Role.OFFICER), receiver.origin)
    occurred(Kind.CASE_MOVED, "ours", 20, {})
    now = timezone.now()
    assert Delivery.objects.update(claimed_until=now + hooks.CLAIMED_FOR) == 1  # the other is at it
    assert tell(now) == 0
    assert tell(now + hooks.CLAIMED_FOR + timedelta(seconds=1)) == 1  # and has died


@contextmanager
def answering(begins: bytes, goes_on: bytes, times: int) -> Iterator[str]:
    """A machine that answers with ``begins``, then ``goes_on`` so many times with a breath between, unless hung up on;
    its origin."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        line, _ = server.accept()
        with line, suppress(OSError):
            line.recv(65536)
            line.sendall(begins)
            for _ in range(times):
                if over.wait(0.02):
                    return
                line.sendall(goes_on)

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    over.set()
    thread.join()
    server.close()


def test_who_answers_by_drops_is_hung_up_on() -> None:
    with answering(b"HTTP/1.1 204 No Content\r\nX-Slow: ", b"x", 3000) as origin:  # a minute of it
        outcome = post(place_of(origin + "/", {origin}), {}, b"{}", within_s=0.5)
    assert (outcome.status, outcome.why) == (0, "TimeoutError")


def test_who_answers_without_end_is_hung_up_on() -> None:
    with answering(b"HTTP/1.1 204 No Content\r\n", b"X-More: " + b"x" * 30_000 + b"\r\n", 50) as origin:
        outcome = post(place_of(origin + "/", {origin}), {}, b"{}", within_s=60)
    assert (outcome.status, outcome.why) == (0, "AnswerTooLongError")


# ---- where it is told


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://receiver.example/", Refusal.NOT_HTTPS),
        ("ftp://receiver.example/", Refusal.NOT_HTTPS),
        ("https://user:password@receiver.example/", Refusal.NO_ADDRESS),
        ("https://receiver.example/#part", Refusal.NO_ADDRESS),
        ("https:///hook", Refusal.NO_ADDRESS),
        ("https://receiver.example:99999/", Refusal.NO_ADDRESS),
        ("https://ผู้รับ.example/", Refusal.NO_ADDRESS),
        ("https://receiver..example/", Refusal.NO_ADDRESS),
        (f"https://{'a' * 64}.example/", Refusal.NO_ADDRESS),
        ("https://receiver\0.example/", Refusal.NO_ADDRESS),
        ("https://receiver.example/a b", Refusal.NO_ADDRESS),
        ("https://127.0.0.1/", Refusal.INSIDE),
        ("https://[::1]/", Refusal.INSIDE),
        ("https://[::ffff:10.0.0.1]/", Refusal.INSIDE),
        ("https://[64:ff9b::7f00:1]/", Refusal.INSIDE),
        ("https://[2002:7f00:1::]/", Refusal.INSIDE),
        ("https://169.254.169.254/latest", Refusal.INSIDE),
        ("https://192.168.1.1/", Refusal.INSIDE),
        ("https://100.64.0.1/", Refusal.INSIDE),
        ("https://0.0.0.0/", Refusal.INSIDE),
        ("https://localhost/", Refusal.INSIDE),
    ],
)
def test_what_stands_beside_us_is_never_called(address: str, why: Refusal) -> None:
    with pytest.raises(WebhookError) as caught:
        subscribed(person(Role.OFFICER), address)
    assert caught.value.refusal is why
    with pytest.raises(NotThereError):
        place_of(address, ())


def test_a_name_that_leads_inside_is_found_out_when_it_is_called() -> None:
    place = place_of("https://ip6-localhost.example/", ())
    inside = type(place)(place.is_tls, "localhost", 443, place.path, is_named=False)
    assert post(inside, {}, b"{}").why == "inside"


def test_the_operator_may_name_a_neighbour(receiver: Receiver) -> None:
    assert place_of(receiver.origin + "/x", {receiver.origin}).is_named
    with pytest.raises(NotThereError):
        place_of(receiver.origin + "1/x", {receiver.origin})
