"""What pages show of accounts, tokens and webhooks, for programs: the same, and for whom it is there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.acting import webhooks
from fleet.audit.models import Entry
from fleet.people import appointing
from fleet.people.models import FactorReset, Membership, Role
from fleet.people.scope import scope_of
from fleet.people.tokens.keeping import end
from fleet.webhooks.models import Delivery, Event, State, Subscription, Try
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

REASON = "หัวหน้าคนใหม่ของกลุ่ม"


def nation(name: str = "nation") -> Holder:
    return holder(person(Role.NATIONAL_ADMIN, None, name))


def names(one: Holder, asked: str) -> set[str]:
    return {each["username"] for each in one.get(f"people?{asked}")["items"]}


# ---- accounts


@pytest.mark.parametrize(
    ("asked", "on_page"),
    [
        ("province=40", "province=40"), ("province=20&role=officer", "province=20&role=officer"),
        ("q=OFFICER", "q=OFFICER"), ("active=false", "state=out"), ("role=auditor", "role=auditor"),
        ("province=40&active=true", "province=40&state=active"),
    ],
)  # fmt: skip
def test_accounts_are_found_like_on_the_page(asked: str, on_page: str) -> None:
    one = nation()
    both = person(Role.OFFICER, 40, "both")
    Membership.objects.create(user=both, role=Role.TECHNICIAN, dopa_code=20)
    for role, code in ((Role.OFFICER, 20), (Role.OFFICER, 40), (Role.TECHNICIAN, 20), (Role.AUDITOR, None)):
        person(role, code)
    User.objects.filter(username="officer-40").update(is_active=False)
    page = browser_of(one.token.person).get(f"/people/?{on_page}").content.decode()
    shown = {User.objects.get(pk=number).username for number in re.findall(r'href="/people/(\d+)/"', page)}
    assert names(one, asked) == shown
    assert shown


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("people?role=officer&province=40", {"role": "officer", "province": "40"}),
        ("audit?who=suda&kind=saw&about=CBI-01", {"who": "suda", "kind": "saw", "about": "CBI-01"}),
        ("disclosures?system=customers&q=CBI", {"system": "customers", "q": "CBI"}),
    ],
)
def test_who_and_what_was_looked_for_stands_in_the_trail(asked: str, said: dict[str, str]) -> None:
    one = nation()
    one.get(asked)
    line = json.loads(Entry.objects.get(what=f"rest GET {asked.partition('?')[0]}").said)
    assert line == {**said, "token": one.token.start}


def test_a_role_counts_where_one_looks() -> None:
    person(Role.OFFICER, 40)
    one = holder(person(Role.PROVINCIAL_ADMIN))
    assert names(one, "province=40") == set()
    assert one.ask("get", "people?province=9").status_code == 422


def test_which_roles_one_takes_back() -> None:
    one = holder(person(Role.PROVINCIAL_ADMIN))
    other = person(Role.OFFICER, 20, "other")
    Membership.objects.create(user=other, role=Role.TREASURY, dopa_code=20)
    Membership.objects.create(user=other, role=Role.TECHNICIAN, dopa_code=20, source="ministry")

    def taken(who: Holder, number: int) -> dict[str, bool]:
        return {each["role"]: each["may_take"] for each in who.get(f"people/{number}")["roles"]}

    assert taken(one, other.pk) == {"officer": True, "treasury-officer": False, "technician": False}
    assert taken(one, one.token.person.pk) == {"provincial-admin": False}
    assert taken(nation(), other.pk)["treasury-officer"] is True
    assert set(taken(holder(person(Role.AUDITOR)), other.pk).values()) == {False}
    page = browser_of(one.token.person).get(f"/people/{other.pk}/").content.decode()
    assert page.count('value="take"') == 1


def test_who_waits_for_a_second_person_is_told_to_who_sees_the_nation() -> None:
    one, two = nation(), nation("second")
    other = person(Role.OFFICER, 20, "other")
    appointing.propose(other, REASON, two.token.person)
    asked_by = two.token.person
    FactorReset.objects.create(user=one.token.person, reason="phone lost", asked_by=asked_by, asked_at=timezone.now())
    waiting = one.get("people-waiting")["items"]
    assert [(each["username"], each["matter"], each["asked_by"], each["reason"]) for each in waiting] == [
        ("other", "national-admin", "second", REASON), ("nation", "second-factor-reset", "second", "phone lost"),
    ]  # fmt: skip
    page = browser_of(one.token.person).get("/people/").content.decode()
    assert all(each["reason"] in page for each in waiting)
    admin = holder(person(Role.PROVINCIAL_ADMIN))
    assert admin.get("people-waiting")["items"] == []
    assert admin.get(f"people/{other.pk}")["proposed"]["reason"] == REASON
    assert REASON in browser_of(admin.token.person).get(f"/people/{other.pk}/").content.decode()
    assert holder(person(Role.OFFICER, 40)).ask("get", "people-waiting").status_code == 404
    assert holder(one.token.person, provinces=[20]).ask("get", "people-waiting").status_code == 404


# ---- tokens


def test_ones_own_tokens_and_everybodys_for_the_nation() -> None:
    user, other = person(Role.OFFICER), nation()
    one, over = holder(user), holder(user, rights=["kiosks:read"])
    end(over.token, user.username)
    told = one.get("tokens")["items"]
    assert [(each["id"], each["is_this"], each["rights"] == ["kiosks:read"]) for each in told] == [
        (over.token.pk, False, True), (one.token.pk, True, False),
    ]  # fmt: skip
    assert told[0]["ended_at"]
    assert told[1]["last_used_at"]
    assert one.secret not in json.dumps(told)
    assert one.token.digest not in json.dumps(told)
    for asked, found in (("true", {one.token.pk}), ("false", {over.token.pk})):
        assert {each["id"] for each in one.get(f"tokens?holds={asked}")["items"]} == found
    everybodys = {each["id"]: each["person"] for each in other.get("tokens")["items"]}
    assert everybodys == {one.token.pk: "officer-20", over.token.pk: "officer-20", other.token.pk: "nation"}
    page = browser_of(user).get("/tokens/").content.decode()
    assert all(each["start"] in page for each in told)
    assert Entry.objects.filter(what="rest GET tokens", by_name="nation").exists()


def test_a_token_of_some_provinces_is_told_of_none_that_is_for_more() -> None:
    user = person(Role.NATIONAL_ADMIN, None)
    everywhere, both = holder(user), holder(user, provinces=[20, 40])
    one = holder(user, provinces=[20])
    assert [each["id"] for each in one.get("tokens")["items"]] == [one.token.pk]
    assert [each["id"] for each in both.get("tokens")["items"]] == [one.token.pk, both.token.pk]
    assert len(everywhere.get("tokens")["items"]) == 3
    assert holder(user, rights=["kiosks:read"]).ask("get", "tokens").status_code == 403


def test_a_program_takes_a_token_back_with_what_it_made() -> None:
    user = person(Role.PROVINCIAL_ADMIN, 20, "suda")
    one, leaked = holder(user), holder(user)
    said = {"name": "leak", "address": "https://receiver.example/", "kinds": ["kiosk.offline"]}
    assert leaked.ask("post", "webhooks", said).status_code == 201
    path = f"tokens/{leaked.token.pk}"
    for other in (holder(user, rights=["people:read"]), holder(person(Role.AUDITOR))):
        assert other.ask("delete", path).status_code == 403
    for other in (holder(person(Role.PROVINCIAL_ADMIN)), holder(user, provinces=[20])):
        assert other.ask("delete", path).status_code == 404
    assert leaked.ask("get", "kiosks").status_code == 200
    taken: Any = one.ask("delete", path)
    assert taken.json()["ended_at"]
    assert leaked.ask("get", "kiosks").status_code == 401
    assert Subscription.objects.get().ended_why == "by-person"
    assert nation().ask("delete", f"tokens/{one.token.pk}").status_code == 200
    one.token.refresh_from_db()
    assert one.token.ended_by == "nation"


# ---- webhooks


def hook(user: User, name: str = "hook") -> Subscription:
    wanted = webhooks.Wanted(name=name, address="https://receiver.example/secret", kinds=["kiosk.offline"])
    return webhooks.subscribe(user, scope_of(user), wanted)


def message(to: Subscription, state: str = State.WAITING, tries: int = 0) -> Delivery:
    now = timezone.now()
    event = Event.objects.create(kind="kiosk.offline", about="CBI-01", dopa_code=20, at=now)
    row = Delivery.objects.create(subscription=to, event=event, state=state, tries=tries, next_at=now)
    for _ in range(tries):
        Try.objects.create(delivery=row, at=now, status=500)
    return row


def test_how_a_webhook_stands_and_what_it_was_told() -> None:
    one = holder(person(Role.PROVINCIAL_ADMIN))
    calm, failing = hook(one.token.person, "calm"), hook(one.token.person, "failing")
    message(calm, State.DELIVERED, 1)
    message(failing)
    told = message(failing, tries=2)
    found = {each["name"]: (each["waiting"], each["is_failing"]) for each in one.get("webhooks")["items"]}
    assert found == {"calm": (0, False), "failing": (2, True)}
    single = one.get(f"webhooks/{failing.pk}")
    assert (single["is_own"], single["address"]) == (True, "https://receiver.example/secret")
    newest = one.get(f"webhooks/{failing.pk}/deliveries")["items"][0]
    assert newest["at"][:19] == told.event.at.isoformat()[:19]
    webhooks.end(failing)
    assert one.get(f"webhooks/{failing.pk}")["waiting"] == 0


def test_who_sees_the_nation_sees_stops_and_ends_webhooks_of_others() -> None:
    theirs, one = hook(person(Role.OFFICER)), nation()
    message(theirs, tries=1)
    path = f"webhooks/{theirs.pk}"
    assert one.get("webhooks")["items"] == []
    (listed,) = one.get("webhooks?everybodys=true")["items"]
    assert (listed["person"], listed["is_own"], listed["address"]) == (
        "officer-20",
        False,
        "https://receiver.example/…",
    )
    assert len(one.get(f"{path}/deliveries")["items"]) == 1
    for deed in ("secret", "trial"):
        assert one.ask("post", f"{path}/{deed}", {}).status_code == 404
    assert one.ask("put", f"{path}/paused", {"paused": True}).json()["paused_at"]  # type: ignore[attr-defined]
    ended: Any = one.ask("delete", path)
    assert ended.json()["ended_why"] == "by-admin"
    auditor = holder(person(Role.AUDITOR, None))
    assert auditor.get(path)["address"] == "https://receiver.example/…"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TECHNICIAN, Role.TREASURY])
def test_there_are_no_webhooks_for_whom_there_is_no_page_of_them(role: Role) -> None:
    user = person(role)
    own, one = hook(user), holder(user)  # from when they were an admin
    said = {"name": "n", "address": "https://receiver.example/", "kinds": ["kiosk.offline"]}
    for method, path, body in (
        ("get", "", None), ("post", "", said), ("get", f"/{own.pk}", None), ("get", f"/{own.pk}/deliveries", None),
        ("post", f"/{own.pk}/secret", {}), ("put", f"/{own.pk}/paused", {"paused": True}),
        ("post", f"/{own.pk}/trial", {}), ("delete", f"/{own.pk}", None),
    ):  # fmt: skip
        assert one.ask(method, f"webhooks{path}", body).status_code == 404, (method, path)
    assert browser_of(user).get("/webhooks/").status_code == 404
    (left,) = Subscription.objects.all()
    assert (left.paused_at, left.ended_at, left.deliveries.count()) == (None, None, 0)


def test_an_auditor_reads_the_webhooks_and_has_none() -> None:
    one = holder(person(Role.AUDITOR))
    assert one.get("webhooks")["items"] == []
    said = {"name": "n", "address": "https://receiver.example/", "kinds": ["kiosk.offline"]}
    assert one.ask("post", "webhooks", said).status_code == 403


def test_nobody_else_sees_webhooks_of_others() -> None:
    theirs = hook(person(Role.OFFICER))
    user = person(Role.NATIONAL_ADMIN, None)
    everywhere = hook(user)
    assert holder(user).get(f"webhooks/{everywhere.pk}")["is_own"] is True
    assert holder(user, provinces=[20]).ask("get", f"webhooks/{everywhere.pk}").status_code == 404
    for one in (holder(person(Role.PROVINCIAL_ADMIN)), holder(user, provinces=[20])):
        assert one.get("webhooks?everybodys=true")["items"] == []
        for method, path, said in (
            ("get", "", None), ("get", "/deliveries", None), ("put", "/paused", {"paused": True}), ("delete", "", None),
        ):  # fmt: skip
            assert one.ask(method, f"webhooks/{theirs.pk}{path}", said).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.paused_at, theirs.ended_at) == (None, None)
