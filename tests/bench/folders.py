"""Bench rows ``folder-5000-p99-ms`` and ``folder-100000-p99-ms``: where is this folder, from the kiosk's own replica.

From the text a scanner gives to the folder's place, who has it, and its factory: classified, found and decoded, as the
folder desk does it (``FolderBook``), without a network. The replica is a file, filled page by page as the fleet's pages
come. Another connection, the agent's, is open and has changes half written, so nothing is measured on a lonely file.
The peer is the same question put to the same file without its key: every folder decoded until one fits.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from fleet.protocol.codes import FolderCode, classify, folder_id
from fleet.protocol.factory import luhn_digit
from fleet.protocol.office import Factory, Folder, Item
from kiosk.folder_book import FolderBook
from kiosk.office.replica import Replica
from kiosk.spool import Spool
from tests.bench.rows import Row
from tests.bench.spread import median, percentile
from tests.support.office_pages import page_of

GOALS_MS = {5_000: 5.0, 100_000: 20.0}
"""The ministry counts 4,000 to 5,000 folders in a large office."""

NAMES = tuple(f"folder-{folders}-p99-ms" for folders in GOALS_MS)

_DOPA_CODE = 20
_PAGE_ITEMS = 1000
_LOOK_UPS = 3000
_PEER_LOOK_UPS = 20


def measure() -> Sequence[Row]:
    """Both rows."""
    return [_row(folders, goal_ms) for folders, goal_ms in GOALS_MS.items()]


def _row(folders: int, goal_ms: float) -> Row:
    which = random.Random(folders)  # noqa: S311 - to be repeated
    scans = [folder_id(_DOPA_CODE, which.randint(1, folders)) for _ in range(_LOOK_UPS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.sqlite"
        _fill(path, folders)
        spool = Path(folder) / "spool.sqlite"
        with (
            closing(Replica(path)) as replica,
            closing(Spool(spool)) as spooled,
            closing(sqlite3.connect(path, isolation_level=None)) as writing,
        ):
            book = FolderBook(replica, spooled)
            writing.execute("BEGIN IMMEDIATE")
            writing.execute("UPDATE item SET body = body WHERE kind = 'factory'")
            first_ms = _ms(lambda: _look_up(book, scans[0]))
            times_ms = sorted(_ms(lambda scan=scan: _look_up(book, scan)) for scan in scans)  # type: ignore[misc]
            peer_ms = sorted(_ms(lambda scan=scan: _walk(writing, scan)) for scan in scans[:_PEER_LOOK_UPS])  # type: ignore[misc]
            writing.execute("ROLLBACK")
    return Row(
        name=f"folder-{folders}-p99-ms",
        value=round(percentile(times_ms, 0.99), 3),
        unit="ms",
        goal=goal_ms,
        peer="without a key",
        peer_value=round(median(peer_ms), 1),
        note=f"{_LOOK_UPS} scans; median {median(times_ms):.3f}, worst {times_ms[-1]:.2f}; the first {first_ms:.2f}",
    )


def _ms(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began_s)


def _look_up(book: FolderBook, scanned: str) -> tuple[Folder, Factory]:
    code = classify(scanned)
    assert isinstance(code, FolderCode)
    found = book.facts(code.folder_id)
    assert found is not None
    assert found.factory is not None
    return found.folder, found.factory


def _walk(db: sqlite3.Connection, scanned: str) -> Folder:
    for (body,) in db.execute("SELECT body FROM item WHERE +kind = 'folder'"):
        folder = msgspec.json.decode(body, type=Folder)
        if folder.folder_id == scanned:
            return folder
    raise AssertionError("a folder that is not there")


def _fill(path: Path, folders: int) -> None:
    with closing(Replica(path)) as replica:
        items = list(_items(folders))
        starts = range(0, len(items), _PAGE_ITEMS)
        for start in starts:
            page = page_of(items[start : start + _PAGE_ITEMS], revision=len(items))
            is_last = start == starts[-1]
            replica.take(
                msgspec.structs.replace(
                    page, anew=start == 0, more=not is_last, since=replica.cursor, cursor=f"bench.{start + _PAGE_ITEMS}"
                )
            )


def _items(folders: int) -> Iterator[Item]:
    for number in range(1, folders + 1):
        body = f"20{_DOPA_CODE}{number % 100_000:05d}{2500 + number // 100_000}"
        factory_no = body + str(luhn_digit(body))
        yield Factory(
            factory_no=factory_no,
            name_th=f"ตัวอย่างแปรรูปอาหาร {number}",
            name_en=f"Sample Foods {number}",
            owner_hashes=(f"{number:064x}",),
        )
        yield Folder(
            folder_id=folder_id(_DOPA_CODE, number),
            factory_no=factory_no,
            room="1",
            cabinet=str(number // 100 + 1),
            shelf=str(number // 20 % 5 + 1),
            slot=str(number % 20 + 1),
        )
