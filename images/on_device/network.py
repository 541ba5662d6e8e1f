"""Turns the boot partition's ``network.toml`` into what systemd-networkd, wpa_supplicant and chrony read; and what a
technician's QR has said, which the front desk keeps as ``network.json`` (``kiosk/frontdesk/network.py``).

What it is: a person's five lines, checked, written as three programs' configuration into memory at every start, and
again when something was scanned. What it is not: the network. Nothing is brought up here; with ``--restart`` those
three are started again.
Rules: a file with a mistake must not cut a kiosk off: what is understood is used, what is not is said in the journal,
and without anything understood every wire gets its address by DHCP. A section of the boot partition's file goes before
what was scanned: who holds the card has the last word. A password is written where root alone reads, and what was
scanned is believed as little as what was typed.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WIRE, WIFI = "en* eth* end*", "wlan0"
SUPPLICANT = "wpa_supplicant/wpa_supplicant-wlan0.conf"
WIRE_FILE, WIFI_FILE = "systemd/network/50-wire.network", "systemd/network/40-wifi.network"
TIME_FILE = "chrony.d/sala.sources"

_KEY_MIN, _KEY_MAX = 8, 63
"""Letters of a WPA passphrase: IEEE 802.11i, annex H.4.1."""


@dataclass
class Plan:
    """What is to be written; ``problems`` are what was not understood, for a person."""

    wifi: tuple[str, str, str] | None = None
    """Name, password, country."""
    own: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


SECTIONS = {"wifi", "address", "time"}


def understood(text: str, scanned: str = "") -> Plan:
    """What the file says, and beside it what was scanned, as far as it makes sense."""
    plan = Plan()
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        plan.problems.append(str(err))
        given = {}
    given = _with_scanned(plan, given, scanned)
    for name in given.keys() - SECTIONS:
        plan.problems.append(f"[{name}] means nothing here")
    _take_wifi(plan, _table(plan, given, "wifi"))
    _take_address(plan, _table(plan, given, "address"))
    servers = _table(plan, given, "time").get("servers", [])
    plan.servers = tuple(each for each in _words(plan, "time.servers", servers) if _is_host(plan, each))
    return plan


def _with_scanned(plan: Plan, given: dict[str, Any], scanned: str) -> dict[str, Any]:
    """The file's sections, and of the others those that were scanned."""
    if not scanned:
        return given
    try:
        said = json.loads(scanned)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        plan.problems.append("what was scanned cannot be read")  # and is not repeated: a password may stand in it
        return given
    if both := sorted(SECTIONS & said.keys() & given.keys()):
        plan.problems.append(f"[{both[0]}] was scanned, too; what stands here goes before it")
    return {name: said[name] for name in SECTIONS & said.keys()} | given


def _table(plan: Plan, given: dict[str, Any], name: str) -> dict[str, Any]:
    table = given.get(name, {})
    if isinstance(table, dict):
        return table
    plan.problems.append(f"{name} must be a section, [{name}]")
    return {}


def _take_wifi(plan: Plan, wifi: dict[str, Any]) -> None:
    if not wifi:
        return
    name, password, country = (str(wifi.get(key, "")) for key in ("name", "password", "country"))
    if not 1 <= len(name.encode()) <= 32:
        plan.problems.append("wifi.name must have 1 to 32 bytes")
    elif not _KEY_MIN <= len(password) <= _KEY_MAX or not password.isascii() or not password.isprintable():
        plan.problems.append("wifi.password must have 8 to 63 letters, digits or signs")
    elif len(country) != 2 or not country.isalpha() or not country.isupper():
        plan.problems.append('wifi.country must be two capitals, as "TH"')
    else:
        plan.wifi = (name, password, country)


def _take_address(plan: Plan, address: dict[str, Any]) -> None:
    if not address:
        return
    try:
        own = ipaddress.ip_interface(address.get("own", ""))
        gateway = ipaddress.ip_address(address["gateway"]) if "gateway" in address else None
        dns = [ipaddress.ip_address(each) for each in _words(plan, "address.dns", address.get("dns", []))]
    except ValueError as err:
        plan.problems.append(f"[address]: {err}; using DHCP")
        return
    if gateway is not None and gateway not in own.network:
        plan.problems.append(f"[address]: the gateway {gateway} is not in {own.network}; using DHCP")
        return
    plan.own, plan.gateway, plan.dns = str(own), str(gateway or ""), tuple(map(str, dns))


