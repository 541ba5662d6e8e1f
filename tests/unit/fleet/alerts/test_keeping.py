"""Alerts in the database: what the fleet holds becomes alerts and messages, once, whatever is killed; and leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_string
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.alerts import counting
from fleet.alerts.deeds import (
    DeedError,
    acknowledge,
    add_address,
    begin_maintenance,
    end_maintenance,
    send_again,
    try_out,
)
from fleet.alerts.findings import Place
from fleet.alerts.keeping import keep, look_again, make_digests, on_record
from fleet.alerts.looking import Looking
from fleet.alerts.models import Address, Alert, Attempt, Channel, Duty, Letter, Message, Sighting, Watch
from fleet.alerts.policies import decide, in_force
from fleet.alerts.policy import PolicyError
from fleet.alerts.sending import Carriers, begin, finish, is_anything_due, send_all
from fleet.devices.hearing import say_deaf
from fleet.devices.models import Kiosk, KioskState, Lease, Record
from fleet.office.models import Office
from fleet.payments.models import SettlementFile
from fleet.people.models import Membership, Role
from fleet.protocol.messages import DeviceState, DeviceStatus, Status
from fleet.trust.models import Certificate
from tests.support.mail_server import MailServer, mail_server

# Apprise reads its plugins when it is first used, and one of them a module of Python's that is to go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

BANGKOK = ZoneInfo("Asia/Bangkok")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=BANGKOK)


class Fleet:
    """Time and kiosks of the sample data (two each of three provinces), and looks at them."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.looking = Looking()

    def after(self, minutes: float = 0) -> Fleet:
        """So much later; the fleet hears, and somebody has looked meanwhile."""
        self.now += timedelta(minutes=minutes)
        until = self.now + timedelta(seconds=10)
        Lease.objects.update_or_create(name="ingest", defaults={"holder": "test", "until": until})
        Watch.objects.filter(pk=1).update(looked_at=self.now - timedelta(seconds=10))
        return self

    def say(self, kiosk_id: str, *, alive: bool = True, paper: str = "full", **devices: str) -> Fleet:
        """A kiosk says how it is."""
        held = {
            name: DeviceStatus(state=DeviceState(devices.get(name, "online")), since=self.now)
            for name in ("card", "printer", "panel")
        }
        status = Status(session_no=1, at=self.now, devices=held, paper=paper)
        KioskState.objects.update_or_create(
            kiosk_id=kiosk_id,
            defaults={"alive": alive, "heard_at": self.now, "status": msgspec.to_builtins(status)},
        )
        return self

    def all_say(self, *but: str) -> Fleet:
        """Every kiosk is well, but for these, which say nothing."""
        for kiosk_id in Kiosk.objects.exclude(pk__in=but).values_list("pk", flat=True):
            self.say(kiosk_id)
        return self

    def look(self) -> list[str]:
        """Look, and write down what is to be done; the keys of what is open."""
        before = list(on_record(self.now))
        look = self.looking.look(self.now, frozenset(each.key for each in before if each.closed_at is None))
        keep(look, before, self.looking.policies, self.looking.desk(None))
        return sorted(Alert.objects.filter(closed_at__isnull=True).values_list("key", flat=True))


@pytest.fixture
def fleet() -> Fleet:
    """All kiosks well, at ten on a Monday morning, looked at once."""
    Alert.objects.all().delete()  # samples
    found = Fleet().after()
    Watch.objects.create(pk=1, hearing_since=MONDAY - timedelta(days=1), looked_at=MONDAY)
    assert found.all_say().look() == []
    return found


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def carriers(mail: MailServer | None = None) -> Carriers:
    port = mail.port if mail else 1
    address = f"mailto://127.0.0.1:{port}?from=alerts@sala.example&to={{to}}&mode=insecure"
    return Carriers({"mail": address}, "https://sala.example")


def never() -> bool:
    return False


def text(letter: str) -> str:
    """What a letter says, in all of its parts."""
    parts = message_from_string(letter).walk()
    return "\n".join(str(part.get_payload(decode=True), "utf-8") for part in parts if not part.is_multipart())


def person(name: str, role: Role, dopa_code: int | None, address: str = "") -> User:
    user = User.objects.create(username=name)
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    if address:
        add_address(user, Channel.MAIL, address)
    return user


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


# ---- leaving


