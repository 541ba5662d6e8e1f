"""Who watches what, and the one loop that looks, has pieces made, and hands them out.

All of it runs in the event loop of ``fleet serve``; what asks the database runs on one thread, one call after the
other (``Desk``), so that a crowd makes pages late, never the server dead. A page that many watch is made once. Between
two renderings of a page passes at least four times what one takes, and the desk rests as long as half of each.

Rules: a watcher holds no queue, only what it was sent last, so that who reads slowly misses steps, not memory. A beat
says "what you see is what there is"; while nobody can look, and to a page whose turn is overdue, it is said that the
stream stands and no more, so that the page tells how old it is and does not come running.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import Error, connection

from fleet.streams import STREAMS
from fleet.web.watching import events
from fleet.web.watching.feed import Change, Feed
from fleet.web.watching.pages import Concern, Subject
from fleet.web.watching.piece import Kind, Piece, render
from fleet.web.watching.viewers import Viewer, no_longer

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY_S = 0.25
BEAT_EVERY_S = 2.0
"""A page that has heard nothing for five seconds says that it is cut off (``sala.js``)."""

OVERDUE_S = 4.0
CHECK_S = (2.0, 15.0)
"""How often it is asked who may still watch: after a change, and in any case. Sessions end by themselves, too."""

PACE = 4.0
REST = 0.5
LINGER_S = 60.0
"""The loop goes on so long without anybody: who opens the next page has closed the one before."""

AFTER_TROUBLE_S = 2.0

WATCHERS_MAX = 500
OF_A_PERSON_MAX = 12
OF_A_SESSION_MAX = 4
"""A browser has six lines to a server that speaks HTTP/1.1, and needs some for pages."""


class FullError(Exception):
    """So many watch already, or so many of one person's pages: this one may ask instead."""


@dataclass(slots=True, eq=False)
class Topical:
    """A subject, what is known of it, and who watches. Times are ``time.monotonic``; ``due_since`` 0: nothing new."""

    subject: Subject
    watchers: set[Watcher] = field(default_factory=set)
    digest: str = ""
    event: bytes = b""
    made_at_s: float = 0.0
    not_before_s: float = 0.0
    due_since_s: float = 0.0
    is_urgent: bool = False

    def rank(self) -> tuple[bool, float, int]:
        """Who is made first: the urgent, of those what has waited longest, of those what most people watch."""
        return not self.is_urgent, self.due_since_s, -len(self.watchers)


@dataclass(slots=True, eq=False)
class Watcher:
    """One stream. ``digest``: of the piece its page has; ``last``: the event that ends it.

    ``next``: a beat, or word that there is none. ``is_new``: its page may be newer than what was made before it came,
    so it waits for what is made next.
    """

    viewer: Viewer
    topical: Topical
    digest: str
    is_new: bool = False
    next: bytes = b""
    last: bytes = b""
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> bytes:
        """What is to be sent now; empty: nothing."""
        known = self.topical
        if self.last:
            return self.last
        if known.event and known.digest != self.digest and not self.is_new:
            self.digest, self.next = known.digest, b""
            return known.event
        beat, self.next = self.next, b""
        return beat

    def end(self, last: bytes) -> None:
        """Send this, and no more."""
        self.last = self.last or last
        self.woken.set()


