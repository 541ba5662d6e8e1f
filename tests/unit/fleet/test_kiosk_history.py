"""A kiosk's history: records, commands, alerts and technicians' deeds in one list, its pages, its file, and what a
program reads of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.acting.kiosk_history import Cut, Entry, History, Sort
from fleet.alerts.models import Alert
from fleet.devices.models import Kiosk, KioskCommand, Record
from fleet.people.models import Role
from fleet.people.scope import scope_of
from fleet.protocol import records
from fleet.rounds.models import Deed
from fleet.rounds.notes import KEPT
from fleet.trust.models import Certificate
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_yet() -> None:
    """Of the sample's own kiosk."""
    for rows in (Record, KioskCommand, Alert, Deed):
        rows.objects.filter(kiosk_id="CBI-02").delete()


@pytest.fixture
def technician() -> User:
    return person(Role.TECHNICIAN, 20)


def came(minute: int, said: Any = None, *, took: timedelta = timedelta(0), kiosk_id: str = "CBI-02") -> Record:
    """A record that arrived so many minutes after ``AT``."""
    at = AT + timedelta(minutes=minute)
    started = records.Restarted(process="frontdesk", version="1.2.3", reason="", started_at=at - took)
    body = msgspec.to_builtins(said or started)
    return Record.objects.create(
        kiosk_id=kiosk_id, spool_id="s", no=Record.objects.count(), kind=body["kind"], body=body, received_at=at
    )


def asked(minute: int, name: str = "", kind: str = "identify", **more: Any) -> KioskCommand:
    at = AT + timedelta(minutes=minute)
    return KioskCommand.objects.create(
        pk=name or f"c-{minute}", kiosk_id="CBI-02", kind=kind, asked_at=at, expires_at=at, **more
    )


def alerted(minute: int, **more: Any) -> Alert:
    at = AT + timedelta(minutes=minute)
    said = {"rule": "paper", "dopa_code": 20, "office_id": "CBI", "kiosk_id": "CBI-02", "condition": "attention"}
    said |= {"facts": {}, "key": f"k{Alert.objects.count()}", "since": at, "opened_at": at, "level_since": at}
    return Alert.objects.create(**(said | more))


def did(minute: int, by: User, what: str = "close", note: str = "", **more: Any) -> Deed:
    at = AT + timedelta(minutes=minute)
    said = {"pressed_at": at, "received_at": at, "outcome": "done"} | more
    return Deed.objects.create(
        pk=f"{Deed.objects.count():032x}", kiosk_id="CBI-02", by=by, what=what, note=note, **said
    )


def lived(by: User) -> None:
    """Something of every sort, some of it of one moment, and more of elsewhere."""
    for minute in (0, 0, 0, 5, 5, 9):
        came(minute)
        came(minute, kiosk_id="CBI-01")
    for minute, name in ((0, "a"), (0, "b"), (5, "c"), (7, "d")):
        asked(minute, name)
    for minute in (0, 5, 5, 8):
        alerted(minute)
    alerted(4, kiosk_id="CBI-01")
    for minute in (0, 2, 5, 6):
        did(minute, by, note=f"งานที่ {minute}")
    did(3, by, "command", kind="identify", command_id="d")


def history(user: User, sort: Sort | None = None) -> History:
    return History(scope_of(user), Kiosk.objects.select_related("office").get(pk="CBI-02"), sort)


def names(entries: Any) -> list[tuple[str, Any]]:
    return [(each.sort.value, each.row.pk) for each in entries]


# ---- the list


@pytest.mark.parametrize("count", [1, 2, 3, 7, 17, 18, 19])
def test_pages_have_everything_once_down_and_up_again(count: int, technician: User) -> None:
    lived(technician)
    it = history(technician)
    whole: list[Entry] = list(it.whole())
    assert len(whole) == 18
    assert [each.at for each in whole] == sorted((each.at for each in whole), reverse=True)
    page = it.page(count)
    assert page.newer is None
    down = [page]
    while page.older:
        page = it.page(count, older=Cut.of(page.older.spelled))
        down.append(page)
        assert len(down) <= len(whole), "it never ends"
    assert names(each for one in down for each in one.entries) == names(whole)
    for above in reversed(down[:-1]):
        page = it.page(count, newer=page.newer)
        assert names(page.entries) == names(above.entries)
    assert page.newer is None


