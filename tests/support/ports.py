"""Ports for what is started later than it is told where to listen, and whether it does.

They are from below those that the kernel hands out by itself: whoever asks it for "any port" meanwhile cannot be given
ours, nor does a connection that goes out from this machine begin there.
"""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

_KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 15_000
"""Above what well-known services use."""

_TRIES = 1000


def free_port() -> int:
    """A port of this machine on which nobody listens, and which nobody else is likely to choose."""
    highest = int(_KERNELS.read_text("ascii").split()[0])
    assert highest > _LOWEST + _TRIES, f"{_KERNELS} leaves no room below"
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(highest - _LOWEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def listens(port: int) -> bool:
    """Whether somebody does on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
