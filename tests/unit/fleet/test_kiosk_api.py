"""The kiosks' routes: every one asks who is there; each kiosk gets its own office and no other."""

from __future__ import annotations

import msgspec
import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver

from fleet.api.kiosks import PEER
from fleet.office.models import Office
from fleet.protocol.office import OfficeRecords

ROUTES = [route for include in get_resolver("fleet.site.kiosk_urls").url_patterns for route in include.url_patterns]


def asked(route: URLPattern, peer: str | None, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers)
    if peer is not None:
        request.scope = {PEER: peer}
    answer = route.callback(request)
    assert isinstance(answer, HttpResponse)
    return answer


def office(peer: str, **headers: str) -> HttpResponse:
    (route,) = [route for route in ROUTES if str(route.pattern) == "kiosk/v1/office"]
    return asked(route, peer, **headers)


def test_there_are_routes_to_try() -> None:
    assert {str(route.pattern) for route in ROUTES} == {"kiosk/v1/office", "kiosk/v1/ping"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.pattern))
@pytest.mark.parametrize("peer", [None, "", "XXX-99", "fleet-ingest", "cbi-01", "CBI"])
def test_nobody_but_a_kiosk_comes_in(route: URLPattern, peer: str | None) -> None:
    assert asked(route, peer).status_code == 403


@pytest.mark.parametrize(("peer", "office_id"), [("CBI-01", "CBI"), ("KKN-02", "KKN")])
def test_a_kiosk_gets_its_own_office(peer: str, office_id: str) -> None:
    records = msgspec.json.decode(office(peer).content, type=OfficeRecords)
    assert records.office_id == office_id
    assert records.revision == Office.objects.get(pk=office_id).revision
    assert len(records.factories) == 6
    numbers = {factory.factory_no for factory in records.factories}
    assert {notice.factory_no for notice in records.notices} <= numbers


def test_who_has_the_latest_gets_nothing() -> None:
    tag = office("CBI-01")["ETag"]
    unchanged = office("CBI-01", **{"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert office("CBI-01", **{"If-None-Match": '"0"'}).status_code == 200


def test_records_are_kept_by_no_cache_on_the_way() -> None:
    assert office("CBI-01")["Cache-Control"] == "no-store"
