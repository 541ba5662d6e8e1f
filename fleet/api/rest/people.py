"""Accounts: roles, sessions, letting in and out, invitations, second factors; for who appoints, or audits that.

What one account may do to another, ``fleet.people.appointing`` decides, of the token's person. A token that is narrowed
to provinces finds no accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fleet.acting.people import (
    Sought,
    accounts,
    agree_to_reset,
    proposals_waiting,
    reset_second_factor,
    resets_waiting,
)
from fleet.api.rest.audit import reads_trail
from fleet.api.rest.bearer import Bearer, Caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Number, answers, name_of
from fleet.office.models import Province
from fleet.people import appointing, inviting, resetting
from fleet.people.appointing import AppointError, Post, Refusal
from fleet.people.models import FactorReset, Membership, Proposal, Role, SignIn
from fleet.people.resetting import Factor
from fleet.people.sessions import end, open_sessions
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.PEOPLE), tags=["people"])

_Reason = Annotated[str, Field(min_length=5, max_length=200)]


class RoleOut(Schema):
    """A role. `province` null: the whole nation's; `source`: the sign-on whose groups give it. `may_take`: this token's
    person may take it back."""

    id: int
    role: Role
    province: int | None
    source: str
    may_take: bool


class PersonOut(Schema):
    """An account, with those of its roles that are there for this token."""

    id: int
    username: str
    name: str
    is_active: bool
    last_login: datetime | None
    roles: list[RoleOut]


class People(Schema):
    items: list[PersonOut]
    next: str | None


class SessionOut(Schema):
    """A session."""

    id: int
    way: str
    address: str
    browser: str
    began_at: datetime
    seen_at: datetime


class WaitingOut(Schema):
    """What one admin asked, and another has to agree to."""

    asked_by: str | None
    asked_at: datetime
    reason: str


class Matter(StrEnum):
    """What a second person has to agree to."""

    NATIONAL_ADMIN = "national-admin"
    SECOND_FACTOR_RESET = "second-factor-reset"


class WaitingPersonOut(WaitingOut):
    """Whose account it is about."""

    id: int
    username: str
    name: str
    matter: Matter


class WaitingPeople(Schema):
    items: list[WaitingPersonOut]
    next: str | None


class OnePerson(PersonOut):
    """With its sessions and second factors, for who may let it in and out."""

    in_hand: bool
    sessions: list[SessionOut]
    factors: list[Factor]
    proposed: WaitingOut | None
    factor_reset: WaitingOut | None


class PersonSaid(Schema):
    """Somebody new. A national admin's role is proposed, with a reason; another admin agrees. Ask for the link next."""

    username: Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{2,29}$")]
    full_name: Annotated[str, Field(max_length=150)] = ""
    role: Role
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None
    reason: Annotated[str, Field(max_length=200)] = ""


class RoleSaid(Schema):
    """A role, and where; without a province the nation's."""

    role: Role
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None


class PeopleBecause(Schema):
    """Why."""

    reason: _Reason


class Agreed(Schema):
    """Whether the second person agrees."""

    agreed: Claim


class Active(Schema):
    """Whether the account may come in. Let out, its sessions end, its tokens and webhooks for good."""

    active: Claim


class LinkOut(Schema):
    """Where its person chooses a password: once, within a week. Hand it over yourself; it is kept nowhere."""

    path: str


_REFUSALS = {
    Refusal.OWN: (403, "Nobody changes their own account. Another admin must."),
    Refusal.NOT_YOURS: (403, "This role is not this token's person's to give or take."),
    Refusal.LAST_ADMIN: (409, "One national admin must be left."),
    Refusal.NO_REASON: (422, "Give a reason of 5 to 200 characters."),
    Refusal.NO_SUCH_ROLE: (422, "This role is not for there: name a province, or leave it out."),
    Refusal.ALREADY: (409, "It is so already, or was decided. Read it again."),
    Refusal.NEEDS_ANOTHER: (403, "Another national admin must do this."),
    Refusal.FRESH: (
        403,
        "The two accounts were let in by one another, or by one hand, within 24 hours. Ask somebody else.",
    ),
    Refusal.FROM_GROUPS: (409, "The ministry's groups give this role; take it away there."),
    Refusal.NO_FACTOR: (409, "The account has no second factor to reset."),
}


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except AppointError as err:
        status, detail = _REFUSALS[err.refusal]
        raise RefusedError(status, err.refusal.value, detail) from None


