"""What a running process costs: processor time and memory, from /proc of Linux (proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

_UTIME, _STIME = 11, 12  # fields 14 and 15 of stat, counted from behind the name, which may hold anything


def cpu_s(pid: int) -> float:
    """Processor seconds so far, of all threads, in user space and in the kernel.

    Raises: FileNotFoundError when the process has gone.
    """
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory in megabytes of 10^6 bytes, shared libraries counted in full.

    Raises: FileNotFoundError when the process has gone.
    """
    return _status_mb(pid, "VmRSS:")


def peak_mb(pid: int) -> float:
    """The most resident memory it ever had, as ``rss_mb``.

    Raises: FileNotFoundError when the process has gone.
    """
    return _status_mb(pid, "VmHWM:")


def _status_mb(pid: int, word: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8", "replace").splitlines():
        if line.startswith(word):
            return int(line.split()[1]) * 1024 / 1e6
    raise FileNotFoundError(f"process {pid} has ended")


def pss_mb(pid: int) -> float:
    """Proportional share of memory in megabytes of 10^6 bytes: what several processes share is divided among them.

    Raises: OSError when the process has gone or is somebody else's.
    """
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise FileNotFoundError(f"process {pid} has ended")


def family(pid: int) -> dict[str, int]:
    """A `fleet up` and its children: the last word of what the kernel calls each one, and its process id."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return {"up": pid} | {Path(f"/proc/{child}/comm").read_text("utf-8").split()[-1]: int(child) for child in children}
