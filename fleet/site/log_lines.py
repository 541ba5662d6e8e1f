"""How a line of the log is written: as text, or with ``SALA_LOG=json`` as JSON, one event a line, for machines.

Rules: a line never holds an ID number, whoever wrote it there; as JSON it is one line, whatever broke.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain

from fleet.protocol.thai import IdNumber, replace_id_numbers

OUR_PROCESS = "MainProcess"
"""What Python calls a process that nobody has named; parts of `fleet up` have names."""

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else was said by ``extra``."""


def masked(text: str) -> str:
    """``text`` with every ID number masked."""
    return replace_id_numbers(text, IdNumber, lambda each: each.masked)


class PlainLines(logging.Formatter):
    """``WARNING fleet.web: what happened``, and a trace below it where something broke."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return masked(super().format(record))


class JsonLines(logging.Formatter):
    """``{"at", "level", "logger", "process", "event", "message"}``; ``part``, ``fields``, ``trace`` where there are.

    ``event``: what is the same every time it happens, to count by (``%s ended (%s)``); ``message``: the same with its
    values; ``fields``: the values, in their order or by their names; ``part``: of `fleet up`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "event": masked(str(record.msg)),
            "message": masked(record.getMessage()),
        }
        if record.processName not in (None, OUR_PROCESS):
            said["part"] = record.processName
        if fields := _fields(record):
            said["fields"] = fields
        if record.exc_info:
            said["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    args: Iterable[tuple[object, object]] = (
        record.args.items() if isinstance(record.args, Mapping) else enumerate(record.args or ())
    )
    extra = ((name, value) for name, value in vars(record).items() if name not in _USUAL)
    return {str(name): _plain(value) for name, value in chain(args, extra)}


def _plain(value: object) -> object:
    """As JSON has it; anything else by its text."""
    text = masked(str(value))
    return value if isinstance(value, bool | int | float | None) and text == str(value) else text
