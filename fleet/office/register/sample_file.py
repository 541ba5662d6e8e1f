"""Messy registers to try the import with: everything says ตัวอย่าง, and everything that goes wrong in real ones does.

``fleet register-sample FILE`` writes one for people; the tests and the bench use the same. Which lines are spoilt, and
how, depends on their number alone, so that a file of a size is always the same file.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from fleet.protocol.factory import luhn_digit
from fleet.protocol.thai import BE_OFFSET, check_digit, thai_date

HEADINGS = (
    *("FACREG", "FID", "DISPFACREG", "FACTYPE", "CLASS", "FNAME", "ONAME", "เลขประจำตัวผู้เสียภาษี", "FADDR", "FMOO"),
    *("FTUMNAME", "FAMPNAME", "FPROVNAME", "ZIPCODE", "HP", "TOTAL_WORKER", "ESTATE", "วันเริ่มประกอบกิจการ", "FFLAG"),
)

_FIRST_BE_YEAR = 2530
_SPOILT_EVERY = 7
_YEAR_CHOICES = 35


@dataclass(frozen=True, slots=True)
class Sample:
    """One line, in the order of ``HEADINGS``."""

    facreg: str
    fid: str
    old_no: str
    kind: str
    activity: str
    name: str
    operator: str
    tax_id: str
    address: str
    moo: str
    tambon: str
    amphoe: str
    province: str
    postcode: str
    horsepower: str
    workers: str
    estate: str
    started: str
    flag: str

    def cells(self) -> tuple[str, ...]:
        """As a line has them."""
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Place:
    """A province to put factories in."""

    dopa_code: int
    name_th: str


def _clean(number: int, place: Place, chance: random.Random) -> Sample:
    """A line without fault."""
    be_year = _FIRST_BE_YEAR + chance.randrange(_YEAR_CHOICES)
    body = f"20{place.dopa_code:02d}{number % 100_000:05d}{be_year}"
    order, part = chance.randint(2, 106), chance.choice((0, 1, 3, 5, 11))
    kind = chance.choice("2333")
    activity = f"{order}({part})" if part else str(order)
    twelve = f"0999{number:08d}"
    horsepower = Decimal(chance.randrange(5_000, 200_000)) / 100
    started = date(be_year - BE_OFFSET, 1, 1) + timedelta(days=chance.randrange(365))
    return Sample(
        facreg=f"{number:011d}",
        fid=body + str(luhn_digit(body)),
        old_no=f"{kind}-{activity}-{number % 9999 + 1}/{be_year % 100}{_LETTERS[number // 9999 % len(_LETTERS)]}",
        kind=kind,
        activity=f"{order:03d}{part:02d}",
        name=f"โรงงานตัวอย่าง {number}",
        operator=f"บริษัท ตัวอย่างอุตสาหกรรม {number} จำกัด",
        tax_id=twelve + str(check_digit(twelve)),
        address=f"{number % 900 + 1}/{number % 9 + 1}",
        moo=str(number % 12 + 1),
        tambon="ตัวอย่าง",
        amphoe="เมืองตัวอย่าง",
        province=place.name_th,
        postcode=f"{place.dopa_code}000",
        horsepower=f"{horsepower}",
        workers=str(chance.randrange(1, 900)),
        estate="OUT" if chance.random() < 0.9 else "สวนอุตสาหกรรมตัวอย่าง",
        started=started.isoformat(),
        flag=chance.choice("1111111023"),
    )


_LETTERS = ("กก", "กข", "กค", "กง", "กจ", "กฉ", "กช", "กซ", "กฌ", "กญ", "กฎ", "กฏ")
"""Of provinces there are not."""

_PERSON = 1_999_900_000
"""The sample people's ID numbers begin so (``fleet.site.sample``)."""


def _person(number: int) -> str:
    twelve = f"{_PERSON}{number % 7 + 1:02d}"
    return twelve + str(check_digit(twelve))


def _spaced(text: str) -> str:
    return " - ".join(text.split("-")).replace("/", " / ")


