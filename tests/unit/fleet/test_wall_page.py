"""A screen on a wall has so many lines for what needs a person, and says how many more there are."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.devices.models import Kiosk
from fleet.people.models import Role
from fleet.web.views.overview import WALL_ALERTS, WALL_ROWS
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

LINE = 'class="nd"'


def wall(dopa_code: int | None = None) -> str:
    role = Role.NATIONAL_ADMIN if dopa_code is None else Role.PROVINCIAL_ADMIN
    return browser_of(person(role, dopa_code)).get("/?wall=1").content.decode()


def furnish(kiosks: int, alerts: int) -> None:
    """So many kiosks of Chon Buri that were never heard, and no others; so many alerts."""
    now = timezone.now()
    Kiosk.objects.all().update(office_id="KKN")
    for number in range(kiosks):
        Kiosk.objects.create(kiosk_id=f"CBI-{50 + number}", office_id="CBI", name_th="ตัวอย่าง", name_en="Sample")
    for number in range(alerts):
        Alert.objects.create(
            key=f"offline/{number}", rule="offline", dopa_code=20, condition="offline", since=now, opened_at=now,
            level_since=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kiosks", "alerts", "shown_alerts"),
    [(1, 1, 1), (0, 0, 0), (2, 9, WALL_ROWS - 2), (30, 9, WALL_ALERTS), (30, 1, 1), (0, 30, WALL_ROWS)],
)
def test_what_does_not_fit_is_counted(kiosks: int, alerts: int, shown_alerts: int) -> None:
    furnish(kiosks, alerts)
    page = wall(20)
    lines = min(WALL_ROWS, kiosks + alerts)
    assert page.count(LINE) == lines
    assert len(re.findall('class="w offline"', page)) == shown_alerts
    more = re.search(r"และอีก (\d+) เรื่อง", page)
    assert (int(more[1]) if more else 0) == kiosks + alerts - lines


def test_a_wall_has_neither_menu_nor_search_and_a_way_back() -> None:
    page = wall()
    assert 'class="side"' not in page
    assert 'name="q"' not in page
    assert '<a class="btn s" href="/">' in page
    assert 'hx-get="/?wall=1&amp;seen=' in page
    assert "style=" not in page


def test_the_first_page_leads_there_and_is_no_wall_for_anything_else() -> None:
    browser = browser_of(person(Role.NATIONAL_ADMIN, None))
    for asked in ("/", "/?wall=0", "/?wall=2"):
        page = browser.get(asked).content.decode()
        assert 'class="side"' in page
        assert 'href="?wall=1"' in page


def test_another_provinces_kiosks_are_on_no_wall() -> None:
    furnish(2, 0)
    assert "CBI-50" in wall(20)
    assert "CBI-50" not in wall(40)
