"""The front desk's card worker on the real stack, while pcscd comes and goes under it: the process never restarts."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from datetime import date

import pytest

from drivers.card.pcsc import PcscCardReader
from drivers.card.pcscd import Pcscd
from drivers.card.port import CardInserted, CardRemoved
from drivers.card.samples import SOMCHAI, SOMYING
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import ATR_OLD, Habits, VirtualThaiIdCard
from kiosk.frontdesk.duties import CardDuties, ReadDeclared
from kiosk.frontdesk.worker import DeviceWorker, Inbox
from kiosk.visits.desk import Device
from kiosk.visits.events import CardRead, DeviceLost, DeviceReady
from tests.support.held import assert_nothing_more_than, held
from tests.support.pcscd import exit_idle, played_slot, running_pcscd

PATIENCE_S = 60.0


OF_THE_CARD = (CardInserted, CardRemoved, CardRead, DeviceLost, DeviceReady)
"""What is looked at; whatever else a worker has to say is not about cards."""


def events_until(inbox: Inbox, kind: type) -> list[type]:
    """What comes, by kind, up to the first of that kind."""
    kinds: list[type] = []
    until_s = time.monotonic() + PATIENCE_S
    while not kinds or kinds[-1] is not kind:
        event = inbox.get(timeout=max(0.0, until_s - time.monotonic()))
        kinds.extend([type(event)] if isinstance(event, OF_THE_CARD) else [])
    return kinds


def visit(
    worker: DeviceWorker[PcscCardReader, ReadDeclared], inbox: Inbox, slot: VpcdSlot, card: VirtualThaiIdCard
) -> None:
    """A card is put in and read; it stays in."""
    slot.insert(card)
    assert events_until(inbox, CardInserted) == [CardInserted]
    worker.submit(ReadDeclared())
    assert events_until(inbox, CardRead) == [CardRead]
    assert card.commands


@pytest.mark.parametrize("end", [Pcscd.stop, Pcscd.kill, exit_idle])
def test_pcscd_goes_and_comes_with_and_without_a_card_in(end: Callable[[Pcscd], None]) -> None:
    before = held()
    inbox: Inbox = queue.Queue()
    duties = CardDuties(PcscCardReader, lambda: date(2026, 11, 22)).duties()
    with running_pcscd() as pcscd, played_slot(pcscd) as slot:
        worker = DeviceWorker(Device.CARD, duties, inbox)
        worker.start()
        try:
            assert events_until(inbox, DeviceReady) == [DeviceReady]
            end(pcscd)
            assert events_until(inbox, DeviceLost) == [DeviceLost]
            pcscd.start()
            assert events_until(inbox, DeviceReady) == [DeviceReady]
            visit(worker, inbox, slot, VirtualThaiIdCard(SOMCHAI))
            end(pcscd)
            assert events_until(inbox, DeviceLost) == [CardRemoved, DeviceLost]
            slot.remove()
            pcscd.start()
            assert events_until(inbox, DeviceReady) == [DeviceReady]
            # Of another kind: one like that which was left in would be taken for it, and asked for again.
            visit(worker, inbox, slot, VirtualThaiIdCard(SOMYING, Habits(atr=ATR_OLD)))
            slot.remove()
            assert events_until(inbox, CardRemoved) == [CardRemoved]
        finally:
            worker.stop(PATIENCE_S)
    assert_nothing_more_than(before)
    assert not [event for event in inbox.queue if isinstance(event, OF_THE_CARD)]
