"""What the fleet and a kiosk say to each other about firmware: parts of ``Desired`` and ``Reported``, and their words.

Firmware is a whole root file system, a RAUC bundle for one of two slots. ``manifest_hash`` is its identity: SHA-256 of
the bundle's manifest as `rauc info` prints it, 64 hexadecimal digits. Versions are for people.

Rules both sides hold to:

* Success is one thing only: after the boot the kiosk *runs* the wanted hash and has proved itself
  (``FirmwareReported.is_good``). That a bundle was fetched, or an installer was content, is progress and no success.
* ``Desired`` is state, not an order: it is retained, comes again after every birth, and hearing it twice is hearing it
  once. A kiosk that runs the wanted hash does nothing but say so.
* The fleet only *names* a bundle. Whether it may be installed is the kiosk's to decide, from the signed metadata of
  the firmware's own keys (``target`` there); what is not listed there, or is of another ``compatible``, hash or size,
  is refused with ``UpdateReason.REFUSED``, whoever names it.
* Tries and bytes are counted for each pair (``rollout_id``, ``manifest_hash``), on the kiosk's disk, before what they
  count is begun. Another roll-out of the same bundle begins anew: that is how a person lets a kiosk out of quarantine.
* A kiosk says every step twice: in ``Reported`` (retained: how it stands) and in a record ``FirmwareStep`` (kept: how
  it came to that). It reports again when anything changes: one that was good and later runs another hash says so.
* Times on the wire are UTC. Hours of the day are Thai time, UTC+7, which has no summer time.

Not here: how a kiosk does it (``kiosk.agent``), whom the fleet asks and when (``fleet.rollouts``), and the settings'
way, which is a revision in ``Desired`` and the same one in ``Reported``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

import msgspec

from fleet.protocol.counts import Count
from fleet.protocol.moments import Moment

ManifestHash = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$", max_length=64)]
"""SHA-256 of a bundle's manifest; empty where nobody knows what runs."""

HourOfDay = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

COMPATIBLE = "sala-kiosk-arm64"
"""RAUC's word for what a bundle of ours fits: a change of the disk's layout needs another."""

THAI_TIME = timezone(timedelta(hours=7), "ICT")


class UpdateState(StrEnum):
    """Where a kiosk stands with the bundle that is wanted of it. In the order it goes through them.

    ``IDLE``: nothing is wanted, or it was called off; ``reason`` may say why. ``WAITING``: something is wanted and the
    kiosk holds back: ``reason`` says for what, ``next_try_at`` until when. ``PROVING``: the new system runs, and is
    watched. ``GOOD``: it runs the wanted hash, and proved itself; the slot is marked good. ``ROLLED_BACK``: it ran
    and did not prove itself, or never came up, and the system before it runs again; it may be tried once more.
    ``QUARANTINED``: it is not tried any more in this roll-out. ``UNKNOWN``: a later release's word; never sent.
    """

    IDLE = "idle"
    WAITING = "waiting"
    FETCHING = "fetching"
    INSTALLING = "installing"
    REBOOTING = "rebooting"
    PROVING = "proving"
    GOOD = "good"
    ROLLED_BACK = "rolled-back"
    QUARANTINED = "quarantined"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> UpdateState | None:
        return cls.UNKNOWN if isinstance(value, str) else None


class UpdateReason(StrEnum):
    """Why a kiosk stands where it stands. A person reads it in their language; ``detail`` beside it is a technician's.

    Held back: ``NOT_YET`` (``not_before``), ``QUIET_HOURS``, ``VISIT``, ``NETWORK`` (the server is away or slow; tried
    again), ``INTERRUPTED`` (power went, or the program did; gone on with). Will not: ``CANCELLED``; ``NOT_FOUND`` (the
    server says 4xx, which is final), ``REFUSED`` (signed metadata, signature, hash, size, or not for this machine),
    ``NO_ROOM`` (disk), ``BUDGET`` (bytes or tries are used up). Did not: ``INSTALL_FAILED``, ``BOOT_FAILED`` (the
    system before it came up again), ``FRONT_DESK``, ``DEVICES``, ``LINK`` (what did not come back while proving),
    ``DEADLINE`` (a step took too long), ``REBOOT_LOOP``.
    """

    NONE = ""
    NOT_YET = "not-yet"
    QUIET_HOURS = "quiet-hours"
    VISIT = "visit"
    NETWORK = "network"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    NOT_FOUND = "not-found"
    REFUSED = "refused"
    NO_ROOM = "no-room"
    BUDGET = "budget"
    INSTALL_FAILED = "install-failed"
    BOOT_FAILED = "boot-failed"
    FRONT_DESK = "front-desk"
    DEVICES = "devices"
    LINK = "link"
    DEADLINE = "deadline"
    REBOOT_LOOP = "reboot-loop"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> UpdateReason | None:
        return cls.UNKNOWN if isinstance(value, str) else None


class UpdatePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what travels inside ``Desired`` and ``Reported``. As in messages: fields are only ever added."""


class QuietHours(UpdatePart, frozen=True):
    """When nobody comes to the office, every day, in Thai time: only then a kiosk installs and reboots.

    It may fetch at any time. ``ends`` before ``begins`` is over midnight; both the same is the whole day.
    """

    begins: HourOfDay
    ends: HourOfDay


class Deadlines(UpdatePart, frozen=True):
    """How long a step may take, in seconds, from its beginning; over it the step has failed, on both sides.

    The kiosk gives up by itself; the fleet counts a kiosk that says nothing for so long as failed, without hearing
    it say so. Waiting has no deadline. The values: 300 MB over 2 Mbit/s take 20 minutes, and a night is long; writing
    a slot of an SD card takes 3 minutes at 5 MB/s; U-Boot, three attempts of 60 s and the old system again 5.
    """

    fetching_s: Count = 6 * 3600
    installing_s: Count = 1800
    rebooting_s: Count = 900
    proving_s: Count = 1800


class Budget(UpdatePart, frozen=True):
    """What a kiosk may spend on one bundle of one roll-out, all tries together. ``bytes_max`` 0: four times its size.

    A try begins with fetching; going on with a download after an interruption is no new one.
    """

    bytes_max: Count = 0
    tries_max: Count = 3


class FirmwareDesired(UpdatePart, frozen=True):
    """The bundle a kiosk should run, and how careful it is to be on the way.

    ``target``: its path among the signed targets. ``size_bytes``: of the bundle; more is never fetched.
    ``soak_s``: how long everything must hold while proving. ``fetch_bytes_per_s_max``: 0 is as fast as it goes.
    ``not_before``: nothing is begun before, not even fetching. ``quiet_hours``: None is any time without a visitor.
    ``cancelled``: what has not been installed yet is dropped and forgotten; from the reboot on it is too late, and
    the kiosk goes on to good or rolled back. No firmware part in ``Desired`` at all means the same.
    """

    version: str
    target: str
    manifest_hash: ManifestHash
    compatible: str
    size_bytes: Count
    rollout_id: str
    not_before: Moment | None = None
    quiet_hours: QuietHours | None = None
    deadlines: Deadlines = Deadlines()
    soak_s: Count = 300
    budget: Budget = Budget()
    fetch_bytes_per_s_max: Count = 0
    cancelled: bool = False

    @property
    def bytes_max(self) -> int:
        """The budget of bytes, said or by default."""
        return self.budget.bytes_max or 4 * self.size_bytes


class FirmwareReported(UpdatePart, frozen=True):
    """What a kiosk runs, and how it stands with what is wanted. A kiosk that has no slots says nothing of this kind.

    ``running_hash``: of the bundle in the booted slot, empty when nobody knows (a card written by hand). ``slot``: its
    name in RAUC's words, as ``rootfs.0``. ``wanted_*`` and ``rollout_id``: what it last heard. ``since``: when it
    came into ``state``. ``next_try_at``: when it will do the next thing by itself; None when it will not.
    ``bytes_done``: of this try's bundle. ``bytes_spent``: of the budget, all tries together.
    """

    running_version: str
    running_hash: ManifestHash = ""
    slot: str = ""
    compatible: str = ""
    state: UpdateState = UpdateState.IDLE
    reason: UpdateReason = UpdateReason.NONE
    detail: str = ""
    wanted_version: str = ""
    wanted_hash: ManifestHash = ""
    rollout_id: str = ""
    tries: Count = 0
    since: Moment | None = None
    next_try_at: Moment | None = None
    bytes_done: Count = 0
    bytes_spent: Count = 0

    def is_good(self, manifest_hash: str) -> bool:
        """Whether this kiosk runs that bundle and has proved itself: the only success there is."""
        return bool(manifest_hash) and self.running_hash == manifest_hash and self.state is UpdateState.GOOD


def is_quiet(hours: QuietHours | None, at: datetime) -> bool:
    """Whether ``at`` is in the quiet hours; always, where there are none."""
    if hours is None:
        return True
    now, begins, ends = at.astimezone(THAI_TIME).strftime("%H:%M"), hours.begins, hours.ends
    if begins < ends:
        return begins <= now < ends
    return begins == ends or now >= begins or now < ends


def next_quiet(hours: QuietHours | None, at: datetime) -> datetime:
    """When it is quiet next: ``at`` itself when it is quiet then, else the next beginning, in UTC."""
    if hours is None or is_quiet(hours, at):
        return at
    here = at.astimezone(THAI_TIME)
    hour, minute = map(int, hours.begins.split(":"))
    begins = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (begins if begins >= here else begins + timedelta(days=1)).astimezone(at.tzinfo)
