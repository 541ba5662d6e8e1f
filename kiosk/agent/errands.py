"""Commands of the fleet: each is carried out at most once, and each is answered.

A command is written down before it is begun, and its end before it is answered: one that comes twice is answered as
before, and one that a restart interrupted is answered by the agent that starts. What needs the screen or a device is
an errand of the front desk, which says when it is done.

Rules: one that came too late is not begun; whoever stands at the screen is not disturbed (the desk waits, and so does
a reboot); an answer is a reply, which may carry a picture or logs and may be lost, and a record, which is not.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from fleet.protocol.messages import ATTACHMENT_BYTES_MAX, Command, CommandKind, Reply
from fleet.protocol.records import CommandEnded
from kiosk import logs, news
from kiosk.spool import Spool, SpoolFullError

log = logging.getLogger(__name__)

KEPT_MAX = 32
"""Commands whose end is remembered: more than could wait at a broker for one kiosk."""

NOTE = "commands"

DESKS = (
    CommandKind.IDENTIFY,
    CommandKind.TEST_PRINT,
    CommandKind.REPRINT,
    CommandKind.NEW_ROLL,
    CommandKind.SCREENSHOT,
    CommandKind.RESTART_FRONTDESK,
)
"""What the front desk does."""

EXPIRED = "expired"
NO_DESK = "front desk not running"
INTERRUPTED = "interrupted by a restart"
OCCUPIED = "somebody was at the screen all the time"
NO_REBOOT = "this machine is not set up to be rebooted from afar"


class _Kept(msgspec.Struct, frozen=True):
    """A command this kiosk has begun."""

    command_id: str
    kind: str
    expires_at: datetime
    boot_id: str
    ended: bool = False
    done: bool = False
    detail: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where this agent runs. ``reboot_command``: empty where the machine may not be rebooted."""

    version: str
    boot_id: str
    run_dir: Path
    reboot_command: Sequence[str] = ()


class Desk(Protocol):
    """The way to the front desk."""

    def send(self, news: news.News) -> bool:
        """False when it is not there."""


