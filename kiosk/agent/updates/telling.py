"""How a state of the updates is told to the fleet: in the words of the wire, and as a record. Pure."""

from __future__ import annotations

from datetime import datetime

from fleet.protocol.records import FirmwareStep
from fleet.protocol.updates import UpdateReason, UpdateState
from kiosk.agent.updates import states as st

WORDS: dict[type, UpdateState] = {
    st.Idle: UpdateState.IDLE,
    st.Waiting: UpdateState.WAITING,
    st.Fetching: UpdateState.FETCHING,
    st.Installing: UpdateState.INSTALLING,
    st.Rebooting: UpdateState.REBOOTING,
    st.Proving: UpdateState.PROVING,
    st.Returning: UpdateState.REBOOTING,
    st.RolledBack: UpdateState.ROLLED_BACK,
    st.Good: UpdateState.GOOD,
    st.Quarantined: UpdateState.QUARANTINED,
}
"""Our states in the words of the wire: the way back is a reboot, too."""


def plan_of(state: st.State) -> st.Plan | None:
    """What is wanted in it; None where nothing is."""
    return None if isinstance(state, st.Idle) else state.plan


def reason_of(state: st.State) -> UpdateReason:
    """Why it stands there; of most states nobody asks."""
    return getattr(state, "reason", UpdateReason.NONE)


def detail_of(state: st.State) -> str:
    """For a technician."""
    return getattr(state, "detail", "")


def until_of(state: st.State) -> datetime | None:
    """When it is looked at next by itself."""
    return getattr(state, "until", None)


def essence_of(state: st.State) -> tuple[object, ...]:
    """What is worth a record: how far fetching or proving has come is not."""
    upcoming = state.upcoming if isinstance(state, st.Waiting) else None
    return type(state), reason_of(state), upcoming, until_of(state)


def record_of(before: st.State, state: st.State, at: datetime) -> FirmwareStep:
    """The step from one to the other."""
    plan = plan_of(state) or plan_of(before)
    return FirmwareStep(
        was=WORDS[type(before)],
        state=WORDS[type(state)],
        reason=reason_of(state),
        detail=detail_of(state),
        version=plan.wanted.version if plan else "",
        manifest_hash=plan.wanted.manifest_hash if plan else "",
        rollout_id=plan.wanted.rollout_id if plan else "",
        tries=plan.tries if plan else 0,
        next_try_at=until_of(state),
        stepped_at=at,
    )
