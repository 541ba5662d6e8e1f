"""The pages of settings that wait: planned, agreed to by another, refused, taken back; where a change is felt, and how
it would look at a kiosk."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.utils import timezone

from fleet.acting import planning
from fleet.audit.models import Entry
from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Layer, PlannedSettings
from fleet.people.models import Membership, Role
from fleet.site.sample_other_fees import sample_fees
from fleet.web.screen_preview import KEPT_MAX, Asked, PreviewError, Why, drawn
from tests.support.signed_in import browser_of

PROVINCE, NATION = "/settings/province/20/", "/settings/national/"
CODE = next(iter(sample_fees()))


def client(name: str, role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20) -> Client:
    user = User.objects.create_user(name, first_name=name)
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


class _Form(HTMLParser):
    """What a browser would send of the settings' form, were nothing typed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "select":
            self._select = "" if "disabled" in said else name
        elif tag == "option" and self._select and "selected" in said:
            self.sent[self._select] = [value]
        elif tag == "input" and name and "disabled" not in said and "form" not in said:
            if said.get("type") != "checkbox":
                self.sent.setdefault(name, []).append(value)
            elif "checked" in said:
                self.sent.setdefault(name, []).append(said.get("value") or "on")


def answers(browser: Client, address: str, **typed: str) -> dict[str, Any]:
    """The form of a layer as a browser sends it back, with what is typed (``__`` for a dot)."""
    form = _Form()
    form.feed(page(browser, address).partition('id="settings-form"')[2].partition("</form>")[0])
    return {**form.sent, "reason": "ลองดู", **{name.replace("__", "."): value for name, value in typed.items()}}


def held(layer: str = "province", key: str = "20") -> dict[str, Any]:
    latest = latest_document(layer, key)
    return dict(latest.document) if latest else {}


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def in_time(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


# ---- in time


def test_a_change_is_planned_seen_in_the_buddhist_era_and_taken_back() -> None:
    admin = client("admin")
    answer = admin.post(PROVINCE, answers(admin, PROVINCE, patience__step_s="90", at=in_time(40)))
    plan = PlannedSettings.objects.get()
    address = f"/settings/waiting/{plan.pk}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert plan.takes_effect_at is not None
    assert held() == {}
    year = str(timezone.localtime(plan.takes_effect_at).year + 543)
    for where in (PROVINCE, "/settings/waiting/", address):
        assert year in page(admin, where), where
        assert "ลองดู" in page(admin, where)
    assert "settings/waiting/" in page(admin, "/settings/")
    assert admin.post(address, {"deed": "withdraw"}).status_code == 302
    assert "ยกเลิกแล้ว" in page(admin, address)
    assert admin.post(address, {"deed": "withdraw"}).status_code == 422
    line = Entry.objects.filter(what="web:planned-settings").latest("number")
    assert (line.about, line.dopa_code) == (str(plan.pk), 20)


@pytest.mark.parametrize("typed", ["tomorrow", "2026-13-01T00:00", in_time(-1), in_time(500)])
def test_a_time_that_is_none_is_told(typed: str) -> None:
    admin = client("admin")
    answer = admin.post(PROVINCE, answers(admin, PROVINCE, patience__step_s="90", at=typed))
    assert answer.status_code == 422
    assert not PlannedSettings.objects.exists()


def test_what_could_not_be_done_in_time_says_why() -> None:
    admin = client("admin")
    admin.post(PROVINCE, answers(admin, PROVINCE, patience__step_s="90", at=in_time(3)))
    plan = PlannedSettings.objects.get()
    change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 70}}, None, "ระหว่างนั้น")
    assert "ระหว่างนี้ชั้นนี้มีฉบับใหม่แล้ว" in page(admin, f"/settings/waiting/{plan.pk}/")
    planning.carry_out(plan.pk, timezone.now() + timedelta(days=4))
    said = page(admin, f"/settings/waiting/{plan.pk}/")
    assert "มีคนเปลี่ยนค่าเดียวกันไปแล้ว จึงไม่ทับให้: รอคนแตะในแต่ละหน้า" in said


