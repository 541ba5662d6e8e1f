"""The QR that tells a kiosk its network, on the phone of whoever stands before it.

Nothing of it is kept: what was typed goes into the QR of the answer, and nowhere else.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.office.picture_codes import qr
from fleet.people.scope import scope_of
from fleet.protocol.network_code import Address, Network, NetworkCodeError, Wifi, network_code, read_network_code
from fleet.web.access import signed_in

FIELDS = ("name", "password", "own", "gateway", "dns", "time")
TYPED_MAX = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The form; POST draws the QR, after what is wrong was said."""
    if not scope_of(request.user).installs:
        raise Http404
    typed = {name: request.POST.get(name, "").strip("\r\n")[:TYPED_MAX] for name in FIELDS}
    problem, drawn = "", None
    if request.method == "POST":
        try:
            # What a kiosk would read, and not what was typed: it is refused here and not there.
            drawn = qr(network_code(_checked(_typed(typed, forget="forget" in request.POST))), covered=False)
        except NetworkCodeError:
            problem = _("QR นี้ตู้จะไม่รับ ตรวจชื่อ รหัสผ่าน (8 ถึง 63 ตัว อังกฤษ ตัวเลข เครื่องหมาย) และที่อยู่")
    context = {
        "typed": typed,
        "problem": problem,
        "drawn": drawn,
        "is_forget": drawn is not None and "forget" in request.POST,
    }
    return render(request, "web/network_code.html", context, status=422 if problem else 200)


def _typed(typed: dict[str, str], *, forget: bool) -> Network:
    if forget:
        return Network(forget=True)
    own = typed["own"].strip()
    address = Address(own, typed["gateway"].strip(), _words(typed["dns"])) if own else None
    if address is None and (typed["gateway"].strip() or _words(typed["dns"])):
        raise NetworkCodeError("a gateway or a name server without an address")
    wifi = Wifi(typed["name"], typed["password"]) if typed["name"] or typed["password"] else None
    return Network(wifi, address, _words(typed["time"]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _checked(network: Network) -> Network:
    """Raises: NetworkCodeError when a kiosk would not take it."""
    read = read_network_code(network_code(network))
    if read is None:
        raise NetworkCodeError("it says nothing")
    return read
