"""Questions to the fleet for whoever stands here: one thread that asks, and which answers are still wanted.

What it is: the only place of the front desk that waits for a network, and so a thread of its own. What it is not: the
agent's link, which carries what must arrive. Rules: every question is answered once, by an event, within its seconds;
an answer that comes when its visitor has gone on to something else, or has gone, is dropped.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fleet.protocol import asking
from kiosk.config import Link
from kiosk.frontdesk.worker import NUDGE_S, Inbox, WorkerDied
from kiosk.office.asking import CouldNotAskError, ask
from kiosk.office.lookup import facts_of
from kiosk.visits.events import CasesFound, Event, SlipElsewhere, SlipUnknown
from kiosk.visits.writing_effects import CheckCard
from kiosk.visits.writing_events import CardChecked

log = logging.getLogger(__name__)

FOLLOW_TIMEOUT_S = 4.0
"""Within the seconds a look-up may take at the screen (``states.LOOKING_UP_TIMEOUT_S``)."""


CARD_TIMEOUT_S = 6.0
"""The fleet waits 4 s for the Department of Provincial Administration, as it is set up; less than the screen's own
(``writing_states.CHECKING_TIMEOUT_S``)."""


@dataclass(frozen=True, slots=True)
class Question:
    """``understand`` makes an event of the answer's bytes (None: there is none), or raises AskingError.

    ``unanswered`` is the event when there is no answer that can be used.
    """

    about: str
    path: str
    body: bytes = field(repr=False)
    timeout_s: float
    understand: Callable[[bytes | None], Event]
    unanswered: Event


@dataclass(frozen=True, slots=True)
class Answered:
    """The desk's own event: what came of the ``number``-th question."""

    about: str
    number: int
    event: Event


class Asker(threading.Thread):
    """Asks one question after another."""

    NAME = "asker"

    def __init__(self, link: Link, inbox: Inbox) -> None:
        super().__init__(name=self.NAME, daemon=True)
        self._link, self._inbox = link, inbox
        self._questions: queue.SimpleQueue[tuple[int, Question] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._wanted: dict[str, int] = {}
        self._count = 0

    # ---- the main thread's side

    def submit(self, question: Question) -> None:
        """Have it asked; it takes the place of an earlier one about the same thing."""
        self._count += 1
        self._wanted[question.about] = self._count
        self._questions.put((self._count, question))

    def forget(self, *about: str) -> None:
        """Nobody waits for these any more; without a name, for anything."""
        for each in about or tuple(self._wanted):
            self._wanted.pop(each, None)

    def unwrapped(self, events: Iterable[Any]) -> Iterator[Any]:
        """``events`` with answers as what came of them; those for which nobody waits any more are left out."""
        for event in events:
            if not isinstance(event, Answered):
                yield event
            elif self._wanted.get(event.about) == event.number:
                del self._wanted[event.about]
                yield event.event

    # ---- the thread's

    def run(self) -> None:
        """The thread; everything unforeseen ends it, said aloud."""
        try:
            while not self._stopping.is_set() and (next_one := self._questions.get()) is not None:
                number, question = next_one
                if self._wanted.get(question.about) == number:
                    self._put(Answered(question.about, number, self._ask(question)))
        except Exception as err:
            self._put(WorkerDied(self.NAME, type(err).__name__))
            raise

    def _ask(self, question: Question) -> Event:
        try:
            return question.understand(ask(self._link, question.path, question.body, question.timeout_s))
        except (CouldNotAskError, asking.AskingError) as err:
            log.warning("the fleet could not be asked about a %s: %s", question.about, err)
            return question.unanswered

    def _put(self, event: Any) -> None:
        while not self._stopping.is_set():
            try:
                self._inbox.put(event, timeout=NUDGE_S)
                return
            except queue.Full:
                continue

    def ask_to_stop(self) -> None:
        """Have the thread end soon; ``stop`` waits for it."""
        self._stopping.set()
        self._questions.put(None)

    def stop(self, timeout_s: float) -> None:
        """End the thread.

        Raises: RuntimeError when it does not end in time, for a question is out; the process should end anyway.
        """
        self.ask_to_stop()
        self.join(timeout_s)
        if self.is_alive():
            raise RuntimeError(f"{self.name} did not stop in {timeout_s} s")


SLIP, CARD = "slip", "card"


def about_slip(token: str) -> Question:
    """What is the slip with this token about?"""
    return Question(
        about=SLIP,
        path="/kiosk/v1/follow",
        body=msgspec.json.encode(asking.Follow(token=token)),
        timeout_s=FOLLOW_TIMEOUT_S,
        understand=_slip,
        unanswered=SlipElsewhere(),
    )


def about_card(effect: CheckCard) -> Question:
    """Is this card in force?"""
    said = asking.CheckCard(
        id_number=effect.id_number.reveal(),  # who says whether a card is in force must know which
        chip_no=effect.proof.chip_no,
        request_no=effect.proof.request_no,
    )
    return Question(
        about=CARD,
        path="/kiosk/v1/card",
        body=msgspec.json.encode(said),
        timeout_s=CARD_TIMEOUT_S,
        understand=_card,
        unanswered=CardChecked(asking.CardState.UNANSWERED),
    )


def _card(answer: bytes | None) -> Event:
    if answer is None:
        return CardChecked(asking.CardState.UNANSWERED)
    return CardChecked(asking.read(answer, asking.CardSaid).state)


def _slip(answer: bytes | None) -> Event:
    if answer is None:
        return SlipUnknown()
    return CasesFound((facts_of(asking.read(answer, asking.Followed, asking.ANSWER_BYTES_MAX)),))