def _words(plan: Plan, name: str, value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    plan.problems.append(f"{name} must be a list of words")
    return []


def _is_host(plan: Plan, host: str) -> bool:
    if host and all(letter.isascii() and (letter.isalnum() or letter in ".-:") for letter in host):
        return True
    plan.problems.append(f"time.servers: {host!r} is no name or address")
    return False


def files(plan: Plan) -> dict[str, tuple[str, int]]:
    """What is written: content and rights, by name under ``/run``."""
    written = {WIRE_FILE: (_network(WIRE, None if plan.wifi else plan, metric=100), 0o644)}
    if plan.wifi is not None:
        name, password, country = plan.wifi
        written[WIFI_FILE] = (_network(WIFI, plan, metric=600), 0o644)
        ssid = name.encode().hex()  # unquoted means hexadecimal, and no name can break out of it
        secret = password.replace("\\", "\\\\").replace('"', '\\"')
        lines = (
            f"country={country}",
            "network={",
            f"    ssid={ssid}",
            f'    psk="{secret}"',
            "    key_mgmt=WPA-PSK SAE",
        )
        written[SUPPLICANT] = ("\n".join((*lines, "    ieee80211w=1", "}", "")), 0o600)
    if plan.servers:
        written[TIME_FILE] = ("".join(f"server {each} iburst\n" for each in plan.servers), 0o644)
    return written


def _network(match: str, plan: Plan | None, metric: int) -> str:
    """A systemd.network(5) file."""
    lines = ["[Match]", f"Name={match}", "", "[Network]", "LLMNR=no", "MulticastDNS=no", "LinkLocalAddressing=ipv6"]
    if plan is None or not plan.own:
        return "\n".join([*lines, "DHCP=yes", "", "[DHCPv4]", f"RouteMetric={metric}", "SendHostname=no", ""])
    lines += [f"Address={plan.own}", *(f"DNS={each}" for each in plan.dns)]
    if plan.gateway:
        lines += ["", "[Route]", f"Gateway={plan.gateway}", f"Metric={metric}"]
    return "\n".join([*lines, ""])


def write(into: Path, written: dict[str, tuple[str, int]]) -> None:
    """Put the files under ``into``, each with its rights from the first byte on; what is not meant any more goes."""
    for name in {WIFI_FILE, SUPPLICANT, TIME_FILE} - written.keys():
        (into / name).unlink(missing_ok=True)
    for name, (content, rights) in written.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, rights)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)


def restart(wifi: Path) -> None:
    """Have the three programs read what was written; ``wifi`` is there where the machine has a radio.

    A scanner that reads a code again and again is no program that fails: systemd would leave one down that was started
    five times within ten seconds.
    """
    for words in (
        ("reset-failed", "systemd-networkd.service", "wpa_supplicant@wlan0.service", "chrony.service"),
        ("restart", "systemd-networkd.service"),
        *([("--no-block", "restart", "wpa_supplicant@wlan0.service")] if wifi.exists() else []),
        ("--no-block", "try-restart", "chrony.service"),
    ):
        subprocess.run(["systemctl", *words], check=False)


def main(argv: list[str]) -> int:
    """Read, write, and say what was not understood; 0 always: a kiosk with DHCP is better than one without network."""
    parser = argparse.ArgumentParser(description="the boot partition's network.toml, for the programs that read others")
    parser.add_argument("file", type=Path)
    parser.add_argument("--scanned", type=Path, help="what a technician's QR has said")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--restart", action="store_true", help="have the programs read it")
    arguments = parser.parse_args(argv)
    scanned = _scanned(arguments.scanned)
    _apply(arguments.file, scanned, arguments.into)
    while arguments.restart:
        restart(Path("/sys/class/net/wlan0"))
        if (later := _scanned(arguments.scanned)) == scanned:
            break
        scanned = later  # scanned meanwhile: sala-network-scanned.path hears nothing while this runs
        _apply(arguments.file, scanned, arguments.into)
    return 0


def _apply(file: Path, scanned: str, into: Path) -> None:
    plan = understood(_read(file), scanned)
    for problem in plan.problems:
        sys.stderr.write(f"{file}: {problem}\n")
    write(into, files(plan))


def _scanned(file: Path | None) -> str:
    return _read(file) if file else ""


def _read(file: Path) -> str:
    """Its text; nothing where there is none."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as err:
        why = err.strerror if isinstance(err, OSError) else "no text"
        sys.stderr.write(f"{file} cannot be read: {why}\n")
        return ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
