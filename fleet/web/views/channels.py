"""The channels of the offices: what may be told, and who answers for it by name. Admins change them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.channels import NEW, Wanted, change, officers_of
from fleet.office.channels.models import Channel
from fleet.office.models import Office
from fleet.people.scope import Scope, scope_of
from fleet.web import ticket_words
from fleet.web.access import for_offices, offices_seen, signed_in

A_PAGE = 20
"""Offices."""


@require_safe
@signed_in
@for_offices
def channels(request: HttpRequest) -> HttpResponse:
    """The offices this account sees, with their channels and who answers for each: for who serves in one."""
    scope = scope_of(request.user)
    page = Paginator(offices_seen(scope).prefetch_related("channels"), A_PAGE).get_page(request.GET.get("page"))
    lines = [(office, list(office.channels.all()), scope.may_change(office.province_id)) for office in page]
    return render(request, "web/channels.html", {"lines": lines, "page": page})


def _address(scope: Scope, office: Office) -> str:
    """Where the list has this office."""
    before = Q(province_id__lt=office.province_id) | Q(province_id=office.province_id, pk__lt=office.pk)
    page = offices_seen(scope).filter(before).count() // A_PAGE + 1
    return f"{reverse('web:channels')}{f'?page={page}' if page > 1 else ''}#{office.pk}"


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
        problems = change(found, _wanted(request.POST))
        if not problems:
            return HttpResponseRedirect(_address(scope, office))
    context: dict[str, Any] = {
        "channel": found,
        "office": office,
        "is_new": found.pk is None,
        "officers": officers_of(office),
        "wrong": [ticket_words.channel_problem(each) for each in problems],
    }
    return render(request, "web/channel.html", context)


def _wanted(said: QueryDict) -> Wanted:
    """What the form said."""
    owner, days = said.get("owner", ""), said.get("deadline_days", "")
    return Wanted(
        name_th=said.get("name_th", ""),
        name_en=said.get("name_en", ""),
        owner_id=int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 10 else None,
        owner_name=said.get("owner_name", ""),
        deadline_days=int(days[:4]) if days.isascii() and days.isdigit() else None,
        is_open="is_open" in said,
        code=said.get("code", ""),
    )
