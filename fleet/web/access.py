"""Who gets as far as a page, and which rows they find there.

Every query of the dashboard starts here. What an account may not see does not exist for it: 404, never 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from fleet.devices.models import Kiosk
from fleet.office.models import Office, Province
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent
from fleet.people.scope import Scope, scope_of

View = Callable[..., HttpResponse]


SAFE = ("GET", "HEAD", "OPTIONS")


def signed_in(view: View) -> View:
    """Only for people who have signed in, and for an auditor only to read; the answer is kept nowhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            if request.method not in SAFE and scope_of(request.user).reads_only:
                raise Http404
            response = view(request, *args, **kwargs)
        elif is_live(request):
            # The piece that renews itself must not put a sign-in form inside a page: the page starts anew.
            response = HttpResponse(status=401, headers={"HX-Refresh": "true"})
        else:
            response = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        add_never_cache_headers(response)
        return response

    return guarded


def for_money(view: View) -> View:
    """Below ``signed_in``: what is money's is there only for who settles it somewhere, and who audits that."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not scope_of(request.user).settles_somewhere:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_offices(view: View) -> View:
    """Below ``signed_in``: what is an office's own work is there only for who serves in one, not for technicians."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not scope_of(request.user).serves_somewhere:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def is_live(request: HttpRequest) -> bool:
    """Whether a page already open asks for its moving part only."""
    return request.headers.get("HX-Request") == "true"


def kiosks_seen(scope: Scope) -> QuerySet[Kiosk]:
    """The kiosks that exist for this account, with all that ``truth_of`` looks at."""
    kiosks = Kiosk.objects.select_related("state", "office__province")
    return scope.within(kiosks, "office__province_id")


def kiosk_seen(request: HttpRequest, kiosk_id: str) -> Kiosk:
    """One kiosk.

    Raises: Http404 when there is none, or none for this account.
    """
    kiosk = kiosks_seen(scope_of(request.user)).filter(pk=kiosk_id).first()
    if kiosk is None:
        raise Http404
    return kiosk


def offices_seen(scope: Scope) -> QuerySet[Office]:
    """The offices that exist for this account."""
    return scope.within(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def offices_to_install_in(scope: Scope) -> QuerySet[Office]:
    """The offices in which this account may let a kiosk in."""
    return scope.installs.of(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def offices_served(scope: Scope) -> QuerySet[Office]:
    """The offices whose own work this account does."""
    return scope.served(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def provinces_seen(scope: Scope) -> QuerySet[Province]:
    """The provinces that exist for this account."""
    return scope.within(Province.objects.all(), "dopa_code")


def intents_seen(scope: Scope) -> QuerySet[Intent]:
    """Payments shown on kiosks of the offices in which this account serves."""
    intents = Intent.objects.select_related("kiosk__office", "notice__factory")
    return scope.settled(intents, "kiosk__office__province_id")


def intents_waiting(scope: Scope) -> QuerySet[Intent]:
    """Those of them that nothing has paid, as far as no person had to decide."""
    unpaid = intents_seen(scope).filter(notice__paid_at__isnull=True)
    return unpaid.exclude(notice=None, confirmations__match=Match.EXACT)


def confirmations_seen(scope: Scope) -> QuerySet[Confirmation]:
    """Confirmations for offices this account serves; those that name nothing of anybody's are the nation's."""
    confirmations = Confirmation.objects.select_related("notice__factory__office", "intent__kiosk__office")
    ours = scope.settled(confirmations, "notice__factory__office__province_id")
    return ours | scope.settled(confirmations, "intent__kiosk__office__province_id")
