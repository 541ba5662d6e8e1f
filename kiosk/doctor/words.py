"""The doctor's facts in words, Thai and English: what is told beside a problem and its remedy. Pure.

Rules: ``{}`` stands for the value; an empty row is for programs, or for the other language. A fact without a row here
is shown by its name; a test keeps that from happening.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from kiosk.doctor.findings import Detail

FACTS: dict[str, tuple[str, str]] = {
    # devices
    "slot": ("ช่องบัตร{}", "slot {}"),
    "id_number": ("เลขประจำตัว {}", "ID number {}"),
    "name_th_characters": ("ชื่อยาว {} ตัวอักษร", "name of {} characters"),
    "expiry": ("หมดอายุ {}", "expiry {}"),
    "apdus": ("{} คำสั่ง", "{} APDUs"),
    "ms": ("{} มิลลิวินาที", "{} ms"),
    "atr": ("ATR {}", "ATR {}"),
    "online": ("ออนไลน์: {}", "online: {}"),
    "paper": ("กระดาษ: {}", "paper: {}"),
    "cover_open": ("ฝาเปิด: {}", "cover open: {}"),
    "error": ("ขัดข้อง: {}", "error: {}"),
    "width_px": ("กว้าง {} จุด", "{} dots wide"),
    "draws_codes": ("วาดคิวอาร์เอง: {}", "draws QR codes itself: {}"),
    "height_px": ("สูง {} จุด", "{} high"),
    "printed": ("พิมพ์แล้ว: {}", "printed: {}"),
    "slips_left": ("", ""),
    "paper_until": ("", ""),
    "paper_outlook_th": ("กระดาษ{}", ""),
    "paper_outlook_en": ("", "{}"),
    "length_mm": ("ยาว {} มม.", "{} mm long"),
    "case": ("ฝาตู้{}", "case {}"),
    "lights_blinked": ("กะพริบ {} ดวง", "{} lights blinked"),
    "sounds_played": ("เสียง {} แบบ", "{} sounds"),
    "call_pressed": ("กดปุ่มเรียก: {}", "call pressed: {}"),
    "touches": ("แตะ {} ครั้ง", "{} touches"),
    "corners_touched": ("แตะ {} มุม", "{} corners touched"),
    "scans": ("สแกน {} ครั้ง", "{} scans"),
    "said": ("หน้าร้านบอกว่า {}", "the front desk says: {}"),
    "since": ("ตั้งแต่ {}", "since {}"),
    "detail": ("({})", "({})"),
    # the way to the fleet
    "to": ("ถึง {}", "to {}"),
    "tls": ("{}", "{}"),
    "accounts": ("บัญชีที่ลงนาม {}", "{} accounts signed"),
    "fleet_until": ("ใบรับรองของศูนย์ถึง {}", "the fleet's certificate ends {}"),
    "http_status": ("ตอบ {}", "answered {}"),
    "valid_from": ("ตั้งแต่ {}", "from {}"),
    "valid_until": ("ถึง {}", "until {}"),
    "days_left": ("เหลือ {} วัน", "{} days left"),
    "ahead_s": ("เร็วกว่าศูนย์ {} วินาที", "{} s ahead of the fleet"),
    "set_by_network": ("เครือข่ายตั้งเวลา: {}", "set by the network: {}"),
    # the machine
    "path": ("{}", "{}"),
    "free_mib": ("ว่าง {} MiB", "{} MiB free"),
    "write_ms": ("เขียนใน {} มิลลิวินาที", "written in {} ms"),
    "records_waiting": ("รอส่ง {} รายการ", "{} records wait"),
    "size_kib": ("{} KiB", "{} KiB"),
    "under_voltage_now": ("ไฟต่ำขณะนี้: {}", "low voltage now: {}"),
    "under_voltage_since_start": ("ไฟเคยต่ำตั้งแต่เปิด: {}", "since start: {}"),
    "slowed_now": ("ลดความเร็วขณะนี้: {}", "slowed now: {}"),
    "slowed_since_start": ("เคยลดความเร็ว: {}", "slowed since start: {}"),
    "degrees_c": ("{} °C", "{} °C"),
    "storage": ("{}", "{}"),
    "made": ("ผลิต {}", "made {}"),
    "life_used_percent": ("ใช้อายุไป {} %", "{} % of its life used"),
    "file_system_errors": ("ข้อผิดพลาดของระบบไฟล์ {}", "file system errors: {}"),
    "why": ("เพราะ{}", "because: {}"),
    "at": ("เมื่อ {}", "at {}"),
}

_NO_BREAK = "\u00a0"
"""Between a number and what it counts."""

_VALUES: dict[str, tuple[str, str]] = {
    "empty": ("ว่าง", "empty"),
    "card": ("มีบัตร", "holds a card"),
    "silent-card": ("มีบัตรที่ไม่ตอบ", "holds a silent card"),
    "not-read": ("ไม่ได้อ่าน", "not read"),
    "none-on-card": ("ไม่มีในบัตร", "none on the card"),
    "for-life": ("ตลอดชีพ", "for life"),
    "open": ("เปิด", "open"),
    "closed": ("ปิด", "closed"),
    "full": ("พอ", "enough"),
    "low": ("ใกล้หมด", "low"),
    "out": ("หมด", "out"),
    "jammed": ("ติด", "jammed"),
    "unknown": ("ไม่ทราบ", "unknown"),
    "stopped": ("สั่งหยุดแล้วเริ่มใหม่", "stopped and started"),
    "machine-restarted": ("เครื่องรีสตาร์ตตามปกติ", "the machine was restarted"),
    "died": ("โปรแกรมขัดข้อง", "a bug"),
    "killed": ("ถูกหยุดกะทันหัน", "killed"),
    "power-or-reset": ("ไฟดับหรือถูกรีเซ็ต", "power lost, or reset"),
    "watchdog": ("เครื่องค้าง", "the machine hung"),
    "kernel-crash": ("ระบบปฏิบัติการล้ม", "the kernel crashed"),
}


def facts(details: dict[str, Detail], *, is_thai: bool) -> Iterator[str]:
    """Some words for each detail that is known; lists were spoken while the test ran, and are counted."""
    language = 0 if is_thai else 1
    for key, value in details.items():
        if value is None:
            continue  # the state says it; JSON says which
        template = FACTS.get(key, (f"{key}: {{}}",) * 2)[language]
        if not template:
            continue
        shown = _SHOWN[key](value) if key in _SHOWN and isinstance(value, str) else value
        yield template.replace("{} ", f"{{}}{_NO_BREAK}").format(_value(shown, language))


def _date(said: str) -> str:
    """A day as the card has it, YYYYMMDD of the Buddhist era, as people write it."""
    is_day = len(said) == len("25730414") and said.isdigit()
    return f"{said[6:]}/{said[4:6]}/{said[:4]}" if is_day else said


def moment(said: str) -> str:
    """A time as JSON has it, in the clock time of this place."""
    return f"{datetime.fromisoformat(said).astimezone():%Y-%m-%d %H:%M}"


_SHOWN: dict[str, Callable[[str], str]] = {"expiry": _date, "since": moment, "at": moment}


def _value(value: str | float | bool | list[dict[str, str | int]], language: int) -> str:
    match value:
        case bool():
            return (("ไม่ใช่", "ใช่"), ("no", "yes"))[language][value]
        case list():
            return str(len(value))
        case str() if value in _VALUES:
            return _VALUES[value][language]
    return str(value)
