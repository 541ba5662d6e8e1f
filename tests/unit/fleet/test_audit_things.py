"""What lines of the trail are about: in words, and leading to its page where that exists for who reads."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.alerts.models import Alert, Matter
from fleet.audit.models import Entry, Kind
from fleet.audit.trail import Act, Doer, write
from fleet.office.cases.models import Case
from fleet.office.models import Factory, Folder, Notice
from fleet.people.models import Role
from fleet.web.audit_things import LEADS_TO, PAGES
from fleet.web.urls import urlpatterns
from tests.support.signed_in import browser_of
from tests.support.things_elsewhere import (
    THEIRS,
    person_there,
    planned_there,
    rollout_there,
    run_there,
    ticket_there,
    webhook_there,
)
from tests.support.token_holder import holder, person

SOMEBODY = Doer(7, "somebody")
LINE = re.compile(
    r'<td class="wide"><b>[^<]*</b> (?:<a class="link" href="([^"]+)">)?([^<]+)(?:</a>)? '
    r'<a class="mut sm only" href="\?about=[^"]+"[^>]*>.*?</span>([^<]+)</a>'
)


def line(what: str, about: object, dopa_code: int | None = 20) -> None:
    write(SOMEBODY, Act(Kind.DID, what, str(about), dopa_code))


def read(browser: Client, **headers: str) -> list[tuple[str, str, str]]:
    """Address, word and code of what each line of somebody's is about, the oldest first."""
    page = browser.get("/audit/", {"who": "somebody"}, headers=headers).content.decode()
    return [(unescape(one), unescape(two), three) for one, two, three in reversed(LINE.findall(page))]


def theirs() -> list[tuple[str, object]]:
    """Lines about a thing of every sort in Khon Kaen."""
    now = timezone.now()
    alert = Alert.objects.create(
        rule="offline",
        matter=Matter.MACHINES,
        dopa_code=THEIRS,
        kiosk_id="KKN-01",
        opened_at=now,
        since=now,
        level_since=now,
    )
    factory, case = Factory.objects.filter(office="KKN")[0], Case.objects.filter(office="KKN")[0]
    folder, notice = Folder.objects.filter(factory__office="KKN")[0], Notice.objects.filter(factory__office="KKN")[0]
    return [
        ("web:alert", alert.pk),
        ("rest GET alerts/<number>", alert.pk),
        ("web:case", case.pk),
        ("web:open-case", case.pk),
        ("rest POST cases/<case_no>/deeds", case.pk),
        ("web:factory", factory.pk),
        ("web:folder", folder.pk),
        ("web:fee-notice", f"KKN/{notice.pk}"),
        ("rest GET notices/<notice_no>", notice.pk),
        ("web:round-deed", "KKN-01"),
        ("rest GET kiosks/<kiosk_id>/days/<day>", "KKN-01/2026-01-02"),
        ("ssh", "KKN-01"),
        ("web:layer", "kiosk/KKN-01"),
        ("web:undo", "province/40"),
        ("fleet settings", "office/KKN"),
        ("web:channel", "KKN/water"),
        ("web:alert-rules-of", THEIRS),
        ("web:planned-settings", planned_there().pk),
        ("web:rollout-new", rollout_there().pk),
        ("web:register", (run := run_there()).pk),
        ("web:register-findings", run.pk),
        ("web:ticket", ticket_there().pk),
        ("web:person", person_there().pk),
        ("web:person", "somebody elsewhere"),
        ("web:webhooks", webhook_there().pk),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.AUDITOR])
def test_a_line_leads_to_the_page_of_what_it_is_about(role: Role) -> None:
    wanted = theirs()
    for what, about in wanted:
        line(what, about)
    browser = browser_of(person(role, None))
    told = read(browser)
    assert [code for _, _, code in told] == [str(about) for _, about in wanted]
    for (address, word, _), (what, _about) in zip(told, wanted, strict=True):
        assert address, what
        assert word, what
        assert browser.get(address).status_code == 200, (what, address)


