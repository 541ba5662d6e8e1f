"""Where and when somebody is told of alerts: their own addresses and hours, a trial; who else is told, and what failed.

An address is its person's: nobody else is shown it. Admins are shown who has one, and letters that did not arrive.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.alerts.deeds import DeedError, add_address, send_again, try_out
from fleet.alerts.keeping import look_again
from fleet.alerts.looking import Looking
from fleet.alerts.models import Address, Channel, Duty
from fleet.alerts.reaching import silences
from fleet.alerts.told import callable_in, channels_of, given_up, how_given_up, is_open
from fleet.office.models import Province
from fleet.people.scope import Scope
from fleet.web import alert_words, people_words
from fleet.web.access import signed_in
from fleet.web.auditing import told
from fleet.web.views.alerts import scope_that_sees

FAILED_SHOWN = 20
PEOPLE_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def addresses(request: HttpRequest) -> HttpResponse:
    """One's own addresses and hours, and for admins who else is told. POST changes one's own."""
    scope, user = scope_that_sees(request), cast(User, request.user)
    wrong, secret = "", ""
    if request.method == "POST":
        try:
            secret = _done(request, scope, user)
        except DeedError as err:
            wrong = alert_words.refusal(err.refusal)
        if not (wrong or secret):
            return HttpResponseRedirect(reverse("web:alert-addresses"))
    context = {
        "addresses": _own(user),
        "channels": [
            (each.value, alert_words.channel(each), is_open(each))
            for each in sorted(Channel, key=lambda each: not is_open(each))
        ],
        "duty": Duty.objects.filter(pk=user.pk).first() or Duty(person=user),
        "hours": range(25),
        "people": _people(scope),
        "failed": _failed(scope),
        "wrong": wrong,
        "secret": secret,
        "said": request.POST,
    }
    return render(request, "web/alert_addresses.html", context, status=422 if wrong else 200)


def _own(user: User) -> list[tuple[Address, str, str]]:
    """Their addresses, by what channel, and why nobody is told there where that is so."""
    rows = list(Address.objects.filter(person=user))
    silent = silences(rows, timezone.now())
    return [
        (each, alert_words.channel(each.channel), alert_words.silence(silent[each.pk]) if each.pk in silent else "")
        for each in rows
    ]


def _done(request: HttpRequest, scope: Scope, user: User) -> str:
    """Do what was asked; a new webhook's secret, which is shown this once.

    Raises: DeedError; Http404.
    """
    said = request.POST
    match said.get("deed"):
        case "add" if said.get("channel") in Channel.values:
            added = add_address(user, Channel(said["channel"]), said.get("address", ""))
            told(request, added.channel)
            return added.secret
        case "remove":
            number = said.get("address", "")
            is_number = number.isascii() and number.isdigit() and len(number) < 19
            Address.objects.filter(person=user, pk=int(number) if is_number else 0).delete()
        case "hours":
            _set_hours(request, user)
        case "trial":
            try_out(user)
        case "again":
            number = said.get("letter", "")
            found = given_up(scope).filter(key=number[:32]).first()
            if found is None:
                raise Http404
            send_again(found)
        case _:
            raise Http404
    return ""


def _set_hours(request: HttpRequest, user: User) -> None:
    said = request.POST
    hours = [said.get(name, "") for name in ("from_hour", "to_hour")]
    if not all(each.isascii() and each.isdigit() and len(each) < 3 for each in hours):
        raise Http404
    begins, ends = (min(24, int(each)) for each in hours)
    if begins >= ends:
        begins, ends = min(begins, ends), max(begins, ends)
        ends = min(24, max(ends, begins + 1))
        begins = min(begins, ends - 1)
    Duty.objects.update_or_create(
        pk=user.pk,
        defaults={
            "from_hour": begins,
            "to_hour": ends,
            "days_off_too": "days_off_too" in said,
            "failing_any_time": "failing_any_time" in said,
            "digest": "digest" in said,
        },
    )
    look_again(user.pk, Looking().nation_desk(timezone.now()))


def _people(scope: Scope) -> list[dict[str, Any]]:
    """Who is told in the provinces whose settings the account may change: names, roles and channels."""
    rows = list(callable_in(scope).order_by("dopa_code", "role", "user__username")[:PEOPLE_SHOWN])
    channels, provinces = channels_of({each.user_id for each in rows}, timezone.now()), Province.objects.in_bulk()
    return [
        {
            "name": each.user.get_full_name() or each.user.get_username(),
            "role": people_words.role(each.role),
            "province": provinces.get(each.dopa_code or 0),
            "channels": ", ".join(alert_words.channel(one) for one in channels.get(each.user_id, ())),
        }
        for each in rows
    ]


def _failed(scope: Scope) -> list[dict[str, Any]]:
    return [
        {
            "key": each.letter.key,
            "name": each.letter.person.get_full_name() or each.letter.person.get_username(),
            "count": each.messages,
            "tries": each.letter.tries,
            "why": each.why,
            "channel": alert_words.channel(each.channel) if each.channel else _("ไม่มีช่องทาง"),
            "at": each.at,
        }
        for each in map(how_given_up, given_up(scope)[:FAILED_SHOWN])
    ]
