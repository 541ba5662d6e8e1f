"""A kiosk and what is true of it, as lists, its own address and the overview tell of it."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from fleet.devices.cause import Cause, cause_of, devices_behind
from fleet.devices.firmware import FirmwareGap, firmware_gap, wanted_of
from fleet.devices.machine import MachineFact, judged
from fleet.devices.truth import Condition, Gap, KioskTruth
from fleet.protocol.updates import UpdateReason, UpdateState
from fleet.rollouts.asking import rollout_of


class DeviceOut(Schema):
    """A device as the kiosk last spoke of it."""

    device: str
    condition: Condition
    state: str
    detail: str
    since: datetime | None
    model: str
    firmware: str


class KioskOut(Schema):
    """A kiosk, and what is true of it now. `heard_at` null: it has never spoken.

    `cause`: the worst that is known of it, null for nothing; `cause_devices`: which, when it is `devices`.
    `paper_slips_left` and `paper_out_at`: as the kiosk reckons; null when nobody can know.
    """

    kiosk_id: str
    office_id: str
    province: int
    name_th: str
    name_en: str
    condition: Condition
    online: bool
    heard_at: datetime | None
    version: str
    paper: str
    in_visit: bool
    spool_depth: int
    desired_revision: int
    reported_revision: int | None
    problems: list[str]
    firmware_running: str | None
    office_name_th: str
    office_name_en: str
    province_name_th: str
    province_name_en: str
    cause: Cause | None
    cause_devices: list[str]
    paper_slips_left: int | None
    paper_out_at: datetime | None


class HealthOut(Schema):
    """The machine, by its own word; null where it could not be asked. Power is low now, or was since the start.

    `storage_used_percent`: of the storage's life. `clock_ahead_s`: its clock minus the fleet's. `restart`: how the life
    of its front desk before this one ended. `disk_room`: `low`, telemetry is not kept; `last`, no payments are offered.
    """

    uptime_s: int | None
    disk_free_mb: int | None
    memory_free_mb: int | None
    temperature_c: float | None
    under_voltage: bool | None
    under_voltage_since_start: bool | None
    slowed: bool | None
    storage_used_percent: int | None
    storage_errors: int | None
    clock_ahead_s: float | None
    clock_synchronised: bool | None
    restart: str
    restarted_at: datetime | None
    disk_room: str


class KioskFirmwareOut(Schema):
    """What it runs, and how it stands with what is wanted of it: `wanted_*` and `rollout` null where nothing is.

    `gap`: why it does not run that: it was `cancelled`; it is `offline`; it was told, `under-way`; it is `at-it`, or
    could not, as `state`, `reason` and `detail` say. `next_try_at`: when it does the next thing by itself.
    """

    running_version: str
    running_hash: str
    wanted_version: str | None
    wanted_hash: str | None
    rollout: int | None
    gap: FirmwareGap | None
    state: UpdateState
    reason: UpdateReason
    detail: str
    since: datetime | None
    tries: int
    next_try_at: datetime | None


class OneKiosk(KioskOut):
    """With its devices, its machine, its link, and why what it runs is not what it should.

    `settings_gap` and `office_gap` (the office's records): `partly` and `refused` for its `problems`; `never-said` what
    it runs; `offline`, it is told when it comes back; `under-way`, it was told. `converged_ms`: from the last change of
    its settings to its word that it runs them. `firmware` null: it cannot be updated. `used_twice_at`: when its
    identity was last seen in two places. `machine`: how grave each fact of its `health` is, as far as it is known.
    """

    devices: list[DeviceOut]
    health: HealthOut
    machine: dict[MachineFact, Condition]
    session_no: int
    committed_through: int
    settings_gap: Gap
    converged_ms: int | None
    office_revision: int
    reported_office_revision: int | None
    office_gap: Gap
    firmware: KioskFirmwareOut | None
    used_twice_at: datetime | None


def told(truth: KioskTruth) -> dict[str, object]:
    """What a list says of a kiosk."""
    kiosk, cause = truth.kiosk, cause_of(truth)
    return {
        "kiosk_id": kiosk.pk,
        "office_id": kiosk.office_id,
        "province": kiosk.office.province_id,
        "name_th": kiosk.name_th,
        "name_en": kiosk.name_en,
        "condition": truth.condition,
        "online": truth.online,
        "heard_at": truth.heard_at,
        "version": truth.version,
        "paper": truth.paper,
        "in_visit": truth.in_visit,
        "spool_depth": truth.spool_depth,
        "desired_revision": truth.desired_revision,
        "reported_revision": truth.reported_revision,
        "problems": list(truth.problems),
        "firmware_running": truth.firmware.running_hash if truth.firmware else None,
        "office_name_th": kiosk.office.name_th,
        "office_name_en": kiosk.office.name_en,
        "province_name_th": kiosk.office.province.name_th,
        "province_name_en": kiosk.office.province.name_en,
        "cause": cause,
        "cause_devices": [each.device for each in devices_behind(truth)] if cause is Cause.DEVICES else [],
        "paper_slips_left": truth.paper_slips_left,
        "paper_out_at": truth.paper_out_at,
    }


def whole(truth: KioskTruth) -> dict[str, object]:
    """What its own address says of it."""
    same = ("devices", "health", "session_no", "committed_through", "settings_gap", "converged_ms", "office_revision")
    more = ("reported_office_revision", "office_gap", "used_twice_at")
    known = {name: getattr(truth, name) for name in (*same, *more)}
    return {**told(truth), **known, "machine": judged(truth.health), "firmware": _firmware(truth)}


def _firmware(truth: KioskTruth) -> dict[str, object] | None:
    said, wanted = truth.firmware, wanted_of(truth.kiosk)
    if said is None:
        return None
    own = ("running_version", "running_hash", "state", "reason", "detail", "since", "tries", "next_try_at")
    return {
        **{name: getattr(said, name) for name in own},
        "wanted_version": wanted.version if wanted else None,
        "wanted_hash": wanted.manifest_hash if wanted else None,
        "rollout": rollout_of(wanted.rollout_id) if wanted else None,
        "gap": firmware_gap(truth),
    }