def _person(request: HttpRequest, number: int) -> tuple[Caller, User]:
    who = reads_trail(request)
    found = appointing.accounts_seen(who.scope).filter(pk=number).first()
    if found is None:
        raise missing()
    return who, found


def _told(who: Caller, user: User) -> dict[str, object]:
    held = [each for each in user.memberships.all() if who.scope.audits.holds(each.dopa_code)]
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.get_full_name(),
        "is_active": user.is_active,
        "last_login": user.last_login,
        "roles": [
            {
                "id": each.pk,
                "role": each.role,
                "province": each.dopa_code,
                "source": each.source,
                "may_take": appointing.may_take(who.scope, each, who.person),
            }
            for each in held
        ],
    }


def _waiting(row: Proposal | FactorReset | None) -> dict[str, object] | None:
    return None if row is None else _asked(row)


def _asked(row: Proposal | FactorReset) -> dict[str, object]:
    return {"asked_by": name_of(row.asked_by), "asked_at": row.asked_at, "reason": row.reason}


def _whole(who: Caller, user: User) -> dict[str, object]:
    user = User.objects.prefetch_related("memberships").get(pk=user.pk)
    in_hand = appointing.is_in_hand(who.scope, user)
    of_nation = who.scope.audits.nation
    return {
        **_told(who, user),
        "in_hand": in_hand,
        "sessions": list(open_sessions(user)) if in_hand or who.scope.reads_only else [],
        "factors": resetting.factors_of(user) if in_hand else [],
        "proposed": _waiting(_proposal(user)),
        "factor_reset": _waiting(resetting.open_resets().filter(user=user).first()) if of_nation else None,
    }


def _proposal(user: User) -> Proposal | None:
    return Proposal.objects.filter(user=user, decided_at__isnull=True).select_related("asked_by").first()


def _post(role: Role, province: int | None) -> Post:
    if province is not None and not Province.objects.filter(pk=province).exists():
        raise AppointError(Refusal.NO_SUCH_ROLE)
    is_of_nation = role in (Role.NATIONAL_ADMIN, Role.TREASURY, Role.AUDITOR)
    if (province is None and not is_of_nation) or (province is not None and role is Role.NATIONAL_ADMIN):
        raise AppointError(Refusal.NO_SUCH_ROLE)
    return Post(role, province)


@router.get("people", response=answers(People))
def people(
    request: HttpRequest,
    after: After,
    limit: Limit,
    q: Annotated[str, Query("", max_length=60)],
    role: Annotated[Role | None, Query(None)],
    active: Annotated[bool | None, Query(None)],
    province: Annotated[int | None, Query(None, ge=10, le=99, description="who has a role there; with `role`, that")],
) -> dict[str, object]:
    """The accounts. `q`: part of a name."""
    who = reads_trail(request)
    sought = Sought(text=q, role=role.value if role else "", dopa_code=province, is_active=active)
    found, following = page(accounts(who.scope, sought), after, limit)
    return {"items": [_told(who, each) for each in found], "next": following}


@router.get("people-waiting", response=answers(WaitingPeople))
def waiting(request: HttpRequest) -> dict[str, object]:
    """Accounts of which something waits for a second national admin; for who sees those of the nation."""
    scope = reads_trail(request).scope
    found: list[tuple[Matter, User, Proposal | FactorReset]] = [
        *((Matter.NATIONAL_ADMIN, each.user, each) for each in proposals_waiting(scope)),
        *((Matter.SECOND_FACTOR_RESET, each.user, each) for each in resets_waiting(scope)),
    ]
    items = [
        {"id": user.pk, "username": user.username, "name": user.get_full_name(), "matter": matter, **_asked(row)}
        for matter, user, row in found
    ]
    return {"items": items, "next": None}


@router.get("people/{number}", response=answers(OnePerson))
def person(request: HttpRequest, number: Number) -> dict[str, object]:
    """One account."""
    return _whole(*_person(request, number))


