"""A pseudo-terminal carried to a network stand-in: what a kiosk has where its printer hangs on a serial line."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serial_cable(address: tuple[str, int]) -> Iterator[str]:
    """The path of a terminal whose far end is the stand-in at ``address``. When that hangs up, so does the line."""
    theirs, ours = os.openpty()
    tty.setraw(ours)
    path = os.ttyname(ours)
    wake, waker = os.pipe()
    far = socket.create_connection(address)

    def carry() -> None:
        try:
            while not select.select([wake], [], [], 0)[0]:
                for ready in select.select([theirs, far, wake], [], [])[0]:
                    if ready is far:
                        if not (data := far.recv(4096)):
                            return
                        os.write(theirs, data)
                    elif ready == theirs:
                        far.sendall(os.read(theirs, 4096))
        except ConnectionError:
            return
        finally:
            os.close(theirs)  # hangs up: whoever has the terminal open sees it

    carrier = threading.Thread(target=carry, name="serial cable")
    carrier.start()
    try:
        yield path
    finally:
        os.write(waker, b"x")
        carrier.join(60)
        far.close()
        for fd in (ours, wake, waker):
            os.close(fd)
        assert not carrier.is_alive(), "the serial cable did not stop"
