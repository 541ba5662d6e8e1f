"""Where kiosks find this fleet: what a grant tells them. Read from the file in which `fleet up` keeps its ports."""

from __future__ import annotations

from pathlib import Path

import msgspec


class NoReachError(Exception):
    """Nobody has decided where this fleet listens; run `fleet broker-config` or `fleet up` first."""


class _Ports(msgspec.Struct, frozen=True):
    kiosk: int
    broker: int
    host: str = "127.0.0.1"


class Reach(msgspec.Struct, frozen=True):
    """Broker and HTTPS address for kiosks."""

    broker_host: str
    broker_port: int
    fleet_api: str


def read_reach(data_dir: Path) -> Reach:
    """The addresses of the fleet in ``data_dir``.

    Raises: NoReachError.
    """
    try:
        ports = msgspec.json.decode((data_dir / "ports.json").read_bytes(), type=_Ports)
    except (OSError, msgspec.DecodeError) as err:
        raise NoReachError(f"no usable ports.json in {data_dir}") from err
    return Reach(ports.host, ports.broker, f"https://{ports.host}:{ports.kiosk}")
