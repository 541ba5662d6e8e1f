"""The agent's part for what the offline roles sign: when to ask, and what has changed by it.

The asking itself is a process of its own (``trust.py``): it may wait for a slow fleet, or for a hostile one, and is
ended when its time is over, while the agent serves link and desk. Rules: one at a time; the file it writes is the only
thing believed, not its word; what changed is told to the desk and the fleet at once.
"""

from __future__ import annotations

import contextlib
import logging
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fleet.protocol.enrolment import Grant
from fleet.protocol.messages import Desired
from fleet.protocol.settings import KioskSettings, SettingsError
from kiosk import trusted
from kiosk.agent.trust_order import DEADLINE_S, UNREACHABLE, Order
from kiosk.config import GRANT_FILE, MachineConfig

log = logging.getLogger(__name__)

EVERY_S = 3600.0
"""Two small answers an hour when nothing has changed."""

RETRY_S = (15.0, 900.0)
"""First and longest pause after the fleet could not be asked, or something was not believed."""

LEAST_S = 5.0
"""Between one and the next, whoever wants it sooner: a fleet that names account after account must not keep us busy."""

KILL_AFTER_S = DEADLINE_S + 30.0
"""It ends itself before."""

NO_ROOT = "this kiosk was given no root to verify by: enrol it anew, or name one in [trust]"

Start = Callable[[Order], "subprocess.Popen[bytes]"]


def start_refresh(order: Order) -> subprocess.Popen[bytes]:
    """The process that asks and verifies."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.agent.trust"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code says so
        assert process.stdin is not None  # noqa: S101 - asked for
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.close()
    return process


class TrustKeeping:
    """``turn`` asks when it is time; ``changed`` is called when something is believed that was not, or not any more."""

    def __init__(self, config: MachineConfig, changed: Callable[[], None], start: Start = start_refresh) -> None:
        self._data_dir, self._changed, self._start = config.data_path, changed, start
        self._kiosk_id = config.kiosk_id
        self._order = _order(config)
        self._process: subprocess.Popen[bytes] | None = None
        self._due_s = self._began_s = 0.0
        self._delay_s = RETRY_S[0]
        self.trusted = trusted.load(self._data_dir)
        """What is believed now."""
        if (
            self.trusted is not None
            and self._order is not None
            and self.trusted.root != trusted.root_id(self._order.root)
        ):
            log.warning("this kiosk has another root now; what was verified by the one before is forgotten")
            trusted.forget(self._data_dir)
            self.trusted = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._process is not None

    def ask_soon(self) -> None:
        """A new link, or settings that name what nobody has signed yet."""
        self._due_s = min(self._due_s, max(time.monotonic(), self._began_s + LEAST_S))

    def within(self, settings: KioskSettings) -> tuple[KioskSettings, tuple[str, ...]]:
        """``trusted.within``, by what is believed now."""
        return trusted.within(settings, self.trusted, datetime.now(UTC))

    @property
    def knows_who_signs(self) -> bool:
        """Whether it is known who must sign; of a kiosk that was just let in it is not, until it was first answered."""
        return self._order is None or self.trusted is not None

    def demand_signed(self, desired: Desired) -> None:
        """That its settings are as those sign who must.

        Raises: SettingsError when they are not, or it is not known yet who must; ``changed`` tells when to look again.
        """
        if self._order is None:
            return  # nobody must, for a kiosk that could not know
        problems: tuple[str, ...] = ("nothing verified yet",)
        if self.trusted is not None:
            problems = trusted.unsigned_layers(self.trusted, desired, self._kiosk_id, datetime.now(UTC))
        if problems:
            self.ask_soon()
            raise SettingsError(problems)

    @property
    def problems(self) -> tuple[str, ...]:
        """What was not believed, for the fleet's people."""
        return () if self.trusted is None else self.trusted.problems

    def turn(self) -> None:
        """Begin when it is time, and take what has come of it; never waits."""
        now_s = time.monotonic()
        if self._process is not None:
            self._look(self._process, now_s)
        elif self._order is not None and now_s >= self._due_s:
            self._began_s = now_s
            self._process = self._start(self._order)

    def _look(self, process: subprocess.Popen[bytes], now_s: float) -> None:
        code = process.poll()
        if code is None and now_s < self._began_s + KILL_AFTER_S:
            return
        if code is None:
            log.error("what asks for signed metadata did not end by itself")
            process.kill()
            code = process.wait()
        self._process = None
        pause_s = EVERY_S if code == 0 else self._delay_s
        self._delay_s = RETRY_S[0] if code == 0 else min(2 * self._delay_s, RETRY_S[1])
        self._due_s = now_s + pause_s * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret
        if code not in (0, UNREACHABLE):
            log.warning("signed metadata: refused, or not read (%d)", code)
        self._take(trusted.load(self._data_dir))

    def _take(self, now: trusted.Trusted | None) -> None:
        if now is None or _essence(now) == _essence(self.trusted):
            return
        self.trusted = now
        log.info("signed: %d accounts, %d bundles", len(now.payees), len(now.firmware))
        for problem in now.problems:
            log.warning("%s", problem)
        self._changed()

    def close(self) -> None:
        """End what is under way; what it had verified is kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _essence(what: trusted.Trusted | None) -> trusted.Trusted | None:
    """All but when it was verified."""
    if what is None:
        return None
    return msgspec.structs.replace(what, verified_at=trusted.built_at(), floor=trusted.built_at())


def _order(config: MachineConfig) -> Order | None:
    """What to ask by; None for a kiosk that nobody has given a root."""
    grant = _grant(Path(config.link.ca_file).parent / GRANT_FILE)  # where enrolling puts both, by phone and by hand
    root = _text(Path(config.trust.root_file)) if config.trust.root_file else grant.trust_root if grant else ""
    if not root:
        log.error("%s", NO_ROOT)
        return None
    dopa_code = config.trust.dopa_code or (grant.dopa_code if grant else 0)
    return Order(data_dir=str(config.data_path), link=config.link, root=root, dopa_code=dopa_code)


def _grant(path: Path) -> Grant | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Grant)
    except (OSError, msgspec.DecodeError):
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        log.error("%s cannot be read: %s", path, err)
        return ""
