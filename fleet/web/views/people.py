"""Accounts, what they may do and where, their sessions. Admins change them, of their province; auditors read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.people import (
    Sought,
    accounts,
    agree_to_reset,
    by_name,
    in_order,
    proposals_waiting,
    reset_second_factor,
    resets_waiting,
)
from fleet.audit.models import Kind
from fleet.office.models import Province
from fleet.people import appointing, inviting, resetting
from fleet.people.appointing import AppointError, Post, Refusal
from fleet.people.models import OF_THE_NATION, Membership, Role, SignIn
from fleet.people.scope import Scope, scope_of
from fleet.people.sessions import end, open_sessions
from fleet.web import people_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.auditing import told
from fleet.web.page_addresses import page_address
from fleet.web.table_files import table_file

A_PAGE = 50
COLUMNS = ("account", "name", "roles", "last_sign_in", "state")
STATES = ("active", "out")


def _scope(request: HttpRequest) -> Scope:
    """Raises: Http404 for who neither appoints nor audits."""
    scope = scope_of(request.user)
    if not scope.audits:
        raise Http404
    return scope


@dataclass(frozen=True, slots=True)
class _Held:
    """A role as the page writes it."""

    membership: Membership
    role: str
    place: str
    may_take: bool


def _held(scope: Scope, by: User, user: User, provinces: dict[int, Province]) -> list[_Held]:
    """The roles of an account that are there for who looks (``by``)."""
    shown = [each for each in user.memberships.all() if scope.audits.holds(each.dopa_code)]
    return [
        _Held(
            each,
            people_words.role(each.role),
            people_words.place(each.dopa_code, provinces),
            appointing.may_take(scope, each, by),
        )
        for each in sorted(shown, key=lambda each: (each.dopa_code or 0, each.role))
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for."""

    text: str
    role: str
    province: str
    state: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        said = request.GET
        role, province, state = said.get("role", ""), said.get("province", ""), said.get("state", "")
        return cls(
            text=said.get("q", "").strip()[:60],
            role=role if role in Role.values else "",
            province=province[:4] if province.isascii() and province.isdigit() else "",
            state=state if state in STATES else "",
        )

    def rows(self, scope: Scope) -> QuerySet[User]:
        """The accounts of it that are there for who looks."""
        return accounts(
            scope,
            Sought(
                text=self.text,
                role=self.role,
                dopa_code=int(self.province) if self.province else None,
                is_active=self.state == "active" if self.state else None,
            ),
        )


@require_safe
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """The accounts; ``q``, ``role``, ``province`` and ``state`` narrow them down."""
    scope, asked = _scope(request), Asked.of(request)
    provinces, by = {each.pk: each for each in Province.objects.all()}, cast(User, request.user)
    rows = asked.rows(scope)
    page = Paginator(by_name(rows), A_PAGE).get_page(request.GET.get("page"))
    address = request.GET.copy()
    address.pop("page", None)
    context: dict[str, Any] = {
        "page": page,
        "query": address.urlencode(),
        "lines": [(each, _held(scope, by, each, provinces)) for each in in_order(rows, list(page.object_list))],
        "asked_person": asked.text,
        "role_asked": asked.role,
        "place": asked.province,
        "state": asked.state,
        "roles": [(each.value, people_words.role(each)) for each in Role],
        "provinces": provinces_seen(scope).filter(offices__isnull=False).distinct(),
        "proposals": proposals_waiting(scope),
        "resets": resets_waiting(scope),
        "may_invite": bool(scope.changes) and not scope.reads_only,
    }
    return render(request, "web/people.html", context)


