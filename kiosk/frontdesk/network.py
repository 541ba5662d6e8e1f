"""Keeps what a technician's QR says of the network, where a unit of root's finds it (``images/on_device/network.py``).

What it is: one JSON file in ``data_dir``, written whole. What it is not: the network; nothing is brought up here.
Rules: it holds a password: nothing of it is ever logged. A code adds to what was scanned before, part by part.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from fleet.protocol.network_code import Network, NetworkCodeError, read_network_code
from kiosk.settings_store import write_whole
from kiosk.visits.states import NetworkNote

log = logging.getLogger(__name__)

FILE = "network.json"
COUNTRY = "TH"
"""Where the radio stands: its rules of power and channels."""


def take(text: str, data_dir: Path) -> NetworkNote:
    """Keep what a scan says; what is to be told of it."""
    try:
        said = read_network_code(text)
    except NetworkCodeError as err:
        log.warning("a QR of a network cannot be used: %s", err)
        return NetworkNote.WRONG
    if said is None:
        return NetworkNote.WRONG
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = data_dir / FILE
        write_whole(file, json.dumps(_together(_before(file), said)).encode())
    except OSError as err:
        log.error("the network of a QR cannot be kept: %s", err.strerror)
        return NetworkNote.FAILED
    log.info("a technician's QR has told the network")
    return NetworkNote.KEPT


def _before(file: Path) -> dict[str, Any]:
    try:
        before = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return before if isinstance(before, dict) else {}


def _together(before: dict[str, Any], said: Network) -> dict[str, Any]:
    """In the words of the boot partition's ``network.toml``."""
    if said.forget:
        return {}
    after = dict(before)
    if said.wifi is not None:
        after["wifi"] = {"name": said.wifi.name, "password": said.wifi.password, "country": COUNTRY}
    if said.address is not None:
        own = {"own": said.address.own, "gateway": said.address.gateway, "dns": list(said.address.dns)}
        after["address"] = {key: value for key, value in own.items() if value}
    if said.time_servers:
        after["time"] = {"servers": list(said.time_servers)}
    return after
