"""A printer stand-in on a thread of its own, with its hand within reach of a test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from drivers.printer.port import Raster
from drivers.printer.stand_in import PrinterStandIn

T = TypeVar("T")

PATIENCE_S = 60.0
"""How long a busy machine may take for what it does at once."""


class PrinterBench:
    """What a test holds: the address, and ``do`` to play the hand on the stand-in's own loop."""

    def __init__(self, stand_in: PrinterStandIn, loop: asyncio.AbstractEventLoop) -> None:
        self._stand_in = stand_in
        self._loop = loop

    def do(self, act: Callable[[PrinterStandIn], T]) -> T:
        """Run ``act`` on the loop and wait for it."""

        async def on_loop() -> T:
            return act(self._stand_in)

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(PATIENCE_S)

    @property
    def uri(self) -> str:
        return self._stand_in.uri

    @property
    def slips(self) -> list[Raster]:
        return self.do(lambda p: list(p.slips))


@contextmanager
def printer_on_a_thread(
    width_px: int = 576,
    speed_mm_s: float | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    keeps_pictures: bool = True,
) -> Iterator[PrinterBench]:
    """A listening stand-in; its thread has ended when the block has. ``on_progress`` is called on that thread."""
    ready: threading.Event = threading.Event()
    benches: list[PrinterBench] = []
    stop: list[asyncio.Event] = []

    async def life() -> None:
        stand_in = PrinterStandIn(width_px, speed_mm_s, on_progress=on_progress, keeps_pictures=keeps_pictures)
        async with stand_in.serve():
            stop.append(asyncio.Event())
            benches.append(PrinterBench(stand_in, asyncio.get_running_loop()))
            ready.set()
            await stop[0].wait()

    thread = threading.Thread(target=asyncio.run, args=(life(),), name="printer stand-in")
    thread.start()
    assert ready.wait(PATIENCE_S), "the stand-in did not start"
    try:
        yield benches[0]
    finally:
        benches[0].do(lambda _: stop[0].set())
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the stand-in did not stop"
