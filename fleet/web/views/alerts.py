"""Alerts: the list, one of them with its time and what to do, and taking it over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.numbers import whole
from fleet.acting.seen import rollouts_seen
from fleet.alerts import words as told
from fleet.alerts.deeds import DeedError, acknowledge
from fleet.alerts.findings import Place, Rule
from fleet.alerts.letters import Names
from fleet.alerts.looking import mute
from fleet.alerts.models import Alert
from fleet.alerts.telling import may_deal_with, named, seen, unclaimed
from fleet.alerts.told import Stand, told_of
from fleet.devices.truth import Condition, truths_of
from fleet.office.models import Province
from fleet.people.scope import Scope, scope_of
from fleet.web import alert_words, words
from fleet.web.access import is_live, kiosks_seen, provinces_seen, signed_in
from fleet.web.live import answer
from fleet.web.table_files import in_lots, table_file

A_PAGE = 50
AT_ONCE = 500
MEMBERS_SHOWN = 60

COLUMNS = (
    *("number", "rule", "condition", "province", "office", "kiosk", "says", "since", "opened_at", "acked_at"),
    *("acked_by", "acked_why", "level", "returns", "closed_at"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An alert as a page writes it."""

    alert: Alert
    where: str
    rule: str
    says: str
    condition: str
    is_muted: bool


def scope_that_sees(request: HttpRequest) -> Scope:
    """The account's scope. Raises: Http404 for who sees nothing."""
    scope = scope_of(request.user)
    if not (scope.sees or scope.settles or scope.serves):
        raise Http404
    return scope


def lines_of(alerts: Iterable[Alert], now: datetime) -> list[Line]:
    """Alerts in the words of a page."""
    some = list(alerts)
    names, is_muted = Names.of(some), mute(now)
    return [_line(each, names, is_muted) for each in some]


def _line(alert: Alert, names: Names, is_muted: Callable[[Place], bool]) -> Line:
    return Line(
        alert=alert,
        where=alert_words.said(names.where(alert)),
        rule=alert_words.said(told.rule(alert.rule)),
        says=alert_words.said(told.sentence(alert.rule, alert.part, alert.facts)),
        condition="ok" if alert.closed_at else alert.condition,
        is_muted=alert.closed_at is None and is_muted(alert.place),
    )


def in_state(rows: QuerySet[Alert], state: str) -> QuerySet[Alert]:
    """Those of the list's filter."""
    match state:
        case "open":
            return unclaimed(rows)
        case "acked":
            return rows.filter(closed_at__isnull=True, acked_at__isnull=False)
        case "closed":
            return rows.filter(closed_at__isnull=False)
    return rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    state: str
    rule: str
    province: str
    text: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        said = request.GET
        state, rule, province = said.get("state", ""), said.get("rule", ""), said.get("province", "")
        return cls(
            state=state if state in alert_words.STATES else "open",
            rule=rule if rule in set(Rule) else "",
            province=province if province.isascii() and province.isdigit() and len(province) < 3 else "",
            text=said.get("q", "").strip()[:60],
        )

    def narrow(self, rows: QuerySet[Alert]) -> QuerySet[Alert]:
        """All but the state."""
        if self.rule:
            rows = rows.filter(rule=self.rule)
        if self.province:
            rows = rows.filter(dopa_code=int(self.province))
        if self.text:
            rows = named(rows, self.text)
        return rows


@require_safe
@signed_in
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts of this account, those that nobody has first; ``state``, ``rule``, ``province``, ``q`` narrow down."""
    scope, asked = scope_that_sees(request), Asked.of(request)
    rows = asked.narrow(seen(scope)).select_related("acked_by")
    shown = in_state(rows, asked.state).order_by("-opened_at", "-pk")
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    provinces = _provinces(scope, rows)
    context = {
        "page": page,
        "lines": lines_of(page, timezone.now()),
        "asked": asked.text,
        "state": asked.state,
        "rule": asked.rule,
        "province": asked.province,
        "states": [(each, alert_words.state(each), in_state(rows, each).count()) for each in alert_words.STATES],
        "rules": [(each.value, alert_words.said(told.rule(each))) for each in Rule],
        "provinces": provinces,
        "may_mute": bool(scope.installs) and not scope.reads_only,
    }
    return answer(request, "alerts", context)


def _provinces(scope: Scope, rows: QuerySet[Alert]) -> list[Province]:
    there = rows.order_by().values_list("dopa_code", flat=True).distinct()
    return list(provinces_seen(scope).filter(pk__in=[each for each in there if each is not None]))


@require_safe
@signed_in
def alerts_csv(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, for a spreadsheet."""
    scope, asked = scope_that_sees(request), Asked.of(request)
    rows = in_state(asked.narrow(seen(scope)), asked.state).select_related("acked_by").order_by("-opened_at", "-pk")
    lots, now = in_lots(rows.iterator(AT_ONCE), AT_ONCE), timezone.now()
    return table_file("alerts", COLUMNS, (_row(each) for lot in lots for each in lines_of(lot, now)))


