"""The broker's side of a revocation: refused from now on, and thrown off the line.

mosquitto reads a new revocation list on SIGHUP, but leaves open lines open. So, in this order: write the list, have it
read, *see* that it is in force, and then take the revoked kiosk's client id over, which makes the broker close its
line (MQTT 5, 3.1.4) and drop what is queued for it. It cannot come back: its certificate is on the list.

That the list is in force is shown by a canary, a fresh certificate put on the list with the others: once the broker
refuses the canary it refuses all of them. Rows not yet enforced are tried again; nothing is lost by a kill.
"""

from __future__ import annotations

import logging
import ssl
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection
from typing import Any

import paho.mqtt.client as paho
from cryptography import x509
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from fleet.trust.authority import Authority, Identity
from fleet.trust.broker import REVOCATION_LIST, have_lists_read
from fleet.trust.certificates import Doer, authority, note, revoked_serials
from fleet.trust.models import Certificate
from fleet.trust.revocation_list import write_list

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
IN_FORCE_WITHIN_S = 5.0
"""mosquitto looks at its signals ten times a second; a busy one may take longer. Then it is tried again."""

LINE_TIMEOUT_S = 2.0
RETRY_S = 1.0
BATCH_MAX = 20
OURS_LIFE = timedelta(hours=1)
"""Of canaries and of the certificates that take a line over; they exist for a second."""


class Revoker:
    """Enforces what ``fleet.trust`` has revoked. Only the conductor that leads may turn it."""

    def __init__(self, host: str, port: int, certificates: Path) -> None:
        self._host, self._port, self._certificates = host, port, certificates
        self._due_s = 0.0
        self._said = ""

    def turn(self) -> None:
        """Enforce what waits, if it is time to look; blocks for a few seconds at most, usually for none."""
        if time.monotonic() < self._due_s:
            return
        self._due_s = time.monotonic() + LOOK_EVERY_S
        waiting = list(Certificate.objects.filter(revoked_at__isnull=False, enforced_at=None)[:BATCH_MAX])
        if waiting and not self._enforce(waiting):
            self._due_s = time.monotonic() + RETRY_S

    def _enforce(self, waiting: list[Certificate]) -> bool:
        ours = authority()
        canary = ours.issue_client("fleet-canary", OURS_LIFE)
        now = datetime.now(UTC)
        serials = [*revoked_serials(now), x509.load_pem_x509_certificate(canary.certificate).serial_number]
        if not write_list(self._certificates / REVOCATION_LIST, ours, serials, now):
            return False  # the last one is not a second old
        if not have_lists_read(self._certificates):
            return self._say("no broker of ours is running; revocations wait for it")
        if not self._is_in_force(canary):
            return self._say("the broker does not refuse what is on its list; trying again")
        for kiosk_id in sorted({each.kiosk_id for each in waiting if not each.superseded}):
            if not self._take_over(ours, kiosk_id):
                return self._say(f"the line of {kiosk_id} could not be taken over; trying again")
        for each in waiting:
            each.enforced_at = timezone.now()
            each.save(update_fields=["enforced_at"])
            note(Doer(), "enforced", kiosk_id=each.kiosk_id, about=each.serial)
        self._said = ""
        return True

    def _say(self, what: str) -> bool:
        """Log a trouble once; False, as nothing is enforced."""
        if what != self._said:
            log.warning("%s", what)
            self._said = what
        return False

    def _is_in_force(self, canary: Identity) -> bool:
        """Whether the broker comes to refuse the canary."""
        until_s = time.monotonic() + IN_FORCE_WITHIN_S
        while time.monotonic() < until_s:
            if self._refuses(canary):
                return True
            time.sleep(0.05)
        return False

    def _refuses(self, identity: Identity) -> bool:
        context = self._context(identity)
        # In TLS 1.3 the refusal would come after the handshake, mixed with whatever the broker says first.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            with create_connection((self._host, self._port), LINE_TIMEOUT_S) as plain:
                context.wrap_socket(plain, server_hostname=self._host).close()
        except ssl.SSLError as err:
            return "ALERT" in (err.reason or "")
        except OSError:
            return False
        return False

    def _context(self, identity: Identity) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self._certificates / "ca.pem"))
        with tempfile.TemporaryDirectory(prefix="sala-") as folder:  # ours to read only; ssl takes files, nothing else
            identity.write(Path(folder), "it")
            context.load_cert_chain(Path(folder, "it.pem"), Path(folder, "it.key"))
        return context

    def _take_over(self, ours: Authority, kiosk_id: str) -> bool:
        """Connect as this kiosk, which ends its own line, and leave again."""
        connected: list[bool] = []

        def on_connect(_client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
            connected.append(not reason.is_failure)

        client = paho.Client(CallbackAPIVersion.VERSION2, kiosk_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.tls_set_context(self._context(ours.issue_client(kiosk_id, OURS_LIFE)))
        client.on_connect = on_connect
        client.connect_timeout = LINE_TIMEOUT_S
        try:
            client.connect(self._host, self._port, clean_start=True)  # and what was queued for it is dropped
            until_s = time.monotonic() + LINE_TIMEOUT_S
            while not connected and time.monotonic() < until_s:
                if client.loop(0.1) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                    break
            client.disconnect()
        except OSError:
            return False
        return connected == [True]
