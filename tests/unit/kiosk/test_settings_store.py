"""The last good settings: kept whole, and never replaced by something the kiosk cannot live with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleet.protocol.messages import Desired, SettingsLayer
from fleet.protocol.settings import SettingsError, merge_patch, read_settings
from kiosk import settings_store

NATIONAL: dict[str, Any] = {
    "office_name": {"th": "สำนักงานตัวอย่าง", "en": "Sample office"},
    "payee": {"name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, "biller_id": "112345678901234"},
}


def desired(revision: int, *documents: dict[str, Any]) -> Desired:
    layers = tuple(SettingsLayer(layer="national", revision=revision, document=each) for each in documents)
    return Desired(settings_revision=revision, layers=layers)


def test_stored_settings_are_read_back(tmp_path: Path) -> None:
    settings_store.store(tmp_path, desired(7, NATIONAL, {"greeting": {"th": "สวัสดี", "en": "Hello"}}))
    loaded = settings_store.load(tmp_path)
    assert loaded is not None
    assert loaded[0].settings_revision == 7
    assert loaded[1].greeting.th == "สวัสดี"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"settings_revision": 1, "layers": []}'])
def test_a_broken_file_is_no_settings(tmp_path: Path, content: bytes) -> None:
    (tmp_path / settings_store.FILE_NAME).write_bytes(content)
    assert settings_store.load(tmp_path) is None


def test_a_plug_pulled_while_writing_leaves_the_old(tmp_path: Path) -> None:
    settings_store.store(tmp_path, desired(1, NATIONAL))
    (tmp_path / (settings_store.FILE_NAME + ".new")).write_bytes(b'{"settings_rev')
    loaded = settings_store.load(tmp_path)
    assert loaded is not None
    assert loaded[0].settings_revision == 1


def test_unknown_fields_and_services_are_reported_and_the_rest_is_used() -> None:
    settings, problems = read_settings(
        [NATIONAL, {"colour": "red", "payee": {"colour": 1}, "services": ["pay-fee", "fly"]}]
    )
    assert settings.services == ("pay-fee", "fly")
    assert problems == ("unknown field: payee.colour", "unknown field: colour", "unknown service: fly")


@pytest.mark.parametrize(
    "patch",
    [
        {"greeting": {"th": ""}},
        {"greeting": "สวัสดี"},
        {"services": "pay-fee"},
        {"services": ["PAY FEE"]},
        {"payee": {"biller_id": "12345"}},
        {"patience": {"warning_s": 19}},
        {"office_name": None},
        {"tracking_address": "javascript:alert(1)"},
    ],
)
def test_broken_values_refuse_the_whole_stack(patch: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings([NATIONAL, patch])
    assert caught.value.problems


@pytest.mark.parametrize(  # the examples of RFC 7396, appendix A
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_is_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


# ---- settings the front desk dies of


def in_force(folder: Path) -> int:
    loaded = settings_store.load(folder)
    assert loaded is not None
    return loaded[0].settings_revision


def die(folder: Path, times: int) -> list[int | None]:
    return [settings_store.begin_life(folder, after_death=True) for _ in range(times)]


@pytest.fixture
def proven(tmp_path: Path) -> Path:
    """Revision 1 is proven, revision 2 is new."""
    settings_store.store(tmp_path, desired(1, NATIONAL))
    settings_store.prove(tmp_path)
    settings_store.store(tmp_path, desired(2, NATIONAL))
    return tmp_path


def test_settings_the_desk_dies_of_again_and_again_give_way_to_the_proven(proven: Path) -> None:
    assert die(proven, 2) == [None, None]
    assert (in_force(proven), settings_store.given_up(proven)) == (2, None)
    assert die(proven, 1) == [2]
    assert (in_force(proven), settings_store.given_up(proven)) == (1, 2)
    assert die(proven, 5) == [None] * 5, "whatever it dies of now, it is not revision 2"
    assert (in_force(proven), settings_store.given_up(proven)) == (1, 2)


def test_newer_settings_begin_with_no_deaths_and_end_the_story(proven: Path) -> None:
    die(proven, 3)
    settings_store.store(proven, desired(3, NATIONAL))
    assert settings_store.given_up(proven) is None
    die(proven, 2)
    settings_store.prove(proven)
    die(proven, 9)
    assert (in_force(proven), settings_store.given_up(proven)) == (3, None)


def test_a_restart_that_was_asked_for_is_no_death(proven: Path) -> None:
    assert [settings_store.begin_life(proven, after_death=False) for _ in range(9)] == [None] * 9
    assert in_force(proven) == 2


def test_without_anything_proven_there_is_nothing_to_return_to(tmp_path: Path) -> None:
    assert die(tmp_path, 1) == [None]
    settings_store.store(tmp_path, desired(2, NATIONAL))
    assert die(tmp_path, 9) == [None] * 9
    assert in_force(tmp_path) == 2


def test_a_plug_pulled_while_returning_is_made_good_at_the_next_start(proven: Path) -> None:
    new = (proven / settings_store.FILE_NAME).read_bytes()
    die(proven, 3)
    (proven / settings_store.FILE_NAME).write_bytes(new)
    assert settings_store.begin_life(proven, after_death=False) == 2
    assert (in_force(proven), settings_store.given_up(proven)) == (1, 2)
