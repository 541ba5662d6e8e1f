"""What is pressed on a round is done once, keeps the patience it had, and is never done in another's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.devices.commanding import PATIENCE, PATIENCE_WITH_VISITORS, patience
from fleet.devices.models import Kiosk, KioskCommand, Outgoing
from fleet.protocol.messages import Command, CommandKind, decode
from fleet.rounds.deeds import NotADeedError, Outcome, Pressed, What, do
from fleet.rounds.models import Deed
from fleet.site.sample import sample_id

NUMBER = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
TEST_PRINT = Pressed(NUMBER, What.COMMAND, CommandKind.TEST_PRINT)


def technician(name: str = "technician") -> User:
    return User.objects.create(username=name)


def kiosk() -> Kiosk:
    return Kiosk.objects.get(pk="CBI-01")


def left_for_kiosks() -> QuerySet[Outgoing]:
    """The commands that wait to be published."""
    return Outgoing.objects.exclude(correlation="")


def test_a_command_sent_twice_is_asked_once_also_long_after_it_ended() -> None:
    by = technician()
    first = do(kiosk(), TEST_PRINT, by)
    assert do(kiosk(), TEST_PRINT, by) == first
    KioskCommand.objects.update(done=True, ended_at=timezone.now())
    late = Pressed(NUMBER, What.COMMAND, CommandKind.TEST_PRINT, age=timedelta(hours=3))
    assert do(kiosk(), late, by).outcome == Outcome.DONE
    assert KioskCommand.objects.filter(kiosk_id="CBI-01").count() == 1
    assert left_for_kiosks().count() == 1


def test_a_test_print_of_an_hour_ago_is_not_printed() -> None:
    deed = do(kiosk(), Pressed(NUMBER, What.COMMAND, CommandKind.TEST_PRINT, age=timedelta(hours=1)), technician())
    assert deed.outcome == Outcome.LATE
    assert not KioskCommand.objects.exists()
    assert not left_for_kiosks().exists()
    assert deed.received_at - deed.pressed_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "wanted"), [(CommandKind.TEST_PRINT, PATIENCE_WITH_VISITORS), (CommandKind.IDENTIFY, PATIENCE)]
)
def test_a_command_keeps_the_patience_it_had_when_it_was_pressed(kind: CommandKind, wanted: timedelta) -> None:
    assert patience(kind) == wanted
    age = wanted - timedelta(seconds=30)
    deed = do(kiosk(), Pressed(NUMBER, What.COMMAND, kind, age=age), technician())
    asked = KioskCommand.objects.get(pk=deed.command_id)
    assert asked.expires_at - asked.asked_at == timedelta(seconds=30)
    sent = decode(bytes(left_for_kiosks().get().payload), Command)
    assert sent.expires_at == asked.expires_at
    assert do(kiosk(), Pressed(OTHER, What.COMMAND, kind, age=wanted), technician("late")).outcome == Outcome.LATE


def test_a_clock_that_runs_ahead_gives_no_more_patience() -> None:
    deed = do(kiosk(), Pressed(NUMBER, What.COMMAND, CommandKind.IDENTIFY, age=timedelta(hours=-5)), technician())
    asked = KioskCommand.objects.get(pk=deed.command_id)
    assert asked.expires_at - asked.asked_at == PATIENCE


def test_a_number_is_one_persons_and_one_kiosks() -> None:
    do(kiosk(), TEST_PRINT, technician())
    with pytest.raises(NotADeedError):
        do(kiosk(), TEST_PRINT, technician("somebody-else"))
    with pytest.raises(NotADeedError):
        do(Kiosk.objects.get(pk="CBI-02"), TEST_PRINT, User.objects.get(username="technician"))
    assert KioskCommand.objects.count() == 1


@pytest.mark.parametrize(
    "pressed",
    [
        Pressed("short", What.CLOSE),
        Pressed(NUMBER, What.COMMAND),
        Pressed(NUMBER, What.TAKE, note="on my way"),
        Pressed(NUMBER.upper(), What.CLOSE),
    ],
)
def test_what_cannot_be_done_leaves_nothing(pressed: Pressed) -> None:
    with pytest.raises(NotADeedError):
        do(kiosk(), pressed, technician())
    assert not Deed.objects.exists()


def test_a_note_is_never_too_late_and_keeps_no_id_number() -> None:
    note = f"เปลี่ยนสายแล้ว {sample_id(1).reveal()} ตัวอย่าง"
    deed = do(kiosk(), Pressed(NUMBER, What.CLOSE, note=note, age=timedelta(days=3)), technician())
    assert deed.outcome == Outcome.DONE
    assert sample_id(1).reveal() not in deed.note
    assert "เปลี่ยนสายแล้ว" in deed.note


def test_an_alert_is_taken_over_once_and_whoever_was_slower_hears_it() -> None:
    now = timezone.now()
    alert = Alert.objects.create(
        key="device/printer@kiosk:CBI-01", rule="device", part="printer", dopa_code=20, office_id="CBI",
        kiosk_id="CBI-01", condition="failing", since=now, opened_at=now, level_since=now,
    )  # fmt: skip
    by = technician()
    with pytest.raises(NotADeedError):
        do(kiosk(), Pressed(NUMBER, What.TAKE, alert=alert.pk, note="x"), by)
    assert do(kiosk(), Pressed(NUMBER, What.TAKE, alert=alert.pk, note="on my way"), by).outcome == Outcome.DONE
    slower = do(kiosk(), Pressed(OTHER, What.TAKE, alert=alert.pk, note="me too"), technician("slower"))
    assert slower.outcome == Outcome.OVER
    alert.refresh_from_db()
    assert (alert.acked_by, alert.acked_why) == (by, "on my way")