class Hub:
    """All who watch in this process."""

    def __init__(self) -> None:
        self._topicals: dict[Subject, Topical] = {}
        self._watchers: set[Watcher] = set()
        self._feed = Feed()
        self._loop: asyncio.Task[None] | None = None
        self._is_closed = False
        self._checked_at_s = self._beat_at_s = 0.0

    # ---- who comes and goes

    def join(self, viewer: Viewer, subject: Subject, digest: str) -> Watcher:
        """Begin to watch. Raises: FullError."""
        mine = Counter(each.viewer.session_key for each in self._watchers)[viewer.session_key]
        theirs = sum(each.viewer.user_id == viewer.user_id for each in self._watchers)
        is_full = len(self._watchers) >= WATCHERS_MAX
        if self._is_closed or is_full or mine >= OF_A_SESSION_MAX or theirs >= OF_A_PERSON_MAX:
            STREAMS.refused["full"] += 1
            raise FullError
        known = self._topicals.setdefault(subject, Topical(subject))
        watcher = Watcher(viewer, known, digest)
        if known.made_at_s and digest == known.digest:
            watcher.next = events.BEAT
            watcher.woken.set()
        else:
            watcher.is_new = True
            known.due_since_s = known.due_since_s or time.monotonic()
            if not known.watchers:
                known.digest = digest
            elif digest != known.digest and not known.event:
                known.digest = ""  # there is nothing yet to give to whoever has another piece than the first
        known.watchers.add(watcher)
        self._watchers.add(watcher)
        STREAMS.open = len(self._watchers)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._run(), name="watching")
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """No longer."""
        self._watchers.discard(watcher)
        STREAMS.open = len(self._watchers)
        known = watcher.topical
        known.watchers.discard(watcher)
        if not known.watchers and self._topicals.get(known.subject) is known:
            del self._topicals[known.subject]

    def close(self) -> None:
        """End every stream, and let nobody in any more: the server stops."""
        self._is_closed = True
        self._end_all()
        if self._loop is not None:
            self._loop.cancel()

    def _end_all(self) -> None:
        for watcher in self._watchers:
            watcher.end(events.OVER)

    # ---- the loop

    async def _run(self) -> None:
        """Until nobody has watched for a minute. Whatever else ends it ends all streams: pages come back, and ask."""
        alone_since_s = time.monotonic()
        try:
            while self._watchers or time.monotonic() - alone_since_s < LINGER_S:
                began_s = time.monotonic()
                if self._watchers:
                    alone_since_s = began_s
                try:
                    await self._turn(began_s + LOOK_EVERY_S)
                except Error as err:
                    log.error("cannot look, pages wait: %s", type(err).__name__)
                    await self._begin_anew()
                    self._beat(has_looked=False)
                    await asyncio.sleep(AFTER_TROUBLE_S)
                await asyncio.sleep(max(0.0, began_s + LOOK_EVERY_S - time.monotonic()))
            await self._begin_anew()
        finally:
            self._end_all()

    async def _begin_anew(self) -> None:
        """Let the connection go, and what was known: after the next look everything may be different."""
        await at_desk(_let_go)
        self._feed = Feed()

    async def _turn(self, until_s: float) -> None:
        """One look, and what follows from it; what is not made by then waits for the next."""
        change = await at_desk(self._feed.look)
        now_s = time.monotonic()
        for known in self._topicals.values():
            concern = Concern.NONE if change is None else known.subject.concern(change)
            known.is_urgent |= concern is Concern.NOW
            if concern or now_s - known.made_at_s > known.subject.keeps_s:
                known.due_since_s = known.due_since_s or now_s
        await self._check(change)
        await self._make_due(until_s)
        self._beat(has_looked=True)

    async def _check(self, change: Change | None) -> None:
        age_s = time.monotonic() - self._checked_at_s
        if age_s < CHECK_S[1] and (change is None or age_s < CHECK_S[0]):
            return
        self._checked_at_s = time.monotonic()
        of = {each.viewer: each for each in self._watchers}
        for viewer in await at_desk(partial(no_longer, of.keys())):
            of[viewer].end(events.OVER)

    async def _make_due(self, until_s: float) -> None:
        """Make what is due, by rank, as far as there is time before the next look."""
        due = [each for each in self._topicals.values() if each.due_since_s and each.not_before_s <= time.monotonic()]
        for known in sorted(due, key=Topical.rank):
            began_s = time.monotonic()
            known.due_since_s, known.is_urgent = 0.0, False
            piece = await at_desk(partial(render, known.subject, known.digest))
            known.made_at_s = time.monotonic()
            took_s = known.made_at_s - began_s
            known.not_before_s = known.made_at_s + PACE * took_s
            self._hand_out(known, piece)
            await asyncio.sleep(REST * took_s)
            if time.monotonic() > until_s:
                return

    def _hand_out(self, known: Topical, piece: Piece) -> None:
        if piece.kind is Kind.PIECE and piece.digest != known.digest:
            known.digest, known.event = piece.digest, events.packed("piece", piece.text)
        for watcher in known.watchers:
            watcher.next = events.BEAT if watcher.is_new else watcher.next
            watcher.is_new = False
            if piece.kind is Kind.ANEW:
                watcher.end(events.ANEW)
            elif piece.kind is Kind.BROKEN:
                watcher.end(events.OVER)
            watcher.woken.set()

    def _beat(self, *, has_looked: bool) -> None:
        now_s = time.monotonic()
        if now_s - self._beat_at_s < BEAT_EVERY_S:
            return
        self._beat_at_s = now_s
        for watcher in self._watchers:
            due_since_s = watcher.topical.due_since_s or now_s
            is_true = has_looked and not watcher.is_new and now_s - due_since_s < OVERDUE_S
            watcher.next = events.BEAT if is_true else events.WAIT
            watcher.woken.set()


def _let_go() -> None:
    """Close the connection of the thread that this is called in: asked for by name elsewhere, it would be another's."""
    connection.close()


async def at_desk(what: Callable[[], T]) -> T:
    """Do it on the thread that asks the database, when what was given to it before is done.

    That is asgiref's own for synchronous code outside of any request; here nothing but the hub and the door use it.
    """
    return await sync_to_async(what, thread_sensitive=True)()
