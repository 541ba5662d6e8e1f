"""What staff read of a kiosk's firmware: on its page as it stands, in its history how it came to that."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.utils import translation

from fleet.devices.happened import condition_of
from fleet.devices.models import Kiosk, KioskState, Record
from fleet.devices.truth import Condition, truth_of
from fleet.protocol import records
from fleet.protocol.messages import Reported
from fleet.protocol.updates import FirmwareDesired, FirmwareReported, UpdateReason, UpdateState
from fleet.web.firmware_words import FirmwareLine, firmware_line
from fleet.web.stories import story

NOW = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)
OLD, NEW = "0d" * 32, "1e" * 32


def line(*, online: bool = True, cancelled: bool = False, wanted: bool = True, **said: Any) -> FirmwareLine | None:
    kiosk = Kiosk.objects.select_related("office").get(pk="CBI-01")
    desired = FirmwareDesired(
        version="2", target="firmware/2", manifest_hash=NEW, compatible="sala-rpi", size_bytes=1, rollout_id="7-back",
        cancelled=cancelled,
    )  # fmt: skip
    kiosk.firmware = msgspec.to_builtins(desired) if wanted else None
    firmware = FirmwareReported(**{"running_version": "1", "running_hash": OLD, "rollout_id": "7-back", **said})
    reported = msgspec.to_builtins(Reported(settings_revision=1, firmware=firmware))
    kiosk.state = KioskState(kiosk=kiosk, alive=online, heard_at=NOW, reported=reported)
    return firmware_line(truth_of(kiosk, NOW, is_heard=True))


@pytest.mark.parametrize(
    ("about", "says", "condition"),
    [
        ({"running_hash": NEW, "state": UpdateState.GOOD}, "ตรงกัน", Condition.OK),
        ({"online": False, "state": UpdateState.PROVING}, "รอตู้กลับมาออนไลน์", Condition.OFFLINE),
        ({"rollout_id": "6", "state": UpdateState.GOOD}, "ตู้กำลังรับ", ""),
        ({"cancelled": True}, "ถูกยกเลิก", ""),
        ({"state": UpdateState.FETCHING}, "กำลังดาวน์โหลด", ""),
        ({"state": UpdateState.WAITING, "reason": UpdateReason.QUIET_HOURS}, "รอจังหวะ · รอช่วงเงียบ", ""),
        (
            {"state": UpdateState.ROLLED_BACK, "reason": UpdateReason.FRONT_DESK},
            "กลับไปใช้ของเดิมเอง · โปรแกรมหน้าตู้ไม่ขึ้น",
            Condition.ATTENTION,
        ),
    ],
)
def test_what_the_page_says(about: dict[str, Any], says: str, condition: str) -> None:
    shown = line(**about)
    assert shown is not None
    assert (shown.wanted, shown.runs, shown.rollout) == ("2", "1", 7)
    assert (shown.says, shown.condition) == (says, condition)


def test_nothing_wanted_and_nothing_that_can_be_updated() -> None:
    assert line(wanted=False) == FirmwareLine("1")
    kiosk = Kiosk.objects.select_related("office").get(pk="CBI-01")
    assert firmware_line(truth_of(kiosk, NOW, is_heard=True)) is None


@pytest.mark.parametrize("state", [each for each in UpdateState if each is not UpdateState.UNKNOWN])
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_step_is_told_in_words(state: UpdateState, language: str) -> None:
    step = records.FirmwareStep(
        was=UpdateState.IDLE, state=state, reason=UpdateReason.NETWORK, detail="ReadTimeout", version="2",
        manifest_hash=NEW, rollout_id="7", tries=1, next_try_at=NOW, stepped_at=NOW,
    )  # fmt: skip
    with translation.override(language):
        shown = story(Record(received_at=NOW, body=json.loads(records.encode_record(step))))
    title, reason = {
        "th": ("เฟิร์มแวร์ 2", "เครือข่ายช้าหรือขาด · ลองต่อไป"),
        "en": ("Firmware 2", "network slow or away · Next try"),
    }[language]
    assert (shown.title, shown.at) == (title, NOW)
    what, _, rest = shown.sentence.partition(" · ")
    assert rest.startswith(reason)
    assert what not in ("", state.value)
    assert what.isascii() == (language == "en")


def test_the_way_back_is_told_as_one() -> None:
    step = records.FirmwareStep(
        was=UpdateState.PROVING, state=UpdateState.REBOOTING, reason=UpdateReason.FRONT_DESK, detail="", version="2",
        manifest_hash=NEW, rollout_id="7", tries=1, next_try_at=None, stepped_at=NOW,
    )  # fmt: skip
    assert condition_of(step) is Condition.ATTENTION
