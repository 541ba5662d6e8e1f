"""Which roles the groups of a sign-on give: a mapping somebody writes down once. Pure, but for ``follow``.

A line is a group and a role: ``"sala-auditors": "auditor"`` for the nation, ``"cbi-technicians": "technician:20"`` for
one province (DOPA code), ``"sala-{province}-officers": "officer"`` for every province at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from fleet.people.appointing import Post
from fleet.people.models import OF_THE_NATION, Membership, Role

PLACE = "{province}"


class MappingError(ValueError):
    """The mapping says something that cannot be; it names the line. Mend the file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line. ``group`` has one named part, ``province``, where the line is for every province."""

    group: re.Pattern[str]
    role: Role
    dopa_code: int | None


@dataclass(frozen=True, slots=True)
class Provider:
    """The ministry's sign-on, as far as we have to know it. ``claim``: where its groups stand in what it says."""

    id: str
    name_th: str
    name_en: str
    claim: str
    rules: tuple[Rule, ...]


def rules_of(mapping: Mapping[str, str]) -> tuple[Rule, ...]:
    """The lines of a mapping. Raises: MappingError."""
    return tuple(_rule(group, said) for group, said in mapping.items())


def _rule(group: str, said: str) -> Rule:
    name, _, place = said.partition(":")
    role = next((each for each in Role if each == name), None)
    is_of_all = PLACE in group
    wrong = role is None or group.count(PLACE) > 1 or (is_of_all and place) or (place and not place.isdecimal())
    if wrong or role is None:
        raise MappingError(f"{group}: {said}")
    is_of_nation = not place and not is_of_all
    if (is_of_nation and role not in OF_THE_NATION) or (role is Role.NATIONAL_ADMIN and not is_of_nation):
        raise MappingError(f"{group}: {said}")
    pattern = re.escape(group).replace(re.escape(PLACE), r"(?P<province>[1-9][0-9])")
    return Rule(re.compile(pattern), role, int(place) if place else None)


def posts_of(groups: Iterable[str], rules: Iterable[Rule]) -> set[Post]:
    """The roles that these groups give."""
    found: set[Post] = set()
    for rule in rules:
        for group in groups:
            if (match := rule.group.fullmatch(group)) is not None:
                place = match.groupdict().get("province")
                found.add(Post(rule.role, int(place) if place else rule.dopa_code))
    return found


def follow(user: User, source: str, posts: set[Post]) -> bool:
    """Give what the groups say and take back what they no longer do; what was given by hand stays. Did it change?"""
    with transaction.atomic():
        held = {Post(Role(each.role), each.dopa_code): each for each in Membership.objects.filter(user=user)}
        gone = [each for post, each in held.items() if each.source == source and post not in posts]
        for each in gone:
            each.delete()
        new = posts - held.keys()
        for post in new:
            Membership.objects.create(user=user, role=post.role, dopa_code=post.dopa_code, source=source)
        return bool(gone or new)
