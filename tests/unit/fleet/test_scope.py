"""Default deny, by province."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User

from fleet.devices.models import Kiosk
from fleet.people.models import Membership, Role
from fleet.people.scope import NOBODY, scope_of

CHON_BURI, KHON_KAEN = 20, 40


def account(*roles: tuple[Role, int | None]) -> User:
    user = User.objects.create_user("somebody")
    for role, dopa_code in roles:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


def seen_by(user: User | AnonymousUser) -> set[str]:
    return {kiosk.kiosk_id for kiosk in scope_of(user).within(Kiosk.objects.all(), "office__province_id")}


def test_nobody_sees_nothing() -> None:
    assert scope_of(AnonymousUser()) == NOBODY
    assert seen_by(AnonymousUser()) == set()


def test_an_account_without_a_role_sees_nothing_even_if_django_calls_it_a_superuser() -> None:
    assert seen_by(account()) == set()
    assert seen_by(User.objects.create_superuser("root")) == set()


def test_an_account_that_was_switched_off_sees_nothing() -> None:
    user = account((Role.NATIONAL_ADMIN, None))
    user.is_active = False
    assert scope_of(user) == NOBODY


@pytest.mark.parametrize(("role", "changes"), [(Role.TECHNICIAN, False), (Role.PROVINCIAL_ADMIN, True)])
def test_a_province_is_seen_by_both_and_changed_by_its_admin(role: Role, changes: bool) -> None:
    user = account((role, CHON_BURI))
    assert seen_by(user) == {"CBI-01", "CBI-02"}
    scope = scope_of(user)
    assert scope.may_change(CHON_BURI) is changes
    assert not scope.may_change(KHON_KAEN)
    assert not scope.may_change(None), "the nation's settings are not a province's to change"
    assert not scope.may_see(KHON_KAEN)


@pytest.mark.parametrize(
    ("role", "serves", "installs"),
    [(Role.OFFICER, True, False), (Role.PROVINCIAL_ADMIN, True, True), (Role.TECHNICIAN, False, True)],
)
def test_officers_serve_and_technicians_install(role: Role, serves: bool, installs: bool) -> None:
    user = account((role, CHON_BURI))
    scope = scope_of(user)
    assert scope.may_serve(CHON_BURI) is serves
    assert scope.may_install(CHON_BURI) is installs
    assert scope.may_change(CHON_BURI) is (role is Role.PROVINCIAL_ADMIN)
    assert not scope.may_serve(KHON_KAEN)
    assert not scope.may_serve(None), "what is nobody's is for those who see all"


def test_the_roles_of_one_account_do_not_bleed_into_each_other() -> None:
    scope = scope_of(account((Role.TECHNICIAN, CHON_BURI), (Role.PROVINCIAL_ADMIN, KHON_KAEN)))
    assert scope.may_see(CHON_BURI)
    assert not scope.may_change(CHON_BURI)
    assert scope.may_change(KHON_KAEN)


def test_a_national_admin_sees_and_changes_all() -> None:
    user = account((Role.NATIONAL_ADMIN, None))
    assert len(seen_by(user)) == Kiosk.objects.count() == 6
    assert scope_of(user).may_change(None)
