"""A kiosk's day: what is found of it however it came, its drawings, its page and its file."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from fleet.acting.kiosk_day import Day, day_of, days_there, merged
from fleet.alerts.models import Alert
from fleet.devices.days import first_since
from fleet.devices.happened import Happened, happened
from fleet.devices.models import Kiosk, KioskCommand, Record
from fleet.figures.models import UptimeDay
from fleet.people.models import Role
from fleet.protocol import records
from fleet.protocol.messages import Count
from fleet.protocol.moments import Moment
from fleet.protocol.records import Record as Said
from fleet.protocol.updates import ManifestHash, UpdateReason, UpdateState
from fleet.web.charts import ACROSS, MARK, ROOM, bars, stretch
from fleet.web.kiosk_day import lanes_of
from fleet.web.stories import line
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

DAY = date(2026, 11, 19)
BEGIN = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""Midnight at Bangkok."""

END = BEGIN + timedelta(days=1)
NOW = END + timedelta(days=3)


def _came(no: int, said: Said, received_at: datetime, kiosk_id: str = "CBI-02") -> Record:
    body = msgspec.json.decode(msgspec.json.encode(said))
    return Record.objects.create(
        kiosk_id=kiosk_id, spool_id="s", no=no, kind=body["kind"], body=body, received_at=received_at
    )


def _visit(at: datetime, minutes: int = 2) -> records.VisitEnded:
    return records.VisitEnded(
        visit_id="v", service="pay-fee", language="th", started_at=at, ended_at=at + timedelta(minutes=minutes),
        outcome="paid",
    )  # fmt: skip


def _found() -> Day:
    return day_of(Kiosk.objects.get(pk="CBI-02"), DAY, NOW)


# ---- drawings

moments = st.integers(-86400, 2 * 86400).map(lambda s: BEGIN + timedelta(seconds=s))


@given(moments, moments)
def test_whatever_is_drawn_lies_in_its_strip_and_can_be_seen(first: datetime, last: datetime) -> None:
    drawn = stretch(first, last, (BEGIN, END), "ok")
    assert drawn.x >= 0
    assert drawn.x + drawn.width <= ACROSS + 1e-6
    assert drawn.width >= MARK


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_bars_stand_on_the_floor_and_the_highest_is_the_most(counts: list[int]) -> None:
    drawn = bars([("", count) for count in counts])
    assert [each.count for each in drawn] == counts
    assert all(abs(each.y + each.height - ROOM.floor) < 1e-6 for each in drawn)
    if any(counts):
        assert max(drawn, key=lambda each: each.height).count == max(counts)


@given(st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=8))
def test_absences_that_overlap_are_one(spans: list[tuple[datetime, datetime]]) -> None:
    whole = merged(spans)
    assert all(one[1] < next_[0] for one, next_ in itertools.pairwise(whole))
    assert all(any(first <= a and b <= last for first, last in whole) for a, b in spans)


# ---- what is found


@pytest.mark.parametrize("count", [0, 1, 2, 7, 30])
def test_the_first_record_of_a_day_is_found_among_others(count: int) -> None:
    for i in range(count):
        _came(i, _visit(BEGIN), BEGIN + timedelta(hours=i))
        _came(i, _visit(BEGIN), BEGIN, "KKN-01")
    kept = list(Record.objects.filter(kiosk_id="CBI-02").order_by("pk"))
    for hour in range(-1, count + 1):
        at = BEGIN + timedelta(hours=hour, minutes=-1)
        expected = next((each.pk for each in kept if each.received_at >= at), None)
        assert Record.objects.filter(kiosk_id="CBI-02", pk__gte=first_since("CBI-02", at)).count() == len(
            [each for each in kept if expected is not None and each.pk >= expected]
        )


def test_a_day_holds_what_happened_on_it_also_when_the_line_was_cut_for_days() -> None:
    _came(1, _visit(BEGIN - timedelta(hours=1)), BEGIN - timedelta(hours=1))
    for no, hour in ((2, 9), (3, 9), (4, 14)):
        _came(no, _visit(BEGIN + timedelta(hours=hour, minutes=5)), END + timedelta(days=2))
    _came(5, _visit(END + timedelta(hours=9)), END + timedelta(days=2))
    found = _found()
    assert (sum(found.by_hour), found.by_hour[9], found.by_hour[14]) == (3, 2, 1)
    assert [each.lane for each in found.happenings] == ["visits"] * 3