def test_what_comes_meanwhile_neither_repeats_nor_hides_a_line(technician: User) -> None:
    lived(technician)
    it = history(technician)
    first, whole = it.page(5), names(it.whole())
    came(20)
    asked(21)
    assert names(it.page(5, older=first.older).entries) == whole[5:10]


def test_each_sort_alone(technician: User) -> None:
    lived(technician)
    for sort, count in ((Sort.RECORDS, 6), (Sort.COMMANDS, 4), (Sort.ALERTS, 4), (Sort.DEEDS, 4)):
        it = history(technician, sort)
        found = it.page(3)
        assert {each.sort for each in found.entries} == {sort}
        assert len(found.entries) + len(it.page(3, older=found.older).entries) == count


def test_how_a_command_ended_stands_with_what_was_asked(technician: User) -> None:
    asked(0, "x", done=True, ended_at=AT + timedelta(seconds=2))
    said = records.CommandEnded(command_id="x", command="identify", done=True, detail="", ended_at=AT)
    ended = came(1, said)
    assert names(history(technician).whole()) == [("commands", "x")]
    assert names(history(technician, Sort.RECORDS).whole()) == [("records", ended.pk)]


@pytest.mark.parametrize("text", [
    "", "x", "1", "1.records", "1.records.", "1.records.x", "-1.records.5", f"{'9' * 18}.records.5", "1.other.5",
    "1.alerts.1e3", f"1.records.{'9' * 16}", "1.commands.a b", "1.commands.\x00", "๑.records.1",
])  # fmt: skip
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert Cut.of(text) is None


def test_the_farthest_cursors_are_answered(technician: User) -> None:
    lived(technician)
    whole = names(history(technician).whole())
    for sort, key in (("records", "9" * 15), ("alerts", "0"), ("commands", "z-9"), ("deeds", "f" * 32)):
        last, first = Cut.of(f"{'9' * 17}.{sort}.{key}"), Cut.of(f"0.{sort}.{key}")
        assert last is not None
        assert first is not None
        if sort != "records":
            assert names(history(technician).page(50, older=last).entries) == whole
        assert names(history(technician).page(50, newer=first).entries) == whole
        assert names(history(technician).page(50, newer=last).entries) == whole


def test_a_clock_that_was_put_back_hides_no_record(technician: User) -> None:
    for minute in (0, 9, 1, 8, 2, 7, 3):
        came(minute)
    it, found, older = history(technician, Sort.RECORDS), [], None
    for _ in range(4):
        page = it.page(2, older=older)
        found += [each.row.pk for each in page.entries]
        older = page.older
    assert older is None
    assert found == sorted(found, reverse=True)
    assert len(found) == 7


# ---- the page


