"""Settings and office records for a kiosk under measurement: one province's worth, all ตัวอย่าง.

Not the demonstration's data, which is a handful: a replica that fits into one page would flatter.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from drivers.card.samples import SOMCHAI
from fleet.protocol.codes import folder_id, notice_reference
from fleet.protocol.factory import luhn_digit
from fleet.protocol.messages import Desired, SettingsLayer
from fleet.protocol.office import Factory, Folder, Line, Notice
from fleet.protocol.thai import IdNumber, keyed_hash
from kiosk import settings_store
from kiosk.office.replica import Replica
from tests.support.office_pages import page_of
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

FACTORIES = 2_000
"""60,344 factories pay a yearly fee in 76 provinces; a large province has some thousands."""

_DOPA_CODE = 20
_KEY = bytes(range(32))
_DUE = date(2026, 9, 24)


def notice_code(number: int) -> str:
    """What is printed on the notice of factory ``number``, counted from 1."""
    return notice_reference(_DOPA_CODE, 6_900_000 + number)


def furnish(data_dir: Path) -> None:
    """Put settings and records where a front desk finds them. Factories 1 and 2 belong to ``SOMCHAI``."""
    layer = SettingsLayer(layer="national", revision=1, document=DOCUMENT)
    settings_store.store(data_dir, Desired(settings_revision=1, layers=(layer,), office_revision=1))
    believe(data_dir, DOCUMENT)
    replica = Replica(data_dir / "office.sqlite")
    factories = tuple(_factory(number) for number in range(1, FACTORIES + 1))
    notices = tuple(_notice(number, factory.factory_no) for number, factory in enumerate(factories, 1))
    folders = tuple(_folder(number, factory.factory_no) for number, factory in enumerate(factories, 1))
    replica.take(page_of((*factories, *notices, *folders), hash_key=_KEY.hex()))
    replica.close()


def _factory(number: int) -> Factory:
    body = f"20{_DOPA_CODE}{number:05d}2555"
    owner = (keyed_hash(IdNumber(SOMCHAI.id_number), _KEY),) if number <= 2 else ()
    return Factory(
        factory_no=body + str(luhn_digit(body)),
        name_th=f"ตัวอย่างแปรรูปอาหาร {number}",
        name_en=f"Sample Foods {number}",
        owner_hashes=owner,
    )


def _folder(number: int, factory_no: str) -> Folder:
    """A shelf takes twenty, a cabinet five shelves."""
    return Folder(
        folder_id=folder_id(_DOPA_CODE, number),
        factory_no=factory_no,
        room="1",
        cabinet=str(number // 100 + 1),
        shelf=str(number // 20 % 5 + 1),
        slot=str(number % 20 + 1),
    )


def _notice(number: int, factory_no: str) -> Notice:
    amount_satang = 150_000 + 100 * number
    return Notice(
        notice_no=f"CBI-69-{number:05d}",
        reference=notice_code(number),
        factory_no=factory_no,
        item_th="ค่าธรรมเนียมรายปี 2569",
        item_en="Annual fee, B.E. 2569",
        lines=(Line(label_th="ค่าธรรมเนียม", label_en="Fee", amount_satang=amount_satang),),
        amount_satang=amount_satang,
        due_on=_DUE + timedelta(days=number % 90),
    )
