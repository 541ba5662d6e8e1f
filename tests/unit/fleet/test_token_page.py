"""The page of tokens: whose are shown, a new one, and taking one back."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from fleet.people.models import Role
from fleet.people.tokens.models import Token
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person


def test_a_token_is_made_shown_once_and_works() -> None:
    ours = browser_of(person(Role.OFFICER))
    said = {"name": "ระบบบัญชี", "days": "30", "right": ["kiosks:read", "cases:change"]}
    page = ours.post("/tokens/", said).content.decode()
    (secret,) = re.findall(r"sala_[A-Za-z0-9_-]{40,}", page)
    assert secret not in ours.get("/tokens/").content.decode()
    answered = Client(SERVER_NAME="localhost").get("/api/v1/kiosks", headers={"Authorization": f"Bearer {secret}"})
    assert answered.status_code == 200
    assert Token.objects.get().rights == ["kiosks:read", "cases:change"]


def test_what_will_not_do_is_said_and_nothing_is_made() -> None:
    ours = browser_of(person(Role.OFFICER))
    for wrong in ({"right": []}, {"name": " "}, {"days": "999"}, {"province": "40"}, {"right": ["everything"]}):
        said = {"name": "ระบบบัญชี", "days": "30", "right": ["kiosks:read"]} | wrong
        page = ours.post("/tokens/", said)
        assert (page.status_code, 'role="alert"' in page.content.decode()) == (422, True), wrong
    assert not Token.objects.exists()


def test_one_takes_back_ones_own_and_the_nations_admin_everybodys() -> None:
    mine, theirs = holder(person(Role.OFFICER)), holder(person(Role.PROVINCIAL_ADMIN))
    officer = browser_of(mine.token.person)
    assert theirs.token.start not in officer.get("/tokens/").content.decode()
    assert officer.post("/tokens/", {"end": theirs.token.pk}).status_code == 404
    assert officer.post("/tokens/", {"end": mine.token.pk}).status_code == 302
    nation = browser_of(person(Role.NATIONAL_ADMIN, None))
    assert theirs.token.start in nation.get("/tokens/").content.decode()
    assert nation.post("/tokens/", {"end": theirs.token.pk}).status_code == 302
    assert [each.ended_by for each in Token.objects.order_by("pk")] == [
        mine.token.person.username,
        "national-admin-None",
    ]
    assert mine.ask("get", "kiosks").status_code == theirs.ask("get", "kiosks").status_code == 401


def test_before_it_is_taken_back_the_page_says_what_ends_with_a_token() -> None:
    page = browser_of(holder(person(Role.OFFICER)).token.person)
    assert "ที่อยู่รับเรื่องเตือนที่โทเค็นนี้เพิ่มไว้จะเลิกไปด้วย" in page.get("/tokens/").content.decode()
    page.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "addresses for alerts that this token has added end with it" in page.get("/tokens/").content.decode()


def test_every_token_is_on_some_page_and_taking_one_back_leads_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet.people.tokens.keeping.TOKENS_MAX", 101)
    user = person(Role.OFFICER)
    for _ in range(101):
        one = holder(user)
    oldest, ours = Token.objects.earliest("pk"), browser_of(user)
    first = ours.get("/tokens/").content.decode()
    assert first.count('name="end"') == 50
    assert 'rel="next" href="?page=2"' in first
    assert 'rel="prev"' not in first
    last = ours.get("/tokens/?page=3").content.decode()
    assert re.findall(r'name="end" value="(\d+)"', last) == [str(oldest.pk)]
    answer = ours.post("/tokens/?page=3", {"end": oldest.pk})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/tokens/?page=3")
    for odd in ("0", "99", "x", "9" * 5000):
        assert ours.get(f"/tokens/?page={odd}").status_code == 200
    assert len(one.every("tokens?", 40)) == 101
