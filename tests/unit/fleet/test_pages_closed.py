"""Every role on every route, made from the route table itself: a new route is closed until this file says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from fleet.office.cases.models import Case
from fleet.office.channels.models import Channel, Ticket
from fleet.office.models import Factory, Folder
from fleet.payments.confirming import confirm
from fleet.people.models import Membership, Role
from tests.support.fleet_payments import owed, shown, word
from tests.support.signed_in import browser_of

PUBLIC = {
    *("sign-in/", "sign-out/", "language/", "theme/", "t/<str:token>", "bank/v1/confirm"),
    *("tell/<str:office_id>", "invitation/<str:secret>"),
    "slip/",
    "round/worker.js",
    "manual/<slug:manual_id>",
    *("figures/", "figures/<int:year>/", "figures/<int:year>/<str:iso_code>/"),
    *("figures/<int:year>.<str:kind>", "figures/<int:year>/<str:iso_code>.<str:kind>"),
    *("bank/v1/scb", "bank/v1/ktb"),
    *("api/v1/openapi.json", r"^api/v1/(?P<rest>[\s\S]+)$", "metrics"),
    *("enrol/v1/begin", "enrol/v1/reveal", "enrol/v1/collect"),
    *("sign-in/second/", "sign-in/passkey/", "sign-on/"),
}
"""What needs no account. Signing out asks for no right; the banks' ways in are shut where no bank is played or known; a
kiosk that wants in has none, and gets no further than a person or a voucher lets it (``test_enrolments.py``).
Programs bring a token (``test_rest.py``), or stand on the same machine (``test_metrics.py``)."""

OURS = {
    "kiosk_id": "CBI-02",
    "key": {"province": "20", "office": "CBI", "kiosk": "CBI-02"},
}
THEIRS = {
    "kiosk_id": "KKN-01",
    "key": {"province": "40", "office": "KKN", "kiosk": "KKN-01"},
}

ALERTS = {
    *("alerts/", "alerts.csv", "alerts/<int:number>/", "alerts/maintenance/", "alerts/addresses/"),
    *("alerts/rules/", "alerts/rules/<int:dopa_code>/"),
}
"""There for everybody with a role; which of them each finds is tried in ``alerts/test_pages.py``."""


FOR_TECHNICIANS = {
    *("find/", "kiosks/stickers.pdf", "kiosks/<str:kiosk_id>/sticker.pdf"),
    *("", "more/", "kiosks/", "kiosks/<str:kiosk_id>/", "kiosks/<str:kiosk_id>/identity/", "rollouts/"),
    *("settings/", "settings/reference/", "settings/<str:layer>/", "settings/<str:layer>/<str:key>/"),
    "settings/waiting/",
    "tokens/",
    *("kiosks/<str:kiosk_id>/day/", "kiosks/<str:kiosk_id>/day.csv", "rollouts.csv", "kiosks.csv", "firmware.csv"),
    *("kiosks/<str:kiosk_id>/history/", "kiosks/<str:kiosk_id>/history.csv"),
    *ALERTS,
    "network-code/",
    *("round/", "round/now/", "round/<str:kiosk_id>/deed/", "enrol/"),
}
"""What somebody who looks after machines sees: those, and what is set on them."""

EMPTY_FOR_TECHNICIANS = {
    *("cases/", "factories/", "folders/", "folders.csv", "folders/labels/", "register/", "registrations/", "tickets/"),
    "register.csv",
}
"""Lists of an office's own work that are there for everybody, and hold nothing for who does none."""


_NUMBER = re.compile(r"<int:\w+>")


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern)


ROUTES = sorted(set(_routes(get_resolver("fleet.site.urls").url_patterns)))
GUARDED = [route for route in ROUTES if route not in PUBLIC]
CLOSED = [route for route in GUARDED if not route.startswith("account/")]
"""But for one's own account, which is everybody's who has one (``test_sign_on.py``)."""


def _addresses(route: str, where: dict[str, object]) -> list[str]:
    """The addresses of a route that lead to ``where``; none when it leads to no province in particular."""
    route = _NUMBER.sub("1", route)
    keys = where["key"]
    assert isinstance(keys, dict)
    if "<str:office_id>" in route:
        office_id = str(keys["office"])
        notice_no = f"{office_id}-69-00001"
        return ["/" + route.replace("<str:office_id>", office_id).replace("<str:notice_no>", notice_no)]
    if "<str:kiosk_id>" in route:
        return ["/" + route.replace("<str:kiosk_id>", str(where["kiosk_id"]))]
    if "<str:key>" in route:
        return ["/" + route.replace("<str:layer>", layer).replace("<str:key>", key) for layer, key in keys.items()]
    return []


