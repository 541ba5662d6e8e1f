"""What an import has to say about a line of a register: kinds, how grave they are, and their sentences.

Rules: a finding names its line, and never holds an ID number (``masked``). An ERROR leaves its line to a person; a
WARNING lets the line in without the value it is about, or with one to be looked at; a NOTE only says what was tidied.
Sentences stand here in both languages, because the command and the CSV report speak them too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

VALUE_CHARACTERS = 60
"""So much of what stood in the file is shown."""


class Severity(StrEnum):
    """What a finding means for its line."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Kind(StrEnum):
    """What can be found."""

    NO_NUMBER = "no-number"
    NUMBER_LOST_DIGITS = "number-lost-digits"
    NUMBER_UNREADABLE = "number-unreadable"
    NUMBERS_DISAGREE = "numbers-disagree"
    NEW_NUMBER_UNKNOWN = "new-number-unknown"
    OLD_NUMBER_SHARED = "old-number-shared"
    OLD_NUMBER_ELSEWHERE = "old-number-elsewhere"
    CONFLICT = "conflict"
    PROVINCE_UNKNOWN = "province-unknown"
    PROVINCES_DISAGREE = "provinces-disagree"
    OTHER_PROVINCE = "other-province"
    NO_OFFICE = "no-office"
    MANY_OFFICES = "many-offices"
    OTHER_OFFICE = "other-office"
    NO_NAME = "no-name"
    LINE_BROKEN = "line-broken"
    OLD_NUMBER_DIFFERS = "old-number-differs"
    CHECK_DIGIT = "check-digit"
    LETTERS_LOST = "letters-lost"
    KIND_UNREADABLE = "kind-unreadable"
    ACTIVITY_UNREADABLE = "activity-unreadable"
    HORSEPOWER_UNREADABLE = "horsepower-unreadable"
    WORKERS_UNREADABLE = "workers-unreadable"
    STATE_UNREADABLE = "state-unreadable"
    STATES_DISAGREE = "states-disagree"
    DATE_UNREADABLE = "date-unreadable"
    TAX_ID_UNREADABLE = "tax-id-unreadable"
    LEADING_ZERO = "leading-zero"
    ID_IN_TEXT = "id-in-text"
    TEXT_CUT = "text-cut"
    REPEATED = "repeated"
    TIDIED = "tidied"


class Meaning(NamedTuple):
    """How grave a kind is, its name and its sentence; ``{value}`` and ``{other}`` stand for what was found."""

    severity: Severity
    name_th: str
    name_en: str
    th: str
    en: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

