"""The factory register: files taken in, what a dry run found, the import, its undoing. Only for who serves there."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fleet.acting.seen import register_runs_served
from fleet.office.models import Factory, Notice, Office, Province
from fleet.office.register import runs
from fleet.office.register.deciding import Action
from fleet.office.register.findings import MEANINGS, Kind, Severity
from fleet.office.register.models import Run, Stage
from fleet.office.register.report import HEADINGS, report_lines
from fleet.office.register.sample_file import Place, sample_csv
from fleet.office.register.tables import TableError
from fleet.people.scope import Scope, scope_of
from fleet.web import register_words
from fleet.web.access import offices_served, signed_in
from fleet.web.live import answer
from fleet.web.table_files import LINES_MAX, table_file

SHOWN = 30
PER_PAGE = 100
SAMPLE_ROWS = 300
NATION = "nation"
COLUMNS = ("number", "file", "office", "province", "state", "lines", "created", "updated", "by", "made_at")


def _run(request: HttpRequest, number: str) -> Run:
    """One run. Raises: Http404 when there is none, or none for this account."""
    if not (number.isascii() and number.isdigit()):
        raise Http404
    found = register_runs_served(scope_of(request.user)).filter(pk=int(number[:12])).first()
    if found is None:
        raise Http404
    return found


def _who(request: HttpRequest) -> tuple[int, str]:
    user = cast(User, request.user)
    return user.pk, user.get_full_name() or user.get_username()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for."""

    text: str
    stage: str
    province: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        stage, province = request.GET.get("state", ""), request.GET.get("province", "")
        return cls(
            text=request.GET.get("q", "").strip()[:60],
            stage=stage if stage in Stage.values else "",
            province=province[:4] if province.isascii() and province.isdigit() else "",
        )

    def narrow(self, rows: QuerySet[Run]) -> QuerySet[Run]:
        """All but the stage, of which the page counts each."""
        rows = runs.asked_for(rows, self.text)
        return rows.filter(office__province_id=int(self.province)) if self.province else rows

    def in_stage(self, rows: QuerySet[Run]) -> QuerySet[Run]:
        """Those in the stage."""
        return rows.filter(stage=self.stage) if self.stage else rows


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register(request: HttpRequest) -> HttpResponse:
    """The runs, newest first, and the form that takes a file in; ``q``, ``state`` and ``province`` narrow them down."""
    scope, asked = scope_of(request.user), Asked.of(request)
    offices = list(offices_served(scope))
    wrong = ""
    if request.method == "POST":
        if not offices:
            raise Http404
        try:
            run = _taken_in(request, scope, offices)
            if run is not None:
                return HttpResponseRedirect(reverse("web:register-run", args=[run.pk]))
            wrong = _("เลือกไฟล์ .csv หรือ .xlsx ก่อน")
        except TableError as err:
            wrong = register_words.refusal(err.refusal)
    factories = Factory.objects.all() if scope.serves.nation else Factory.objects.filter(office__in=offices)
    rows = asked.narrow(register_runs_served(scope))
    there = Counter(rows.order_by().values_list("stage", flat=True))
    page = Paginator(asked.in_stage(rows), SHOWN).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "stages": [(each.value, register_words.stage(each), there[each]) for each in Stage if there[each]],
        "total": there.total(),
        "provinces": Province.objects.filter(pk__in={each.province_id for each in offices}),
        "page": page,
        "lines": [_line(each) for each in page],
        "offices": offices,
        "nation": scope.may_serve(None),
        "wrong": wrong,
        "factory_count": factories.count(),
        "is_tried": Notice.objects.filter(sample=True).exists(),
    }
    return render(request, "web/register.html", context)


@require_safe
@signed_in
def register_csv(request: HttpRequest) -> HttpResponse:
    """The list of runs as it is filtered, all its pages, for a spreadsheet."""
    asked = Asked.of(request)
    rows = asked.in_stage(asked.narrow(register_runs_served(scope_of(request.user))))
    return table_file("imports", COLUMNS, map(_row, rows.iterator(chunk_size=PER_PAGE)))


def _row(run: Run) -> tuple[object, ...]:
    office = run.office.pk if run.office else NATION
    province = run.office.province_id if run.office else None
    counts = (run.lines, run.created, run.updated)
    return (run.pk, run.file_name, office, province, run.stage, *counts, run.made_by_name, run.made_at)


def _taken_in(request: HttpRequest, scope: Scope, offices: list[Office]) -> Run | None:
    """The run of the file that was sent; None without a file. Raises: Http404 for an office that is not theirs."""
    upload = request.FILES.get("file")
    if upload is None:
        return None
    asked = request.POST.get("office", "")
    if asked == NATION and scope.may_serve(None):
        office = None
    else:
        office = next((each for each in offices if each.pk == asked), None)
        if office is None:
            raise Http404
    return runs.take_in(upload.chunks(), upload.name or "", office, _who(request))


@dataclass(frozen=True, slots=True)
class _Line:
    """A run in the list."""

    run: Run
    stage: str
    condition: str


