"""Sample cards for demonstration, training and tests: people who do not exist, and the trouble cards make.

Not the office's sample records; those name the same people by ID number. The numbers 1-9999-00000-xx-x are plainly
made up and have right check digits; every name says ตัวอย่าง.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.card.virtual_card import (
    ATR_NEW,
    ATR_OLD,
    Citizen,
    ForeignCard,
    Habits,
    MuteCard,
    PretendCard,
    VirtualThaiIdCard,
)

SOMCHAI = Citizen(
    id_number="1999900000013",
    name_th=("นาย", "ตัวอย่าง", "", "ทดสอบ"),
    name_en=("Mr.", "Tuayang", "", "Thotsop"),
)
SOMYING = Citizen(
    id_number="1999900000021",
    name_th=("นางสาว", "ตัวอย่างหญิง", "", "ลองระบบ"),
    name_en=("Miss", "Tuayangying", "", "Longrabop"),
    birth_date="25220930",
    sex="2",
    expiry="25740929",
    address=("12", "", "", "ซอยตัวอย่าง 3", "ถนนทดลอง", "แขวงตัวอย่าง", "เขตตัวอย่าง", "กรุงเทพมหานคร"),
)
EXPIRED = Citizen(
    id_number="1999900000030",
    name_th=("นาย", "ตัวอย่าง", "", "หมดอายุ"),
    name_en=("Mr.", "Tuayang", "", "Motayu"),
    issue_date="25550102",
    expiry="25640101",
)
LIFETIME = Citizen(
    id_number="1999900000048",
    name_th=("นาง", "ตัวอย่าง", "กลาง", "ตลอดชีพ"),
    name_en=("Mrs.", "Tuayang", "Klang", "Talotchip"),
    birth_date="24930000",  # only the year is known, as of many people of her age
    sex="2",
    expiry="99999999",
)
BLANK_DATES = Citizen(
    id_number="1999900000056",
    name_th=("นาย", "ตัวอย่าง", "", "ไม่ระบุวัน"),
    name_en=("Mr.", "Tuayang", "", "Mairabuwan"),
    birth_date="",
    expiry="",
)
LONG_NAME = Citizen(
    id_number="1999900000064",
    name_th=("ว่าที่ร้อยตรี", "ตัวอย่างชื่อที่ยาวมาก", "ชื่อกลางตัวอย่าง", "นามสกุลตัวอย่างที่ยาวเป็นพิเศษ ณ อยุธยา"),
    name_en=("Acting Sub Lt.", "Tuayangchueyaomak", "Klang", "Namsakun Na Ayutthaya"),
    address=(
        "999/99",
        "หมู่ที่ 99",
        "ตรอกตัวอย่าง",
        "ซอยตัวอย่างยาว 99 แยก 9",
        "ถนนตัวอย่างสายเก่า",
        "ตำบลตัวอย่างที่ยาว",
        "อำเภอตัวอย่างที่ยาว",
        "จังหวัดพระนครศรีอยุธยา",
    ),
)
UNKNOWN_OWNER = Citizen(
    id_number="1999900000072",
    name_th=("นาย", "ตัวอย่าง", "", "ไม่มีโรงงาน"),
    name_en=("Mr.", "Tuayang", "", "Maimirongngan"),
)
OFFICER = Citizen(
    id_number="1999900000081",
    name_th=("นาง", "ตัวอย่าง", "", "เจ้าหน้าที่หนึ่ง"),
    name_en=("Mrs.", "Tuayang", "", "Chaonathinueng"),
    sex="2",
)
OFFICER_2 = Citizen(
    id_number="1999900000099",
    name_th=("นาย", "ตัวอย่าง", "", "เจ้าหน้าที่สอง"),
    name_en=("Mr.", "Tuayang", "", "Chaonathisong"),
)

SAMPLE_CITIZENS: tuple[Citizen, ...] = (
    SOMCHAI,
    SOMYING,
    EXPIRED,
    LIFETIME,
    BLANK_DATES,
    LONG_NAME,
    UNKNOWN_OWNER,
    OFFICER,
    OFFICER_2,
)
"""Everybody whose card the applet reads."""


@dataclass(frozen=True, slots=True)
class SampleCard:
    """A card that somebody can put in: what it is called on the page of the virtual kiosk, and how to make one."""

    key: str
    label_th: str
    label_en: str
    citizen: Citizen | None = None
    atr: bytes = ATR_NEW
    is_mute: bool = False

    def make(self) -> PretendCard:
        """A new card, as fresh as out of the wallet."""
        if self.is_mute:
            return MuteCard()
        return ForeignCard() if self.citizen is None else VirtualThaiIdCard(self.citizen, Habits(atr=self.atr))


SAMPLE_CARDS: tuple[SampleCard, ...] = (
    SampleCard("owner", "นายตัวอย่าง ทดสอบ", "Tuayang Thotsop", SOMCHAI),
    SampleCard("owner-2", "น.ส.ตัวอย่างหญิง ลองระบบ", "Tuayangying Longrabop", SOMYING, ATR_OLD),
    SampleCard("officer", "เจ้าหน้าที่หนึ่ง (ตัวอย่าง)", "Officer One (sample)", OFFICER),
    SampleCard("officer-2", "เจ้าหน้าที่สอง (ตัวอย่าง)", "Officer Two (sample)", OFFICER_2),
    SampleCard("lifetime", "บัตรตลอดชีพ", "Card for life", LIFETIME, ATR_OLD),
    SampleCard("long-name", "ชื่อยาวมาก", "Very long name", LONG_NAME),
    SampleCard("nobody", "ไม่มีโรงงานในระบบ", "Owns no factory here", UNKNOWN_OWNER),
    SampleCard("blank-dates", "บัตรไม่ระบุวันหมดอายุ", "No expiry date on the card", BLANK_DATES),
    SampleCard("expired", "บัตรหมดอายุ", "Expired card", EXPIRED),
    SampleCard("foreign", "บัตรชนิดอื่น เช่น บัตรธนาคาร", "Another card, a bank's say"),
    SampleCard("upside-down", "บัตรกลับด้าน", "Card the wrong way round", is_mute=True),
)
