"""Where everything of a fleet listens: decided once, kept in its data folder, read by every part."""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec

LOOPBACK = "127.0.0.1"
"""Where a fleet listens that was told nothing."""


class Ports(msgspec.Struct, frozen=True):
    """Kept in ``ports.json``, so that addresses survive a restart."""

    http: int
    kiosk: int
    broker: int
    host: str = LOOPBACK

    @property
    def address(self) -> str:
        """Of the pages."""
        return f"http://{self.host}:{self.http}"


def ports_of(data_dir: Path) -> Ports:
    """Where this fleet listens, as ``fleet up`` or ``broker-config`` decided.

    Raises: SystemExit with a sentence when neither has.
    """
    try:
        return msgspec.json.decode((data_dir / "ports.json").read_bytes(), type=Ports)
    except OSError:
        raise SystemExit(f"fleet: no ports.json in {data_dir}; run `fleet broker-config` or `fleet up` first") from None


def settle_ports(data_dir: Path, host: str = "", http_port: int = 0) -> Ports:
    """As they were; else free ones, found now and kept. A host or port of the pages that is named holds in any case."""
    path = data_dir / "ports.json"
    if path.exists():
        ports = msgspec.json.decode(path.read_bytes(), type=Ports)
    else:
        at = host or LOOPBACK
        ports = Ports(http_port or _free_port(at), _free_port(at), _free_port(at))
    ports = msgspec.structs.replace(ports, host=host or ports.host, http=http_port or ports.http)
    path.write_bytes(msgspec.json.encode(ports))
    return ports


def demand_free(ports: Ports) -> None:
    """Stop with a sentence when somebody else has a port: our parts would only say so thirty seconds later."""
    for name in ("http", "kiosk", "broker"):
        port = getattr(ports, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ports.host, port))
            except OSError as err:
                raise SystemExit(
                    f"fleet: cannot listen on {ports.host}:{port} ({name}): {err.strerror}; "
                    "end what holds it (another `fleet up`?), or change it in ports.json of the data folder"
                ) from None


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
