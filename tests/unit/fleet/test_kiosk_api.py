"""The kiosks' routes: every one asks who is there; each kiosk gets its own office and no other."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import msgspec
import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from fleet.api.kiosks import CARDS_MOST, CARDS_WITHIN, PEER
from fleet.devices.desired import change_settings
from fleet.devices.models import Layer
from fleet.office.models import Office
from fleet.partners.asking import set_up
from fleet.partners.models import Disclosure
from fleet.partners.port import System
from fleet.partners.stand_in import Habit, StandIn
from fleet.protocol import asking
from fleet.protocol.office import Factory, Notice, OfficePage, decode_page
from fleet.trust.certificates import Doer, Peer, issue, revoke
from fleet.trust.models import Certificate, Deed, Origin
from fleet.trust.signing_request import read_request
from tests.support.identities import new_key, signing_request
from tests.support.partner_stand_in import answering

ROUTES = [route for include in get_resolver("fleet.site.kiosk_urls").url_patterns for route in include.url_patterns]
BY_POST = {"kiosk/v1/card", "kiosk/v1/follow", "kiosk/v1/renew", "kiosk/v1/settled"}
METADATA, TARGET = "kiosk/v1/trust/metadata/<str:name>", "kiosk/v1/trust/targets/<path:name>"
PARTS = {METADATA: {"name": "timestamp.json"}, TARGET: {"name": f"firmware/{'0' * 64}.sala.raucb"}}


def enrolled(kiosk_id: str) -> Peer:
    certificate = issue(kiosk_id, read_request(signing_request(new_key())), Origin.REQUEST, Doer())
    return Peer(kiosk_id, certificate.serial)


def asked(
    route: URLPattern, peer: object, body: bytes = b"{}", query: dict[str, str] | None = None, **headers: str
) -> HttpResponse:
    factory = RequestFactory()
    if str(route.pattern) in BY_POST:
        request = factory.post("/", body, content_type="application/json", headers=headers)
    else:
        request = factory.get("/", query, headers=headers)
    if peer is not None:
        request.scope = {PEER: peer}
    answer = route.callback(request, **PARTS.get(str(route.pattern), {}))
    assert isinstance(answer, HttpResponse)
    return answer


def route_of(name: str) -> URLPattern:
    (route,) = [route for route in ROUTES if str(route.pattern) == f"kiosk/v1/{name}"]
    return route


def office(peer: Peer, cursor: str = "") -> HttpResponse:
    return asked(route_of("office"), peer, query={"cursor": cursor})


def page_of(answer: HttpResponse) -> OfficePage:
    return decode_page(answer.content)


def test_there_are_routes_to_try() -> None:
    assert {str(route.pattern) for route in ROUTES} == {
        "kiosk/v1/card", "kiosk/v1/follow", "kiosk/v1/office", "kiosk/v1/ping", "kiosk/v1/renew", "kiosk/v1/settled",
        METADATA, TARGET,
    }  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.pattern))
class TestEveryRoute:
    @pytest.mark.parametrize("name", ["", "XXX-99", "fleet-ingest", "cbi-01", "CBI", "CBI-02"])
    def test_nobody_else_comes_in_by_a_kiosks_serial_number(self, route: URLPattern, name: str) -> None:
        assert asked(route, Peer(name, enrolled("CBI-01").serial)).status_code == 403

    @pytest.mark.parametrize("serial", ["", "0", "deadbeef"])
    def test_a_name_alone_is_nothing(self, route: URLPattern, serial: str) -> None:
        enrolled("CBI-01")
        assert asked(route, Peer("CBI-01", serial)).status_code == 403

    @pytest.mark.parametrize("peer", [None, "CBI-01", ("CBI-01", "1")])
    def test_what_is_no_peer_is_nobody(self, route: URLPattern, peer: object) -> None:
        assert asked(route, peer).status_code == 403

    def test_a_revoked_certificate_is_refused_at_once(self, route: URLPattern) -> None:
        peer = enrolled("CBI-01")
        assert asked(route_of("ping"), peer).status_code == 200
        assert revoke("CBI-01", "lost", Doer()) == 1
        assert asked(route, peer).status_code == 403

    def test_a_certificate_that_has_ended_is_refused(self, route: URLPattern) -> None:
        peer = enrolled("CBI-01")
        Certificate.objects.filter(pk=peer.serial).update(not_after=timezone.now() - timedelta(seconds=1))
        assert asked(route, peer).status_code == 403

    def test_a_certificate_of_another_kiosk_is_that_kiosks(self, route: URLPattern) -> None:
        ours, theirs = enrolled("CBI-01"), enrolled("KKN-02")
        assert asked(route, Peer(ours.name, theirs.serial)).status_code == 403

    def test_a_kiosk_comes_in(self, route: URLPattern) -> None:
        assert asked(route, enrolled("CBI-01")).status_code in (200, 400, 404), "400: says nothing; 404: no file"


@pytest.mark.parametrize(("kiosk_id", "office_id"), [("CBI-01", "CBI"), ("KKN-02", "KKN")])
def test_a_kiosk_gets_its_own_office(kiosk_id: str, office_id: str) -> None:
    page = page_of(office(enrolled(kiosk_id)))
    assert page.office_id == office_id
    assert page.revision == Office.objects.get(pk=office_id).revision
    assert (page.anew, page.more) == (True, False)
    factories = {change.key for change in page.changes if change.kind == Factory.KIND}
    notices = [change.item for change in page.changes if change.kind == Notice.KIND]
    assert len(factories) == len(notices) == 6
    assert {msgspec.json.decode(notice, type=Notice).factory_no for notice in notices} <= factories


def test_who_has_the_latest_gets_nothing() -> None:
    peer = enrolled("CBI-01")
    first = page_of(office(peer))
    again = page_of(office(peer, first.cursor))
    assert (again.anew, again.more, again.changes, again.cursor) == (False, False, (), first.cursor)
    assert page_of(office(peer, "0.1.2")).anew


def test_a_page_is_packed_for_who_can_unpack_it() -> None:
    peer = enrolled("CBI-01")
    packed = asked(route_of("office"), peer, **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    plain = office(peer)
    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3


def test_records_are_kept_by_no_cache_on_the_way() -> None:
    assert office(enrolled("CBI-01"))["Cache-Control"] == "no-store"


def renewed(peer: Peer, csr: str) -> Peer:
    answer = asked(route_of("renew"), peer, json.dumps({"csr": csr}).encode())
    assert answer.status_code == 200, answer.content
    pem = json.loads(answer.content)["certificate"]
    return Peer(peer.name, Certificate.objects.get(pem=pem).serial)


def test_a_renewal_leaves_the_old_certificate_until_the_new_one_is_in_place() -> None:
    old = enrolled("CBI-01")
    new = renewed(old, signing_request(new_key()))
    assert asked(route_of("ping"), old).status_code == 200
    assert asked(route_of("ping"), new).status_code == 200
    assert asked(route_of("ping"), old).status_code == 200, "using the new one does not say that it is stored"
    assert asked(route_of("settled"), new).status_code == 200
    assert asked(route_of("ping"), old).status_code == 403
    assert asked(route_of("settled"), new).status_code == 200, "said twice"
    assert asked(route_of("ping"), new).status_code == 200


def test_a_renewal_asked_for_again_is_the_same_certificate() -> None:
    old, key = enrolled("CBI-01"), new_key()
    assert renewed(old, signing_request(key)) == renewed(old, signing_request(key))


def test_a_renewal_begun_anew_leaves_two_certificates_at_most() -> None:
    old = enrolled("CBI-01")
    first = renewed(old, signing_request(new_key()))
    second = renewed(old, signing_request(new_key()))
    assert asked(route_of("ping"), first).status_code == 403
    assert asked(route_of("ping"), second).status_code == 200
    assert asked(route_of("ping"), old).status_code == 200


def test_a_renewal_for_the_key_in_use_is_the_certificate_in_use() -> None:
    key = new_key()
    issue("CBI-01", read_request(signing_request(key)), Origin.REQUEST, Doer())
    serial = Certificate.objects.get(kiosk_id="CBI-01").serial
    assert renewed(Peer("CBI-01", serial), signing_request(key)).serial == serial


def test_a_renewal_is_not_had_for_another_kiosks_key() -> None:
    key = new_key()
    issue("KKN-01", read_request(signing_request(key)), Origin.REQUEST, Doer())
    answer = asked(route_of("renew"), enrolled("CBI-01"), json.dumps({"csr": signing_request(key)}).encode())
    assert answer.status_code == 409


@pytest.mark.parametrize("body", [b"", b"{}", b'{"csr": 1}', b'{"csr": "-----BEGIN"}', b"\xff"])
def test_a_renewal_without_a_request_is_none(body: bytes) -> None:
    assert asked(route_of("renew"), enrolled("CBI-01"), body).status_code == 400


def test_a_stolen_old_certificate_does_not_settle_the_kiosks_new_one() -> None:
    """``settled`` ends what was issued before the certificate it comes by, never what came after."""
    old = enrolled("CBI-01")
    new = renewed(old, signing_request(new_key()))
    assert asked(route_of("settled"), old).status_code == 200
    assert asked(route_of("ping"), new).status_code == 200


def test_every_step_is_on_the_audit() -> None:
    old = enrolled("CBI-01")
    new = renewed(old, signing_request(new_key()))
    asked(route_of("settled"), new)
    revoke("CBI-01", "lost", Doer())
    said = [(deed.what, deed.about) for deed in Deed.objects.filter(kiosk_id="CBI-01").order_by("pk")]
    assert said == [
        ("issued", old.serial), ("proven", old.serial), ("issued", new.serial), ("proven", new.serial),
        ("revoked", old.serial), ("revoked", new.serial),
    ]  # fmt: skip


CARD = asking.CheckCard(id_number="1999900000013", chip_no="53414d504c453432", request_no="9999-99-00000000")


def card_said(peer: Peer, said: asking.CheckCard = CARD) -> asking.CardState:
    answer = asked(route_of("card"), peer, msgspec.json.encode(said))
    assert answer.status_code == 200
    return asking.read(answer.content, asking.CardSaid).state


def checks_cards(kiosk_id: str) -> None:
    change_settings(Layer.KIOSK, kiosk_id, {"presence": {"check_card": True}}, None, "ทดลอง")


def test_a_card_is_asked_about_and_what_left_us_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    stand_in, peer = StandIn(), enrolled("CBI-01")
    checks_cards("CBI-01")
    with answering(stand_in) as address:
        set_up(System.CARD_STATUS, address, is_on=True, timeout_s=20)
        assert card_said(peer) is asking.CardState.NORMAL
        lost = msgspec.structs.replace(CARD, chip_no="LOST")
        assert card_said(peer, lost) is asking.CardState.NOT_NORMAL
        stand_in.habits[System.CARD_STATUS] = Habit.GARBLED
        assert card_said(peer) is asking.CardState.UNANSWERED
    rows = list(Disclosure.objects.order_by("pk").values_list("fields", "asked_for", "outcome"))
    fields = "id_number chip_no request_no"
    answered = (fields, "CBI-01", "answered")
    assert rows == [answered, answered, (fields, "CBI-01", "not-understood")]
    for secret in (CARD.id_number, CARD.chip_no, CARD.request_no):
        assert secret not in caplog.text
        assert secret not in str(list(Disclosure.objects.values()))


def test_a_kiosk_whose_settings_do_not_say_so_has_nothing_asked() -> None:
    checks_cards("CBI-01")
    with answering(StandIn()) as address:
        set_up(System.CARD_STATUS, address, is_on=True, timeout_s=20)
        assert card_said(enrolled("CBI-02")) is asking.CardState.UNANSWERED
        assert not Disclosure.objects.exists()
        assert card_said(enrolled("CBI-01")) is asking.CardState.NORMAL


def test_one_kiosk_asks_about_so_many_cards_and_no_more() -> None:
    ours, theirs = enrolled("CBI-01"), enrolled("CBI-02")
    checks_cards("CBI-01")
    checks_cards("CBI-02")
    now = timezone.now()
    with answering(StandIn()) as address:
        set_up(System.CARD_STATUS, address, is_on=True, timeout_s=20)
        Disclosure.objects.bulk_create(
            Disclosure(system=System.CARD_STATUS, fields="id_number", asked_for="CBI-01", at=now - CARDS_WITHIN / 2)
            for _ in range(CARDS_MOST - 1)
        )
        assert card_said(ours) is asking.CardState.NORMAL
        refused = asked(route_of("card"), ours, msgspec.json.encode(CARD))
        assert refused.status_code == 429
        assert refused["Retry-After"] == "600"
        assert card_said(theirs) is asking.CardState.NORMAL, "another kiosk has its own count"
        Disclosure.objects.filter(asked_for="CBI-01").update(at=now - CARDS_WITHIN)
        assert card_said(ours) is asking.CardState.NORMAL, "later it may again"


def test_where_nobody_set_it_up_nothing_leaves() -> None:
    checks_cards("CBI-01")
    assert card_said(enrolled("CBI-01")) is asking.CardState.UNANSWERED
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id_number": "1999900000014", "chip_no": "", "request_no": ""}'])
def test_what_is_no_card_is_not_asked_about(body: bytes) -> None:
    answer = asked(route_of("card"), enrolled("CBI-01"), body)
    assert answer.status_code == 400
    assert b"1999900000014" not in answer.content
