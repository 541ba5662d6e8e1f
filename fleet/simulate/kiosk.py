"""One simulated kiosk: a whole session as the wire has it, as bytes in and packets out.

Not here: sockets and waiting; ``crowd`` has them for all. No device, no screen, no visitor: what a real kiosk would
say of them is drawn by chance. Times are given, in seconds of one monotonic clock; what goes on the wire is what this
kiosk's own clock says, and some are wrong by minutes, some by a day, some think it is 1970.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from fleet.protocol import mqtt, records, topics
from fleet.protocol.messages import (
    Ack,
    Command,
    Desired,
    DeviceState,
    DeviceStatus,
    FleetSession,
    Message,
    MessageError,
    NumberedRecord,
    RecordBatch,
    Reply,
    Reported,
    Session,
    Status,
    decode,
    encode,
)
from fleet.protocol.topics import Channel
from fleet.simulate.paper import SimulatedPaper
from fleet.simulate.plan import Plan
from fleet.simulate.updates import FOREVER_S, SimulatedUpdates

VERSION = "simulated"
KEEPALIVE_S = 15
"""As a kiosk's own (``kiosk.agent.link``)."""

SESSION_EXPIRY_S = 3600
RESEND_AFTER_S = 10.0
BATCH_RECORDS_MAX = 100
SPOOL_MAX = 10_000
"""Records held while nobody takes them; a simulated kiosk then writes no more."""

DEVICES = ("card", "scanner", "panel", "display")
"""All but the printer, which has its paper."""

OUTCOMES = ("paid", "cancelled", "timed-out", "nothing-owed")
SLIP_SHARE = 0.25
"""Of who paid: the rest is content with the screen."""


@dataclass(slots=True)
class _Due:
    """When what is next to be said."""

    status_s: float
    record_s: float
    resend_s: float = float("inf")
    ping_s: float = float("inf")


