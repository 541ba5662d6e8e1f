"""Tokens: who gets one, what it is worth, and how it ends."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.__main__ import parser
from fleet.acting import webhooks
from fleet.alerts.deeds import DeedError, add_address, try_out
from fleet.alerts.findings import Matter, Place
from fleet.alerts.models import Address, Channel, Message
from fleet.alerts.reaching import hearing
from fleet.alerts.sending import waiting
from fleet.alerts.telling import Audience
from fleet.audit.models import Entry
from fleet.conduct import hooks
from fleet.people.appointing import set_active
from fleet.people.inviting import invite_again
from fleet.people.models import Membership, Role
from fleet.people.scope import Scope, scope_of
from fleet.people.tokens import keeping
from fleet.people.tokens.keeping import OverError, Refusal, TokenError, Wanted, end, found, make, scope_of_token
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import RIGHTS
from fleet.webhooks.models import Kind, Subscription, Try
from fleet.webhooks.occurring import occurred
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def wanted(**other: object) -> Wanted:
    return Wanted(**{"name": "บัญชี", "rights": ["kiosks:read"], "life": timedelta(days=30), **other})  # type: ignore[arg-type]


def test_the_secret_is_shown_once_and_kept_nowhere() -> None:
    made = make(person(Role.OFFICER), wanted())
    row = Token.objects.values().get()
    assert not any(made.secret in str(value) for value in row.values())
    assert made.secret.startswith(row["start"])
    assert len(row["start"]) < len(made.secret) / 3


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"name": "  "}, Refusal.NO_NAME),
        ({"name": "x" * 61}, Refusal.NO_NAME),
        ({"rights": []}, Refusal.NO_RIGHT),
        ({"rights": ["kiosks:read", "kiosks:everything"]}, Refusal.NO_RIGHT),
        ({"life": timedelta(days=367)}, Refusal.NO_SUCH_LIFE),
        ({"life": timedelta(0)}, Refusal.NO_SUCH_LIFE),
        ({"provinces": [40]}, Refusal.NO_SUCH_PROVINCE),
        ({"provinces": []}, Refusal.NO_SUCH_PROVINCE),
    ],
)
def test_what_is_no_token_is_not_made(other: dict[str, object], refusal: Refusal) -> None:
    with pytest.raises(TokenError) as caught:
        make(person(Role.OFFICER), wanted(**other))
    assert caught.value.refusal is refusal
    assert not Token.objects.exists()


def test_who_has_no_role_gets_none() -> None:
    with pytest.raises(TokenError) as caught:
        make(User.objects.create(username="nobody"), wanted())
    assert caught.value.refusal is Refusal.NO_ROLE


def test_nobody_collects_them_without_end() -> None:
    user = person(Role.OFFICER)
    for _ in range(keeping.TOKENS_MAX):
        make(user, wanted())
    with pytest.raises(TokenError) as caught:
        make(user, wanted())
    assert caught.value.refusal is Refusal.TOO_MANY


def test_a_token_is_worth_what_its_person_is_worth_now() -> None:
    user = person(Role.PROVINCIAL_ADMIN)
    token = holder(user).token
    assert scope_of_token(token).may_change(20)
    Membership.objects.filter(user=user).update(role=Role.TECHNICIAN)
    assert not scope_of_token(token).may_change(20)
    assert scope_of_token(token).may_see(20)
    Membership.objects.filter(user=user).delete()
    assert not scope_of_token(token).sees


def test_provinces_narrow_and_never_widen() -> None:
    nation = person(Role.NATIONAL_ADMIN, None)
    narrow = scope_of_token(holder(nation, provinces=[20]).token)
    assert narrow.may_change(20)
    assert not narrow.may_see(40)
    assert not narrow.may_change(None)
    assert not narrow.nation
    officer = holder(person(Role.OFFICER)).token
    Token.objects.filter(pk=officer.pk).update(provinces=[20, 40])  # as if its person had once had both
    officer.refresh_from_db()
    assert not scope_of_token(officer).may_see(40)


def test_it_ends_by_itself_by_hand_and_with_its_person() -> None:
    now = timezone.now()
    user = person(Role.OFFICER)
    one, other = holder(user), holder(user)
    assert found(one.secret, now) == one.token
    assert found(one.secret, now + timedelta(days=29)) is not None
    assert found(one.secret, now + timedelta(days=30, seconds=1)) is None
    assert end(one.token, "somebody")
    assert not end(one.token, "somebody else")
    assert found(one.secret, now) is None
    assert Token.objects.get(pk=one.token.pk).ended_by == "somebody"
    assert found(other.secret, now) is not None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert found(other.secret, now) is None


def test_when_it_was_used_is_written_once_a_minute() -> None:
    now = timezone.now()
    one = holder(person(Role.OFFICER))
    found(one.secret, now)
    found(one.secret, now + timedelta(seconds=59))
    assert Token.objects.get().last_used_at == now
    found(one.secret, now + timedelta(seconds=60))
    assert Token.objects.get().last_used_at == now + timedelta(seconds=60)


def test_no_right_is_named_twice() -> None:
    assert len(set(RIGHTS)) == len(RIGHTS)


# ---- what listens on behalf of somebody


def listening(one: Holder) -> Subscription:
    said = {"name": "by a program", "address": "https://receiver.example/hook", "kinds": ["kiosk.offline"]}
    answered = one.ask("post", "webhooks", said)
    assert answered.status_code == 201, answered.content
    return Subscription.objects.get(name="by a program", person=one.token.person, ended_at=None)


def by_hand(user: User) -> Subscription:
    wanted = webhooks.Wanted(name="by hand", address="https://receiver.example/", kinds=["kiosk.offline"])
    return webhooks.subscribe(user, scope_of(user), wanted)


def why_ended(row: Subscription) -> str:
    row.refresh_from_db()
    assert bool(row.ended_why) is (row.ended_at is not None)
    return row.ended_why


def test_who_had_a_token_that_is_taken_back_hears_nothing_any_more() -> None:
    user = person(Role.PROVINCIAL_ADMIN)
    one, other = holder(user), holder(user)
    theirs, own = listening(one), by_hand(user)
    end(other.token, user.username)
    assert why_ended(theirs) == ""
    end(one.token, "nation")
    assert (why_ended(theirs), why_ended(own)) == ("by-admin", "")


def test_nothing_is_begun_for_a_token_that_was_taken_back_since_it_was_shown() -> None:
    user = person(Role.OFFICER)
    one = holder(user)
    shown = found(one.secret, timezone.now())  # a request that is on its way
    assert shown is not None
    end(one.token, user.username)
    said = webhooks.Wanted(name="late", address="https://receiver.example/", kinds=["kiosk.offline"])
    with pytest.raises(OverError):
        webhooks.subscribe(user, scope_of_token(shown), said, shown.pk)
    with pytest.raises(OverError):
        add_address(user, Channel.MAIL, "late@sala.example", shown.pk)
    assert not Subscription.objects.exists()
    assert left(user) == []


def test_such_a_request_is_answered_as_one_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person(Role.PROVINCIAL_ADMIN)
    one = holder(user)
    before = scope_of_token

    def meanwhile(token: Token) -> Scope:
        """It was let in; now somebody takes its token back."""
        end(token, user.username)
        return before(token)

    monkeypatch.setattr("fleet.api.rest.bearer.scope_of_token", meanwhile)
    said = {"name": "late", "address": "https://receiver.example/", "kinds": ["kiosk.offline"]}
    for path, body in (("webhooks", said), ("alert-addresses", {"channel": "mail", "address": "late@sala.example"})):
        refused = one.ask("post", path, body)
        assert (refused.status_code, json.loads(refused.content)["code"]) == (401, "no-token")
        Token.objects.filter(pk=one.token.pk).update(ended_at=None)
    assert not Subscription.objects.exists()
    assert left(user) == []


def test_a_token_that_was_for_one_question_leaves_what_it_began() -> None:
    one = holder(person(Role.PROVINCIAL_ADMIN))
    theirs = listening(one)
    one.token.delete()
    assert why_ended(theirs) == ""


def test_an_account_that_was_closed_comes_back_without_tokens_and_webhooks() -> None:
    user, nation = person(Role.PROVINCIAL_ADMIN), person(Role.NATIONAL_ADMIN, None)
    one, stranger = holder(user), by_hand(nation)
    theirs = [listening(one), by_hand(user)]
    set_active(user, nation, active=False)
    set_active(user, nation, active=True)
    assert one.ask("get", "kiosks").status_code == 401
    assert [why_ended(each) for each in (*theirs, stranger)] == ["by-admin", "by-admin", ""]


HEARD_BY = {
    "kiosk.offline": "kiosks",
    "kiosk.online": "kiosks",
    "payment.confirmed": "payments",
    "case.moved": "cases",
    "alert.opened": "alerts",
    "rollout.ended": "rollouts",
}


@pytest.mark.parametrize("kind", Kind.values)
def test_a_token_has_nobody_told_of_what_it_may_not_read(kind: str) -> None:
    user, right = person(Role.NATIONAL_ADMIN, None), f"{HEARD_BY[kind]}:read"
    said = {"name": "by a program", "address": "https://receiver.example/hook", "kinds": [kind]}
    refused = holder(user, [each for each in RIGHTS if each != right]).ask("post", "webhooks", said)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (403, "no-right")
    assert right in json.loads(refused.content)["detail"]
    assert not Subscription.objects.exists()
    assert holder(user, ["webhooks:change", right]).ask("post", "webhooks", said).status_code == 201


def test_one_kind_that_a_token_may_not_read_is_one_too_many() -> None:
    one = holder(person(Role.NATIONAL_ADMIN, None), ["webhooks:change", "kiosks:read"])
    said = {"name": "n", "address": "https://receiver.example/", "kinds": ["kiosk.offline", "payment.confirmed"]}
    assert one.ask("post", "webhooks", said).status_code == 403
    assert not Subscription.objects.exists()


def test_a_token_that_reads_no_alerts_has_nobody_called() -> None:
    one = holder(person(Role.OFFICER), ["alerts:change"])
    refused = one.ask("post", "alert-addresses", {"channel": "mail", "address": "one@sala.example"})
    assert (refused.status_code, json.loads(refused.content)["code"]) == (403, "no-right")
    assert not Address.objects.exists()


def told_at(one: Holder, address: str) -> Address:
    answered = one.ask("post", "alert-addresses", {"channel": "mail", "address": address})
    assert answered.status_code == 201, answered.content
    return Address.objects.get(person=one.token.person, address=address)


def left(user: User) -> list[str]:
    return [each.address for each in Address.objects.filter(person=user)]


def test_an_address_for_alerts_that_a_token_made_is_gone_with_it() -> None:
    user, nation = person(Role.OFFICER), person(Role.NATIONAL_ADMIN, None)
    one, other = holder(user), holder(user)
    add_address(user, Channel.MAIL, "by-hand@sala.example")
    told_at(one, "one@sala.example")
    told_at(other, "other@sala.example")
    end(other.token, user.username)
    assert left(user) == ["by-hand@sala.example", "one@sala.example"]
    end(one.token, nation.username)
    assert left(user) == ["by-hand@sala.example"]


def test_an_account_that_was_closed_comes_back_without_addresses_for_alerts() -> None:
    user, nation = person(Role.OFFICER), person(Role.NATIONAL_ADMIN, None)
    add_address(user, Channel.MAIL, "by-hand@sala.example")
    add_address(nation, Channel.MAIL, "nation@sala.example")
    told_at(holder(user), "one@sala.example")
    set_active(user, nation, active=False)
    set_active(user, nation, active=True)
    assert (left(user), left(nation)) == ([], ["nation@sala.example"])


def test_a_token_of_some_provinces_reaches_no_webhook_that_tells_of_more() -> None:
    nation = person(Role.NATIONAL_ADMIN, None)
    everywhere, narrowed = by_hand(nation), holder(nation, provinces=[20])
    ours = listening(narrowed)
    assert ours.provinces == [20]
    assert [each["id"] for each in narrowed.get("webhooks")["items"]] == [ours.pk]
    assert narrowed.ask("post", f"webhooks/{everywhere.pk}/secret", {}).status_code == 404
    assert [each["id"] for each in holder(nation).get("webhooks")["items"]] == [ours.pk, everywhere.pk]


# ---- of what it can be no part


def test_an_address_for_alerts_is_nothing_for_a_token_of_some_provinces() -> None:
    nation = person(Role.NATIONAL_ADMIN, None)
    everywhere, narrowed = holder(nation), holder(nation, provinces=[20])
    own = told_at(everywhere, "nation@sala.example")
    for method, path, said in (
        ("post", "alert-addresses", {"channel": "mail", "address": "narrowed@sala.example"}),
        ("get", "alert-addresses", None),
        ("delete", f"alert-addresses/{own.pk}", None),
        ("post", f"alert-addresses/{own.pk}/secret", {}),
        ("post", "alert-trial", {}),
        ("put", "alert-hours", {"from_hour": 1, "to_hour": 2}),
    ):
        refused = narrowed.ask(method, path, said)
        told = json.loads(refused.content)
        assert (refused.status_code, told["code"]) == (403, "some-provinces"), path
        assert "webhook" in told["detail"]
    assert left(nation) == ["nation@sala.example"]


def test_an_address_that_a_token_of_some_provinces_once_put_there_is_silent() -> None:
    nation = person(Role.NATIONAL_ADMIN, None)
    told_at(holder(nation), "one@sala.example")
    add_address(nation, Channel.MAIL, "narrowed@sala.example", holder(nation, provinces=[20]).token.pk)
    now = timezone.now()
    assert [each.address for each in hearing(now)] == ["one@sala.example"]
    (silent,) = [each for each in holder(nation).get("alert-addresses")["items"] if each["silent"]]
    assert (silent["address"], silent["silent"]) == ("narrowed@sala.example", "some-provinces")


# ---- when it has run out


def test_a_webhook_ends_when_the_token_that_made_it_has_run_out() -> None:
    user = person(Role.PROVINCIAL_ADMIN)
    one, long = holder(user, days=30), holder(user, days=60)
    theirs, own = listening(one), by_hand(user)
    Subscription.objects.filter(pk=theirs.pk).update(name="the first")
    other, now = listening(long), timezone.now()
    occurred(Kind.KIOSK_OFFLINE, "CBI-01", 20, {})
    hooks.tell_all(lambda: now + timedelta(days=29), lambda: True)
    hooks.watch(now + timedelta(days=29))
    assert [why_ended(each) for each in (theirs, own, other)] == ["", "", ""]
    with CaptureQueriesContext(connection) as asked:
        keeping.end_run_out(now + timedelta(days=29))
    assert len(asked) == 1, "nothing is written while nothing has run out"
    hooks.watch(now + timedelta(days=31))
    assert [why_ended(each) for each in (theirs, own, other)] == ["token-over", "", ""]


def test_what_a_token_has_begun_is_told_nothing_from_the_moment_it_has_run_out() -> None:
    theirs = listening(holder(person(Role.PROVINCIAL_ADMIN)))
    occurred(Kind.KIOSK_OFFLINE, "CBI-01", 20, {})
    later = timezone.now() + timedelta(days=31)
    assert hooks.tell_all(lambda: later, lambda: False) == 0
    assert why_ended(theirs) == "token-over"
    assert not Try.objects.exists()


def test_an_address_is_silent_when_the_token_that_made_it_has_run_out_and_a_new_one_takes_its_place() -> None:
    user = person(Role.TECHNICIAN)
    one = holder(user)
    told_at(one, "one@sala.example")
    Token.objects.filter(pk=one.token.pk).update(expires_at=timezone.now())
    now = timezone.now()
    assert not hearing(now).exists()
    assert Audience.read(now).of(Place(20, "CBI", "CBI-01"), 1, Matter.MACHINES) == set(), "others are called instead"
    with pytest.raises(DeedError):
        try_out(user)
    Message.objects.create(key="k", person=user, what="trial", made_at=now, not_before=now)
    assert not waiting(now).exists()
    (shown,) = holder(user).get("alert-addresses")["items"]
    assert (shown["address"], shown["silent"]) == ("one@sala.example", "token-over")
    page = browser_of(user)
    assert "โทเค็นที่เพิ่มไว้หมดอายุ" in page.get("/alerts/addresses/").content.decode()
    told_at(holder(user), "one@sala.example")
    assert [each.address for each in hearing(now)] == ["one@sala.example"]
    assert waiting(now).exists()


# ---- an account that somebody else may have had


def test_another_password_ends_tokens_with_what_they_made_and_says_so_in_the_trail() -> None:
    admin, user = person(Role.PROVINCIAL_ADMIN), person(Role.PROVINCIAL_ADMIN, name="suda")
    one, old = holder(user), holder(user)
    Token.objects.filter(pk=old.token.pk).update(expires_at=timezone.now())
    theirs, own = listening(one), by_hand(user)
    add_address(user, Channel.MAIL, "by-hand@sala.example")
    told_at(one, "one@sala.example")
    invite_again(user, admin)
    assert one.ask("get", "kiosks").status_code == 401
    assert (why_ended(theirs), why_ended(own)) == ("by-admin", "")
    assert left(user) == ["by-hand@sala.example"]
    line = Entry.objects.get(what="tokens-ended")
    assert (line.by_id, line.about, line.dopa_code, line.said) == (admin.pk, user.username, 20, '{"tokens":1}')
    invite_again(user, admin)
    assert Entry.objects.filter(what="tokens-ended").count() == 1, "there was none any more"


def test_so_does_one_that_was_given_at_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    one = holder(person(Role.OFFICER, name="malee"))
    assert one.ask("get", "kiosks").status_code == 200
    monkeypatch.setenv("SALA_PASSWORD", "quite-another-phrase")
    arguments = parser().parse_args(["user", "malee", "--role", "officer", "--province", "20"])
    arguments.carry_out.args[0](arguments)
    assert one.ask("get", "kiosks").status_code == 401
    assert Entry.objects.get(what="tokens-ended").by_name == "fleet user"


def test_a_closed_accounts_tokens_are_counted_in_the_trail() -> None:
    user, nation = person(Role.OFFICER), person(Role.NATIONAL_ADMIN, None)
    for _ in range(2):
        holder(user)
    set_active(user, nation, active=False)
    assert Entry.objects.get(what="tokens-ended").said == '{"tokens":2}'