def test_what_does_not_exist_for_who_reads_has_no_page_and_no_name() -> None:
    wanted = [each for each in theirs() if each[0] != "web:webhooks"]
    for what, about in [*wanted, ("web:webhooks", webhook_there().pk)]:
        line(what, about)
    told = read(browser_of(person(Role.PROVINCIAL_ADMIN, 20)))
    assert len(told) == len(wanted) + 1
    assert [each for each in told if each[0] or each[1] != each[2]] == []


def test_places_layers_and_people_are_said_in_words() -> None:
    officer = User.objects.create(username="officer")  # called as a role is
    mali = User.objects.create(username="mali", first_name="มาลี", last_name="ใจดี")
    for what, about in (
        ("web:layer", "national"),
        ("settings-in-time", "province/20"),
        ("web:layer", "kiosk/CBI-01"),
        ("web:office-fees", "CBI"),
        ("rest GET rounds/<province>", "20"),
        ("web:person", "mali officer"),
        ("fleet call", "mali"),
        ("person", "officer"),
    ):
        line(what, about)
    browser = browser_of(person(Role.NATIONAL_ADMIN, None))
    assert read(browser) == [
        ("/settings/national/", "ประเทศ", "national"),
        ("/settings/province/20/", "จังหวัด ชลบุรี", "province/20"),
        ("/settings/kiosk/CBI-01/", "เครื่อง CBI-01", "kiosk/CBI-01"),
        ("/kiosks/?office=CBI", "สำนักงานอุตสาหกรรมจังหวัดชลบุรี", "CBI"),
        ("/kiosks/?province=20", "ชลบุรี", "20"),
        (f"/people/{mali.pk}/", "มาลี ใจดี เจ้าหน้าที่สำนักงาน", "mali officer"),
        (f"/people/{mali.pk}/", "มาลี ใจดี", "mali"),
        (f"/people/{officer.pk}/", "officer", "officer"),
    ]
    browser.cookies["django_language"] = "en"
    assert read(browser)[4][1] == "Chon Buri"


@pytest.mark.parametrize(
    "about", ["1" * 30, "๑๒", "-1", "x", "x/y/z", "province", "galaxy/20", "office/", "\u0e01 \u0e02"]
)
def test_odd_words_stand_as_they_are(about: str) -> None:
    whats = [
        "web:layer",
        "web:alert",
        "web:person",
        "web:fee-notice",
        "rest GET people/<number>",
        "web:gone",
        "gone",
        "rest GET",
    ]
    for what in whats:
        line(what, about)
    assert [(word, code) for _, word, code in read(browser_of(person(Role.NATIONAL_ADMIN, None)))] == [
        (about, about)
    ] * len(whats)


def test_a_line_of_a_program_leads_there_as_it_was_written() -> None:
    somebody = person(Role.NATIONAL_ADMIN, None, "somebody")
    holder(somebody).get(f"people/{somebody.pk}")
    assert read(browser_of(somebody)) == [(f"/people/{somebody.pk}/", "somebody", str(somebody.pk))]


def test_many_lines_take_no_more_queries_than_few() -> None:
    wanted, browser = theirs(), browser_of(person(Role.NATIONAL_ADMIN, None))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            read(browser)
        return len(asked)

    for what, about in wanted:
        line(what, about)
    count()  # its session is noted, words are looked up
    few = count()
    for number in range(1, 3):
        for what, about in wanted:
            line(what, about)
        line("web:kiosk", f"CBI-0{number}")
        line("rest GET kiosks/<kiosk_id>", f"AYA-0{number}")
    assert Entry.objects.count() > 75
    assert count() == few


def test_the_table_of_pages_names_pages_that_there_are() -> None:
    routes = {each.name: set(each.pattern.converters) for each in urlpatterns}
    assert {**routes, "": set()}.keys() >= set(LEADS_TO.values()) | LEADS_TO.keys()
    assert [page for page, name in PAGES.values() if routes[page] != {name}] == []
