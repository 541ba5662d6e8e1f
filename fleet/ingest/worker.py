"""The ingest process: MQTT in, batches into the database, acknowledgement only after the commit.

One thread, no callbacks: read what is there, commit it as one transaction, then acknowledge it to the broker in one
write, so that a kill at any moment loses nothing. What the broker then sends again is known by its numbers.

Of several workers the first speaks for the fleet (its session and will) and alone hears what is rare and must keep its
order, births and deaths and reports; what is much and carries its own numbers is shared out by the broker.
"""

from __future__ import annotations

import logging
import random
import select
import socket
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection

from fleet.devices import hearing
from fleet.idle_memory import IdleMemory
from fleet.ingest.keeping import Keeper, Said
from fleet.ingest.line import KEEPALIVE_S, Broker, Line, LineLostError
from fleet.protocol.messages import MESSAGE_BYTES_MAX, Ack, FleetSession, encode
from fleet.protocol.mqtt import DISCONNECT, Connect, Published, Subscription, Will
from fleet.protocol.topics import FLEET_SESSION, FROM_KIOSK, Channel, every_kiosk, kiosk_topic, parse_kiosk_topic
from fleet.trust.broker import ingest_name

log = logging.getLogger(__name__)

BATCH_MAX = 500
"""Flat above this in our measurements; below a hundred, commits dominate."""

FLUSH_S = 0.005
"""How long a batch waits for company after its first message."""

IDLE_S = 1.0
"""How often an idle line is looked after."""

SESSION_EXPIRY_S = 24 * 3600
"""How long the broker keeps for us what arrives while we are away."""

BACKOFF_S = (0.2, 5.0)
"""First and longest pause before connecting again; each is drawn from nothing to that (full jitter)."""

DATABASE_BACKOFF_S = (0.2, 10.0)
"""First and longest pause before a database that failed is asked again."""

PACKET_BYTES_MAX = MESSAGE_BYTES_MAX + 1024
"""The largest message we read, and its topic and properties; the broker keeps longer ones to itself."""

SHARED = frozenset({Channel.STATUS, Channel.RECORDS, Channel.REPLY})
"""What any worker may take: numbered, so that it does not matter which, nor in what order two of them commit."""

KIOSKS_KNOWN_MAX = 200_000
"""Topics' beginnings remembered with whose they are; taking one apart costs more than keeping its message. Not whole
topics: those are five a kiosk, 14 MB for ten thousand."""

_CHANNELS = {channel.value.encode(): channel for channel in FROM_KIOSK}


