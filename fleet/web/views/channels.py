"""The channels of the offices: what may be told, and who answers for it by name. Admins change them."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fleet.devices.desired import announce_office
from fleet.office.changes.publishing import publish
from fleet.office.channels.models import Channel
from fleet.office.models import Office
from fleet.people.models import Membership, Role
from fleet.people.scope import scope_of
from fleet.protocol.office import Topic
from fleet.web import ticket_words
from fleet.web.access import offices_seen, signed_in

NEW = "new"
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")


@require_safe
@signed_in
def channels(request: HttpRequest) -> HttpResponse:
    """Every office this account sees, with its channels."""
    scope = scope_of(request.user)
    offices = offices_seen(scope).prefetch_related("channels")
    lines = [(office, list(office.channels.all()), scope.may_change(office.province_id)) for office in offices]
    return render(request, "web/channels.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def channel(request: HttpRequest, office_id: str, code: str) -> HttpResponse:
    """One channel, or with ``new`` a new one."""
    scope = scope_of(request.user)
    office = offices_seen(scope).filter(pk=office_id).first()
    if office is None or not scope.may_look_into(office.province_id):
        raise Http404
    found = Channel.objects.filter(office=office, code=code).first() if code != NEW else Channel(office=office)
    if found is None:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        problems = _fill(found, request.POST, _officers(office))
        if not problems:
            with transaction.atomic():
                found.save()
                publish(office.pk, {Topic: [found.code]})
            announce_office(office.pk)
            return HttpResponseRedirect(reverse("web:channels"))
    context: dict[str, Any] = {
        "channel": found,
        "office": office,
        "is_new": found.pk is None,
        "officers": _officers(office),
        "wrong": [ticket_words.channel_problem(each) for each in problems],
    }
    return render(request, "web/channel.html", context)


def _officers(office: Office) -> list[User]:
    """Who may own a channel: officers and admins of the province."""
    holding = Membership.objects.filter(
        dopa_code=office.province_id, role__in=(Role.OFFICER, Role.PROVINCIAL_ADMIN)
    ).values("user_id")
    return list(User.objects.filter(pk__in=holding, is_active=True).order_by("username"))


def _fill(channel: Channel, said: QueryDict, officers: list[User]) -> list[str]:
    """Put the answers into ``channel``; the names of those that will not do."""
    problems = []
    channel.name_th, channel.name_en = said.get("name_th", "").strip(), said.get("name_en", "").strip()
    if not all(1 <= len(name) <= 60 for name in (channel.name_th, channel.name_en)):
        problems.append("name")
    channel.owner = next((each for each in officers if str(each.pk) == said.get("owner")), None)
    name = said.get("owner_name", "").strip()
    channel.owner_name = name or (channel.owner.get_full_name() if channel.owner else "")
    if not 1 <= len(channel.owner_name) <= 80:
        problems.append("owner_name")
    days = said.get("deadline_days", "")
    if days.isascii() and days.isdigit() and 1 <= int(days[:4]) <= 365:
        channel.deadline_days = int(days)
    else:
        problems.append("deadline_days")
    channel.is_open = "is_open" in said
    if channel.pk is None:
        channel.code = said.get("code", "").strip()
        is_taken = Channel.objects.filter(office=channel.office, code=channel.code).exists()
        if not _CODE.fullmatch(channel.code) or channel.code == NEW or is_taken:
            problems.append("code")
    return problems
