"""What a process says of itself: to the journal, and to a bounded file that a technician may ask for from afar.

Nothing of ours logs an ID number; the scrubber is for what nobody foresaw, and for the words of libraries. The file
lies with the sockets, in memory on a device: it wears no SD card, and is gone with the power, as is a bug's reason to
be looked at there rather than in the journal.
"""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_BYTES_MAX = 256 * 1024
"""Of each of the two files a process keeps; about a day of a busy kiosk."""

_ID_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12}(?!\d)")
"""Thirteen digits, also as they are written with hyphens. Check digits are not asked: better one number too many."""

_SECRET = re.compile(r"(/t/|token[=: ]+)[\w-]{12,}", re.IGNORECASE)
"""A tracking address, or a token named as one."""


def scrubbed(text: str) -> str:
    """``text`` without ID numbers and tokens."""
    return _SECRET.sub(r"\1[token]", _ID_NUMBER.sub("[13 digits]", text))


class Scrubbing(logging.Formatter):
    """Formats as told, and scrubs the whole line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or several of a traceback."""
        return scrubbed(super().format(record))


def set_up(process: str, run_dir: Path) -> None:
    """Log to standard error and, where there is room, to ``<process>.log`` in ``run_dir``."""
    to_journal = logging.StreamHandler(sys.stderr)
    to_journal.setFormatter(Scrubbing("%(levelname)s %(name)s: %(message)s"))
    handlers: list[logging.Handler] = [to_journal]
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        to_file = RotatingFileHandler(run_dir / f"{process}.log", "a", FILE_BYTES_MAX, 1, "utf-8", delay=False)
    except OSError as err:
        sys.stderr.write(f"no log file: {err.strerror}\n")
    else:
        to_file.setFormatter(Scrubbing("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handlers.append(to_file)
    logging.basicConfig(level=logging.INFO, handlers=handlers)
    logging.raiseExceptions = False  # a full disk must not fill the journal with tracebacks of logging itself


def collected(run_dir: Path, bytes_max: int) -> bytes:
    """The newest lines of every process, the same share of ``bytes_max`` for each; UTF-8, whole lines, scrubbed."""
    processes = sorted(path.stem for path in run_dir.glob("*.log"))
    if not processes:
        return b""
    share = bytes_max // len(processes)
    return b"".join(_newest(run_dir, process, share) for process in processes)


def _newest(run_dir: Path, process: str, bytes_max: int) -> bytes:
    title = f"==> {process} <==\n".encode()
    text = "".join(_read(run_dir / name) for name in (f"{process}.log.1", f"{process}.log"))
    whole = scrubbed(text).encode("utf-8", "replace")
    room = bytes_max - len(title)
    if len(whole) > room:
        whole = whole[-room:]
        whole = whole[whole.find(b"\n") + 1 :]
    return title + whole


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
