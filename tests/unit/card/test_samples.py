"""Sample cards are samples, and say so."""

from __future__ import annotations

import pytest

from drivers.card.fake import FakeCardReader
from drivers.card.port import CardInserted, CardMute
from drivers.card.samples import SAMPLE_CARDS, SAMPLE_CITIZENS, SampleCard
from drivers.card.virtual_card import Citizen


@pytest.mark.parametrize("citizen", SAMPLE_CITIZENS, ids=lambda one: one.name_en[3])
def test_a_sample_citizen_is_nobody(citizen: Citizen) -> None:
    digits = [int(one) for one in citizen.id_number]
    assert citizen.id_number.startswith("1999900000")
    assert (11 - sum(one * (13 - at) for at, one in enumerate(digits[:12])) % 11) % 10 == digits[12]
    assert "ตัวอย่าง" in "".join(citizen.name_th)
    assert citizen.id_number not in repr(citizen)


def test_keys_and_numbers_are_unique() -> None:
    assert len({card.key for card in SAMPLE_CARDS}) == len(SAMPLE_CARDS)
    assert len({citizen.id_number for citizen in SAMPLE_CITIZENS}) == len(SAMPLE_CITIZENS)


@pytest.mark.parametrize("sample", SAMPLE_CARDS, ids=lambda one: one.key)
def test_every_sample_can_be_put_in(sample: SampleCard) -> None:
    reader = FakeCardReader()
    reader.insert(sample.make())
    event = reader.wait(0)
    assert isinstance(event, CardMute if sample.is_mute else CardInserted)
