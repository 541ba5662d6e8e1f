"""How kiosks stand by the database's own words, against what is true of each by ours."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec

from fleet.devices import hearing
from fleet.devices.models import Kiosk, KioskState, Lease
from fleet.devices.standing import by_settings, counted, of_condition, ranked, worst_first
from fleet.devices.truth import RANK, STALE_AFTER, Condition, said_of, truths_of
from fleet.office.models import Office
from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Reported, Status

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HEARD = (None, NOW, NOW - STALE_AFTER, NOW - STALE_AFTER - timedelta(microseconds=1))
DEVICES = ("card", "scanner", "printer", "panel", "display")


def statuses() -> list[Status | None]:
    """A status for every condition a kiosk may say of itself, and none."""
    said: list[Status | None] = [None]
    for state, paper, disk_room in itertools.product(
        DeviceState, ("full", "low", "out", "jammed"), ("", "low", "last")
    ):
        devices = {name: DeviceStatus(state=DeviceState.ONLINE) for name in DEVICES} | {
            "card": DeviceStatus(state=state)
        }
        said.append(Status(session_no=1, at=NOW, devices=devices, paper=paper, health=Health(disk_room=disk_room)))
    said.append(Status(session_no=1, at=NOW, devices={"printer": DeviceStatus(state=DeviceState.ONLINE)}, paper="full"))
    return said


def make_kiosks() -> None:
    """One for every way to stand, over two offices."""
    offices = itertools.cycle(Office.objects.filter(pk__in=("CBI", "KKN")))
    ways = itertools.product(HEARD, (True, False), (None, NOW), statuses())
    kiosks, states = [], []
    for number, (heard_at, alive, used_twice_at, status) in enumerate(ways):
        kiosk = Kiosk(pk=f"W-{number}", office=next(offices), name_th="ตัวอย่าง", name_en="Sample")
        kiosks.append(kiosk)
        states.append(
            KioskState(
                kiosk=kiosk, alive=alive, heard_at=heard_at, used_twice_at=used_twice_at,
                status=msgspec.to_builtins(status), said_rank=RANK[said_of(status)],
                reported=msgspec.to_builtins(Reported(settings_revision=number % 3)) if number % 4 else None,
            )
        )  # fmt: skip
    Kiosk.objects.bulk_create(kiosks)
    KioskState.objects.bulk_create(states)


def agree() -> None:
    """Every kiosk by both."""
    rows = Kiosk.objects.select_related("state", "office__province")
    ours = {each.kiosk.pk: RANK[each.condition] for each in truths_of(rows, NOW)}
    assert dict(ranked(rows, NOW).values_list("pk", "rank")) == ours
    runs_it = {each.kiosk.pk: each.settled for each in truths_of(rows, NOW)}
    assert dict(by_settings(rows).values_list("pk", "has_it")) == runs_it
    provinces: dict[int, Counter[Condition]] = {}
    for each in truths_of(rows, NOW):
        provinces.setdefault(each.kiosk.office.province_id, Counter())[each.condition] += 1
    assert counted(ranked(rows, NOW)) == provinces
    worst = ranked(rows, NOW).filter(rank=of_condition(Condition.FAILING))
    assert worst.count() == sum(each[Condition.FAILING] for each in provinces.values())
    in_order = sorted(ours, key=lambda pk: (ours[pk], pk))
    assert [each.pk for each in worst_first(ranked(rows, NOW), 3, 30)] == in_order[3:30]


def test_database_and_truth_agree_while_kiosks_are_heard() -> None:
    make_kiosks()
    Lease.objects.create(name="ingest", holder="fleet-ingest", until=NOW + hearing.HEARD_FOR)
    agree()
    assert set(ranked(Kiosk.objects.all(), NOW).values_list("rank", flat=True)) == set(RANK.values())


def test_and_while_nobody_is_heard() -> None:
    make_kiosks()
    agree()


def test_a_kiosk_without_a_state_is_unknown() -> None:
    KioskState.objects.all().delete()
    assert set(ranked(Kiosk.objects.all(), NOW).values_list("rank", flat=True)) == {RANK[Condition.UNKNOWN]}
    agree()


def test_a_new_row_says_what_no_status_says() -> None:
    assert KioskState._meta.get_field("said_rank").get_default() == RANK[said_of(None)]
