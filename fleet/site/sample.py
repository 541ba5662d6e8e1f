"""Sample data for demonstrations and tests: three provinces, and ตัวอย่าง wherever somebody could take it for real.

People are made-up ID numbers 1-9999-00000-nn-c (c the check digit), the same that the sample cards hold; only their
keyed hashes are kept. No real biller id stands here.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import change_settings
from fleet.devices.models import Kiosk, Layer
from fleet.office.models import Company, Factory, FactoryState, Folder, Notice, Office, OwnerHash, Province
from fleet.partners.opening import public_key
from fleet.protocol.codes import folder_id
from fleet.protocol.factory import luhn_digit
from fleet.protocol.payment import bill_reference
from fleet.protocol.settings import KNOWN_SERVICES
from fleet.protocol.thai import IdNumber, be_year, check_digit, keyed_hash
from fleet.site.sample_alerts import make_alerts
from fleet.site.sample_cases import make_cases
from fleet.site.sample_channels import make_channels
from fleet.site.sample_fees import make_sample_fees
from fleet.site.sample_folders import make_officers
from fleet.site.sample_holidays import make_holidays
from fleet.site.sample_other_fees import sample_fees, sample_payees
from fleet.site.sample_paper import make_paper
from fleet.site.sample_trust import make_sample_trust

SAMPLE_BILLER_ID = "112345678901234"
"""Not a tax id (its check digit is wrong), so nobody's."""

FEE_SATANG = (300_000, 150_000, 450_000)
"""Sample fees; the real table is the ministry's and stands nowhere in this program."""

SURCHARGE_SATANG_A_MONTH = 15_000


@dataclass(frozen=True, slots=True)
class _SampleOffice:
    office_id: str
    dopa_code: int
    name_th: str
    name_en: str


OFFICES = (
    _SampleOffice("CBI", 20, "สำนักงานอุตสาหกรรมจังหวัดชลบุรี", "Chon Buri Provincial Industry Office"),
    _SampleOffice("KKN", 40, "สำนักงานอุตสาหกรรมจังหวัดขอนแก่น", "Khon Kaen Provincial Industry Office"),
    _SampleOffice(
        "AYA", 14, "สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา", "Phra Nakhon Si Ayutthaya Provincial Industry Office"
    ),
)
KIOSKS = (("01", "โถงชั้น 1", "Hall, floor 1"), ("02", "โถงชั้น 2", "Hall, floor 2"))

FACTORIES = (
    ("ตัวอย่างแปรรูปอาหาร", "Sample Foods"),
    ("ตัวอย่างการพิมพ์", "Sample Printing"),
    ("ตัวอย่างโลหะกิจ", "Sample Metal Works"),
    (
        "ห้างหุ้นส่วนจำกัด ตัวอย่างอุตสาหกรรมเกษตรแปรรูปและบรรจุภัณฑ์ภาคตะวันออก (1999)",
        "Sample Agricultural Processing and Packaging of the Eastern Region (1999) Ltd., Part.",
    ),
    ("ตัวอย่างน้ำแข็งสะอาด", "Sample Clean Ice"),
    ("ตัวอย่างไม้แปรรูป", "Sample Timber"),
)

OWNERS = {1: (0, 1, 2), 2: (3,), 4: (4,), 5: (5,), 6: (0, 3, 4)}
"""Person number -> factories. Person 3's card has expired; nobody owns anything as person 7; 8 and 9 are officers."""


FACTS: tuple[tuple[int, str, str, int, FactoryState], ...] = (
    (3, "4(1)", "85.50", 60, FactoryState.OPERATING),
    (2, "41(1)", "49.75", 21, FactoryState.OPERATING),
    (3, "64(11)", "350.00", 140, FactoryState.OPERATING),
    (3, "13(8)", "1250.25", 410, FactoryState.OPERATING),
    (2, "14", "40.00", 8, FactoryState.OPERATING),
    (1, "34(2)", "12.00", 4, FactoryState.STOPPED),
)
"""Of each factory: จำพวก, activity, horsepower, workers, state."""


def sample_id(number: int) -> IdNumber:
    """The made-up ID number of sample person ``number``."""
    twelve = f"1999900000{number:02d}"
    return IdNumber(twelve + str(check_digit(twelve)))


def load_provinces() -> None:
    """The 77 provinces."""
    text = files("fleet.office").joinpath("provinces.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        Province.objects.update_or_create(dopa_code=int(row.pop("dopa_code")), defaults=row)


@transaction.atomic
def make_sample_data(tracking_address: str, *, today: date | None = None) -> None:
    """Make it all; made twice, it is there once."""
    today = today or timezone.localdate()
    load_provinces()
    make_holidays(today)
    fresh = not Office.objects.exists()
    for office in OFFICES:
        _office(office, today)
    if fresh:
        change_settings(Layer.NATIONAL, "", _national(tracking_address), None, "ข้อมูลตัวอย่าง")
        for office in OFFICES:
            names = {"office_name": {"th": office.name_th, "en": office.name_en}}
            change_settings(Layer.OFFICE, office.office_id, names, None, "ข้อมูลตัวอย่าง")
    make_sample_fees()
    make_alerts(timezone.now())
    make_paper(today)
    make_sample_trust(settings.DATA_DIR, _national(tracking_address))


def _national(tracking_address: str) -> dict[str, Any]:
    return {
        "office_name": {"th": "สำนักงานอุตสาหกรรมจังหวัด", "en": "Provincial Industry Office"},
        "payee": {
            "name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"},
            "biller_id": SAMPLE_BILLER_ID,
        },
        "services": list(KNOWN_SERVICES),
        "payees": sample_payees(SAMPLE_BILLER_ID),
        "fees": sample_fees(),
        "customer_key": public_key(Path(settings.DATA_DIR) / "partners"),
        "tracking_address": tracking_address,
        "sample": True,
    }


