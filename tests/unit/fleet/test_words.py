"""What staff read: no word of a wire or of a driver stands where a sentence is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from fleet.devices.models import Record
from fleet.devices.truth import Condition
from fleet.protocol import records
from fleet.protocol.messages import DeviceState
from fleet.web import words
from fleet.web.stories import story

NOW = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)


def told(record: records.KnownRecord) -> tuple[str, str, str]:
    """A record as the time line shows it."""
    shown = story(Record(received_at=NOW, body=json.loads(records.encode_record(record))))
    return shown.title, shown.sentence, shown.condition


@pytest.mark.parametrize(
    ("device", "said", "shown"),
    [
        ("printer", "paper full", "กระดาษพอ"),
        ("printer", "paper out", "กระดาษหมด"),
        ("printer", "cover open", "ฝาเปิดอยู่"),
        ("printer", "overheated", "หัวพิมพ์ร้อนเกินไป"),
        ("panel", "closed", "ฝาตู้ปิดแล้ว"),
        ("card", "no such reader", "no such reader"),
    ],
)
def test_what_a_device_said_is_in_words_of_staff_where_we_know_them(device: str, said: str, shown: str) -> None:
    assert words.detail(device, said) == shown


@pytest.mark.parametrize(
    ("said", "title", "condition"),
    [
        ("call", "ผู้ใช้กดปุ่มเรียก", Condition.ATTENTION),
        ("tamper", "ฝาตู้ถูกเปิด", Condition.FAILING),
        ("closed", "ปิดฝาตู้แล้ว", Condition.OK),
    ],
)
def test_a_hand_on_the_cabinet_is_told_as_what_it_did(said: str, title: str, condition: Condition) -> None:
    pressed = records.DeviceChanged(device="panel", state=DeviceState.ONLINE.value, detail=said, changed_at=NOW)
    assert told(pressed) == (title, "", condition)


def test_a_new_roll_is_told_as_what_somebody_did() -> None:
    put_in = records.DeviceChanged(device="printer", state="user-error", detail="new roll", changed_at=NOW)
    assert told(put_in) == ("ใส่กระดาษม้วนใหม่แล้ว", "", Condition.OK)


def test_a_slip_that_did_not_come_out_says_why_in_words() -> None:
    failed = records.SlipFailed(transaction_no="CBI02-1", reason="paper-out", failed_at=NOW)
    assert told(failed) == ("พิมพ์ใบไม่สำเร็จ", "รายการ CBI02-1 เพราะ กระดาษหมด", Condition.ATTENTION)
