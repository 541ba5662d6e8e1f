"""The settings' pages: what would change is seen first, any revision comes back, and every key is explained."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from fleet.acting.settings_values import MISSING, leaves
from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Layer, SettingsRevision
from fleet.people.models import Membership, Role
from fleet.protocol.messages import Desired, SettingsLayer
from fleet.protocol.settings import KNOWN_SERVICES, SINCE, KioskSettings, SettingsError, read_settings
from fleet.rollouts.models import Rollout
from fleet.site.sample_other_fees import sample_fees
from fleet.web.settings_changes import changes
from fleet.web.settings_problems import problem
from fleet.web.settings_table_words import general
from fleet.web.settings_words import meaning
from tests.support.signed_in import browser_of

ADDRESS = "/settings/province/20/"
WORDS = {"greeting": {"th": "สวัสดีชลบุรี", "en": "Hello Chon Buri"}}


@pytest.fixture
def admin() -> Client:
    user = User.objects.create_user("changer", first_name="สุดา", last_name="ตัวอย่าง")
    Membership.objects.create(user=user, role=Role.PROVINCIAL_ADMIN, dopa_code=20)
    return browser_of(user)


def answers(**typed: str) -> dict[str, Any]:
    """The form as the browser would send it back: what is not typed here is left empty, that is, as above."""
    latest = latest_document("province", "20")
    offered = {f"fees.{code}.offered": "on" for code in sample_fees()}
    base = str(latest.revision if latest else 0)
    return {"services": list(KNOWN_SERVICES), "base": base, **offered, **typed}


def looked_at(html: str) -> list[str]:
    """The words of the card that says what would change, one a line of it."""
    card = html.partition('id="looked"')[2].partition("</section>")[0]
    return [word for word in re.findall(r">([^<>]+)<", card) if word.strip() and word not in "−+"]


def page(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def document() -> dict[str, Any]:
    latest = latest_document("province", "20")
    return dict(latest.document) if latest else {}


# ---- before publishing


def test_what_would_change_is_shown_and_nothing_is_published(admin: Client) -> None:
    before = SettingsRevision.objects.count()
    sent = answers(**{"help_point.th": "เคาน์เตอร์ 8", "patience.step_s": "90"})
    seen = admin.post(ADDRESS, {**sent, "look": "1"})
    assert seen.status_code == 200
    html = unescape(seen.content.decode())
    assert looked_at(html)[:-1] == [
        "จะเปลี่ยน 3 ค่า",
        *("จุดขอความช่วยเหลือ (ไทย)", "ตามชั้นบน: เคาน์เตอร์ 3", "เคาน์เตอร์ 8"),
        *("จุดขอความช่วยเหลือ (อังกฤษ)", "ตามชั้นบน: Counter 3", "Counter 3"),
        *("รอคนแตะในแต่ละหน้า (วินาที)", "ตามชั้นบน: 60", "90"),
    ]
    assert SettingsRevision.objects.count() == before
    assert 'value="เคาน์เตอร์ 8"' in html, "what was typed is still there"
    published = admin.post(ADDRESS, {**sent, "reason": "ย้ายเคาน์เตอร์"})
    assert published.status_code == 302
    latest = latest_document("province", "20")
    assert latest is not None
    assert (latest.document["patience"], latest.reason) == ({"step_s": 90}, "ย้ายเคาน์เตอร์")
    assert latest.author is not None
    assert latest.author.username == "changer"


def test_a_value_that_cannot_be_is_said_before_publishing_too(admin: Client) -> None:
    seen = admin.post(ADDRESS, {**answers(**{"patience.step_s": "3"}), "look": "1"})
    assert seen.status_code == 422
    html = unescape(seen.content.decode())
    assert looked_at(html) == []
    assert "10 ถึง 600" in html


def test_a_time_is_chosen_and_told_by_the_offices_clock(admin: Client) -> None:
    seen = admin.post(ADDRESS, {**answers(ssh_until="2026-12-31T23:30"), "look": "1"})
    html = unescape(seen.content.decode())
    assert re.search(r'id="ssh_until"[^>]* value="2026-12-31T23:30"[^>]* type="datetime-local"', html)
    assert looked_at(html)[1:-1] == ["เปิด ssh ถึง (เวลาไทย)", "ตามชั้นบน: ", "31 ธ.ค. 2569 23:30"]


# ---- in waves


def test_a_change_goes_out_in_waves_and_meanwhile_nobody_else_changes_the_layer(admin: Client) -> None:
    revisions = SettingsRevision.objects.count()
    assert 'name="waves"' in page(admin, ADDRESS)
    assert 'name="waves"' not in page(admin, "/settings/office/CBI/")
    sent = {**answers(**{"patience.step_s": "90"}), "reason": "ช้าลง"}
    answer = admin.post(ADDRESS, {**sent, "waves": "1"})
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/rollouts/")
    rollout = Rollout.objects.get()
    assert (rollout.kind, rollout.settings_key, rollout.province) == ("settings", "20", 20)
    assert rollout.document is not None
    assert rollout.document["patience"] == {"step_s": 90}
    assert set(rollout.members.values_list("kiosk_id", flat=True)) == {"CBI-01", "CBI-02"}
    assert SettingsRevision.objects.count() == revisions
    assert admin.get(f"/rollouts/{rollout.pk}/").status_code == 200
    again = admin.post(ADDRESS, {**sent, "patience.step_s": "80"})
    assert again.status_code == 422
    assert "ชั้นนี้มีการปล่อยเป็นระลอกอยู่" in again.content.decode()


# ---- going back


def test_from_the_page_any_revision_comes_back_the_layer_that_said_nothing_too(admin: Client) -> None:
    for number in range(8):
        change_settings(Layer.PROVINCE, "20", {**WORDS, "patience": {"step_s": 60 + number}}, None, f"ที่ {number}")
    assert "/settings-back/province/20/1/" not in page(admin, ADDRESS), "only the newest are on the page at first"
    whole = page(admin, f"{ADDRESS}?history=all")
    assert all(f"/settings-back/province/20/{number}/" in whole for number in range(8))
    assert "/settings-back/province/20/8/" not in whole, "that one is in force"
    assert admin.post("/settings-back/province/20/2/").status_code == 302
    assert document()["patience"] == {"step_s": 61}
    assert admin.post("/settings-undo/province/20/").status_code == 302
    assert document()["patience"] == {"step_s": 60}
    assert admin.post("/settings-back/province/20/0/").status_code == 302
    assert document() == {}
    assert "settings-undo" not in page(admin, ADDRESS), "nothing is left to take back"
    assert admin.post("/settings-undo/province/20/").url == f"{ADDRESS}?kept=1"  # type: ignore[attr-defined]
    assert "ย้อนไม่ได้" in page(admin, f"{ADDRESS}?kept=1")


# ---- the reference


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_key_of_the_schema_is_explained(admin: Client, language: str) -> None:
    admin.cookies["django_language"] = language
    seen = page(admin, "/settings/reference/")
    every = list(leaves(document={"fees": {"a-fee": {}}, "payees": {"a-payee": {}}}))
    for leaf in every:
        assert f"<code>{general(leaf.name)}</code>" in seen
        name = ".".join(leaf.path[:-1] if leaf.path[-1] in ("th", "en") else leaf.path)
        with translation.override(language):
            assert meaning(name), f"{name} has no words yet"
            assert meaning(name) in seen
    landmark = "อาคารราชการ" if language == "th" else "Public building"
    assert f"<code>landmark</code> {landmark}<" in seen, "what documents hold, and its word"
    assert f"<span>{landmark}</span>" in seen, "as the default of a fee's picture"
    assert '<span lang="th">สวัสดี เชิญที่ศาลา</span>' in seen, "a part of what has a default of its own"
    must_be_set = "ไม่มี ต้องตั้ง" if language == "th" else "None: must be set"
    for row in seen.split('<tr id="')[1:]:
        key, _, of_it = row.partition('"')
        assert (must_be_set in of_it) == (key in {general(each.name) for each in every if each.default is MISSING}), key
    assert set(SINCE) == set(KioskSettings.__struct_fields__)


# ---- what kiosks report


def refused(patch: dict[str, Any]) -> str:
    layer = SettingsLayer(layer="national", revision=1, document=patch)
    with pytest.raises(SettingsError) as caught:
        read_settings(each.document for each in Desired(settings_revision=7, layers=(layer,)).layers)
    return f"revision 7: {caught.value.problems[0]}"


NAMED = {"office_name": {"th": "ก", "en": "a"}}


def test_a_kiosks_words_name_the_key_in_the_pages_language() -> None:
    assert problem("unknown field: greeting.colour") == "ไม่รู้จักค่า greeting.colour"
    assert problem("unknown service: fly") == "ไม่รู้จักบริการ fly"
    assert problem(refused(NAMED)) == "ฉบับ 7 ขาดค่า payee"
    assert problem(refused({**NAMED, "patience": {"step_s": 1}})) == "ฉบับ 7 ค่า patience.step_s ใช้ไม่ได้"
    assert "กลับไปใช้ฉบับก่อน" in problem("revision 7: the front desk could not run with it")
    assert problem("revision 7 cannot be stored: No space left on device") == "ฉบับ 7 เก็บลงดิสก์ของตู้ไม่ได้"
    assert problem("words of a later release") == "words of a later release"


FEE = {"name": NAMED["office_name"], "payee": "town", "reference": {"shape": "SB####"}}


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        ({"payee": "nobody"}, "ไม่มีผู้รับเงิน"),
        ({"reference": {"shape": "ABCD"}}, "อย่างน้อยหนึ่งตัว"),
        ({"reference": {"shape": "####A", "check": "luhn"}}, "ลงท้ายด้วย #"),
        ({"reference": {"shape": "####", "check": "mod-37-36"}}, "ลงท้ายด้วย *"),
        ({"reference": {"shape": "#" * 13}}, "เลขประจำตัว"),
        ({"amount": {"by": "fixed"}}, "มากกว่า 0"),
    ],
)
def test_rules_that_several_values_break_have_sentences_too(fee: dict[str, Any], said: str) -> None:
    payee = {"name": NAMED["office_name"], "biller_id": "112345678901234"}
    told = refused({**NAMED, "payee": payee, "payees": {"town": payee}, "fees": {"sample-1": {**FEE, **fee}}})
    assert said in problem(told)


def test_a_diff_says_what_stood_and_what_stands() -> None:
    (only,) = changes({"services": ["pay-fee"]}, {"services": []}, {})
    assert (only.key, only.old, only.new) == ("services", "ชำระค่าธรรมเนียม", "ไม่มีบริการ")
    assert changes(WORDS, WORDS, {}) == ()


@pytest.mark.parametrize(
    ("role", "dopa_code", "sections"),
    [(Role.PROVINCIAL_ADMIN, 20, 1), (Role.OFFICER, 20, 0), (Role.AUDITOR, None, 0), (Role.TREASURY, None, 0)],
)
def test_only_who_changes_the_rest_is_told_that_payees_are_the_treasurys(
    role: Role, dopa_code: int | None, sections: int
) -> None:
    user = User.objects.create(username="somebody")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    assert page(browser_of(user), ADDRESS).count("เจ้าหน้าที่การเงินเป็นผู้ลงนาม") == sections
