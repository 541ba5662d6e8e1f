"""What a kiosk does about its firmware: the table, whole and therefore long. Pure; ``keeping.py`` carries it out.

Rules: the state that names a piece of work is stored before the work is begun, and what it costs (bytes, tries,
reboots) is counted in it; so that whoever starts after a pulled plug goes on, and everything that repeats ends. What a
visitor would notice, installing and the reboot, waits for quiet hours and for the end of a visit. Only the hash that
runs after the boot says that an update took place. From the reboot on the fleet cannot call it off: the machine is in
the new system, and either proves it or goes back by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec.structs import replace

from fleet.protocol.updates import FirmwareDesired, UpdateReason, is_quiet, next_quiet
from kiosk.agent.updates.states import (
    AskTrust,
    DropBundle,
    Effect,
    Event,
    Fetch,
    FetchEnded,
    Fetching,
    FetchOutcome,
    Good,
    Heard,
    Here,
    Idle,
    Install,
    InstallEnded,
    Installing,
    MarkBad,
    MarkEnded,
    MarkGood,
    Moment,
    Plan,
    Proof,
    Proving,
    Quarantined,
    Reboot,
    Rebooting,
    RebootRefused,
    Returning,
    RolledBack,
    Started,
    State,
    StayHere,
    StopWork,
    Ticked,
    Upcoming,
    Waiting,
    Word,
)
from kiosk.visits.machine import Machine, Next

Step: TypeAlias = Next[State, Effect]
Held: TypeAlias = Waiting | Fetching | Installing | RolledBack | Quarantined | Good
_NONE = UpdateReason.NONE

ALLOWANCE_BYTES = (64 * 1024, 16 * 1024 * 1024)
"""Least and most paid for at once, and an eighth of the bundle between: what a pulled plug makes us count without
having had it."""

PAUSES_S = (15.0, 1800.0)
"""First and longest pause after the fleet could not be asked; doubled from one to the next."""

TRUST_FIRST_S = 30.0
"""How long signed metadata that was asked for just now may be on its way: a bundle is wanted minutes after it was
published, and metadata is asked for once an hour."""

TRUST_AGAIN_S = 60.0
"""Between two looks at signed metadata that does not name the bundle yet."""

TRY_AGAIN_S = (3600.0, 6 * 3600.0)
"""Before the second and every further try: whatever was wrong with the hall has had time to pass."""

INTERRUPTIONS_MAX = 5
"""Installations begun for one try; each cut short by a pulled plug or by our own end."""

REBOOTS_MAX = 3
"""Asked for in one state, and boots of a system that has not proved itself: U-Boot counts three of its own, too."""

REBOOT_AGAIN_S = 120.0
"""How long a machine that was told to go down may still be there."""

MARK_AGAIN_S = 30.0

UPDATES: Machine[State, Event, Effect] = Machine()


def _begun(desired: FirmwareDesired | None, here: Here) -> Step:
    """What follows from a bundle that was not wanted before."""
    if desired is None:
        return Next(Idle())
    if desired.cancelled:
        return Next(Idle(UpdateReason.CANCELLED))
    plan = Plan(wanted=desired)
    if desired.manifest_hash and desired.manifest_hash == here.running_hash:
        return Next(Good(plan) if here.is_marked_good else Proving(plan, Moment.of(here)))
    return Next(Waiting(plan, Upcoming.FETCH))


def _is_same(plan: Plan, desired: FirmwareDesired) -> bool:
    """Whether tries and bytes go on being counted."""
    return (plan.wanted.rollout_id, plan.wanted.manifest_hash) == (desired.rollout_id, desired.manifest_hash)


@UPDATES.on(Idle, Heard)
def _(_state: Idle, event: Heard) -> Step:
    return _begun(event.desired, event.here)


def _other_wanted(state: Held, event: Heard) -> Step:
    """The fleet has said it again, has changed its mind, or calls it off, and nothing new runs yet."""
    desired = event.desired
    if desired is not None and _is_same(state.plan, desired) and not desired.cancelled:
        return Next(replace(state, plan=replace(state.plan, wanted=desired)))
    if isinstance(state, Good) and (desired is None or _is_same(state.plan, desired)):
        return Next(state)  # called off too late: it runs, and is good
    if desired is not None and _is_same(state.plan, desired) and isinstance(state, RolledBack | Quarantined):
        # Called off: it says why it did not work, and does not try again, also when the calling off is taken back.
        return Next(replace(state, until=None), (DropBundle(),)) if isinstance(state, RolledBack) else Next(state)
    step = _begun(desired, event.here)
    if desired is None:
        step = Next(Idle(UpdateReason.CANCELLED if isinstance(state, Waiting | Fetching | Installing) else _NONE))
    undone: list[Effect] = [StopWork()] if isinstance(state, Fetching | Installing) else []
    if isinstance(state, Installing) or (isinstance(state, Waiting) and state.upcoming is Upcoming.REBOOT):
        undone.append(StayHere())
    return Next(step.state, (*undone, DropBundle(), *step.effects))


UPDATES.on(Waiting, Heard)(_other_wanted)
UPDATES.on(Fetching, Heard)(_other_wanted)
UPDATES.on(Installing, Heard)(_other_wanted)
UPDATES.on(RolledBack, Heard)(_other_wanted)
UPDATES.on(Quarantined, Heard)(_other_wanted)
UPDATES.on(Good, Heard)(_other_wanted)

for _state in (Rebooting, Proving, Returning):
    UPDATES.ignore(_state, Heard)  # too late to change course; what is wanted by then is heard again afterwards


# ---- waiting --------------------------------------------------------------------------------------------------------


@UPDATES.on(Waiting, Ticked)
def _(state: Waiting, event: Ticked) -> Step:
    at, wanted = event.here.at, state.plan.wanted
    if state.upcoming is Upcoming.FETCH:
        return _fetch_if_due(state, event)
    if state.until is not None and at < state.until and state.reason is not UpdateReason.QUIET_HOURS:
        return Next(state)
    if not is_quiet(wanted.quiet_hours, at):
        return Next(replace(state, reason=UpdateReason.QUIET_HOURS, until=next_quiet(wanted.quiet_hours, at)))
    if event.in_visit:
        return Next(replace(state, reason=UpdateReason.VISIT, until=None))
    if state.upcoming is Upcoming.INSTALL:
        return Next(Installing(state.plan, Moment.of(event.here)), (Install(),))
    return Next(Rebooting(state.plan, Moment.of(event.here)), (Reboot(),))


def _fetch_if_due(state: Waiting, event: Ticked) -> Step:
    here, plan = event.here, state.plan
    wanted = plan.wanted
    if wanted.not_before is not None and here.at < wanted.not_before:
        return Next(replace(state, reason=UpdateReason.NOT_YET, until=wanted.not_before))
    if plan.fetch_began is not None and plan.fetch_began.elapsed_s(here) > wanted.deadlines.fetching_s:
        return _failed(plan, UpdateReason.DEADLINE, here, "fetching")
    has_come = state.reason is _NONE and event.word is not Word.SILENT
    if state.until is not None and here.at < state.until and state.reason is not UpdateReason.NOT_YET and not has_come:
        return Next(state)
    match event.word:
        case Word.AGAINST:
            return Next(Quarantined(plan, UpdateReason.REFUSED, event.detail), (DropBundle(),))
        case Word.SILENT:
            return Next(_until_signed(state, event), (AskTrust(),))
        case Word.SIGNED:
            return _fetch_on(plan, here)


def _until_signed(state: Waiting, event: Ticked) -> Waiting:
    """What was never asked about is no refusal yet."""
    is_first = state.reason is UpdateReason.NOT_YET or (state.reason is _NONE and state.until is None)
    reason, pause_s = (_NONE, TRUST_FIRST_S) if is_first else (UpdateReason.REFUSED, TRUST_AGAIN_S)
    return Waiting(state.plan, Upcoming.FETCH, reason, event.here.at + timedelta(seconds=pause_s), event.detail)


def _fetch_on(plan: Plan, here: Here) -> Step:
    """Begin a try, or go on with the one that was interrupted."""
    if plan.fetch_began is None:
        if plan.tries >= plan.wanted.budget.tries_max:
            return Next(Quarantined(plan, UpdateReason.BUDGET, "tries"), (DropBundle(),))
        step = _fetch(replace(plan, tries=plan.tries + 1, fetch_began=Moment.of(here), pauses=0, interruptions=0))
        # A plug that was pulled at the wrong moment has left what there was of another bundle.
        return step if plan.tries else Next(step.state, (DropBundle(), *step.effects))
    return _fetch(plan)


def _fetch(plan: Plan) -> Step:
    """Fetch on, as far as the budget goes."""
    piece = min(max(plan.wanted.size_bytes // 8, ALLOWANCE_BYTES[0]), ALLOWANCE_BYTES[1])
    allowance = min(piece, plan.wanted.bytes_max - plan.bytes_spent)
    if allowance <= 0:
        return Next(Quarantined(plan, UpdateReason.BUDGET, "bytes"), (DropBundle(),))
    plan = replace(plan, bytes_spent=plan.bytes_spent + allowance)
    wanted = plan.wanted
    effect = Fetch(target=wanted.target, allowance_bytes=allowance, bytes_per_s_max=wanted.fetch_bytes_per_s_max)
    return Next(Fetching(plan, allowance), (effect,))


def _failed(plan: Plan, reason: UpdateReason, here: Here, detail: str = "") -> Step:
    """A try has failed before anything new ran: another one later, if there is one left."""
    if plan.tries >= plan.wanted.budget.tries_max:
        return Next(Quarantined(plan, reason, detail), (DropBundle(),))
    until = _next_try(plan, here.at)
    return Next(Waiting(replace(plan, fetch_began=None), Upcoming.FETCH, reason, until, detail))


def _next_try(plan: Plan, at: datetime) -> datetime:
    return at + timedelta(seconds=TRY_AGAIN_S[min(plan.tries, len(TRY_AGAIN_S)) - 1])


# ---- fetching -------------------------------------------------------------------------------------------------------


@UPDATES.on(Fetching, Ticked)
def _(state: Fetching, event: Ticked) -> Step:
    began = state.plan.fetch_began
    if began is not None and began.elapsed_s(event.here) > state.plan.wanted.deadlines.fetching_s:
        step = _failed(state.plan, UpdateReason.DEADLINE, event.here, "fetching")
        return Next(step.state, (StopWork(), *step.effects))
    return Next(state)


@UPDATES.on(Fetching, FetchEnded)
def _(state: Fetching, event: FetchEnded) -> Step:
    plan, here = state.plan, event.here
    plan = replace(plan, bytes_spent=plan.bytes_spent - min(event.unused_bytes, state.allowance_bytes))
    match event.outcome:
        case FetchOutcome.WHOLE:
            return Next(Waiting(plan, Upcoming.INSTALL))
        case FetchOutcome.PAID:
            return _fetch(replace(plan, pauses=0))
        case FetchOutcome.NETWORK:
            pause_s = min(PAUSES_S[0] * 2**plan.pauses, PAUSES_S[1])
            plan = replace(plan, pauses=plan.pauses + 1 if pause_s < PAUSES_S[1] else plan.pauses)
            until = here.at + timedelta(seconds=pause_s)
            return Next(Waiting(plan, Upcoming.FETCH, UpdateReason.NETWORK, until, event.detail))
        case FetchOutcome.NOT_FOUND:
            return Next(Quarantined(plan, UpdateReason.NOT_FOUND, event.detail), (DropBundle(),))
        case FetchOutcome.NO_ROOM:
            step = _failed(plan, UpdateReason.NO_ROOM, here, event.detail)
        case FetchOutcome.REFUSED:
            step = _failed(plan, UpdateReason.REFUSED, here, event.detail)
    return Next(step.state, (*step.effects, DropBundle()))


@UPDATES.on(Fetching, Started)
def _(state: Fetching, event: Started) -> Step:
    """The plug was pulled, or this process ended: what was paid for is spent, and the rest is fetched on."""
    return Next(Waiting(state.plan, Upcoming.FETCH, UpdateReason.INTERRUPTED, event.here.at))


# ---- installing -----------------------------------------------------------------------------------------------------


@UPDATES.on(Installing, InstallEnded)
def _(state: Installing, event: InstallEnded) -> Step:
    if not event.ok:
        step = _failed(state.plan, UpdateReason.INSTALL_FAILED, event.here, event.detail)
        return Next(step.state, (*step.effects, DropBundle()))
    return Next(Waiting(replace(state.plan, devices=event.devices), Upcoming.REBOOT))


@UPDATES.on(Installing, Ticked)
def _(state: Installing, event: Ticked) -> Step:
    if state.began.elapsed_s(event.here) > state.plan.wanted.deadlines.installing_s:
        step = _failed(state.plan, UpdateReason.DEADLINE, event.here, "installing")
        return Next(step.state, (StopWork(), StayHere(), *step.effects))
    return Next(state)


@UPDATES.on(Installing, Started)
def _(state: Installing, event: Started) -> Step:
    plan = replace(state.plan, interruptions=state.plan.interruptions + 1)
    if _runs(plan, event.here):  # the installer had ended, and the boot loader went on by itself
        return Next(Proving(plan, Moment.of(event.here)))
    if plan.interruptions >= INTERRUPTIONS_MAX:
        return _failed(plan, UpdateReason.INSTALL_FAILED, event.here, "interrupted again and again")
    return Next(Waiting(plan, Upcoming.INSTALL, UpdateReason.INTERRUPTED, event.here.at))


# ---- rebooting ------------------------------------------------------------------------------------------------------


def _runs(plan: Plan, here: Here) -> bool:
    return bool(here.running_hash) and here.running_hash == plan.wanted.manifest_hash


@UPDATES.on(Waiting, Started)
def _(state: Waiting, event: Started) -> Step:
    if _runs(state.plan, event.here):  # somebody else's reboot: the new system was the boot loader's next
        return Next(Proving(state.plan, Moment.of(event.here)))
    return Next(state)


@UPDATES.on(Rebooting, Started)
def _(state: Rebooting, event: Started) -> Step:
    if _runs(state.plan, event.here):
        return Next(Proving(state.plan, Moment.of(event.here)))
    if state.began.boot_id == event.here.boot_id:
        return _reboot_again(state)
    return _rolled_back(state.plan, UpdateReason.BOOT_FAILED, event.here)


@UPDATES.on(Rebooting, Ticked)
def _(state: Rebooting, event: Ticked) -> Step:
    is_late = state.began.elapsed_s(event.here) > REBOOT_AGAIN_S * state.attempts
    return _reboot_again(state) if is_late else Next(state)


UPDATES.ignore(Rebooting, RebootRefused)  # asked again in ``REBOOT_AGAIN_S``


def _reboot_again(state: Rebooting) -> Step:
    if state.attempts >= REBOOTS_MAX:
        detail = "the machine does not go down"
        return Next(Quarantined(state.plan, UpdateReason.REBOOT_LOOP, detail), (DropBundle(),))
    return Next(replace(state, attempts=state.attempts + 1), (Reboot(),))


def _rolled_back(plan: Plan, reason: UpdateReason, here: Here, detail: str = "") -> Step:
    """The system before runs again, after the new one did not prove itself."""
    if plan.tries >= plan.wanted.budget.tries_max:
        return Next(Quarantined(plan, reason, detail), (DropBundle(),))
    return Next(RolledBack(replace(plan, fetch_began=None), reason, _next_try(plan, here.at), detail))


# ---- proving --------------------------------------------------------------------------------------------------------


def _missing(plan: Plan, proof: Proof) -> UpdateReason:
    """What does not work as before; ``NONE`` when everything does."""
    if not proof.front_desk:
        return UpdateReason.FRONT_DESK
    if not proof.devices.issuperset(plan.devices):
        return UpdateReason.DEVICES
    return _NONE if proof.link else UpdateReason.LINK


@UPDATES.on(Proving, Ticked)
def _(state: Proving, event: Ticked) -> Step:
    here, wanted = event.here, state.plan.wanted
    missing = _missing(state.plan, event.proof)
    if missing is _NONE:
        held_since_s = here.up_s if state.held_since_s is None else state.held_since_s
        state = replace(state, held_since_s=held_since_s)
        if here.up_s - held_since_s >= wanted.soak_s and not state.is_marking:
            return Next(replace(state, is_marking=True), (MarkGood(),))
        return Next(state)
    if state.began.elapsed_s(here) > wanted.deadlines.proving_s:
        return _return(state.plan, missing, here, _absent(state.plan, event.proof))
    return Next(replace(state, held_since_s=None) if state.held_since_s is not None else state)


def _absent(plan: Plan, proof: Proof) -> str:
    return ", ".join(sorted(set(plan.devices) - proof.devices))


def _return(plan: Plan, reason: UpdateReason, here: Here, detail: str = "") -> Step:
    return Next(Returning(plan, reason, Moment.of(here), detail=detail), (MarkBad(), Reboot()))


@UPDATES.on(Proving, MarkEnded)
def _(state: Proving, event: MarkEnded) -> Step:
    if event.ok:
        return Next(Good(state.plan), (DropBundle(),))
    # Everything must hold for another while: the boot loader is told again then, by a system that still works.
    wanted = state.plan.wanted
    again_s = event.here.up_s - max(0.0, wanted.soak_s - MARK_AGAIN_S)
    return Next(replace(state, is_marking=False, held_since_s=again_s))


@UPDATES.on(Proving, Started)
def _(state: Proving, event: Started) -> Step:
    here = event.here
    if not _runs(state.plan, here):
        return _rolled_back(state.plan, UpdateReason.BOOT_FAILED, here)
    if here.boot_id == state.began.boot_id:  # this process alone; what it had watched begins anew
        return Next(replace(state, held_since_s=None, is_marking=False))
    if state.boots >= REBOOTS_MAX:
        return _return(state.plan, UpdateReason.REBOOT_LOOP, here)
    return Next(Proving(state.plan, Moment.of(here), state.boots + 1))


# ---- and back -------------------------------------------------------------------------------------------------------


@UPDATES.on(Returning, Started)
def _(state: Returning, event: Started) -> Step:
    if not _runs(state.plan, event.here):
        return _rolled_back(state.plan, state.reason, event.here, state.detail)
    return _return_again(state)


@UPDATES.on(Returning, Ticked)
def _(state: Returning, event: Ticked) -> Step:
    is_late = state.began.elapsed_s(event.here) > REBOOT_AGAIN_S * state.attempts
    return _return_again(state) if is_late else Next(state)


def _return_again(state: Returning) -> Step:
    if state.attempts >= REBOOTS_MAX:
        return Next(Quarantined(state.plan, state.reason, "the machine does not leave the new system"))
    return Next(replace(state, attempts=state.attempts + 1), (MarkBad(), Reboot()))


UPDATES.ignore(Returning, RebootRefused)


@UPDATES.on(RolledBack, Ticked)
def _(state: RolledBack, event: Ticked) -> Step:
    if state.until is None or event.here.at < state.until:
        return Next(state)
    return Next(Waiting(state.plan, Upcoming.FETCH))


@UPDATES.on(Good, Started)
def _(state: Good, event: Started) -> Step:
    """What was good and is not what runs any more says so: the fleet counts it as failed."""
    if not event.here.running_hash or _runs(state.plan, event.here):
        return Next(state)
    return _rolled_back(state.plan, UpdateReason.BOOT_FAILED, event.here)


# ---- what says nothing in a state -----------------------------------------------------------------------------------

UPDATES.ignore(Idle, Started, Ticked, FetchEnded, InstallEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Waiting, FetchEnded, InstallEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Fetching, InstallEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Installing, FetchEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Rebooting, FetchEnded, InstallEnded, MarkEnded)
UPDATES.ignore(Proving, FetchEnded, InstallEnded, RebootRefused)
UPDATES.ignore(Returning, FetchEnded, InstallEnded, MarkEnded)
UPDATES.ignore(RolledBack, Started, FetchEnded, InstallEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Good, Ticked, FetchEnded, InstallEnded, MarkEnded, RebootRefused)
UPDATES.ignore(Quarantined, Started, Ticked, FetchEnded, InstallEnded, MarkEnded, RebootRefused)
