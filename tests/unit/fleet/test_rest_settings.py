"""What a program reads of settings is what their pages show: layers, what holds and why, and what a draft would do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.acting.settings_values import leaves
from fleet.devices import staging
from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Kiosk, KioskState, Layer, Outgoing, PlannedSettings, SettingsRevision
from fleet.people.models import Role
from fleet.protocol.messages import Reported
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings
from fleet.site.sample_other_fees import sample_fees
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

WORDS = {"help_point": {"th": "ชั้น 2", "en": "Floor 2"}}


def program(role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20, **other: Any) -> Holder:
    return holder(person(role, dopa_code), **other)


def held(layer: str, key: str) -> dict[str, Any]:
    latest = latest_document(layer, key)
    return dict(latest.document) if latest else {}


def looked(one: Holder, path: str, document: dict[str, Any], **more: object) -> Any:
    answered = one.ask("post", f"settings/{path}/preview", {"document": document, **more})
    assert answered.status_code == 200, answered.content
    return answered.json()  # type: ignore[attr-defined]


# ---- which there are


def test_the_layers_are_those_of_the_page() -> None:
    nation = person(Role.NATIONAL_ADMIN, None)
    items = holder(nation).get("settings?limit=200")["items"]
    assert items[0]["layer"] == "national"
    page = browser_of(nation).get("/settings/").content.decode()
    addresses = {"/settings/" + "/".join(filter(None, (each["layer"], each["key"]))) + "/" for each in items}
    assert all(f'href="{each}"' in page for each in addresses)
    assert page.count('<td class="d') == len(items) == len(addresses)
    order = [list(Layer).index(Layer(each["layer"])) for each in items]
    assert order == sorted(order)
    (office,) = [each for each in items if (each["layer"], each["key"]) == ("office", "CBI")]
    assert (office["province"], office["office_id"], office["decided"] > 0) == (20, "CBI", True)
    assert office["revision"] == SettingsRevision.objects.filter(layer="office", key="CBI").count()


def test_a_cursor_goes_through_all_layers() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    whole = one.get("settings?limit=200")["items"]
    for limit in (1, 3, 7):
        found, after = [], ""
        while True:
            read = one.get(f"settings?limit={limit}&after={after}")
            assert len(read["items"]) <= limit
            found += read["items"]
            if not (after := read["next"]):
                break
        assert found == whole, limit


def test_layers_are_asked_for_by_province_and_strength() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    assert {each["province"] for each in one.get("settings?province=40")["items"]} == {40}
    assert {each["layer"] for each in one.get("settings?layer=office")["items"]} == {"office"}
    assert [each["key"] for each in one.get("settings?layer=national")["items"]] == [""]
    here = program(Role.PROVINCIAL_ADMIN, 40).get("settings")["items"]
    assert {each["province"] for each in here} == {None, 40}
    for asked in ("layer=town", "province=9", "after=AAAA", "after=NS8x", "after=!", "after=MC9cMA"):
        assert one.ask("get", f"settings?{asked}").status_code == 422, asked


def test_a_list_of_layers_costs_the_same_however_long() -> None:
    one = program(Role.NATIONAL_ADMIN, None)
    one.get("settings")
    with CaptureQueriesContext(connection) as few:
        one.get("settings?limit=3")
    with CaptureQueriesContext(connection) as many:
        one.get("settings?limit=200")
    assert len(many) <= len(few) + 2


# ---- what holds


def test_every_value_says_which_layer_it_is_from() -> None:
    change_settings(Layer.PROVINCE, "20", {**WORDS, "patience": {"step_s": 70}}, None, "จังหวัด")
    change_settings(Layer.KIOSK, "CBI-02", {"patience": {"step_s": 90}}, None, "เครื่อง")
    read = program(Role.TECHNICIAN).get("settings/kiosk/CBI-02/values")
    assert [each["layer"] for each in read["layers"]] == ["national", "province", "office", "kiosk"]
    assert [each["revision"] for each in read["layers"]][-1] == 1
    values = {each["path"]: each for each in read["items"]}
    assert set(values) >= {leaf.name for leaf in leaves()}
    step = values["patience.step_s"]
    assert (step["value"], step["inherited"], step["origin"], step["own"]) == (90, 70, "kiosk", True)
    words = values["help_point.th"]
    assert (words["value"], words["origin"], words["own"]) == ("ชั้น 2", "province", False)
    assert (values["patience.payment_s"]["value"], values["patience.payment_s"]["origin"]) == (300, "default")
    assert values["payee.biller_id"]["treasury"]
    assert not step["treasury"]


def test_values_and_kiosks_of_a_layer_are_of_those_one_sees() -> None:
    one = program()
    for what in ("values", "kiosks"):
        for path in ("province/40", "kiosk/KKN-01", "province/0", "town/x"):
            assert one.ask("get", f"settings/{path}/{what}").status_code == 404
    assert one.ask("post", "settings/province/40/preview", {"document": WORDS}).status_code == 404


# ---- what the kiosks made of it


def test_what_the_kiosks_made_of_it() -> None:
    change_settings(Layer.PROVINCE, "20", WORDS, None, "จังหวัด")
    kiosks = Kiosk.objects.filter(office__province=20)
    for each in kiosks:
        KioskState.objects.update_or_create(pk=each.pk, defaults={"alive": True, "heard_at": timezone.now()})
    mine = kiosks.get(pk="CBI-02")
    reported = Reported(settings_revision=mine.settings_revision, problems=("unknown field: greetings",))
    KioskState.objects.filter(pk="CBI-02").update(reported=msgspec.to_builtins(reported))
    KioskState.objects.filter(pk="CBI-01").update(reported=None)
    one = program()
    read = one.get("settings/province/20/kiosks")
    assert (read["kiosks"], read["settled"]) == (kiosks.count(), 1)
    there = {each["kiosk_id"]: each for each in read["items"]}
    assert there["CBI-02"]["settled"]
    assert there["CBI-02"]["problems"] == ["unknown field: greetings"]
    assert there["CBI-01"]["reported_revision"] is None
    assert [each["kiosk_id"] for each in one.get("settings/province/20/kiosks?settled=true")["items"]] == ["CBI-02"]
    rest = one.get("settings/province/20/kiosks?settled=false&limit=1")
    assert rest["items"][0]["kiosk_id"] == "CBI-01"
    assert {each["kiosk_id"] for each in one.get("settings/national/-/kiosks?limit=200")["items"]} == set(there)


# ---- a draft


def test_a_draft_says_what_it_would_do_and_does_nothing() -> None:
    change_settings(Layer.OFFICE, "CBI", {**held("office", "CBI"), **WORDS}, None, "ที่นี่")
    before, sent = SettingsRevision.objects.count(), Outgoing.objects.count()
    one = program()
    told = looked(one, "province/20", {**held("province", "20"), "help_point": {"th": "โต๊ะ 1", "en": "Desk 1"}})
    changed = {each["path"]: each for each in told["changes"]}
    assert set(changed) == {"help_point.th", "help_point.en"}
    assert (changed["help_point.en"]["before"], changed["help_point.en"]["after"]) == (None, "Desk 1")
    assert changed["help_point.en"]["inherited"]
    mine = Kiosk.objects.filter(office__province=20).count()
    office = Kiosk.objects.filter(office="CBI").count()
    assert (told["kiosks"], told["untouched"], told["second"]) == (mine, office, None)
    assert told["elsewhere"] == [
        {"layer": "office", "key": "CBI", "kiosks": office, "paths": ["help_point.en", "help_point.th"]}
    ]
    assert (SettingsRevision.objects.count(), Outgoing.objects.count()) == (before, sent)
    assert not PlannedSettings.objects.exists()


def test_a_draft_says_whose_word_it_needs_and_its_tag_is_for_the_change() -> None:
    code = next(iter(sample_fees()))
    one = program(Role.NATIONAL_ADMIN, None)
    document = held("national", "")
    document["fees"] = {
        **document["fees"],
        code: {**document["fees"][code], "amount": {"by": "letter", "most_satang": 5}},
    }
    answered = one.ask("post", "settings/national/-/preview", {"document": document})
    assert answered.json()["second"] == "admin"  # type: ignore[attr-defined]
    done = one.ask("put", "settings/national/-", {"document": document, "reason": "น้อยลง"}, If_Match=answered["ETag"])
    assert done.json()["planned"]  # type: ignore[attr-defined]
    other = held("national", "")
    other["payees"] = {**other["payees"], "town-2": {**next(iter(other["payees"].values())), "biller_id": "1" * 15}}
    treasury = program(Role.TREASURY, None)
    assert looked(treasury, "national/-", other)["second"] == "treasury"
    assert one.ask("post", "settings/national/-/preview", {"document": other}).status_code == 403


def test_what_would_be_refused_is_refused_of_a_draft() -> None:
    one = program()
    then = (timezone.now() + timedelta(days=400)).isoformat()

    def refused(document: dict[str, Any], **more: object) -> tuple[int, str]:
        answered = one.ask("post", "settings/province/20/preview", {"document": document, **more})
        return answered.status_code, answered.json()["code"]  # type: ignore[attr-defined]

    assert refused(held("province", "20")) == (409, "unchanged")
    assert refused({"patience": {"step_s": 1}}) == (422, "does-not-fit")
    assert refused({"greetings": {"th": "x"}}) == (422, "does-not-fit")
    assert refused({"sample": False}) == (403, "not-yours")
    assert refused(WORDS, takes_effect_at=then) == (422, "no-such-time")
    looked(one, "province/20", WORDS, in_waves=True)
    staging.stage(Layer.PROVINCE, "20", {"patience": {"step_s": 70}})
    assert refused(WORDS) == (409, "being-rolled-out")
    nation = one.ask("post", "settings/national/-/preview", {"document": WORDS})
    assert (nation.status_code, nation.json()["code"]) == (403, "not-here")  # type: ignore[attr-defined]
    assert program(Role.TECHNICIAN).ask("post", "settings/province/20/preview", {"document": WORDS}).status_code == 403


# ---- history, what waits, the schema


def test_the_history_goes_on_with_a_cursor() -> None:
    for number in range(5):
        change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 61 + number}}, None, f"ที่ {number}")
    one = program()
    first = one.get("settings/province/20/history?limit=3")
    rest = one.get(f"settings/province/20/history?limit=3&after={first['next']}")
    assert [each["revision"] for each in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next"] is None


def planned(one: Holder, document: dict[str, Any], at: timedelta | None) -> int:
    path = "settings/province/20"
    said: dict[str, Any] = {"document": document, "reason": "ทดสอบ"}
    if at is not None:
        said["takes_effect_at"] = (timezone.now() + at).isoformat()
    done = one.ask("put", path, said, If_Match=one.ask("get", path)["ETag"])
    return int(done.json()["planned"])  # type: ignore[attr-defined]


def test_what_waits_says_who_may_do_what() -> None:
    one = program()
    number = planned(one, WORDS, timedelta(days=1))
    whole = one.get(f"planned-settings/{number}")
    assert (whole["possible"], whole["second"], whole["latest"]) == (["withdraw"], None, 0)
    change_settings(Layer.PROVINCE, "20", {"patience": {"step_s": 70}}, None, "ระหว่างนั้น")
    seen = program(Role.TECHNICIAN).get(f"planned-settings/{number}")
    assert (seen["possible"], seen["base"], seen["latest"]) == ([], 0, 1)


def test_who_waits_for_another_person_is_told_apart_by_layer_and_by_time() -> None:
    one = program()
    now = timezone.now()
    fees = {"fees": {next(iter(sample_fees())): {"amount": {"most_satang": 5}}}}
    number = planned(one, fees, None)
    other = holder(person(Role.PROVINCIAL_ADMIN, 20, "another"))
    assert other.get(f"planned-settings/{number}")["possible"] == ["agree", "refuse", "withdraw"]
    assert other.get(f"planned-settings/{number}")["second"] == "admin"

    def asked(query: str) -> list[int]:
        return [each["id"] for each in one.get(f"planned-settings?{query}")["items"]]

    assert asked("layer=province&key=20&state=asked") == [number]
    assert asked("layer=national&key=-") == asked("key=40") == asked("state=expired") == []
    PlannedSettings.objects.update(expires_at=now - timedelta(minutes=1))
    assert (asked("state=asked"), asked("state=expired")) == ([], [number])
    assert other.get(f"planned-settings/{number}")["possible"] == []


def test_the_schema_names_every_setting() -> None:
    read = program(Role.TECHNICIAN).get("settings-schema")
    names = set(KioskSettings.__struct_fields__)
    assert {each["name"] for each in read["settings"]} == names
    assert {each["name"] for each in read["settings"] if each["treasury"]} == {"payee", "payees", "sample"}
    assert read["services"] == list(KNOWN_SERVICES)
    schema = read["document"]
    root = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert set(root["properties"]) == names
    assert schema["$defs"]["Patience"]["properties"]["step_s"] == {
        "type": "integer", "minimum": 10, "maximum": 600, "default": 60,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["settings-schema", "settings", "settings/province/20/values"])
def test_reading_settings_is_of_tokens_for_settings(path: str) -> None:
    assert program(rights=["rollouts:read"]).ask("get", path).status_code == 403
