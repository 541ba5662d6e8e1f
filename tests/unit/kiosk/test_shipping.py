"""What goes to the fleet next, and what is sent again."""

from __future__ import annotations

import msgspec

from fleet.protocol.messages import Ack, NumberedRecord, RecordBatch
from kiosk.agent.shipping import RESEND_AFTER_S, Shipping


def batch(first: int, last: int) -> RecordBatch:
    raw = msgspec.Raw(b"{}")
    return RecordBatch(spool_id="s", records=tuple(NumberedRecord(no=n, record=raw) for n in range(first, last + 1)))


def ack(n: int) -> Ack:
    return Ack(spool_id="s", committed_through=n)


def test_one_batch_is_under_way_at_a_time() -> None:
    shipping = Shipping()
    assert shipping.may_send(0)
    shipping.sent(batch(1, 3), 0)
    assert not shipping.may_send(1)
    shipping.acknowledged(ack(3))
    assert shipping.may_send(1)
    assert shipping.start_from() == 3


def test_silence_sends_it_again_from_where_the_fleet_is() -> None:
    shipping = Shipping()
    shipping.sent(batch(1, 3), 0)
    assert shipping.may_send(RESEND_AFTER_S)
    assert shipping.start_from() == 0


def test_a_new_link_sends_it_again_at_once() -> None:
    shipping = Shipping()
    shipping.sent(batch(1, 3), 0)
    shipping.link_born()
    assert shipping.may_send(0)


def test_less_than_was_sent_means_from_there() -> None:
    shipping = Shipping()
    shipping.sent(batch(1, 5), 0)
    shipping.acknowledged(ack(2))
    assert shipping.may_send(0)
    assert shipping.start_from() == 2


def test_an_old_acknowledgement_takes_nothing_back() -> None:
    shipping = Shipping()
    shipping.sent(batch(1, 5), 0)
    shipping.acknowledged(ack(5))
    shipping.acknowledged(ack(2))
    assert shipping.start_from() == 5