MEANINGS: dict[Kind, Meaning] = {
    Kind.NO_NUMBER: Meaning(_E, "ไม่มีเลขทะเบียน", "No number", "ไม่มีเลขทะเบียนโรงงาน", "There is no factory number."),
    Kind.NUMBER_LOST_DIGITS: Meaning(
        _E, "เลขทะเบียนหายไปบางหลัก", "Digits lost",
        "เลขทะเบียน {value} ถูกโปรแกรมตารางปัดจนหลักท้ายหาย ส่งออกใหม่เป็นข้อความ",
        "A spreadsheet rounded the number {value}; export the column again as text.",
    ),
    Kind.NUMBER_UNREADABLE: Meaning(
        _E, "เลขทะเบียนอ่านไม่ได้", "Number not readable",
        "{value} ไม่ใช่เลขทะเบียนโรงงาน ทั้งแบบเก่าและแบบ 14 หลัก",
        "{value} is no factory number, neither old nor of 14 digits.",
    ),
    Kind.NUMBERS_DISAGREE: Meaning(
        _E, "เลขในแถวไม่ตรงกัน", "Numbers disagree",
        "แถวนี้มีเลขทะเบียนต่างกันสองเลข {value} และ {other}",
        "The line has two different numbers, {value} and {other}.",
    ),
    Kind.NEW_NUMBER_UNKNOWN: Meaning(
        _E, "ไม่ทราบเลข 14 หลัก", "14 digits unknown",
        "มีแต่เลขเก่า {value} ยังไม่รู้จักโรงงานนี้ เติมเลข 14 หลักก่อน",
        "Only the old number {value}, of no factory we know; add the 14 digits.",
    ),
    Kind.OLD_NUMBER_SHARED: Meaning(
        _E, "เลขเก่าซ้ำในไฟล์", "Old number shared",
        "เลขเก่า {value} อยู่กับเลข 14 หลักมากกว่าหนึ่งเลขในไฟล์นี้ {other}",
        "The old number {value} stands beside more than one 14-digit number in this file: {other}.",
    ),
    Kind.OLD_NUMBER_ELSEWHERE: Meaning(
        _E, "เลขเก่าเป็นของโรงงานอื่น", "Old number of another",
        "เลขเก่า {value} เป็นของโรงงาน {other} ในทะเบียนอยู่แล้ว",
        "The old number {value} already belongs to factory {other}.",
    ),
    Kind.CONFLICT: Meaning(
        _E, "ข้อมูลขัดกันเอง", "Lines contradict",
        "โรงงาน {value} อยู่หลายแถวและข้อมูลไม่เหมือนกัน แถว {other}",
        "Factory {value} stands on several lines that differ: {other}.",
    ),
    Kind.PROVINCE_UNKNOWN: Meaning(
        _E, "ไม่ทราบจังหวัด", "Province unknown", "ไม่รู้จักจังหวัด {value}", "The province {value} is not known."
    ),
    Kind.PROVINCES_DISAGREE: Meaning(
        _E, "จังหวัดไม่ตรงกับเลข", "Province and number disagree",
        "แถวนี้บอกจังหวัด{value} แต่เลข 14 หลักเป็นของ{other}",
        "The line says {value}, its 14-digit number says {other}.",
    ),
    Kind.OTHER_PROVINCE: Meaning(
        _E, "จังหวัดอื่น", "Another province",
        "เป็นโรงงานของจังหวัด{value} ไม่ใช่จังหวัดที่นำเข้า", "The factory is in {value}, not in the province imported."
    ),
    Kind.NO_OFFICE: Meaning(
        _E, "จังหวัดนี้ไม่มีสำนักงาน", "No office there",
        "ยังไม่มีสำนักงานของจังหวัด{value} ในระบบ", "There is no office of {value} here."
    ),
    Kind.MANY_OFFICES: Meaning(
        _E, "มีหลายสำนักงาน", "Several offices",
        "จังหวัด{value} มีหลายสำนักงาน นำเข้าทีละสำนักงาน", "{value} has several offices; import office by office."
    ),
    Kind.OTHER_OFFICE: Meaning(
        _E, "อยู่กับสำนักงานอื่น", "Kept by another office",
        "โรงงาน {value} อยู่ในทะเบียนของสำนักงาน {other}", "Factory {value} is on the register of office {other}."
    ),
    Kind.NO_NAME: Meaning(
        _E, "ไม่มีชื่อ", "No name", "เป็นโรงงานใหม่แต่ไม่มีชื่อ", "A new factory without a name."
    ),
    Kind.LINE_BROKEN: Meaning(
        _E, "แถวเสีย", "Broken line",
        "แถวนี้อ่านไม่ได้ เครื่องหมายคำพูดหรือจำนวนช่องผิด", "The line cannot be read: quotes or columns are wrong."
    ),
    Kind.OLD_NUMBER_DIFFERS: Meaning(
        _W, "เลขเก่าไม่ตรงทะเบียน", "Old number differs",
        "ไฟล์ให้เลขเก่า {value} แต่ทะเบียนมี {other} คงของเดิมไว้",
        "The file says old number {value}, the register {other}, which stays.",
    ),
    Kind.CHECK_DIGIT: Meaning(
        _W, "เลขตรวจสอบไม่ตรง", "Check digit differs",
        "หลักสุดท้ายของ {value} ไม่ตรงการคำนวณ ควรดูอีกครั้ง",
        "The last digit of {value} is not the computed one; look again.",
    ),
    Kind.LETTERS_LOST: Meaning(
        _W, "ตัวอักษรเสีย", "Letters lost",
        "มีตัวอักษรที่อ่านไม่ได้ใน {value} ไม่นำช่องนี้เข้า", "Some letters in {value} are lost; it is left out."
    ),
    Kind.KIND_UNREADABLE: Meaning(
        _W, "จำพวกอ่านไม่ได้", "Type not readable", "{value} ไม่ใช่จำพวก 1 2 หรือ 3", "{value} is not type 1, 2 or 3."
    ),
    Kind.ACTIVITY_UNREADABLE: Meaning(
        _W, "ลำดับประเภทอ่านไม่ได้", "Activity not readable",
        "{value} ไม่ใช่ลำดับประเภทโรงงาน หรืออ่านได้สองอย่าง", "{value} is no activity code, or could be two."
    ),
    Kind.HORSEPOWER_UNREADABLE: Meaning(
        _W, "แรงม้าอ่านไม่ได้", "Horsepower not readable", "{value} ไม่ใช่แรงม้า", "{value} is no horsepower."
    ),
    Kind.WORKERS_UNREADABLE: Meaning(
        _W, "จำนวนคนงานอ่านไม่ได้", "Workers not readable", "{value} ไม่ใช่จำนวนคนงาน", "{value} is no number of workers."
    ),
    Kind.STATE_UNREADABLE: Meaning(
        _W, "สถานะอ่านไม่ได้", "State not readable", "ไม่รู้จักสถานะ {value}", "The state {value} is not known."
    ),
    Kind.STATES_DISAGREE: Meaning(
        _W, "สถานะไม่ตรงกัน", "States disagree",
        "สองช่องให้สถานะต่างกัน {value} และ {other} คงของเดิมไว้",
        "Two columns give different states, {value} and {other}; nothing is changed.",
    ),
    Kind.DATE_UNREADABLE: Meaning(
        _W, "วันที่อ่านไม่ได้", "Date not readable",
        "{value} ไม่ใช่วันที่ หรืออ่านได้สองอย่าง", "{value} is no date, or could be two."
    ),
    Kind.TAX_ID_UNREADABLE: Meaning(
        _W, "เลข 13 หลักไม่ถูกต้อง", "13 digits not valid",
        "เลขประจำตัว 13 หลักไม่ผ่านการตรวจ ไม่นำเข้า", "The 13-digit number does not pass its check; it is left out."
    ),
    Kind.LEADING_ZERO: Meaning(
        _N, "เติมศูนย์นำหน้า", "Zero restored",
        "เลขนิติบุคคลมี 12 หลัก เติม 0 ข้างหน้าแล้วผ่านการตรวจ",
        "The tax id has 12 digits; with its 0 in front it passes its check.",
    ),
    Kind.ID_IN_TEXT: Meaning(
        _W, "มีเลขประจำตัวในข้อความ", "ID number in a text",
        "ลบเลขประจำตัวประชาชนที่อยู่ในช่องข้อความแล้ว", "An ID number stood in a text and was taken out."
    ),
    Kind.TEXT_CUT: Meaning(
        _W, "ข้อความยาวเกิน", "Text cut", "ตัดข้อความที่ยาวเกิน {value}", "The text was too long and was cut: {value}"
    ),
    Kind.REPEATED: Meaning(
        _N, "แถวซ้ำ", "Repeated", "เหมือนแถว {other} ทุกช่อง ข้ามไป", "Says the same as line {other}; skipped."
    ),
    Kind.TIDIED: Meaning(
        _N, "จัดให้เรียบร้อย", "Tidied",
        "จัดช่องว่าง เครื่องหมาย หรือเลขไทยแล้ว", "Spaces, wrappers or Thai numerals were tidied."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one line; ``column`` is the heading it is about, as the file writes it, or empty."""

    line: int
    kind: Kind
    column: str = ""
    value: str = ""
    other: str = ""

    @property
    def severity(self) -> Severity:
        """What it means for the line."""
        return MEANINGS[self.kind].severity


def by_severity(kinds: Mapping[str, int]) -> dict[Severity, int]:
    """How many findings there are of each severity, of counts by kind."""
    found = dict.fromkeys(Severity, 0)
    for name, count in kinds.items():
        found[MEANINGS[Kind(name)].severity] += count
    return found


_THIRTEEN = re.compile(r"(?<!\d)\d(?:[ \t.\u00a0\u2010-\u2014-]*\d){12}(?!\d)")


def masked(text: str) -> str:
    """``text`` cut to what is shown, with every run of 13 digits made unreadable."""
    return _THIRTEEN.sub(lambda found: "x" * 10 + re.sub(r"\D", "", found[0])[10:], text)[:VALUE_CHARACTERS]


def sentence(kind: Kind, value: str, other: str, *, english: bool = False) -> str:
    """The whole sentence of a finding."""
    meaning = MEANINGS[kind]
    return (meaning.en if english else meaning.th).format(value=value, other=other)
