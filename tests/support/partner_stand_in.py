"""The partners' stand-in on loopback, for as long as a test wants it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fleet.partners.stand_in import StandIn


@contextmanager
def answering(stand_in: StandIn) -> Iterator[str]:
    """Its address. It answers on a thread of its own until the block ends; whom it keeps waiting is hung up on."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(stand_in.serve("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in talks:
        task.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
