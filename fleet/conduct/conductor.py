"""The conduct process: sends what waits in the outbox, while it holds the lease.

A message leaves the outbox only when the broker has acknowledged it; a kill in between sends it twice, which every
receiver can bear (desired state is retained and numbered, payments name their references).
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.conduct.bundles import Bundles
from fleet.conduct.office_work import OfficeWork
from fleet.conduct.resigning import Resigning
from fleet.conduct.revoking import Revoker
from fleet.devices.models import Lease, Outgoing
from fleet.figures.counting import Counting
from fleet.idle_memory import IdleMemory
from fleet.rollouts.stepping import Stepper

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
"""An indexed look at an empty table ten times a second: a settings change leaves within that."""

LEASE_S = 6.0
"""After a leader was killed nobody leads for so long; a revocation is to be enforced within 10 s all the same."""

LEASE_CREDIBLE_S = 60.0
"""One that ends later was given before the clock was set back; two machines' clocks differ by far less."""

SEND_TIMEOUT_S = 5.0
DATABASE_RETRY_S = 2.0
"""Pause after the database failed: away, or its disk is full."""

BATCH_MAX = 500


class Conductor:
    """One conductor; of many, the one with the lease acts."""

    def __init__(self, host: str, port: int, certificates: Path) -> None:
        self._holder = secrets.token_hex(8)
        self._lease_until_s = 0.0
        self._stopping = False
        self._connected = False
        client = paho.Client(CallbackAPIVersion.VERSION2, "fleet-conduct", protocol=MQTTProtocolVersion.MQTTv5)
        client.tls_set(
            ca_certs=str(certificates / "ca.pem"),
            certfile=str(certificates / "fleet-conduct.pem"),
            keyfile=str(certificates / "fleet-conduct.key"),
        )
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.connect_async(host, port, keepalive=20)
        self._client = client
        self._revoker = Revoker(host, port, certificates)
        self._counting = Counting()
        self._idle_memory = IdleMemory()
        self._office_work = OfficeWork()
        self._bundles = Bundles()
        self._stepper = Stepper()
        self._resigning = Resigning()

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        self._connected = not reason.is_failure

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, _reason: ReasonCode, _props: Any) -> None:
        self._connected = False

    def stop(self) -> None:
        """End ``run`` soon; safe in a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Until ``stop``."""
        self._client.loop_start()
        try:
            while not self._stopping:
                try:
                    did_some = self._turn()
                except (OperationalError, InterfaceError) as err:
                    log.error("the database cannot be used now: %s", str(err).strip())
                    connection.close()
                    self._lease_until_s = 0.0
                    time.sleep(DATABASE_RETRY_S)
                    continue
                if not did_some:
                    time.sleep(LOOK_EVERY_S)
            with contextlib.suppress(OperationalError, InterfaceError):  # then it runs out
                Lease.objects.filter(name="conduct", holder=self._holder).delete()
        finally:
            self._office_work.close()
            self._client.disconnect()
            self._client.loop_stop()

    def _turn(self) -> bool:
        """Do what is to be done, if it is ours to do; False when there was nothing."""
        if not (self._connected and self._leads()):
            return False
        self._revoker.turn()
        self._counting.turn()
        self._idle_memory.turn()
        self._office_work.turn()
        self._bundles.turn()
        self._stepper.turn()
        self._resigning.turn()
        return self._send_some()

    def _leads(self) -> bool:
        """Whether the lease is ours; it is taken or renewed at half its time."""
        if time.monotonic() < self._lease_until_s - LEASE_S / 2:
            return True
        now = timezone.now()
        until = now + timedelta(seconds=LEASE_S)
        with transaction.atomic():
            lease, fresh = Lease.objects.select_for_update().get_or_create(
                name="conduct", defaults={"holder": self._holder, "until": until}
            )
            is_held = now < lease.until <= now + timedelta(seconds=LEASE_CREDIBLE_S)
            if not fresh and lease.holder != self._holder and is_held:
                return False
            Lease.objects.filter(pk=lease.pk).update(holder=self._holder, until=until)
        self._lease_until_s = time.monotonic() + LEASE_S
        return True

    def _send_some(self) -> bool:
        """Publish what waits, oldest first; False when there was nothing.

        Only an unbroken run from the oldest on leaves the outbox: were a later one to overtake an earlier one, an old
        desired state would be what the broker retains.
        """
        now = timezone.now()
        Outgoing.objects.filter(expires_at__lte=now).delete()
        waiting = list(Outgoing.objects.all()[:BATCH_MAX])
        sent = [(each.pk, self._publish(each, now)) for each in waiting]
        until_s = time.monotonic() + SEND_TIMEOUT_S
        done: list[int] = []
        for pk, info in sent:
            if not _is_out(info, until_s):
                log.warning("%d messages wait for the broker", len(waiting) - len(done))
                break
            done.append(pk)
        if done:
            Outgoing.objects.filter(pk__in=done).delete()
        return bool(done)

    def _publish(self, message: Outgoing, now: datetime) -> paho.MQTTMessageInfo:
        properties = None
        if message.expires_at is not None or message.correlation:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
            properties.CorrelationData = message.correlation.encode()
            if message.expires_at is not None:
                properties.MessageExpiryInterval = max(1, round((message.expires_at - now).total_seconds()))
        return self._client.publish(message.topic, bytes(message.payload), 1, message.retain, properties)


def _is_out(info: paho.MQTTMessageInfo, until_s: float) -> bool:
    """Whether the broker has acknowledged a message by ``until_s``; a link lost meanwhile is a no."""
    try:
        info.wait_for_publish(max(0.0, until_s - time.monotonic()))
        return info.is_published()
    except RuntimeError:  # how paho says that it was not connected
        return False
