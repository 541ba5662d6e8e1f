"""A kiosk's way in, before it has a certificate: POST /enrol/v1/begin, reveal, collect (``fleet.protocol.enrolment``).

Public, so it believes nothing: bodies are bounded and typed, every step after the first is signed with the kiosk's
key, and a refusal says no more than its status: 400 no such message, 404 over or not yours, 409 make another key,
429 later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fleet.devices.admitting import admit_expected
from fleet.devices.models import Kiosk
from fleet.protocol import enrolment as words
from fleet.trust import enrolments
from fleet.trust.certificates import Doer, IdentityError
from fleet.trust.granting import grant_of
from fleet.trust.models import Certificate, Enrolment, Stage

log = logging.getLogger(__name__)

RETRY_AFTER_S = 60


def _machine(request: HttpRequest) -> Doer:
    return Doer(address=str(request.META.get("REMOTE_ADDR", "")))


def _guarded(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A route that says little when it refuses; what was wrong stands in the log."""

    @csrf_exempt  # a machine's route: it carries no session, so there is none to ride on
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if int(request.headers.get("Content-Length") or 0) > words.BODY_BYTES_MAX:
            return _plain(413)
        try:
            return view(request)
        except words.WordsError as err:
            log.warning("enrolment from %s not understood: %s", _machine(request).address, err)
            return _plain(400)
        except enrolments.TooManyError:
            answer = _plain(429)
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
            return answer
        except (enrolments.KeyUsedError, IdentityError) as err:
            log.warning("enrolment from %s refused: %s", _machine(request).address, err)
            return _plain(409)
        except enrolments.RefusedError as err:
            log.warning("enrolment from %s refused: %s", _machine(request).address, err)
            return _plain(404)

    return guarded


def _plain(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _said(message: msgspec.Struct) -> HttpResponse:
    return HttpResponse(
        msgspec.json.encode(message), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


@_guarded
def begin(request: HttpRequest) -> HttpResponse:
    """A kiosk wants in."""
    enrolment, ca = enrolments.begin(words.read(request.body, words.Begin), _machine(request))
    return _said(
        words.Begun(
            enrolment_id=enrolment.enrolment_id,
            nonce=enrolment.fleet_nonce,
            ca=ca,
            expires_in_s=int(enrolments.CONFIRM_WITHIN.total_seconds()),
        )
    )


@_guarded
def reveal(request: HttpRequest) -> HttpResponse:
    """It shows its nonce; with a voucher that holds it is in at once."""
    doer = _machine(request)
    enrolment, machine = enrolments.reveal(words.read(request.body, words.Reveal), doer)
    if machine is not None and enrolment.stage == Stage.OPEN:
        admit_expected(enrolment, machine, doer)
        enrolment.refresh_from_db()
    return _said(_stand_of(enrolment))


@_guarded
def collect(request: HttpRequest) -> HttpResponse:
    """How it stands; the certificate, once it is confirmed."""
    return _said(_stand_of(enrolments.collect(words.read(request.body, words.Collect))))


def _stand_of(enrolment: Enrolment) -> words.Collected:
    if enrolment.stage == Stage.CONFIRMED and enrolment.certificate is not None:
        return words.Collected(stand=words.Stand.GRANTED, grant=_grant(enrolment.certificate))
    refused = enrolment.stage == Stage.REFUSED
    return words.Collected(stand=words.Stand.REFUSED if refused else words.Stand.WAITING)


def _grant(certificate: Certificate) -> words.Grant:
    office = Kiosk.objects.select_related("office").get(pk=certificate.kiosk_id).office
    return grant_of(certificate, office.province_id)


urlpatterns = [
    path("enrol/v1/begin", begin),
    path("enrol/v1/reveal", reveal),
    path("enrol/v1/collect", collect),
]
