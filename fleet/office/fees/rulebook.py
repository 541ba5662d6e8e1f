"""The rules on record: drafted, read, signed by a second person, and then in force for good.

Rules: a version's number is never used twice; only a draft may be changed; who wrote it does not sign it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.fees.models import FeeRule
from fleet.office.fees.reckoning import Version
from fleet.office.fees.rules import as_document, read_rules
from fleet.office.holidays.keeping import days_off
from fleet.office.models import Office


class SignError(ValueError):
    """A rule that this person may not sign, or that is signed already. ``own`` says which."""

    def __init__(self, own: bool) -> None:
        super().__init__("its author does not sign a rule" if own else "the rule is signed already")
        self.own = own


def draft(document: Mapping[str, Any], author: User | None, reason: str, version: int | None = None) -> FeeRule:
    """Keep a draft: a new version, or a changed one that nobody has signed.

    Raises: RuleError when the document is no rule; SignedRuleError when that version is signed; LookupError when there
    is none.
    """
    rules = read_rules(document)
    with transaction.atomic():
        if version is None:
            newest = FeeRule.objects.select_for_update().order_by("-version").first()
            rule = FeeRule(version=newest.version + 1 if newest else 1)
        else:
            found = FeeRule.objects.select_for_update().filter(pk=version).first()
            if found is None:
                raise LookupError(f"no version {version}")
            rule = found
        rule.document = as_document(rules)
        rule.in_force_from, rule.in_force_to = rules.in_force_from, rules.in_force_to
        rule.author, rule.reason, rule.made_at = author, reason[:200], timezone.now()
        rule.save()
        return rule


def sign(version: int, by: User) -> FeeRule:
    """Sign a draft; from now on it is in force and stays as it is.

    Raises: SignError; LookupError when there is no such version.
    """
    with transaction.atomic():
        rule = FeeRule.objects.select_for_update().filter(pk=version).first()
        if rule is None:
            raise LookupError(f"no version {version}")
        if rule.signed_at is not None:
            raise SignError(own=False)
        if rule.author_id == by.pk:
            raise SignError(own=True)
        rule.signed_by, rule.signed_at = by, timezone.now()
        rule.save()
        return rule


def before(rule: FeeRule) -> FeeRule | None:
    """The version before this one, signed or not; None for the first."""
    return FeeRule.objects.filter(version__lt=rule.version).first()


def version_of(rule: FeeRule) -> Version:
    """The rule as it is reckoned by."""
    return Version(rule.version, read_rules(rule.document), rule.signed_at is not None)


def versions(*, drafts_too: bool = False) -> list[Version]:
    """All versions that may be reckoned by: the signed ones; drafts when only samples are made."""
    rules = FeeRule.objects.all() if drafts_too else FeeRule.objects.filter(signed_at__isnull=False)
    return [version_of(each) for each in rules]


def at_office(versions: Sequence[Version], office: Office) -> list[Version]:
    """The versions as an office reckons by them: with the days off of its province."""
    off = days_off(office.province_id)
    return [replace(each, days_off=off) for each in versions]
