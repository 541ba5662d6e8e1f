"""Which column of a register is which, by its heading: the Department's own names, and those of people's tables.

Sources: the open register of the Department of Industrial Works (FACREG, FID, DISPFACREG, FACTYPE, FNAME, ONAME, HP,
FFLAG, ESTATE, F...NAME); the rest is what a province's clerk would write. POKDATE, the day of the permit, is not taken
for the day operation began. Order does not matter, and lines above the
headings (a title, a date) are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

HEADING_WITHIN_LINES = 30
"""So far down headings are looked for."""


class Field(StrEnum):
    """What a column can hold."""

    FID = "fid"
    FACREG = "facreg"
    DISPFACREG = "dispfacreg"
    NAME = "name"
    NAME_EN = "name_en"
    OPERATOR = "operator"
    KIND = "kind"
    ACTIVITY = "activity"
    HORSEPOWER = "horsepower"
    WORKERS = "workers"
    FLAG = "flag"
    STATUS = "status"
    STARTED = "started"
    TAX_ID = "tax_id"
    PROVINCE = "province"
    ADDRESS = "address"
    MOO = "moo"
    SOI = "soi"
    ROAD = "road"
    TAMBON = "tambon"
    AMPHOE = "amphoe"
    POSTCODE = "postcode"
    ESTATE = "estate"
    ESTATE_NAME = "estate_name"


_NAMES: dict[Field, str] = {
    Field.FID: "fid เลขทะเบียนใหม่ เลขทะเบียนโรงงาน14หลัก เลขทะเบียน14หลัก เลขทะเบียนโรงงานใหม่ newno",
    Field.FACREG: "facreg เลขทะเบียน เลขทะเบียนโรงงาน ทะเบียนโรงงาน factoryno",
    Field.DISPFACREG: "dispfacreg เลขทะเบียนเดิม เลขทะเบียนโรงงานเดิม เลขทะเบียนเก่า เลขทะเบียนโรงงานเก่า oldno",
    Field.NAME: "fname ชื่อโรงงาน facname factoryname ชื่อโรงงานอุตสาหกรรม",
    Field.NAME_EN: "ename fnameen ชื่อโรงงานอังกฤษ ชื่อภาษาอังกฤษ factorynameen",
    Field.OPERATOR: "oname ผู้ประกอบการ ผู้ประกอบกิจการ ชื่อผู้ประกอบการ ชื่อผู้ประกอบกิจการ ผู้รับใบอนุญาต",
    Field.KIND: "factype จำพวก จำพวกที่ จำพวกโรงงาน โรงงานจำพวก",
    Field.ACTIVITY: "class ลำดับประเภท ประเภทโรงงาน ประเภทหรือชนิด ลำดับที่ประเภท ลำดับประเภทโรงงาน activity",
    Field.HORSEPOWER: "hp แรงม้า แรงม้ารวม กำลังแรงม้า เครื่องจักรแรงม้า แรงม้าเครื่องจักร horsepower",
    Field.WORKERS: "totalworker totalworkers คนงาน จำนวนคนงาน คนงานรวม workers",
    Field.FLAG: "fflag",
    Field.STATUS: "status สถานะ สถานะโรงงาน สถานภาพ",
    Field.STARTED: "startdate วันเริ่มประกอบกิจการ วันที่เริ่มประกอบกิจการ วันเริ่มประกอบ วันแจ้งเริ่ม วันครบกำหนด",
    Field.TAX_ID: "taxid juristicid เลขนิติบุคคล เลขทะเบียนนิติบุคคล เลขประจำตัวผู้เสียภาษี เลข13หลัก "
    "เลขประจำตัวประชาชน เลขประจำตัว13หลัก",
    Field.PROVINCE: "fprovname prov จังหวัด ชื่อจังหวัด province",
    Field.ADDRESS: "faddr ที่อยู่ ที่ตั้ง ที่ตั้งโรงงาน เลขที่ address",
    Field.MOO: "fmoo หมู่ หมู่ที่ moo",
    Field.SOI: "fsoi soi ซอย",
    Field.ROAD: "froad road ถนน",
    Field.TAMBON: "ftumname ตำบล แขวง ตำบล/แขวง tambon",
    Field.AMPHOE: "fampname อำเภอ เขต อำเภอ/เขต amphoe",
    Field.POSTCODE: "zipcode รหัสไปรษณีย์ postcode",
    Field.ESTATE: "estate นิคม ในนิคม",
    Field.ESTATE_NAME: "estatenameth ชื่อนิคม นิคมอุตสาหกรรม",
}

_NUMBERS = (Field.FID, Field.FACREG, Field.DISPFACREG)


def _bare(heading: str) -> str:
    """A heading without what people vary: case, spaces, hyphens, full stops, brackets and what stands in them."""
    return re.sub(r"\(.*?\)|[\s_.\-:*\"'=\u200b\ufeff]+", "", heading).casefold()


_KNOWN = {_bare(name): field for field, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands, and the heading as it is written."""

    places: dict[Field, int]
    headings: dict[Field, str]
    width: int


def read_headings(cells: Sequence[str]) -> Columns | None:
    """The columns, when these cells are headings: a number and, beside it, at least one more thing we know.

    A heading that comes twice counts where it stands first.
    """
    places: dict[Field, int] = {}
    headings: dict[Field, str] = {}
    for i, cell in enumerate(cells):
        field = _KNOWN.get(_bare(cell))
        if field is not None and field not in places:
            places[field], headings[field] = i, cell.strip()
    if not any(number in places for number in _NUMBERS) or len(places) < 2:
        return None
    return Columns(places, headings, len(cells))