_CONDITIONS = {
    Stage.WAITING: "stale",
    Stage.CHECKING: "stale",
    Stage.CHECKED: "attention",
    Stage.APPLYING: "stale",
    Stage.DONE: "ok",
    Stage.UNDOING: "stale",
    Stage.UNDONE: "offline",
    Stage.FAILED: "failing",
    Stage.IMPORT_STOPPED: "failing",
    Stage.UNDO_STOPPED: "failing",
}
"""Shape and colour of a stage; its word always stands beside it."""


def _line(run: Run) -> _Line:
    return _Line(run, register_words.stage(run.stage), _CONDITIONS[Stage(run.stage)])


# ---- one run --------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def run(request: HttpRequest, number: str) -> HttpResponse:
    """One run: how far it is, what it would do or did, what it found; live."""
    found = _run(request, number)
    context: dict[str, Any] = {
        "line": _line(found),
        "run": found,
        "shares": _shares(found),
        "groups": _groups(found),
        "percent": 100 * found.progress // found.progress_of if found.progress_of else 0,
        "would_change": sum(found.actions.get(each, 0) for each in (Action.CREATE, Action.UPDATE)),
        "left": found.actions.get(Action.LEFT, 0),
        "may": runs.possible(found),
        "overtaken": found.progress_of - found.created - found.updated if found.stage == Stage.DONE else 0,
        "tries_max": runs.TRIES_MAX,
        "refusal": register_words.refusal(found.refusal) if found.refusal else "",
    }
    return answer(request, "register_run", context)


@dataclass(frozen=True, slots=True)
class Share:
    """Lines with one action: how many, and where their part of the strip begins and how wide it is, of 1000."""

    name: str
    word: str
    count: int
    x: float
    width: float


def _shares(run: Run) -> list[Share]:
    total = sum(run.actions.values()) or 1
    shares: list[Share] = []
    x = 0.0
    for each in Action:
        count = run.actions.get(each, 0)
        width = 1000 * count / total
        shares.append(Share(each, register_words.action(each), count, x, width))
        x += width
    return shares


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind of finding: how many, and how long its bar is, of 100."""

    name: str
    word: str
    count: int
    width: float


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one severity."""

    condition: str
    word: str
    bars: list[Bar]


_SHAPES = {Severity.ERROR: "failing", Severity.WARNING: "attention", Severity.NOTE: "stale"}


def _groups(run: Run) -> list[Group]:
    most = max(run.kinds.values(), default=1)
    groups = []
    for severity in Severity:
        kinds = [(count, name) for name, count in run.kinds.items() if MEANINGS[Kind(name)].severity is severity]
        bars = [
            Bar(name, register_words.kind(name), count, max(1.0, 100 * count / most))
            for count, name in sorted(kinds, reverse=True)
        ]
        if bars:
            groups.append(Group(_SHAPES[severity], register_words.severity(severity), bars))
    return groups


@require_POST
@signed_in
def do_import(request: HttpRequest, number: str) -> HttpResponse:
    """Have a checked run imported."""
    return _asked(request, number, runs.ask_import)


@require_POST
@signed_in
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Have a run undone."""
    return _asked(request, number, runs.ask_undo)


def _asked(request: HttpRequest, number: str, ask: Callable[[int, str], None]) -> HttpResponse:
    """Ask, and show the run. Whoever was slower than somebody else sees what that one did."""
    found = _run(request, number)
    with contextlib.suppress(runs.NotNowError):
        ask(found.pk, _who(request)[1])
    return HttpResponseRedirect(reverse("web:register-run", args=[found.pk]))


# ---- what it found --------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """What was found, line by line; ``kind`` narrows it down."""
    found = _run(request, number)
    kind = _kind(request)
    rows = found.found.filter(kind=kind) if kind else found.found.all()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "run": found,
        "kind": kind,
        "groups": _groups(found),
        "total": sum(found.kinds.values()),
        "page": page,
        "lines": [
            (
                each,
                _SHAPES[MEANINGS[Kind(each.kind)].severity],
                register_words.kind(each.kind),
                register_words.finding(each.kind, each.value, each.other),
            )
            for each in page
        ],
    }
    return render(request, "web/register_findings.html", context)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in set(Kind) else ""


@require_safe
@signed_in
def report(request: HttpRequest, number: str) -> HttpResponse:
    """The findings for a spreadsheet: of a messy file of the whole register there is nearly one a line."""
    found = _run(request, number)
    lines = report_lines(found, _kind(request))
    return table_file(f"register-{found.pk}-findings", HEADINGS, lines, rows_max=LINES_MAX)


@require_safe
@signed_in
def sample(request: HttpRequest) -> HttpResponse:
    """A messy register to try the import with; only where everything is a sample."""
    offices = list(offices_served(scope_of(request.user)))
    if not offices or not Notice.objects.filter(sample=True).exists():
        raise Http404
    places = [Place(each.province_id, each.province.name_th) for each in offices]
    content = sample_csv(SAMPLE_ROWS, places).encode("cp874")  # as old programs write: none of table_files
    named = {"Content-Disposition": 'attachment; filename="register-sample.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=named)
