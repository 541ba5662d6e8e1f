"""One process' share of a crowd: a loop over thousands of lines, and when each kiosk is next due.

Reads its plan as one line of JSON, then a word a line: ``storm`` cuts every line at once, ``stop`` says goodbye.
Writes its tally as one line of JSON a second. `fleet simulate` starts some of these and adds them up.
"""

from __future__ import annotations

import heapq
import os
import random
import select
import signal
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from fleet.protocol import mqtt
from fleet.protocol.returning import GREETING_TIMEOUT_S, Returning
from fleet.simulate.kiosk import SimulatedKiosk
from fleet.simulate.line import Line, LostError, State
from fleet.simulate.misdeeds import EVERY_S, MISDEEDS
from fleet.simulate.plan import Plan

TELL_EVERY_S = 1.0
FOREVER_S = float("inf")
WAITED_MS = "milliseconds waited to be welcomed"


class Tally(msgspec.Struct):
    """What one process has counted; gauges are of now, counts since the start."""

    kiosks: int
    online: int
    revision_least: int
    lag_s: float
    cpu_s: float
    counts: dict[str, int]


class _Member:
    """A kiosk and its line, and what it is due to do."""

    __slots__ = ("began_s", "context", "due_s", "is_bad", "kiosk", "line", "misdeed_s", "returning")

    def __init__(
        self, kiosk: SimulatedKiosk, arrives_s: float, draw: Callable[[float, float], float], *, is_bad: bool
    ) -> None:
        self.kiosk, self.is_bad = kiosk, is_bad
        self.line: Line | None = None
        self.context: ssl.SSLContext | None = None
        self.due_s, self.began_s = arrives_s, 0.0
        self.returning = Returning(draw)
        self.misdeed_s = FOREVER_S


