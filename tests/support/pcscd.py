"""A private pcscd with a virtual reader for the tests of this process, and the hand at its slot.

libpcsclite remembers its socket's name for the life of a process: hence one pcscd, started and stopped as tests need.
"""

from __future__ import annotations

import atexit
import functools
import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.card.pcscd import Pcscd
from drivers.card.virtual import VpcdSlot
from drivers.errors import DeviceAbsentError
from tests.support.require import lack, require

PATIENCE_S = 60.0
RING_AGAIN_S = 1.0


@functools.cache
def the_pcscd() -> Pcscd:
    """The one of this process, not started."""
    pcscd = Pcscd()
    os.environ.update(pcscd.environment)
    atexit.register(pcscd.close)
    return pcscd


@contextmanager
def running_pcscd() -> Iterator[Pcscd]:
    """pcscd, running and with its slots empty; a test may stop, kill and restart it."""
    require("pcscd")
    pcscd = the_pcscd()
    try:
        pcscd.start()
    except DeviceAbsentError as err:
        lack("pcscd", err.detail)
    try:
        yield pcscd
    finally:
        pcscd.stop()


@contextmanager
def played_slot(pcscd: Pcscd, index: int = 0) -> Iterator[VpcdSlot]:
    """One of the two slots of the virtual reader, its card played by a thread of the test's."""
    slot = VpcdSlot(pcscd.door, index)
    is_over = threading.Event()

    def play() -> None:
        while not is_over.is_set():
            slot.serve(timeout_s=60)

    player = threading.Thread(target=play, name="virtual card")
    player.start()
    try:
        yield slot
    finally:
        slot.remove()
        is_over.set()
        slot.cancel()
        player.join()
        slot.close()


def exit_idle(pcscd: Pcscd) -> None:
    """Have it end as ``--auto-exit`` lets it after a minute without clients: by its own alarm, cleaning up first.

    One of its threads notes the alarm, which wakes another to look whether there was one. Who is woken before it is
    noted sleeps on until the next, so it is rung until it is heard.
    """
    assert pcscd.pid is not None
    watch = os.pidfd_open(pcscd.pid)
    until_s = time.monotonic() + PATIENCE_S
    while not select.select([watch], [], [], 0)[0]:
        assert time.monotonic() < until_s, "pcscd heeds no alarm"
        signal.pidfd_send_signal(watch, signal.SIGALRM)
        select.select([watch], [], [], RING_AGAIN_S)
    os.close(watch)