def _in_words(started: str) -> str:
    return thai_date(date.fromisoformat(started))


_FAULTS: tuple[Callable[[Sample, int], Sample], ...] = (
    lambda s, _: replace(s, facreg=f'="  {s.facreg}"', fid=f'="{s.fid}"'),
    lambda s, _: replace(s, old_no=_spaced(s.old_no), name=f"  {s.name.replace(' ', '   ')} "),
    lambda s, _: replace(s, fid="", old_no=s.old_no),
    lambda s, _: replace(s, province="เชียงใหม่ "),
    lambda s, _: replace(s, province="ดาวอังคาร"),
    lambda s, _: replace(s, fid=f"{Decimal(s.fid):.5E}"),
    lambda s, _: replace(s, horsepower=f"{Decimal(s.horsepower):,} แรงม้า", workers=f"{s.workers}.0"),
    lambda s, _: replace(s, horsepower="ไม่แน่", workers="-", kind="9"),
    lambda s, _: replace(s, started=_in_words(s.started), kind=f"จำพวกที่ {s.kind}"),
    lambda s, _: replace(s, started="12/05/51", flag="106302"),
    lambda s, _: replace(s, tax_id=s.tax_id[1:]),
    lambda s, n: replace(s, tax_id=_person(n), operator=f"นายตัวอย่าง {n}"),
    lambda s, n: replace(s, operator=f"นายตัวอย่าง {_person(n)}", tax_id=""),
    lambda s, _: replace(s, tax_id="0999000000000", fid=s.fid[:13] + str((int(s.fid[13]) + 1) % 10)),
    lambda s, _: replace(s, name="", operator="NULL", address="-"),
    lambda s, _: replace(s, facreg="", fid="", old_no=""),
    lambda s, _: replace(s, old_no="ทะเบียนหาย"),
    lambda s, _: replace(s, activity=str(int(s.activity)), name=s.name + " " + "ยาวมาก" * 25),
)


def samples(count: int, places: Sequence[Place]) -> Iterator[Sample]:
    """``count`` lines in these provinces: every seventh is spoilt; some come twice, the same or almost."""
    chance = random.Random(count)  # noqa: S311 - sample data, and always the same
    held: Sample | None = None
    for i in range(count):
        number = i + 1
        clean = _clean(number, places[i % len(places)], chance)
        if i % 211 == 210 and held is not None:
            yield held
        elif i % 307 == 306 and held is not None:
            yield replace(held, horsepower="1.25")
        elif i % _SPOILT_EVERY == _SPOILT_EVERY - 1:
            yield _FAULTS[i // _SPOILT_EVERY % len(_FAULTS)](clean, number)
        else:
            held = clean
            yield clean


def sample_csv(count: int, places: Sequence[Place]) -> str:
    """As a CSV, with a title above its headings and blank lines here and there."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["ทะเบียนโรงงาน (ตัวอย่าง)"])
    rows.writerow([])
    rows.writerow(HEADINGS)
    for i, sample in enumerate(samples(count, places)):
        rows.writerow(sample.cells())
        if i % 997 == 996:
            rows.writerow([""] * len(HEADINGS))
    return text.getvalue()


def write_csv(path: Path, count: int, places: Sequence[Place], encoding: str = "cp874") -> None:
    """``sample_csv`` as a file."""
    path.write_bytes(sample_csv(count, places).encode(encoding))


def write_xlsx(path: Path, count: int, places: Sequence[Place]) -> None:
    """As a workbook: 14-digit numbers, horsepower and workers as numbers, as spreadsheets store what looks like one."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("ตัวอย่าง")
    sheet.append(["ทะเบียนโรงงาน (ตัวอย่าง)"])
    sheet.append(list(HEADINGS))
    for sample in samples(count, places):
        sheet.append([_as_spreadsheet(cell) for cell in sample.cells()])
    book.save(path)


def _as_spreadsheet(cell: str) -> str | float:
    try:
        return float(cell) if cell.replace(".", "", 1).isdigit() and cell.isascii() else cell.removeprefix("=")
    except ValueError:
        return cell
