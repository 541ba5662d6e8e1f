"""Kiosks as the fleet's rows have them, and what they would do with what they are told; for tests of roll-outs.

Nothing is sent: a kiosk's desired firmware is read from its row, and its report is written there, as ingest would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from fleet.devices.hearing import say_hearing
from fleet.devices.models import Kiosk, KioskState, Lease, Outgoing
from fleet.protocol.messages import Reported
from fleet.protocol.updates import FirmwareDesired, FirmwareReported, UpdateReason, UpdateState
from fleet.rollouts.firmware import known_firmware
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Firmware, Rollout
from fleet.rollouts.stepping import step_all
from fleet.site.simulated import make_simulated

OLD, NEW, WORSE = "0d" * 32, "1e" * 32, "2f" * 32
COMPATIBLE = "sala-rpi"

Fate = Callable[[str, FirmwareDesired], UpdateState | None]
"""Where a kiosk ends up with a bundle; None: it is never heard of again."""


def good(_kiosk_id: str, _wanted: FirmwareDesired) -> UpdateState | None:
    """Everybody gets along with everything."""
    return UpdateState.GOOD


def bundle(manifest_hash: str, version: str = "0.2.0") -> Firmware:
    """A bundle the fleet knows."""
    return known_firmware(version, manifest_hash, 300_000_000, f"firmware/{version}.raucb", COMPATIBLE)


def make_kiosks(count: int, now: datetime, running: str = OLD) -> list[str]:
    """Simulated kiosks that are heard, and run a bundle."""
    kiosk_ids = make_simulated(count)
    said = msgspec.to_builtins(
        Reported(
            settings_revision=0,
            firmware=FirmwareReported(running_version="0.1.0", running_hash=running, compatible=COMPATIBLE),
        )
    )
    KioskState.objects.bulk_create(
        KioskState(kiosk_id=each, alive=True, heard_at=now, reported=said, reported_at=now) for each in kiosk_ids
    )
    return kiosk_ids


def listen(now: datetime) -> None:
    """The fleet hears its kiosks at ``now``, and for a while."""
    say_hearing("test")
    Lease.objects.update(until=datetime.max.replace(tzinfo=now.tzinfo))


def play(now: datetime, fate: Fate = good, silent: Mapping[str, datetime] | None = None) -> None:
    """Every kiosk does what it is told, at once, as its fate is; settings are taken over by all."""
    for kiosk in Kiosk.objects.select_related("state").filter(state__isnull=False):
        state = kiosk.state
        if kiosk.pk in (silent or {}):
            continue
        before = Reported(settings_revision=0) if not state.reported else msgspec.convert(state.reported, Reported)
        after = msgspec.structs.replace(before, settings_revision=kiosk.settings_revision)
        wanted = msgspec.convert(kiosk.firmware, FirmwareDesired) if kiosk.firmware else None
        if wanted is not None and before.firmware is not None:
            firmware = _done(kiosk.pk, before.firmware, wanted, fate)
            if firmware is None:
                state.alive = False
                state.save()
                continue
            after = msgspec.structs.replace(after, firmware=firmware)
        state.heard_at = now
        if after != before:
            state.reported, state.reported_at = msgspec.to_builtins(after), now
        state.save()


def _done(kiosk_id: str, said: FirmwareReported, wanted: FirmwareDesired, fate: Fate) -> FirmwareReported | None:
    is_answered = (said.wanted_hash, said.rollout_id) == (wanted.manifest_hash, wanted.rollout_id)
    is_over = said.state in (UpdateState.GOOD, UpdateState.ROLLED_BACK, UpdateState.QUARANTINED)
    if is_answered and is_over and not wanted.cancelled:
        return said
    said = msgspec.structs.replace(said, wanted_hash=wanted.manifest_hash, rollout_id=wanted.rollout_id, tries=1)
    is_there = said.running_hash == wanted.manifest_hash
    if wanted.cancelled:
        idle = msgspec.structs.replace(said, state=UpdateState.IDLE, reason=UpdateReason.CANCELLED)
        if said.state in (UpdateState.ROLLED_BACK, UpdateState.QUARANTINED):
            return msgspec.structs.replace(said, next_try_at=None)
        return said if said.state is UpdateState.GOOD and is_there else idle
    end = UpdateState.GOOD if is_there else fate(kiosk_id, wanted)
    if end is None:
        return None
    hash_, version = said.running_hash, said.running_version
    if end is UpdateState.GOOD:
        hash_, version = wanted.manifest_hash, wanted.version
    reason = UpdateReason.NONE if end is UpdateState.GOOD else UpdateReason.FRONT_DESK
    return msgspec.structs.replace(said, state=end, reason=reason, running_hash=hash_, running_version=version)


class World:
    """A clock, kiosks and the conductor's step, in turn."""

    def __init__(self, kiosks: int) -> None:
        self.now = timezone.now()
        self.kiosk_ids = make_kiosks(kiosks, self.now)
        self.silent: dict[str, datetime] = {}
        listen(self.now)
        bundle(OLD, "0.1.0")
        Outgoing.objects.all().delete()

    def turn(self, fate: Fate = good, minutes: int = 1) -> None:
        self.now += minutes * timedelta(minutes=1)
        step_all(self.now)
        play(self.now, fate, self.silent)

    def until(self, rollout: Rollout, state: RolloutState, fate: Fate = good, turns: int = 60) -> Rollout:
        for _ in range(turns):
            rollout.refresh_from_db()
            if rollout.state == state:
                return rollout
            self.turn(fate)
        states = Counter(rollout.members.values_list("state", flat=True))
        raise AssertionError(f"{rollout.state} {rollout.because}, {states}")
