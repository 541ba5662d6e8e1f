"""The agent's loop: link, settings, spool, office records; news to and from the front desk. One thread.

Whatever arrives is first made durable (settings file, replica), then told to the front desk, then acknowledged to the
broker: an agent that is killed in between is told again. Nothing but connecting to the broker waits (see
``decisions/0001-what-may-wait.md``), so that news in either direction passes within a second.
"""

from __future__ import annotations

import logging
import random
import time
from datetime import UTC, datetime

from fleet.protocol import records
from fleet.protocol.messages import (
    Ack,
    Command,
    Desired,
    DeviceState,
    DeviceStatus,
    MessageError,
    PaymentConfirmed,
    Reply,
    Reported,
    Status,
    decode,
)
from fleet.protocol.settings import KioskSettings, SettingsError
from fleet.protocol.topics import Channel
from kiosk import lives, news, settings_store
from kiosk.agent.desk_watch import DeskWatch
from kiosk.agent.errands import Errands, Place
from kiosk.agent.health import health
from kiosk.agent.link import Arrived, Link, check_identity
from kiosk.agent.office_keeping import OfficeKeeping
from kiosk.agent.renewal import Renewal
from kiosk.agent.shipping import Shipping
from kiosk.agent.trust_keeping import TrustKeeping
from kiosk.agent.updates import keeping as updates
from kiosk.agent.updates.states import Proof
from kiosk.config import MachineConfig
from kiosk.office.replica import Replica
from kiosk.service_manager import ServiceManager
from kiosk.spool import Spool, SpoolFullError
from kiosk.store import StoreReplacedError

log = logging.getLogger(__name__)

TURN_S = 1.0
"""Longest wait of one turn; traffic and news end it at once."""

NO_ROOM_TURN_S = 0.05
"""The same while the front desk has no room for news."""

TRUST_TURN_S = 0.1
"""The same while signed metadata is awaited from a process that ends nobody's wait."""

HEARTBEAT_S = 60.0
"""A status at least this often, give or take a tenth, so that a fleet's heartbeats do not march in step."""

ANSWERING = frozenset({DeviceState.ONLINE, DeviceState.BUSY, DeviceState.USER_ERROR})
"""States of a device that is there and works: out of paper is no fault of the firmware."""

PROCESS = "agent"
"""Our name in the records."""


