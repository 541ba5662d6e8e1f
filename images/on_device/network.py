"""Turns the boot partition's ``network.toml`` into what systemd-networkd, wpa_supplicant and chrony read.

What it is: a person's five lines, checked, written as three programs' configuration into memory at every start. What
it is not: the network. Nothing is brought up here.
Rules: a file with a mistake must not cut a kiosk off: what is understood is used, what is not is said in the journal,
and without anything understood every wire gets its address by DHCP. A password is written where root alone reads.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
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


def understood(text: str) -> Plan:
    """The file's content, as far as it makes sense."""
    plan = Plan()
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        plan.problems.append(str(err))
        return plan
    for name in given.keys() - {"wifi", "address", "time"}:
        plan.problems.append(f"[{name}] means nothing here")
    _take_wifi(plan, _table(plan, given, "wifi"))
    _take_address(plan, _table(plan, given, "address"))
    servers = _table(plan, given, "time").get("servers", [])
    plan.servers = tuple(each for each in _words(plan, "time.servers", servers) if _is_host(plan, each))
    return plan


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
    """Put the files under ``into``, each with its rights from the first byte on."""
    for name, (content, rights) in written.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, rights)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)


def main(argv: list[str]) -> int:
    """Read, write, and say what was not understood; 0 always: a kiosk with DHCP is better than one without network."""
    parser = argparse.ArgumentParser(description="the boot partition's network.toml, for the programs that read others")
    parser.add_argument("file", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    arguments = parser.parse_args(argv)
    try:
        text = arguments.file.read_text("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as err:
        sys.stderr.write(f"{arguments.file} cannot be read: {err}\n")
        text = ""
    plan = understood(text)
    for problem in plan.problems:
        sys.stderr.write(f"{arguments.file}: {problem}\n")
    write(arguments.into, files(plan))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
