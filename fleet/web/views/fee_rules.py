"""Rules of yearly fees: read, drafted as a form made from their schema, and signed by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting import planning
from fleet.acting.fees import FreshError, SignError, sign_rule
from fleet.acting.numbers import whole
from fleet.office.fees.models import FeeRule, SignedRuleError
from fleet.office.fees.rulebook import before, draft
from fleet.office.fees.rules import RuleError, read_rules
from fleet.people.scope import scope_of
from fleet.web import document_words, fee_words, planned_words
from fleet.web.access import for_offices, signed_in
from fleet.web.rule_form import TABLES, RuleForm
from fleet.web.settings_form import Field

REASON_MIN, REASON_MAX = 5, 200


def reason_of(request: HttpRequest) -> str:
    """Why somebody changes a document, as they typed it."""
    return request.POST.get("reason", "").strip()[:REASON_MAX]


@require_safe
@signed_in
@for_offices
def rules(request: HttpRequest) -> HttpResponse:
    """All versions, newest first."""
    scope = scope_of(request.user)
    rows = FeeRule.objects.select_related("author", "signed_by")
    context = {"rows": [(each, read_rules(each.document)) for each in rows], "may_draft": scope.may_change(None)}
    return render(request, "web/fee_rules.html", context)


@dataclass(frozen=True, slots=True)
class _Section:
    """A card of the form: single values, or a table."""

    title: str
    fields: tuple[Field, ...] = ()
    table: Any = None


def _sections(form: RuleForm) -> list[_Section]:
    about = tuple(each for each in form.fields if each.leaf.path[0] != "surcharge")
    surcharge = tuple(each for each in form.fields if each.leaf.path[0] == "surcharge")
    tables = {table.name: table for table in form.tables}
    return [
        _Section(_("กติกา"), about),
        _Section(document_words.label("bands"), table=tables["bands"]),
        _Section(_("เงินเพิ่ม"), surcharge),
        *(_Section(document_words.label(name), table=tables[name]) for name in TABLES if name != "bands"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_rule(request: HttpRequest) -> HttpResponse:
    """The form for another version, beginning with the newest; or, with ``draft``, for a draft that nobody signed."""
    if not scope_of(request.user).may_look_into(None):
        raise Http404
    changed = _draft_asked(request)
    base = changed or FeeRule.objects.first()
    form, wrong = RuleForm(base.document if base else {}), list[str]()
    if request.method == "POST":
        done = _drafted(request, form, changed)
        if isinstance(done, FeeRule):
            return HttpResponseRedirect(reverse("web:fee-rule", args=[done.version]))
        wrong = done
    context = {
        "sections": _sections(form),
        "changed": changed,
        "wrong": wrong,
        "reason": reason_of(request) or (changed.reason if changed else ""),
        "may_change": scope_of(request.user).may_change(None),
    }
    return render(request, "web/fee_rule_form.html", context, status=422 if wrong else 200)


def _draft_asked(request: HttpRequest) -> FeeRule | None:
    """The draft the address names. Raises: Http404 when there is none, or it is signed."""
    said = request.GET.get("draft", "")
    if not said:
        return None
    found = FeeRule.objects.filter(pk=whole(said) or 0, signed_at__isnull=True).first()
    if found is None:
        raise Http404
    return found


def _drafted(request: HttpRequest, form: RuleForm, changed: FeeRule | None) -> FeeRule | list[str]:
    """The draft the form made; or what is wrong with it, nothing at all when it only asked for more rows."""
    more = request.POST.get("more", "")
    document = form.read(request.POST, more)
    if more:
        return []
    problems = [] if len(reason_of(request)) >= REASON_MIN else [_("บอกเหตุผลอย่างน้อย 5 ตัวอักษร")]
    if document is None:
        return [_("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง"), *problems]
    if problems:
        return problems
    try:
        return draft(document, cast(User, request.user), reason_of(request), changed.version if changed else None)
    except RuleError as err:
        return [fee_words.problem(each) for each in err.problems] or [err.detail]
    except SignedRuleError:
        return [_("กติการุ่นนี้ลงนามแล้ว")]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@for_offices
def rule(request: HttpRequest, version: int) -> HttpResponse:
    """One version: what it says, what is new in it, and the button that signs it."""
    scope = scope_of(request.user)
    found = FeeRule.objects.select_related("author", "signed_by").filter(pk=version).first()
    if found is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        if not scope.may_change(None):
            raise Http404
        try:
            sign_rule(found.version, cast(User, request.user))
            return HttpResponseRedirect(reverse("web:fee-rule", args=[found.version]))
        except FreshError:
            wrong = planned_words.decide_refusal(planning.Refusal.FRESH)
        except SignError as err:
            wrong = _("ผู้ร่างลงนามเองไม่ได้") if err.own else _("กติการุ่นนี้ลงนามแล้ว")
    earlier, fields = before(found), RuleForm(found.document).fields
    context = {
        "rule": found,
        "rules": read_rules(found.document),
        "surcharge": [each for each in fields if each.leaf.path[0] == "surcharge"],
        "others": [each for each in fields if each.leaf.name in ("weekend", "leap_day")],
        "changed": document_words.changes(earlier.document if earlier else {}, found.document),
        "before": earlier,
        "is_own": found.author_id == request.user.pk,
        "may_edit": scope.may_change(None) and found.signed_at is None,
        "may_sign": scope.may_change(None) and found.signed_at is None and found.author_id != request.user.pk,
        "wrong": wrong,
    }
    return render(request, "web/fee_rule.html", context)
