"""What the services that write give to take home: a ticket, a presence slip, a receipt. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleet.protocol.office import Topic
from fleet.protocol.presence import Presence


@dataclass(frozen=True, slots=True)
class TicketPaper:
    """What was told has this number; whoever has ``tracking_token`` follows it."""

    number: str
    tracking_token: str = field(repr=False)
    topic: Topic


@dataclass(frozen=True, slots=True)
class PresencePaper:
    """What was signed, and the text of its QR."""

    presence: Presence
    qr: str = field(repr=False)

    @property
    def number(self) -> str:
        """As on the slip."""
        return self.presence.number


@dataclass(frozen=True, slots=True)
class RegistrationPaper:
    """That somebody asked to be registered; everything of theirs is masked. Followed as a ticket is."""

    number: str
    tracking_token: str = field(repr=False)
    id_masked: str
    phone_masked: str


@dataclass(frozen=True, slots=True)
class CardProof:
    """What the Department of Provincial Administration wants to know of a card beside its ID number."""

    chip_no: str = field(repr=False)
    request_no: str = field(repr=False)


Paper = TicketPaper | PresencePaper | RegistrationPaper