def _address(route: str) -> str:
    """Some address of the route."""
    found = _addresses(route, OURS)
    return found[0] if found else _of_the_nation(route)


def _of_the_nation(route: str) -> str:
    return "/" + _NUMBER.sub("1", route).replace("<str:layer>", "national")


def _client(role: Role | None = None, dopa_code: int | None = None) -> Client:
    user = User.objects.create(username="somebody")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def _both(client: Client, address: str) -> list[HttpResponse]:
    return [client.get(address), client.post(address, {"reason": "test", "base": "0"})]  # type: ignore[list-item]


def test_the_table_is_not_empty_and_public_routes_exist() -> None:
    assert set(ROUTES) >= PUBLIC
    assert len(CLOSED) >= 10


@pytest.mark.parametrize("route", GUARDED)
def test_nobody_gets_in_without_signing_in(route: str) -> None:
    for answer in _both(Client(SERVER_NAME="localhost"), _address(route)):
        assert answer.status_code in (302, 405), route
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("route", [route for route in CLOSED if _addresses(route, OURS)])
def test_an_account_without_a_role_finds_nothing(route: str) -> None:
    client = _client()
    for address in _addresses(route, OURS):
        assert {answer.status_code for answer in _both(client, address)} <= {404, 405}, address


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.NATIONAL_ADMIN])
@pytest.mark.parametrize("route", [route for route in CLOSED if _addresses(route, THEIRS)])
def test_another_province_does_not_exist(route: str, role: Role) -> None:
    client = _client(role, 20)
    for address in _addresses(route, THEIRS):
        assert {answer.status_code for answer in _both(client, address)} <= {404, 405}, address


@pytest.mark.parametrize("route", [route for route in CLOSED if "layer" in route])
def test_only_admins_change_settings(route: str) -> None:
    client = _client(Role.TECHNICIAN, 20)
    for address in [*_addresses(route, OURS), _of_the_nation(route)]:
        if "<" not in address:
            assert client.post(address, {"reason": "test", "base": "0"}).status_code == 404, address


@pytest.mark.parametrize("route", sorted({*CLOSED} - FOR_TECHNICIANS - EMPTY_FOR_TECHNICIANS))
def test_technicians_look_after_machines_not_money_or_people(route: str) -> None:
    """A new page is closed to them until it stands in ``FOR_TECHNICIANS``."""
    notice = owed()
    said = confirm(word(notice))
    address = _address(route).replace("CBI-69-00001", notice.pk).replace("payments/<str:number>", f"payments/{said.pk}")
    assert {answer.status_code for answer in _both(_client(Role.TECHNICIAN, 20), address)} <= {404, 405}, address


@pytest.mark.parametrize(("role", "leads"), [(Role.TECHNICIAN, False), (Role.TREASURY, False), (Role.OFFICER, True)])
def test_the_menu_leads_to_an_offices_work_only_who_does_some(role: Role, leads: bool) -> None:
    said = _client(role, 20).get("/more/").content.decode()
    for address in ("/folders/", "/cases/", "/tickets/", "/factories/"):
        assert (f'href="{address}"' in said) is leads, address


FOR_TREASURY = {
    *("find/", "kiosks/stickers.pdf", "kiosks/<str:kiosk_id>/sticker.pdf"),
    *("", "more/", "kiosks/", "kiosks/<str:kiosk_id>/", "kiosks/<str:kiosk_id>/identity/", "rollouts/"),
    *("settings/", "settings/reference/", "settings/<str:layer>/", "settings/<str:layer>/<str:key>/"),
    "settings/waiting/",
    "tokens/",
    *("kiosks/<str:kiosk_id>/day/", "kiosks/<str:kiosk_id>/day.csv", "rollouts.csv", "kiosks.csv", "firmware.csv"),
    *("kiosks/<str:kiosk_id>/history/", "kiosks/<str:kiosk_id>/history.csv"),
    *("holidays/", "payments/", "payments/<str:number>/", "payments.csv"),
    *ALERTS,
}
"""What somebody who looks after money sees: that, and the machines it comes from."""


