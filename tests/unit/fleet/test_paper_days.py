"""Paper by the day: what is kept of what kiosks say, how often it is written, and how a kiosk's page draws it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.devices.hearing import say_hearing
from fleet.devices.models import Kiosk, KioskState
from fleet.devices.truth import KioskTruth, truth_of
from fleet.figures.models import PaperDay
from fleet.figures.paper import AHEAD_DAYS, BACK_DAYS, KEPT_DAYS, look_at_paper, paper_of
from fleet.people.models import Membership, Role
from fleet.protocol.messages import DeviceState, DeviceStatus, Status
from fleet.web.charts import ROOM, WIDTH
from fleet.web.paper_drawing import paper
from tests.support.signed_in import browser_of

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_samples() -> None:
    PaperDay.objects.all().delete()


def says(kiosk_id: str, said: str, left: int | None, *, at: datetime = NOW, alive: bool = True, **more: object) -> None:
    status = Status(
        session_no=1, no=1, at=at, devices={"printer": DeviceStatus(state=DeviceState.ONLINE)}, paper=said,
        paper_slips_left=left,
    )  # fmt: skip
    told = {**msgspec.to_builtins(status), **more}
    KioskState.objects.update_or_create(pk=kiosk_id, defaults={"alive": alive, "heard_at": at, "status": told})


def kept() -> dict[str, int]:
    return dict(PaperDay.objects.filter(day=TODAY).values_list("kiosk_id", "slips_left"))


def test_the_last_word_of_a_day_is_kept() -> None:
    says("CBI-01", "full", 120)
    says("CBI-02", "low", 9)
    assert look_at_paper(NOW) == 2
    says("CBI-01", "full", 117, at=NOW + timedelta(hours=1))
    look_at_paper(NOW + timedelta(hours=1))
    assert kept() == {"CBI-01": 117, "CBI-02": 9}
    says("CBI-01", "full", 100, at=NOW + timedelta(days=1))
    look_at_paper(NOW + timedelta(days=1))
    assert paper_of("CBI-01", TODAY, TODAY + timedelta(days=9)) == {TODAY: 117, TODAY + timedelta(days=1): 100}


def test_who_has_nothing_new_to_say_costs_no_write() -> None:
    says("CBI-01", "full", 120)
    look_at_paper(NOW)
    with CaptureQueriesContext(connection) as asked:
        assert look_at_paper(NOW + timedelta(minutes=1)) == 0
    assert not [each["sql"] for each in asked.captured_queries if each["sql"].startswith(("INSERT", "UPDATE"))]


@pytest.mark.parametrize(("said", "left", "there"), [("out", None, 0), ("jammed", 50, None), ("unknown", 50, None)])
def test_no_paper_is_known_and_an_unknown_is_not_none(said: str, left: int | None, there: int | None) -> None:
    says("CBI-01", said, left)
    look_at_paper(NOW)
    assert kept().get("CBI-01") == there


def test_old_news_is_not_todays() -> None:
    says("CBI-01", "full", 120, at=NOW - timedelta(hours=1))
    says("CBI-02", "full", 120, alive=False)
    says("KKN-01", "full", None)
    assert look_at_paper(NOW) == 0


@pytest.mark.parametrize("nonsense", [-1, 10**9, 2**70, "many", 1.5, [3], {"x": 1}])
def test_what_is_no_count_of_slips_stops_nobody(nonsense: object) -> None:
    says("CBI-01", "full", None, paper_slips_left=nonsense)
    says("CBI-02", "full", 7)
    look_at_paper(NOW)
    assert kept() == {"CBI-02": 7}


def test_what_is_older_than_anybody_looks_goes() -> None:
    for back in (KEPT_DAYS, KEPT_DAYS + 1):
        PaperDay.objects.create(kiosk_id="CBI-01", day=TODAY - timedelta(days=back), slips_left=1)
    look_at_paper(NOW)
    assert PaperDay.objects.get().day == TODAY - timedelta(days=KEPT_DAYS)


# ---- the drawing ----------------------------------------------------------------------------------------------------


def truth(left: int | None, out_in_days: float | None = None) -> KioskTruth:
    kiosk = Kiosk.objects.select_related("office").get(pk="CBI-01")
    kiosk.state = KioskState(kiosk=kiosk, alive=True, heard_at=NOW)
    out_at = None if out_in_days is None else NOW + timedelta(days=out_in_days)
    return replace(truth_of(kiosk, NOW, is_heard=True), paper_slips_left=left, paper_out_at=out_at)


def test_nothing_known_is_nothing_drawn() -> None:
    assert paper(truth(None), {}, TODAY) is None
    assert paper(truth(None), {TODAY - timedelta(days=BACK_DAYS + 1): 5}, TODAY) is None


def test_the_forecast_goes_down_to_none_on_the_day_the_kiosk_names() -> None:
    found = paper(truth(100, 4), {TODAY - timedelta(days=1): 130, TODAY: 111}, TODAY)
    assert found is not None
    assert [(each.slips, each.is_ahead) for each in found.days] == [
        (130, False), (100, False), (75, True), (50, True), (25, True), (0, True),
    ]  # fmt: skip
    assert found.most == 130
    assert found.out_x == found.bars[BACK_DAYS + 4].middle
    assert [is_ahead for bar, is_ahead in found.marked if bar.count] == [False, False, True, True, True]
    assert found.has_forecast


@pytest.mark.parametrize("out_in_days", [-1, 0, 0.1, AHEAD_DAYS, AHEAD_DAYS + 1, 400])
def test_every_forecast_stays_in_its_room(out_in_days: float) -> None:
    found = paper(truth(100, out_in_days), {}, TODAY)
    assert found is not None
    assert len(found.bars) == BACK_DAYS + 1 + AHEAD_DAYS
    assert max(each.slips for each in found.days) == 100
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in found.bars)
    assert all(bar.y + bar.height <= ROOM.floor + 1e-6 for bar in found.bars)
    assert (found.out_x is None) == (out_in_days not in (AHEAD_DAYS,))
    assert found.out_word_x <= WIDTH - 5


def test_the_page_draws_it_and_says_the_same_in_a_table() -> None:
    say_hearing("test")
    now, today = timezone.now(), timezone.localdate()
    says("CBI-01", "full", 88, at=now)
    PaperDay.objects.create(kiosk_id="CBI-01", day=today - timedelta(days=1), slips_left=4321)
    PaperDay.objects.create(kiosk_id="CBI-02", day=today - timedelta(days=1), slips_left=9876)
    user = User.objects.create(username="somebody")
    Membership.objects.create(user=user, role=Role.TECHNICIAN, dopa_code=20)
    client = browser_of(user)
    page = client.get("/kiosks/CBI-01/").content.decode()
    assert '<svg class="chart"' in page
    assert "<td>4321</td>" in page
    assert "<td>88</td>" in page
    assert "9876" not in page
    assert "แท่งโปร่ง" not in page, "a kiosk that cannot know when it ends has no such bar"
    PaperDay.objects.all().delete()
    says("CBI-01", "unknown", None, at=now)
    assert '<svg class="chart' not in client.get("/kiosks/CBI-01/").content.decode()