def _row(line: Line) -> tuple[object, ...]:
    it = line.alert
    where = (it.dopa_code, it.office_id, it.kiosk_id)
    acked = (it.acked_at, it.acked_by.get_username() if it.acked_by else "", it.acked_why)
    return (
        *(it.pk, it.rule, it.condition, *where, line.says, it.since, it.opened_at, *acked),
        *(it.level, it.returns, it.closed_at),
    )


# ---- one


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def alert(request: HttpRequest, number: int) -> HttpResponse:
    """One of them. POST takes it over."""
    scope = scope_that_sees(request)
    it = seen(scope).select_related("acked_by").filter(pk=number).first()
    if it is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        if not may_deal_with(scope, it):
            raise Http404
        try:
            acknowledge(it.pk, cast(User, request.user), request.POST.get("reason", ""))
            return HttpResponseRedirect(reverse("web:alert", args=[it.pk]))
        except DeedError as err:
            problem = alert_words.refusal(err.refusal)
    state = f"{it.acked_at is not None}-{it.closed_at is not None}"
    if is_live(request) and request.GET.get("was") != state:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # the form beside it is another now
    asked = request.GET.copy()
    asked["was"] = state
    request.GET = asked  # type: ignore[assignment]  # Django's stub wants one that cannot be changed
    is_open = it.closed_at is None and it.acked_at is None
    context = {**_moving(scope, it), "may_take": is_open and may_deal_with(scope, it), "problem": problem}
    page = answer(request, "alert", context)
    page.status_code = 422 if problem else page.status_code
    return page


def _moving(scope: Scope, it: Alert) -> dict[str, Any]:
    """What is news from one second to the next."""
    now = timezone.now()
    [line] = lines_of([it], now)
    kiosk = kiosks_seen(scope).filter(pk=it.kiosk_id).first() if it.kiosk_id else None
    truth = truths_of([kiosk], now)[0] if kiosk is not None else None
    members = kiosks_seen(scope).filter(pk__in=it.members) if it.members else None
    return {
        "it": it,
        "line": line,
        "remedy": alert_words.said(told.remedy(it.rule, it.facts)),
        "level": alert_words.level(it.level),
        "kiosk": kiosk,
        "rollout": _rollout_of(scope, it),
        "truth": truth,
        "trouble": words.trouble(truth) if truth is not None else "",
        "deed": words.deed(truth) if truth is not None else "",
        "members": truths_of(members[:MEMBERS_SHOWN], now) if members is not None else [],
        "members_count": it.facts.get("count", 0),
        "events": [
            {
                "event": each,
                "word": alert_words.what(each.what),
                "level": alert_words.level(each.level) if each.level else "",
                "condition": _mark(each.what, each.detail),
                "says": each.detail if each.what == "acked" else "",
            }
            for each in it.events.select_related("by").order_by("-id")
        ],
        "letters": _letters(it),
    }


def _rollout_of(scope: Scope, it: Alert) -> int | None:
    """The number of the roll-out it is about, if that is there for who looks."""
    if it.rule != Rule.ROLLOUT:
        return None
    return rollouts_seen(scope).filter(pk=whole(it.part) or 0).values_list("pk", flat=True).first()


def _mark(what: str, detail: str) -> str:
    """The shape beside a line of an alert's time."""
    if what in ("closed", "acked"):
        return "ok"
    return "stale" if what == "grouped" else detail if detail in set(Condition) else "attention"


def _letters(it: Alert) -> list[dict[str, Any]]:
    """Who was told, how, and whether it arrived; nobody's address."""
    return [
        {
            "who": each.person.get_full_name() or each.person.get_username(),
            "what": alert_words.what(each.what),
            "state": alert_words.letter(each.stand),
            "condition": _OF_LETTER.get(each.stand, "unknown"),
            "channel": alert_words.channel(each.channel) if each.channel else "",
            "at": each.at,
            "why": each.why,
        }
        for each in told_of(it)
    ]


_OF_LETTER = {Stand.SENT: "ok", Stand.FAILED: "failing", Stand.WAITING: "attention", Stand.WITHDRAWN: "stale"}
