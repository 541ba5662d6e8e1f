"""Fetches one piece of a bundle over HTTPS, from where the last one ended; when it is whole, checks what it is.

    python -m kiosk.agent.updates.fetch < order        ``keeping.py`` starts it: a process of its own may wait

What it is: ranges of one file, by the kiosk's own certificate. What it is not: a reason to install anything; that is
the hash in the signed metadata, which the whole file must have, and RAUC's own signature after that. Rules: never more
bytes than were paid for, whatever the server sends; any 4xx but "too fast" and "too slow" is final; what is on the disk
is synced now and then, so that a pulled plug costs little; room is left for everything else the kiosk writes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import sys
import time
from pathlib import Path

import msgspec
import requests
import urllib3

from kiosk.agent.updates.order import FetchOrder, FetchResult
from kiosk.agent.updates.states import FetchOutcome

TIMEOUT_S = (5.0, 30.0)
"""To connect, and for the next piece: a line that stalls for longer is as good as cut."""

PIECE_BYTES = 64 * 1024
SYNC_EVERY_BYTES = 4 * 1024 * 1024

ROOM_BYTES = 64 * 1024 * 1024
"""Left free on the disk: the spool's bound, and logs."""

_NOT_FINAL = frozenset({408, 429})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class _EndedError(Exception):
    def __init__(self, outcome: FetchOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class _Paid:
    """The allowance as it is used, no faster than allowed."""

    def __init__(self, allowance_bytes: int, bytes_per_s_max: int) -> None:
        self.left_bytes = self._whole_bytes = allowance_bytes
        self._bytes_per_s_max = bytes_per_s_max
        self._began_s = time.monotonic()

    def use(self, count: int) -> None:
        """``count`` bytes came; waits where they came too fast."""
        self.left_bytes -= count
        if self._bytes_per_s_max:
            due_s = self._began_s + (self._whole_bytes - self.left_bytes) / self._bytes_per_s_max
            time.sleep(max(0.0, due_s - time.monotonic()))


def fetch(order: FetchOrder) -> FetchResult:
    """One piece; the file stays for the next, unless the whole of it is not what was signed."""
    file, paid = Path(order.file), _Paid(order.allowance_bytes, order.bytes_per_s_max)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.exists() and file.stat().st_size > order.length:
            file.unlink()
        if not _is_whole(file, order):
            _fetch_some(order, file, paid)
        outcome, detail = FetchOutcome.PAID, ""
        if _is_whole(file, order):
            outcome = FetchOutcome.WHOLE
            if _sha256(file) != order.sha256:
                file.unlink()
                raise _EndedError(FetchOutcome.REFUSED, "what was fetched is not what was signed")
    except _EndedError as err:
        outcome, detail = err.outcome, err.detail
    except (requests.RequestException, urllib3.exceptions.HTTPError) as err:
        outcome, detail = FetchOutcome.NETWORK, type(err).__name__
    except OSError as err:
        is_full = err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        outcome, detail = FetchOutcome.NO_ROOM if is_full else FetchOutcome.NETWORK, err.strerror or str(err)
    return FetchResult(outcome=outcome, unused_bytes=max(0, paid.left_bytes), detail=detail[:200])


def _is_whole(file: Path, order: FetchOrder) -> bool:
    return file.exists() and file.stat().st_size == order.length


def _fetch_some(order: FetchOrder, file: Path, paid: _Paid) -> None:
    have = file.stat().st_size if file.exists() else 0
    if shutil.disk_usage(file.parent).free < order.length - have + ROOM_BYTES:
        raise _EndedError(FetchOutcome.NO_ROOM, f"{(order.length - have) >> 20} MB do not fit")
    last = min(have + order.allowance_bytes, order.length) - 1
    with requests.Session() as session:
        session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        session.verify = order.link.ca_file
        session.cert = (order.link.certificate_file, order.link.key_file)
        with session.get(
            f"{order.link.fleet_api.rstrip('/')}/kiosk/v1/trust/targets/{_name_of(order)}",
            headers={"Accept-Encoding": "identity", "Range": f"bytes={have}-{last}"},
            timeout=TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            begins = _first_byte(answer, have, order.length)
            with file.open("r+b" if begins else "wb") as held:
                held.seek(begins)
                _write(answer, held.fileno(), order.length - begins, paid)


def _name_of(order: FetchOrder) -> str:
    """A target's file carries its hash in its name (TUF's consistent snapshots), so that another is another file."""
    folder, _, name = order.target.rpartition("/")
    return f"{folder}/{order.sha256}.{name}"


def _first_byte(answer: requests.Response, have: int, length: int) -> int:
    """Where the answer begins in the file.

    Raises: _EndedError for one that brings nothing.
    """
    status = answer.status_code
    if status == requests.codes.ok:
        return 0  # a server that knows no ranges; what there was is fetched again
    if status == requests.codes.partial_content:
        said = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != have or int(said[3]) != length:
            raise _EndedError(FetchOutcome.NOT_FOUND, "the server has another file under this name")
        return have
    if 400 <= status < 500 and status not in _NOT_FINAL:
        raise _EndedError(FetchOutcome.NOT_FOUND, f"the server answered {status}")
    raise _EndedError(FetchOutcome.NETWORK, f"the server answered {status}")


def _write(answer: requests.Response, file: int, wanted_bytes: int, paid: _Paid) -> None:
    unsynced = 0
    try:
        while (most := min(PIECE_BYTES, wanted_bytes, paid.left_bytes)) > 0:
            piece = answer.raw.read1(most)
            if not piece:
                raise _EndedError(FetchOutcome.NETWORK, "the line was cut")
            os.write(file, piece)
            wanted_bytes -= len(piece)
            unsynced += len(piece)
            if unsynced >= SYNC_EVERY_BYTES:
                os.fsync(file)
                unsynced = 0
            paid.use(len(piece))
    finally:
        os.fsync(file)


def _sha256(file: Path) -> str:
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def main() -> int:
    """One piece, by the order on standard input; the result on standard output."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=FetchOrder)
    sys.stdout.buffer.write(msgspec.json.encode(fetch(order)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