@pytest.mark.parametrize("route", sorted({*CLOSED} - FOR_TREASURY - EMPTY_FOR_TECHNICIANS))
def test_the_treasury_looks_after_money_not_people(route: str) -> None:
    """A new page is closed to it until it stands in ``FOR_TREASURY``."""
    address = _address(route)
    assert {answer.status_code for answer in _both(_client(Role.TREASURY, 20), address)} <= {404, 405}, address


@pytest.mark.parametrize(("dopa_code", "file"), [(20, 404), (None, 200)])
def test_days_of_a_bank_are_for_the_treasury_of_the_nation(dopa_code: int | None, file: int) -> None:
    said = confirm(word(owed()))
    client = _client(Role.TREASURY, dopa_code)
    assert client.get("/payments/").status_code == 200
    assert client.get(f"/payments/{said.pk}/").status_code == 200
    assert client.get("/payments/file/").status_code == file
    assert client.post("/payments/file/", {}).status_code == file


ONLY_A_DEED = {
    "round/<str:kiosk_id>/deed/",
    *("folders/labels/", "kiosks/<str:kiosk_id>/command/", "register/<str:number>/import/"),
    *("register/<str:number>/undo/", "settings-back/<str:layer>/<int:revision>/"),
    *("settings-back/<str:layer>/<str:key>/<int:revision>/", "settings-undo/<str:layer>/"),
    *("settings-undo/<str:layer>/<str:key>/", "fees/<str:office_id>/letters/", "fees/<str:office_id>/reminders/print/"),
    "fees/<str:office_id>/notices/<str:notice_no>/contact/",
    "fees/<str:office_id>/notices/<str:notice_no>/withdraw/",
}
"""Addresses that hear only POST, so that there is nothing to read."""

TOOLS = {"network-code/", "enrol/"}
"""Pages that show nothing of anybody, for who does the work they are for."""

NOT_THERE_YET = {
    *("enrol/<str:enrolment_id>", "bank/", "kiosks/<str:kiosk_id>/brought/<str:command_id>", "rollouts/<int:number>/"),
    *("register/<str:number>/", "register/<str:number>/findings/", "register/<str:number>/findings.csv"),
    "fees/<str:office_id>/letters/<int:run>/",
    *(
        "fees/<str:office_id>/letters/<int:run>/<int:number>.pdf",
        "fees/<str:office_id>/notices/<str:notice_no>/letter.pdf",
    ),
    "fees/<str:office_id>/notices/<str:notice_no>/letter.png",
    *("alerts/<int:number>/", "alerts/rules/<int:dopa_code>/", "webhooks/<int:number>/"),
    "settings/waiting/<int:plan>/",
    "settings-picture/<str:layer>/<str:digest>/<str:name>",
    "settings-picture/<str:layer>/<str:key>/<str:digest>/<str:name>",
}
"""What they are of is not in the sample data (nor is a bank played, nor anybody enrolling): nobody finds it."""


def _of_sample_data(route: str) -> str:
    """An address of the route that leads to something there is."""
    factory, case, folder = Factory.objects.all()[0], Case.objects.all()[0], Folder.objects.all()[0]
    notice, ticket = owed(), _ticket()
    known = {
        "<str:factory_no>": factory.pk,
        "<str:case_no>": case.pk,
        "<str:folder_id>": folder.pk,
        "<str:notice_no>": notice.pk,
        "payments/<str:number>": f"payments/{confirm(word(notice)).pk}",
        "tickets/<str:number>": f"tickets/{ticket.pk}",
        "<str:system>": "companies",
        "people/<int:number>": f"people/{User.objects.get(username='somebody').pk}",
        "<str:code>": "new",
    }
    for part, said in known.items():
        route = route.replace(part, str(said))
    return _address(route)


def _ticket() -> Ticket:
    channel = Channel.objects.filter(office_id="CBI")[0]
    values = {
        "office_id": "CBI", "channel": channel, "text": "ตัวอย่าง", "language": "th", "token": "t",
        "opened_at": timezone.now(), "due_on": timezone.localdate(),
    }  # fmt: skip
    return Ticket.objects.get_or_create(number="7K2M9Q4XTZ", defaults=values)[0]