def page(user: User, query: str = "", kiosk_id: str = "CBI-02") -> str:
    answer = browser_of(user).get(f"/kiosks/{kiosk_id}/history/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_sort_in_words(technician: User) -> None:
    technician.first_name = "สมชาย"
    technician.save()
    came(0)
    came(1, took=timedelta(hours=2))
    asked(2, kind="screenshot", done=True, ended_at=AT + timedelta(minutes=2, seconds=3), asked_by=technician,
          media_type="image/png", attachment=b"x")  # fmt: skip
    closed = alerted(3, closed_at=AT + timedelta(minutes=30), acked_at=AT, acked_by=technician, acked_why="กำลังไปดู")
    alerted(4)
    alerted(4, acked_at=AT, acked_why="เสียบใหม่แล้ว")
    did(5, technician, note="เปลี่ยนสาย USB")
    did(6, technician, "command", kind="test-print", outcome="late")
    did(7, technician, "take", "ไปเดี๋ยวนี้", alert=closed.pk, outcome="over")
    said = page(technician)
    for words in (
        "เริ่มทำงาน", "หน้าจอ", "มาถึงศูนย์", "ขอภาพหน้าจอ", "สำเร็จใน 3.0 วินาที", "สมชาย รับเรื่อง: กำลังไปดู", "ยังไม่มีใครรับ",
        "มีคนรับเรื่อง: เสียบใหม่แล้ว",
        "เปลี่ยนสาย USB · สมชาย", "มาถึงช้าไปจึงไม่ได้ส่งให้ตู้", "ไปเดี๋ยวนี้ · มีคนรับเรื่องนี้ไปก่อน",
        'href="/kiosks/CBI-02/brought/c-2">ดูภาพ', f'href="/alerts/{closed.pk}/">ดูเรื่อง',
    ):  # fmt: skip
        assert words in said, words
    assert said.count("มาถึงศูนย์") == 1, "what came at once does not say so"
    assert "เริ่มทำงาน" not in page(technician, "what=commands")
    assert "ขอภาพหน้าจอ" in page(technician, "what=commands")


def test_the_kiosks_page_leads_there_and_pages_lead_on(technician: User) -> None:
    for minute in range(120):
        came(minute)
    asked(0)
    browser: Client = browser_of(technician)
    kiosk = browser.get("/kiosks/CBI-02/").content.decode()
    assert 'href="/kiosks/CBI-02/history/"' in kiosk
    assert 'href="/kiosks/CBI-02/history/?what=commands"' in kiosk
    first = History(scope_of(technician), Kiosk.objects.get(pk="CBI-02"), Sort.RECORDS).page(50)
    assert first.older is not None
    assert f'rel="next" href="?what=records&amp;older={first.older.spelled}"' in page(technician, "what=records")
    second = page(technician, f"what=records&older={first.older.spelled}")
    assert 'rel="prev" href="?what=records&amp;newer=' in second
    assert second.count("<li>") == 50


def test_the_file_has_all_of_a_sort(technician: User) -> None:
    for minute in range(120):
        came(minute)
    did(3, technician, note='=HYPERLINK("https://example.invalid")')
    browser = browser_of(technician)

    def rows(query: str) -> list[dict[str, str]]:
        text = browser.get(f"/kiosks/CBI-02/history.csv?{query}").content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    assert len(rows("")) == 121
    [deed] = rows("what=deeds")
    assert (deed["kiosk"], deed["what"], deed["by"]) == ("CBI-02", "deeds", technician.username)
    assert deed["says"].startswith("'=")


# ---- who


def test_technicians_words_are_there_where_their_round_is(technician: User) -> None:
    did(0, technician, note="เปลี่ยนสาย USB")
    for role, wanted in (
        (Role.OFFICER, False),
        (Role.TREASURY, False),
        (Role.AUDITOR, True),
        (Role.PROVINCIAL_ADMIN, True),
    ):
        user = person(role, 20)
        for query in ("", "what=deeds"):
            assert ("เปลี่ยนสาย USB" in page(user, query)) is wanted, role
        assert ("?what=deeds" in page(user)) is wanted, role
        assert holder(user).ask("get", "kiosks/CBI-02/round-deeds").status_code == (200 if wanted else 404), role


def test_alerts_of_money_are_for_who_settles_it(technician: User) -> None:
    money = alerted(0, rule="money", matter="money")
    assert f"/alerts/{money.pk}/" not in page(technician)
    assert f"/alerts/{money.pk}/" in page(person(Role.OFFICER, 20))


def test_a_note_is_forgotten_after_its_year(technician: User) -> None:
    old = timezone.now() - KEPT - timedelta(hours=1)
    did(0, technician, note="ข้อความเก่า", pressed_at=old)
    assert "ข้อความเก่า" not in page(technician)
    assert [each["note"] for each in holder(technician).get("kiosks/CBI-02/round-deeds")["items"]] == [""]


# ---- alerts that stand for many


def let_in(minute: int, serial: str = "c1", **more: Any) -> None:
    """The kiosk's certificate, so many minutes after ``AT``."""
    at = AT + timedelta(minutes=minute)
    said = {"key_sha256": serial, "pem": "", "not_before": at, "not_after": at + timedelta(days=90), "origin": "qr"}
    Certificate.objects.create(**({"serial": serial, "kiosk_id": "CBI-02", "issued_at": at} | said | more))


def of_many(minute: int, dopa_code: int | None = 20, office_id: str = "", **more: Any) -> Alert:
    """One of so many kiosks of a place."""
    said = {"rule": "offline", "facts": {"count": 3, "of": 4}, "members": ["CBI-01", "CBI-03"]}
    return alerted(minute, dopa_code=dopa_code, office_id=office_id, kiosk_id="", **(said | more))


def numbers(user: User) -> list[int]:
    """The alerts of its history, the newest first."""
    return [each.row.pk for each in history(user, Sort.ALERTS).whole()]


def test_what_stands_for_many_where_it_is_is_told_everywhere(technician: User) -> None:
    let_in(0)
    own = alerted(1)
    ours = [of_many(2), of_many(3, office_id="CBI"), of_many(4, None)]
    of_many(5, 40)
    of_many(5, office_id="RYG")
    of_many(5, members=[], rule="rollout")  # a province's, and of no kiosk
    alerted(5, kiosk_id="CBI-01")
    wanted = [each.pk for each in (*reversed(ours), own)]
    assert numbers(technician) == wanted
    assert [each["id"] for each in holder(technician).every("alerts?kiosk=CBI-02", 3)] == wanted
    said = page(technician)
    for words in ("3 จาก 4 เครื่อง · เรื่องของทั้งจังหวัด ไม่ใช่ตู้นี้ตู้เดียว", "เรื่องของทั้งสำนักงาน", "เรื่องของทั้งประเทศ"):
        assert said.count(words) == 1, words
    table = browser_of(technician).get("/kiosks/CBI-02/history.csv?what=alerts").content.decode()
    assert table.count("ไม่ใช่ตู้นี้ตู้เดียว") == 3


def test_what_was_over_before_it_came_or_began_after_it_went_is_not_its_own(technician: User) -> None:
    of_many(0, closed_at=AT + timedelta(minutes=9))
    assert numbers(technician) == [], "nobody has let it in"
    let_in(10)
    lasted, came_then = of_many(1, closed_at=AT + timedelta(minutes=11)), of_many(12)
    assert numbers(technician) == [came_then.pk, lasted.pk]
    Certificate.objects.update(revoked_at=AT + timedelta(minutes=20))
    of_many(21)
    assert numbers(technician) == [came_then.pk, lasted.pk]
    let_in(19, "c2")
    assert len(numbers(technician)) == 3, "it went on with another one"


def test_a_foreign_kiosk_tells_a_program_nothing_of_the_nation(technician: User) -> None:
    let_in(0, kiosk_id="KKN-01")
    of_many(1, None)
    of_many(1, 40)
    assert holder(technician).get("alerts?kiosk=KKN-01")["items"] == []


# ---- programs


def test_a_program_reads_what_the_page_shows(technician: User) -> None:
    lived(technician)
    one = holder(technician)
    whole = list(history(technician).whole())
    commands = one.every("kiosks/CBI-02/commands?", 2)
    assert [each["command_id"] for each in commands] == [e.row.pk for e in whole if e.sort is Sort.COMMANDS]
    deeds = one.every("kiosks/CBI-02/round-deeds?", 2)
    assert len(deeds) == 5
    assert [each["note"] for each in deeds if each["what"] == "close"] == [
        each.row.note for each in whole if each.sort is Sort.DEEDS
    ]
    alerts = one.every("alerts?kiosk=CBI-02", 2)
    assert {each["id"] for each in alerts} == {e.row.pk for e in whole if e.sort is Sort.ALERTS}
    assert one.get("alerts?kiosk=CBI-0")["items"] == []
    assert len(one.every("kiosks/CBI-02/history?", 4)) == 6


def test_deeds_take_the_right_to_alerts_and_a_kiosk_one_sees(technician: User) -> None:
    assert holder(technician, {"kiosks:read"}).ask("get", "kiosks/CBI-02/round-deeds").status_code == 403
    one = holder(technician)
    assert one.ask("get", "kiosks/KKN-01/round-deeds").status_code == 404
    assert one.ask("get", "kiosks/CBI-02/round-deeds?after=x").status_code == 422
    assert one.get("alerts?kiosk=KKN-01")["items"] == []
