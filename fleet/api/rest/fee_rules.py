"""By what rules fees are reckoned, drafted by one and signed by another; and what offices decide about letters."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema, Status

from fleet.acting.documents import differences
from fleet.acting.fee_policies import policy_held
from fleet.acting.fees import FreshError, SignError, sign_rule
from fleet.acting.seen import offices_served
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.documents import (
    NATION,
    Documents,
    DocumentSaid,
    IfMatch,
    Kept,
    LayeredDocumentOut,
    OfficeKey,
    unfit,
)
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import answers, name_of
from fleet.office.fees.models import FeeRule, PolicyRevision, SignedRuleError
from fleet.office.fees.policies import decide
from fleet.office.fees.policy import PolicyError
from fleet.office.fees.rulebook import before, draft
from fleet.office.fees.rules import RuleError
from fleet.office.models import Office
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FEES), tags=["fees"])

_Version = Annotated[int, Path(..., ge=1, le=2**31 - 1)]


class RuleOut(Schema):
    """A version of the rules. `signed_at` null: a draft, by which only samples are made."""

    version: int
    in_force_from: date
    in_force_to: date | None
    document: dict[str, Any]
    reason: str
    author: str | None
    made_at: datetime
    signed_by: str | None
    signed_at: datetime | None


class Rules(Schema):
    items: list[RuleOut]
    next: str | None


class RuleChange(Schema):
    """A value that is another; null where nothing is said. `name`: as `bands.1.fee_satang`, rows counted from 0."""

    name: str
    before: Any
    after: Any


class RuleChanges(Schema):
    """What is new in a version. `before`: the version it is compared with, null for the first."""

    before: int | None
    items: list[RuleChange]


class PolicyOrigin(StrEnum):
    """Who says a value: the office, the nation, or nobody."""

    DEFAULT = "default"
    NATIONAL = "national"
    OFFICE = "office"


class PolicyValueOut(Schema):
    """A value that is in force. `name`: as `reminders.days`; `inherited`: what would hold if the office said none."""

    name: str
    value: Any
    inherited: Any
    origin: PolicyOrigin


class PolicyValues(Schema):
    items: list[PolicyValueOut]
    next: str | None


class RuleSaid(Schema):
    """A draft: the rules as the page's form has them, and why."""

    document: dict[str, Any]
    reason: Annotated[str, Field(min_length=5, max_length=200)]


def _told(rule: FeeRule) -> dict[str, object]:
    return {
        "version": rule.pk,
        "in_force_from": rule.in_force_from,
        "in_force_to": rule.in_force_to,
        "document": rule.document,
        "reason": rule.reason,
        "author": name_of(rule.author),
        "made_at": rule.made_at,
        "signed_by": name_of(rule.signed_by),
        "signed_at": rule.signed_at,
    }


def _rule(request: HttpRequest, version: int) -> FeeRule:
    found = FeeRule.objects.filter(pk=version).first() if caller(request).scope.serves_somewhere else None
    if found is None:
        raise missing()
    return found


def _of_nation(request: HttpRequest) -> Caller:
    who = caller(request)
    if not who.scope.may_change(None):
        raise RefusedError(403, "not-here", "Only the nation's admins draft and sign these.")
    return who


def _drafted(request: HttpRequest, said: RuleSaid, version: int | None) -> dict[str, object]:
    who = _of_nation(request)
    try:
        return _told(draft(said.document, who.person, said.reason, version))
    except RuleError as err:
        raise unfit(err) from None
    except SignedRuleError:
        raise RefusedError(409, "signed", "This version is signed, and stays as it is. Draft another.") from None
    except LookupError:
        raise missing() from None


@router.get("fee-rules", response=answers(Rules))
def rules(request: HttpRequest) -> dict[str, object]:
    """All versions, the newest first."""
    if not caller(request).scope.serves_somewhere:
        raise missing()
    rows = FeeRule.objects.select_related("author", "signed_by").order_by("-pk")
    return {"items": [_told(each) for each in rows], "next": None}


