"""Accounts and roles: who may give what to whom, invitations, sessions, and that two make a national admin."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fleet.audit.models import Entry
from fleet.people.appointing import set_active
from fleet.people.models import Membership, Proposal, Role, SignIn
from fleet.people.scope import scope_of
from tests.support.signed_in import browser_of

CHON_BURI, KHON_KAEN = 20, 40


def account(name: str, *roles: tuple[Role, int | None]) -> User:
    user = User.objects.create(username=name, password="of no use: to hash one takes long")
    for role, dopa_code in roles:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


def post(by: User, about: User, **said: object) -> HttpResponse:
    return browser_of(by).post(f"/people/{about.pk}/", said)  # type: ignore[return-value]


def roles(user: User) -> set[tuple[str, int | None]]:
    return set(user.memberships.values_list("role", "dopa_code"))


@pytest.fixture
def admin() -> User:
    return account("chonburi", (Role.PROVINCIAL_ADMIN, CHON_BURI))


@pytest.fixture
def nation() -> User:
    return account("nation", (Role.NATIONAL_ADMIN, None))


# ---- giving and taking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "dopa_code", "status"),
    [
        ("technician", 20, 302), ("officer", 20, 302), ("provincial-admin", 20, 302),
        ("technician", 40, 422), ("treasury-officer", 20, 422), ("auditor", 20, 422),
        ("auditor", "", 422), ("national-admin", "", 422), ("officer", "", 422), ("king", 20, 422),
        ("officer", "x", 422),
    ],
)  # fmt: skip
def test_a_provincial_admin_gives_roles_of_their_own_province(
    admin: User, role: str, dopa_code: object, status: int
) -> None:
    other = account("other", (Role.TECHNICIAN, CHON_BURI))
    before = roles(other)
    answer = post(admin, other, deed="give", role=role, province=dopa_code)
    if (role, dopa_code) == ("technician", 20):
        status = 422  # held already
    assert answer.status_code == status
    assert (roles(other) != before) is (status == 302)


@pytest.mark.parametrize("role", ["technician", "treasury-officer", "auditor"])
def test_a_national_admin_gives_every_role_but_their_own(nation: User, role: str) -> None:
    other = account("other")
    assert post(nation, other, deed="give", role=role, province=KHON_KAEN).status_code == 302
    assert roles(other) == {(role, KHON_KAEN)}
    assert post(nation, other, deed="give", role="national-admin", province="").status_code == 422


def test_nobody_appoints_themselves(admin: User, nation: User) -> None:
    for user in (admin, nation):
        for said in ({"deed": "give", "role": "officer", "province": 20}, {"deed": "out"}, {"deed": "link"}):
            assert post(user, user, **said).status_code == 422
    assert not nation.memberships.exclude(role=Role.NATIONAL_ADMIN).exists()


def test_an_account_of_another_province_does_not_exist(admin: User) -> None:
    theirs = account("theirs", (Role.OFFICER, KHON_KAEN))
    client = browser_of(admin)
    assert client.get(f"/people/{theirs.pk}/").status_code == 404
    assert post(admin, theirs, deed="out").status_code == 404
    assert "theirs" not in client.get("/people/").content.decode()
    assert roles(theirs) == {("officer", KHON_KAEN)}


def test_of_an_account_shared_with_another_province_only_the_own_role_is_theirs(admin: User) -> None:
    both = account("both", (Role.OFFICER, CHON_BURI), (Role.OFFICER, KHON_KAEN))
    page = browser_of(admin).get(f"/people/{both.pk}/").content.decode()
    assert "ขอนแก่น" not in page.split("ให้หน้าที่")[0]
    for deed in ("out", "link"):
        assert post(admin, both, deed=deed).status_code == 422
    theirs = both.memberships.get(dopa_code=KHON_KAEN)
    assert post(admin, both, deed="take", role=theirs.pk).status_code == 422
    ours = both.memberships.get(dopa_code=CHON_BURI)
    assert post(admin, both, deed="take", role=ours.pk).status_code == 302
    assert roles(both) == {("officer", KHON_KAEN)}


def test_a_role_from_the_ministrys_groups_is_not_taken_here(nation: User) -> None:
    other = account("other")
    row = Membership.objects.create(user=other, role=Role.OFFICER, dopa_code=CHON_BURI, source="ministry")
    assert post(nation, other, deed="take", role=row.pk).status_code == 422


def test_whoever_removes_a_national_admin_first_has_all_of_them_to_themselves(nation: User) -> None:
    second = account("second", (Role.NATIONAL_ADMIN, None))
    with CaptureQueriesContext(connection) as asked:
        set_active(second, nation, active=False)
    said = [each["sql"] for each in asked.captured_queries if Membership._meta.db_table in each["sql"]]
    locks = [number for number, sql in enumerate(said) if "FOR UPDATE" in sql]
    is_postgresql = connection.vendor == "postgresql"  # on SQLite the transaction is the lock
    assert bool(locks) == is_postgresql
    counts = [number for number, sql in enumerate(said) if "NOT" in sql and "is_active" in sql]
    assert counts, "whether one is left"
    assert all(lock < count for lock in locks for count in counts), "asked before it is known who is left"


# ---- two make a national admin --------------------------------------------------------------------------------------


def test_one_proposes_and_another_agrees(nation: User) -> None:
    second, other = account("second", (Role.NATIONAL_ADMIN, None)), account("other")
    assert post(nation, other, deed="propose", reason="เปลี่ยนเวร").status_code == 302
    assert post(nation, other, deed="agree").status_code == 422, "not the one who proposed"
    assert not scope_of(other).nation
    assert post(second, other, deed="agree").status_code == 302
    assert scope_of(other).nation
    assert post(second, other, deed="agree").status_code == 422, "it is decided"


def test_a_proposal_that_is_refused_gives_nothing(nation: User) -> None:
    second, other = account("second", (Role.NATIONAL_ADMIN, None)), account("other")
    post(nation, other, deed="propose", reason="เปลี่ยนเวร")
    assert post(second, other, deed="refuse").status_code == 302
    assert roles(other) == set()
    assert Proposal.objects.get().agreed is False


def test_a_proposal_needs_a_reason_and_a_national_admin(nation: User, admin: User) -> None:
    other = account("other", (Role.OFFICER, CHON_BURI))
    assert post(nation, other, deed="propose", reason="x").status_code == 422
    assert post(admin, other, deed="propose", reason="เปลี่ยนเวร").status_code == 422


def test_one_national_admin_is_always_left(nation: User) -> None:
    second = account("second", (Role.NATIONAL_ADMIN, None))
    assert post(nation, second, deed="out").status_code == 302
    assert post(nation, second, deed="in").status_code == 302
    account("third", (Role.NATIONAL_ADMIN, None)).delete()
    assert post(second, nation, deed="take", role=nation.memberships.get().pk).status_code == 302
    nation.memberships.all().delete()
    auditor = account("auditor", (Role.AUDITOR, None))
    assert post(auditor, second, deed="out").status_code == 404


def test_a_national_admins_password_is_nobodys_to_give(nation: User) -> None:
    second = account("second", (Role.NATIONAL_ADMIN, None))
    assert post(nation, second, deed="link").status_code == 422
    assert User.objects.get(pk=second.pk).has_usable_password()


# ---- invitations ----------------------------------------------------------------------------------------------------


def invite(by: User, **said: object) -> str:
    values = {"username": "new.one", "full_name": "ผู้มาใหม่ ตัวอย่าง", "role": "officer", "province": "20", **said}
    answer = browser_of(by).post("/people/new/", values)
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r"/invitation/([\w-]+)", answer.content.decode())
    assert found
    return f"/invitation/{found[1]}"


def test_somebody_invited_chooses_a_password_once(admin: User) -> None:
    link = invite(admin)
    visitor = Client(SERVER_NAME="localhost")
    assert "ผู้มาใหม่" in visitor.get(link).content.decode()
    chosen = {"password": "a-long-sample-phrase", "again": "a-long-sample-phrase"}
    assert visitor.post(link, {"password": "short", "again": "short"}).status_code == 422
    assert visitor.post(link, {**chosen, "again": "another"}).status_code == 422
    assert visitor.post(link, chosen).status_code == 302
    assert visitor.post(link, chosen).status_code == 404, "once"
    sent = visitor.post("/sign-in/", {"username": "new.one", "password": "a-long-sample-phrase"})
    assert sent.status_code == 302
    assert scope_of(User.objects.get(username="new.one")).may_serve(CHON_BURI)


def test_the_secret_of_a_link_is_kept_nowhere(admin: User) -> None:
    secret = invite(admin).removeprefix("/invitation/")
    assert secret not in str(list(Entry.objects.values()))
    assert secret not in str(list(User.objects.get(username="new.one").invitations.values()))


def test_of_an_account_that_was_closed_no_link_that_lies_about_opens_it_again(admin: User, nation: User) -> None:
    link, visitor = invite(admin), Client(SERVER_NAME="localhost")
    user = User.objects.get(username="new.one")
    assert visitor.get(link).status_code == 200
    set_active(user, nation, active=False)
    set_active(user, nation, active=True)
    assert visitor.get(link).status_code == 404


def test_a_new_link_ends_the_password_the_old_link_and_the_sessions(admin: User) -> None:
    old = invite(admin)
    user = User.objects.get(username="new.one")
    user.set_password("a-long-sample-phrase")
    user.save()
    theirs = browser_of(user)
    assert theirs.get("/").status_code == 200
    answer = post(admin, user, deed="link")
    assert "/invitation/" in answer.content.decode()
    assert theirs.get("/").status_code == 302
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert Client(SERVER_NAME="localhost").get(old).status_code == 404


@pytest.mark.parametrize("name", ["Somebody", "a", "1abc", "chonburi", "has space", "x" * 31, "break-glass"])
def test_a_name_that_will_not_do_is_refused(admin: User, name: str) -> None:
    values = {"username": name, "full_name": "ก", "role": "officer", "province": "20"}
    answer = browser_of(admin).post("/people/new/", values)
    if name == "Somebody":
        assert answer.status_code == 200, "capitals are made small"
    else:
        assert answer.status_code == 422


def test_an_invited_national_admin_is_only_proposed(nation: User, admin: User) -> None:
    invite(nation, role="national-admin", province="", reason="เปลี่ยนเวร")
    user = User.objects.get(username="new.one")
    assert roles(user) == set()
    assert user.proposals.count() == 1
    assert not scope_of(user).sees


def test_of_two_who_invite_the_same_name_at_once_the_second_takes_another(admin: User) -> None:
    meanwhile = account("somebody-else")

    def by_somebody_quicker(sender: type[User], instance: User, **_: object) -> None:
        if instance.username == "mali":
            User.objects.filter(pk=meanwhile.pk).update(username="mali")

    pre_save.connect(by_somebody_quicker, sender=User)
    try:
        said = {"username": "mali", "full_name": "มะลิ ตัวอย่าง", "role": "officer", "province": "20"}
        answered = browser_of(admin).post("/people/new/", said)
    finally:
        pre_save.disconnect(by_somebody_quicker, sender=User)
    assert answered.status_code == 422
    assert "ต้องยังไม่มีใครใช้" in answered.content.decode()
    assert not Membership.objects.filter(user__username="mali").exists()


# ---- what the trail has of it ---------------------------------------------------------------------------------------


def test_the_trail_says_which_role_was_taken_from_whom_and_where(admin: User) -> None:
    somebody = account("somebody", (Role.OFFICER, CHON_BURI), (Role.TECHNICIAN, KHON_KAEN))
    post(admin, somebody, deed="give", role="technician", province=CHON_BURI)
    post(admin, somebody, deed="take", role=somebody.memberships.get(role=Role.OFFICER).pk)
    told = Entry.objects.order_by("number").values_list("kind", "about", "dopa_code")
    assert list(told) == [("did", "somebody", CHON_BURI), ("did", "somebody officer", CHON_BURI)]


def test_what_nobody_may_do_to_an_account_is_written_down_when_they_try(admin: User) -> None:
    somebody = account("somebody", (Role.OFFICER, CHON_BURI))
    assert post(admin, somebody, deed="give", role="treasury-officer", province=CHON_BURI).status_code == 422
    values = {"username": "new.one", "full_name": "ก", "role": "auditor", "province": ""}
    assert browser_of(admin).post("/people/new/", values).status_code == 422
    told = Entry.objects.order_by("number").values_list("kind", "what", "about")
    assert list(told) == [("refused", "web:person", "somebody"), ("refused", "web:person-new", "")]


# ---- sessions -------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended(admin: User) -> None:
    officer = account("officer", (Role.OFFICER, CHON_BURI))
    theirs = browser_of(officer)
    theirs.get("/", headers={"user-agent": "Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36"})
    assert "Chrome · Android" in browser_of(admin).get(f"/people/{officer.pk}/").content.decode()
    assert theirs.get("/").status_code == 200
    post(admin, officer, deed="end", session=SignIn.objects.get(user=officer).pk)
    assert theirs.get("/").status_code == 302
    assert not SignIn.objects.filter(user=officer).exists()


def test_an_account_let_out_is_out_at_once(admin: User) -> None:
    officer = account("officer", (Role.OFFICER, CHON_BURI))
    theirs = browser_of(officer)
    assert theirs.get("/cases/").status_code == 200
    assert post(admin, officer, deed="out").status_code == 302
    assert theirs.get("/cases/").status_code == 302
    assert not SignIn.objects.filter(user=officer).exists()


def test_a_session_in_use_is_not_written_down_every_second(admin: User) -> None:
    client = browser_of(admin)
    client.get("/")
    seen_at = SignIn.objects.get().seen_at
    client.get("/kiosks/")
    assert SignIn.objects.get().seen_at == seen_at


def test_an_auditor_sees_accounts_and_changes_none(admin: User) -> None:
    auditor = account("auditor", (Role.AUDITOR, None))
    page = browser_of(auditor).get(f"/people/{admin.pk}/")
    assert page.status_code == 200
    assert post(auditor, admin, deed="out").status_code == 404
    assert User.objects.get(pk=admin.pk).is_active


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.OFFICER, Role.TREASURY])
def test_nobody_else_sees_accounts(role: Role) -> None:
    assert browser_of(account("other", (role, CHON_BURI))).get("/people/").status_code == 404