# ---- four eyes


def test_an_amount_waits_for_another_admin_who_sees_whose_it_is() -> None:
    one, two = client("one"), client("two")
    one.post(PROVINCE, answers(one, PROVINCE, **{f"fees__{CODE}__amount__most_satang": "7,000"}))
    plan = PlannedSettings.objects.get()
    address = f"/settings/waiting/{plan.pk}/"
    assert 'value="agree"' not in page(one, address)
    assert one.post(address, {"deed": "agree"}).status_code == 422
    assert client("elsewhere", dopa_code=40).get(address).status_code == 404
    assert client("technician", Role.TECHNICIAN).post(address, {"deed": "agree"}).status_code == 404
    seen = page(two, address)
    assert f"{CODE} · " in seen
    assert "7,000.00" in seen
    assert two.post(address, {"deed": "refuse", "reason": "ไม่"}).status_code == 422
    assert two.post(address, {"deed": "agree"}).status_code == 302
    assert held() == {"fees": {CODE: {"amount": {"most_satang": 700_000}}}}
    assert one.post("/settings-undo/province/20/").status_code == 302
    again = PlannedSettings.objects.get(state="asked")
    assert (again.restores, held()["fees"][CODE]["amount"]) == (0, {"most_satang": 700_000})
    assert two.post(f"/settings/waiting/{again.pk}/", {"deed": "refuse", "reason": "ยอดถูกแล้ว"}).status_code == 302
    assert "ยอดถูกแล้ว" in page(one, f"/settings/waiting/{again.pk}/")


def test_to_stop_taking_a_fee_needs_nobody_else() -> None:
    one = client("one")
    sent = answers(one, PROVINCE)
    del sent[f"fees.{CODE}.offered"]
    answer = one.post(PROVINCE, sent)
    assert answer.headers["Location"] == f"{PROVINCE}?published=1"
    assert held() == {"fees": {CODE: {"offered": False}}}


def test_the_treasury_names_a_payee_and_another_of_it_agrees() -> None:
    one, two = client("one", Role.TREASURY, None), client("two", Role.TREASURY, None)
    admin = client("admin", Role.NATIONAL_ADMIN, None)
    form = page(one, f"{NATION}?payee=town-2")
    assert re.search(r'name="payees\.town-2\.biller_id"[^>]*>', form)
    assert re.search(r'name="greeting\.th"[^>]* disabled', form)
    assert re.search(r'name="payee\.biller_id"[^>]* disabled', page(admin, NATION))
    before = held("national", "")
    typed = {
        "payees__town-2__name__th": "เทศบาลตัวอย่าง 2",
        "payees__town-2__name__en": "Sample town 2",
        "payees__town-2__biller_id": "112345678901234",
    }
    answer = one.post(NATION, answers(one, f"{NATION}?payee=town-2", **typed))
    assert answer.status_code == 302, answer.content.decode()
    plan = PlannedSettings.objects.get()
    assert admin.post(f"/settings/waiting/{plan.pk}/", {"deed": "agree"}).status_code == 404
    assert two.post(f"/settings/waiting/{plan.pk}/", {"deed": "agree"}).status_code == 302
    payee = {"name": {"th": "เทศบาลตัวอย่าง 2", "en": "Sample town 2"}, "biller_id": "112345678901234"}
    del before["sample"]  # as it is where nobody says so
    assert held("national", "") == {**before, "payees": {**before["payees"], "town-2": payee}}


# ---- where, and how it would look


def test_where_a_change_is_felt_names_who_says_otherwise() -> None:
    words = {"help_point": {"th": "ชั้น 2", "en": "Floor 2"}}
    change_settings(Layer.OFFICE, "CBI", {**held("office", "CBI"), **words}, None, "ที่นี่")
    change_settings(Layer.KIOSK, "KKN-02", words, None, "เครื่องนี้")
    nation = client("nation", Role.NATIONAL_ADMIN, None)
    sent = answers(nation, NATION, help_point__th="โต๊ะ 1", help_point__en="Desk 1", look="1")
    seen = nation.post(NATION, sent)
    card = unescape(seen.content.decode()).partition('id="where"')[2].partition("</section>")[0]
    assert "สำนักงานอุตสาหกรรมจังหวัดชลบุรี" in card
    assert "KKN-02" in card
    assert "KKN-01" not in card


