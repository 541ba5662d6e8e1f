"""Changing what people may tell an office, and who answers for it by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from fleet.devices.desired import announce_office
from fleet.office.changes.publishing import publish
from fleet.office.channels.models import Channel
from fleet.office.models import Office
from fleet.people.models import Membership, Role
from fleet.protocol.office import Topic
from fleet.protocol.thai_order import thai_order

NEW = "new"
"""No channel's code: where the form of a new one stands."""

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A channel as somebody wants it. ``code`` counts for a new one only; ``deadline_days`` None is no number."""

    name_th: str
    name_en: str
    owner_id: int | None
    owner_name: str
    deadline_days: int | None
    is_open: bool
    code: str = ""


def officers_of(office: Office) -> list[User]:
    """Who may own a channel: officers and admins of the province, in the order of the Thai dictionary."""
    holding = Membership.objects.filter(
        dopa_code=office.province_id, role__in=(Role.OFFICER, Role.PROVINCIAL_ADMIN)
    ).values("user_id")
    found = User.objects.filter(pk__in=holding, is_active=True)
    return sorted(found, key=lambda each: (thai_order(each.get_full_name() or each.username), each.username))


def change(channel: Channel, wanted: Wanted) -> list[str]:
    """Make ``channel`` (kept or new) what is wanted and tell the office's kiosks; or the names of what will not do."""
    problems = _fill(channel, wanted)
    if not problems:
        with transaction.atomic():
            channel.save()
            publish(channel.office_id, {Topic: [channel.code]})
            announce_office(channel.office_id)
    return problems


def _fill(channel: Channel, wanted: Wanted) -> list[str]:
    problems = []
    channel.name_th, channel.name_en = wanted.name_th.strip(), wanted.name_en.strip()
    if not all(1 <= len(name) <= 60 for name in (channel.name_th, channel.name_en)):
        problems.append("name")
    channel.owner = next((each for each in officers_of(channel.office) if each.pk == wanted.owner_id), None)
    channel.owner_name = wanted.owner_name.strip() or (channel.owner.get_full_name() if channel.owner else "")
    if not 1 <= len(channel.owner_name) <= 80:
        problems.append("owner_name")
    if wanted.deadline_days is not None and 1 <= wanted.deadline_days <= 365:
        channel.deadline_days = wanted.deadline_days
    else:
        problems.append("deadline_days")
    channel.is_open = wanted.is_open
    if channel.pk is None:
        channel.code = wanted.code.strip()
        is_taken = Channel.objects.filter(office=channel.office, code=channel.code).exists()
        if not _CODE.fullmatch(channel.code) or channel.code == NEW or is_taken:
            problems.append("code")
    return problems