@pytest.mark.parametrize("route", CLOSED)
def test_an_auditor_reads_everything_and_changes_nothing(route: str) -> None:
    client, address = _client(Role.AUDITOR), _of_sample_data(route)
    wanted = {405} if route in ONLY_A_DEED else {200, 404} if route in NOT_THERE_YET else {200, 302}
    assert client.get(address).status_code in ({404} if route in TOOLS else wanted), address
    assert client.post(address, {"reason": "test", "base": "0"}).status_code in (403, 404, 405), address


@pytest.mark.parametrize("other", [Role.NATIONAL_ADMIN, Role.OFFICER])
def test_whoever_audits_changes_nothing_whatever_else_they_are(other: Role) -> None:
    client = _client(other, None if other is Role.NATIONAL_ADMIN else 20)
    assert client.post("/kiosks/CBI-02/command/", {"kind": "identify"}).status_code == 302
    Membership.objects.create(user=User.objects.get(username="somebody"), role=Role.AUDITOR)
    assert client.post("/kiosks/CBI-02/command/", {"kind": "identify"}).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_every_route_answers_every_role_without_breaking(role: Role) -> None:
    client = _client(role, None if role is Role.NATIONAL_ADMIN else 20)
    for route in CLOSED:
        address = _of_sample_data(route)
        assert {each.status_code for each in _both(client, address)} <= {200, 302, 400, 404, 405, 409, 422}, address


def test_technicians_are_shown_no_way_to_money() -> None:
    technician = _client(Role.TECHNICIAN, 20).get("/").content.decode()
    assert 'href="/payments/"' not in technician
    assert 'href="/fees/"' not in technician
    assert "ธนาคารยืนยัน" not in technician
    User.objects.all().delete()
    officer = _client(Role.OFFICER, 20).get("/").content.decode()
    assert 'href="/payments/"' in officer
    assert 'href="/fees/"' in officer
    assert "ธนาคารยืนยัน" in officer


def test_a_provincial_admin_does_not_change_the_nation() -> None:
    client = _client(Role.PROVINCIAL_ADMIN, 20)
    assert client.get("/settings/national/").status_code == 200
    assert client.post("/settings/national/", {"reason": "test", "base": "1"}).status_code == 404
    assert client.post("/settings-undo/national/").status_code == 404
    assert client.post("/settings-back/national/1/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/kiosks/", "/settings/", "/payments/"])
def test_lists_hold_the_own_province_only(address: str) -> None:
    shown(owed("CBI"))
    shown(owed("KKN"), 2, kiosk_id="KKN-01")
    own = _client(Role.PROVINCIAL_ADMIN, 20).get(address).content.decode()
    assert "KKN-0" not in own
    assert "KKN-6" not in own
    User.objects.all().delete()
    nobody = _client().get(address).content.decode()
    assert "KKN-0" not in nobody
    assert "CBI-0" not in nobody
    User.objects.all().delete()
    nation = _client(Role.NATIONAL_ADMIN).get(address).content.decode()
    assert "CBI-0" in nation
    assert "KKN-0" in nation


def test_the_pretend_bank_is_not_there_unless_it_is_played() -> None:
    client = _client(Role.NATIONAL_ADMIN)
    assert client.get("/bank/").status_code == 404
    assert client.post("/bank/v1/confirm", b"{}", content_type="application/json").status_code == 404


def test_every_answer_carries_the_policy() -> None:
    client = _client(Role.NATIONAL_ADMIN)
    for address in ("/", "/nothing-here/", "/t/unknown"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_thai_comes_first_whatever_the_browser_asks_for() -> None:
    client = _client(Role.NATIONAL_ADMIN)
    page = client.get("/", headers={"accept-language": "en-US,en;q=0.9"})
    assert page.headers["Content-Language"] == "th"
    assert 'lang="th"' in page.content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    assert client.get("/").headers["Content-Language"] == "en"


def test_a_nul_is_refused_before_any_page_sees_it() -> None:
    visitor = Client(SERVER_NAME="localhost")
    assert visitor.get("/tell/CBI?about=%00").status_code == 400
    assert visitor.get("/t/%00").status_code == 400
    assert visitor.post("/tell/CBI", {"about": "question", "text": "ก\0"}).status_code == 400
