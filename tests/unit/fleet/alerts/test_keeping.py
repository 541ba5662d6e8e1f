"""Alerts in the database: what the fleet holds becomes alerts and messages, once, whatever is killed.

How messages leave: ``test_leaving``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.alerts import counting
from fleet.alerts.deeds import DeedError, acknowledge, begin_maintenance, end_maintenance
from fleet.alerts.findings import Place
from fleet.alerts.models import Alert, Message, Sighting, Watch
from fleet.alerts.policies import decide, in_force
from fleet.alerts.policy import PolicyError
from fleet.devices.hearing import say_deaf
from fleet.devices.models import Kiosk, KioskState, Record
from fleet.office.models import Office
from fleet.payments.models import SettlementFile
from fleet.people.models import Role
from fleet.trust.models import Certificate
from tests.support.alerting import BANGKOK, MONDAY, Fleet, person

# ---- found, told once


def test_a_kiosk_that_falls_silent_is_one_alert_and_over_by_itself(fleet: Fleet) -> None:
    assert fleet.after(14).all_say("CBI-01").look() == []
    assert fleet.after(2).all_say("CBI-01").look() == ["offline@kiosk:CBI-01"]
    assert fleet.look() == ["offline@kiosk:CBI-01"]
    fleet.say("CBI-01")
    assert fleet.look() == ["offline@kiosk:CBI-01"]
    assert fleet.after(4).all_say().look() == ["offline@kiosk:CBI-01"]
    assert fleet.after(2).all_say().look() == []
    (alert,) = Alert.objects.all()
    assert [each.what for each in alert.events.all()] == ["opened", "closed"]


def test_both_kiosks_of_a_province_are_its_line(fleet: Fleet) -> None:
    assert fleet.after(16).all_say("CBI-01", "CBI-02").look() == ["offline@province:20"]
    (alert,) = Alert.objects.all()
    assert (alert.members, alert.facts) == (["CBI-01", "CBI-02"], {"count": 2, "of": 2})


def test_one_then_all_is_one_alert_and_the_first_ends_without_a_word(fleet: Fleet) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    assert fleet.after(16).all_say("CBI-01").look() == ["offline@kiosk:CBI-01"]
    assert fleet.after(16).all_say("CBI-01", "CBI-02").look() == ["offline@province:20"]
    told = Message.objects.filter(withdrawn_at__isnull=True)
    assert [(each.what, each.alert.key) for each in told if each.alert] == [("opened", "offline@province:20")]


def test_a_deaf_fleet_is_one_alert_and_afterwards_nobody_was_silent(fleet: Fleet) -> None:
    assert fleet.after(5).look() == []
    say_deaf()
    assert fleet.look() == []
    fleet.now += timedelta(minutes=4)
    assert fleet.look() == ["deaf@nation"]
    fleet.now += timedelta(minutes=60)
    assert fleet.look() == ["deaf@nation"]
    assert fleet.after().look() == ["deaf@nation"]  # heard again, and no kiosk has spoken yet
    assert fleet.after(6).look() == []
    assert fleet.after(10).look() == ["offline@nation"]  # but who is silent now is


def test_a_fleet_that_was_down_accuses_nobody_when_it_is_back(fleet: Fleet) -> None:
    fleet.after(60)
    Watch.objects.update(looked_at=fleet.now - timedelta(minutes=50))
    assert fleet.look() == []
    assert fleet.after(14).look() == []
    assert fleet.after(2).look() == ["offline@nation"]


def test_what_an_unheard_kiosk_said_last_keeps_its_alert(fleet: Fleet) -> None:
    fleet.say("CBI-01", card="no-device")
    state = KioskState.objects.get(pk="CBI-01")
    fleet.after(12).all_say("CBI-01")
    KioskState.objects.filter(pk="CBI-01").update(status=state.status, heard_at=fleet.now)
    assert fleet.look() == ["device/card@kiosk:CBI-01"]
    assert fleet.after(30).all_say("CBI-01").look() == ["device/card@kiosk:CBI-01", "offline@kiosk:CBI-01"]
    fleet.all_say()
    fleet.look()
    assert fleet.after(6).all_say().look() == []


def test_what_only_kiosks_can_say_is_not_over_while_nobody_is_heard(fleet: Fleet) -> None:
    body = {"kind": "device-changed", "device": "panel", "state": "hardware-error", "detail": "tamper"}
    Record.objects.create(
        kiosk_id="CBI-01", spool_id="s", no=1, kind="device-changed", body=body, received_at=fleet.now
    )
    counting.count(fleet.after(1).now)
    KioskState.objects.filter(pk="KKN-01").update(used_twice_at=fleet.now)
    both = ["tamper@kiosk:CBI-01", "used-twice@kiosk:KKN-01"]
    assert fleet.all_say().look() == both
    for alert in Alert.objects.all():
        acknowledge(alert.pk, None, "กำลังไปดู")
    fleet.now += timedelta(minutes=20)
    say_deaf()
    fleet.look()
    fleet.now += timedelta(minutes=20)
    say_deaf()
    assert fleet.look() == ["deaf@nation", *both]
    assert fleet.after().look() == ["deaf@nation", *both]
    fleet.after(6).all_say("CBI-01").look()
    assert fleet.after(10).all_say("CBI-01").look() == ["offline@kiosk:CBI-01", *both]


def test_what_was_before_anybody_looked_is_no_news(fleet: Fleet) -> None:
    body = {"kind": "device-changed", "device": "panel", "state": "hardware-error", "detail": "tamper"}
    for no, age in enumerate((400, 1), 1):
        at = fleet.now - timedelta(days=age)
        Record.objects.create(kiosk_id="CBI-01", spool_id="s", no=no, kind="device-changed", body=body, received_at=at)
    Watch.objects.all().delete()
    assert fleet.look() == []
    assert counting.count(fleet.after(1).now) == 0
    assert fleet.all_say().look() == []


def test_a_look_that_changes_nothing_writes_nothing_and_asks_the_same_of_any_number(fleet: Fleet) -> None:
    fleet.after(16).all_say("CBI-01").look()
    with CaptureQueriesContext(
        connection,
    ) as few:
        fleet.look()
    office = Office.objects.get(pk="CBI")
    Kiosk.objects.bulk_create(Kiosk(kiosk_id=f"X-{n}", office=office, name_th="x", name_en="x") for n in range(500))
    with CaptureQueriesContext(connection) as many:
        fleet.look()
    assert len(many) == len(few) <= 10
    assert not [each["sql"] for each in many if not each["sql"].startswith("SELECT")]


class Killed(BaseException):
    """The plug was pulled."""


def _killing_after(writes: int) -> Callable[..., Any]:
    """Lets so many writes through, then pulls the plug."""
    left = [writes]

    def kill(execute: Callable[..., Any], sql: str, params: object, many: object, context: object) -> Any:
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            if not left[0]:
                raise Killed
            left[0] -= 1
        return execute(sql, params, many, context)

    return kill


def test_killed_at_any_write_a_look_neither_loses_nor_doubles(fleet: Fleet) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").say("KKN-01", paper="out")

    for writes in range(40):
        try:
            with connection.execute_wrapper(_killing_after(writes)):
                fleet.look()
        except Killed:
            assert Alert.objects.count() == Message.objects.count() == 0
            continue
        break
    else:
        pytest.fail("it was never left alone")
    assert writes > 2
    assert fleet.look() == ["offline@kiosk:CBI-01", "paper@kiosk:KKN-01"]
    assert [each.what for each in Message.objects.all()] == ["opened"]


# ---- the other rules


def test_a_case_opened_and_closed_between_two_looks_is_seen_and_waits_for_a_person(fleet: Fleet) -> None:
    for no, detail in enumerate(("tamper", "closed"), 1):
        body = {"kind": "device-changed", "device": "panel", "state": "hardware-error", "detail": detail}
        Record.objects.create(
            kiosk_id="CBI-01", spool_id="s", no=no, kind="device-changed", body=body, received_at=fleet.now
        )
    assert counting.count(fleet.now) == 0  # they are not settled yet
    assert counting.count(fleet.after(1).now) == 2
    assert counting.count(fleet.now) == 0
    assert fleet.all_say().look() == ["tamper@kiosk:CBI-01"]
    assert fleet.after(600).all_say().look() == ["tamper@kiosk:CBI-01"]
    (alert,) = Alert.objects.all()
    acknowledge(alert.pk, None, "ช่างเปิดเพื่อเปลี่ยนกระดาษ")
    assert fleet.after(10).all_say().look() == []


def test_a_device_that_fails_more_than_its_peers(fleet: Fleet) -> None:
    office = Office.objects.get(pk="KKN")
    Kiosk.objects.bulk_create(Kiosk(kiosk_id=f"X-{n}", office=office, name_th="x", name_en="x") for n in range(20))
    fleet.all_say()
    for no in range(1, 8):
        body = {"kind": "device-changed", "device": "scanner", "state": "no-device", "detail": ""}
        Record.objects.create(
            kiosk_id="CBI-01", spool_id="s", no=no, kind="device-changed", body=body, received_at=fleet.now
        )
    counting.count(fleet.after(6).now)
    assert fleet.all_say().look() == ["peers/scanner@kiosk:CBI-01"]
    Sighting.objects.update(day=fleet.now.date() - timedelta(days=31))
    assert counting.forget_old(fleet.now) == 1


def test_a_certificate_near_its_end_unless_it_has_a_successor(fleet: Fleet) -> None:
    for kiosk_id, days in (("CBI-01", 10), ("CBI-02", 10), ("CBI-02", 80), ("KKN-01", -1), ("KKN-02", 20)):
        Certificate.objects.create(
            serial=f"{kiosk_id}{days}", kiosk_id=kiosk_id, key_sha256=f"{kiosk_id}{days}", pem="", origin="qr",
            not_before=MONDAY, not_after=MONDAY + timedelta(days=days), issued_at=MONDAY,
        )  # fmt: skip
    assert fleet.after(6).all_say().look() == ["certificate@kiosk:CBI-01", "certificate@kiosk:KKN-01"]
    assert {each.kiosk_id: each.condition for each in Alert.objects.all()} == {
        "CBI-01": "attention",
        "KKN-01": "failing",
    }


def test_a_banks_file_is_missed_on_the_next_working_day(fleet: Fleet) -> None:
    zeros = {"line_count": 0, "credit_satang": 0, "credit_count": 0, "debit_satang": 0, "debit_count": 0}
    SettlementFile.objects.create(bank="SCB", day=datetime(2026, 11, 20, tzinfo=BANGKOK).date(), digest="0", **zeros)
    missing = "bank-file/SCB@nation"
    assert missing not in fleet.after(6).all_say().look()
    assert missing not in fleet.after(23 * 60).all_say().look()  # before ten Monday's is not asked for yet
    assert missing in fleet.after(60).all_say().look()
    SettlementFile.objects.create(bank="SCB", day=MONDAY.date(), digest="1", **zeros)
    fleet.after(6).all_say().look()
    assert missing not in fleet.after(6).all_say().look()


def test_of_a_missing_file_the_nations_treasury_is_called_before_its_admins(fleet: Fleet) -> None:
    day = datetime(2026, 11, 20, tzinfo=BANGKOK).date()
    zeros = {"line_count": 0, "credit_satang": 0, "credit_count": 0, "debit_satang": 0, "debit_count": 0}
    SettlementFile.objects.create(bank="SCB", day=day, digest="0", **zeros)
    person("malee", Role.TREASURY, None, "malee@sala.example")
    person("suda", Role.TREASURY, 20, "suda@sala.example")
    person("somchai", Role.NATIONAL_ADMIN, None, "somchai@sala.example")
    fleet.after(24 * 60 + 6).all_say().look()
    told = Message.objects.filter(alert__rule="bank-file", what="opened")
    assert [each.person.username for each in told.select_related("person")] == ["malee"]


def test_rules_of_a_province_are_laid_over_the_nations(fleet: Fleet) -> None:
    decide(None, {"offline": {"minutes": 30}, "sending": {"most_an_hour": 3}}, None, "ทดลอง")
    decide(20, {"offline": {"minutes": 5}}, None, "ทดลอง")
    assert fleet.after(6).all_say("CBI-01", "KKN-01").look() == ["offline@kiosk:CBI-01"]
    with pytest.raises(PolicyError):
        decide(20, {"sending": {"most_an_hour": 60}}, None, "ทดลอง")
    with pytest.raises(PolicyError):
        decide(None, {"hours": {"opens_at": "18:00"}}, None, "ทดลอง")
    found = in_force()
    assert in_force(found) is found


# ---- maintenance, taking over, escalation


def test_under_maintenance_nothing_opens_and_at_its_end_what_is_still_so_does(fleet: Fleet) -> None:
    now = timezone.now()
    begun = begin_maintenance(Place(20, "CBI"), now, now + timedelta(hours=2), None, "เปลี่ยนเครื่องพิมพ์")
    begun.starts_at, begun.ends_at = fleet.now, fleet.now + timedelta(hours=1)
    begun.save()
    assert fleet.after(20).all_say("CBI-01", "CBI-02").look() == []
    assert fleet.after(41).all_say("CBI-01", "CBI-02").look() == ["offline@province:20"]
    theirs = begin_maintenance(Place(20, "CBI"), now, now + timedelta(hours=2), None, "เปลี่ยนเครื่องพิมพ์")
    assert end_maintenance(theirs, None)
    assert not end_maintenance(theirs, None)
    for place, hours in ((Place(), 1), (Place(20), 0), (Place(20), 24 * 15)):
        with pytest.raises(DeedError):
            begin_maintenance(place, now, now + timedelta(hours=hours), None, "เหตุผล")


def test_nobody_takes_it_over_so_the_next_are_called_and_who_takes_it_over_ends_that(fleet: Fleet) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    person("suda", Role.PROVINCIAL_ADMIN, 20, "suda@sala.example")
    person("somchai", Role.NATIONAL_ADMIN, None, "somchai@sala.example")
    person("other", Role.TECHNICIAN, 40, "other@sala.example")

    def told() -> list[tuple[str, str]]:
        return [(each.person.username, each.what) for each in Message.objects.select_related("person")]

    fleet.after(16).all_say("CBI-01").look()
    assert told() == [("wichai", "opened")]
    fleet.after(61).all_say("CBI-01").look()
    assert told()[1:] == [("suda", "escalated")]
    (alert,) = Alert.objects.all()
    taken = acknowledge(alert.pk, User.objects.get(username="suda"), "โทรแจ้งผู้ให้บริการแล้ว")
    assert taken.acked_by is not None
    assert {each.withdrawn_at is not None for each in Message.objects.all()} == {True}
    with pytest.raises(DeedError):
        acknowledge(alert.pk, None, "อีกครั้ง")
    fleet.after(600).all_say("CBI-01").look()
    assert len(told()) == 2


def test_where_nobody_is_near_the_next_level_is_called(fleet: Fleet) -> None:
    person("wichai", Role.TECHNICIAN, 20)  # without an address
    person("somchai", Role.NATIONAL_ADMIN, None, "somchai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    assert [each.person.username for each in Message.objects.select_related("person")] == ["somchai"]
