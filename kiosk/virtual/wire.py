"""The plug of a pretend device: a Unix socket on which the real driver calls us.

Pulled out means what it means for a driver: the socket is gone and the connection is broken.
One driver at a time; a newcomer (a front desk started again) takes the place of the one before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

Talk = Callable[[asyncio.StreamReader], Awaitable[None]]
"""Reads what the driver sends until it ends; may raise OSError, EOFError or ValueError, which end the connection."""

_BUFFER_BYTES = 1 << 16
_ERRORS_OF_A_CONNECTION = (OSError, EOFError, ValueError)  # broken, cut in the middle, nonsense


class Wire:
    """Listens at ``path`` while plugged in. ``changed`` is called when somebody connects, leaves, plugs or pulls."""

    def __init__(
        self, path: Path, talk: Talk, changed: Callable[[], None], *, buffer_bytes: int = _BUFFER_BYTES
    ) -> None:
        self.path = path
        self._buffer_bytes = buffer_bytes
        self._talk = talk
        self._changed = changed
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_plugged(self) -> bool:
        """Whether a driver could connect."""
        return self._server is not None

    @property
    def is_connected(self) -> bool:
        """Whether a driver is."""
        return self._writer is not None

    async def plug(self) -> None:
        """Push the plug in. In already: nothing happens."""
        if self._server is None:
            self.path.unlink(missing_ok=True)  # left behind by a run that was killed
            self._server = await asyncio.start_unix_server(self._accept, str(self.path), limit=self._buffer_bytes)
            self._changed()

    async def unplug(self) -> None:
        """Pull the plug. Out already: nothing happens."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self.path.unlink(missing_ok=True)
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._changed()

    async def send(self, data: bytes) -> bool:
        """Send to the driver. False when none is connected, or it left while we sent."""
        writer = self._writer
        if writer is None:
            return False
        try:
            writer.write(data)
            await writer.drain()
        except OSError:
            return False
        return True

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._task is not None:
            self._task.cancel()
        self._writer = writer
        self._task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._changed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader)
        except _ERRORS_OF_A_CONNECTION:
            pass  # the driver reopens
        finally:
            writer.transport.abort()
            if self._writer is writer:
                self._writer = None
                self._changed()
