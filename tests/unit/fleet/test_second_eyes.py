"""The second pair of eyes is no account that is fresh from the hands of the first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.utils import timezone, translation

from fleet.acting import planning
from fleet.payments.confirming import confirm
from fleet.payments.deciding import DecisionError, Refusal, decide, second
from fleet.payments.ledger import Deed
from fleet.people.models import FactorReset, Invitation, Proposal, Role
from fleet.people.scope import scope_of
from fleet.people.second_eyes import FRESH_FOR, is_fresh_from
from fleet.web.planned_words import decide_refusal
from tests.support.fleet_payments import owed, word
from tests.support.token_holder import holder, person

NOW = timezone.now()
LONG_AGO = NOW - FRESH_FOR - timedelta(minutes=1)
JUST_NOW = NOW - timedelta(minutes=1)


@pytest.fixture
def admin() -> User:
    return User.objects.create(username="admin")


@pytest.fixture
def colleague() -> User:
    return User.objects.create(username="colleague")


def link(of: User, by: User, made_at: object, used_at: object = None) -> None:
    Invitation.objects.create(user=of, made_by=by, sha256="0", made_at=made_at, used_at=used_at, expires_at=NOW)


def reset(of: User, by: User | None, decided_at: object, *, agreed: bool = True) -> None:
    FactorReset.objects.create(
        user=of, asked_by=by, asked_at=LONG_AGO, decided_by=by, decided_at=decided_at, agreed=agreed
    )


def test_for_a_day_after_a_link_was_made_or_used(admin: User, colleague: User) -> None:
    link(colleague, admin, JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW)
    Invitation.objects.update(made_at=LONG_AGO)
    assert not is_fresh_from(colleague, admin.pk, NOW)
    Invitation.objects.update(used_at=JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW), "it lay for days"
    assert is_fresh_from(admin, colleague.pk, NOW), "who holds both may ask as either"


def test_for_a_day_after_a_second_factor_was_reset(admin: User, colleague: User) -> None:
    reset(colleague, admin, JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW)
    assert is_fresh_from(admin, colleague.pk, NOW)
    FactorReset.objects.update(decided_at=LONG_AGO)
    assert not is_fresh_from(colleague, admin.pk, NOW)


def test_what_others_did_or_what_was_not_done_is_no_reason(admin: User, colleague: User) -> None:
    other = User.objects.create(username="other")
    link(colleague, other, JUST_NOW, JUST_NOW)
    reset(colleague, other, JUST_NOW)
    reset(colleague, None, JUST_NOW)
    reset(colleague, admin, JUST_NOW, agreed=False)
    assert not is_fresh_from(colleague, admin.pk, NOW)
    assert not is_fresh_from(admin, colleague.pk, NOW)
    assert not is_fresh_from(colleague, None, NOW)


def test_a_payment_is_not_agreed_to_by_an_account_that_was_just_let_in_by_who_decided(
    admin: User, colleague: User
) -> None:
    notice = owed()
    odd = confirm(word(notice, amount_satang=notice.amount_satang + 1))
    link(colleague, admin, timezone.now())
    with override_settings(SECOND_EYES_ABOVE_SATANG=notice.amount_satang):
        decide(odd, Deed.SETTLE, "เหตุผลตัวอย่าง", admin)
        with pytest.raises(DecisionError) as caught:
            second(odd, colleague, agreed=True)
        assert caught.value.refusal is Refusal.FRESH
        second(odd, colleague, agreed=False)  # a no does no harm


@pytest.mark.parametrize("matter", ["proposal", "second-factor-reset"])
def test_nor_does_it_make_a_national_admin_or_take_ones_second_factor_away(matter: str) -> None:
    one, two = person(Role.NATIONAL_ADMIN, None, "one"), person(Role.NATIONAL_ADMIN, None, "two")
    about = person(*((Role.OFFICER, 20) if matter == "proposal" else (Role.NATIONAL_ADMIN, None)), "about")
    Authenticator.objects.create(user=about, type="totp", data={})
    link(two, one, timezone.now(), timezone.now())
    asks, decides, path = holder(one), holder(two), f"people/{about.pk}/{matter}"
    assert asks.ask("post", path, {"reason": "เหตุผลตัวอย่าง"}).status_code == 200
    answered = decides.ask("post", f"{path}/decision", {"agreed": True})
    assert (answered.status_code, answered.json()["code"]) == (403, "fresh")  # type: ignore[attr-defined]
    page = Client(SERVER_NAME="localhost")
    page.force_login(two)
    deed = "agree" if matter == "proposal" else "agree-reset"
    shown = page.post(f"/people/{about.pk}/", {"deed": deed})
    assert (shown.status_code, _sentence() in shown.content.decode()) == (422, True)
    assert Authenticator.objects.exists()
    assert scope_of(about).may_change(None) == (matter != "proposal")
    Invitation.objects.update(made_at=LONG_AGO, used_at=LONG_AGO)
    assert decides.ask("post", f"{path}/decision", {"agreed": True}).status_code == 200


@pytest.mark.parametrize("matter", ["proposal", "second-factor-reset"])
def test_its_no_does_no_harm(matter: str) -> None:
    one, two = person(Role.NATIONAL_ADMIN, None, "one"), person(Role.NATIONAL_ADMIN, None, "two")
    about = person(*((Role.OFFICER, 20) if matter == "proposal" else (Role.NATIONAL_ADMIN, None)), "about")
    Authenticator.objects.create(user=about, type="totp", data={})
    link(two, one, timezone.now(), timezone.now())
    assert holder(one).ask("post", f"people/{about.pk}/{matter}", {"reason": "เหตุผลตัวอย่าง"}).status_code == 200
    answered = holder(two).ask("post", f"people/{about.pk}/{matter}/decision", {"agreed": False})
    assert answered.status_code == 200
    row = (Proposal if matter == "proposal" else FactorReset).objects.get()
    assert (row.decided_by, row.agreed) == (two, False)


def _sentence() -> str:
    with translation.override("th"):
        return decide_refusal(planning.Refusal.FRESH)
