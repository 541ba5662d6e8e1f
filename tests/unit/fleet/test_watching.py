"""Open pages that are told: what is made once is nobody's in particular, and only for who may see it."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.devices.models import Kiosk, KioskState
from fleet.devices.truth import RANK, Condition
from fleet.people.models import Membership, Role
from fleet.people.scope import EVERYWHERE, Area, Scope, scope_of, with_scope
from fleet.people.sessions import OWES
from fleet.web import live
from fleet.web.watching import events
from fleet.web.watching.feed import Change, Feed, Topic
from fleet.web.watching.hub import Topical, Watcher
from fleet.web.watching.pages import PAGES, Concern, Subject, is_told
from fleet.web.watching.piece import Kind, render
from fleet.web.watching.viewers import NOTE_EVERY, RefusedError, Viewer, let_in, no_longer
from tests.support.signed_in import browser_of

NONE, SOON, NOW = Concern
LIVE = {"HX-Request": "true"}
ROUTES = {"letter_run": "letter-run", "office_fees": "office-fees", "register_run": "register-run"}
ROUTES |= {"settings_layer": "layer", "wall": "overview"}
"""Moving parts whose route is not called as they are."""


def _person(name: str, role: Role, dopa_code: int | None) -> User:
    user = User.objects.create(username=name, first_name=f"ชื่อของ {name}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


def _subject(path: str, scope: Scope, query: str = "") -> Subject:
    return Subject(path, query, "th", scope)


# ---- pieces


def test_every_page_with_a_moving_part_is_in_the_table() -> None:
    parts = {path.stem for path in (Path(live.__file__).parent / "templates" / "web" / "live").glob("*.html")}
    assert {ROUTES.get(part, part) for part in parts} == set(PAGES)


def _addresses() -> list[str]:
    return [
        *("/", "/kiosks/", "/kiosks/CBI-01/", "/kiosks/CBI-01/identity/", "/alerts/", "/rollouts/", "/payments/"),
        *("/settings/kiosk/CBI-01/", "/settings/national/", "/fees/CBI/", "/partners/"),
    ]


@pytest.mark.parametrize("path", _addresses())
def test_a_piece_is_the_same_for_all_who_may_see_the_same(path: str) -> None:
    one, other = (_person(name, Role.PROVINCIAL_ADMIN, 20) for name in ("one", "other"))
    shown = [browser_of(each).get(path, headers=LIVE).content.decode() for each in (one, other)]
    made = render(_subject(path, scope_of(one)), "")
    assert made.kind is Kind.PIECE
    assert shown == [made.text] * 2
    assert render(_subject(path, scope_of(one)), made.digest).kind is Kind.SAME


def test_a_page_of_another_province_is_not_there() -> None:
    chonburi = Scope(sees=Area(frozenset({20})))
    assert render(_subject("/kiosks/KKN-01/", chonburi), "").kind is Kind.ANEW
    assert "KKN-" not in render(_subject("/kiosks/", chonburi), "").text
    assert "KKN-" in render(_subject("/kiosks/", Scope(sees=EVERYWHERE)), "").text


def test_a_page_whose_buttons_are_others_now_is_opened_again() -> None:
    now = timezone.now()
    alert = Alert.objects.create(
        key="paper/CBI-01", rule="paper", dopa_code=20, kiosk_id="CBI-01", condition="attention", since=now,
        opened_at=now, level_since=now,
    )  # fmt: skip
    scope = scope_of(_person("one", Role.PROVINCIAL_ADMIN, 20))
    subject = _subject(f"/alerts/{alert.pk}/", scope, "was=False-False")
    assert render(subject, "").kind is Kind.PIECE
    Alert.objects.update(closed_at=now)
    assert render(subject, "").kind is Kind.ANEW


def test_a_piece_is_in_the_language_it_is_watched_in() -> None:
    scope = Scope(sees=EVERYWHERE)
    thai, english = (render(Subject("/kiosks/", "", each, scope), "").text for each in ("th", "en"))
    assert "ได้ยินล่าสุด" in thai
    assert "ได้ยินล่าสุด" not in english


def test_a_scope_is_lent_to_nobody_who_exists() -> None:
    with pytest.raises(ValueError, match="scope of its roles"):
        with_scope(User.objects.create(username="real"), Scope(sees=EVERYWHERE))


# ---- what concerns whom


def test_a_page_is_concerned_by_its_own_provinces_kiosks_and_matters() -> None:
    ours, nation = Scope(sees=Area(frozenset({20}))), Scope(sees=EVERYWHERE)
    there = Change(said=frozenset({"KKN-01"}), turned=frozenset({40}))
    visit = Change(said=frozenset({"CBI-01"}), moved=frozenset({20}))
    beat = Change(said=frozenset({"CBI-01"}))
    for page in ("/", "/kiosks/"):
        assert [_subject(page, ours).concern(each) for each in (there, visit, beat)] == [NONE, SOON, NONE]
        assert [_subject(page, nation).concern(each) for each in (there, visit, beat)] == [NOW, SOON, NONE]
    listed = _subject("/kiosks/", nation, "province=40")
    assert [listed.concern(each) for each in (there, visit)] == [NOW, NONE]
    assert [_subject("/kiosks/CBI-01/", ours).concern(each) for each in (there, visit, beat)] == [NONE, NOW, NOW]
    assert _subject("/kiosks/CBI-01/", ours).concern(Change(everything=True)) is NOW
    money = Change(topics=frozenset({Topic.MONEY}))
    assert _subject("/", nation).concern(money) is NONE
    assert _subject("/", Scope(sees=EVERYWHERE, settles=EVERYWHERE)).concern(money) is NOW
    assert _subject("/rollouts/", ours).concern(Change(topics=frozenset({Topic.ROLLOUTS}))) is NOW
    assert _subject("/payments/", ours).concern(Change()) is SOON


def test_a_heartbeat_is_told_from_news_and_news_from_trouble() -> None:
    now = timezone.now()
    state, _ = KioskState.objects.get_or_create(kiosk_id="CBI-01")
    said = {"session_no": 1, "no": 1, "at": now.isoformat(), "paper": "full", "health": {"uptime_s": 1}}
    feed = Feed()

    def say(rank: Condition = Condition.OK, **more: object) -> tuple[bool, bool, bool]:
        state.status_no += 1
        state.alive, state.heard_at, state.said_rank = True, timezone.now(), RANK[rank]
        state.status = {
            **(state.status or said),
            "no": state.status_no,
            "health": {"uptime_s": state.status_no},
            **more,
        }
        state.save()
        change = feed.read()
        return "CBI-01" in change.said, 20 in change.moved, 20 in change.turned

    feed.read()
    say()
    assert say() == (True, False, False), "a heartbeat"
    assert say(in_visit=True) == (True, True, False), "somebody stands there"
    assert say(Condition.FAILING) == (True, False, True), "it stands otherwise"
    assert say(Condition.FAILING) == (True, False, False)
    assert say(Condition.FAILING, paper="out") == (True, True, True), "what is not well says something else"
    assert say(paper="out") == (True, False, True)
    Kiosk.objects.filter(pk="CBI-01").update(settings_revision=99)
    change = feed.read()
    assert (change.said, change.moved) == (frozenset({"CBI-01"}), frozenset({20}))
    assert feed.read().said == frozenset()


def test_the_first_look_finds_everything_and_the_next_nothing() -> None:
    feed = Feed()
    first = feed.look()
    assert first is not None
    assert first.everything
    assert {"CBI-01", "KKN-01"} <= first.said
    assert {20, 40} <= first.turned
    assert feed.look() is None, "nobody has committed anything"


def test_trouble_is_made_first_then_what_waited_longest_then_what_most_people_watch() -> None:
    def due(path: str, *, since_s: float, people: int, is_urgent: bool = False) -> Topical:
        known = Topical(_subject(path, Scope()), due_since_s=since_s, is_urgent=is_urgent)
        viewers = [Viewer("", number, 0, Scope(), "", "") for number in range(people)]
        known.watchers |= {Watcher(each, known, "") for each in viewers}
        return known

    waits = due("/alerts/", since_s=1.0, people=90)
    one, many = (due(f"/kiosks/CBI-0{n}/", since_s=2.0, people=n, is_urgent=True) for n in (1, 2))
    late = due("/", since_s=3.0, people=99, is_urgent=True)
    assert sorted([waits, late, one, many], key=Topical.rank) == [many, one, late, waits]


def test_only_pages_with_a_moving_part_are_told() -> None:
    assert is_told("/kiosks/CBI-01/")
    for path in ("/people/", "/audit/", "/sign-in/", "/nowhere/", "/api/v1/openapi.json", "/live", ""):
        assert not is_told(path), path


# ---- who may


def _let_in(client: Client | None = None, page: str = "/", **headers: str) -> tuple[Viewer, Subject, str]:
    cookie = f"sessionid={client.cookies['sessionid'].value}" if client else ""
    said = {"host": "localhost", "cookie": cookie, **headers}
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/live", "query_string": f"page={page}".encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()],
    }  # fmt: skip
    return let_in(scope)


def _status(client: Client | None = None, page: str = "/", **headers: str) -> int:
    with pytest.raises(RefusedError) as refused:
        _let_in(client, page, **headers)
    return refused.value.status


def test_who_is_let_in_watches_in_their_own_scope_and_language() -> None:
    user = _person("one", Role.PROVINCIAL_ADMIN, 20)
    client = browser_of(user)
    session = client.cookies["sessionid"].value
    said = _let_in(client, "/kiosks/%3Fq%3D1%26seen%3Dabc", cookie=f"sessionid={session}; django_language=en")
    viewer, subject, digest = said
    assert (viewer.user_id, viewer.scope) == (user.pk, scope_of(user))
    assert subject == Subject("/kiosks/", "q=1", "en", scope_of(user))
    assert digest == "abc"


def test_nobody_else_is_let_in() -> None:
    client = browser_of(_person("one", Role.PROVINCIAL_ADMIN, 20))
    assert _status() == 401
    assert _status(browser_of(User.objects.create(username="without a role"))) == 403
    assert _status(client, sec_fetch_site="same-site") == 403
    assert _status(client, host="elsewhere.example") == 400
    assert _status(client, "/&" + "a=1&" * 1001) == 400
    for page in ("/people/", "//elsewhere.example/", "http://elsewhere.example/", "/%00", "/%3Fq%3D%2500"):
        assert _status(client, page) == 404, page
    session = client.session
    session[OWES] = True
    session.save()
    assert _status(client) == 403, "the second factor first"


def test_names_are_watched_only_after_their_page_was_written_down() -> None:
    client = browser_of(_person("one", Role.PROVINCIAL_ADMIN, 20))
    assert _status(client, "/payments/") == 403
    client.get("/payments/", headers=LIVE)
    assert _let_in(client, "/payments/")[1].path == "/payments/"


@pytest.mark.parametrize("saboteur", ["session", "expired", "role", "wider", "account", "password"])
def test_whoever_is_not_what_they_were_watches_no_longer(saboteur: str) -> None:
    users = [_person(name, Role.PROVINCIAL_ADMIN, 20) for name in ("stays", "goes")]
    stays, goes = (_let_in(browser_of(each))[0] for each in users)
    assert no_longer([stays, goes]) == set()
    user, sessions = User.objects.filter(pk=goes.user_id), Session.objects.filter(session_key=goes.session_key)
    match saboteur:
        case "session":
            sessions.delete()
        case "expired":
            sessions.update(expire_date=timezone.now())
        case "role":
            Membership.objects.filter(user=user.get()).delete()
        case "wider":
            Membership.objects.create(user=user.get(), role=Role.NATIONAL_ADMIN)
        case "account":
            user.update(is_active=False)
        case "password":
            user.update(password="another")
    assert no_longer([stays, goes]) == {goes}


def test_a_session_lives_on_while_a_page_is_open_and_no_longer() -> None:
    client = browser_of(_person("one", Role.PROVINCIAL_ADMIN, 20))
    viewer = _let_in(client)[0]
    soon = timezone.now() + timedelta(minutes=1)
    Session.objects.update(expire_date=soon)
    viewer.noted_at_s -= NOTE_EVERY.total_seconds() + 1
    assert no_longer([viewer]) == set()
    assert Session.objects.get(session_key=viewer.session_key).expire_date > soon
    SessionStore(viewer.session_key).flush()
    viewer.noted_at_s -= NOTE_EVERY.total_seconds() + 1
    assert no_longer([viewer]) == {viewer}
    assert not Session.objects.filter(session_key=viewer.session_key).exists()


# ---- what goes over the line


def test_any_events_make_one_stream_that_a_browser_unpacks() -> None:
    made = [events.packed("piece", "<b>น้ำ</b>\r\n<i>2</i>"), events.BEAT, events.packed("piece", "<b>น้ำ</b>" * 999)]
    plain = b"".join(map(events.unpacked, made))
    assert plain.startswith("event: piece\ndata: <b>น้ำ</b>\ndata: <i>2</i>\n\nevent: beat\ndata: \n\n".encode())
    assert zlib.decompressobj(31).decompress(events.GZIP_HEAD + b"".join(made)) == plain
    with gzip.open(io.BytesIO(events.GZIP_HEAD + b"".join(made))) as file:
        assert file.read(len(plain)) == plain, "and so does who is strict, up to the end it has not"