class Ingest:
    """One worker. ``number`` 1 is the first, of which there is one."""

    def __init__(self, host: str, port: int, certificates: Path, number: int = 1) -> None:
        self._broker = Broker(host, port, certificates, ingest_name(number))
        self._number, self._is_first = number, number == 1
        self._keeper = Keeper()
        self._whose: dict[bytes, str | None] = {}
        self._stopping = False
        self._said_due_s = 0.0
        self._idle_memory = IdleMemory()
        self._wake, self._waker = socket.socketpair()
        self._waker.setblocking(False)

    def stop(self) -> None:
        """End ``run`` soon; safe in a signal handler."""
        self._stopping = True
        self._waker.send(b"\0")

    def run(self) -> None:
        """Until ``stop``."""
        pause_s = BACKOFF_S[0]
        while not self._stopping:
            try:
                line = self._open()
                log.info("%s hears the broker", self._broker.name)
                pause_s = BACKOFF_S[0]
                self._serve(line)
            except LineLostError as err:
                log.warning("no broker: %s", err)
                self._fall_deaf()
                select.select([self._wake], [], [], random.uniform(0, pause_s))  # noqa: S311 - jitter, no secret
                pause_s = min(2 * pause_s, BACKOFF_S[1])
        self._say(lambda: hearing.say_ended(self._number))

    def _open(self) -> Line:
        born = FleetSession(alive=True, at=datetime.now(UTC))
        died = FleetSession(alive=False, at=born.at)
        line = Line(
            self._broker,
            Connect(
                client_id=self._broker.name,
                keepalive_s=KEEPALIVE_S,
                clean_start=False,
                session_expiry_s=SESSION_EXPIRY_S,
                packet_bytes_max=PACKET_BYTES_MAX,
                will=Will(FLEET_SESSION, encode(died)) if self._is_first else None,
            ),
        )
        line.subscribe(self._subscriptions())
        if self._is_first:
            line.publish(FLEET_SESSION, encode(born), retain=True)
        return line

    def _subscriptions(self) -> Sequence[Subscription]:
        shared = [Subscription(f"$share/ingest/{every_kiosk(channel)}") for channel in sorted(SHARED)]
        alone = [Subscription(every_kiosk(channel)) for channel in sorted(FROM_KIOSK - SHARED)]
        return [*alone, *shared] if self._is_first else shared

    def _serve(self, line: Line) -> None:
        while not self._stopping:
            self._say_hearing()
            self._idle_memory.turn()
            line.turn(IDLE_S, self._wake)
            if not line.arrived:
                continue
            until_s = time.monotonic() + FLUSH_S
            while len(line.arrived) < BATCH_MAX and (left_s := until_s - time.monotonic()) > 0:
                line.turn(left_s, self._wake)
            self._keep(line)
        if self._is_first:
            line.publish(FLEET_SESSION, encode(FleetSession(alive=False, at=datetime.now(UTC))), retain=True)
        self._fall_deaf()
        line.close(farewell=DISCONNECT)

    def _say_hearing(self) -> None:
        """That this worker hears; of the first also that what is known of kiosks is news."""
        if time.monotonic() < self._said_due_s:
            return
        self._said_due_s = time.monotonic() + hearing.SAY_EVERY_S
        self._say(lambda: hearing.say_working(self._number))
        if self._is_first:
            self._say(lambda: hearing.say_hearing(self._broker.name))

    def _fall_deaf(self) -> None:
        """The worker's own word runs out by itself: that it is missed is to be seen."""
        if self._is_first and self._said_due_s:
            self._say(hearing.say_deaf)
        self._said_due_s = 0.0

    def _say(self, word: Callable[[], None]) -> None:
        """A database that is away hears nothing: the last word comes to its end by itself."""
        try:
            word()
        except OperationalError as err:
            log.warning("not said: %s", type(err).__name__)
            connection.close()

    def _keep(self, line: Line) -> None:
        batch = line.arrived.copy()
        line.arrived.clear()
        acks = self._insist(self._read(batch), line)
        if acks is None:
            return
        line.acknowledge(packet_id for _, packet_id, _ in batch if packet_id)
        for kiosk_id, ack in acks.items():
            line.publish(kiosk_topic(kiosk_id, Channel.ACK), encode(ack))

    def _insist(self, said: Sequence[Said], line: Line) -> dict[str, Ack] | None:
        """Keep it, and again until the database takes it; None when we are to end before that.

        Meanwhile the line stays up, and what arrives on it stays unacknowledged, which the broker bounds: a full disk
        or a database that restarts is no reason to start again ourselves, once a second, with thousands to tell of it.
        """
        pause_s = DATABASE_BACKOFF_S[0]
        while True:
            try:
                return self._keeper.keep(said)
            except (OperationalError, InterfaceError) as err:
                log.error("the database takes nothing now, the broker keeps it for us: %s", str(err).strip())
                connection.close()
            until_s = time.monotonic() + random.uniform(pause_s / 2, pause_s)  # noqa: S311 - jitter, no secret
            while not self._stopping and (left_s := until_s - time.monotonic()) > 0:
                line.turn(left_s, self._wake)
            if self._stopping:
                return None
            pause_s = min(2 * pause_s, DATABASE_BACKOFF_S[1])

    def _read(self, batch: Sequence[Published]) -> list[Said]:
        """Who said what; what is on no topic of a kiosk is nobody's."""
        said, known = [], self._whose
        for topic, _, payload in batch:
            begins, _, ends = topic.rpartition(b"/")
            try:
                kiosk_id = known[begins]
            except KeyError:
                if len(known) >= KIOSKS_KNOWN_MAX:
                    known.clear()
                kiosk_id = known[begins] = _whose(begins)
            channel = _CHANNELS.get(ends)
            if kiosk_id is not None and channel is not None:
                said.append(Said(kiosk_id, channel, payload))
        return said


def _whose(begins: bytes) -> str | None:
    """The kiosk whose topics begin so; None when nobody's do."""
    ours = parse_kiosk_topic(f"{begins.decode('utf-8', 'replace')}/{Channel.STATUS.value}")
    return ours[0] if ours is not None else None
