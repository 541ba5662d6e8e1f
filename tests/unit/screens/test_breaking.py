"""Where lines may break: what a reader says in one breath stays on one line."""

from __future__ import annotations

import pytest

from kiosk.screens.breaking import held
from kiosk.screens.typeset import Style, Typesetter, Weight, icu_pieces, phrases, pieces

STYLE = Style(36, Weight.BODY, "#000000")


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("ยังไม่ครบ ใบแจ้งมี 12 ตัว โรงงานมี 14 หลัก", "12 ตัว"),
        ("สอบถามที่เคาน์เตอร์ 3 ในเวลาราชการ", "เคาน์เตอร์ 3"),
        ("At most 100,000.00 baht can be paid here", "100,000.00 baht"),
        ("Cabinet 4, shelf 2: 17 folders not scanned", "17 folders"),
        ("เครื่องนี้ยังไม่ได้ลงทะเบียน", "ยังไม่ได้"),
        ("รับคำขอลงทะเบียนแล้ว", "ลงทะเบียนแล้ว"),
        ("กำลังถามกรมการปกครอง", "กรมการปกครอง"),
        ("ไม่มีเรื่องที่ดำเนินการอยู่", "ที่ดำเนินการ"),
        ("พิมพ์เลขที่ใบแจ้งหรือเลขโรงงาน", "เลขที่"),
        ("อย่าลืมใบติดตามและบัตร", "และบัตร"),
        ("ตอนนี้ส่งข้อมูลไม่ได้ ชำระได้ ดูผลจาก QR บนใบ", "ชำระได้"),
        ("บัตรนี้หมดอายุแล้ว", "หมดอายุแล้ว"),
        ("อย่าลืมใบหลัก\u2060ฐานและบัตร", "ใบหลัก\u2060ฐาน"),
        ("ถ่ายภาพหน้าจอนี้ไว้แทนใบได้", "หน้าจอนี้ไว้"),
        ("ตรงกับหนังสือไหม", "หนังสือไหม"),
    ],
)
def test_what_is_said_in_one_breath_is_one_piece(text: str, together: str) -> None:
    assert "".join(pieces(text)) == text
    assert any(together in piece for piece in pieces(text))
    assert not any(together in piece for piece in icu_pieces(text)), "ICU alone would do"


def test_a_number_leans_on_what_it_counts_only_where_that_is_a_unit() -> None:
    assert held(("ช่อง ", "3 ", "วัน ", "นี้")) == ("ช่อง ", "3 วัน ", "นี้")
    assert held(("ช่อง ", "3 ", "ใน")) == ("ช่อง 3 ", "ใน")
    assert held(("3 ", "ใน")) == ("3 ", "ใน")
    assert held(("มี ", "12")) == ("มี 12",)


def test_a_phrase_ends_at_a_space_where_a_line_may_break() -> None:
    assert phrases("เคาน์เตอร์ 3 ชั้น 2") == ("เคาน์เตอร์ 3 ", "ชั้น 2")


def test_a_piece_wider_than_the_line_is_broken_where_icu_would() -> None:
    type_ = Typesetter()
    text = "กรมการปกครอง"
    narrow = type_.width(text, STYLE.size, STYLE.weight) - 1
    lines = type_.wrap(text, STYLE.size, STYLE.weight, narrow)
    assert len(lines) == 2
    assert "".join(lines) == text
    assert all(type_.width(line, STYLE.size, STYLE.weight) <= narrow for line in lines)
