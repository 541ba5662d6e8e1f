"""Bench rows ``card-text-apdus``, ``card-id-apdus`` and ``card-text-ms``: reading a Thai ID card.

Real pcscd, vpcd, libpcsclite, pyscard and driver; the card is pretend, and counts what it is asked. What is missing is
the wire of a real card: 0.03 s for the whole text at 250 kbit/s, 0.8 s at the 9600 bit/s of the oldest generation.

The peer is pythaiidcard 0.3.0 (PyPI), which needs Python 3.13 and is therefore not run: the exchange its published
field table leads to (select twice, then READ and GET RESPONSE for each of nine fields) is replayed over the same
reader, and nothing else of it, so its time here is what it would be with code that costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.card.pcsc import PcscCardReader
from drivers.card.port import CardInserted
from drivers.card.samples import SOMCHAI
from drivers.card.thai_id import Field, ThaiIdCard
from drivers.card.thai_text import ALL_TEXT
from drivers.card.virtual_card import AID, VirtualThaiIdCard
from tests.bench.rows import Row
from tests.bench.spread import median, percentile
from tests.support.pcscd import played_slot, running_pcscd

READS = 200
_ADDRESS_BYTES_OF_PEER = 100  # of 160; it leaves the end of a long address unread
_PEER_FIELDS = (
    *(Field.ID_NUMBER, Field.NAME_TH, Field.NAME_EN, Field.BIRTH_DATE, Field.SEX),
    *(Field.ISSUER, Field.ISSUE_DATE, Field.EXPIRY, Field.ADDRESS),
)
_INSERTED_TIMEOUT_S = 5.0

Transmit = Callable[[bytes], bytes]


def measure() -> list[Row]:
    """Three rows."""
    with running_pcscd() as pcscd, played_slot(pcscd) as slot:
        card = VirtualThaiIdCard(SOMCHAI)
        slot.insert(card)
        reader = PcscCardReader()
        try:
            inserted = reader.wait(_INSERTED_TIMEOUT_S)
            if not isinstance(inserted, CardInserted):
                raise RuntimeError(f"the pretend card was not seen: {inserted}")
            atr = inserted.atr

            def ours(fields: frozenset[Field]) -> Callable[[], object]:
                return lambda: ThaiIdCard(reader.transmit, atr).read(fields)

            first_ms = _timed_ms(ours(ALL_TEXT))  # it also connects to the card
            counts = [
                _commands_of(card, act)
                for act in (ours(ALL_TEXT), ours(frozenset({Field.ID_NUMBER})), lambda: _as_peer(reader.transmit))
            ]
            ours_ms, peers_ms = [], []
            for _ in range(READS):  # in turn, so that a noisy moment meets both
                ours_ms.append(_timed_ms(ours(ALL_TEXT)))
                peers_ms.append(_timed_ms(lambda: _as_peer(reader.transmit)))
        finally:
            reader.close()
    return _rows(counts, ours_ms, peers_ms, first_ms)


def _rows(counts: list[int], ours_ms: list[float], peers_ms: list[float], first_ms: float) -> list[Row]:
    text, id_only, of_peer = counts
    replayed = "pythaiidcard 0.3.0, its exchange replayed"
    return [
        Row(
            name="card-text-apdus",
            value=text,
            unit="APDUs",
            goal=7,
            peer=replayed,
            peer_value=of_peer,
            note="counted by the card; the peer needs Python 3.13 and was not run, its published field table was",
        ),
        Row(
            name="card-id-apdus",
            value=id_only,
            unit="APDUs",
            goal=3,
            note="the ID number alone; the peer reads the whole text or nothing",
        ),
        Row(
            name="card-text-ms",
            value=round(median(ours_ms), 2),
            unit="ms",
            goal=round(median(peers_ms), 2),
            peer=replayed,
            peer_value=round(median(peers_ms), 2),
            note=f"median of {READS} reads, p99 {percentile(ours_ms, 0.99):.1f} ms; the first after insertion "
            f"{first_ms:.1f} ms; the wire of a real card comes on top",
        ),
    ]


def _timed_ms(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return (time.perf_counter() - began_s) * 1000


def _commands_of(card: VirtualThaiIdCard, act: Callable[[], object]) -> int:
    before = len(card.commands)
    act()
    return len(card.commands) - before


def _as_peer(transmit: Transmit) -> None:
    """The peer's commands, answers unread but for their length."""
    select = bytes([0x00, 0xA4, 0x04, 0x00, len(AID)]) + AID
    transmit(select)
    transmit(select)
    for field in _PEER_FIELDS:
        length = _ADDRESS_BYTES_OF_PEER if field is Field.ADDRESS else field.length
        transmit(bytes([0x80, 0xB0, field.offset >> 8, field.offset & 0xFF, 0x02, 0x00, length]))
        answer = transmit(bytes([0x00, 0xC0, 0x00, 0x00, length]))
        if len(answer) != length + 2:
            raise RuntimeError(f"the replay of {field.name} gave {len(answer)} bytes")
