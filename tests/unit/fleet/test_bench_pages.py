"""The bench measures every page: each route of the pages has its addresses there, or a reason."""

from __future__ import annotations

from string import Formatter

import pytest
from django.urls import resolve

from fleet.web.urls import app_name
from tests.bench.pages import NOT_MEASURED, PAGES, addresses
from tests.support.page_routes import routes_hearing

SHOWING = routes_hearing("GET")
NAMED = {field for of_one in PAGES.values() for each in of_one for _, field, _, _ in Formatter().parse(each) if field}


@pytest.mark.parametrize("route", SHOWING)
def test_a_page_is_measured_or_there_is_a_reason(route: str) -> None:
    """A new page fails here until ``tests.bench.pages`` has an address of it, or says why it needs none."""
    assert (route in PAGES) != (route in NOT_MEASURED)


def test_every_entry_is_of_a_route_there_is() -> None:
    assert set(PAGES) | set(NOT_MEASURED) == set(SHOWING)
    assert all(PAGES.values())
    assert all(NOT_MEASURED.values())


@pytest.mark.parametrize("route", PAGES)
def test_its_addresses_lead_to_the_page(route: str) -> None:
    for each in PAGES[route]:
        path = each.format_map(dict.fromkeys(NAMED, 1)).partition("?")[0]
        assert resolve(path, "fleet.site.urls").view_name == f"{app_name}:{route}", each


def test_all_addresses_are_asked_for_and_none_twice() -> None:
    asked = addresses(dict.fromkeys(NAMED, 1))
    assert len(asked) == len(set(asked)) == sum(map(len, PAGES.values()))