@pytest.fixture
def previews() -> Path:
    return Path(settings.DATA_DIR) / "previews"


@override_settings(PREVIEW_TIMEOUT_S=600.0)  # that there is a limit is another test's matter
def test_a_draft_is_drawn_by_the_kiosks_program_and_kept(previews: Path) -> None:
    admin = client("admin")
    typed = {"greeting__th": "สวัสดีปีใหม่", "greeting__en": "Happy New Year", "look": "en-portrait"}
    sent = answers(admin, PROVINCE, **typed)
    html = unescape(admin.post(PROVINCE, sent).content.decode())
    pictures = re.findall(r'<img src="(/settings-picture/[^"]+)"', html)
    assert [each.rpartition("/")[2] for each in pictures] == ["welcome-before.png", "welcome-after.png"]
    for each in pictures:
        got = admin.get(each)
        assert (got.status_code, got.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    assert client("elsewhere", dopa_code=40).get(pictures[0]).status_code == 404
    assert admin.get(pictures[0].replace("welcome-before", "nothing")).status_code == 404
    with (previews / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        again = unescape(admin.post(PROVINCE, sent).content.decode())
        assert pictures[0] in again, "drawn once, it is not drawn again"
        other = unescape(admin.post(PROVINCE, {**sent, "greeting.th": "อื่น"}).content.decode())
        assert "มีคนกำลังดูภาพอื่นอยู่" in other
    assert PlannedSettings.objects.count() == 0
    assert held() == {}


def asked(after: dict[str, Any]) -> Asked:
    return Asked("province/20", "CBI-01", held("national", ""), after, "th", "landscape")


def test_a_draft_no_kiosk_takes_is_told_and_leaves_nothing(previews: Path) -> None:
    with pytest.raises(PreviewError) as caught:
        drawn(asked({"patience": {"step_s": 1}}))
    assert caught.value.why is Why.UNFIT
    assert not list(previews.glob("new-*"))


@override_settings(PREVIEW_TIMEOUT_S=0.001)
def test_a_drawing_that_takes_too_long_is_given_up(previews: Path) -> None:
    with pytest.raises(PreviewError) as caught:
        drawn(asked({"patience": {"step_s": 45}}))
    assert caught.value.why is Why.SLOW
    assert not list(previews.glob("new-*"))


def test_what_another_process_has_drawn_meanwhile_is_not_drawn_again(previews: Path) -> None:
    draft = asked({"patience": {"step_s": 1}})  # which no kiosk takes: drawing it again would say so
    folder, others = previews / draft.digest, [1]

    def draw_before_the_lock(event: str, _told: tuple[object, ...]) -> None:
        if event == "fcntl.flock" and others:
            others.clear()  # a hook cannot be taken away: from now on this one does nothing
            folder.mkdir(parents=True)
            (folder / "drawn.json").write_text("[]")

    sys.addaudithook(draw_before_the_lock)
    assert drawn(draft) == ()
    assert not others
    shutil.rmtree(folder)


def test_the_oldest_drafts_go_and_what_a_killed_one_left(previews: Path) -> None:
    older = [previews / f"{number:064x}" for number in range(KEPT_MAX + 5)]
    for number, each in enumerate((*older, previews / "new-killed")):
        each.mkdir(parents=True)
        os.utime(each, (number, number))
    with pytest.raises(PreviewError):
        drawn(asked({"patience": {"step_s": 1}}))
    assert len([each for each in previews.iterdir() if each.is_dir()]) == KEPT_MAX - 1
    assert [each.exists() for each in older[:2]] == [False, False]
    for each in older:
        shutil.rmtree(each, ignore_errors=True)
