"""Telling the pages that something changed, without telling them what.

A page that is slow hears once of many changes and then looks at how things are now: nothing queues up for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class RefusedError(Exception):
    """What was asked cannot be done now. ``reason`` is a word of the control API; nothing has changed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Changes:
    """Who is to be woken when anything changes. Belongs to one event loop."""

    def __init__(self) -> None:
        self._watching: set[asyncio.Event] = set()

    def tell(self) -> None:
        """Wake everybody who watches."""
        for event in self._watching:
            event.set()

    @contextmanager
    def watch(self) -> Iterator[asyncio.Event]:
        """An event that is set by every ``tell``; set already, so that the first look comes at once."""
        event = asyncio.Event()
        event.set()
        self._watching.add(event)
        try:
            yield event
        finally:
            self._watching.discard(event)