@require_safe
@signed_in
def people_csv(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, all its pages, for a spreadsheet."""
    scope = _scope(request)
    provinces, by = {each.pk: each for each in Province.objects.all()}, cast(User, request.user)
    rows = Asked.of(request).rows(scope)
    found = in_order(rows, by_name(rows))
    return table_file("people", COLUMNS, (_row(each, _held(scope, by, each, provinces)) for each in found))


def _row(user: User, held: list[_Held]) -> tuple[object, ...]:
    posts = "; ".join(" ".join(filter(None, (each.role, each.place))) for each in held)
    return (user.username, user.get_full_name(), posts, user.last_login, "active" if user.is_active else "out")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One account: roles, sessions, in or out. POST changes one of them."""
    scope = _scope(request)
    found = appointing.accounts_seen(scope).filter(pk=number).first()
    if found is None:
        raise Http404
    wrong, link = "", ""
    if request.method == "POST":
        link, wrong = _answered(request, found)
        if not (link or wrong):
            return HttpResponseRedirect(reverse("web:person", args=[found.pk]))
    found.refresh_from_db()
    is_own, in_hand = found.pk == request.user.pk, appointing.is_in_hand(scope, found)
    provinces = {each.pk: each for each in Province.objects.all()}
    context: dict[str, Any] = {
        "it": found,
        "held": _held(scope, cast(User, request.user), found, provinces),
        "posts": _posts(scope),
        "places": _places(scope),
        "sessions": [
            (each, people_words.way(each.way), people_words.browser(each.browser)) for each in _open(scope, found)
        ],
        "proposal": found.proposals.filter(decided_at__isnull=True).select_related("asked_by").first(),
        "may_propose": scope.may_change(None) and not is_own,
        "factors": [people_words.factor(each) for each in resetting.factors_of(found)] if in_hand or is_own else [],
        "reset": resetting.open_resets().filter(user=found).first() if scope.audits.nation else None,
        "needs_two": resetting.needs_two(found),
        "is_own": is_own,
        "in_hand": in_hand and not is_own and not scope.reads_only,
        "wrong": wrong,
        "link": page_address(request, "web:invitation", link) if link else "",
        "said": request.POST,
    }
    return render(request, "web/person.html", context, status=422 if wrong else 200)


def _open(scope: Scope, user: User) -> list[SignIn]:
    """Sessions, for who may end them, and who audits."""
    return list(open_sessions(user)) if scope.reads_only or appointing.is_in_hand(scope, user) else []


def _posts(scope: Scope) -> list[tuple[str, str, str]]:
    """The roles this account may give somewhere at once, with what each is for."""
    roles = appointing.BY_PROVINCES if not scope.may_change(None) else [r for r in Role if r != Role.NATIONAL_ADMIN]
    return [(each.value, people_words.role(each), people_words.meaning(each)) for each in roles]


def _places(scope: Scope) -> list[Province]:
    offices = provinces_seen(scope).filter(offices__isnull=False).distinct()
    return [each for each in offices if scope.may_look_into(each.pk)]


def _post(said: QueryDict) -> Post:
    """The role and place a form names. Raises: AppointError."""
    role = next((each for each in Role if each == said.get("role")), None)
    place = said.get("province", "")
    if role is None or not (place == "" or (place.isascii() and place.isdigit() and len(place) < 4)):
        raise AppointError(Refusal.NO_SUCH_ROLE)
    dopa_code = int(place) if place else None
    if (dopa_code is None and role not in OF_THE_NATION) or (role is Role.NATIONAL_ADMIN and dopa_code is not None):
        raise AppointError(Refusal.NO_SUCH_ROLE)
    if dopa_code is not None and not Province.objects.filter(pk=dopa_code).exists():
        raise AppointError(Refusal.NO_SUCH_ROLE)
    return Post(role, dopa_code)


def _answered(request: HttpRequest, found: User) -> tuple[str, str]:
    """Do what the form said, and have it written down: a new link's secret, and a sentence when it was refused."""
    about, dopa_code = _named(found, request.POST)
    try:
        link = _do(request, found)
    except AppointError as err:
        told(request, about, dopa_code, kind=Kind.REFUSED)
        return "", people_words.refusal(err.refusal)
    told(request, about, dopa_code)
    return link, ""


def _named(found: User, said: QueryDict) -> tuple[str, int | None]:
    """What the trail calls the deed's matter: the account, with a role that is taken, and the province it is in."""
    held, number, place = list(found.memberships.all()), said.get("role", ""), said.get("province", "")
    if said.get("deed") == "take":
        taken = next((each for each in held if str(each.pk) == number), None)
        return (f"{found.username} {taken.role}", taken.dopa_code) if taken else (found.username, None)
    if said.get("deed") == "give" and place.isascii() and place.isdigit():
        return found.username, int(place[:2])
    places = {each.dopa_code for each in held}
    return found.username, places.pop() if len(places) == 1 else None


def _do(request: HttpRequest, found: User) -> str:
    """What the form said; the secret of a new link when it asked for one.

    Raises: AppointError; Http404 for what there is no form for.
    """
    said, by = request.POST, cast(User, request.user)
    match said.get("deed"):
        case "give":
            appointing.give(found, _post(said), by)
        case "take":
            appointing.take(_of(Membership.objects.filter(user=found), said.get("role", "")), by)
        case "propose":
            appointing.propose(found, said.get("reason", ""), by)
        case "agree" | "refuse" as deed:
            waiting = found.proposals.filter(decided_at__isnull=True).first()
            if waiting is None:
                raise AppointError(Refusal.ALREADY)
            appointing.decide(waiting, by, agreed=deed == "agree")
        case "end":
            if not appointing.is_in_hand(scope_of(by), found):
                raise AppointError(Refusal.NOT_YOURS)
            end(_of(SignIn.objects.filter(user=found), said.get("session", "")))
        case "out" | "in" as deed:
            appointing.set_active(found, by, active=deed == "in")
        case "reset" | "agree-reset" | "refuse-reset" as deed:
            _reset(found, deed, said.get("reason", ""), by)
        case "link":
            return inviting.invite_again(found, by)
        case _:
            raise Http404
    return ""


def _reset(found: User, deed: str, reason: str, by: User) -> None:
    """Ask for a reset of the second factor, or decide about one. Raises: AppointError."""
    if deed == "reset":
        reset_second_factor(found, reason, by)
        return
    open_one = resetting.open_resets().filter(user=found).first()
    if open_one is None:
        raise AppointError(Refusal.ALREADY)
    agree_to_reset(open_one, by, agreed=deed == "agree-reset")


def _of(rows: Any, number: str) -> Any:
    """The row a form names. Raises: AppointError when it is gone."""
    row = rows.filter(pk=int(number[:12])).first() if number.isascii() and number.isdigit() else None
    if row is None:
        raise AppointError(Refusal.ALREADY)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Invite somebody: POST makes the account and shows its link, once."""
    scope = _scope(request)
    wrong, link = "", ""
    if request.method == "POST":
        said = request.POST
        try:
            user, secret = inviting.invite(
                said.get("username", "").strip().lower()[:150], said.get("full_name", ""), _post(said),
                cast(User, request.user), said.get("reason", ""),
            )  # fmt: skip
            told(request, user.username, _post(said).dopa_code)
            link = page_address(request, "web:invitation", secret)
        except inviting.UnfitNameError:
            wrong = _("ชื่อบัญชีใช้ a-z 0-9 จุด และขีด 3 ถึง 30 ตัว และต้องยังไม่มีใครใช้")
        except AppointError as err:
            told(request, "", kind=Kind.REFUSED)
            wrong = people_words.refusal(err.refusal)
    admin = Role.NATIONAL_ADMIN
    more = [(admin.value, people_words.role(admin), people_words.meaning(admin))] if scope.may_look_into(None) else []
    context = {
        "posts": [*_posts(scope), *more],
        "places": _places(scope),
        "nation": scope.may_look_into(None),
        "wrong": wrong,
        "link": link,
        "said": request.POST,
    }
    return render(request, "web/person_new.html", context, status=422 if wrong else 200)
