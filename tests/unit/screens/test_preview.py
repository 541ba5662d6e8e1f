"""A draft of settings, drawn: what differs and nothing else, and nothing of a draft no kiosk takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from fleet.protocol.settings import KNOWN_SERVICES, SettingsError, merge_patch
from kiosk.screens.preview import SIZES, Draft, draw
from kiosk.screens.samples import SETTINGS
from kiosk.screens.samples_fees import FEES, PAYEES
from kiosk.visits.desk import Language

SHORT = {code: fee for code, fee in FEES.items() if code != "sample-4"}
"""Without the one that is too long for any document."""

BEFORE: dict[str, Any] = msgspec.to_builtins(
    msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES, fees=SHORT, payees=PAYEES)
)


def changed(patch: dict[str, Any], out: Path, **asked: Any) -> dict[str, tuple[str, str]]:
    draft = Draft(kiosk_id="CBI-01", before=BEFORE, after=merge_patch(BEFORE, patch), **asked)
    return {each.screen: (each.before, each.after) for each in draw(draft, out)}


@pytest.mark.parametrize(
    ("patch", "screens"),
    [
        ({}, set()),
        ({"patience": {"step_s": 90}}, set()),
        ({"greeting": {"th": "สวัสดีปีใหม่"}}, {"welcome"}),
        ({"greeting": {"en": "Happy New Year"}}, set()),
        ({"menu": {"pay-fee": {"title": {"th": "ชำระเงินที่นี่"}}}}, {"services"}),
        ({"payee": {"name": {"th": "ผู้รับตัวอย่างอื่น"}}}, {"payment"}),
        ({"payees": {"town": {"biller_id": "099999999999999"}}}, {"fee-sample-1", "fee-sample-2", "fee-sample-3"}),
        ({"presence": {"purpose_1": {"th": "ประกอบคำขออื่น"}}}, {"purposes"}),
        ({"patience": {"warning_s": 45}}, {"warning"}),
    ],
)
def test_the_screens_that_a_value_shows_on_are_drawn_and_no_others(
    patch: dict[str, Any], screens: set[str], tmp_path: Path
) -> None:
    found = changed(patch, tmp_path)
    assert set(found) == screens
    assert {each.name for each in tmp_path.iterdir()} == {name for pair in found.values() for name in pair}


@pytest.mark.parametrize("shape", sorted(SIZES))
def test_pictures_have_the_shape_and_the_language_that_was_asked_for(shape: str, tmp_path: Path) -> None:
    found = changed({"greeting": {"en": "Happy New Year"}}, tmp_path, language=Language.EN, shape=shape)
    before, after = (Image.open(tmp_path / name) for name in found["welcome"])
    assert before.size == after.size == tuple(side // 2 for side in SIZES[shape])
    assert before.convert("RGB").tobytes() != after.convert("RGB").tobytes()


def test_a_screen_that_comes_or_goes_stands_alone(tmp_path: Path) -> None:
    found = changed({"services": []}, tmp_path)
    assert found["closed"] == ("", "closed-after.png")
    assert found["welcome"] == ("welcome-before.png", "")


def test_a_draft_no_kiosk_takes_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        changed({"patience": {"step_s": 1}}, tmp_path)
    assert not list(tmp_path.iterdir())
