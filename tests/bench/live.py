"""Bench rows ``live-change-ms`` (SQLite) and ``live-change-postgresql-ms``: until a change is on 200 people's pages.

From a kiosk's status at the broker to the event on the pages.

A real broker, ingest and serve over a nation (``nation``) whose kiosks send their heartbeats, one in a minute each.
The pages are opened when every one has been heard: a nation that comes back whole is another figure. 200 people, each
with a session of their own: the nation's page watched by its admins and by one of every province, the list of a
province, single kiosks. Every 1.5 seconds a kiosk breaks or is well again; each page that shows it is a sample: from
the publication to the moment when the bench has read and unpacked the event that shows it. What is late counts as
late; what has not come after a minute is no figure but an error.

The bench itself is 200 browsers on the same machine, and takes processor from what it measures.
``SALA_BENCH_LIVE=0.05`` makes a twentieth of the nation, for trying the row out.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from fleet.protocol.messages import DeviceState, DeviceStatus, Status, encode
from fleet.protocol.topics import Channel, kiosk_topic
from tests.bench.process import cpu_s, pss_mb
from tests.bench.rows import Row
from tests.bench.spread import percentile
from tests.support.broker import Client, Fleet
from tests.support.postgresql import running_cluster
from tests.support.watching import open_page, sign_in

NAMES = ("live-change-ms", "live-change-postgresql-ms")
GOAL_MS = 1000
PEOPLE = 200
TARGETS = 10
CHANGES = 40
EVERY_S = 1.5
SETTLE_S = 5.0
LATE_S = 60.0
HEARTBEAT_S = 60.0
DEVICES = ("card", "scanner", "printer", "panel", "display")
_ALIVE = """
SELECT kiosk_id, said_rank = 5 FROM devices_kioskstate WHERE alive AND substr(kiosk_id, 1, 1) = 'P' ORDER BY kiosk_id
"""
"""5: nothing that is not well was said (``fleet.devices.truth.RANK``)."""

_PROVINCES = "SELECT dopa_code FROM office_province WHERE dopa_code <> 10 ORDER BY dopa_code"
"""But Bangkok, which has no provincial office."""

_FAILING = re.compile(r'state=failing">.*?<b class="n">([\d,]+)</b>', re.DOTALL)


@dataclass(slots=True)
class Watching:
    """One person's page, and what it shows of failing kiosks."""

    session_key: str
    path: str
    shows: Callable[[str], bool]
    """Whether the page shows this kiosk, or counts it."""
    count: int = -1
    page: str = ""
    is_settled: bool = False
    """Whether it was told that what it shows is what there is."""

    seen: list[tuple[float, int]] = field(default_factory=list)
    """When (``time.perf_counter``) it showed how many."""

    def show(self, text: str) -> None:
        if self.path.startswith("/kiosks/P"):
            found = int("pill failing" in text.partition("</h1>")[0])
        else:
            match = _FAILING.search(text)
            found = int(match[1].replace(",", "")) if match else 0
        if found != self.count:
            self.count = found
            self.seen.append((time.perf_counter(), found))


def measure() -> list[Row]:
    """A row for each database."""
    with running_cluster() as cluster:
        return [_row(NAMES[0], ""), _row(NAMES[1], cluster.address(cluster.create()))]


def _row(name: str, database: str) -> Row:
    share = float(os.environ.get("SALA_BENCH_LIVE", "1"))
    with tempfile.TemporaryDirectory(prefix="sala-bench-live-") as folder, Fleet(Path(folder), database) as made:
        provinces = [code for (code,) in made.rows(_PROVINCES)]
        keys = sign_in(made, _people(provinces))
        environment = {**made.environment, "DJANGO_SETTINGS_MODULE": "fleet.site.settings"}
        command = [sys.executable, "-m", "tests.bench.nation", str(share)]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        made.start("mosquitto")
        made.start_hearing("ingest")
        made.start("serve")
        port = int(made.ports["http"])
        made.await_port(port)
        alive = {kiosk_id: bool(is_well) for kiosk_id, is_well in made.rows(_ALIVE)}
        broker = made.service("fleet-ingest-5", client_id="fleet-ingest-5")
        return asyncio.run(_measure(name, _Rig(made, broker, port, provinces, alive, keys)))


def _people(provinces: Sequence[int]) -> dict[str, tuple[str, int | None]]:
    local = {f"of-{code}": ("provincial-admin", code) for code in provinces}
    return {**local, **{f"nation-{number}": ("national-admin", None) for number in range(PEOPLE - len(local))}}


@dataclass(slots=True)
class _Rig:
    made: Fleet
    broker: Client
    port: int
    provinces: Sequence[int]
    alive: dict[str, bool]
    """The kiosks that can be heard, and whether they are well."""
    keys: dict[str, str]
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Since when every device is as it is, but those of a kiosk that breaks."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(100))

    def say(self, kiosk_id: str, *, is_well: bool = True) -> None:
        """What a kiosk says now; nobody waits for the broker."""
        since = self.began_at
        devices = {name: DeviceStatus(state=DeviceState.ONLINE, since=since, model="ตัวอย่าง") for name in DEVICES}
        if not is_well:
            devices["card"] = DeviceStatus(state=DeviceState.HARDWARE_ERROR, since=since)
        status = Status(session_no=3, no=next(self.numbers), at=datetime.now(UTC), devices=devices, paper="full")
        self.broker.publish(kiosk_topic(kiosk_id, Channel.STATUS), encode(status), is_answered=False)


