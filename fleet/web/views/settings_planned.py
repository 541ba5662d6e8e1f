"""Changes of settings that wait for another person or for their time; going back; and pictures of drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fleet.acting import planning
from fleet.acting.planning import DecideError, planned_seen
from fleet.acting.settings import Published, PublishError, Wanted, go_back, names_money, spot_seen
from fleet.devices.desired import latest_document
from fleet.devices.models import PlannedSettings
from fleet.devices.planned import State
from fleet.people.scope import Scope, scope_of
from fleet.rollouts.models import Rollout
from fleet.web import planned_words, settings_words
from fleet.web.access import signed_in
from fleet.web.screen_preview import picture as drawn_picture
from fleet.web.settings_changes import changes
from fleet.web.settings_place import Place, beneath, place_of, place_seen

SHOWN = 30


@require_safe
@signed_in
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits, what comes first first; then what became of the last ones."""
    scope, now = scope_of(request.user), timezone.now()
    if not scope.sees:
        raise Http404
    rows = planned_seen(scope)
    open_ones = list(planning.waiting(rows, now))
    past = rows.exclude(pk__in=[each.pk for each in open_ones])[:SHOWN]
    return render(
        request,
        "web/settings_waiting.html",
        {"open": [line(each, scope, now) for each in open_ones], "past": [line(each, scope, now) for each in past]},
    )


def line(plan: PlannedSettings, scope: Scope, now: datetime) -> dict[str, Any]:
    """A change that waits or waited, as lists show it."""
    spot = spot_seen(scope, plan.layer, plan.key)
    state = State.EXPIRED if planning.is_over(plan, now) else State(plan.state)
    return {
        "plan": plan,
        "place": place_of(spot) if spot else None,
        "word": settings_words.layer_word(plan.layer),
        "state": planned_words.state(state),
        "shape": planned_words.SHAPES[state],
        "is_waiting": state in planning.WAITING,
        "problem": planned_words.problem(plan),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def one(request: HttpRequest, plan: int) -> HttpResponse:
    """One of them: what it would change, and whose word is missing; POST agrees, refuses or takes it back."""
    scope, now, user = scope_of(request.user), timezone.now(), cast(User, request.user)
    wanted = planned_seen(scope).filter(pk=plan).first()
    if wanted is None:
        raise Http404
    place = place_seen(scope, wanted.layer, wanted.key)
    wrong = ""
    if request.method == "POST":
        wrong = _decided(request, wanted, now)
        if not wrong:
            return HttpResponseRedirect(request.path)
    is_asked = wanted.state == State.ASKED and not planning.is_over(wanted, now)
    possible = planning.possible(scope, wanted, user, now)
    base, context = planning.base_document(wanted), line(wanted, scope, now)
    latest = latest_document(wanted.layer, wanted.key)
    context |= {
        "place": place,
        "changed": changes(base, wanted.document, beneath(place)),
        "latest": latest,
        "meanwhile": context["is_waiting"] and (latest.revision if latest else 0) != wanted.base,
        "is_money": names_money(base, wanted.document),
        "is_payees": planning.names_payees(wanted),
        "may_decide": planning.Deed.AGREE in possible,
        "is_own": wanted.asked_by_id == user.pk,
        "may_withdraw": planning.Deed.WITHDRAW in possible,
        "is_asked": is_asked,
        "wrong": wrong,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/settings_planned.html", context, status=422 if wrong else 200)


def _decided(request: HttpRequest, plan: PlannedSettings, now: datetime) -> str:
    """Do what was asked; a sentence when it cannot be. Raises: Http404 for what is not theirs."""
    user, deed = cast(User, request.user), request.POST.get("deed", "")
    try:
        if deed == planning.Deed.AGREE:
            planning.agree(plan, user, now)
        elif deed == planning.Deed.REFUSE:
            planning.refuse(plan, user, request.POST.get("reason", ""), now)
        elif deed == planning.Deed.WITHDRAW:
            planning.withdraw(plan, user, now)
        else:
            raise Http404
    except DecideError as err:
        if err.refusal is planning.Refusal.NOT_YOURS:
            raise Http404 from None
        return planned_words.decide_refusal(err.refusal)
    return ""


def planned_address(plan: PlannedSettings) -> str:
    """Of its page."""
    return reverse("web:planned-settings", args=[plan.pk])


# ---- going back -----------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def undo_last(request: HttpRequest, layer: str, key: str) -> HttpResponse:
    """Take the last change back that has not been taken back yet."""
    place = _place_to_change(request, layer, key)
    latest = latest_document(layer, key)
    if latest is None:
        raise Http404
    return _gone_back(request, place, None, _("ย้อนฉบับ %(revision)s") % {"revision": latest.stands_for})


@require_POST
@signed_in
def back(request: HttpRequest, layer: str, key: str, revision: int) -> HttpResponse:
    """Put an earlier revision into force again; 0 is the layer that says nothing."""
    place = _place_to_change(request, layer, key)
    reason = _("กลับไปใช้ฉบับ %(revision)s") % {"revision": revision} if revision else _("กลับไปตามชั้นบนทั้งหมด")
    return _gone_back(request, place, revision, reason)


def _place_to_change(request: HttpRequest, layer: str, key: str) -> Place:
    scope = scope_of(request.user)
    place = place_seen(scope, layer, key)
    if not scope.may_change(place.spot.dopa_code):
        raise Http404
    return place


def _gone_back(request: HttpRequest, place: Place, to: int | None, reason: str) -> HttpResponse:
    may_name = scope_of(request.user).may_name_payees(place.spot.dopa_code)
    asked = Wanted(document={}, base=0, reason=reason, as_treasury=may_name)
    try:
        made = go_back(place.spot, to, asked, cast(User, request.user))
    except PublishError as err:
        return HttpResponseRedirect(f"{place.address}?kept={err.refusal.value}")
    except LookupError:
        return HttpResponseRedirect(f"{place.address}?kept=1")
    return HttpResponseRedirect(led_to(place, made))


def led_to(place: Place, made: Published) -> str:
    """Where a change that was taken is to be seen."""
    if isinstance(made, PlannedSettings):
        return planned_address(made)
    return reverse("web:rollouts") if isinstance(made, Rollout) else f"{place.address}?published=1"


# ---- pictures -------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def picture(request: HttpRequest, layer: str, key: str, digest: str, name: str) -> HttpResponse:
    """A picture of a draft, for who sees the layer; drafts are drawn by the layer's own page."""
    place_seen(scope_of(request.user), layer, key)
    found = drawn_picture(digest, name)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="image/png")
