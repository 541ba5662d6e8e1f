"""The network cable of the virtual kiosk: a TCP forwarder that can be cut.

It sees ciphertext only; certificates are checked by the two ends, so the far end's must be valid for 127.0.0.1.
Two ways to be cut, as in life: *loudly* (connections break, new ones are refused at once: the switch lost its power)
and *silently* (connections stay and nothing passes: the fibre was dug up). After a silent cut what was under way goes
on, as TCP's own retransmission would have it.
"""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum

_CHUNK_BYTES = 65536
_CONNECT_TIMEOUT_S = 10.0


class CableState(StrEnum):
    """What the cable is like; the values appear in the control API."""

    WHOLE = "whole"
    CUT = "cut"
    SILENT = "silent"


class Cable:
    """Forwards a loopback port to ``far`` (host, port) while it is whole; without ``far`` it leads nowhere."""

    def __init__(self, far: tuple[str, int] | None) -> None:
        self._far = far
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.state = CableState.WHOLE

    @property
    def port(self) -> int:
        """The near end, on 127.0.0.1."""
        if self._server is None:
            raise RuntimeError("the cable is not laid yet")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def leads_somewhere(self) -> bool:
        """Whether there is a far end."""
        return self._far is not None

    @property
    def connections(self) -> int:
        """How many connections it carries now."""
        return len(self._carrying)

    async def lay(self) -> None:
        """Begin to listen on a free loopback port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    def cut(self, *, silently: bool = False) -> None:
        """Cut it; cutting it again may change the manner."""
        if silently:
            self.state = CableState.SILENT
            self._flowing.clear()
            return
        self.state = CableState.CUT
        self._flowing.set()
        for task in self._carrying:
            task.cancel()

    def restore(self) -> None:
        """Make it whole again."""
        self.state = CableState.WHOLE
        self._flowing.set()

    async def close(self) -> None:
        """Take it up. Calling it again does nothing."""
        if self._server is None:
            return
        self._server.close()
        carrying = [*self._carrying]
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state is CableState.CUT or self._far is None:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._carry(self._far, reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(
        self, far: tuple[str, int], near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter
    ) -> None:
        ends = [near_writer]
        try:
            await self._flowing.wait()
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                far_reader, far_writer = await asyncio.open_connection(*far)
            ends.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(near_reader, far_writer))
                both.create_task(self._pump(far_reader, near_writer))
        except* (OSError, asyncio.CancelledError):  # the far end is not there, an end went, or the cable was cut
            for writer in ends:
                writer.transport.abort()
        finally:
            for writer in ends:
                writer.close()  # after what is still to be sent, when nothing was cut

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
        await self._flowing.wait()
        with contextlib.suppress(OSError):  # the other direction may have broken meanwhile
            writer.write_eof()
