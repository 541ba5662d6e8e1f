"""The kiosks' interface, on a port of its own that asks for a client certificate.

Who the certificate names, and its serial number, are put into the request by ``fleet.site.servers``. Every route asks
``fleet.trust`` whether that very certificate is in force: a revoked one is refused at the next request, on a line that
was open before as well.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from fleet.api.following import followed
from fleet.devices.desired import stack_of
from fleet.devices.models import Kiosk
from fleet.office.changes.pages import page_after
from fleet.partners import asking as partners
from fleet.partners.port import CardCheck, CouldNotAskError, System
from fleet.protocol import asking
from fleet.protocol import enrolment as words
from fleet.protocol.office import CURSOR_CHARACTERS_MAX
from fleet.protocol.settings import read_settings
from fleet.protocol.thai import IdNumber
from fleet.trust.certificates import Doer, IdentityError, Peer, admitted, authority, renew, settle
from fleet.trust.models import Certificate
from fleet.trust.signing_request import SigningRequestError, read_request

P = ParamSpec("P")

CARDS_WITHIN = timedelta(minutes=10)
CARDS_MOST = 20
"""So many cards may be asked about for one kiosk in that time: more than visitors can bring, for a slip takes one of
them half a minute. Counted in what is written down before anything leaves us, so whoever answers counts the same."""

PEER = "sala.peer"
"""Where the server puts the ``Peer`` in the ASGI scope."""

GZIP_LEVEL = 6
"""A page of 256 KB takes some milliseconds and becomes a tenth; higher levels gain nothing (tried)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A kiosk that has proved who it is, and by what."""

    kiosk: Kiosk
    certificate: Certificate
    address: str

    @property
    def doer(self) -> Doer:
        """For the audit."""
        return Doer(address=self.address)


def for_kiosks(
    view: Callable[Concatenate[HttpRequest, Caller, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view of a kiosk that has proved who it is; anybody else gets 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        peer = getattr(request, "scope", {}).get(PEER)
        certificate = admitted(peer) if isinstance(peer, Peer) else None
        kiosk = Kiosk.objects.select_related("office").filter(pk=certificate.kiosk_id).first() if certificate else None
        if certificate is None or kiosk is None:
            return HttpResponse("a kiosk's certificate is needed", status=403, content_type="text/plain")
        caller = Caller(kiosk, certificate, str(request.META.get("REMOTE_ADDR", "")))
        return view(request, caller, *args, **kwargs)

    return checked


@require_GET
@for_kiosks
def office(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What changed in the records of the kiosk's office since its ``cursor``; all there is when it names none."""
    cursor = request.GET.get("cursor", "")[:CURSOR_CHARACTERS_MAX]
    answer = _json(msgspec.json.encode(page_after(caller.kiosk.office_id, cursor)))
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.content = gzip.compress(answer.content, GZIP_LEVEL, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer


@require_GET
@for_kiosks
def ping(_request: HttpRequest, caller: Caller) -> HttpResponse:
    """Whether the way is open, and as whom."""
    return _json(msgspec.json.encode({"kiosk_id": caller.kiosk.kiosk_id}))


@csrf_exempt  # a machine's route: its certificate is no cookie that another page could send along
@require_POST
@for_kiosks
def renewal(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A certificate for the kiosk's next key; 400 when it is none we sign, 409 when it may not be."""
    if int(request.headers.get("Content-Length") or 0) > words.BODY_BYTES_MAX:
        return HttpResponse(status=413)
    try:
        asked = read_request(words.read(request.body, words.Renew).csr)
        certificate = renew(caller.certificate, asked, caller.doer)
    except (words.WordsError, SigningRequestError) as err:
        return HttpResponse(str(err), status=400, content_type="text/plain")
    except IdentityError as err:
        return HttpResponse(str(err), status=409, content_type="text/plain")
    return _json(
        msgspec.json.encode(words.Renewed(certificate=certificate.pem, ca=authority().root_pem.decode("ascii")))
    )


@csrf_exempt  # as above
@require_POST
@for_kiosks
def settled(_request: HttpRequest, caller: Caller) -> HttpResponse:
    """The certificate this comes by is durably in place: those before it are over. Said twice, it is the same."""
    settle(caller.certificate, caller.doer)
    return _json(b"{}")


@csrf_exempt  # as above
@require_POST
@for_kiosks
def follow(request: HttpRequest, _caller: Caller) -> HttpResponse:
    """What a slip that was scanned is about; 404 when nobody has such a token."""
    try:
        found = followed(asking.read(request.body, asking.Follow).token)
    except asking.AskingError as err:
        return HttpResponse(str(err), status=400, content_type="text/plain")
    return HttpResponse(status=404) if found is None else _json(msgspec.json.encode(found))


@csrf_exempt  # as above
@require_POST
@for_kiosks
def card(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Whether a card that is in this kiosk is in force. Asked of the partner, and of it nothing is kept but that.

    Only where the kiosk's settings say so, whatever it asks: nothing about anybody leaves us otherwise.
    """
    try:
        said = asking.read(request.body, asking.CheckCard)
        check = CardCheck(IdNumber.from_card(said.id_number), said.chip_no, said.request_no)
    except ValueError:  # no chain, and no word of it
        return HttpResponse("no card", status=400, content_type="text/plain")
    settings, _ = read_settings(each.document for each in stack_of(caller.kiosk))
    if not settings.presence.check_card:
        return _json(msgspec.json.encode(asking.CardSaid(state=asking.CardState.UNANSWERED)))
    asked_for = caller.kiosk.kiosk_id
    if partners.sent_for(System.CARD_STATUS, asked_for, timezone.now() - CARDS_WITHIN) >= CARDS_MOST:
        wait_s = round(CARDS_WITHIN.total_seconds())
        return HttpResponse("too many cards", status=429, content_type="text/plain", headers={"Retry-After": wait_s})
    try:
        is_normal = partners.card_status(check, asked_for, caller.kiosk.office.province_id).is_normal
        state = asking.CardState.NORMAL if is_normal else asking.CardState.NOT_NORMAL
    except CouldNotAskError:
        state = asking.CardState.UNANSWERED
    return _json(msgspec.json.encode(asking.CardSaid(state=state)))


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


urlpatterns = [
    path("kiosk/v1/card", card),
    path("kiosk/v1/follow", follow),
    path("kiosk/v1/office", office),
    path("kiosk/v1/ping", ping),
    path("kiosk/v1/renew", renewal),
    path("kiosk/v1/settled", settled),
]
