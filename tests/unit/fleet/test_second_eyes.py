"""The second pair of eyes is no account that is fresh from the hands of the first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone, translation

from fleet.acting import planning
from fleet.acting.settings import Wanted, publish, spot_of
from fleet.devices.models import PlannedSettings
from fleet.office.fees.models import FeeRule
from fleet.office.models import Province
from fleet.payments.confirming import confirm
from fleet.payments.deciding import DecisionError, Refusal, decide, second
from fleet.payments.ledger import Deed
from fleet.people.inviting import invite_again
from fleet.people.models import FactorReset, Invitation, Proposal, Role
from fleet.people.scope import scope_of
from fleet.people.second_eyes import FRESH_FOR, is_fresh_from
from fleet.web.planned_words import decide_refusal
from tests.support.fleet_payments import owed, word
from tests.support.signed_in import browser_of
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
    assert is_fresh_from(colleague, admin.pk, NOW, NOW)
    Invitation.objects.update(made_at=LONG_AGO)
    assert not is_fresh_from(colleague, admin.pk, NOW, NOW)
    Invitation.objects.update(used_at=JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW, NOW), "it lay for days"
    assert is_fresh_from(admin, colleague.pk, NOW, NOW), "who holds both may ask as either"


def test_for_a_day_after_a_second_factor_was_reset(admin: User, colleague: User) -> None:
    reset(colleague, admin, JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW, NOW)
    assert is_fresh_from(admin, colleague.pk, NOW, NOW)
    FactorReset.objects.update(decided_at=LONG_AGO)
    assert not is_fresh_from(colleague, admin.pk, NOW, NOW)


def test_what_others_did_or_what_was_not_done_is_no_reason(admin: User, colleague: User) -> None:
    other = User.objects.create(username="other")
    link(colleague, other, JUST_NOW, JUST_NOW)
    reset(colleague, other, JUST_NOW)
    reset(colleague, None, JUST_NOW)
    reset(colleague, admin, JUST_NOW, agreed=False)
    assert not is_fresh_from(colleague, admin.pk, NOW, NOW)
    assert not is_fresh_from(admin, colleague.pk, NOW, NOW)
    assert not is_fresh_from(colleague, None, NOW, NOW)


def test_two_whom_the_same_hands_have_let_in_are_one_pair_of_eyes(admin: User, colleague: User) -> None:
    hand, between = User.objects.create(username="hand"), User.objects.create(username="between")
    reset(admin, hand, JUST_NOW)
    assert not is_fresh_from(admin, colleague.pk, NOW, NOW)
    link(between, hand, JUST_NOW, JUST_NOW)
    Invitation.objects.create(user=colleague, made_by=between, sha256="1", made_at=JUST_NOW, expires_at=NOW)
    assert is_fresh_from(admin, colleague.pk, NOW, NOW), "the one at once, the other by way of a third account"
    assert is_fresh_from(colleague, admin.pk, NOW, NOW)
    Invitation.objects.filter(user=between).update(made_at=LONG_AGO, used_at=LONG_AGO)
    assert not is_fresh_from(admin, colleague.pk, NOW, NOW), "the one between is somebody of their own by now"


def test_no_admin_names_whose_account_money_goes_to_by_two_officers_they_have_let_in() -> None:
    nation, (one, two) = person(Role.NATIONAL_ADMIN, None), (person(Role.TREASURY, None, each) for each in ("1", "2"))
    invite_again(one, nation)
    payees = {"payees": {"another": {"name": {"th": "ตัวอย่าง", "en": "Sample"}, "biller_id": "112345678901234"}}}
    wanted = Wanted(document=payees, base=0, reason="เหตุผลตัวอย่าง", as_admin=False, as_treasury=True)
    plan = publish(spot_of(Province.objects.get(pk=20)), wanted, one)
    assert isinstance(plan, PlannedSettings)
    Invitation.objects.update(made_at=LONG_AGO)
    PlannedSettings.objects.update(asked_at=LONG_AGO)
    invite_again(two, nation)
    with pytest.raises(planning.DecideError) as caught:
        planning.agree(plan, two, timezone.now())
    assert caught.value.refusal is planning.Refusal.FRESH, "one of them the day before: it was asked then"
    Invitation.objects.filter(user=two).update(made_at=LONG_AGO)
    assert planning.agree(plan, two, timezone.now()).state == PlannedSettings.State.DONE


def test_nor_is_a_rule_of_fees_signed_by_an_account_from_its_authors_hands() -> None:
    author, signer = person(Role.NATIONAL_ADMIN, None, "author"), person(Role.NATIONAL_ADMIN, None, "signer")
    version = FeeRule.objects.get().version
    FeeRule.objects.update(author=author, made_at=NOW)
    link(signer, author, JUST_NOW)
    answered = holder(signer).ask("post", f"fee-rules/{version}/signature", {})
    assert (answered.status_code, answered.json()["code"]) == (403, "fresh")  # type: ignore[attr-defined]
    assert _sentence() in browser_of(signer).post(f"/fee-rules/{version}/").content.decode()
    assert FeeRule.objects.get().signed_at is None
    Invitation.objects.update(made_at=LONG_AGO)
    assert browser_of(signer).post(f"/fee-rules/{version}/").status_code == 302


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
    page = browser_of(two)
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
