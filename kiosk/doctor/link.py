"""The way to the fleet, asked once: our certificate, the broker's TLS, the API's answer and its clock.

What it is: a TLS handshake with each, by our own certificate, and one GET. What it is not: a session; nothing is
published, and the kiosk's own link goes on undisturbed: a second CONNECT with its certificate would throw it off.

Rules: every wait is bounded. With TLS 1.3 a server refuses a certificate only after the handshake, so each end is heard
for a moment before it counts as well.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from kiosk.config import Link
from kiosk.doctor.findings import Detail, Finding, attention, failing, fine, unknown
from kiosk.doctor.problems import Problem
from kiosk.fleet_clock import ahead_s

TIMEOUT_S = 5.0
REFUSAL_S = 0.5
"""How long each end is heard after the handshake; a refusal takes a round trip."""
ENDS_SOON_DAYS = 21
PING = "/kiosk/v1/ping"
CLOCK_OFF_S = 10.0
CLOCK_WRONG_S = 300.0
"""Slips and records carry the time; certificates are not yet, or no longer, valid by a clock this wrong."""


def look_at_certificate(link: Link, now: datetime) -> Finding:
    """Whether this kiosk can prove who it is, and for how long."""
    for path in (link.ca_file, link.certificate_file, link.key_file):
        try:
            Path(path).read_bytes()
        except OSError as err:
            return failing("certificate", Problem.NO_IDENTITY, detail=f"{path}: {err.strerror}")
    try:
        _tls(link)
        certificate = x509.load_pem_x509_certificate(Path(link.certificate_file).read_bytes())
    except (OSError, ValueError) as err:
        return failing("certificate", Problem.IDENTITY_BROKEN, detail=type(err).__name__)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    days_left = (end - now).days
    dates: dict[str, Detail] = {
        "valid_from": f"{begin:%Y-%m-%d}",
        "valid_until": f"{end:%Y-%m-%d}",
        "days_left": days_left,
    }
    if now < begin:  # certificates are not made for the future: the clock is behind
        return failing("certificate", Problem.CLOCK_WRONG, **dates)
    if now > end:
        return failing("certificate", Problem.CERTIFICATE_EXPIRED, **dates)
    if days_left < ENDS_SOON_DAYS:
        return attention("certificate", Problem.CERTIFICATE_ENDS_SOON, **dates)
    return fine("certificate", **dates)


def _tls(link: Link) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=link.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(link.certificate_file, link.key_file)
    return context


def look_at_broker(link: Link) -> Finding:
    """Whether the broker shakes hands with us."""
    at = f"{link.broker_host}:{link.broker_port}"
    began_s = time.monotonic()
    try:
        with (
            socket.create_connection((link.broker_host, link.broker_port), TIMEOUT_S) as plain,
            _tls(link).wrap_socket(plain, server_hostname=link.broker_host) as line,
        ):
            ms = round(1000 * (time.monotonic() - began_s), 1)
            details: dict[str, Detail] = {"to": at, "ms": ms, "tls": line.version(), "fleet_until": _until(line)}
            if _is_refused(line):
                return failing("broker", Problem.FLEET_REFUSES_US, **details)
            return fine("broker", **details)
    except (OSError, ValueError) as err:
        return failing("broker", _why(err), to=at, detail=_detail(err))


def _is_refused(line: ssl.SSLSocket) -> bool:
    """Whether the far end hangs up on a client that says nothing; one that takes us waits, too."""
    line.settimeout(REFUSAL_S)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False


def _until(line: ssl.SSLSocket) -> str | None:
    """The last day of the far end's certificate."""
    der = line.getpeercert(binary_form=True)
    return f"{x509.load_der_x509_certificate(der).not_valid_after_utc:%Y-%m-%d}" if der else None


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What the API's answer tells: of itself, and how far our clock is before the fleet's (None: not told)."""

    finding: Finding
    clock_ahead_s: float | None


def ask_api(link: Link) -> ApiAnswer:
    """Ask the fleet's API whether it knows us."""
    address = urlsplit(link.fleet_api)
    at = address.netloc
    began_s = time.monotonic()
    try:
        line = http.client.HTTPSConnection(address.hostname or "", address.port, timeout=TIMEOUT_S, context=_tls(link))
        try:
            line.connect()
            ms = round(1000 * (time.monotonic() - began_s), 1)
            if _is_refused(line.sock):
                return ApiAnswer(failing("api", Problem.FLEET_REFUSES_US, to=at, ms=ms), None)
            line.sock.settimeout(TIMEOUT_S)
            line.request("GET", PING)
            sent_at = datetime.now(UTC)
            answer = line.getresponse()
            heard_at = datetime.now(UTC)
        finally:
            line.close()
    except (OSError, ValueError, http.client.HTTPException) as err:
        return ApiAnswer(failing("api", _why(err), to=at, detail=_detail(err)), None)
    clock_ahead_s = ahead_s(answer.headers.get("Date"), sent_at, heard_at)
    if answer.status == http.client.OK:
        return ApiAnswer(fine("api", to=at, ms=ms), clock_ahead_s)
    problem = Problem.FLEET_REFUSES_US if answer.status in (401, 403) else Problem.FLEET_TROUBLED
    return ApiAnswer(failing("api", problem, to=at, ms=ms, http_status=answer.status), clock_ahead_s)


def look_at_clock(answer: ApiAnswer | None, *, is_synchronised: bool | None) -> Finding:
    """How far the clock is off by the fleet's, and whether the network sets it (None: nobody tells)."""
    off_s = None if answer is None else answer.clock_ahead_s
    details: dict[str, Detail] = {"ahead_s": off_s, "set_by_network": is_synchronised}
    if off_s is None:
        return fine("clock", **details) if is_synchronised else unknown("clock", Problem.CLOCK_UNKNOWN, **details)
    if abs(off_s) > CLOCK_WRONG_S:
        return failing("clock", Problem.CLOCK_WRONG, **details)
    if abs(off_s) > CLOCK_OFF_S:
        return attention("clock", Problem.CLOCK_OFF, **details)
    if is_synchronised is False:
        return attention("clock", Problem.CLOCK_UNSET, **details)
    return fine("clock", **details)


_WHY: tuple[tuple[tuple[type[Exception], ...], Problem], ...] = (
    ((ssl.SSLCertVerificationError,), Problem.FLEET_NOT_TRUSTED),
    ((FileNotFoundError, PermissionError), Problem.NO_IDENTITY),
    ((socket.gaierror,), Problem.NAME_NOT_FOUND),
    ((ssl.SSLEOFError, ConnectionError), Problem.UNREACHABLE),
    ((ssl.SSLError, http.client.HTTPException, ValueError), Problem.FLEET_TROUBLED),
)
"""The first that fits: an SSLError is an OSError, a broken certificate is both, and a ValueError, too."""


def _why(err: Exception) -> Problem:
    """What kept us from an answer."""
    if isinstance(err, ssl.SSLError) and "ALERT" in (err.reason or ""):
        return Problem.FLEET_REFUSES_US
    return next((problem for kinds, problem in _WHY if isinstance(err, kinds)), Problem.UNREACHABLE)


def _detail(err: Exception) -> str:
    if isinstance(err, ssl.SSLCertVerificationError):
        return err.verify_message
    return getattr(err, "strerror", None) or getattr(err, "reason", None) or type(err).__name__
