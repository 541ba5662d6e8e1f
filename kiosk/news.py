"""Messages between the two processes of a kiosk: one Unix datagram socket each, one msgspec struct a message.

News is a nudge, never the only copy: whatever must not be lost is on disk (settings, replica, spool) before the
nudge is sent, and is read from disk by a process that starts. So a send to a process that is not there is no error.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections import deque
from datetime import datetime
from enum import Enum, auto
from pathlib import Path

import msgspec

from fleet.protocol.messages import CommandKind, DeviceStatus, PaymentConfirmed
from kiosk.config import ConfigError

DATAGRAM_BYTES_MAX = 64 * 1024

UNTOLD_MAX = 1000
"""More than happens while the other process draws one frame."""


class SettingsStored(msgspec.Struct, frozen=True, tag="settings-stored"):
    """Agent to front desk: new good settings are on disk."""

    revision: int


class PaymentArrived(msgspec.Struct, frozen=True, tag="payment-arrived"):
    """Agent to front desk: the bank has confirmed; the replica already knows."""

    payment: PaymentConfirmed


class LinkState(msgspec.Struct, frozen=True, tag="link-state"):
    """Agent to front desk: whether the fleet hears us."""

    online: bool


class Errand(msgspec.Struct, frozen=True, tag="errand"):
    """Agent to front desk: something the fleet asks for; answered by ``ErrandDone``, once."""

    command_id: str
    kind: CommandKind
    expires_at: datetime


class ErrandDone(msgspec.Struct, frozen=True, tag="errand-done"):
    """Front desk to agent: how an errand ended. ``file``: a picture's name in ``run_dir``, the agent's to take away."""

    command_id: str
    done: bool
    detail: str = ""
    file: str = ""


class DeskStatus(msgspec.Struct, frozen=True, tag="desk-status"):
    """Front desk to agent: the devices now, and what lies ahead of the paper, as in ``messages.Status``.

    ``pid``: of the front desk; another one has been started again.
    """

    devices: dict[str, DeviceStatus]
    paper: str
    in_visit: bool
    paper_slips_left: int | None = None
    paper_out_at: datetime | None = None
    pid: int = 0


class RecordsWaiting(msgspec.Struct, frozen=True, tag="records-waiting"):
    """Front desk to agent: there is something in the spool."""


class EnrolmentShown(msgspec.Struct, frozen=True, tag="enrolment-shown"):
    """Agent to front desk of a kiosk that is nobody yet: what the technician needs. Empty: not at the moment."""

    address: str
    code: str


class Enrolled(msgspec.Struct, frozen=True, tag="enrolled"):
    """Agent to front desk: there is an identity on disk now."""


class StatusWanted(msgspec.Struct, frozen=True, tag="status-wanted"):
    """Agent to front desk, when the agent starts: tell me your status."""


News = (
    SettingsStored
    | PaymentArrived
    | LinkState
    | Errand
    | ErrandDone
    | DeskStatus
    | RecordsWaiting
    | StatusWanted
    | EnrolmentShown
    | Enrolled
)

_DECODER: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)

FRONTDESK = "frontdesk.sock"
AGENT = "agent.sock"


class _Sent(Enum):
    YES = auto()
    NO_ROOM = auto()
    NOBODY_THERE = auto()


class NewsSocket:
    """One end: receives on its own name, sends to the other's."""

    def __init__(self, run_dir: Path, own: str, other: str) -> None:
        """Bind ``own`` in ``run_dir``; a name left over by a process that died is taken over.

        Raises: ConfigError when the folder cannot hold it.
        """
        path = run_dir / own
        self._to = str(run_dir / other)
        self._untold: deque[News] = deque(maxlen=UNTOLD_MAX)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # Never a timeout on it: with one, Python tries a send without room again and again until the time is over.
        self._socket.setblocking(False)
        self._arrivals = select.poll()
        self._arrivals.register(self._socket, select.POLLIN)
        try:
            run_dir.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            self._socket.bind(str(path))
            path.chmod(0o600)
        except OSError as err:
            self._socket.close()
            raise ConfigError(f"run_dir cannot hold {path}: {err.strerror or err}") from err

    def fileno(self) -> int:
        """For ``select``."""
        return self._socket.fileno()

    def send(self, news: News) -> bool:
        """Send; False when the other process is not there, or has no room: it will read from disk, or ask again."""
        return self._try(news) is _Sent.YES

    def tell(self, news: News) -> None:
        """Send as soon as the other process has room, in order with all else that was told; see ``flush``."""
        self._untold.append(news)
        self.flush()

    def flush(self) -> bool:
        """Send what had no room; True when nothing waits any more.

        The kernel keeps ten datagrams a socket. When nobody is there nothing waits: it is on disk.
        """
        while self._untold:
            sent = self._try(self._untold[0])
            if sent is _Sent.NO_ROOM:
                return False
            if sent is _Sent.NOBODY_THERE:
                self._untold.clear()
                break
            self._untold.popleft()
        return True

    def _try(self, news: News) -> _Sent:
        try:
            self._socket.sendto(msgspec.json.encode(news), self._to)
        except BlockingIOError:
            return _Sent.NO_ROOM
        except OSError:
            return _Sent.NOBODY_THERE
        return _Sent.YES

    def receive(self, timeout_s: float) -> News | None:
        """The next message, or None after ``timeout_s`` or for something that is none."""
        if not self._arrivals.poll(timeout_s * 1000):
            return None
        try:
            return _DECODER.decode(self._socket.recv(DATAGRAM_BYTES_MAX))
        except (BlockingIOError, msgspec.DecodeError):
            return None

    def close(self) -> None:
        """Close this end."""
        self._socket.close()
