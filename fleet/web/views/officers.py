"""The officers whose card the kiosks of an office know. An ID number is typed here to be hashed, and shown never."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fleet.devices.desired import announce_office
from fleet.office.folders.models import Officer
from fleet.office.folders.officers import OfficerError, Refusal, add, remove
from fleet.office.models import Office
from fleet.people.scope import scope_of
from fleet.web.access import offices_seen, signed_in


@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def officers(request: HttpRequest, office_id: str) -> HttpResponse:
    """The list of an office, for who may change its settings."""
    scope = scope_of(request.user)
    office = offices_seen(scope).filter(pk=office_id).first()
    if office is None or not scope.may_look_into(office.province_id):
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            _do(request, office)
            return HttpResponseRedirect(reverse("web:officers", args=[office_id]))
        except OfficerError as err:
            wrong = _refusal(err.refusal)
    context = {
        "at_office": office,
        "officers": Officer.objects.filter(office=office, left_at__isnull=True),
        "wrong": wrong,
        "said": {name: request.POST.get(name, "")[:80] for name in ("officer_no", "name_th", "name_en")},
    }
    return render(request, "web/officers.html", context)


def _do(request: HttpRequest, office: Office) -> None:
    """Raises: OfficerError."""
    said = request.POST
    with transaction.atomic():
        if "remove" in said:
            remove(office, said["remove"][:12])
        else:
            names = said.get("name_th", ""), said.get("name_en", "")
            add(office, said.get("officer_no", ""), names, said.get("id_number", "")[:20])
        announce_office(office.pk)


def _refusal(refusal: Refusal) -> str:
    return {
        Refusal.NO_NUMBER: _("เลขเจ้าหน้าที่ใช้ได้เฉพาะตัวอักษร ตัวเลข และ -"),
        Refusal.NO_NAME: _("ใส่ชื่อเจ้าหน้าที่"),
        Refusal.NUMBER_TAKEN: _("เลขเจ้าหน้าที่นี้มีอยู่แล้ว"),
        Refusal.NO_ID_NUMBER: _("เลขประจำตัวประชาชนไม่ถูกต้อง ตรวจแล้วพิมพ์ใหม่"),
        Refusal.CARD_TAKEN: _("บัตรนี้เป็นของเจ้าหน้าที่คนอื่นในรายชื่ออยู่แล้ว"),
    }[refusal]
