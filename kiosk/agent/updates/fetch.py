"""Fetches one piece of a bundle over HTTPS, from where the last one ended; when it is whole, checks what it is.

    python -m kiosk.agent.updates.fetch < order        ``keeping.py`` starts it: a process of its own may wait

Two ways. Where an index of the bundle's blocks is signed and this machine's slots can be read, what lies there already
is taken from there and the rest is fetched (``assembly.py``). Everywhere else the file grows from its beginning to its
end. What it is not: a reason to install anything; that is the hash in the signed metadata, which the whole file must
have, and RAUC's own signature after that. Rules: an index that cannot be used costs its bytes and no more; what is on
the disk is synced now and then, so that a pulled plug costs little; room is left for everything else the kiosk writes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import requests
import urllib3

from fleet.protocol.blocks import BlockIndex, BlockIndexError, decoded
from kiosk.agent.updates import assembly
from kiosk.agent.updates.assembly import SYNC_EVERY_BYTES, Assembly, WrongBlockError, write_at
from kiosk.agent.updates.line import EndedError, Line, Paid
from kiosk.agent.updates.order import FetchOrder, FetchResult, SignedFile
from kiosk.agent.updates.states import FetchOutcome

ROOM_BYTES = 64 * 1024 * 1024
"""Left free on the disk: the spool's bound, and logs."""


def fetch(order: FetchOrder) -> FetchResult:
    """One piece; the file stays for the next, unless the whole of it is not what was signed."""
    paid = Paid(order.allowance_bytes, order.bytes_per_s_max)
    try:
        with Line(order.link, paid) as line:
            _fetch(order, line)
        outcome, detail = FetchOutcome.WHOLE, ""
    except EndedError as err:
        outcome, detail = err.outcome, err.detail
    except (requests.RequestException, urllib3.exceptions.HTTPError) as err:
        outcome, detail = FetchOutcome.NETWORK, type(err).__name__
    except OSError as err:
        is_full = err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        outcome, detail = FetchOutcome.NO_ROOM if is_full else FetchOutcome.NETWORK, err.strerror or str(err)
    return FetchResult(outcome=outcome, unused_bytes=max(0, paid.left_bytes), detail=detail[:200])


def _fetch(order: FetchOrder, line: Line) -> None:
    """Raises: EndedError for everything but a bundle that is whole and what was signed."""
    file = Path(order.file)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_begun = assembly.is_begun(file)
    if is_begun or not file.exists():
        index = _index(order, line, is_begun=is_begun)
        if index is None:
            assembly.forget(file)
        elif _is_put_together(order, index, line):
            return
        file.touch(mode=0o600)  # from here on from its beginning to its end
    _grow(order.bundle, file, line)
    if _sha256(file) != order.bundle.sha256:
        assembly.forget(file)
        raise EndedError(FetchOutcome.REFUSED, "what was fetched is not what was signed")


# ---- from its beginning to its end ----------------------------------------------------------------------------------


def _grow(wanted: SignedFile, file: Path, line: Line) -> None:
    """Fetch on, until ``file`` is whole.

    Raises: EndedError when what is paid for is not enough, and as ``Line.read``.
    """
    if file.exists() and file.stat().st_size > wanted.length:
        file.unlink()
    have = file.stat().st_size if file.exists() else 0
    if have < wanted.length and line.paid.left_bytes > 0:
        _demand_room(file, wanted.length - have)
        with file.open("r+b" if have else "wb", buffering=0) as held:
            _append(held.fileno(), have, wanted, line)
    if file.stat().st_size < wanted.length:
        raise EndedError(FetchOutcome.PAID, "")


def _append(file: int, have: int, wanted: SignedFile, line: Line) -> None:
    unsynced = 0
    try:
        with closing(line.read(wanted, have, wanted.length - 1)) as pieces:
            for position, piece in pieces:
                if not position:
                    os.ftruncate(file, 0)  # a server that knows no ranges; what there was is fetched again
                write_at(file, piece, position)
                unsynced += len(piece)
                if unsynced >= SYNC_EVERY_BYTES:
                    os.fsync(file)
                    unsynced = 0
    finally:
        os.fsync(file)


def _demand_room(file: Path, wanted_bytes: int) -> None:
    if shutil.disk_usage(file.parent).free < wanted_bytes + ROOM_BYTES:
        raise EndedError(FetchOutcome.NO_ROOM, f"{wanted_bytes >> 20} MB do not fit")


# ---- from slots and ranges ------------------------------------------------------------------------------------------


def _index(order: FetchOrder, line: Line, *, is_begun: bool) -> BlockIndex | None:
    """The index of the bundle; None where there is none that can be used, or nothing to use it with.

    Raises: EndedError when it is not whole yet.
    """
    wanted, file = order.index, assembly.index_file(Path(order.file))
    if wanted is None or wanted.length > order.bundle.length:
        return None
    if not is_begun and not any(os.access(seed, os.R_OK) for seed in order.seeds):
        return None
    try:
        _grow(wanted, file, line)
        index = decoded(file.read_bytes()) if _sha256(file) == wanted.sha256 else None
    except BlockIndexError:
        return None
    except EndedError as err:
        if err.outcome is FetchOutcome.NOT_FOUND:  # a fleet of before
            return None
        raise
    return index if index is not None and index.length == order.bundle.length else None


def _is_put_together(order: FetchOrder, index: BlockIndex, line: Line) -> bool:
    """Put it together; False, and nothing left, when bundle and index do not belong together.

    Raises: EndedError when it is not whole yet; OSError.
    """
    file = Path(order.file)
    _demand_room(file, order.bundle.length - (_allocated(file) if file.exists() else 0))
    put = Assembly(file, index, order.index.sha256 if order.index else "")
    try:
        if not put.is_seeded:
            put.seed(order.seeds)
            sys.stderr.write(f"{put.missing_count} of {index.count} blocks are in no slot\n")
        _fill(put, order.bundle, line)
        problem = "" if _sha256(file) == order.bundle.sha256 else "the file is not"
    except WrongBlockError as err:
        problem = str(err)
    finally:
        put.close()
    if not problem:
        assembly.finish(file)
        return True
    sys.stderr.write(f"{problem} what was signed; fetching the whole\n")
    assembly.forget(file)
    return False


def _fill(put: Assembly, bundle: SignedFile, line: Line) -> None:
    try:
        for first, last in put.missing():
            if line.paid.left_bytes <= 0:
                break
            if not put.lacks(first, last):
                continue  # a server that knows no ranges has sent it with another
            with closing(line.read(bundle, first, last)) as pieces:
                for position, piece in pieces:
                    put.take(position, piece)
    finally:
        put.save()
    if put.missing_count:
        raise EndedError(FetchOutcome.PAID, "")


def _allocated(file: Path) -> int:
    """Bytes of the disk that it takes already: it may have holes."""
    return file.stat().st_blocks * 512


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
