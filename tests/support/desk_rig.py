"""A whole front desk in the test's own process: our real parts, on the drivers' shipped fakes.

The test's thread is the desk's main thread: nothing steps or draws but in ``until``. Not here: the agent; the test
reads and writes its end of the news.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from drivers.card.fake import FakeCardReader, FakeSlot
from drivers.card.samples import SOMCHAI
from drivers.card.virtual_card import VirtualThaiIdCard
from drivers.display.fake import FakeDisplay
from drivers.panel.fake import FakePanel
from drivers.printer.fake import FakePrinter
from drivers.scanner.fake import FakeScanner
from fleet.protocol.messages import Desired, PaymentConfirmed, SettingsLayer
from fleet.protocol.office import Factory, Line, Notice, OfficePage
from fleet.protocol.records import KnownRecord, UnknownRecord, decode_record
from fleet.protocol.thai import IdNumber, keyed_hash
from kiosk import config, news, settings_store
from kiosk.frontdesk.loop import FrontDesk
from kiosk.frontdesk.process import Openers, Process
from kiosk.office.replica import Replica
from kiosk.spool import Spool
from kiosk.visits.events import Button
from kiosk.visits.states import Paying, State
from tests.support.office_pages import page_of
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

PATIENCE_S = 60.0
HASH_KEY = "00" * 16
SIZE_PX = (800, 480)


def machine(folder: Path) -> config.MachineConfig:
    """A configuration whose files lie in ``folder``."""
    return config.MachineConfig(
        kiosk_id="CBI-02",
        data_dir=str(folder / "data"),
        run_dir=str(folder / "run"),
        devices=config.Devices(card="fake:", scanner="fake:", printer="fake:", panel="fake:", display="fake:"),
        link=config.Link(
            broker_host="127.0.0.1",
            broker_port=1,
            fleet_api="https://127.0.0.1:1",
            ca_file=str(folder / "ca.pem"),
            certificate_file=str(folder / "kiosk.pem"),
            key_file=str(folder / "kiosk.key"),
        ),
        display=config.DisplayProfile(profile="7in"),
    )


def office_records(revision: int = 1, office_id: str = "CBI", notices: int = 1, **changes: Any) -> OfficePage:
    """All of an office: a factory of ``SOMCHAI`` with some notices to pay; ``changes`` are of the notices."""
    factory = Factory(
        factory_no="20200012325553",
        name_th="ตัวอย่างแปรรูปอาหาร",
        name_en="Sample Foods",
        owner_hashes=(keyed_hash(IdNumber(SOMCHAI.id_number), bytes.fromhex(HASH_KEY)),),
    )
    owed = tuple(
        Notice(
            **{
                "notice_no": f"N{number:03d}",
                "reference": f"REFERENCE{number}",
                "factory_no": factory.factory_no,
                "item_th": "ค่าธรรมเนียมรายปี 2569",
                "item_en": "Annual fee, B.E. 2569",
                "lines": (Line(label_th="ค่าธรรมเนียม", label_en="Fee", amount_satang=330_000),),
                "amount_satang": 330_000,
                "due_on": date(2026, 9, 24),
            }
            | changes
        )
        for number in range(1, notices + 1)
    )
    return page_of((factory, *owed), revision=revision, office_id=office_id, hash_key=HASH_KEY)


class DeskRig:
    """A context manager; devices are its attributes, and their hands are theirs."""

    def __init__(self, folder: Path, *, notices: int = 1) -> None:
        self.config, self.root = machine(folder), folder / "root"
        self.slot, self.scanner = FakeSlot(), FakeScanner()
        self.printer, self.panel, self.display = FakePrinter(), FakePanel(), FakeDisplay(SIZE_PX)
        layer = SettingsLayer(layer="national", revision=1, document=DOCUMENT)
        settings_store.store(self.config.data_path, Desired(settings_revision=1, layers=(layer,)))
        believe(self.config.data_path, DOCUMENT)
        replica = Replica(self.config.data_path / "office.sqlite")
        replica.take(office_records(notices=notices))
        replica.close()
        self.agent = news.NewsSocket(self.config.run_path, news.AGENT, news.FRONTDESK)
        self.openers = Openers(
            card=lambda: FakeCardReader(self.slot),
            scanner=self.scanner.open,
            printer=lambda: self.printer.open(),  # noqa: PLW0108 - a test may put another printer there
            panel=self.panel.open,
            display=self.display.open,
        )

    def __enter__(self) -> DeskRig:
        self.process = Process(self.config, self.openers, "0.1.0", self.root)
        desk = self.process.open()
        assert desk is not None
        self.desk: FrontDesk = desk
        self.desk.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close()
        self.agent.close()

    # ---- the world

    @property
    def state(self) -> State:
        return self.desk.state

    def until(self, asked: Callable[[], Any] | type, timeout_s: float = PATIENCE_S) -> Any:
        """Run the desk until it is so, or until the state is of that type; the state or the answer."""
        is_so = (lambda: isinstance(self.state, asked)) if isinstance(asked, type) else asked
        until_s = time.monotonic() + timeout_s
        while not (answer := is_so()):
            assert time.monotonic() < until_s, f"it did not happen; the desk is in {type(self.state).__name__}"
            self.desk.round()
        self.desk.round()  # whatever just happened is on the screen, too
        return self.state if isinstance(asked, type) else answer

    def place_of(self, button: Button, value: str = "") -> tuple[int, int]:
        """The middle of a button on the screen."""
        left, top, width, height = next(
            each.rect
            for each in self.process.glass.targets
            if each.touched.button is button and value in ("", each.touched.value)
        )
        return left + width // 2, top + height // 2

    def tap(self, button: Button, value: str = "") -> None:
        self.display.touch(*self.place_of(button, value))
        self.desk.round()

    def insert_card(self) -> None:
        self.slot.insert(VirtualThaiIdCard(SOMCHAI))

    def confirm(self) -> None:
        """The bank's word on the QR that is on the screen, as the agent tells it."""
        assert isinstance(self.state, Paying)
        payment = self.state.bill.payment
        self.agent.send(
            news.PaymentArrived(
                payment=PaymentConfirmed(
                    ref1=payment.ref1,
                    ref2=payment.ref2 or "",
                    amount_satang=payment.amount_satang,
                    confirmed_at=datetime.now(UTC),
                )
            )
        )

    def records(self) -> list[KnownRecord | UnknownRecord]:
        """Everything in the spool."""
        spool = Spool(self.config.data_path / "spool.sqlite")
        try:
            batch = spool.batch(0)
            return [decode_record(each.record) for each in batch.records] if batch else []
        finally:
            spool.close()

    def heard(self) -> list[news.News]:
        """The news that waits at the agent's end."""
        messages = []
        while (message := self.agent.receive(0)) is not None:
            messages.append(message)
        return messages
