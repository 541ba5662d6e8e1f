"""Roll-outs: all of them, and one of them. A new one: ``rollout_new``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.rollouts import Sought, matching, of_any_state
from fleet.acting.seen import members_seen, provinces_seen, rollouts_seen
from fleet.people.scope import Scope, scope_of
from fleet.rollouts import deeds
from fleet.rollouts.deeds import DeedError, What
from fleet.rollouts.firmware import bundles
from fleet.rollouts.gating import OPEN, RolloutState
from fleet.rollouts.judging import MemberState
from fleet.rollouts.models import Firmware, Kind, Member, Rollout
from fleet.rollouts.progress import at_the_gate, counts_of, progress_of
from fleet.rollouts.stepping import plan_of
from fleet.web import rollout_words
from fleet.web.access import is_live, signed_in
from fleet.web.live import answer
from fleet.web.rollout_chart import chart
from fleet.web.rollout_waves import cards_of
from fleet.web.table_files import in_lots, table_file

A_PAGE = 20
TEXT_MAX = 80
REASON_MAX = 200
NEWEST = 60

COLUMNS = ("number", "what", "state", "reason", "by", "created_at", "waves", "kiosks", "passed", "failed")
FIRMWARE_COLUMNS = ("version", "model", "file", "fingerprint", "bytes", "signed", "known_at", "withdrawn_at", "notes")

_FIRST = [
    MemberState.FAILED, MemberState.ASKED, MemberState.RETURNING, MemberState.TO_RETURN, MemberState.PASSED,
    MemberState.WAITING,
]  # fmt: skip
"""Kiosks somebody must look at come first."""


def title(rollout: Rollout) -> str:
    """What is rolled out."""
    if rollout.firmware is not None:
        return _("เฟิร์มแวร์ %(version)s") % {"version": rollout.firmware.version}
    return _("การตั้งค่า %(key)s") % {"key": rollout.settings_key or _("ทั้งประเทศ")}


@require_safe
@signed_in
def rollouts(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, and the firmware there is; the address narrows both and turns their pages."""
    scope, firmware = _let_in(request), FirmwareAsked.of(request)
    sought = _sought(request)
    there = Counter(of_any_state(scope, sought).order_by().values_list("state", flat=True))
    page = Paginator(matching(scope, sought), A_PAGE).get_page(request.GET.get("page"))
    bundles_page = Paginator(firmware.rows(), A_PAGE).get_page(request.GET.get("firmware_page"))
    context = {
        "rows": _rows(scope, list(page)),
        "page": page,
        "asked": sought,
        "kept": _kept(request, "state", "kind", "province", "q"),
        "narrowed": _kept(request, "kind", "province", "q"),
        "firmware_kept": _kept(request, "firmware", "model"),
        "states": [(each.value, rollout_words.state(each), there[each]) for each in RolloutState if there[each]],
        "kinds": [(Kind.FIRMWARE.value, _("เฟิร์มแวร์")), (Kind.SETTINGS.value, _("การตั้งค่า"))],
        "provinces": list(provinces_seen(scope)),
        "total": there.total(),
        "any_there": bool(there) or rollouts_seen(scope).exists(),
        "firmware": list(bundles_page),
        "firmware_page": bundles_page,
        "firmware_asked": firmware,
        "firmware_there": Firmware.objects.count(),
        "models": list(Firmware.objects.order_by("compatible").values_list("compatible", flat=True).distinct()),
        "may_begin": _may_begin(scope),
    }
    return answer(request, "rollouts", context)


def _sought(request: HttpRequest) -> Sought:
    """What the address asks for; whatever is none of the choices asks for nothing."""
    said = request.GET
    state, kind, province = said.get("state", ""), said.get("kind", ""), said.get("province", "")
    return Sought(
        state=state if state in set(RolloutState) else "",
        kind=kind if kind in set(Kind) else "",
        dopa_code=int(province) if province.isascii() and province.isdigit() and len(province) < 3 else None,
        text=said.get("q", "").strip()[:TEXT_MAX],
    )


