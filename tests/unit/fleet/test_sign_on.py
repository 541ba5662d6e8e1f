"""Coming in: passwords, second factors, who owes one, the break-glass account, and roles from the ministry's groups."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory, TestCase, override_settings
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.people import break_glass
from fleet.people.groups import MappingError, Provider, follow, posts_of, rules_of
from fleet.people.models import Membership, Role, SignIn
from fleet.people.scope import scope_of
from fleet.people.sessions import end_all, open_sessions
from fleet.site.sign_on import SignOnError, know
from fleet.web.sign_on import ministry_urls
from fleet.web.sign_on.adapters import SecondFactorAdapter, SignOnAdapter
from fleet.web.sign_on.views import GUESSES_OF_A_NAME, GUESSES_OF_A_NAME_HERE
from fleet.webhooks.models import Subscription
from tests.support.token_holder import holder

PASSWORD = "a-sample-password"
HASHED = make_password(PASSWORD)


def account(name: str, role: Role | None = None, dopa_code: int | None = 20) -> User:
    user = User.objects.create(username=name, password=HASHED)
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return user


def visitor() -> Client:
    return Client(SERVER_NAME="localhost")


def come_in(client: Client, name: str, address: str = "") -> str:
    """Sign in; where that leads."""
    answer = client.post("/sign-in/", {"username": name, "password": PASSWORD, "next": address})
    return str(answer.headers.get("Location", ""))


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def add_app(client: Client) -> str:
    """Set an authenticator app up as a person would; its secret."""
    assert client.get("/account/app/add/").headers["Location"].startswith("/account/again/password/"), "once more"
    client.post("/account/again/password/?next=/account/app/add/", {"password": PASSWORD})
    page = client.get("/account/app/add/").content.decode()
    found = re.search(r'<span class="json">([A-Z2-7]+)</span>', page)
    assert found
    with TestCase.captureOnCommitCallbacks(execute=True):  # what follows a commit; a test's never comes
        assert client.post("/account/app/add/", {"code": code_of(found[1])}).status_code == 302
    return found[1]


def came() -> list[str]:
    return [each.what for each in Entry.objects.order_by("number")]


# ---- passwords ------------------------------------------------------------------------------------------------------


def test_a_password_leads_where_one_wanted_to_go_and_nowhere_else() -> None:
    account("somebody", Role.OFFICER)
    assert come_in(visitor(), "somebody", "/cases/") == "/cases/"
    assert come_in(visitor(), "somebody", "https://elsewhere.example/") == "/"


def test_an_account_that_was_let_out_does_not_come_in() -> None:
    user = account("somebody", Role.OFFICER)
    user.is_active = False
    user.save()
    client = visitor()
    assert come_in(client, "somebody") == ""
    assert client.get("/").status_code == 302


def test_one_account_is_not_guessed_from_many_addresses() -> None:
    account("much.tried")
    for _ in range(199):
        GUESSES_OF_A_NAME.count("much.tried")
    visitor().post("/sign-in/", {"username": "much.tried", "password": "x"}, REMOTE_ADDR="192.0.2.98")
    answer = visitor().post("/sign-in/", {"username": "much.tried", "password": PASSWORD}, REMOTE_ADDR="192.0.2.99")
    assert answer.status_code == 429


def try_to_come_in(name: str, password: str, address: str) -> int:
    asked = {"username": name, "password": password}
    return int(visitor().post("/sign-in/", asked, REMOTE_ADDR=address).status_code)


def test_who_guesses_at_one_place_keeps_nobody_out_at_another() -> None:
    account("kept.in")
    for _ in range(19):
        GUESSES_OF_A_NAME_HERE.count("192.0.2.7 kept.in")
    assert try_to_come_in("kept.in", "x", "192.0.2.7") == 200
    assert try_to_come_in("kept.in", PASSWORD, "192.0.2.7") == 429
    assert try_to_come_in("kept.in", PASSWORD, "192.0.2.8") == 302


def test_nobody_shuts_the_last_door_from_afar() -> None:
    password = break_glass.make()
    for _ in range(1000):
        GUESSES_OF_A_NAME.count(break_glass.NAME)
    assert try_to_come_in(break_glass.NAME, password, "192.0.2.8") == 302


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("spelt.with.blanks", " spelt.with.blanks "), ("far.away", " " * 200 + "far.away"),
        ("spelt.wide", "ｓｐｅｌｔ.wide"), ("spelt.large", "Spelt.Large"),
    ],
)  # fmt: skip
def test_one_account_is_not_guessed_in_other_spellings(name: str, spelt: str) -> None:
    for _ in range(199):
        GUESSES_OF_A_NAME.count(name)
    for _ in range(19):
        GUESSES_OF_A_NAME_HERE.count(f"198.51.100.1 {name}")
    visitor().post("/sign-in/", {"username": spelt, "password": "x"}, REMOTE_ADDR="198.51.100.1")
    assert GUESSES_OF_A_NAME.is_used_up(name)
    assert GUESSES_OF_A_NAME_HERE.is_used_up(f"198.51.100.1 {name}")


def test_nobody_signs_themselves_up() -> None:
    for address in ("/signup/", "/account/signup/", "/sign-on/"):
        assert visitor().get(address).status_code in (302, 404)
    assert User.objects.count() == 0


# ---- second factors -------------------------------------------------------------------------------------------------


def test_an_app_is_asked_for_once_it_is_set_up() -> None:
    account("somebody", Role.OFFICER)
    client = visitor()
    come_in(client, "somebody")
    secret = add_app(client)
    assert "รหัสสำรอง" in client.get("/account/codes/").content.decode()
    other = visitor()
    assert come_in(other, "somebody", "/cases/") == "/sign-in/second/"
    assert other.get("/cases/").status_code == 302, "not in yet"
    assert other.post("/sign-in/second/", {"code": "000000"}).status_code == 200
    assert other.get("/cases/").status_code == 302
    Authenticator.objects.get(type="totp")
    assert other.post("/sign-in/second/", {"code": code_of(secret)}).status_code in (200, 302)


def test_a_recovery_code_opens_once() -> None:
    account("somebody", Role.OFFICER)
    client = visitor()
    come_in(client, "somebody")
    add_app(client)
    code = re.findall(r"<li>([0-9a-z -]+)</li>", client.get("/account/codes/").content.decode())[0].replace(" ", "")
    first = visitor()
    come_in(first, "somebody")
    assert first.post("/sign-in/second/", {"code": code}).status_code == 302
    assert first.get("/cases/").status_code == 200
    second = visitor()
    come_in(second, "somebody")
    assert second.post("/sign-in/second/", {"code": code}).status_code == 200
    assert second.get("/cases/").status_code == 302


def test_the_secret_of_an_app_is_not_in_the_database_as_it_is() -> None:
    account("somebody")
    client = visitor()
    come_in(client, "somebody")
    secret = add_app(client)
    assert secret not in json.dumps(Authenticator.objects.get(type="totp").data)
    assert SecondFactorAdapter().decrypt(SecondFactorAdapter().encrypt("x")) == "x"


def test_a_second_factor_that_comes_goes_or_fails_stands_in_the_trail() -> None:
    account("somebody", Role.OFFICER)
    client = visitor()
    come_in(client, "somebody")
    add_app(client)
    other = visitor()
    come_in(other, "somebody")
    other.post("/sign-in/second/", {"code": "000000"})
    client.post("/account/app/remove/")
    assert came()[0] == "signed-in"
    assert came()[1:].count("wrong-code") == 1
    assert set(came()[1:]) == {"second-factor", "wrong-code"}


@override_settings(SECOND_FACTOR_REQUIRED=True)
@pytest.mark.parametrize("role", [Role.PROVINCIAL_ADMIN, Role.TREASURY])
def test_who_owes_a_second_factor_gets_no_further_than_setting_it_up(role: Role) -> None:
    """An admin, and who says whose account money goes to."""
    account("admin", role)
    client = visitor()
    come_in(client, "admin")
    assert client.get("/kiosks/").headers["Location"] == "/account/?owes=1"
    assert client.get("/account/?owes=1").status_code == 200
    add_app(client)
    assert "บัญชีนี้ต้องมี" not in client.get("/account/").content.decode()
    assert client.get("/kiosks/").status_code == 200
    removed = client.post("/account/app/remove/")
    assert removed.status_code == 200, "it is the only one"
    assert Authenticator.objects.filter(type="totp").exists()


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_who_becomes_an_admin_after_taking_their_app_away_owes_one() -> None:
    user = account("officer", Role.OFFICER)
    client = visitor()
    come_in(client, "officer")
    add_app(client)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post("/account/app/remove/").status_code == 302
    Membership.objects.create(user=user, role=Role.PROVINCIAL_ADMIN, dopa_code=20)
    assert client.get("/kiosks/").headers["Location"] == "/account/?owes=1"


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_who_changes_nothing_of_the_kind_owes_none() -> None:
    account("officer", Role.OFFICER)
    client = visitor()
    come_in(client, "officer")
    assert client.get("/kiosks/").status_code == 200


def test_an_auditor_looks_after_their_own_account() -> None:
    account("auditor", Role.AUDITOR, None)
    client = visitor()
    come_in(client, "auditor")
    add_app(client)
    assert client.post("/account/", {"others": "1"}).status_code == 302


# ---- one's own account ----------------------------------------------------------------------------------------------


def test_another_password_ends_the_other_sessions_and_not_this_one() -> None:
    account("somebody", Role.OFFICER)
    here, there = visitor(), visitor()
    for each in (here, there):
        come_in(each, "somebody")
        each.get("/")
    new = {"old_password": PASSWORD, "new_password1": "quite-another-phrase", "new_password2": "quite-another-phrase"}
    assert here.post("/account/password/", {**new, "old_password": "x"}).status_code == 422
    assert here.post("/account/password/", new).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert [each.session_key for each in SignIn.objects.all()] == [here.session.session_key], "and this one is known"


def test_a_session_that_is_over_is_forgotten_when_somebody_comes() -> None:
    account("somebody", Role.OFFICER)
    account("other", Role.OFFICER)
    first = visitor()
    come_in(first, "somebody")
    first.get("/")
    Session.objects.filter(session_key=first.session.session_key).update(expire_date=timezone.now())
    second = visitor()
    come_in(second, "other")
    second.get("/")
    assert [each.user.username for each in SignIn.objects.all()] == ["other"]
    assert Session.objects.count() == 1


def test_a_session_that_has_asked_for_no_page_yet_ends_with_the_others() -> None:
    user, lying_about = account("somebody", Role.OFFICER), visitor()
    come_in(lying_about, "somebody")
    assert [each.session_key for each in open_sessions(user)] == [lying_about.session.session_key]
    end_all(user)
    assert lying_about.get("/").status_code == 302


def test_sessions_are_ones_own() -> None:
    account("somebody", Role.OFFICER)
    other = account("other", Role.OFFICER)
    mine, theirs = visitor(), visitor()
    come_in(theirs, "other")
    theirs.get("/")
    come_in(mine, "somebody")
    assert mine.post("/account/", {"session": str(other.sign_ins.get().pk)}).status_code == 404
    assert theirs.get("/").status_code == 200


# ---- the worst day --------------------------------------------------------------------------------------------------


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_the_break_glass_account_comes_in_alone_and_everybody_learns_of_it(caplog: pytest.LogCaptureFixture) -> None:
    password = break_glass.make()
    client = visitor()
    client.post("/sign-in/", {"username": break_glass.NAME, "password": password})
    assert client.get("/kiosks/").status_code == 200
    assert came()[0] == "break-glass"
    assert any(each.levelname == "CRITICAL" for each in caplog.records)
    assert password not in caplog.text


def test_a_new_seal_breaks_the_old_password_and_its_sessions() -> None:
    old = break_glass.make()
    client = visitor()
    client.post("/sign-in/", {"username": break_glass.NAME, "password": old})
    client.get("/")
    break_glass.make()
    assert client.get("/").status_code == 302
    client.post("/sign-in/", {"username": break_glass.NAME, "password": old})
    assert client.get("/").status_code == 302


def test_a_new_seal_leaves_no_other_way_into_the_account() -> None:
    break_glass.make()
    user = User.objects.get(username=break_glass.NAME)
    Authenticator.objects.create(user=user, type="totp", data={})
    program = holder(user)
    said = {"name": "left behind", "address": "https://receiver.example/", "kinds": ["kiosk.offline"]}
    assert program.ask("post", "webhooks", said).status_code == 201
    break_glass.make()
    assert not Authenticator.objects.filter(user=user).exists()
    assert not Subscription.objects.filter(person=user, ended_at=None).exists()
    assert program.ask("get", "kiosks").status_code == 401


# ---- the ministry's groups ------------------------------------------------------------------------------------------

MAPPING = {
    "sala-auditors": "auditor",
    "cbi-technicians": "technician:20",
    "sala-{province}-officers": "officer",
    "treasury.{province}": "treasury-officer",
}


@pytest.mark.parametrize(
    ("groups", "posts"),
    [
        ([], set()),
        (["sala-auditors"], {("auditor", None)}),
        (["cbi-technicians", "sala-40-officers"], {("technician", 20), ("officer", 40)}),
        (["sala-4-officers", "sala-040-officers", "Sala-auditors", "xsala-auditors"], set()),
        (["treasury.14", "treasuryx14"], {("treasury-officer", 14)}),
    ],
)
def test_groups_give_roles(groups: list[str], posts: set[tuple[str, int | None]]) -> None:
    assert {(each.role.value, each.dopa_code) for each in posts_of(groups, rules_of(MAPPING))} == posts


@pytest.mark.parametrize(
    "mapping",
    [
        {"x": "king"}, {"x": "officer"}, {"x": "national-admin:20"}, {"x-{province}": "national-admin"},
        {"x-{province}": "officer:20"}, {"{province}{province}": "officer"}, {"x": "officer:cbi"},
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(MappingError):
        rules_of(mapping)


def test_groups_take_back_what_they_gave_and_nothing_else() -> None:
    user = account("somebody", Role.TECHNICIAN, 14)
    assert follow(user, "ministry", posts_of(["sala-20-officers", "cbi-technicians"], rules_of(MAPPING)))
    assert scope_of(user).may_serve(20)
    assert not follow(user, "ministry", posts_of(["sala-20-officers", "cbi-technicians"], rules_of(MAPPING)))
    follow(user, "ministry", set())
    assert not scope_of(user).may_serve(20)
    assert scope_of(user).may_install(14), "given by hand"


def test_no_link_ties_an_account_of_the_ministrys_to_somebody_of_ours() -> None:
    admin = account("admin", Role.NATIONAL_ADMIN, None)
    client = visitor()
    come_in(client, "admin")
    request = RequestFactory().get("/sign-on/ministry/back/")
    request.user, request.session = admin, client.session
    somebody_elses = SocialLogin(user=User(), account=SocialAccount(provider="ministry", uid="somebody-else"))
    somebody_elses.state = {"process": "connect"}
    answer = complete_login(request, somebody_elses)
    assert answer.headers["Location"] == "/sign-in/?wrong=sign-on"
    assert not SocialAccount.objects.exists()


def test_a_ministry_that_does_not_answer_leaves_one_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_there(_request: object, _provider_id: str) -> None:
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(ministry_urls.views, "login", nobody_there)  # allauth's, which asks the provider who it is
    answer = ministry_urls.to_the_ministry(RequestFactory().get("/sign-on/ministry/"), "ministry")
    assert answer.headers["Location"] == "/sign-in/?wrong=sign-on"


def test_the_ministry_has_nobody_of_the_sealed_name() -> None:
    came_as = SocialLogin(user=User(), account=SocialAccount(provider="ministry", uid="7"))
    with override_settings(SIGN_ON=Provider("ministry", "", "", "groups", ())):
        user = SignOnAdapter().populate_user(RequestFactory().get("/"), came_as, {"username": "Break-Glass"})
    assert user.username == "break-glass@ministry"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"issuer": "https://x"}', '{"issuer":1'])
def test_a_sign_on_that_cannot_be_used_is_told_of_without_its_secret(tmp_path: Path, text: str) -> None:
    (tmp_path / "sign-on.json").write_text(text)
    with pytest.raises(SignOnError):
        know(tmp_path / "sign-on.json")
    assert settings.SIGN_ON is None


def test_a_wrong_line_of_groups_is_named(tmp_path: Path) -> None:
    said = {"issuer": "https://x", "client_id": "y", "secret": "hush", "groups": {"sala": "king"}}
    (tmp_path / "sign-on.json").write_text(json.dumps(said))
    with pytest.raises(SignOnError, match="sala: king") as err:
        know(tmp_path / "sign-on.json")
    assert "hush" not in str(err.value)