def test_each_thing_lies_in_its_lane() -> None:
    at = BEGIN + timedelta(hours=10)
    said: list[Said] = [
        _visit(at),
        records.SlipPrinted(transaction_no="T", confirmed=True, length_mm=140, printed_at=at),
        records.DeviceChanged(device="printer", state="offline", detail="", changed_at=at),
        records.SettingsApplied(revision=3, problems=(), applied_at=at),
        records.CommandEnded(command_id="c", command="identify", done=True, detail="", ended_at=at),
    ]
    for no, each in enumerate(said):
        _came(no, each, at)
    KioskCommand.objects.create(
        command_id="c", kiosk_id="CBI-02", kind="identify", asked_at=at, expires_at=at + timedelta(minutes=5),
        ended_at=at + timedelta(seconds=1), done=True,
    )  # fmt: skip
    Alert.objects.create(
        key="offline", rule="offline", kiosk_id="CBI-02", dopa_code=20, condition="offline",
        since=BEGIN - timedelta(hours=1), opened_at=BEGIN, closed_at=BEGIN + timedelta(hours=2), level_since=BEGIN,
    )  # fmt: skip
    found = _found()
    assert {lane.name: lane.count for lane in lanes_of(found)} == {
        "link": 1, "visits": 1, "payments": 1, "faults": 1, "commands": 1, "machine": 1,
    }  # fmt: skip
    assert (found.slips, found.printed_mm) == (1, 140)


def test_a_day_nobody_looked_is_not_a_day_it_was_away() -> None:
    UptimeDay.objects.create(kiosk_id="CBI-02", day=DAY, looked=4, there=3)
    UptimeDay.objects.create(kiosk_id="CBI-02", day=DAY - timedelta(days=1), looked=4, there=0)
    assert [each.share for each in days_there("CBI-02", DAY)[-3:]] == [None, 0.0, 0.75]


def test_a_visit_that_began_at_no_time_there_is_counts_where_it_ended() -> None:
    at = BEGIN + timedelta(hours=9)
    _came(1, msgspec.structs.replace(_visit(at), started_at=datetime(9999, 12, 31, 23, tzinfo=UTC)), at)
    _came(2, msgspec.structs.replace(_visit(at), started_at=datetime(1, 1, 1, tzinfo=UTC)), at)
    found = _found()
    assert sum(found.by_hour) == 2
    assert all(BEGIN - timedelta(days=1) <= each.began <= each.ended for each in found.happenings)


# ---- the page


def _client() -> Client:
    return browser_of(person(Role.TECHNICIAN, 20, "somebody"))


def test_the_page_tells_the_day_of_its_address_and_leads_to_those_beside_it() -> None:
    _came(1, _visit(BEGIN + timedelta(hours=9)), BEGIN + timedelta(hours=9))
    page = _client().get("/kiosks/CBI-02/day/?day=2026-11-19&what=visits").content.decode()
    assert "19 พฤศจิกายน 2569" in page
    assert 'href="?day=2026-11-18&amp;what=visits"' in page
    assert "ผู้ใช้ชำระแล้ว" in page


@pytest.mark.parametrize("said", ["", "day=tomorrow", "day=9999-12-31", "day=0001-01-01", "what=%00", "day=2026-13-1"])
def test_an_address_that_says_nothing_sensible_is_answered(said: str) -> None:
    client = _client()
    assert client.get(f"/kiosks/CBI-02/day/?{said}").status_code in (200, 400)
    assert client.get(f"/kiosks/CBI-02/day.csv?{said}").status_code in (200, 400)


def test_the_file_holds_the_list_and_no_formula() -> None:
    at = BEGIN + timedelta(hours=9)
    _came(1, records.DeviceChanged(device="=1+1", state="=cmd()", detail="", changed_at=at), at)
    answer = _client().get("/kiosks/CBI-02/day.csv?day=2026-11-19")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="CBI-02-2026-11-19.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["began"] for row in rows] == ["2026-11-19T09:00:00+07:00"]
    assert rows[0]["title"].startswith("'=")


