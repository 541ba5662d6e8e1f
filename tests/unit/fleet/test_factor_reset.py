"""Who lost the telephone with their second factor: an admin resets it, with a reason; of a national admin, two do."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils import timezone

from fleet.acting.people import reset_at_the_machine
from fleet.alerts.deeds import add_address
from fleet.alerts.letters import machine_body, text_of
from fleet.alerts.models import Channel, Letter, Message
from fleet.audit.models import Entry
from fleet.people.models import FactorReset, Membership, Role
from fleet.people.resetting import factors_of
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder

CHON_BURI = 20
REASON = "โทรศัพท์หาย ตรวจบัตรแล้ว"


def account(name: str, *roles: tuple[Role, int | None]) -> User:
    """Somebody with roles, and with an app and codes as second factor."""
    user = User.objects.create(username=name, password="of no use: to hash one takes long")
    for role, dopa_code in roles:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={"secret": "", "seed": "", "used_mask": 0})
    return user


def post(by: User, about: User, **said: object) -> HttpResponse:
    return browser_of(by).post(f"/people/{about.pk}/", {"deed": "reset", "reason": REASON} | said)  # type: ignore[return-value]


@pytest.fixture
def admin() -> User:
    return account("chonburi", (Role.PROVINCIAL_ADMIN, CHON_BURI))


@pytest.fixture
def nation() -> User:
    return account("nation", (Role.NATIONAL_ADMIN, None))


@pytest.fixture
def officer() -> User:
    return account("officer", (Role.OFFICER, CHON_BURI))


def test_an_admin_resets_one_of_their_own_people_and_it_is_written_down(admin: User, officer: User) -> None:
    theirs = browser_of(officer)
    assert theirs.get("/more/").status_code == 200
    assert post(admin, officer).status_code == 302
    assert factors_of(officer) == []
    assert theirs.get("/more/").status_code == 302
    done = FactorReset.objects.get()
    assert (done.user, done.asked_by, done.decided_by, done.agreed, done.reason) == (
        officer, admin, admin, True, REASON,
    )  # fmt: skip
    line = Entry.objects.filter(by_name="chonburi", kind="did").order_by("-number")[0]
    assert (line.about, "reset" in line.said, REASON in line.said) == ("officer", True, True)


def test_programs_of_theirs_are_out_too(admin: User, officer: User, nation: User) -> None:
    one, of_admin = holder(officer), holder(admin)
    assert one.ask("get", "kiosks").status_code == 200
    post(admin, officer)
    assert one.ask("get", "kiosks").status_code == 401
    reset_at_the_machine(admin, REASON)
    assert of_admin.ask("get", "kiosks").status_code == 401
    lines = Entry.objects.filter(what="tokens-ended").order_by("number")
    assert list(lines.values_list("by_name", "about")) == [("chonburi", "officer"), ("command line", "chonburi")]
    other = account("other", (Role.NATIONAL_ADMIN, None))
    theirs = holder(other)
    post(nation, other)
    assert theirs.ask("get", "kiosks").status_code == 200, "until another admin has agreed"
    post(account("third", (Role.NATIONAL_ADMIN, None)), other, deed="agree-reset")
    assert theirs.ask("get", "kiosks").status_code == 401


def test_it_needs_a_reason_and_something_to_reset(admin: User, officer: User) -> None:
    assert post(admin, officer, reason="ลืม").status_code == 422
    assert factors_of(officer) != []
    assert post(admin, officer).status_code == 302
    assert post(admin, officer).status_code == 422
    assert FactorReset.objects.count() == 1


@pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.PROVINCIAL_ADMIN])
def test_nobody_resets_their_own(role: Role) -> None:
    self = account("self", (role, None if role is Role.NATIONAL_ADMIN else CHON_BURI))
    assert post(self, self).status_code == 422
    assert factors_of(self) != []


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ([(Role.OFFICER, 40)], 404),
        ([(Role.OFFICER, CHON_BURI), (Role.OFFICER, 40)], 422),
        ([(Role.TREASURY, CHON_BURI)], 422),
        ([(Role.TECHNICIAN, CHON_BURI)], 302),
    ],
)
def test_a_provincial_admin_resets_only_whom_they_appoint(
    admin: User, roles: list[tuple[Role, int | None]], status: int
) -> None:
    other = account("other", *roles)
    assert post(admin, other).status_code == status
    assert (factors_of(other) == []) is (status == 302)


def test_a_national_admins_takes_two(nation: User) -> None:
    other, third = account("other", (Role.NATIONAL_ADMIN, None)), account("third", (Role.NATIONAL_ADMIN, None))
    assert post(nation, other).status_code == 302
    assert factors_of(other) != []
    assert post(third, other).status_code == 422  # one waits already
    for one, said in ((nation, "agree-reset"), (other, "agree-reset")):
        assert post(one, other, deed=said).status_code == 422
    assert REASON in browser_of(third).get("/people/").content.decode()
    assert post(third, other, deed="agree-reset").status_code == 302
    assert factors_of(other) == []
    assert post(third, other, deed="agree-reset").status_code == 422


def test_the_second_may_refuse(nation: User) -> None:
    other, third = account("other", (Role.NATIONAL_ADMIN, None)), account("third", (Role.NATIONAL_ADMIN, None))
    post(nation, other)
    assert post(third, other, deed="refuse-reset").status_code == 302
    assert factors_of(other) != []
    assert FactorReset.objects.get().agreed is False
    assert post(nation, other).status_code == 302  # it may be asked again


def test_a_provincial_admin_agrees_to_nothing_of_the_nation(nation: User, admin: User) -> None:
    other = account("other", (Role.NATIONAL_ADMIN, None), (Role.OFFICER, CHON_BURI))
    post(nation, other)
    assert post(admin, other, deed="agree-reset").status_code == 422
    assert factors_of(other) != []


def test_its_person_is_told_by_letter_and_on_their_page(admin: User, officer: User) -> None:
    add_address(officer, Channel.MAIL, "officer@example.org")
    post(admin, officer)
    told = Message.objects.get(person=officer)
    assert told.not_before <= timezone.now()
    text = text_of([told], [], "https://sala.example")
    assert "ล้างการยืนยันขั้นที่สอง" in text.subject
    assert "https://sala.example/account/" in text.body
    letter = Letter(key="k", person=officer, made_at=timezone.now())
    assert b'"kind":"account"' in machine_body(letter, [told], [], "")
    shown = browser_of(officer).get("/account/").content.decode()
    assert REASON in shown


def test_with_other_news_it_stands_first_in_one_letter(officer: User) -> None:
    reset, trial = (Message(person=officer, what=what, made_at=timezone.now()) for what in ("reset", "trial"))
    text = text_of([trial, reset], [], "https://sala.example")
    assert text.body.index("ล้างการยืนยัน") < text.body.index("trial")


def test_at_the_machine_one_is_enough(nation: User) -> None:
    other = account("other", (Role.NATIONAL_ADMIN, None))
    post(nation, other)
    reset_at_the_machine(other, REASON)
    assert factors_of(other) == []
    assert FactorReset.objects.filter(user=other, decided_at__isnull=True).count() == 0
