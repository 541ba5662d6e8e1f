"""A new roll-out of firmware, with its preview; and the tags that waves pick kiosks by."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.devices.models import Kiosk
from fleet.people.scope import Scope, scope_of
from fleet.rollouts import tagging
from fleet.rollouts.models import Firmware, KioskTag
from fleet.rollouts.starting import PlanError, Preview, preview, start
from fleet.web import rollout_preview, rollout_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.rollout_form import RolloutForm, read_form

TAGGED_SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """A new one. POST shows who would get it and why, or begins it."""
    scope = _let_in(request)
    provinces = [each for each in provinces_seen(scope) if scope.may_look_into(each.pk)]
    form, shown, problem = RolloutForm(), None, ""
    if request.method == "POST":
        form = read_form(request.POST, None if scope.nation else {each.pk for each in provinces})
        if form.draft is not None:
            try:
                if "begin" in request.POST and not form.wrong:
                    begun = start(form.draft, request.user if request.user.is_authenticated else None)
                    return HttpResponseRedirect(reverse("web:rollout", args=[begun.pk]))
                shown = preview(form.draft)
            except PlanError:
                problem = _("ไม่มีตู้ใดจะได้รับ หรือรุ่นนี้ถูกถอนไปแล้ว")
    context = {
        "form": form,
        "provinces": provinces,
        "nation": scope.nation,
        "firmware": list(Firmware.objects.filter(withdrawn_at=None)),
        "problem": problem,
        "tags": list(_tags(scope).values("tag").annotate(count=Count("pk")).order_by("tag")),
        **(_shown(form, shown) if shown else {}),
    }
    return render(request, "web/rollout_new.html", context, status=422 if form.wrong or problem else 200)


def _let_in(request: HttpRequest) -> Scope:
    """Whoever changes something somewhere, and an auditor. Raises: Http404 for everybody else."""
    scope = scope_of(request.user)
    if not scope.looks_into_somewhere:
        raise Http404
    return scope


def _shown(form: RolloutForm, shown: Preview) -> dict[str, Any]:
    """The preview, for the page."""
    assert form.draft is not None  # noqa: S101 - it is what the preview is of
    found, count = rollout_preview.answers(form.draft, shown, form.find)
    return {
        "shown": shown,
        "waves": rollout_preview.waves(form.draft, shown),
        "out": [(rollout_words.why(why), count) for why, count in sorted(shown.out.items())],
        "load": rollout_preview.load(form.draft, shown),
        "answers": found,
        "answers_count": count,
        "brings": form.draft.firmware.version if form.draft.firmware else "",
    }


# ---- tags


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tags(request: HttpRequest) -> HttpResponse:
    """The tags there are, and who wears them. POST puts one on kiosks, or takes it off."""
    scope = _let_in(request)
    typed, problem = {"tag": "", "kiosks": ""}, ""
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip()[:4000] for name in typed}
        try:
            mine = Kiosk.objects.filter(pk__in=tagging.words(typed["kiosks"]))
            theirs = [each for each in mine.select_related("office") if scope.may_change(each.office.province_id)]
            tagging.put(typed["tag"], typed["kiosks"], theirs, worn="off" not in request.POST)
            return HttpResponseRedirect(reverse("web:rollout-tags"))
        except tagging.TagError as err:
            problem = _problem(err)
    worn: dict[str, list[str]] = defaultdict(list)
    for tag, kiosk_id in _tags(scope).order_by("tag", "kiosk_id").values_list("tag", "kiosk_id"):
        worn[tag].append(kiosk_id)
    rows = [
        {"tag": tag, "count": len(kiosk_ids), "first": kiosk_ids[:TAGGED_SHOWN], "more": len(kiosk_ids) > TAGGED_SHOWN}
        for tag, kiosk_ids in worn.items()
    ]
    context = {"rows": rows, "typed": typed, "problem": problem, "may": bool(scope.changes) and not scope.reads_only}
    return render(request, "web/rollout_tags.html", context, status=422 if problem else 200)


def _tags(scope: Scope) -> QuerySet[KioskTag]:
    return scope.within(KioskTag.objects.all(), "kiosk__office__province")


def _problem(err: tagging.TagError) -> str:
    match err.problem:
        case tagging.Problem.TAG:
            return _("ป้ายใช้ตัวอักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลาง ไม่เกิน 30 ตัว")
        case tagging.Problem.NOBODY:
            return _("ใส่รหัสตู้อย่างน้อยหนึ่งตู้")
        case tagging.Problem.UNKNOWN:
            return _("ไม่มีตู้ %(word)s ในพื้นที่ที่ดูแล") % {"word": err.word}
