"""Rules about no kiosk: queues of odd payments, the register's age, roles of the trust repository; and LINE."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import apprise
import pytest
from django.conf import settings

from fleet.alerts import fleet_findings
from fleet.alerts.deeds import add_address
from fleet.alerts.findings import Finding
from fleet.alerts.models import Channel, Message
from fleet.alerts.policies import decide, in_force
from fleet.alerts.sending import Carriers, send_all
from fleet.office.models import Office
from fleet.office.register.models import Run, Stage
from fleet.payments.confirming import confirm
from fleet.payments.ledger import Deed
from fleet.payments.models import Confirmation, Decision
from fleet.people.models import Role
from fleet.trust.repository import Repository
from fleet.trust.roles import ONLINE
from fleet.trust.standing import standings
from tests.support.alerting import MONDAY, Fleet, never, person
from tests.support.fleet_payments import owed, word
from tests.support.told_server import Said, told_server

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

LINE_ID = "U" + "0123456789abcdef" * 2

Odd = Callable[[datetime, int], list[Confirmation]]


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Odd:
    """So many payments of Chon Buri's at that time, each with a baht too little."""
    notice, numbers = owed(), iter(range(1000))

    def came(at: datetime, count: int) -> list[Confirmation]:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)
        less = notice.amount_satang - 100
        return [confirm(word(notice, f"T{next(numbers)}", amount_satang=less)) for _ in range(count)]

    return came


def keys(found: Iterable[Finding]) -> list[str]:
    return [each.key for each in found]


def money(at: datetime) -> list[str]:
    return keys(fleet_findings.money(in_force(), at))


def later(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


# ---- money


def test_a_queue_of_money_grows_when_more_came_than_was_decided(odd: Odd) -> None:
    old = odd(MONDAY - timedelta(hours=30), 4)
    assert money(MONDAY) == [], "four are no queue yet"
    odd(later(-1), 3)
    assert money(MONDAY) == ["money@province:20"]
    (found,) = fleet_findings.money(in_force(), MONDAY)
    assert found.facts["open"] == 7
    officer = person("malee", Role.OFFICER, 20)
    for each in old[:2]:
        Decision.objects.create(
            confirmation=each, deed=Deed.REFUND, reason="ทดลอง", by=officer, at=later(-0.5), needs_second=False
        )
    assert money(MONDAY) == ["money@province:20"], "three came, two were decided"
    assert money(later(24)) == [], "five wait, and none of them came today"


def test_money_that_nobody_decides_about_for_days_is_told_however_little(odd: Odd) -> None:
    odd(MONDAY, 1)
    assert money(later(71)) == []
    assert money(later(73)) == ["money@province:20"]
    decide(20, {"money": {"days": 10}}, None, "ทดลอง")
    assert money(later(73)) == []
    decide(20, {"money": {"on": False}}, None, "ทดลอง")
    assert money(later(24 * 30)) == []


def test_money_that_names_nobody_is_the_nations(odd: Odd) -> None:
    odd(MONDAY, 0)
    confirm(word(owed(), ref1="N2099999999X", amount_satang=20_900))
    assert money(later(73)) == ["money@nation"]


def test_the_provinces_treasury_is_told_of_it(fleet: Fleet, odd: Odd) -> None:
    person("suda", Role.TREASURY, 20, "suda@sala.example")
    person("wichai", Role.TECHNICIAN, 20, "wichai@sala.example")
    odd(later(-80), 1)
    odd(MONDAY, 0)
    assert fleet.after(6).all_say().look() == ["money@province:20"]
    assert [each.person.username for each in Message.objects.select_related("person")] == ["suda"]


# ---- the register


def imported(days_ago: int, office: str | None) -> None:
    Run.objects.create(
        office=Office.objects.get(pk=office) if office else None, file_name="x.csv", sha256="", size_bytes=1,
        made_by_name="มาลี", stage=Stage.DONE, applied_at=MONDAY - timedelta(days=days_ago),
    )  # fmt: skip


def register() -> list[str]:
    return keys(fleet_findings.register_files(in_force(), MONDAY))


def test_an_office_whose_register_is_old_is_told_unless_the_nations_file_is_newer() -> None:
    Run.objects.all().delete()
    assert register() == [], "who never imported works otherwise"
    imported(50, "CBI")
    imported(10, "KKN")
    assert register() == ["register-file@office:CBI"]
    imported(20, None)
    assert register() == []
    decide(None, {"files": {"register_days": 15}}, None, "ทดลอง")
    assert register() == ["register-file@office:CBI"]
    decide(None, {"files": {"register_days": 0}}, None, "ทดลอง")
    assert register() == []


# ---- trust


def trust(at: datetime) -> dict[str, str]:
    return {each.part: each.condition for each in fleet_findings.trust(in_force(), at)}


def test_roles_of_the_trust_repository_near_their_end_are_told_and_those_past_it_fail() -> None:
    held = standings(Repository(settings.DATA_DIR / "trust"), datetime.now(UTC))
    offline = [each for each in held if each.role not in ONLINE]
    first = min(offline, key=lambda each: each.expires)
    assert trust(first.expires - timedelta(hours=1))[first.role[:20]] == "attention"
    assert trust(first.expires + timedelta(hours=1))[first.role[:20]] == "failing"
    decide(None, {"trust": {"on": False}}, None, "ทดลอง")
    assert trust(first.expires + timedelta(hours=1)) == {}


# ---- LINE


def test_a_letter_by_line_goes_to_the_persons_own_id(fleet: Fleet) -> None:
    """By a stand-in that Apprise reaches as it reaches LINE: an address with the person's in it."""
    wichai, told = person("wichai", Role.TECHNICIAN, 20), list[tuple[str, str]]()

    def take(headers: dict[str, str], body: bytes) -> Said:
        told.append((headers["Whose"], json.loads(body)["title"]))
        return Said()

    add_address(wichai, Channel.LINE, LINE_ID)
    fleet.after(16).all_say("CBI-01").look()
    with told_server(take) as address:
        by_line = f"{address.replace('http:', 'json:')}/?+Whose={{to}}"
        assert send_all(Carriers({Channel.LINE: by_line}, "https://sala.example"), lambda: fleet.now, never) == 1
    ((whose, title),) = told
    assert whose == LINE_ID
    assert "CBI-01" in title
    assert apprise.Apprise().add(f"line://token/{LINE_ID}"), "what an operator names is known"
