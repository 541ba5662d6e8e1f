"""Which kiosks the list holds, by place and by whether they need somebody: the same for page, file and programs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.devices.models import Kiosk, Lease
from fleet.office.models import Office
from fleet.people.models import Role
from fleet.people.scope import EVERYWHERE, Area, Scope
from fleet.web.watching.feed import Change
from fleet.web.watching.pages import Concern, Subject
from tests.support.round_kiosks import speaks
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

SECOND = "ศูนย์บริการพัทยา"


@pytest.fixture(autouse=True)
def _second_office() -> None:
    """Chon Buri has another office, with one kiosk."""
    Office.objects.create(pk="PTY", province_id=20, name_th=SECOND, name_en="Pattaya Service Centre", hash_key="k")
    Kiosk.objects.create(pk="PTY-01", office_id="PTY", name_th="ตู้ท่าเรือ", name_en="Pier")
    Lease.objects.update_or_create(
        name="ingest", defaults={"holder": "test", "until": timezone.now() + timedelta(hours=1)}
    )


@pytest.fixture
def nation() -> User:
    return person(Role.NATIONAL_ADMIN, None)


@pytest.fixture
def browser(nation: User) -> Client:
    return browser_of(nation)


def shown(browser: Client, query: str) -> str:
    answer = browser.get(f"/kiosks/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def listed(browser: Client, query: str) -> list[str]:
    text = browser.get(f"/kiosks.csv?{query}").content.decode("utf-8-sig")
    return sorted(each["kiosk"] for each in csv.DictReader(io.StringIO(text)))


def read(one: Holder, query: str) -> list[str]:
    return sorted(each["kiosk_id"] for each in one.every(f"kiosks?{query}", 2))


# ---- where


def test_the_page_says_which_province_and_which_office(browser: Client) -> None:
    assert 'class="crumb"' not in shown(browser, "")
    province = shown(browser, "province=20")
    assert "<h1>เครื่อง ชลบุรี</h1>" in province
    assert '<a href="/kiosks/">ทั้งประเทศ</a> › <span aria-current="page">ชลบุรี</span>' in province
    for query in ("province=20&office=PTY", "office=PTY"):
        office = shown(browser, query)
        assert f"เครื่อง {SECOND}</h1>" in office
        assert f'<a href="/kiosks/?province=20">ชลบุรี</a> › <span aria-current="page">{SECOND}</span>' in office
        assert 'href="/kiosks/PTY-01/"' in office
        assert 'href="/kiosks/CBI-01/"' not in office
    assert "Kiosks of Pattaya Service Centre" in _in_english(browser, "/kiosks/?office=PTY")


def _in_english(browser: Client, address: str) -> str:
    browser.cookies["django_language"] = "en"
    return browser.get(address).content.decode()


def test_the_offices_of_a_province_are_chips_where_there_are_more_than_one(browser: Client) -> None:
    chip = 'href="?province=20&amp;office=PTY&amp;state=unknown"'
    assert chip in shown(browser, "province=20&state=unknown")
    assert "ทุกสำนักงาน" not in shown(browser, "province=40")
    assert "ทุกสำนักงาน" not in shown(browser, "")


@pytest.mark.parametrize("query", ["province=40", "office=KKN", "province=20&office=KKN", "province=98", "office=XX"])
def test_a_place_one_may_not_see_is_as_one_there_is_none_of(query: str) -> None:
    user = person(Role.PROVINCIAL_ADMIN, 20)
    page = shown(browser_of(user), query)
    assert "ขอนแก่น" not in page
    assert "ไม่พบเครื่องที่ตรงกัน" in page
    assert listed(browser_of(user), query) == []
    assert read(holder(user), query) == []


def test_the_file_and_programs_hold_the_same_as_the_page(browser: Client, nation: User) -> None:
    one = holder(nation)
    for query, wanted in (
        ("office=PTY", ["PTY-01"]),
        ("province=20", ["CBI-01", "CBI-02", "PTY-01"]),
        ("province=20&office=CBI", ["CBI-01", "CBI-02"]),
        ("province=40&office=CBI", []),
    ):
        assert listed(browser, query) == wanted, query
        assert read(one, query) == wanted, query
    assert one.ask("get", "kiosks?office=toolong").status_code == 422


def test_searching_and_stickers_stay_in_the_place(browser: Client) -> None:
    page = shown(browser, "office=PTY&q=PTY")
    assert '<input type="hidden" name="office" value="PTY">' in page
    assert '<input type="hidden" name="province" value="20">' in page
    assert 'href="/kiosks/stickers.pdf?q=PTY&amp;province=20&amp;office=PTY"' in page
    one, all_of_them = (len(browser.get(f"/kiosks/stickers.pdf?{each}").content) for each in ("office=PTY", ""))
    assert one < all_of_them


# ---- needing somebody


def test_those_that_need_somebody_are_those_the_first_page_counts(browser: Client, nation: User) -> None:
    for each in Kiosk.objects.all():
        speaks(each.pk)
    speaks("CBI-02", paper="out")
    speaks("PTY-01", paper="low")
    first = browser.get("/").content.decode()
    assert 'href="/kiosks/?state=needs">ดูทั้งหมด 2</a>' in first
    page = shown(browser, "state=needs")
    assert all(f'href="/kiosks/{each}/"' in page for each in ("CBI-02", "PTY-01"))
    assert 'href="/kiosks/CBI-01/"' not in page
    assert 'href="?state=needs" aria-current="true">ต้องมีคนดูแล <b class="n">2</b>' in page
    assert listed(browser, "state=needs") == ["CBI-02", "PTY-01"]
    assert listed(browser, "state=needs&office=PTY") == ["PTY-01"]
    one = holder(nation)
    assert read(one, "needs=true") == ["CBI-02", "PTY-01"]
    assert read(one, "needs=true&condition=ok") == []
    assert set(read(one, "needs=false")) == set(Kiosk.objects.values_list("pk", flat=True)) - {"CBI-02", "PTY-01"}
    assert one.get("overview")["needs_count"] == 2


def test_the_next_page_and_the_file_keep_all_that_was_asked(browser: Client) -> None:
    Kiosk.objects.bulk_create(Kiosk(pk=f"PTY-{no:05d}", office_id="PTY", name_th="ต", name_en="t") for no in range(60))
    page = shown(browser, "q=pty&office=PTY&state=needs")
    assert 'rel="next" href="?q=pty&amp;province=20&amp;office=PTY&amp;state=needs&amp;page=2"' in page
    assert 'href="/kiosks.csv?q=pty&amp;province=20&amp;office=PTY&amp;state=needs"' in page
    assert "2 / 2" in shown(browser, "q=pty&office=PTY&state=needs&page=2")


# ---- live


def test_a_list_of_an_office_is_told_of_its_kiosks() -> None:
    turned = Change(said=frozenset({"PTY-01"}), turned=frozenset({20}))
    elsewhere = Change(said=frozenset({"KKN-01"}), turned=frozenset({40}))
    for scope, query, far in (
        (Scope(sees=EVERYWHERE), "province=20&office=PTY", Concern.NONE),
        (Scope(sees=EVERYWHERE), "office=PTY", Concern.NOW),
        (Scope(sees=Area(frozenset({20}))), "office=PTY&state=needs", Concern.NONE),
    ):
        subject = Subject("/kiosks/", query, "th", scope)
        assert [subject.concern(each) for each in (turned, elsewhere)] == [Concern.NOW, far]