class Errands:
    """The commands of one agent. ``reply`` is its quick way to the fleet; the sure one is the spool."""

    def __init__(self, spool: Spool, desk: Desk, reply: Callable[[Reply], object], place: Place) -> None:
        self._spool, self._desk, self._reply, self._place = spool, desk, reply, place
        noted = spool.noted(NOTE)
        try:
            self._kept = [] if noted is None else msgspec.json.decode(noted, type=list[_Kept])
        except msgspec.DecodeError:
            self._kept = []
        self._rebooting: subprocess.Popen[bytes] | None = None

    def resume(self) -> None:
        """Answer what the agent before this one had begun."""
        for kept in self._open():
            rebooted = kept.kind == CommandKind.REBOOT and kept.boot_id != self._place.boot_id
            self._end(kept, done=rebooted, detail="" if rebooted else INTERRUPTED)

    def take(self, command: Command, *, refresh: Callable[[], object], expires_in_s: float | None = None) -> None:
        """Begin a command, or answer it again. ``refresh`` fetches what the fleet has anew.

        ``expires_in_s``: what is left of its life by the broker's count, which is taken before ``expires_at``: a
        kiosk whose clock is a day ahead would find every command expired, and one a day behind none.
        """
        known = next((kept for kept in self._kept if kept.command_id == command.command_id), None)
        if known is not None:
            if known.ended:
                self._reply(Reply(command_id=known.command_id, done=known.done, detail=known.detail))
            return
        expires_at = command.expires_at
        if expires_in_s is not None:
            expires_at = datetime.now(UTC) + timedelta(seconds=expires_in_s)
        kept = _Kept(command.command_id, command.kind.value, expires_at, self._place.boot_id)
        if kept.expires_at <= datetime.now(UTC):
            self._end(kept, done=False, detail=EXPIRED)
            return
        if not self._keep(kept):
            self._end(kept, done=False, detail="cannot be written down: the disk is full")
            return
        self._begin(kept, command.kind, refresh)

    def _begin(self, kept: _Kept, kind: CommandKind, refresh: Callable[[], object]) -> None:
        if kind in DESKS:
            errand = news.Errand(command_id=kept.command_id, kind=kind, expires_at=kept.expires_at)
            if not self._desk.send(errand):
                self._end(kept, done=False, detail=NO_DESK)
        elif kind is CommandKind.REFRESH:
            refresh()
            self._end(kept, done=True, detail="")
        elif kind is CommandKind.SEND_LOGS:
            self._send_logs(kept)
        elif kind is CommandKind.REBOOT:
            if not self._place.reboot_command:
                self._end(kept, done=False, detail=NO_REBOOT)
        else:
            self._end(kept, done=False, detail=f"not known to version {self._place.version}")

    def _send_logs(self, kept: _Kept) -> None:
        text = logs.collected(self._place.run_dir, ATTACHMENT_BYTES_MAX)
        self._end(kept, done=bool(text), detail="" if text else "no logs", brought=("text/plain", text))

    def desk_said(self, done: news.ErrandDone) -> None:
        """The front desk has ended an errand."""
        kept = next((kept for kept in self._open() if kept.command_id == done.command_id), None)
        if kept is None:
            return
        brought, ok, detail = ("", b""), done.done, done.detail
        if done.file:
            path = self._place.run_dir / Path(done.file).name
            try:
                brought = ("image/png", path.read_bytes())
                path.unlink()
            except OSError as err:
                ok, detail = False, f"the picture cannot be read: {err.strerror}"
        self._end(kept, done=ok, detail=detail, brought=brought)

    def look_after(self, *, in_visit: bool) -> None:
        """End what has waited too long; reboot when nobody is at the screen."""
        if self._rebooting is not None and (code := self._rebooting.poll()) is not None and code != 0:
            self._rebooting = None
            for kept in self._open(CommandKind.REBOOT):
                self._end(kept, done=False, detail=f"the machine refused (exit code {code})")
        now = datetime.now(UTC)
        for kept in self._open():
            if kept.expires_at <= now:
                self._end(kept, done=False, detail=OCCUPIED if in_visit else EXPIRED)
        if self._open(CommandKind.REBOOT) and not in_visit and self._rebooting is None:
            self._reboot()

    def _reboot(self) -> None:
        log.warning("rebooting, because the fleet asks for it")
        try:
            self._rebooting = subprocess.Popen(self._place.reboot_command, stdin=subprocess.DEVNULL)
        except OSError as err:
            for kept in self._open(CommandKind.REBOOT):
                self._end(kept, done=False, detail=f"the machine refused: {err.strerror}")

    # ---- what is written down

    def _open(self, kind: CommandKind | None = None) -> list[_Kept]:
        return [kept for kept in self._kept if not kept.ended and (kind is None or kept.kind == kind)]

    def _remember(self, kept: _Kept) -> bytes:
        """Have it in the list, in the place of what was known of it; the list as it is written down."""
        others = [each for each in self._kept if each.command_id != kept.command_id]
        self._kept = [*others, kept][-KEPT_MAX:]
        return msgspec.json.encode(self._kept)

    def _keep(self, kept: _Kept) -> bool:
        try:
            self._spool.note(NOTE, self._remember(kept))
        except SpoolFullError as err:
            log.error("a command is not begun, it cannot be written down: %s", err)
            return False
        return True

    def _end(self, kept: _Kept, *, done: bool, detail: str, brought: tuple[str, bytes] = ("", b"")) -> None:
        if len(brought[1]) > ATTACHMENT_BYTES_MAX:
            done, detail, brought = False, f"what it brought is too large: {len(brought[1])} bytes", ("", b"")
        log.info("command %s: %s", kept.kind, detail or "done")
        record = CommandEnded(
            command_id=kept.command_id, command=kept.kind, done=done, detail=detail, ended_at=datetime.now(UTC)
        )
        note = self._remember(msgspec.structs.replace(kept, ended=True, done=done, detail=detail))
        try:
            self._spool.append(record, also=self._spool.noting(NOTE, note))
        except SpoolFullError as err:
            log.error("the end of a command is not recorded: %s", err)
        media_type, attachment = brought
        self._reply(
            Reply(command_id=kept.command_id, done=done, detail=detail, media_type=media_type, attachment=attachment)
        )
