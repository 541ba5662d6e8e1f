"""Which batch of the spool goes next: pure bookkeeping between what was sent and what the fleet has committed.

One batch is under way at a time; it is sent again when the fleet stays silent, when the link is born anew, or when
the fleet says that it has less than was sent. Sending twice is harmless: the fleet knows the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.messages import Ack, RecordBatch

RESEND_AFTER_S = 10.0
"""How long the fleet may take to commit before a batch is sent again."""


@dataclass(slots=True)
class Shipping:
    """``committed_through``: what the fleet is known to have; ``sent_through``: the end of the batch under way."""

    committed_through: int = 0
    sent_through: int = 0
    sent_at_s: float = 0.0

    def start_from(self) -> int:
        """The batch to fetch from the spool begins after this number."""
        return self.committed_through

    def may_send(self, now_s: float) -> bool:
        """Whether nothing is under way, or it has been for too long."""
        return self.sent_through <= self.committed_through or now_s - self.sent_at_s >= RESEND_AFTER_S

    def sent(self, batch: RecordBatch, now_s: float) -> None:
        """``batch`` is on its way."""
        self.sent_through, self.sent_at_s = batch.records[-1].no, now_s

    def acknowledged(self, ack: Ack) -> None:
        """The fleet has committed so far. Less than was sent means: send again from there."""
        self.committed_through = max(self.committed_through, ack.committed_through)
        if ack.committed_through < self.sent_through:
            self.sent_through = self.committed_through

    def link_born(self) -> None:
        """What was under way on the old link may be lost."""
        self.sent_through = self.committed_through
