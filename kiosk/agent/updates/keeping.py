"""The agent's part for firmware: carries out what the table decides, and tells the fleet of every step.

A step is written down, with its record, in one transaction; only then is anything done about it. If it cannot be
written (the disk is full), nothing is done and it is tried again. Work is done by processes of its own (``work.py``):
the agent goes on serving link and desk. Nothing is decided before the installer has said what runs: a service that is
not up yet is asked again, it is no failed boot.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fleet.protocol.trust import blocks_path
from fleet.protocol.updates import FirmwareDesired, FirmwareReported
from kiosk import trusted
from kiosk.agent.updates import assembly, rauc
from kiosk.agent.updates import states as st
from kiosk.agent.updates.machine import UPDATES
from kiosk.agent.updates.order import FetchOrder, FetchResult, SignedFile
from kiosk.agent.updates.telling import WORDS, detail_of, essence_of, plan_of, reason_of, record_of, until_of
from kiosk.agent.updates.work import Ended, Work
from kiosk.config import Link
from kiosk.spool import Spool, SpoolFullError

log = logging.getLogger(__name__)

NOTE = "updates"
FOLDER = "firmware"
BUNDLE = "bundle.raucb"

ASK_AGAIN_S = 5.0
"""Before the installer is asked again what runs."""

_TOO_LATE = (st.Rebooting, st.Proving, st.Returning)


class Kept(msgspec.Struct, frozen=True):
    """What is written down."""

    state: st.State
    since: datetime


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where and by what this kiosk is updated. ``installer``: the command `rauc`, and what stands before it."""

    data_dir: Path
    boot_id: str
    link: Link
    installer: Sequence[str]
    reboot_command: Sequence[str]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent lends: the spool, the word to the fleet, and the signed metadata."""

    spool: Spool
    report: Callable[[], object]
    believed: Callable[[], trusted.Trusted | None]
    ask_trust: Callable[[], object]


class UpdateKeeping:
    """``desired`` takes what the fleet says, ``turn`` does the rest; ``reported`` is what the fleet is told."""

    def __init__(self, place: Place, world: World, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._place, self._world, self._monotonic = place, world, monotonic
        self._bundle = place.data_dir / FOLDER / BUNDLE
        self._kept = _kept(world.spool)
        self._booted: rauc.Booted | None = None
        self._work = Work()
        self._at_work: st.Effect | None = None
        self._todo: deque[st.Effect] = deque()
        self._ask_due_s = 0.0
        self._wanted: FirmwareDesired | None = None
        self._is_heard = True
        self._told_tenth = 0

    @property
    def state(self) -> st.State:
        """Where it stands."""
        return self._kept.state

    def desired(self, wanted: FirmwareDesired | None) -> None:
        """The fleet has said what should run."""
        self._wanted, self._is_heard = wanted, False

    def turn(self, *, in_visit: bool, proof: st.Proof) -> None:
        """Take what has ended, decide, and begin what is due; never waits."""
        if self._booted is None:
            self._ask_what_runs()
            return
        if (ended := self._work.ended()) is not None:
            self._take(ended, proof)
        if not self._is_heard and not isinstance(self.state, _TOO_LATE):
            self._is_heard = self._step(st.Heard(here=self._here(), desired=self._wanted))
        word, detail = self._word()
        self._step(st.Ticked(here=self._here(), in_visit=in_visit, word=word, detail=detail, proof=proof))
        self._begin_next()
        self._tell_progress()

    def close(self) -> None:
        """End what is under way; it is gone on with at the next start."""
        self._work.close()

    # ---- what runs

    def _ask_what_runs(self) -> None:
        ended = self._work.ended()
        if ended is not None:
            try:
                self._booted = rauc.booted(ended.output)
            except rauc.RaucError as err:
                log.warning("what runs is not known yet: %s", err)
                self._ask_due_s = self._monotonic() + ASK_AGAIN_S
                return
            log.info("%s runs %s (%s)", self._booted.slot, self._booted.version or "?", self._booted.hash[:12])
            if not self._step(st.Started(here=self._here())):
                self._booted, self._ask_due_s = None, self._monotonic() + ASK_AGAIN_S
            self._world.report()
        elif not self._work.is_busy and self._monotonic() >= self._ask_due_s:
            self._work.begin((*self._place.installer, *rauc.STATUS), errors_too=False)

    def _here(self) -> st.Here:
        at, up_s = datetime.now(UTC), self._monotonic()
        if self._booted is None:
            return st.Here(at=at, up_s=up_s, boot_id=self._place.boot_id)
        return st.Here(
            at=at,
            up_s=up_s,
            boot_id=self._place.boot_id,
            running_hash=self._booted.hash,
            running_version=self._booted.version,
            compatible=self._booted.compatible,
            slot=self._booted.slot,
            is_marked_good=self._booted.is_marked_good,
        )

    def _word(self) -> tuple[st.Word, str]:
        """What the signed metadata says of what is wanted."""
        plan = plan_of(self.state)
        if plan is None:
            return st.Word.SILENT, ""
        try:
            signed = self._signed(plan.wanted)
        except trusted.NotTrustedError as err:
            return st.Word.SILENT, str(err)
        compatible = self._booted.compatible if self._booted is not None else ""
        for name, ours, theirs in (
            ("hash", plan.wanted.manifest_hash, signed.manifest_hash),
            ("size", plan.wanted.size_bytes, signed.length),
            ("compatible", plan.wanted.compatible, signed.compatible),
            ("compatible", compatible or signed.compatible, signed.compatible),
        ):
            if ours != theirs:
                return st.Word.AGAINST, f"{name}: {theirs} is signed, {ours} is not"
        return st.Word.SIGNED, ""

    def _signed(self, wanted: FirmwareDesired) -> trusted.FirmwareTarget:
        return trusted.firmware(self._world.believed(), wanted.target, datetime.now(UTC))

    # ---- steps

    def _step(self, event: st.Event) -> bool:
        """Take a step, and note it; False when that was not possible, and nothing was done."""
        before, following = self.state, UPDATES.step(self.state, event)
        if following.state != before and not self._keep(following.state, event.here.at):
            return False
        if any(isinstance(effect, st.StopWork) for effect in following.effects):
            self._work.stop()
            self._at_work = None
            self._todo.clear()
        self._todo.extend(effect for effect in following.effects if not isinstance(effect, st.StopWork))
        return True

    def _keep(self, state: st.State, at: datetime) -> bool:
        before = self.state
        is_step = essence_of(state) != essence_of(before)
        kept = Kept(state, at if type(state) is not type(before) else self._kept.since)
        note = self._world.spool.noting(NOTE, msgspec.json.encode(kept))
        try:
            if is_step:
                self._world.spool.append(record_of(before, state, at), also=note)
            else:
                self._world.spool.together(note)
        except SpoolFullError as err:
            log.error("an update waits, its next step cannot be written down: %s", err)
            return False
        self._kept = kept
        if is_step:
            word, reason = WORDS[type(state)], reason_of(state)
            log.info("firmware: %s%s", word.value, f", {reason.value}" if reason else "")
            self._world.report()
        return True

    # ---- work

    def _begin_next(self) -> None:
        while self._todo and not self._work.is_busy:
            effect = self._todo.popleft()
            self._at_work = effect
            match effect:
                case st.Fetch():
                    self._begin_fetching(effect)
                case st.Install():
                    self._installer(rauc.install(str(self._bundle)))
                case st.MarkGood():
                    self._installer(rauc.MARK_GOOD)
                case st.MarkBad():
                    self._installer(rauc.MARK_BAD)
                case st.StayHere():
                    self._installer(rauc.STAY)
                case st.Reboot():
                    self._begin_reboot()
                case st.DropBundle():
                    assembly.forget(self._bundle)
                case st.AskTrust():
                    self._world.ask_trust()
                case st.StopWork():
                    pass  # done when it was decided

    def _installer(self, words: Sequence[str]) -> None:
        self._work.begin((*self._place.installer, *words))

    def _begin_reboot(self) -> None:
        if self._place.reboot_command:
            log.warning("rebooting for an update")
            self._work.begin(self._place.reboot_command)
        else:
            self._step(st.RebootRefused(here=self._here(), detail="no reboot command"))

    def _begin_fetching(self, effect: st.Fetch) -> None:
        plan = plan_of(self.state)
        try:
            if plan is None:
                return
            signed = self._signed(plan.wanted)
        except trusted.NotTrustedError as err:  # between the decision and now
            unused = effect.allowance_bytes
            self._step(_fetch_ended(self._here(), FetchResult(outcome=st.FetchOutcome.NETWORK, unused_bytes=unused)))
            log.warning("%s", err)
            return
        order = FetchOrder(
            link=self._place.link,
            bundle=SignedFile(target=effect.target, length=signed.length, sha256=signed.sha256),
            file=str(self._bundle),
            allowance_bytes=effect.allowance_bytes,
            bytes_per_s_max=effect.bytes_per_s_max,
            index=_index(effect.target, signed),
            seeds=self._booted.seeds if self._booted is not None else (),
        )
        command = (sys.executable, "-m", "kiosk.agent.updates.fetch")
        self._work.begin(command, msgspec.json.encode(order), errors_too=False)

    def _take(self, ended: Ended, proof: st.Proof) -> None:
        effect, self._at_work, here = self._at_work, None, self._here()
        ok = ended.code == 0
        match effect:
            case st.Fetch():
                self._step(_fetch_ended(here, _fetch_result(ended)))
            case st.Install():
                detail, devices = "" if ok else ended.last_line, tuple(sorted(proof.devices))
                self._step(st.InstallEnded(here=here, ok=ok, detail=detail, devices=devices))
            case st.MarkGood():
                if ok and self._booted is not None:
                    self._booted = msgspec.structs.replace(self._booted, is_marked_good=True)
                self._step(st.MarkEnded(here=self._here(), ok=ok, detail="" if ok else ended.last_line))
            case st.Reboot() if not ok:
                self._step(st.RebootRefused(here=here, detail=ended.last_line))
            case st.MarkBad() | st.StayHere() if not ok:
                log.error("the boot loader was not told to start the system before: %s", ended.last_line)

    # ---- to the fleet

    def reported(self) -> FirmwareReported | None:
        """What runs and how it stands; None while nobody knows what runs."""
        if self._booted is None:
            return None
        state, plan = self.state, plan_of(self.state)
        said = FirmwareReported(
            running_version=self._booted.version,
            running_hash=self._booted.hash,
            slot=self._booted.slot,
            compatible=self._booted.compatible,
            state=WORDS[type(state)],
            reason=reason_of(state),
            detail=detail_of(state),
            since=self._kept.since,
            next_try_at=until_of(state),
        )
        if plan is None:
            return said
        return msgspec.structs.replace(
            said,
            wanted_version=plan.wanted.version,
            wanted_hash=plan.wanted.manifest_hash,
            rollout_id=plan.wanted.rollout_id,
            tries=plan.tries,
            bytes_done=self._bytes_done(),
            bytes_spent=plan.bytes_spent,
        )

    def _bytes_done(self) -> int:
        """What is on the disk of it; holes are not."""
        try:
            found = self._bundle.stat()
        except OSError:
            return 0
        return min(found.st_size, found.st_blocks * 512)

    def _tell_progress(self) -> None:
        """At every tenth of the bundle."""
        state = self.state
        if isinstance(state, st.Fetching) and state.plan.wanted.size_bytes:
            tenth = 10 * self._bytes_done() // state.plan.wanted.size_bytes
            if tenth != self._told_tenth:
                self._told_tenth = tenth
                self._world.report()


def _kept(spool: Spool) -> Kept:
    noted = spool.noted(NOTE)
    if noted is not None:
        try:
            return msgspec.json.decode(noted, type=Kept)
        except msgspec.DecodeError as err:
            log.error("what was noted of updates cannot be read, beginning anew: %s", err)
    return Kept(st.Idle(), datetime.now(UTC))


def _index(target: str, signed: trusted.FirmwareTarget) -> SignedFile | None:
    blocks = signed.blocks
    if blocks is None:
        return None
    return SignedFile(target=blocks_path(target), length=blocks.length, sha256=blocks.sha256)


def _fetch_result(ended: Ended) -> FetchResult:
    """What the fetching process said; one that died without a word may have used all it had."""
    try:
        return msgspec.json.decode(ended.output, type=FetchResult)
    except msgspec.DecodeError:
        return FetchResult(outcome=st.FetchOutcome.NETWORK, detail=f"fetching ended with {ended.code}")


def _fetch_ended(here: st.Here, result: FetchResult) -> st.FetchEnded:
    return st.FetchEnded(here=here, outcome=result.outcome, unused_bytes=result.unused_bytes, detail=result.detail)