def _office(sample: _SampleOffice, today: date) -> None:
    key = hashlib.sha256(f"sample key of {sample.office_id}".encode()).hexdigest()
    office, _ = Office.objects.get_or_create(
        office_id=sample.office_id,
        defaults={
            "province_id": sample.dopa_code,
            "name_th": sample.name_th,
            "name_en": sample.name_en,
            "hash_key": key,
        },
    )
    for number, name_th, name_en in KIOSKS:
        Kiosk.objects.get_or_create(
            kiosk_id=f"{sample.office_id}-{number}", defaults={"office": office, "name_th": name_th, "name_en": name_en}
        )
    make_channels(office)
    factories = [_factory(office, sample.dopa_code, i, today) for i in range(len(FACTORIES))]
    make_cases(office, factories, today)
    for person, owned in OWNERS.items():
        hashed = keyed_hash(sample_id(person), bytes.fromhex(key))
        for index in owned:
            OwnerHash.objects.get_or_create(factory=factories[index], hash=hashed)
    make_officers(office, (sample_id(8), sample_id(9)))


def _factory(office: Office, dopa_code: int, index: int, today: date) -> Factory:
    body = f"20{dopa_code}{index + 123:05d}{be_year(today) - 14}"
    name_th, name_en = FACTORIES[index]
    factory, _ = Factory.objects.get_or_create(
        factory_no=body + str(luhn_digit(body)),
        defaults={"office": office, "name_th": name_th, "name_en": name_en, **_facts(dopa_code, index, today)},
    )
    place = {"room": "1", "cabinet": str(index // 3 + 1), "shelf": str(index % 3 + 1), "slot": str(index + 1)}
    Folder.objects.get_or_create(folder_id=folder_id(dopa_code, index + 1), defaults={"factory": factory, **place})
    _notice(factory, dopa_code, index, today)
    return factory


def _facts(dopa_code: int, index: int, today: date) -> dict[str, Any]:
    """What the register would say of it. Every second one belongs to a company with a made-up tax id."""
    kind, activity, horsepower, workers, state = FACTS[index]
    facts: dict[str, Any] = {
        "kind": kind,
        "activity": activity,
        "horsepower": Decimal(horsepower),
        "workers": workers,
        "state": state,
        "fee_anniversary": date(today.year - 14, 1, 15) + timedelta(days=61 * index),
        "operator_th": FACTORIES[index][0],
        "address_th": f"{index + 1} หมู่ {index + 2} ถนนตัวอย่าง",
    }
    if index % 2 == 0:
        twelve = f"0999{dopa_code:02d}{index:06d}"
        name_th, name_en = FACTORIES[index]
        facts["company"], _ = Company.objects.get_or_create(
            tax_id=twelve + str(check_digit(twelve)), defaults={"name_th": name_th, "name_en": name_en}
        )
    return facts


def _notice(factory: Factory, dopa_code: int, index: int, today: date) -> None:
    """One notice a factory: the first overdue with a surcharge, the fifth already paid, the rest due later."""
    year, fee = be_year(today), FEE_SATANG[index % 3]
    lines = [{"label_th": "ค่าธรรมเนียม", "label_en": "Fee", "amount_satang": fee}]
    due_on = today + timedelta(days=21 + 55 * index)
    if index == 0:
        due_on = today - timedelta(days=61)
        surcharge = 2 * SURCHARGE_SATANG_A_MONTH
        lines.append({"label_th": "เงินเพิ่ม 2 เดือน", "label_en": "Surcharge, 2 months", "amount_satang": surcharge})
    Notice.objects.get_or_create(
        notice_no=f"{factory.office_id}-{year % 100}-{index + 1:05d}",
        defaults={
            "reference": bill_reference(f"N{dopa_code}", (year % 100) * 100_000 + index + 1),
            "factory": factory,
            "item_th": f"ค่าธรรมเนียมรายปี {year}",
            "item_en": f"Annual fee, B.E. {year}",
            "lines": lines,
            "amount_satang": sum(int(str(line["amount_satang"])) for line in lines),
            "due_on": due_on,
            "paid_at": timezone.now() - timedelta(days=19) if index == 4 else None,
        },
    )


def scannable(office_id: str) -> list[dict[str, str]]:
    """What a sample visitor of this office could hold under the scanner: label and code."""
    notices = Notice.objects.select_related("factory").filter(factory__office_id=office_id)
    folders = Folder.objects.select_related("factory").filter(factory__office_id=office_id)
    found = [_scannable("ใบแจ้ง", "Notice", n.factory, n.reference, "notice") for n in notices]
    return found + [_scannable("แฟ้ม", "Folder", f.factory, f.folder_id, "folder") for f in folders]


def _scannable(word_th: str, word_en: str, factory: Factory, code: str, kind: str) -> dict[str, str]:
    return {
        "label": f"{word_th} {factory.name_th}",
        "label_en": f"{word_en}, {factory.name_en}",
        "code": code,
        "kind": kind,
    }
