"""Opens ssh while the settings say so, and closes it again: a port in the firewall, and a socket that starts sshd.

What it is: root's small part. It runs as long as the door is open, looks at the settings every few seconds, and ends
by closing. What it is not: sshd, which runs as an account without any right (``sala-ssh@.service``) and lets in only
who shows a key that the fleet has signed for this kiosk for a while; nor who decides (``ssh_until`` of the settings).
Rules: the port stands in the firewall for as long as the door may be open and no longer, whoever dies meanwhile. What
cannot be read, is over, or lies further ahead than ``AHEAD_MAX_S`` (a wrong clock, or a door somebody wants to leave
open) is a closed door. Nothing here believes what it reads: the kiosk's own account wrote it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

AHEAD_MAX_S = 12 * 3600.0
LOOK_EVERY_S = 3.0

SETTINGS, GRANT, AUTHORITY = "settings.json", "identity/current/grant.json", "identity/current/ca.pem"
SOCKET, SESSIONS = "sala-ssh.socket", "sala-ssh@*.service"
SET = ("inet", "sala", "doors")
"""Of ``/etc/nftables.conf``: ports that are open for a time, which the kernel counts itself."""


@dataclass(frozen=True)
class Door:
    """Until when (seconds since 1970) it is open, for keys that are signed for ``kiosk_id`` by ``authority``."""

    until: float
    kiosk_id: str
    authority: str


def wanted(data: Path, now: float) -> Door | None:
    """What the settings say; None is closed."""
    until = _until(_read(data / SETTINGS))
    if until is None or not now < until <= now + AHEAD_MAX_S:
        return None
    kiosk_id = _kiosk_id(_read(data / GRANT))
    authority = authority_key((data / AUTHORITY).read_bytes()) if (data / AUTHORITY).is_file() else ""
    return Door(until, kiosk_id, authority) if kiosk_id and authority else None


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None


def _until(desired: object) -> float | None:
    """``ssh_until`` of the strongest layer that speaks of it, as seconds since 1970."""
    layers = desired.get("layers") if isinstance(desired, dict) else None
    said: object = None
    for layer in layers if isinstance(layers, list) else []:
        document = layer.get("document") if isinstance(layer, dict) else None
        if isinstance(document, dict) and "ssh_until" in document:
            said = document["ssh_until"]
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return moment.timestamp() if moment is not None and moment.tzinfo is not None else None


def _kiosk_id(grant: object) -> str:
    said = grant.get("kiosk_id") if isinstance(grant, dict) else None
    return said if isinstance(said, str) and re.fullmatch(r"[A-Z0-9-]{2,11}", said) else ""


def authority_key(pem: bytes) -> str:
    """The fleet's authority as OpenSSH writes keys; empty when there is none in ``pem``."""
    # Imported here: a closed door does without the library.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError:
        return ""
    if not isinstance(key, EllipticCurvePublicKey):
        return ""
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def open_door(door: Door, run: Path, now: float) -> None:
    """Write down who may come in, and open the port for as long as that holds."""
    run.mkdir(parents=True, exist_ok=True, mode=0o755)
    (run / "authority.pub").write_text(door.authority + "\n", "ascii")
    (run / "principals").write_text(door.kiosk_id + "\n", "ascii")
    _do("nft", "add", "element", *SET, f"{{ 22 timeout {int(door.until - now) + 1}s }}")
    _do("systemctl", "start", SOCKET)
    sys.stderr.write(f"ssh is open until {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(door.until))} UTC\n")


def close_door(run: Path) -> None:
    """Nobody comes in any more, and whoever is in goes."""
    _do("systemctl", "stop", SOCKET, SESSIONS)
    _do("nft", "flush", "set", *SET)
    for name in ("authority.pub", "principals"):
        (run / name).unlink(missing_ok=True)
    sys.stderr.write("ssh is closed\n")


def _do(*words: str) -> None:
    subprocess.run(words, stdin=subprocess.DEVNULL, check=False)


def stay(data: Path, run: Path) -> None:
    """From the opening to the closing; at once over where nothing is to be open.

    What is changed meanwhile (longer, shorter, another authority) is another door: whoever is in goes, and comes in by
    that one. ``sala-ssh-door.path`` hears nothing while this runs.
    """
    door = wanted(data, time.time())
    while door is not None:
        open_door(door, run, time.time())
        while (later := wanted(data, time.time())) == door:
            time.sleep(LOOK_EVERY_S)
        close_door(run)
        door = later


def main(argv: list[str]) -> int:
    """Stay; or, with ``--close``, close what a process that died has left open."""
    parser = argparse.ArgumentParser(description="open ssh while the settings say so")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--close", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.close:
        close_door(arguments.run)
    else:
        stay(arguments.data, arguments.run)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
