"""The network cable that can be cut, between real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from kiosk.virtual.cable import Cable, CableState

_PATIENCE_S = 60.0

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bench:
    """A cable, and the near ends plugged into it."""

    def __init__(self, far: tuple[str, int] | None) -> None:
        self.cable = Cable(far)
        self._ends: list[End] = []

    async def connect(self) -> End:
        self._ends.append(await asyncio.open_connection("127.0.0.1", self.cable.port))
        return self._ends[-1]

    async def close(self) -> None:
        await self.cable.close()
        await self.cable.close()
        for _, writer in self._ends:
            await hang_up(writer)


def run(story: Callable[[Bench], Awaitable[None]], *, far: tuple[str, int] | str | None = "echo") -> None:
    """Let ``story`` happen on a cable that leads to an echo, or to ``far``."""

    async def happen() -> None:
        async with echo() as port:
            bench = Bench(("127.0.0.1", port) if isinstance(far, str) else far)
            await bench.cable.lay()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await story(bench)
            finally:
                await bench.close()

    asyncio.run(happen())


@asynccontextmanager
async def echo() -> AsyncIterator[int]:
    """The far end: says everything back, and ends when its caller does."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # cut, which is what these tests are about
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        await hang_up(writer)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.get_running_loop().create_task(talk(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*talks)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def ask(end: End, text: bytes) -> bytes:
    reader, writer = end
    writer.write(text)
    return await reader.readexactly(len(text))


async def is_broken(end: End) -> bool:
    """Whether the other side has broken or ended the connection; waits until it has."""
    try:
        return await end[0].read(1) == b""
    except ConnectionError:
        return True


def test_a_whole_cable_carries_both_ways_and_to_the_last_byte() -> None:
    async def story(bench: Bench) -> None:
        reader, writer = await bench.connect()
        sent = bytes(range(256)) * 8000  # 2 MB: more than any buffer on the way
        writer.write(sent)
        writer.write_eof()
        assert await reader.read(-1) == sent

    run(story)


def test_a_cut_breaks_what_is_connected_and_refuses_newcomers_until_restored() -> None:
    async def story(bench: Bench) -> None:
        end = await bench.connect()
        assert await ask(end, b"before") == b"before"
        bench.cable.cut()
        assert await is_broken(end)
        assert await is_broken(await bench.connect())
        bench.cable.restore()
        assert await ask(await bench.connect(), b"after") == b"after"

    run(story)


def test_a_silent_cut_keeps_connections_and_loses_nothing() -> None:
    async def story(bench: Bench) -> None:
        end = await bench.connect()
        assert await ask(end, b"before") == b"before"
        bench.cable.cut(silently=True)
        newcomer = await bench.connect()
        answers = [asyncio.create_task(ask(end, b"meanwhile")), asyncio.create_task(ask(newcomer, b"hello"))]
        done, _ = await asyncio.wait(answers, timeout=0.2)
        assert not done
        bench.cable.restore()
        assert await asyncio.gather(*answers) == [b"meanwhile", b"hello"]

    run(story)


def test_a_silent_cut_can_become_a_loud_one() -> None:
    async def story(bench: Bench) -> None:
        end = await bench.connect()
        assert await ask(end, b"before") == b"before"
        bench.cable.cut(silently=True)
        bench.cable.cut()
        assert bench.cable.state is CableState.CUT
        assert await is_broken(end)

    run(story)


@pytest.mark.parametrize("far", [None, ("127.0.0.1", 1)], ids=["leads nowhere", "nobody listens"])
def test_a_cable_without_a_far_end_breaks_what_connects(far: tuple[str, int] | None) -> None:
    async def story(bench: Bench) -> None:
        assert await is_broken(await bench.connect())
        assert bench.cable.leads_somewhere is (far is not None)

    run(story, far=far)
