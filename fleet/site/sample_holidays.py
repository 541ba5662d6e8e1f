"""Sample holidays: each says ตัวอย่าง, for the real ones are the cabinet's and the provinces' to say.

The two days of January 2560 are those by which a provincial office once moved its due date from the 1st to the 4th.
"""

from __future__ import annotations

from datetime import date

from fleet.office.holidays.keeping import Entry, add

_ANNOUNCED = "ประกาศเลื่อนวันชำระ 1 ม.ค. 2560 เป็น 4 ม.ค. 2560 (ตัวอย่าง)"
_SAMPLE = "ตัวอย่าง แทนด้วยมติคณะรัฐมนตรี"
CHON_BURI = 20


def make_holidays(today: date) -> None:
    """The sample days; made twice, they are there once."""
    year = today.year
    add(
        (
            Entry(date(2017, 1, 2), None, "ชดเชยวันขึ้นปีใหม่ (ตัวอย่าง)", "New Year substitution (sample)", _ANNOUNCED),
            Entry(date(2017, 1, 3), None, "วันหยุดพิเศษ (ตัวอย่าง)", "Special holiday (sample)", _ANNOUNCED),
            Entry(date(year, 12, 31), None, "วันสิ้นปี (ตัวอย่าง)", "New Year's Eve (sample)", _SAMPLE),
            Entry(date(year + 1, 1, 1), None, "วันขึ้นปีใหม่ (ตัวอย่าง)", "New Year's Day (sample)", _SAMPLE),
            Entry(date(year, 12, 28), CHON_BURI, "วันงานจังหวัด (ตัวอย่าง)", "Provincial day (sample)", "ตัวอย่าง"),
        ),
        None,
        sample=True,
    )
