"""The pages of alerts: who sees which, taking over, rules, maintenance, addresses; and the command."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from fleet.__main__ import parser
from fleet.alerts.findings import Matter, Rule
from fleet.alerts.models import Address, Alert, Attempt, Duty, Event, Letter, Maintenance, Message, RuleRevision
from fleet.alerts.policies import in_force
from fleet.audit.models import Entry
from fleet.commands.command import CommandError
from fleet.people.models import Membership, Role
from fleet.web.views import alert_maintenance
from tests.support.signed_in import browser_of


def made(kiosk_id: str = "", dopa_code: int | None = None, rule: Rule = Rule.OFFLINE, **fields: Any) -> Alert:
    now = timezone.now()
    alert = Alert.objects.create(
        key=f"{rule}@{kiosk_id or dopa_code}.{Alert.objects.count()}",
        rule=rule,
        dopa_code=dopa_code,
        office_id=kiosk_id[:3],
        kiosk_id=kiosk_id,
        **{"condition": "failing", "since": now, "opened_at": now, "level_since": now, **fields},
    )
    Event.objects.create(alert=alert, at=now, what="opened", level=1, detail="failing")
    return alert


@pytest.fixture
def some() -> dict[str, Alert]:
    """One of each kind."""
    return {
        "ours": made("CBI-01", 20),
        "theirs": made("KKN-01", 40),
        "nation": made(rule=Rule.DEAF),
        "money": made(dopa_code=20, rule=Rule.MONEY, matter=Matter.MONEY, facts={"open": 7, "oldest_on": "2026-11-20"}),
        "nation-money": made(rule=Rule.BANK_FILE, part="SCB", matter=Matter.MONEY, facts={"day": "2026-11-20"}),
        "register": made("", 20, Rule.REGISTER_FILE, matter=Matter.OFFICE, facts={"last_on": "2026-01-02"}),
    }


@pytest.fixture(autouse=True)
def _no_samples() -> None:
    Alert.objects.all().delete()


def client(role: Role | None, dopa_code: int | None = None) -> Client:
    user, _ = User.objects.get_or_create(username=f"{role or 'nobody'}-{dopa_code}")
    if role is not None:
        Membership.objects.get_or_create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


SEES = [
    (None, None, set()),
    (Role.TECHNICIAN, 20, {"ours", "nation"}),
    (Role.OFFICER, 20, {"ours", "nation", "money", "register"}),
    (Role.TREASURY, 20, {"ours", "nation", "money"}),
    (Role.PROVINCIAL_ADMIN, 20, {"ours", "nation", "money", "register"}),
    (Role.TECHNICIAN, 40, {"theirs", "nation"}),
    (Role.TREASURY, None, {"ours", "theirs", "nation", "money", "nation-money"}),
    (Role.NATIONAL_ADMIN, None, {"ours", "theirs", "nation", "money", "nation-money", "register"}),
    (Role.AUDITOR, None, {"ours", "theirs", "nation", "money", "nation-money", "register"}),
]

TAKES = {
    Role.TECHNICIAN: {"ours"},
    Role.OFFICER: {"money", "register"},
    Role.TREASURY: {"money"},
    Role.PROVINCIAL_ADMIN: {"ours", "money", "register"},
    Role.NATIONAL_ADMIN: {"ours", "theirs", "nation", "money", "nation-money", "register"},
    Role.AUDITOR: set[str](),
}


@pytest.mark.parametrize(("role", "dopa_code", "expected"), SEES)
def test_everybody_sees_their_own(
    some: dict[str, Alert], role: Role | None, dopa_code: int | None, expected: set[str]
) -> None:
    browser = client(role, dopa_code)
    assert {name for name, each in some.items() if browser.get(f"/alerts/{each.pk}/").status_code == 200} == expected
    page, file = browser.get("/alerts/"), browser.get("/alerts.csv")
    if not expected:
        assert (page.status_code, file.status_code) == (404, 404)
        return
    assert {name for name, each in some.items() if f"/alerts/{each.pk}/" in page.content.decode()} == expected
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert {int(row["number"]) for row in rows} == {some[name].pk for name in expected}
    count = browser.get("/kiosks/").content.decode().split('class="badge n">')[1].split("<")[0]
    assert int(count) == len(expected)


@pytest.mark.parametrize(
    ("role", "dopa_code"),
    [(role, code) for role, code, _ in SEES if role in TAKES and (code == 20 or (role, code) == (role, None))],
)
def test_who_may_deal_with_it_takes_it_over(some: dict[str, Alert], role: Role, dopa_code: int | None) -> None:
    is_nations_treasurer = role is Role.TREASURY and dopa_code is None
    expected = {"money", "nation-money"} if is_nations_treasurer else TAKES[role]
    browser = client(role, dopa_code)
    done = set()
    for name, each in some.items():
        answer = browser.post(f"/alerts/{each.pk}/", {"reason": "กำลังไปดู"})
        assert answer.status_code in (302, 404)
        each.refresh_from_db()
        if each.acked_at is not None:
            done.add(name)
    assert done == expected


def test_one_says_what_to_do_and_who_was_told_and_is_taken_over_with_a_reason(some: dict[str, Alert]) -> None:
    alert, now = some["ours"], timezone.now()
    wichai = User.objects.create(username="wichai", first_name="วิชัย")
    letter = Letter.objects.create(key="k", person=wichai, state="failed", tries=5, made_at=now)
    Attempt.objects.create(letter=letter, person=wichai, channel="mail", at=now, ok=False, detail="not taken")
    Message.objects.create(
        key="1", person=wichai, alert=alert, what="opened", made_at=now, not_before=now, letter=letter
    )
    browser = client(Role.TECHNICIAN, 20)
    page = browser.get(f"/alerts/{alert.pk}/").content.decode()
    for word in ("ติดต่อตู้ไม่ได้", "Wi-Fi", "วิชัย", "not taken", "/kiosks/CBI-01/", "ชลบุรี", 'name="reason"'):
        assert word in page, word
    assert browser.post(f"/alerts/{alert.pk}/", {"reason": " "}).status_code == 422
    assert browser.post(f"/alerts/{alert.pk}/", {"reason": "กำลังไปดู"}).status_code == 302
    page = browser.get(f"/alerts/{alert.pk}/").content.decode()
    assert "กำลังไปดู" in page
    assert 'name="reason"' not in page
    assert browser.post(f"/alerts/{alert.pk}/", {"reason": "อีกครั้ง"}).status_code == 422


def test_an_open_page_starts_anew_when_its_buttons_are_others(some: dict[str, Alert]) -> None:
    browser, alert = client(Role.TECHNICIAN, 20), some["ours"]
    address = (
        browser.get(f"/alerts/{alert.pk}/").content.decode().split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    )
    live = {"HX-Request": "true"}
    assert browser.get(address, headers=live).status_code == 204
    Alert.objects.filter(pk=alert.pk).update(acked_at=timezone.now())
    assert browser.get(address, headers=live).headers["HX-Refresh"] == "true"


def test_filters_live_in_the_address(some: dict[str, Alert]) -> None:
    Alert.objects.filter(pk=some["theirs"].pk).update(acked_at=timezone.now())
    Alert.objects.filter(pk=some["nation"].pk).update(closed_at=timezone.now())
    browser = client(Role.NATIONAL_ADMIN)

    def shown(asked: str) -> set[str]:
        page = browser.get(f"/alerts/?{asked}").content.decode()
        return {name for name, each in some.items() if f"/alerts/{each.pk}/" in page}

    assert shown("state=acked") == {"theirs"}
    assert shown("state=closed") == {"nation"}
    assert shown("state=all&rule=offline") == {"ours", "theirs"}
    assert shown("province=20") == {"ours", "money", "register"}
    assert shown("q=cbi-0") == {"ours"}
    assert shown("state=&rule=x&province=x&page=x") == set(some) - {"theirs", "nation"}


def test_a_list_costs_the_same_of_any_length(some: dict[str, Alert]) -> None:
    browser = client(Role.NATIONAL_ADMIN)
    browser.get("/alerts/")  # the first one notes the session
    with CaptureQueriesContext(connection) as few:
        browser.get("/alerts/")
    for number in range(40):
        made(f"CBI-{number}", 20)
    with CaptureQueriesContext(connection) as many:
        browser.get("/alerts/")
    assert len(many) == len(few)


def test_the_first_page_leads_to_what_nobody_has(some: dict[str, Alert]) -> None:
    page = client(Role.TECHNICIAN, 20).get("/").content.decode()
    assert f"/alerts/{some['ours'].pk}/" in page
    assert f"/alerts/{some['money'].pk}/" not in page


# ---- rules


_VALUE = re.compile(r'<input class="in[^"]*" id="([a-z_.]+)" name="[a-z_.]+" value="([^"]*)"')
_ON = re.compile(r'<input class="sw" id="([a-z_.]+)" type="checkbox" name="[a-z_.]+" checked')


def _form(browser: Client, address: str) -> dict[str, str]:
    """What the form would send if nothing was changed."""
    page = browser.get(address).content.decode()
    sent = {**dict(_VALUE.findall(page)), **dict.fromkeys(_ON.findall(page), "on")}
    assert sent["offline.on"] == "on"
    base = page.split('name="base" value="')[1].split('"')[0]
    return {**sent, "reason": "ทดลองกติกา", "base": base}


def test_a_province_says_otherwise_and_goes_back() -> None:
    browser = client(Role.PROVINCIAL_ADMIN, 20)
    address = "/alerts/rules/20/"
    sent = _form(browser, address)
    assert "sending.most_an_hour" not in sent
    assert browser.post(address, {**sent, "offline.minutes": "5"}).status_code == 302
    assert [each.document for each in RuleRevision.objects.filter(dopa_code=20)] == [{"offline": {"minutes": 5}}]
    assert in_force().provinces[20].offline.minutes == 5
    assert browser.post(address, {**sent, "offline.minutes": "9"}).status_code == 422  # on an old page
    now = _form(browser, address)
    for wrong in ({"offline.minutes": "x"}, {"hours.opens_at": "8.30"}, {"hours.opens_at": "18:00"}, {"reason": ""}):
        assert browser.post(address, {**now, **wrong}).status_code == 422, wrong
    assert browser.post(address, {**now, "offline.minutes": ""}).status_code == 302
    assert RuleRevision.objects.filter(dopa_code=20)[0].document == {}
    first = RuleRevision.objects.filter(dopa_code=20).last()
    assert first is not None
    assert browser.post(address, {"back": str(first.pk)}).status_code == 302
    assert in_force().provinces[20].offline.minutes == 5


def test_the_nations_rules_are_the_nations() -> None:
    for role, code in ((Role.TECHNICIAN, 20), (Role.PROVINCIAL_ADMIN, 20), (Role.AUDITOR, None)):
        browser = client(role, code)
        assert browser.get("/alerts/rules/").status_code == 200
        assert browser.post("/alerts/rules/", {"reason": "ทดลองกติกา", "base": "0"}).status_code == 404
    assert client(Role.PROVINCIAL_ADMIN, 20).get("/alerts/rules/40/").status_code == 404
    nation = client(Role.NATIONAL_ADMIN)
    sent = _form(nation, "/alerts/rules/")
    assert nation.post("/alerts/rules/", {**sent, "sending.most_an_hour": "3"}).status_code == 302
    assert in_force().nation.sending.most_an_hour == 3


# ---- maintenance


def test_maintenance_has_a_place_of_ones_own_a_reason_and_an_end() -> None:
    browser, address = client(Role.TECHNICIAN, 20), "/alerts/maintenance/"
    assert "kiosk:CBI-01" in browser.get(address).content.decode()
    assert "KKN" not in browser.get(address).content.decode()
    said = {"place": "kiosk:CBI-01", "hours": "4", "reason": "เปลี่ยนเครื่องพิมพ์"}
    for wrong in ({"place": "kiosk:KKN-01"}, {"place": "province:40"}, {"place": "office:KKN"}, {"place": "x"}):
        assert browser.post(address, {**said, **wrong}).status_code == 404
    for wrong in ({"reason": ""}, {"hours": "0"}, {"hours": "999"}):
        assert browser.post(address, {**said, **wrong}).status_code == 422
    assert browser.post(address, said).status_code == 302
    (begun,) = Maintenance.objects.all()
    assert timedelta(hours=3) < begun.ends_at - timezone.now() <= timedelta(hours=4)
    assert client(Role.TECHNICIAN, 40).post(address, {"end": str(begun.pk)}).status_code == 404
    assert client(Role.OFFICER, 20).post(address, {"end": str(begun.pk)}).status_code == 404
    assert browser.post(address, {"end": str(begun.pk)}).status_code == 302
    begun.refresh_from_db()
    assert begun.ended_at is not None
    assert "เปลี่ยนเครื่องพิมพ์" in browser.get(address).content.decode()


def test_of_more_kiosks_than_anybody_reads_those_of_a_province_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    browser, address = client(Role.NATIONAL_ADMIN, None), "/alerts/maintenance/"
    assert "kiosk:CBI-01" in browser.get(address).content.decode()
    assert 'name="province"' not in browser.get(address).content.decode()
    monkeypatch.setattr(alert_maintenance, "KIOSKS_MAX", 3)
    folded = browser.get(address).content.decode()
    assert "kiosk:" not in folded
    assert "province:40" in folded
    assert "office:KKN" in folded
    opened = browser.get(address, {"province": "20"}).content.decode()
    assert "kiosk:CBI-01" in opened
    assert "kiosk:KKN" not in opened
    assert 'value="kiosk:KKN-01" selected' in browser.get(address, {"place": "kiosk:KKN-01"}).content.decode()
    for odd in ("x", "²", "999999"):
        assert browser.get(address, {"province": odd}).status_code == 200


# ---- addresses


@override_settings(WEBHOOK_ORIGINS=frozenset({"https://noc.example"}))
def test_an_address_is_its_persons_and_a_webhooks_secret_is_shown_once() -> None:
    browser, address = client(Role.TECHNICIAN, 20), "/alerts/addresses/"
    assert browser.post(address, {"deed": "add", "channel": "mail", "address": "no"}).status_code == 422
    assert (
        browser.post(address, {"deed": "add", "channel": "mail", "address": "wichai@sala.example"}).status_code == 302
    )
    made_now = browser.post(address, {"deed": "add", "channel": "webhook", "address": "https://noc.example/hook"})
    secret = Address.objects.get(channel="webhook").secret
    assert len(secret) == 64
    assert secret in made_now.content.decode()
    assert secret not in browser.get(address).content.decode()
    other = client(Role.NATIONAL_ADMIN)
    page = other.get(address).content.decode()
    assert "wichai@sala.example" not in page
    assert "webhook" in page
    number = str(Address.objects.get(channel="mail").pk)
    assert other.post(address, {"deed": "remove", "address": number}).status_code == 302
    assert Address.objects.count() == 2
    assert browser.post(address, {"deed": "remove", "address": number}).status_code == 302
    assert Address.objects.count() == 1
    assert browser.post(address, {"deed": "trial"}).status_code == 302
    assert Message.objects.get().what == "trial"


def test_hours_are_hours_and_a_letter_that_failed_is_sent_again_by_an_admin() -> None:
    browser, address = client(Role.TECHNICIAN, 20), "/alerts/addresses/"
    assert (
        browser.post(address, {"deed": "hours", "from_hour": "16", "to_hour": "6", "digest": "on"}).status_code == 302
    )
    duty = Duty.objects.get()
    assert (duty.from_hour, duty.to_hour, duty.digest, duty.days_off_too) == (6, 16, True, False)
    assert browser.post(address, {"deed": "hours", "from_hour": "x", "to_hour": "6"}).status_code == 404
    letter = Letter.objects.create(
        key="abc",
        person=duty.person,
        state="failed",
        tries=5,
        made_at=datetime(2026, 11, 23, tzinfo=timezone.get_current_timezone()),
    )
    again = {"deed": "again", "letter": "abc"}
    for role, code in ((Role.TECHNICIAN, 20), (Role.PROVINCIAL_ADMIN, 40)):
        assert client(role, code).post(address, again).status_code == 404
    admin = client(Role.PROVINCIAL_ADMIN, 20)
    assert 'id="failed"' in admin.get(address).content.decode()
    assert admin.post(address, again).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "waiting"


# ---- the command


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    arguments = parser().parse_args(["alerts", *words])
    body = arguments.carry_out.args[0]
    return body(arguments)


def test_the_command_lists_takes_over_and_announces_maintenance(
    some: dict[str, Alert], capsys: pytest.CaptureFixture[str]
) -> None:
    listed = _run(capsys, "list")
    assert {each["number"] for each in listed} == {str(each.pk) for each in some.values()}
    assert json.dumps(listed, ensure_ascii=False)
    assert _run(capsys, "ack", str(some["ours"].pk), "--reason", "seen")["state"] == "acked"
    begun = _run(capsys, "maintenance", "--office", "CBI", "--hours", "2", "--reason", "new line")
    assert begun["where"] == "office:CBI"
    assert _run(capsys, "maintenance", "--end", str(begun["number"]))["ended"]
    for wrong in (("--kiosk", "CBI-99", "--province", "20"), ("--kiosk", "CBI-99"), ()):
        with pytest.raises(CommandError):  # a word that was mistyped must not silence a whole province
            _run(capsys, "maintenance", *wrong, "--reason", "new line")
    for hours in ("0", "-1", "337", "1e300", "inf", "nan"):
        with pytest.raises(CommandError, match="336 at most"):
            _run(capsys, "maintenance", "--office", "CBI", "--hours", hours, "--reason", "new line")
    assert Maintenance.objects.count() == 1
    User.objects.create(username="wichai")
    assert _run(capsys, "address", "wichai", "mail", "wichai@sala.example")["channel"] == "mail"


def test_what_the_command_does_stands_in_the_trail(some: dict[str, Alert], capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.create(username="wichai")
    before = Entry.objects.count()
    _run(capsys, "list")
    with pytest.raises(CommandError):
        _run(capsys, "ack", str(some["ours"].pk))  # without a reason nothing is done
    _run(capsys, "ack", str(some["ours"].pk), "--reason", "seen")
    begun = _run(capsys, "maintenance", "--office", "CBI", "--reason", "new line")
    _run(capsys, "maintenance", "--end", str(begun["number"]))
    _run(capsys, "address", "wichai", "mail", "wichai@sala.example")
    lines = list(Entry.objects.order_by("number")[before:])
    assert [(each.what, each.about, each.dopa_code) for each in lines] == [
        ("fleet alerts ack", str(some["ours"].pk), 20),
        ("fleet alerts maintenance", "office:CBI", 20),
        ("fleet alerts maintenance", "office:CBI", 20),
        ("fleet alerts address", "wichai", None),
    ]
    assert json.loads(lines[0].said) == {"reason": "seen"}
    assert json.loads(lines[2].said) == {"deed": "end"}
    assert "@" not in lines[3].said


def test_pages_are_not_kept(some: dict[str, Alert]) -> None:
    answer: HttpResponse = client(Role.TECHNICIAN, 20).get("/alerts/")  # type: ignore[assignment]
    assert "no-store" in answer.headers["Cache-Control"]