@router.post("people", response=answers(OnePerson, status=201))
def invite(request: HttpRequest, said: PersonSaid) -> Status[dict[str, object]]:
    """Make an account with a role. Nobody can use it before its link was asked for and handed over."""
    who = reads_trail(request)
    try:
        with _refusing():
            post = _post(said.role, said.province)
            user, _ = inviting.invite(said.username, said.full_name, post, who.person, said.reason)
    except inviting.UnfitNameError:
        raise RefusedError(409, "name-taken", "This name is somebody's already. Take another.") from None
    return Status(201, _whole(who, user))


@router.post("people/{number}/invitation/secret", response=answers(LinkOut))
def link(request: HttpRequest, number: Number) -> dict[str, object]:
    """A link to choose a password by; the one before it, the password, every session and token end."""
    who, user = _person(request, number)
    with _refusing():
        return {"path": f"/invitation/{inviting.invite_again(user, who.person)}"}


@router.post("people/{number}/roles", response=answers(OnePerson))
def give(request: HttpRequest, number: Number, said: RoleSaid) -> dict[str, object]:
    """Give a role, at once; a national admin's has to be proposed."""
    who, user = _person(request, number)
    with _refusing():
        appointing.give(user, _post(said.role, said.province), who.person)
    return _whole(who, user)


@router.delete("people/{number}/roles/{held}", response=answers(OnePerson, also=(409,)))
def take(request: HttpRequest, number: Number, held: Number) -> dict[str, object]:
    """Take a role back."""
    who, user = _person(request, number)
    found = Membership.objects.select_related("user").filter(user=user, pk=held).first()
    if found is None or not who.scope.audits.holds(found.dopa_code):
        raise missing()
    with _refusing():
        appointing.take(found, who.person)
    return _whole(who, user)


@router.post("people/{number}/proposal", response=answers(OnePerson))
def propose(request: HttpRequest, number: Number, said: PeopleBecause) -> dict[str, object]:
    """Propose a national admin."""
    who, user = _person(request, number)
    with _refusing():
        appointing.propose(user, said.reason, who.person)
    return _whole(who, user)


@router.post("people/{number}/proposal/decision", response=answers(OnePerson))
def decide(request: HttpRequest, number: Number, said: Agreed) -> dict[str, object]:
    """Agree to what another admin proposed, or not."""
    who, user = _person(request, number)
    waiting = _proposal(user)
    with _refusing():
        if waiting is None:
            raise AppointError(Refusal.ALREADY)
        appointing.decide(waiting, who.person, agreed=said.agreed)
    return _whole(who, user)


@router.post("people/{number}/second-factor-reset", response=answers(OnePerson))
def reset(request: HttpRequest, number: Number, said: PeopleBecause) -> dict[str, object]:
    """Reset their second factor: sessions and tokens end, they are told. Of a national admin's, another must agree."""
    who, user = _person(request, number)
    with _refusing():
        reset_second_factor(user, said.reason, who.person)
    return _whole(who, user)


@router.post("people/{number}/second-factor-reset/decision", response=answers(OnePerson))
def decide_reset(request: HttpRequest, number: Number, said: Agreed) -> dict[str, object]:
    """Agree to what another admin asked, or not."""
    who, user = _person(request, number)
    waiting = resetting.open_resets().filter(user=user).first()
    with _refusing():
        if waiting is None:
            raise AppointError(Refusal.ALREADY)
        agree_to_reset(waiting, who.person, agreed=said.agreed)
    return _whole(who, user)


@router.put("people/{number}/active", response=answers(OnePerson, also=(409,)))
def set_active(request: HttpRequest, number: Number, said: Active) -> dict[str, object]:
    """Let the account out, or in again."""
    who, user = _person(request, number)
    with _refusing():
        appointing.set_active(user, who.person, active=said.active)
    return _whole(who, user)


@router.delete("people/{number}/sessions/{session}", response=answers(OnePerson))
def end_session(request: HttpRequest, number: Number, session: Number) -> dict[str, object]:
    """End a session: its next request is nobody's."""
    who, user = _person(request, number)
    with _refusing():
        if not appointing.is_in_hand(who.scope, user):
            raise AppointError(Refusal.NOT_YOURS)
    found = SignIn.objects.filter(user=user, pk=session).first()
    if found is None:
        raise missing()
    end(found)
    return _whole(who, user)