def _kept(request: HttpRequest, *names: str) -> str:
    """So much of the address, for a link that changes the rest of it."""
    return urlencode({name: said for name in names if (said := request.GET.get(name, "").strip()[:TEXT_MAX])})


def _rows(scope: Scope, seen: list[Rollout]) -> list[dict[str, Any]]:
    counts = counts_of(members_seen(scope), seen)
    return [
        {
            "rollout": each,
            "title": title(each),
            "state": rollout_words.state(each.state),
            "condition": rollout_words.CONDITION[RolloutState(each.state)],
            "waves": len(each.plan["waves"]),
            "counts": counts[each.pk],
            "total": counts[each.pk].total(),
        }
        for each in seen
    ]


@require_safe
@signed_in
def rollouts_csv(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, all of it, for a spreadsheet."""
    scope = _let_in(request)
    lots = in_lots(matching(scope, _sought(request)).iterator(chunk_size=NEWEST), NEWEST)
    return table_file("rollouts", COLUMNS, (_line(each) for lot in lots for each in _rows(scope, lot)))


def _line(row: dict[str, Any]) -> tuple[object, ...]:
    it, counts = row["rollout"], row["counts"]
    by = it.author.get_username() if it.author else ""
    done = (counts[MemberState.PASSED], counts[MemberState.FAILED])
    return (it.pk, row["title"], it.state, it.reason, by, it.created_at, row["waves"], row["total"], *done)


@dataclass(frozen=True, slots=True)
class FirmwareAsked:
    """What is asked of the firmware: ``state`` is ``offered``, ``withdrawn`` or empty, ``model`` a machine's."""

    state: str
    model: str

    @classmethod
    def of(cls, request: HttpRequest) -> FirmwareAsked:
        """Whatever is none of the choices asks for nothing."""
        state = request.GET.get("firmware", "")
        return cls(state if state in ("offered", "withdrawn") else "", request.GET.get("model", "").strip()[:80])

    def rows(self) -> QuerySet[Firmware]:
        """The newest first; firmware is nobody's province."""
        withdrawn = {"offered": False, "withdrawn": True}.get(self.state)
        return bundles(withdrawn=withdrawn, compatible=self.model)


@require_safe
@signed_in
def firmware_csv(request: HttpRequest) -> HttpResponse:
    """The firmware as it is filtered, all of it, for a spreadsheet."""
    _let_in(request)
    rows = FirmwareAsked.of(request).rows().iterator(chunk_size=NEWEST)
    lines = (
        (it.version, it.compatible, it.target, it.manifest_hash, it.size_bytes, it.is_signed, it.known_at,
         it.withdrawn_at, it.notes)
        for it in rows
    )  # fmt: skip
    return table_file("firmware", FIRMWARE_COLUMNS, lines)


def _let_in(request: HttpRequest) -> Scope:
    """Whoever sees any province. Raises: Http404 for everybody else."""
    scope = scope_of(request.user)
    if not scope.sees:
        raise Http404
    return scope


def _may_begin(scope: Scope) -> bool:
    return bool(scope.changes) and not scope.reads_only


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rollout(request: HttpRequest, number: int) -> HttpResponse:
    """One of them: how far it is, why it does not go on, each kiosk. POST steers it."""
    scope = _let_in(request)
    it = rollouts_seen(scope).filter(pk=number).first()
    if it is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        problem = _steer(request, scope, it)
        if not problem:
            return HttpResponseRedirect(reverse("web:rollout", args=[it.pk]))
    if is_live(request) and request.GET.get("was") != it.state:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # the buttons beside it are others now
    asked = request.GET.copy()
    asked["was"] = it.state
    request.GET = asked  # type: ignore[assignment]  # Django's stub wants one that cannot be changed
    page = answer(request, "rollout", {**_moving(request, scope, it), **_standing(scope, it), "problem": problem})
    page.status_code = 422 if problem else page.status_code
    return page


def _steer(request: HttpRequest, scope: Scope, it: Rollout) -> str:
    """Do what was asked; a sentence when it cannot be done.

    Raises: Http404 for who may not.
    """
    if not scope.may_change(it.province):
        raise Http404
    what = next((each for each in What if each == request.POST.get("what")), None)
    reason = request.POST.get("reason", "").strip()[:REASON_MAX]
    if what is None:
        raise Http404
    if not reason:
        return _("บอกเหตุผลสั้น ๆ ก่อน คนถัดไปจะได้รู้")
    try:
        deeds.do(it.pk, what, request.user if request.user.is_authenticated else None, reason)
    except DeedError:
        return _("สถานะเปลี่ยนไปแล้ว ดูอีกครั้งก่อนสั่ง")
    return ""


def _standing(scope: Scope, it: Rollout) -> dict[str, Any]:
    """What stands around what moves: its name, and the buttons."""
    may = scope.may_change(it.province)
    told = it.members.exclude(asked_at=None).count()
    return {
        "it": it,
        "title": title(it),
        "buttons": [
            {"what": what, "word": rollout_words.deed(what), "is_danger": what in (What.CANCEL, What.ROLL_BACK)}
            for what in (deeds.possible(it) if may else ())
        ],
        "told": told,
    }


def _moving(request: HttpRequest, scope: Scope, it: Rollout) -> dict[str, Any]:
    """What is news from one second to the next."""
    plan, members, now = plan_of(it), members_seen(scope).filter(rollout=it), timezone.now()
    waves = progress_of(it, plan, members)
    wave_no = request.GET.get("wave", "")
    wave = next((each for each in waves if str(each.no) == wave_no), None)
    shown = members if wave is None else members.filter(wave_no=wave.no)
    ranked = shown.annotate(
        rank=Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(_FIRST)), default=Value(9),
                  output_field=IntegerField())
    ).order_by("rank", "wave_no", "place")  # fmt: skip
    page = Paginator(ranked, A_PAGE).get_page(request.GET.get("page"))
    passed = list(members.filter(state=MemberState.PASSED).order_by("decided_at").values_list("decided_at", flat=True))
    is_over = it.state not in OPEN
    until = max([it.state_since, *(at for at in passed if at)]) if is_over else now.replace(second=0, microsecond=0)
    size = members.exclude(state=MemberState.WITHDRAWN).count()
    return {
        "it": it,
        "plan": plan,
        "waves": cards_of(it, plan, waves),
        "wave": wave,
        "gate": at_the_gate(it, waves),
        "page": page,
        "lines": [
            {
                "member": each,
                "word": rollout_words.member_state(each.state),
                "condition": rollout_words.MEMBER_CONDITION[MemberState(each.state)],
                "now": rollout_words.now_of(each),
            }
            for each in page
        ],
        "chart": chart([at for at in passed if at], size, it.created_at, max(until, it.created_at)),
        "passed": len(passed),
        "size": size,
        "state_word": rollout_words.state(it.state),
        "condition": rollout_words.CONDITION[RolloutState(it.state)],
        "because": rollout_words.because(it.because),
        "soak": rollout_words.duration(plan.gate.soak_s),
        "deeds": [(rollout_words.deed(each.what), each) for each in it.deeds.select_related("by").order_by("-id")[:12]],
        "steps": _steps(members, request.GET.get("kiosk", "")),
    }


def _steps(members: QuerySet[Member], kiosk_id: str) -> dict[str, Any] | None:
    """The time line of the kiosk that was asked for."""
    member = members.filter(kiosk_id=kiosk_id).first() if kiosk_id else None
    if member is None:
        return None
    lines = [
        {
            "step": each,
            "word": rollout_words.member_state(each.state),
            "condition": rollout_words.MEMBER_CONDITION[MemberState(each.state)],
            "now": " · ".join(filter(None, (rollout_words.step(each.step), rollout_words.reason(each.reason)))),
        }
        for each in member.steps.order_by("-id")
    ]
    return {"member": member, "lines": lines}
