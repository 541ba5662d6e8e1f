"""The conduct process: sends what waits in the outbox, while it holds the lease.

A message leaves the outbox only when the broker has acknowledged it; a kill in between sends it twice, which every
receiver can bear (desired state is retained and numbered, payments name their references).
"""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fleet.conduct.alerting import Alerting
from fleet.conduct.bundles import Bundles
from fleet.conduct.leading import Leading
from fleet.conduct.office_work import OfficeWork
from fleet.conduct.resigning import Resigning
from fleet.conduct.revoking import Revoker
from fleet.devices.models import Outgoing
from fleet.figures.counting import Counting
from fleet.idle_memory import IdleMemory
from fleet.payments.balances import Carrying
from fleet.rollouts.stepping import Stepper

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
"""An indexed look at an empty table ten times a second: a settings change leaves within that."""

SEND_TIMEOUT_S = 5.0
DATABASE_RETRY_S = 2.0
"""Pause after the database failed: away, or its disk is full."""

BATCH_MAX = 500
"""Under way at once; the broker takes 1,000 (``max_inflight_messages`` in ``fleet.trust.broker``)."""


class Conductor:
    """One conductor; of many, the one with the lease acts."""

    def __init__(self, host: str, port: int, certificates: Path) -> None:
        holder = secrets.token_hex(8)
        self._leading, self._leading_alerts = Leading("conduct", holder), Leading("alerts", holder)
        self._stopping = False
        self._connected = False
        client = paho.Client(CallbackAPIVersion.VERSION2, "fleet-conduct", protocol=MQTTProtocolVersion.MQTTv5)
        client.tls_set(
            ca_certs=str(certificates / "ca.pem"),
            certfile=str(certificates / "fleet-conduct.pem"),
            keyfile=str(certificates / "fleet-conduct.key"),
        )
        client.reconnect_delay_set(1, 10)
        client.max_inflight_messages_set(BATCH_MAX)  # paho's 20 wait out a busy broker's every turn
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.connect_async(host, port, keepalive=20)
        self._client = client
        self._sent: list[tuple[int, paho.MQTTMessageInfo]] = []
        self._sent_at_s = 0.0
        self._revoker = Revoker(host, port, certificates)
        self._counting = Counting()
        self._carrying = Carrying()
        self._idle_memory = IdleMemory()
        self._office_work = OfficeWork()
        self._bundles = Bundles()
        self._stepper = Stepper()
        self._resigning = Resigning()
        self._alerting = Alerting()

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
                    self._leading.doubt()
                    self._leading_alerts.doubt()
                    time.sleep(DATABASE_RETRY_S)
                    continue
                if not did_some:
                    time.sleep(LOOK_EVERY_S)
            self._leading.give_up()
            self._leading_alerts.give_up()
        finally:
            self._alerting.close()
            self._office_work.close()
            self._client.disconnect()
            self._client.loop_stop()

    def _turn(self) -> bool:
        """Do what is to be done, if it is ours to do; False when there was nothing."""
        if self._leading_alerts.leads():  # above all while the broker is gone
            self._alerting.turn()
        if not (self._connected and self._leading.leads()):
            self._sent.clear()  # whoever leads next begins with the oldest
            return False
        self._revoker.turn()
        self._counting.turn()
        self._carrying.turn()
        self._idle_memory.turn()
        self._office_work.turn()
        self._bundles.turn()
        self._stepper.turn()
        self._resigning.turn()
        return self._send_some()

    def _send_some(self) -> bool:
        """Publish what waits, oldest first, and see what the broker has acknowledged; False when nothing moved.

        Only an unbroken run from the oldest on leaves the outbox: were a later one to overtake an earlier one, an old
        desired state would be what the broker retains. A broker that is busy with ten thousand who come back
        acknowledges nothing for seconds; a revocation that comes meanwhile must not wait behind that.
        """
        now = timezone.now()
        if not self._sent:
            Outgoing.objects.filter(expires_at__lte=now).delete()
            self._sent = [(each.pk, self._publish(each, now)) for each in Outgoing.objects.all()[:BATCH_MAX]]
            self._sent_at_s = time.monotonic()
        until_s = time.monotonic() + LOOK_EVERY_S
        done = [pk for pk, _ in itertools.takewhile(lambda each: _is_out(each[1], until_s), self._sent)]
        if done:
            Outgoing.objects.filter(pk__in=done).delete()
            del self._sent[: len(done)]
            self._sent_at_s = time.monotonic()
        elif self._sent and time.monotonic() - self._sent_at_s > SEND_TIMEOUT_S:
            log.warning("%d messages wait for the broker", len(self._sent))
            self._sent.clear()  # and published again
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
