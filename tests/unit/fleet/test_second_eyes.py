"""The second pair of eyes is no account that is fresh from the hands of the first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone

from fleet.payments.confirming import confirm
from fleet.payments.deciding import DecisionError, Refusal, decide, second
from fleet.payments.ledger import Deed
from fleet.people.models import FactorReset, Invitation
from fleet.people.second_eyes import FRESH_FOR, is_fresh_from
from tests.support.fleet_payments import owed, word

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


def test_for_a_day_after_a_second_factor_was_reset(admin: User, colleague: User) -> None:
    reset(colleague, admin, JUST_NOW)
    assert is_fresh_from(colleague, admin.pk, NOW)
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