class Crowd:
    """All kiosks of this process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)  # noqa: S311 - a crowd, not a secret
        self.counts: Counter[str] = Counter()
        self._poll = select.epoll()
        self._by_file: dict[int, _Member] = {}
        self._agenda: list[tuple[float, int]] = []
        self._lag_s = 0.0
        now_s = time.monotonic()
        self._members = [
            _Member(
                SimulatedKiosk(kiosk_id, plan, self._chance, self.counts),
                now_s + self._chance.uniform(0, plan.spread_s),
                self._chance.uniform,
                is_bad=self._chance.random() < plan.bad_share,
            )
            for kiosk_id in plan.kiosk_ids
        ]
        for index in range(len(self._members)):
            self._note(index)
        self._index = {id(member): index for index, member in enumerate(self._members)}

    def tally(self) -> Tally:
        """How it is now."""
        lag_s, self._lag_s = self._lag_s, 0.0
        return Tally(
            kiosks=len(self._members),
            online=sum(member.line is not None and member.line.state is State.OPEN for member in self._members),
            revision_least=min(member.kiosk.settings_revision for member in self._members),
            lag_s=round(lag_s, 3),
            cpu_s=round(time.process_time(), 2),
            counts=dict(self.counts),
        )

    # ---- the loop

    def turn(self, until_s: float) -> bool:
        """Do what is due and what arrived, then wait at most until ``until_s``; whether standard input has a word."""
        now_s = time.monotonic()
        while self._agenda and self._agenda[0][0] <= now_s:
            due_s, index = heapq.heappop(self._agenda)
            member = self._members[index]
            if due_s == member.due_s:  # else it was put off meanwhile
                self._lag_s = max(self._lag_s, now_s - due_s)
                self._attend(member, now_s)
        next_s = min(until_s, self._agenda[0][0] if self._agenda else until_s)
        has_word = False
        for file, _ in self._poll.poll(max(0.0, next_s - time.monotonic()), 1024):
            if file == sys.stdin.fileno():
                has_word = True
            elif (found := self._by_file.get(file)) is not None:
                self._hear(found)
        return has_word

    def listen_to_stdin(self) -> None:
        """Have ``turn`` wake up for a word."""
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN)

    def _note(self, index: int) -> None:
        heapq.heappush(self._agenda, (self._members[index].due_s, index))

    def _put_off(self, member: _Member, due_s: float) -> None:
        if due_s != member.due_s:
            member.due_s = due_s
            self._note(self._index[id(member)])

    def _attend(self, member: _Member, now_s: float) -> None:
        """A moment of this member's has come."""
        member.due_s = -1.0  # so that whatever comes is new
        line = member.line
        if line is None:
            self._connect(member, now_s)
        elif line.state is not State.OPEN:
            self._lose(member, "no answer in time", now_s)
        else:
            said = member.kiosk.at(now_s)
            if now_s >= member.misdeed_s:
                name = self._chance.choice(sorted(MISDEEDS))
                self.counts[f"misdeed: {name}"] += 1
                said += MISDEEDS[name](member.kiosk, self._chance)
                member.misdeed_s = now_s + self._chance.uniform(*EVERY_S)
            self._say(member, said, now_s)
            if member.kiosk.away_until_s > now_s:
                self._reboot(member)

    def _reboot(self, member: _Member) -> None:
        """Its line ends without a word, as a machine's does; some never come back."""
        self.counts["reboots"] += 1
        self._drop(member)
        self._put_off(member, member.kiosk.away_until_s)

    def _connect(self, member: _Member, now_s: float) -> None:
        if member.context is None:
            member.context = _context(Path(self._plan.identities), member.kiosk.kiosk_id)
        member.line = Line((self._plan.host, self._plan.port), member.context, member.kiosk.connect())
        member.began_s = now_s
        self.counts["connects"] += 1
        self._watch(member)
        self._put_off(member, now_s + GREETING_TIMEOUT_S)

    def _watch(self, member: _Member) -> None:
        assert member.line is not None  # noqa: S101 - who calls has just used it
        wanted = select.EPOLLIN | (select.EPOLLOUT if member.line.wants_write else 0)
        file = member.line.fileno()
        if self._by_file.get(file) is member:
            self._poll.modify(file, wanted)
        else:
            self._by_file[file] = member
            self._poll.register(file, wanted)

    def _hear(self, member: _Member) -> None:
        line, now_s = member.line, time.monotonic()
        if line is None:
            return
        did_want = line.wants_write
        try:
            for kind, body in line.ready():
                self._heed(member, line, kind, body, now_s)
            if line.arrived.published:
                said = member.kiosk.hear(line.arrived.published, now_s)
                line.arrived.published.clear()
                self._say(member, said, now_s)
            if member.line is line and line.wants_write != did_want:
                self._watch(member)
        except (LostError, mqtt.MqttError) as err:
            self._lose(member, str(err), now_s)

    def _heed(self, member: _Member, line: Line, kind: int, body: bytes, now_s: float) -> None:
        match kind:
            case mqtt.Kind.CONNACK:
                mqtt.read_connack(body)
                line.state = State.OPEN
                member.returning.welcomed()
                self.counts[WAITED_MS] += round((now_s - member.began_s) * 1000)
                if member.is_bad:
                    member.misdeed_s = now_s + self._chance.uniform(*EVERY_S)
                self._say(member, member.kiosk.welcomed(now_s), now_s)
            case mqtt.Kind.SUBACK:
                mqtt.read_suback(body)
            case mqtt.Kind.PUBACK:
                self.counts["refused by the broker"] += len(body) > 2 and body[2] >= mqtt.FAILURE
            case mqtt.Kind.DISCONNECT:
                raise LostError(f"the broker ends it: 0x{body[0] if body else 0:02x}")

    def _say(self, member: _Member, said: bytes, now_s: float) -> None:
        line = member.line
        if line is None:
            return
        if said:
            did_want = line.wants_write
            try:
                line.send(said)
            except LostError as err:
                self._lose(member, str(err), now_s)
                return
            if line.wants_write != did_want:
                self._watch(member)
        self._put_off(member, min(member.kiosk.due_s, member.misdeed_s))

    def _lose(self, member: _Member, why: str, now_s: float) -> None:
        self.counts[f"lost: {why}"] += 1
        self._drop(member)
        self._put_off(member, now_s + member.returning.pause_s())

    def _drop(self, member: _Member) -> None:
        if member.line is not None:
            self._by_file.pop(member.line.fileno(), None)
            member.line.close()
            member.line = None

    # ---- acts of the whole crowd

    def storm(self) -> None:
        """Every line is cut at once."""
        now_s = time.monotonic()
        for member in self._members:
            if member.line is not None:
                self._lose(member, "storm", now_s)

    def farewell(self) -> None:
        """All say goodbye, as far as the line takes it at once."""
        for member in self._members:
            if member.line is not None and member.line.state is State.OPEN:
                with suppress(LostError):
                    member.line.send(member.kiosk.farewell())
            self._drop(member)


def _context(identities: Path, kiosk_id: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(identities / "ca.pem")
    context.load_cert_chain(identities / f"{kiosk_id}.pem")
    return context


def main() -> int:
    """Run one process' share; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of us; who started us says when to end
    plan = msgspec.json.decode(sys.stdin.readline(), type=Plan)
    crowd = Crowd(plan)
    os.set_blocking(sys.stdin.fileno(), False)
    crowd.listen_to_stdin()
    tell_s = time.monotonic() + TELL_EVERY_S
    stopping = False
    while not stopping:
        if crowd.turn(tell_s):
            words = os.read(sys.stdin.fileno(), 4096).split()
            stopping = not words or b"stop" in words  # nobody there any more: end, too
            if b"storm" in words:
                crowd.storm()
        if time.monotonic() >= tell_s:
            tell_s += TELL_EVERY_S
            _tell(crowd)
    _tell(crowd)
    crowd.farewell()
    return 0


def _tell(crowd: Crowd) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(crowd.tally()) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    raise SystemExit(main())
