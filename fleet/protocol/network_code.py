"""The QR that tells a kiosk its network before it is anybody's: the fleet draws it, the kiosk's scanner reads it.

Two forms. The one of every phone and router, ``WIFI:T:WPA;S:name;P:password;;``; and ours, which can say more:
``SALANET:S:name;P:password;A:192.0.2.20/24;G:192.0.2.1;D:192.0.2.1,192.0.2.2;T:time.example;;``, each part left out
where it is not meant; ``A:dhcp`` is an address by DHCP again, ``X:`` a Wi-Fi's name as hexadecimal UTF-8 (a scanner
that plays a keyboard types ASCII only), and ``SALANET:FORGET;;`` forgets what was scanned.

Rules: what stands there holds a password: no ``repr`` and no error repeats any of it. Of Wi-Fi only WPA with a
passphrase; a network without one, and one that asks for an account (WPA-Enterprise), is no kiosk's.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

WIFI, OURS = "WIFI:", "SALANET:"

NAME_BYTES_MAX = 32
KEY_LETTERS = (8, 63)
"""Of a WPA passphrase: IEEE 802.11i, annex H.4.1."""

SERVERS_MAX = 4
DHCP = "dhcp"


class NetworkCodeError(ValueError):
    """It is a code of this kind, and cannot be used; it says which part, never what stood there."""


@dataclass(frozen=True, slots=True)
class Wifi:
    """A Wi-Fi of the WPA kind."""

    name: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """An address with its network, as 192.0.2.20/24; empty is DHCP."""

    own: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """What a code says; None, or nothing, where it says nothing of that. ``forget``: all that was scanned before."""

    wifi: Wifi | None = None
    address: Address | None = None
    time_servers: tuple[str, ...] = ()
    forget: bool = False


def read_network_code(text: str) -> Network | None:
    """What a scan says of the network; None when it is no code of this kind.

    Raises: NetworkCodeError when it is one that cannot be used.
    """
    head = text.strip()
    if head[: len(WIFI)].upper() == WIFI:
        return _wifi_alone(_fields(head[len(WIFI) :]))
    if head[: len(OURS)].upper() != OURS:
        return None
    body = head[len(OURS) :]
    if body.upper().rstrip(";") == "FORGET":
        return Network(forget=True)
    given = _fields(body)
    if unknown := given.keys() - set("SXPAGDT"):
        raise NetworkCodeError(f"part {sorted(unknown)[0][:4]!r} means nothing")
    found = Network(_wifi(given), _address(given), _servers(given))
    if found == Network():
        raise NetworkCodeError("it says nothing")
    return found


def _fields(body: str) -> dict[str, str]:
    """``K:value;`` and so on; a backslash takes the next character as it stands."""
    parts = re.findall(r"((?:\\.|[^;\\])*);?", body, re.DOTALL)
    found: dict[str, str] = {}
    for part in parts:
        key, colon, value = part.partition(":")
        if not part:
            continue
        if not colon or key.upper() in found:
            raise NetworkCodeError("it is not whole")
        found[key.upper()] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
    return found


def _wifi_alone(given: dict[str, str]) -> Network:
    kind = given.get("T", "WPA").upper()
    if kind not in ("WPA", "WPA2", "WPA3", "SAE", "WPA/WPA2"):
        raise NetworkCodeError("only a Wi-Fi with a WPA passphrase")
    name = given.get("S", "")
    if len(name) > 2 and name[0] == name[-1] == '"':  # how a name is written that could be taken for hexadecimal
        given = {**given, "S": name[1:-1]}
    wifi = _wifi({key: given[key] for key in given.keys() & {"S", "P"}})
    if wifi is None:
        raise NetworkCodeError("no name of a Wi-Fi")
    return Network(wifi)


def _wifi(given: dict[str, str]) -> Wifi | None:
    if not given.keys() & {"S", "X", "P"}:
        return None
    try:
        name = bytes.fromhex(given["X"]).decode("utf-8") if "X" in given else given.get("S", "")
    except ValueError:
        raise NetworkCodeError("the name of the Wi-Fi") from None
    if not 1 <= len(name.encode()) <= NAME_BYTES_MAX or not name.isprintable():
        raise NetworkCodeError("the name of the Wi-Fi")
    password = given.get("P", "")
    if not KEY_LETTERS[0] <= len(password) <= KEY_LETTERS[1] or not (password.isascii() and password.isprintable()):
        raise NetworkCodeError("the password of the Wi-Fi")
    return Wifi(name, password)


def _address(given: dict[str, str]) -> Address | None:
    own = given.get("A", "")
    if not own:
        if given.keys() & {"G", "D"}:
            raise NetworkCodeError("a gateway or a name server without an address")
        return None
    if own.lower() == DHCP:
        return Address()
    try:
        interface = ipaddress.ip_interface(own)
        gateway = ipaddress.ip_address(given["G"]) if given.get("G") else None
        dns = [ipaddress.ip_address(each) for each in given.get("D", "").split(",") if each]
    except ValueError:
        raise NetworkCodeError("the address") from None
    if "/" not in own or (gateway is not None and gateway not in interface.network) or len(dns) > SERVERS_MAX:
        raise NetworkCodeError("the address")
    return Address(str(interface), str(gateway or ""), tuple(map(str, dns)))


def _servers(given: dict[str, str]) -> tuple[str, ...]:
    servers = tuple(each for each in given.get("T", "").split(",") if each)
    if len(servers) > SERVERS_MAX or not all(re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", each) for each in servers):
        raise NetworkCodeError("the time servers")
    return servers


def network_code(network: Network) -> str:
    """The text of the QR that says this."""
    if network.forget:
        return f"{OURS}FORGET;;"
    parts: list[tuple[str, str]] = []
    if (wifi := network.wifi) is not None:
        parts += [("S", wifi.name) if wifi.name.isascii() else ("X", wifi.name.encode().hex()), ("P", wifi.password)]
    if (address := network.address) is not None:
        parts += [("A", address.own or DHCP), ("G", address.gateway), ("D", ",".join(address.dns))]
    parts.append(("T", ",".join(network.time_servers)))
    return OURS + "".join(f"{key}:{_escaped(value)};" for key, value in parts if value) + ";"


def _escaped(value: str) -> str:
    return re.sub(r'([\\;,":])', r"\\\1", value) if not _IS_PLAIN.fullmatch(value) else value


_IS_PLAIN = re.compile(r"[0-9A-Za-z./:,-]*")
"""Addresses and names stand as they are: only a semicolon or a backslash would end them."""
