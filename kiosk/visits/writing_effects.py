"""What the services that write ask the front desk to do. As ``effects``: imperative, carried out in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleet.protocol.asking import CardState
from fleet.protocol.office import Topic
from fleet.protocol.settings import Words
from fleet.protocol.thai import IdNumber
from kiosk.visits.papers import CardProof, Paper


@dataclass(frozen=True, slots=True)
class ListTopics:
    """Find what may be told this office. Answered by TopicsFound."""


@dataclass(frozen=True, slots=True)
class RecordTicket:
    """Draw a number for what was told, and put it into the spool. Answered by Kept or NotKept."""

    topic: Topic
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignPresence:
    """Sign a presence slip, and put on record that one was issued. Answered by Kept or NotKept.

    ``check``: what the Department of Provincial Administration said of the card; None when it was not asked.
    """

    name: str = field(repr=False)
    id_number: IdNumber
    purpose: Words
    valid_days: int
    check: CardState | None = None


@dataclass(frozen=True, slots=True)
class CheckCard:
    """Have the Department of Provincial Administration asked about a card. Answered by CardChecked."""

    id_number: IdNumber
    proof: CardProof


@dataclass(frozen=True, slots=True)
class RegisterCustomer:
    """Seal who wants to be registered, and put it into the spool. Answered by Kept or NotKept."""

    name: str = field(repr=False)
    id_number: IdNumber
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintPaper:
    """Print the slip of what was kept. Answered by SlipPrinted or SlipFailed, under its number."""

    paper: Paper


WritingEffect = ListTopics | RecordTicket | CheckCard | SignPresence | RegisterCustomer | PrintPaper