def test_a_letter_says_what_happened_and_what_to_do_and_the_end_is_told_to_who_was_told(
    fleet: Fleet, mail: MailServer
) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    assert is_anything_due(fleet.now)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.recipients == ["wichai@sala.example"]
    assert not is_anything_due(fleet.now)
    fleet.after(1).all_say().look()
    fleet.after(6).all_say().look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert [each.what for each in Message.objects.filter(person=wichai)] == ["opened", "closed"]


def test_who_was_not_told_of_it_is_not_told_that_it_is_over(fleet: Fleet, mail: MailServer) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    fleet.after(1).all_say().look()
    fleet.after(6).all_say().look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.letters == []


def test_to_an_account_that_was_closed_meanwhile_nothing_leaves(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01", "KKN-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    begin_again = fleet.after(2).now
    fleet.say("CBI-02", paper="out").look()
    assert is_anything_due(begin_again)
    User.objects.filter(pk=wichai.pk).update(is_active=False)
    assert not is_anything_due(begin_again)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0


def test_of_what_is_not_theirs_any_more_nothing_leaves(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01", "KKN-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1  # and is to be tried again
    fleet.after(2).say("CBI-02", paper="out").look()  # and another waits for its first try
    Membership.objects.filter(user=wichai).update(dopa_code=40)
    mail.refuse = False
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert mail.letters == []
    theirs = Message.objects.filter(person=wichai)
    assert theirs.count() == theirs.filter(withdrawn_at__isnull=False).count() == 2
    try_out(wichai)
    assert send_all(carriers(mail), timezone.now, never) == 1


def test_tries_of_what_is_not_theirs_any_more_stay_and_count(fleet: Fleet, mail: MailServer) -> None:
    decide(None, {"sending": {"most_an_hour": 1}}, None, "ทดลอง")
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    Membership.objects.filter(user=wichai).update(dopa_code=40)
    mail.refuse = False
    fleet.after(2).say("KKN-01", paper="out").look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0  # the one try of this hour was made
    (letter,) = Letter.objects.filter(person=wichai)
    assert (letter.state, letter.next_at) == (Letter.State.WITHDRAWN, None)
    assert [each.ok for each in letter.attempts.all()] == [False]
    assert [each.withdrawn_at is not None for each in letter.messages.all()] == [True]
    fleet.after(61)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert Attempt.objects.filter(person=wichai).count() == 2


def test_a_letter_of_many_leaves_again_without_what_is_not_theirs_any_more(fleet: Fleet, mail: MailServer) -> None:
    decide(None, {"sending": {"most_an_hour": 1}}, None, "ทดลอง")
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    Membership.objects.create(user=wichai, role=Role.TECHNICIAN, dopa_code=40)
    fleet.after(16).say("CBI-01", paper="out").say("KKN-01", paper="out").look()
    mail.refuse = True
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    Membership.objects.filter(user=wichai, dopa_code=40).delete()
    mail.refuse = False
    fleet.after(61)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    (letter,) = Letter.objects.filter(person=wichai)
    left = {each.alert.kiosk_id: each.withdrawn_at is None for each in letter.messages.all() if each.alert}
    assert left == {"CBI-01": True, "KKN-01": False}
    (said,) = mail.letters
    assert f"/alerts/{Alert.objects.get(kiosk_id='CBI-01').pk}/" in text(said)  # the letter of one alert, not of two


def test_a_storm_is_six_letters_and_the_rest_when_there_is_room(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    office = Office.objects.get(pk="CBI")
    Kiosk.objects.bulk_create(Kiosk(kiosk_id=f"X-{n:03d}", office=office, name_th="x", name_en="x") for n in range(100))
    fleet.all_say()
    for number in range(30):
        fleet.say(f"X-{number:03d}", paper="out")
    fleet.look()
    assert Message.objects.count() == 30
    assert send_all(carriers(mail), lambda: fleet.now, never) == 6
    assert len(mail.letters) == 6
    assert not is_anything_due(fleet.now)
    for number in range(30, 40):
        fleet.say(f"X-{number:03d}", paper="out")
    fleet.look()
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    assert not is_anything_due(fleet.now)  # nobody starts a sender for nothing
    fleet.after(59)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    fleet.after(2)
    assert send_all(carriers(mail), lambda: fleet.now, never) == 6
    assert len(mail.letters) == 12
    assert not Message.objects.filter(person=wichai, letter__isnull=True).exists()


def test_a_failed_letter_goes_to_the_next_address_under_the_same_key_and_is_given_up_at_last(
    fleet: Fleet, mail: MailServer
) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    add_address(wichai, Channel.MAIL, "second@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    mail.refuse = True
    tries = 0
    for minutes in (0, 2, 6, 16, 61, 600):
        fleet.after(minutes)
        tries += send_all(carriers(mail), lambda: fleet.now, never)
    assert tries == 5
    (letter,) = Letter.objects.all()
    assert letter.state == Letter.State.FAILED
    assert [each.address.address[:4] for each in letter.attempts.all() if each.address] == [
        *("wich", "seco", "wich", "seco", "wich")
    ]
    assert {each.ok for each in letter.attempts.all()} == {False}
    mail.refuse = False
    assert send_again(letter)
    assert send_all(carriers(mail), timezone.now, never) in (0, 1)  # by the machine's own clock it is due at once
    assert Letter.objects.count() == 1


def test_killed_while_sending_it_is_sent_again_under_the_same_key(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    fleet.after(16).all_say("CBI-01").look()
    assert begin(wichai.pk, carriers(mail), fleet.now) is not None  # and dies
    assert send_all(carriers(mail), lambda: fleet.now, never) == 0
    fleet.after(6)
    again = begin(wichai.pk, carriers(mail), fleet.now)
    assert again is not None
    assert finish(*again, carriers(mail), lambda: fleet.now) == "sent"
    assert Letter.objects.count() == 1
    assert Attempt.objects.count() == 2
    assert len(mail.letters) == 1


def test_letters_wait_for_a_persons_hours_and_what_is_failing_need_not(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    Duty.objects.create(person=wichai, from_hour=13, to_hour=16)
    fleet.say("CBI-01", paper="out").look()
    assert not is_anything_due(fleet.now)
    assert is_anything_due(MONDAY.replace(hour=13, minute=1))
    Duty.objects.filter(pk=wichai.pk).update(failing_any_time=True)
    look_again(wichai.pk, fleet.looking.desk(None))
    assert Message.objects.get().not_before <= timezone.now()


def test_a_digest_once_a_working_day_with_what_is_open(fleet: Fleet, mail: MailServer) -> None:
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    person("other", Role.TECHNICIAN, 40, "other@sala.example")
    fleet.say("CBI-01", paper="out").look()
    Message.objects.all().delete()
    desk, policies = fleet.looking.desk(None), fleet.looking.policies
    assert make_digests(policies, desk, MONDAY.replace(hour=8)) == 0
    assert make_digests(policies, desk, MONDAY - timedelta(days=1)) == 0
    assert make_digests(policies, desk, MONDAY) == 1
    assert make_digests(policies, desk, MONDAY + timedelta(hours=1)) == 0
    assert send_all(carriers(mail), lambda: fleet.now, never) == 1
    assert len(mail.letters) == 1


def test_addresses_are_checked_and_webhooks_go_where_the_operator_allows_only(fleet: Fleet, mail: MailServer) -> None:
    wichai = person("wichai", Role.TECHNICIAN, 20)
    for channel, wrong in (
        (Channel.MAIL, "no mail"),
        (Channel.MAIL, "a@b?to=c"),
        (Channel.LINE, "U/../x"),
        (Channel.WEBHOOK, "http://127.0.0.1:8000/"),
        (Channel.WEBHOOK, "http://[::1"),
    ):
        with pytest.raises(DeedError):
            add_address(wichai, channel, wrong)
    with pytest.raises(DeedError):
        try_out(wichai)
    add_address(wichai, Channel.MAIL, "wichai@sala.example")
    with pytest.raises(DeedError):
        add_address(wichai, Channel.MAIL, "wichai@sala.example")
    trial = try_out(wichai)
    with pytest.raises(DeedError):
        try_out(wichai)
    assert send_all(carriers(mail), timezone.now, never) == 1
    trial.refresh_from_db()
    assert trial.letter is not None
    Address.objects.create(person=wichai, channel="webhook", address="http://127.0.0.1:1/", made_at=fleet.now)
    assert Carriers._post(Address.objects.last() or Address(), "k", b"{}", fleet.now) == "not allowed"