def _watched(rig: _Rig, targets: Sequence[str]) -> list[Watching]:
    """Who watches what: 76 of their province, 44 the nation, 40 a list, 40 a kiosk."""
    pages = [Watching(rig.keys[f"of-{code}"], "/", _of_province(code)) for code in rig.provinces]
    left = iter([key for name, key in rig.keys.items() if name.startswith("nation-")])
    each = itertools.cycle(targets)
    for number, key in enumerate(left):
        target = next(each)
        if number < 40:
            pages.append(Watching(key, f"/kiosks/?province={target[1:3]}", _of_province(int(target[1:3]))))
        elif number < 80:
            pages.append(Watching(key, f"/kiosks/{target}/", target.__eq__))
        else:
            pages.append(Watching(key, "/", lambda _: True))
    return pages


def _of_province(code: int) -> Callable[[str], bool]:
    return lambda kiosk_id: kiosk_id.startswith(f"P{code}-")


async def _measure(name: str, rig: _Rig) -> Row:
    well = [kiosk_id for kiosk_id, is_well in rig.alive.items() if is_well]
    provinces = [well[0], *(b for a, b in itertools.pairwise(well) if a[:3] != b[:3])]
    targets = provinces[::7][:TARGETS]
    pages = _watched(rig, targets)
    all_heard = asyncio.Event()
    beats = asyncio.create_task(_heartbeats(rig, targets, all_heard))
    await all_heard.wait()
    await asyncio.sleep(SETTLE_S)  # for ingest
    for watching in pages:
        text, watching.page = await asyncio.to_thread(open_page, rig.port, watching.session_key, watching.path)
        watching.show(text)
    readers = [asyncio.create_task(_read(rig.port, watching)) for watching in pages]
    while not all(each.is_settled for each in pages):
        if dead := [each for each in readers if each.done()]:
            await dead[0]
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLE_S)
    serve = rig.made.pid("serve")
    began_s, began_cpu_s = time.perf_counter(), cpu_s(serve)
    samples_ms = await _change(rig, targets, pages, readers)
    busy = (cpu_s(serve) - began_cpu_s) / (time.perf_counter() - began_s)
    memory_mb = pss_mb(serve)
    for task in (*readers, beats):
        task.cancel()
    await asyncio.gather(*readers, beats, return_exceptions=True)
    p50, p95, worst = (percentile(samples_ms, each) for each in (0.5, 0.95, 1.0))
    return Row(
        name=name,
        value=round(p95),
        unit="ms",
        goal=GOAL_MS,
        note=(
            f"p95 of {len(samples_ms):,} showings of {CHANGES} changes to {PEOPLE} people; median {p50:.0f}, longest "
            f"{worst:.0f}; {len(rig.alive):,} kiosks with a heartbeat a minute; serve {memory_mb:.0f} MB and "
            f"{100 * busy:.0f} % of a core, with 200 browsers of the bench beside it"
        ),
    )


async def _change(
    rig: _Rig, targets: Sequence[str], pages: Sequence[Watching], readers: Sequence[asyncio.Task[None]]
) -> list[float]:
    samples_ms = []
    broken = set[str]()
    for target in itertools.islice(itertools.cycle(targets), CHANGES):
        concerned = [each for each in pages if each.shows(target)]
        before = [len(each.seen) for each in concerned]
        broken ^= {target}
        began_s = time.perf_counter()
        rig.say(target, is_well=target not in broken)
        await asyncio.sleep(EVERY_S)
        while any(len(each.seen) == seen for each, seen in zip(concerned, before, strict=True)):
            if dead := [each for each in readers if each.done()]:
                await dead[0]
                raise RuntimeError("a stream ended")
            if time.perf_counter() - began_s > LATE_S:
                late = [e.path for e, seen in zip(concerned, before, strict=True) if len(e.seen) == seen]
                raise TimeoutError(f"{target} is not on {late}")
            await asyncio.sleep(0.02)
        samples_ms += [(e.seen[seen][0] - began_s) * 1000 for e, seen in zip(concerned, before, strict=True)]
    return samples_ms


async def _heartbeats(rig: _Rig, targets: Sequence[str], all_heard: asyncio.Event) -> None:
    """Of all that can be heard, in a minute, evenly; after the first round ``targets`` are left to who breaks them."""
    began_s = time.perf_counter()
    for number, (kiosk_id, is_well) in enumerate(itertools.cycle(rig.alive.items()), 1):
        if number <= len(rig.alive) or kiosk_id not in targets:
            rig.say(kiosk_id, is_well=is_well)
        if number == len(rig.alive):
            all_heard.set()
        due_s = began_s + number * HEARTBEAT_S / len(rig.alive)
        if (wait_s := due_s - time.perf_counter()) > 0:
            await asyncio.sleep(wait_s)


async def _read(port: int, watching: Watching) -> None:
    """The stream of one page, as its browser reads it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        address = f"/live?page={quote(watching.page, safe='')}"
        head = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={watching.session_key}\r\n"
        writer.write(f"{head}Accept-Encoding: gzip\r\n\r\n".encode())
        status = await reader.readuntil(b"\r\n\r\n")
        if not status.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{watching.path}: {status[:40]!r}")
        async for name, text in _events(reader):
            watching.is_settled |= name in ("piece", "beat")
            if name == "piece":
                watching.show(text)
            elif name in ("over", "anew"):
                raise RuntimeError(f"{watching.path} ended: {name}")
    finally:
        writer.close()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[tuple[str, str]]:
    unpack, text = zlib.decompressobj(31).decompress, b""
    while size := int(await reader.readline(), 16):
        text += unpack((await reader.readexactly(size + 2))[:-2])
        while b"\n\n" in text:
            event, _, text = text.partition(b"\n\n")
            name, _, data = event.decode().partition("\n")
            yield name.removeprefix("event: "), data