class SimulatedKiosk:
    """A kiosk, over all its sessions. ``tally`` counts for the whole crowd."""

    def __init__(self, kiosk_id: str, plan: Plan, chance: random.Random, tally: Counter[str]) -> None:
        self.kiosk_id = kiosk_id
        self._plan, self._chance, self._tally = plan, chance, tally
        self._skew = _skew(chance)
        self._boot_id = secrets.token_hex(8)
        self._session_no = self._status_no = self._packet_id = 0
        self._fleet_is_there = False
        self._spool_id, self._spool = secrets.token_hex(8), deque[bytes]()
        self._committed = self._sent_through = 0
        self._due = _Due(0.0, 0.0)
        self.settings_revision = 0
        self._office_revision = 0
        self._paper = SimulatedPaper(plan.records_an_hour / len(OUTCOMES) * SLIP_SHARE, chance)
        self._printer = DeviceStatus(state=DeviceState.UNKNOWN)
        self._updates = SimulatedUpdates(plan.firmware, plan.fates, plan.step_s, chance) if plan.firmware else None

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._skew

    # ---- a session

    def connect(self) -> bytes:
        """The packet that begins the next session."""
        self._session_no += 1
        if self._updates is not None and self._updates.away_until_s:
            self._updates.away_until_s, self._boot_id = 0.0, secrets.token_hex(8)
        self._fleet_is_there = False
        topic = topics.kiosk_topic(self.kiosk_id, Channel.SESSION)
        return mqtt.Connect(
            client_id=self.kiosk_id,
            keepalive_s=KEEPALIVE_S,
            session_expiry_s=SESSION_EXPIRY_S,
            clean_start=False,
            will=mqtt.Will(topic, encode(self._session(alive=False))),
        ).encode()

    def _session(self, *, alive: bool) -> Session:
        return Session(session_no=self._session_no, boot_id=self._boot_id, alive=alive, at=self._now(), version=VERSION)

    def welcomed(self, now_s: float) -> bytes:
        """What is said first: birth, what runs, how it is."""
        self._tally["births"] += 1
        self._status_no, self._sent_through = 0, self._committed
        own = [topics.kiosk_topic(self.kiosk_id, channel) for channel in sorted(topics.TO_KIOSK)]
        filters = [mqtt.Subscription(topic, only_new=False) for topic in (*own, topics.FLEET_SESSION)]
        self._due = _Due(now_s, now_s + self._until_record_s(), ping_s=now_s + KEEPALIVE_S)
        return (
            mqtt.subscribe(self._next_packet_id(), filters)
            + self._say(Channel.SESSION, self._session(alive=True))
            + self._report()
        )

    def farewell(self) -> bytes:
        """A planned end."""
        return self._say(Channel.SESSION, self._session(alive=False)) + mqtt.DISCONNECT

    # ---- by the clock

    @property
    def due_s(self) -> float:
        """When ``at`` has something to say."""
        updates_s = FOREVER_S if self._updates is None else self._updates.due_s
        return min(self._due.status_s, self._due.record_s, self._due.resend_s, self._due.ping_s, updates_s)

    @property
    def away_until_s(self) -> float:
        """Until then it reboots and has no line; 0 is not at all, and it may be for ever."""
        return 0.0 if self._updates is None else self._updates.away_until_s

    def at(self, now_s: float) -> bytes:
        """What is to be said now."""
        said = b""
        if self._updates is not None and self._updates.at(now_s, self._now()):
            said += self._tell_update(now_s)
        if now_s >= self._due.record_s:
            self._due.record_s = now_s + self._until_record_s()
            if self._visit():
                self._due.status_s = now_s  # what has changed is said at once
            said += self._ship(now_s)
        if now_s >= self._due.resend_s:
            self._tally["batches resent"] += 1
            self._sent_through, self._due.resend_s = self._committed, now_s + RESEND_AFTER_S
            said += self._ship(now_s)
        if now_s >= self._due.status_s:
            self._due.status_s = now_s + self._plan.heartbeat_s * self._chance.uniform(0.9, 1.1)
            self._paper.attended(now_s)
            said += self._status()
        if said:
            self._due.ping_s = now_s + KEEPALIVE_S
        elif now_s >= self._due.ping_s:
            self._due.ping_s = now_s + KEEPALIVE_S
            said = mqtt.PINGREQ
        return said

    def _until_record_s(self) -> float:
        rate = self._plan.records_an_hour
        return self._chance.expovariate(rate / 3600) if rate else float("inf")

    def _visit(self) -> bool:
        """Somebody was here; whether the printer says something else of its paper now."""
        outcome = self._chance.choice(OUTCOMES)
        is_news = outcome == "paid" and self._chance.random() < SLIP_SHARE and self._paper.prints()
        if len(self._spool) >= SPOOL_MAX:
            self._tally["records not written"] += 1
            return is_news
        ended_at = self._now()
        visit = records.VisitEnded(
            visit_id=secrets.token_hex(8),
            service="pay-fee",
            language=self._chance.choice(("th", "th", "th", "en")),
            started_at=ended_at - timedelta(seconds=self._chance.randint(20, 300)),
            ended_at=ended_at,
            outcome=outcome,
        )
        self._spool.append(records.encode_record(visit))
        self._tally["records written"] += 1
        return is_news

    def _ship(self, now_s: float) -> bytes:
        """The next batch, when none is under way and somebody listens."""
        if not self._spool or self._sent_through > self._committed or not self._fleet_is_there:
            return b""
        some = [self._spool[index] for index in range(min(len(self._spool), BATCH_RECORDS_MAX))]
        numbered = tuple(
            NumberedRecord(no=no, record=msgspec.Raw(body)) for no, body in enumerate(some, self._committed + 1)
        )
        self._sent_through = numbered[-1].no
        self._due.resend_s = now_s + RESEND_AFTER_S
        return self._say(Channel.RECORDS, RecordBatch(spool_id=self._spool_id, records=numbered))

    def _status(self) -> bytes:
        self._status_no += 1
        self._tally["statuses"] += 1
        now = self._now()
        devices = {name: DeviceStatus(state=DeviceState.ONLINE) for name in DEVICES}
        return self._say(
            Channel.STATUS,
            Status(
                session_no=self._session_no,
                no=self._status_no,
                at=now,
                devices=devices | {"printer": self._printer_at(now)},
                paper=self._paper.word,
                paper_slips_left=self._paper.slips_left,
                paper_out_at=self._paper.out_at(now),
                spool_depth=len(self._spool),
            ),
        )

    def _printer_at(self, now: datetime) -> DeviceStatus:
        """In the words of a real one, and since when it is so."""
        state = DeviceState.ONLINE if self._paper.word != "out" else DeviceState.USER_ERROR
        if (detail := f"paper {self._paper.word}") != self._printer.detail:
            self._printer = DeviceStatus(state=state, detail=detail, since=now)
        return self._printer

    def _report(self) -> bytes:
        self._tally["reports"] += 1
        return self._say(
            Channel.REPORTED,
            Reported(
                settings_revision=self.settings_revision,
                office_revision=self._office_revision,
                version=VERSION,
                firmware=None if self._updates is None else self._updates.said,
            ),
        )

    def _tell_update(self, now_s: float) -> bytes:
        """A step of the update: how it stands, and the record of how it came to that."""
        assert self._updates is not None  # noqa: S101 - who calls has it
        for step in self._updates.steps:
            self._tally[f"firmware {step.version}: {step.state.value}"] += 1
            self._spool.append(records.encode_record(step))
            self._tally["records written"] += 1
        self._updates.steps.clear()
        return self._report() + self._ship(now_s)

    # ---- from the fleet

    def hear(self, published: list[mqtt.Published], now_s: float) -> bytes:
        """What is to be answered to these messages."""
        said = mqtt.pubacks(packet_id for _, packet_id, _ in published if packet_id)
        for topic, _, payload in published:
            self._tally["messages heard"] += 1
            try:
                said += self._heed(topic.decode(), payload, now_s)
            except (MessageError, UnicodeDecodeError):
                self._tally["messages not understood"] += 1
        return said

    def _heed(self, topic: str, payload: bytes, now_s: float) -> bytes:
        if topic == topics.FLEET_SESSION:
            self._fleet_is_there = decode(payload, FleetSession).alive
            return self._ship(now_s)
        ours = topics.parse_kiosk_topic(topic)
        if ours is None or ours[0] != self.kiosk_id:
            self._tally["heard what is for others"] += 1
            return b""
        match ours[1]:
            case Channel.ACK:
                return self._acknowledged(decode(payload, Ack), now_s)
            case Channel.DESIRED:
                return self._desired(decode(payload, Desired), now_s)
            case Channel.COMMAND:
                command = decode(payload, Command)
                self._tally["commands"] += 1
                return self._say(Channel.REPLY, Reply(command_id=command.command_id, done=True))
            case Channel.PAYMENT:
                self._tally["payments"] += 1
        return b""

    def _acknowledged(self, ack: Ack, now_s: float) -> bytes:
        newest = self._committed + len(self._spool)
        if ack.spool_id != self._spool_id or not self._committed <= ack.committed_through <= newest:
            self._tally["acknowledgements that cannot be"] += ack.spool_id == self._spool_id
            return b""
        for _ in range(ack.committed_through - self._committed):
            self._spool.popleft()
            self._tally["records committed"] += 1
        self._committed = ack.committed_through
        self._sent_through = min(self._sent_through, self._committed)
        self._due.resend_s = float("inf")
        return self._ship(now_s)

    def _desired(self, desired: Desired, now_s: float) -> bytes:
        self._tally["desired states"] += 1
        if self._updates is not None and self._updates.hear(desired.firmware, now_s, self._now()):
            self.settings_revision = max(self.settings_revision, desired.settings_revision)
            self._office_revision = desired.office_revision
            return self._tell_update(now_s)
        wanted = max(self.settings_revision, desired.settings_revision), desired.office_revision
        if wanted == (self.settings_revision, self._office_revision):
            return b""
        self.settings_revision, self._office_revision = wanted
        return self._report()

    # ---- bytes

    def _say(self, channel: Channel, message: Message) -> bytes:
        return self.publication(topics.kiosk_topic(self.kiosk_id, channel), encode(message), channel in topics.RETAINED)

    def publication(self, topic: str, payload: bytes, retain: bool = False) -> bytes:
        """Anything on any topic: what bad citizens need."""
        return mqtt.publish(topic, payload, self._next_packet_id(), retain=retain)

    def _next_packet_id(self) -> int:
        self._packet_id = self._packet_id % 65_535 + 1
        return self._packet_id


def _skew(chance: random.Random) -> timedelta:
    """How wrong a clock is: most by a second, one in ten by minutes, one in fifty by a day, one in a hundred is new."""
    drawn = chance.random()
    if drawn < 0.01:
        return datetime(1970, 1, 1, tzinfo=UTC) - datetime.now(UTC)
    if drawn < 0.03:
        return timedelta(days=chance.choice((-1, 1)))
    if drawn < 0.13:
        return timedelta(minutes=chance.uniform(-10, 10))
    return timedelta(seconds=chance.uniform(-1, 1))
