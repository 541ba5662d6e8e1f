"""The disk the kiosk keeps its data on, and the spool in it: space, whether writing works, what waits for the fleet.

Rules: nothing of the kiosk's is changed. The probe is a file of our own, gone again at once; the spool is opened for
reading and never made, mended or put aside here: that is for the processes whose it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import tempfile
import time
from pathlib import Path

from kiosk.doctor.findings import Detail, Finding, attention, failing, fine, unknown
from kiosk.doctor.problems import Problem

MIB = 1024 * 1024
LOW_MIB = 500
"""An update's download and a day's logs."""
FULL_MIB = 20
"""SQLite still needs some to write its log ahead."""
PROBE_BYTES = 64 * 1024
DEEP_RECORDS = 1000
"""A busy kiosk makes a few hundred a day: more means that days have not reached the fleet."""
BUSY_TIMEOUT_S = 2.0

_WRITE_PROBLEMS = {
    errno.EROFS: Problem.DISK_READ_ONLY,
    errno.ENOSPC: Problem.DISK_FULL,
    errno.EDQUOT: Problem.DISK_FULL,
}


def look_at_disk(data_dir: Path) -> Finding:
    """Free space, and a file written through to the disk and removed."""
    try:
        facts = os.statvfs(data_dir)
    except FileNotFoundError:
        return failing("disk", Problem.NO_DATA_DIR, path=str(data_dir))
    except OSError as err:
        return unknown("disk", Problem.DISK_NOT_OURS, path=str(data_dir), detail=err.strerror)
    free_mib = facts.f_bavail * facts.f_frsize // MIB
    details: dict[str, Detail] = {"path": str(data_dir), "free_mib": free_mib}
    if facts.f_flag & os.ST_RDONLY:
        return failing("disk", Problem.DISK_READ_ONLY, **details)
    has_names_left = not facts.f_files or facts.f_favail > 0  # file systems without inodes count none
    return _written(data_dir, free_mib if has_names_left else 0, details)


def _written(data_dir: Path, free_mib: int, details: dict[str, Detail]) -> Finding:
    try:
        details["write_ms"] = _probe(data_dir)
    except PermissionError:
        return unknown("disk", Problem.DISK_NOT_OURS, **details)
    except OSError as err:
        problem = _WRITE_PROBLEMS.get(err.errno or 0, Problem.DISK_BROKEN)
        return failing("disk", problem, detail=err.strerror, **details)
    if free_mib < FULL_MIB:
        return failing("disk", Problem.DISK_FULL, **details)
    return attention("disk", Problem.DISK_LOW, **details) if free_mib < LOW_MIB else fine("disk", **details)


def _probe(directory: Path) -> float:
    """How long 64 KiB take until they are on the disk, in milliseconds."""
    began_s = time.monotonic()
    with tempfile.TemporaryFile(dir=directory, prefix="doctor-") as file:
        file.write(os.urandom(PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return round(1000 * (time.monotonic() - began_s), 1)


def look_at_spool(data_dir: Path) -> Finding:
    """How many records wait for the fleet, and how big their file is."""
    path = spool_path(data_dir)
    try:
        size_kib = sum(part.stat().st_size for part in _files(path)) // 1024
        with contextlib.closing(open_for_reading(path)) as db:
            (depth,) = db.execute("SELECT count(*) FROM record").fetchone()
    except FileNotFoundError:
        return unknown("spool", Problem.NO_SPOOL)
    except (OSError, sqlite3.Error) as err:
        return unknown("spool", Problem.SPOOL_UNREADABLE, detail=type(err).__name__)
    if depth >= DEEP_RECORDS:
        return attention("spool", Problem.SPOOL_DEEP, records_waiting=depth, size_kib=size_kib)
    return fine("spool", records_waiting=depth, size_kib=size_kib)


def spool_path(data_dir: Path) -> Path:
    """Where the spool stands."""
    return data_dir / "spool.sqlite"


def _files(path: Path) -> list[Path]:
    path.stat()  # the spool itself must be there
    return [path, *(part for part in (path.with_name(path.name + "-wal"),) if part.exists())]


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The store in ``path``, to be read while its owners write.

    Raises: FileNotFoundError when there is none; sqlite3.Error when it cannot be read.
    """
    path.stat()
    # Without a log ahead nobody has it open; SQLite must not make one, in the name of whoever calls the doctor.
    mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY_TIMEOUT_S)
