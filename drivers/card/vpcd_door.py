"""The way to a vpcd that no network reaches: a program beside pcscd, in the same private network.

vpcd listens on every address there is. A pcscd of ours therefore gets a network of its own (``pcscd``), in which there
is nothing but loopback, and nobody outside can put a pretend card in. Whoever may open this door's Unix socket can: the
door connects to vpcd from inside and hands the connection out, so that nothing of ours stands between card and reader.

Rules:

* Run by path, without our packages: it uses the standard library only.
* It ends with its standard input, and ends pcscd with it: no process is left behind, whatever becomes of us.
* Asked with one byte (which slot), it answers with one byte, and the connection if that byte is ``OPEN``.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress

FIRST_PORT = 35963
"""Of vpcd's first slot; the second is on the next. VPCDPORT of vpcd.h: in a network of its own it is always free."""

OPEN, CLOSED = b"\x00", b"\x01"
_TIMEOUT_S = 5.0

_SIOCSIFFLAGS = 0x8914  # linux/sockios.h
_IFF_UP = 0x1  # linux/if.h


def main() -> None:
    """``vpcd_door.py SOCKET``: serve until standard input ends."""
    bring_up_loopback()
    with socket.socket(socket.AF_UNIX) as door:
        os.umask(0o077)
        door.bind(sys.argv[1])
        door.listen()
        while sys.stdin not in select.select([sys.stdin, door], [], [])[0]:
            visitor, _ = door.accept()
            with visitor, suppress(OSError):  # a visitor who left, or said nothing, is no reason to close
                visitor.settimeout(_TIMEOUT_S)
                answer(visitor)


def bring_up_loopback() -> None:
    """A new network's loopback is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def answer(visitor: socket.socket) -> None:
    """Hand out a connection to the slot that the visitor names."""
    asked = visitor.recv(1)
    if not asked:
        return
    try:
        with socket.create_connection(("127.0.0.1", FIRST_PORT + asked[0]), timeout=_TIMEOUT_S) as slot:
            socket.send_fds(visitor, [OPEN], [slot.fileno()])
    except OSError:
        visitor.sendall(CLOSED)


if __name__ == "__main__":
    pcscd = os.getppid()
    try:
        main()
    finally:
        if os.getppid() == pcscd:  # its number may be somebody else's by now
            os.kill(pcscd, signal.SIGTERM)