def test_a_day_without_any_record_says_so_and_draws_nothing() -> None:
    client = _client()
    page = client.get("/kiosks/CBI-02/day/?day=2001-01-01").content.decode()
    for said in ("ไม่มีบันทึกของวันนั้น", "ไม่มีใครมาใช้ในวันนั้น", "ศูนย์ไม่ได้เฝ้าดูตู้นี้ใน 30 วันนั้น"):
        assert page.count(said) == 1
    assert "<rect" not in page
    UptimeDay.objects.create(kiosk_id="CBI-02", day=date(2001, 1, 1), looked=4, there=0)
    page = client.get("/kiosks/CBI-02/day/?day=2001-01-01").content.decode()
    assert "ศูนย์ไม่เห็นตู้นี้เลยใน 30 วันนั้น" in page
    assert "<rect" not in page
    _came(1, _visit(BEGIN + timedelta(hours=9)), BEGIN + timedelta(hours=9))
    UptimeDay.objects.create(kiosk_id="CBI-02", day=DAY, looked=4, there=3)
    page = client.get("/kiosks/CBI-02/day/?day=2026-11-19").content.decode()
    assert "มากสุด 1 ครั้ง ช่วง 09.00–09.59 น." in page
    assert page.count('<svg class="chart') == 2
    assert "ไม่มีบันทึกของวันนั้น" not in page


# ---- for programs


def test_a_program_reads_the_day_that_the_page_shows() -> None:
    at = BEGIN + timedelta(hours=10)
    said: list[Said] = [
        _visit(at),
        records.SlipPrinted(transaction_no="T", confirmed=True, length_mm=140, printed_at=at + timedelta(minutes=1)),
        records.DeviceChanged(
            device="printer", state="hardware-error", detail="overheated", changed_at=at + timedelta(minutes=2)
        ),
    ]
    for no, each in enumerate(said):
        _came(no, each, at)
    somebody = person(Role.PROVINCIAL_ADMIN, 20, "asker")
    asked_at = at + timedelta(minutes=3)
    KioskCommand.objects.create(
        command_id="c", kiosk_id="CBI-02", kind="identify", asked_at=asked_at, asked_by=somebody,
        expires_at=asked_at + timedelta(minutes=5),
    )  # fmt: skip
    one = holder(person(Role.TECHNICIAN, 20))
    day = one.get("kiosks/CBI-02/days/2026-11-19")
    assert (day["slips"], day["printed_mm"], day["begins_at"]) == (1, 140, "2026-11-19T00:00:00+07:00")
    assert day["visits_by_hour"] == [0] * 10 + [1] + [0] * 13
    told = {each["lane"]: (each["kind"], each["condition"], each["facts"]) for each in day["happenings"]}
    assert told == {
        "visits": ("visit-ended", "ok", {"service": "pay-fee", "outcome": "paid"}),
        "payments": (
            "slip-printed", "ok", {"transaction_no": "T", "confirmed": True, "length_mm": 140, "reprint": False},
        ),
        "faults": (
            "device-changed", "failing", {"device": "printer", "state": "hardware-error", "detail": "overheated"},
        ),
        "commands": (
            "command", "offline",
            {"command_id": "c", "command": "identify", "progress": "expired", "detail": "", "asked_by": "asker"},
        ),
    }  # fmt: skip
    page = list(csv.DictReader(io.StringIO(_client().get("/kiosks/CBI-02/day.csv?day=2026-11-19").content.decode())))
    assert [(each["lane"], each["condition"]) for each in day["happenings"]] == [
        (row["what"], row["condition"]) for row in page
    ]
    only = one.get("kiosks/CBI-02/days/2026-11-19?lane=faults")
    assert [each["kind"] for each in only["happenings"]] == ["device-changed"]


