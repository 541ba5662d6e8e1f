"""Letting a kiosk in, on the phone of whoever stands before it; and what identity a kiosk has, and ending it.

What it is: two forms over ``fleet.trust`` and ``fleet.devices.admitting``. What it is not: the rules; they stand there.

The code is typed, not shown: a person cannot confirm without having looked at the kiosk's screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.devices.admitting import Place, admit
from fleet.devices.models import Kiosk
from fleet.office.models import Office
from fleet.people.scope import Scope, scope_of
from fleet.protocol.enrolment import CODE_LENGTH, typed_code
from fleet.trust import enrolments
from fleet.trust.certificates import Doer, IdentityError, kiosks_with_identity, revoke
from fleet.trust.identity import deeds_of, identity_of
from fleet.trust.models import Certificate, Enrolment, Stage
from fleet.web import words
from fleet.web.access import is_live, kiosk_seen, offices_to_install_in, signed_in
from fleet.web.limits import address_of
from fleet.web.live import answer

DEEDS_SHOWN = 30
NEW = "new:"
"""Before an office's id: a kiosk that nobody expects yet."""


@dataclass(slots=True)
class EnrolForm:
    """What was typed, and what is wrong with it, by field."""

    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """An office, and its kiosks that are expected and have no identity."""

    office: Office
    expected: tuple[Kiosk, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def enrol(request: HttpRequest, enrolment_id: str) -> HttpResponse:
    """The page behind the QR: which office, which name, which code; POST confirms or refuses."""
    scope = scope_of(request.user)
    choices = _choices(scope)
    if not choices:
        raise Http404
    enrolment = enrolments.shown(enrolment_id, request.GET.get("key", "")[:64])
    if enrolment is None or enrolment.stage not in (Stage.OPEN, Stage.CONFIRMED):
        return _over(request)
    if enrolment.stage == Stage.CONFIRMED and enrolment.certificate is not None:
        return HttpResponseRedirect(reverse("web:identity", args=[enrolment.certificate.kiosk_id]))
    form = EnrolForm()
    if request.method == "POST":
        answered = _posted(request, enrolment, choices, form)
        if answered is not None:
            return answered
    context = {"enrolment": enrolment, "choices": choices, "form": form, "fingerprint": _in_fours(enrolment)}
    return render(request, "web/enrol.html", context)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "web/enrol_over.html", status=404)


def _in_fours(enrolment: Enrolment) -> str:
    start = enrolment.key_sha256[:16].upper()
    return " ".join(start[at : at + 4] for at in range(0, len(start), 4))


def _choices(scope: Scope) -> list[PlaceChoice]:
    offices = list(offices_to_install_in(scope))
    kiosks = list(Kiosk.objects.filter(office__in=offices))
    taken = kiosks_with_identity(each.pk for each in kiosks)
    return [
        PlaceChoice(office, tuple(each for each in kiosks if each.office_id == office.pk and each.pk not in taken))
        for office in offices
    ]


def _posted(
    request: HttpRequest, enrolment: Enrolment, choices: list[PlaceChoice], form: EnrolForm
) -> HttpResponse | None:
    """What came of the form; None when it must be shown again."""
    try:
        if request.POST.get("refuse"):
            enrolments.refuse(enrolment.pk, _doer(request))
            return _over(request)
        certificate = _confirmed(request, enrolment, choices, form)
    except enrolments.RefusedError:
        return _over(request)
    except IdentityError:
        form.wrong["place"] = _("ที่นี่มีตู้แล้ว เลือกใหม่ หรือเพิกถอนตัวตนเดิมก่อน")
        return None
    if certificate is None:
        return None
    return HttpResponseRedirect(reverse("web:identity", args=[certificate.kiosk_id]))


def _confirmed(
    request: HttpRequest, enrolment: Enrolment, choices: list[PlaceChoice], form: EnrolForm
) -> Certificate | None:
    """The certificate of a kiosk that is let in; None with ``form`` saying what is wrong.

    Raises: RefusedError when the enrolment is over, also by this very code; IdentityError when the place is taken.
    """
    place = _place(request, choices, form)
    code = request.POST.get("code", "")[:40]
    if len(typed_code(code)) != CODE_LENGTH:
        form.wrong["code"] = _("พิมพ์ 6 ตัวตามที่เห็นบนจอตู้")
    if place is None or form.wrong:
        return None
    if not enrolments.code_holds(enrolment.pk, code, _doer(request)):
        form.wrong["code"] = _("รหัสไม่ตรง อาจเป็น QR ของตู้อื่น หรือมีคนคั่นกลาง ดูรหัสบนจอตู้อีกครั้ง")
        return None
    return admit(enrolment.pk, place, _doer(request))


def _doer(request: HttpRequest) -> Doer:
    return Doer(request.user if request.user.is_authenticated else None, address_of(request))


def _place(request: HttpRequest, choices: list[PlaceChoice], form: EnrolForm) -> Place | None:
    """Where the kiosk goes; only what this account was offered counts."""
    form.typed = {name: request.POST.get(name, "").strip()[:60] for name in ("place", "name_th", "name_en")}
    wanted = form.typed["place"]
    for choice in choices:
        if wanted == f"{NEW}{choice.office.pk}":
            if not form.typed["name_th"]:
                form.wrong["name_th"] = _("ตั้งชื่อตู้ เช่น โถงชั้น 1")
            return Place(choice.office, "", form.typed["name_th"], form.typed["name_en"])
        if wanted in {kiosk.pk for kiosk in choice.expected}:
            return Place(choice.office, wanted)
    form.wrong["place"] = _("เลือกสำนักงาน")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def identity(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """A kiosk's certificates and who did what to them; POST ends its identity."""
    kiosk = kiosk_seen(request, kiosk_id)
    may_change = scope_of(request.user).may_change(kiosk.office.province_id)
    wrong = ""
    if request.method == "POST":
        if not may_change:
            raise Http404
        reason = request.POST.get("reason", "").strip()[:150]
        if reason and request.POST.get("kiosk_id") == kiosk.pk:
            revoke(kiosk.pk, reason, _doer(request))
            return HttpResponseRedirect(reverse("web:identity", args=[kiosk.pk]))
        wrong = _("เขียนเหตุผล และพิมพ์รหัสตู้ให้ตรง")
    found = identity_of(kiosk.pk)
    context: dict[str, object] = {
        "kiosk": kiosk,
        "stage": found.stage,
        "machine_serial": found.machine_serial,
        "valid": found.valid,
        "deeds": [(deed, words.deed_word(deed.what)) for deed in deeds_of(kiosk.pk)[:DEEDS_SHOWN]],
    }
    if not is_live(request):
        context |= {"may_change": may_change and found.valid is not None, "wrong": wrong}
    return answer(request, "identity", context)
