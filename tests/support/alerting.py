"""A Monday morning on which somebody looks for alerts: the sample fleet by a clock of the test's, people, carriers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth.models import User

from fleet.alerts.deeds import add_address
from fleet.alerts.keeping import keep, on_record
from fleet.alerts.looking import Looking
from fleet.alerts.models import Alert, Channel, Watch
from fleet.alerts.sending import Carriers
from fleet.devices.models import Kiosk, KioskState, Lease
from fleet.people.models import Membership, Role
from fleet.protocol.messages import DeviceState, DeviceStatus, Status
from tests.support.mail_server import MailServer

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


def carriers(mail: MailServer | None = None) -> Carriers:
    """By mail, to nowhere where no ``mail`` is; and webhooks."""
    return Carriers({"mail": (mail or MailServer(1)).carrier("alerts@sala.example")}, "https://sala.example")


def never() -> bool:
    """Nobody stops who sends."""
    return False


def person(name: str, role: Role, dopa_code: int | None, address: str = "") -> User:
    """Somebody with one role, and with an address for mail where one is given."""
    user = User.objects.create(username=name)
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    if address:
        add_address(user, Channel.MAIL, address)
    return user
