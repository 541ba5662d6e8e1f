"""What the page of a kiosk says of its machine: only what is known, and what needs a person is marked."""

from __future__ import annotations

import re

import pytest

from fleet.devices.truth import Condition
from fleet.protocol.messages import Health
from fleet.web.machine_words import machine_lines, restart_reason
from kiosk.lives import Ending


def _told(health: Health) -> list[tuple[str, str, Condition]]:
    return [(line.name, line.says, line.condition) for line in machine_lines(health)]


def test_what_is_not_known_is_not_said() -> None:
    assert _told(Health()) == []


@pytest.mark.parametrize(
    ("health", "says", "condition"),
    [
        (Health(under_voltage=False), "พอ", Condition.OK),
        (Health(under_voltage=True, under_voltage_since_start=True), "ต่ำอยู่ขณะนี้", Condition.FAILING),
        (Health(under_voltage=False, under_voltage_since_start=True), "เคยต่ำตั้งแต่เปิดเครื่อง", Condition.ATTENTION),
        (Health(under_voltage=False, slowed=True), "พอ แต่เครื่องร้อนจนลดความเร็ว", Condition.ATTENTION),
        (Health(storage_used_percent=20, storage_errors=0), "ใช้ไปแล้ว 20 %", Condition.OK),
        (Health(storage_used_percent=90), "ใช้ไปแล้ว 90 %", Condition.ATTENTION),
        (Health(storage_used_percent=110), "หมดแล้ว", Condition.FAILING),
        (Health(storage_errors=3), "ระบบไฟล์พบข้อผิดพลาด 3 ครั้ง", Condition.FAILING),
        (Health(clock_ahead_s=-0.4, clock_synchronised=True), "ตรง", Condition.OK),
        (Health(clock_ahead_s=-61.0), "ช้าไป 61 วินาที", Condition.ATTENTION),
        (Health(clock_ahead_s=3600.0, clock_synchronised=True), "เร็วไป 3,600 วินาที", Condition.ATTENTION),
        (Health(clock_ahead_s=0.1, clock_synchronised=False), "เครือข่ายไม่ได้ตั้งให้", Condition.ATTENTION),
        (Health(restart="power-or-reset"), "ไฟดับหรือถูกรีเซ็ต", Condition.ATTENTION),
        (Health(restart="stopped"), "สั่งหยุดแล้วเริ่มใหม่", Condition.OK),
        (Health(restart="of a later release"), "of a later release", Condition.ATTENTION),
    ],
)
def test_each_fact_is_a_line(health: Health, says: str, condition: Condition) -> None:
    ((_, said, marked),) = _told(health)
    assert (said, marked) == (says, condition)


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending])
def test_every_word_of_the_kiosk_is_a_sentence_of_staff(ending: Ending) -> None:
    assert re.search("[ก-ฮ]", restart_reason(ending))


def test_what_else_the_kiosk_says_stays_as_it_is() -> None:
    assert restart_reason("put aside, broken: spool") == "put aside, broken: spool"
    assert restart_reason("") == ""