class Agent:
    """Everything the process holds."""

    def __init__(self, config: MachineConfig, version: str, boot_id: str) -> None:
        """Open everything.

        Raises: ConfigError when this kiosk has no identity, or no place for its socket; StoreError when the disk
            cannot be used now.
        """
        check_identity(config.link)
        self._config, self._version = config, version
        self._spool = Spool(config.data_path / "spool.sqlite")
        self._replica = Replica(config.data_path / "office.sqlite")
        self._post = news.NewsSocket(config.run_path, news.AGENT, news.FRONTDESK)
        self._link = Link(config.kiosk_id, config.link, boot_id, version)
        self._shipping = Shipping()
        self._office = OfficeKeeping(config.link, self._replica, self._report)
        self._trust = TrustKeeping(config, self._trust_changed)
        self._renewal = Renewal(config) if config.enrolment is not None else None
        self._updates = self._update_keeping(boot_id) if config.updates.installer else None
        place = Place(
            version=version, boot_id=boot_id, run_dir=config.run_path, reboot_command=config.care.reboot_command
        )
        self._errands = Errands(self._spool, self._post, self._reply, place)
        self._births = 0
        self._was_online = False
        self._told_manager = ""
        self._desk = DeskWatch(time.monotonic)
        self._status_due_s = 0.0
        self._status_no = 0
        self._given_up: int | None = None
        self._settings: KioskSettings | None = None
        self._refused: Desired | None = None
        self._settings_revision, self._problems = self._settings_in_force()
        self._stopping = False

    def _update_keeping(self, boot_id: str) -> updates.UpdateKeeping:
        config = self._config
        place = updates.Place(
            data_dir=config.data_path,
            boot_id=boot_id,
            link=config.link,
            installer=config.updates.installer,
            reboot_command=config.care.reboot_command,
        )
        world = updates.World(
            spool=self._spool,
            report=self._report,
            believed=lambda: self._trust.trusted,
            ask_trust=self._trust.ask_soon,
        )
        return updates.UpdateKeeping(place, world)

    def stop(self) -> None:
        """End ``run`` after the present turn; safe in a signal handler."""
        self._stopping = True

    def run(self, manager: ServiceManager) -> None:
        """Until ``stop``; ``manager`` hears of every turn.

        Raises: StoreReplacedError when the front desk has begun a new spool or replica: end, to be started again.
        """
        self._record(self._restarted(lives.begin(self._spool, PROCESS)))
        self._errands.resume()
        self._post.send(news.StatusWanted())
        ending = lives.Ending.DIED
        try:
            while not self._stopping:
                self._turn()
                manager.works()
                self._tell_manager(manager)
            ending = lives.Ending.STOPPED
        finally:
            manager.ends()
            lives.end(self._spool, PROCESS, ending)
            self._link.close()
            self._office.close()
            self._trust.close()
            if self._updates is not None:
                self._updates.close()
            for held in (self._post, self._replica, self._spool):
                held.close()

    def _restarted(self, ending: lives.Ending) -> records.Restarted:
        broken = [name for name, store in (("spool", self._spool), ("replica", self._replica)) if store.replaced]
        reason = f"put aside, broken: {', '.join(broken)}" if broken else ending.value
        if broken:
            log.error("%s", reason)
        return records.Restarted(process=PROCESS, version=self._version, reason=reason, started_at=datetime.now(UTC))

    def _turn(self) -> None:
        if self._spool.is_replaced or self._replica.is_replaced:
            raise StoreReplacedError("the front desk has put a broken file aside; starting again on the new one")
        self._link.connect_if_due(self._next_session_no)
        turn_s = TURN_S if self._post.flush() else NO_ROOM_TURN_S
        if self._office.is_fetching:
            turn_s = 0.0  # the next piece is waited for in ``step``
        if self._trust.is_busy:
            turn_s = min(turn_s, TRUST_TURN_S)
        for _ in self._link.turn(turn_s, [self._post]):
            self._hear(self._post.receive(0))
        self._office.step()
        self._trust.turn()
        if self._updates is not None:
            self._updates.turn(in_visit=self._desk.status.in_visit, proof=self._proof())
        while self._link.inbox:
            arrived = self._link.inbox.popleft()
            self._take(arrived)
            self._link.acknowledge(arrived)
        if self._renewal is not None and self._renewal.turn():
            self._link.close()  # and come again by the new certificate
        if self._link.births != self._births:
            self._births = self._link.births
            self._born()
        if self._link.online != self._was_online:
            self._was_online = self._link.online
            self._post.tell(news.LinkState(online=self._was_online))
        if self._link.online:
            self._ship()
        self._office.begin_if_due(online=self._link.online)
        self._errands.look_after(in_visit=self._desk.status.in_visit)
        if self._desk.falls_silent():
            log.error("the front desk says nothing any more")
            self._report_status()
        if time.monotonic() >= self._status_due_s:
            self._report_status()

    def _tell_manager(self, manager: ServiceManager) -> None:
        """Where the update stands: who marks slots good by a simpler rule must leave it to a proving agent."""
        word = "" if self._updates is None else f"update: {type(self._updates.state).__name__.lower()}"
        if word != self._told_manager:
            self._told_manager = word
            manager.tell(word)

    def _next_session_no(self) -> int:
        """Larger than any before, by no clock: one that jumped back would make the fleet take us for the past."""
        try:
            number = self._spool.next_session_no()
        except SpoolFullError as err:
            log.error("session not counted: %s", err)
            number = self._spool.session_no + 1
        return max(number, self._link.session_no + 1)

    def _born(self) -> None:
        """A new session: everything the fleet should know of us is said again."""
        self._shipping.link_born()
        self._office.ask_soon()
        self._trust.ask_soon()
        self._report()
        self._report_status()

    # ---- from the front desk

    def _hear(self, message: news.News | None) -> None:
        match message:
            case news.DeskStatus():
                self._desk.heard(message)
                self._look_at_settings()
                self._post.tell(news.LinkState(online=self._was_online))  # it may have been born after the link
                self._report_status()
            case news.ErrandDone():
                self._errands.desk_said(message)
            case news.RecordsWaiting() | None:
                pass  # the turn itself looks into the spool
            case _:
                log.warning("unexpected news: %s", type(message).__name__)

    # ---- from the fleet

    def _take(self, arrived: Arrived) -> None:
        if not arrived.payload:
            return  # how MQTT says that a retained message was cleared
        try:
            match arrived.channel:
                case Channel.ACK:
                    self._acknowledged(decode(arrived.payload, Ack))
                case Channel.DESIRED:
                    self._desired(decode(arrived.payload, Desired))
                case Channel.PAYMENT:
                    self._payment(decode(arrived.payload, PaymentConfirmed))
                case Channel.COMMAND:
                    command = decode(arrived.payload, Command)
                    self._errands.take(command, refresh=self._ask_again, expires_in_s=arrived.expires_in_s)
                case _:
                    log.warning("unexpected message on %s", arrived.channel.value)
        except MessageError as err:
            log.warning("not understood: %s", err)
            if arrived.channel is Channel.DESIRED:
                self._problems = (str(err)[:200],)
                self._report()

    def _ask_again(self) -> None:
        self._office.ask_again()
        self._trust.ask_soon()

    def _acknowledged(self, ack: Ack) -> None:
        try:
            heeded = self._spool.acknowledge(ack)
        except SpoolFullError as err:  # deleting needs room, too; what stays is sent again, and known by its number
            log.error("acknowledged records stay: %s", err)
            return
        if heeded:
            self._shipping.acknowledged(ack)

    def _desired(self, desired: Desired) -> None:
        self._office.desired(desired)
        if self._updates is not None:
            self._updates.desired(desired.firmware)
        self._take_settings(desired)

    def _take_settings(self, desired: Desired) -> None:
        if desired.settings_revision <= self._settings_revision or desired.settings_revision == self._given_up:
            self._report()
            return
        told = self._problems
        try:
            self._trust.demand_signed(desired)
            settings, unknown = settings_store.read_desired(desired)
            settings_store.store(self._config.data_path, desired)
            self._settings, self._refused = settings, None
            self._settings_revision, self._problems = desired.settings_revision, unknown
            self._post.tell(news.SettingsStored(revision=desired.settings_revision))
            if self._unsigned():
                self._trust.ask_soon()
        except SettingsError as err:
            self._refused = desired
            self._problems = tuple(f"revision {desired.settings_revision}: {problem}" for problem in err.problems)
        except OSError as err:
            self._problems = (f"revision {desired.settings_revision} cannot be stored: {err.strerror}",)
        self._report()
        is_waiting = self._refused is not None and not self._trust.knows_who_signs
        if desired.settings_revision > self._settings_revision and (self._problems == told or is_waiting):
            return  # refused before, and said: the fleet offers it again at every reconnection; or not refused yet
        self._record(
            records.SettingsApplied(
                revision=desired.settings_revision, problems=self._problems, applied_at=datetime.now(UTC)
            )
        )

    def _settings_in_force(self) -> tuple[int, tuple[str, ...]]:
        """What the front desk runs, and what is not as was desired."""
        loaded = settings_store.load(self._config.data_path)
        revision, problems = (0, ()) if loaded is None else (loaded[0].settings_revision, loaded[2])
        self._settings = None if loaded is None else loaded[1]
        self._given_up = settings_store.given_up(self._config.data_path)
        if self._given_up is not None:
            problems = (settings_store.GIVEN_UP.format(revision=self._given_up), *problems)
        return revision, problems

    def _look_at_settings(self) -> None:
        """The front desk may have returned to older ones; it has put that on record."""
        if settings_store.given_up(self._config.data_path) != self._given_up:
            self._settings_revision, self._problems = self._settings_in_force()
            self._report()

    def _unsigned(self) -> tuple[str, ...]:
        """What of the settings is not offered, because nobody who may has signed it."""
        return () if self._settings is None else self._trust.within(self._settings)[1]

    def _trust_changed(self) -> None:
        if self._refused is not None:
            self._take_settings(self._refused)
        self._post.tell(news.SettingsStored(revision=self._settings_revision))
        self._report()

    def _payment(self, payment: PaymentConfirmed) -> None:
        self._office.payment(payment)
        self._post.tell(news.PaymentArrived(payment=payment))

    # ---- to the fleet

    def _reply(self, reply: Reply) -> None:
        self._link.publish(Channel.REPLY, reply)

    def _ship(self) -> None:
        now_s = time.monotonic()
        if self._shipping.may_send(now_s) and (batch := self._spool.batch(self._shipping.start_from())) is not None:
            self._link.publish(Channel.RECORDS, batch)
            self._shipping.sent(batch, now_s)

    def _report(self) -> None:
        self._link.publish(
            Channel.REPORTED,
            Reported(
                settings_revision=self._settings_revision,
                problems=(*self._problems, *self._unsigned(), *self._trust.problems),
                office_revision=self._replica.revision,
                version=self._version,
                firmware=None if self._updates is None else self._updates.reported(),
            ),
        )

    def _proof(self) -> Proof:
        """What works now, for a system that has to prove itself."""
        devices = self._desk.status.devices
        return Proof(
            front_desk=self._desk.has_run_on(),
            link=self._link.online,
            devices=frozenset(name for name, status in devices.items() if status.state in ANSWERING),
        )

    def _report_status(self) -> None:
        try:
            self._spool.look_after()
        except SpoolFullError as err:
            log.error("spool not looked after: %s", err)
        self._status_due_s = time.monotonic() + HEARTBEAT_S * random.uniform(0.9, 1.1)  # noqa: S311 - jitter
        self._status_no += 1
        desk = self._desk.status
        devices: dict[str, DeviceStatus] = desk.devices
        self._link.publish(
            Channel.STATUS,
            Status(
                session_no=self._link.session_no,
                no=self._status_no,
                at=datetime.now(UTC),
                devices=devices,
                paper=desk.paper,
                paper_slips_left=desk.paper_slips_left,
                paper_out_at=desk.paper_out_at,
                spool_depth=self._spool.depth,
                in_visit=desk.in_visit,
                health=health(self._config.data_path, self._spool, self._office.clock_ahead_s),
            ),
        )

    def _record(self, record: records.KnownRecord) -> None:
        try:
            self._spool.append(record)
        except SpoolFullError as err:
            log.error("not recorded: %s", err)
