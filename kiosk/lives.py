"""Why a process of the kiosk had to be started: judged from the mark its last life left in the spool.

A life that ends in order says so; one that does not leaves its mark as it was. Whether the machine went down with it
shows in the kernel's boot id, and of what in two places the kernel keeps over a restart. What nobody wrote down is not
guessed: a plug that was pulled and a reset button look alike. The Raspberry Pi's own reset register is not asked: it
says "watchdog" of every restart in order, and on some models "power" of all (raspberrypi/linux, issues 1586 and 4527).
"""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path

import msgspec

from kiosk.spool import Spool, SpoolFullError
from kiosk.store import StoreReplacedError

log = logging.getLogger(__name__)

BOOT_ID = "proc/sys/kernel/random/boot_id"
WATCHDOGS = "sys/class/watchdog"
CRASHES = "sys/fs/pstore"

_CARD_RESET = 0x20
"""Linux's ``WDIOF_CARDRESET`` in ``bootstatus``: this watchdog has reset the machine."""


class Ending(StrEnum):
    """How the life before this one ended; the words stand in ``Restarted.reason`` and in ``Health``."""

    UNKNOWN = ""
    """There was none, or nothing is known of it."""
    STOPPED = "stopped"
    REBOOTED = "machine-restarted"
    DIED = "died"
    """Of a bug, or of a broken file; the journal has it."""
    KILLED = "killed"
    """Without a word, and the machine ran on: out of memory, or a hand."""
    POWER_OR_RESET = "power-or-reset"
    WATCHDOG = "watchdog"
    KERNEL_CRASH = "kernel-crash"


class _Mark(msgspec.Struct, frozen=True):
    boot_id: str
    ended: Ending = Ending.UNKNOWN


def begin(spool: Spool, process: str, root: Path = Path("/")) -> Ending:
    """Mark a new life of ``process``, and say how the last one ended. ``root`` is another in tests."""
    mark, name = _Mark(boot_id(root)), _name(process)
    said = spool.noted(name)
    _write(spool, name, mark)
    try:
        before = None if said is None else msgspec.json.decode(said, type=_Mark)
    except msgspec.DecodeError:
        before = None
    return Ending.UNKNOWN if before is None else _judge(before, mark.boot_id, root)


def end(spool: Spool, process: str, ending: Ending, root: Path = Path("/")) -> None:
    """Say that this life of ``process`` ends, ``STOPPED`` or ``DIED``."""
    _write(spool, _name(process), _Mark(boot_id(root), ending))


def _judge(before: _Mark, boot_id: str, root: Path) -> Ending:
    if not before.boot_id or not boot_id:
        return before.ended
    is_same_boot = before.boot_id == boot_id
    if before.ended is Ending.STOPPED and not is_same_boot:
        return Ending.REBOOTED
    if before.ended is not Ending.UNKNOWN:
        return before.ended
    return Ending.KILLED if is_same_boot else _why_the_machine_went_down(root)


def _why_the_machine_went_down(root: Path) -> Ending:
    if any((root / CRASHES).glob("dmesg-*")):
        return Ending.KERNEL_CRASH
    for path in (root / WATCHDOGS).glob("*/bootstatus"):
        try:
            if int(path.read_text("ascii"), 0) & _CARD_RESET:
                return Ending.WATCHDOG
        except (OSError, ValueError):
            continue
    return Ending.POWER_OR_RESET


def boot_id(root: Path) -> str:
    """The kernel's name for this boot; empty when it tells none."""
    try:
        return (root / BOOT_ID).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _name(process: str) -> str:
    return f"life/{process}"


def _write(spool: Spool, name: str, mark: _Mark) -> None:
    try:
        spool.note(name, msgspec.json.encode(mark))
    except (SpoolFullError, StoreReplacedError) as err:  # the life goes on, and the next one knows less
        log.error("%s not marked: %s", name, err)