@router.get("fee-rules/{version}", response=answers(RuleOut))
def rule(request: HttpRequest, version: _Version) -> dict[str, object]:
    """One version."""
    return _told(_rule(request, version))


@router.get("fee-rules/{version}/differences", response=answers(RuleChanges))
def new_in(request: HttpRequest, version: _Version) -> dict[str, object]:
    """What one version says otherwise than the one before."""
    found = _rule(request, version)
    earlier = before(found)
    changed = differences(earlier.document if earlier else {}, found.document)
    return {
        "before": earlier.pk if earlier else None,
        "items": [{"name": name, "before": was, "after": now} for name, was, now in changed],
    }


@router.post("fee-rules", response=answers(RuleOut, status=201))
def new(request: HttpRequest, said: RuleSaid) -> Status[dict[str, object]]:
    """Draft another version; nothing is reckoned by it before another person signs it."""
    return Status(201, _drafted(request, said, None))


@router.put("fee-rules/{version}", response=answers(RuleOut, also=(409,)))
def change(request: HttpRequest, version: _Version, said: RuleSaid) -> dict[str, object]:
    """Change a draft."""
    return _drafted(request, said, version)


@router.post("fee-rules/{version}/signature", response=answers(RuleOut))
def signature(request: HttpRequest, version: _Version) -> dict[str, object]:
    """Sign a draft that somebody else wrote: from now on it is in force, and stays as it is."""
    who = _of_nation(request)
    try:
        return _told(sign_rule(version, who.person))
    except FreshError:
        why = "The two accounts were let in by one another, or by one hand, within 24 hours. Ask somebody else."
        raise RefusedError(403, "fresh", why) from None
    except SignError as err:
        status, code, why = (
            (403, "own", "Nobody signs what they wrote. Another admin must.")
            if err.own
            else (409, "signed", "It is signed already.")
        )
        raise RefusedError(status, code, why) from None
    except LookupError:
        raise missing() from None


# ---- what offices decide


def _office(who: Caller, key: str) -> Office | None:
    """The office of this word; None for the nation. Raises: RefusedError."""
    if key == NATION:
        if not who.scope.serves_somewhere:
            raise missing()
        return None
    found = offices_served(who.scope).filter(pk=key).first()
    if found is None:
        raise missing()
    return found


def _policy_of(office: Office | None) -> Kept:
    return Kept(PolicyRevision.objects.filter(office=office), partial(decide, office), PolicyError)


@router.get("fee-policies/{key}", response=answers(LayeredDocumentOut))
def policy(request: HttpRequest, response: HttpResponse, key: OfficeKey) -> dict[str, object]:
    """What an office decides about letters and reminders, or with `-` the nation. Its ETag is the revision."""
    return _policy_of(_office(caller(request), key)).in_force(response)


@router.get("fee-policies/{key}/history", response=answers(Documents))
def history(request: HttpRequest, key: OfficeKey) -> dict[str, object]:
    """The last revisions, the newest first."""
    return _policy_of(_office(caller(request), key)).history()


@router.get("fee-policies/{key}/values", response=answers(PolicyValues))
def values(request: HttpRequest, key: OfficeKey) -> dict[str, object]:
    """Every value that is in force at an office, or with `-` for the nation, and who says it."""
    held = policy_held(_office(caller(request), key))
    items = [
        {"name": each.leaf.name, "value": each.value, "inherited": each.inherited, "origin": each.origin}
        for each in held
    ]
    return {"items": items, "next": None}


@router.put("fee-policies/{key}", response=answers(LayeredDocumentOut, also=(409, 412, 428)))
def decided(request: HttpRequest, key: OfficeKey, said: DocumentSaid, if_match: IfMatch) -> dict[str, object]:
    """Put another document into force. `If-Match` says from which one it was made."""
    who = caller(request)
    office = _office(who, key)
    if not who.scope.may_change(office.province_id if office else None):
        raise RefusedError(403, "not-here", "This token's person decides nothing here.")
    return _policy_of(office).changed(who, said, if_match)