def test_a_program_reads_when_the_fleet_did_not_hear_it() -> None:
    Alert.objects.create(
        key="offline", rule="offline", kiosk_id="CBI-02", dopa_code=20, condition="offline",
        since=BEGIN - timedelta(hours=1), opened_at=BEGIN, closed_at=BEGIN + timedelta(hours=2), level_since=BEGIN,
    )  # fmt: skip
    [away] = holder(person(Role.TECHNICIAN, 20)).get("kiosks/CBI-02/days/2026-11-19?lane=link")["happenings"]
    assert away == {
        "lane": "link", "kind": "out-of-contact", "began_at": "2026-11-18T16:00:00Z",
        "ended_at": "2026-11-18T19:00:00Z", "condition": "offline", "facts": {},
    }  # fmt: skip


def test_a_program_reads_how_often_it_was_there() -> None:
    UptimeDay.objects.create(kiosk_id="CBI-02", day=DAY, looked=4, there=3)
    UptimeDay.objects.create(kiosk_id="CBI-01", day=DAY, looked=9, there=9)
    one = holder(person(Role.TECHNICIAN, 20))
    assert one.get("kiosks/CBI-02/uptime?last=2026-11-19&days=2")["items"] == [
        {"day": "2026-11-18", "looked": 0, "there": 0},
        {"day": "2026-11-19", "looked": 4, "there": 3},
    ]
    assert len(one.get("kiosks/CBI-02/uptime")["items"]) == 30


def test_a_program_reads_a_kiosks_history_a_page_at_a_time() -> None:
    for no in range(3):
        at = BEGIN + timedelta(hours=no)
        _came(no, records.Restarted(process="agent", version=str(no), reason="", started_at=at), at)
        _came(no, _visit(at), at, "CBI-01")
    one = holder(person(Role.TECHNICIAN, 20))
    first = one.get("kiosks/CBI-02/history?limit=2")
    rest = one.get(f"kiosks/CBI-02/history?limit=2&after={first['next']}")
    assert [each["facts"]["version"] for each in first["items"] + rest["items"]] == ["2", "1", "0"]
    assert rest["next"] is None


PRIVATE = frozenset(
    {"tracking_token", "text", "sealed", "id_masked", "phone_masked", "ref1", "ref2", "biller_id", "visit_id"}
    | {"officer_no", "told_by", "folder_id", "folder_ids", "public_key", "language"}
)
"""Of records; none of it is for everybody who sees the kiosk."""


@pytest.mark.parametrize("kind", get_args(records.KnownRecord), ids=lambda kind: kind.__name__)
def test_every_record_says_when_and_nothing_private(kind: type[Said]) -> None:
    fields = {each.name: each for each in msgspec.structs.fields(kind)}
    body = {name: _sample(each.type) for name, each in fields.items() if each.required}
    known = msgspec.convert({**body, "kind": kind.__struct_config__.tag}, kind)
    what = happened(_came(1, known, NOW))
    assert what.at == BEGIN
    assert what.facts.keys() <= fields.keys() - PRIVATE
    assert line(what)[1] != line(Happened(what.kind, NOW, what.condition, records.UnknownRecord(original={})))[1]


def _sample(of: object) -> object:
    """Something of a type."""
    samples: dict[object, object] = {
        str: "x", bool: True, Count: 1, Moment: BEGIN, tuple[str, ...]: (), UpdateState: "good", UpdateReason: "none",
        ManifestHash: "a" * 64, Moment | None: None,
    }  # fmt: skip
    return samples.get(of, 1)


def test_a_kiosk_of_elsewhere_has_no_day() -> None:
    one = holder(person(Role.TECHNICIAN, 20))
    for asked in ("history", "days/2026-11-19", "uptime"):
        assert one.ask("get", f"kiosks/KKN-01/{asked}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "days/2026-02-30", "days/today", "days/2099-01-01", "days/0001-01-01", "days/2026-11-19?lane=all",
        "uptime?last=9999-12-31", "uptime?days=101", "uptime?days=0", "history?after=!",
    ],
)  # fmt: skip
def test_days_that_are_none_are_refused(asked: str) -> None:
    assert holder(person(Role.TECHNICIAN, 20)).ask("get", f"kiosks/CBI-02/{asked}").status_code == 422
