"""Verifies what the offline roles have signed: one refresh of TUF over HTTPS, and what came of it, on the disk.

    python -m kiosk.agent.trust < order        ``trust_keeping.py`` starts it: a process of its own may wait

    trust/<root>/7/         metadata as python-tuf keeps it; <root> names the root this kiosk was given
    trust/<root>/current    link to the one in use
    trust/<root>/new/       being made
    trusted.json            what it amounts to (``kiosk.trusted``)

What it is: the kiosk's side of the trust repository. What it is not: a fetcher of firmware, or anybody's loop.
Rules: the library verifies, in a copy; what it has verified is synced and changes place in one rename, also when the
rest was refused, so that nothing once learned (a new root, a higher version) is forgotten to a pulled plug. A role that
cannot be verified stays as it was verified last, until that is over.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import DelegatedRole, Metadata, Root, TargetFile, Targets
from tuf.ngclient import Updater, UpdaterConfig

from fleet.protocol import trust as words
from kiosk import trusted
from kiosk.agent.trust_fetcher import Fetcher
from kiosk.agent.trust_order import DEADLINE_S, REFUSED, UNREACHABLE, Order
from kiosk.trusted import FirmwareTarget, RoleStanding, Trusted

FOLDER = "trust"
CURRENT, NEW = "current", "new"

AGREES_WITHIN_S = 300.0
"""Clock and fleet agree when they differ by less: the clock is credible then, and the floor rises to it."""

KEPT_FOR = timedelta(hours=6)
"""How often a file is written only because time has passed: flash wears."""

BEHIND = timedelta(days=1)
"""A clock that is further behind what it must be at least is said to be wrong."""

BOUNDS = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=8,
    root_max_length=64 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=64 * 1024,
    targets_max_length=1024 * 1024,
)
"""Several times what 77 provinces, 100 accounts and 1,000 bundles need."""

T = TypeVar("T")


class _Updater(Updater):
    """python-tuf's, at a time of our choosing: it takes the machine's clock, and offers no other way to tell it."""

    def __init__(self, metadata_dir: Path, address: str, fetcher: Fetcher, root: bytes, now: datetime) -> None:
        super().__init__(str(metadata_dir), address, fetcher=fetcher, config=BOUNDS, bootstrap=root)
        self._trusted_set.reference_time = now


def refresh(order: Order, clock: Callable[[], datetime], *, deadline_s: float = DEADLINE_S) -> Trusted:
    """Ask the fleet, verify, keep; what is trusted from now on, with what was refused in ``problems``.

    Raises: DownloadError when the fleet could not be asked for all of it; OSError for the disk. What was verified
        before the failure is kept.
    """
    data_dir, before = Path(order.data_dir), trusted.load(Path(order.data_dir))
    home = data_dir / FOLDER / trusted.root_id(order.root)
    work = _working_copy(home)
    fetcher = Fetcher(order.link, time.monotonic() + deadline_s, clock)
    now = trusted.latest(before, clock())
    reading = _Reading(order, before, now)
    reading.look_at_clock(clock())
    try:
        address = f"{order.link.fleet_api.rstrip('/')}/kiosk/v1/trust/metadata/"
        reading.read(lambda: _Updater(work, address, fetcher, order.root.encode(), now), work)
    finally:
        fetcher.close()
        _adopt(work, home)
        result = reading.result(_floor(before, clock(), fetcher.clock_ahead_s))
        if before is None or _differs(before, result):
            trusted.store(data_dir, result)
        _drop_others(home)
    return result


class _Reading:
    """What one refresh brings to light, role by role; what it does not stays as it was ``before``."""

    def __init__(self, order: Order, before: Trusted | None, now: datetime) -> None:
        self._dopa_code, self._now = order.dopa_code, now
        root = trusted.root_id(order.root)
        nothing = Trusted(root=root, verified_at=trusted.built_at(), floor=trusted.built_at())
        self._held = before if before is not None and before.root == root else nothing
        self._clock_problem: tuple[str, ...] = ()
        self._problems: list[str] = []
        self._unreachable: DownloadError | None = None
        self._is_whole = False

    def look_at_clock(self, clock: datetime) -> None:
        """One that is far behind is reported: whoever set it back may want old things to be good again."""
        if clock < self._now - BEHIND:
            said = f"trust: the clock says {clock:%Y-%m-%d}; dates are judged by {self._now:%Y-%m-%d}"
            self._clock_problem = (said,)

    def read(self, begin: Callable[[], Updater], metadata: Path) -> None:
        """Refresh, and read every role that concerns this kiosk.

        Raises: DownloadError, after all that could be read was.
        """
        updater = self._guarded("root", lambda: _refreshed(begin()))
        if updater is not None:
            targets = _signed(metadata, words.TARGETS)
            delegated = targets.delegations.roles or {} if targets.delegations is not None else {}
            settings = (words.NATIONAL_SETTINGS, words.settings_role(self._dopa_code))
            demanded = tuple(name for name in settings if name in delegated)
            self._held = msgspec.structs.replace(self._held, settings_roles=demanded)
            vouched_until = min(targets.expires, _root_expiry(metadata))
            for name in (words.PAYEES, words.FIRMWARE, *settings):
                if name in delegated:
                    self._guarded(name, partial(self._role, updater, delegated[name], metadata, vouched_until))
                else:
                    self._forget(name)
            self._is_whole = not self._problems and self._unreachable is None
        if self._unreachable is not None:
            raise self._unreachable

    def _guarded(self, role: str, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except DownloadLengthMismatchError as err:
            self._problems.append(f"trust: {role}: {_why(err)}")
        except DownloadError as err:
            self._unreachable = err
        except RepositoryError as err:
            self._problems.append(f"trust: {role}: {_why(err)}")
        return None

    def _role(self, updater: Updater, role: DelegatedRole, metadata: Path, vouched_until: datetime) -> None:
        """Have the library load the role, and take what it says, as far as it may speak of that."""
        updater.get_targetinfo(_asking_for(role))
        signed = _signed(metadata, role.name)
        said = {path: target for path, target in signed.targets.items() if role.is_delegated_path(path)}
        roles = self._held.roles | {
            role.name: RoleStanding(version=signed.version, until=min(signed.expires, vouched_until))
        }
        self._held = msgspec.structs.replace(self._held, roles=roles, **_taken(role.name, said, self._held))

    def _forget(self, role: str) -> None:
        """Those whose word counts say that this role's does not, or not any more."""
        roles = {name: standing for name, standing in self._held.roles.items() if name != role}
        self._held = msgspec.structs.replace(self._held, roles=roles, **_taken(role, {}, self._held))

    def result(self, floor: datetime) -> Trusted:
        """What is trusted now."""
        return msgspec.structs.replace(
            self._held,
            dopa_code=self._dopa_code,
            problems=(*self._clock_problem, *self._problems),
            floor=floor,
            verified_at=self._now if self._is_whole else self._held.verified_at,
        )


def _refreshed(updater: Updater) -> Updater:
    updater.refresh()
    return updater


def _asking_for(role: DelegatedRole) -> str:
    """Something the role could speak of: asking for it makes the library load and verify the role's metadata."""
    return (role.paths or ["?"])[0].replace("*", "-")


def _taken(role: str, said: dict[str, TargetFile], held: Trusted) -> dict[str, object]:
    """The fields of ``Trusted`` that follow from what ``role`` says; entries of a later release's form are left out."""
    match role:
        case words.PAYEES:
            payees = _understood(said, words.PAYEE_PATH, words.SignedPayee)
            keys = _understood(said, words.CUSTOMER_KEY_PATH, words.SignedCustomerKey)
            return {
                "payees": tuple(each for path, each in payees.items() if path == words.payee_path(each.biller_id)),
                "customer_keys": tuple(each.key for each in keys.values()),
            }
        case words.FIRMWARE:
            return {"firmware": tuple(filter(None, (_bundle(path, target) for path, target in said.items())))}
        case _:
            others = {path: layer for path, layer in held.layers.items() if not path.startswith(f"{role}/")}
            return {"layers": others | _understood(said, f"{role}/", words.SignedLayer)}


def _understood(said: dict[str, TargetFile], below: str, kind: type[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for path, target in said.items():
        if path.startswith(below) and (entry := _read(target, kind)) is not None:
            found[path] = entry
    return found


def _read(target: TargetFile, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(target.custom, kind)
    except msgspec.ValidationError:
        return None


def _bundle(path: str, target: TargetFile) -> FirmwareTarget | None:
    about, sha256 = _read(target, words.SignedFirmware), target.hashes.get("sha256")
    if about is None or sha256 is None:
        return None
    return FirmwareTarget(
        path=path,
        length=target.length,
        sha256=sha256,
        version=about.version,
        manifest_hash=about.manifest_hash,
        compatible=about.compatible,
        blocks=about.blocks,
    )


def _signed(metadata: Path, role: str) -> Targets:
    """What the library has just verified, and keeps in this file.

    Raises: RepositoryError when it is none: a bug of one of us, and nothing to believe.
    """
    signed = Metadata[Targets].from_file(str(metadata / f"{role}.json")).signed
    if not isinstance(signed, Targets):
        raise RepositoryError(f"{role} is no targets metadata")
    return signed


def _root_expiry(metadata: Path) -> datetime:
    return Metadata[Root].from_file(str(metadata / "root.json")).signed.expires


def _floor(before: Trusted | None, clock: datetime, ahead_s: float | None) -> datetime:
    """The time below which no clock is believed: it rises to a clock that the fleet's agrees with, and never falls."""
    floor = trusted.latest(before, trusted.built_at())
    agrees = ahead_s is not None and abs(ahead_s) <= AGREES_WITHIN_S
    return clock if agrees and clock - floor > KEPT_FOR else floor


def _differs(before: Trusted, now: Trusted) -> bool:
    """Whether it is worth a write."""
    same = msgspec.structs.replace(now, verified_at=before.verified_at)
    return same != before or now.verified_at - before.verified_at > KEPT_FOR


def _why(err: RepositoryError | DownloadError) -> str:
    """A refusal in few words."""
    match err:
        case ExpiredMetadataError():
            return f"over: {err}"[:120]
        case BadVersionNumberError():
            return f"rolled back: {err}"[:120]
        case UnsignedMetadataError():
            return f"not signed by enough of those who may: {err}"[:120]
        case DownloadLengthMismatchError():
            return "larger than it may be"
    return str(err)[:120]


# ---- on the disk ----------------------------------------------------------------------------------------------------


def _working_copy(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    work = home / NEW
    shutil.rmtree(work, ignore_errors=True)
    if (home / CURRENT).is_dir():
        shutil.copytree(home / CURRENT, work, symlinks=True)
    else:
        work.mkdir()
    return work


def _adopt(work: Path, home: Path) -> None:
    """Make the copy the one in use, if anything in it is new."""
    if _files(work) == _files(home / CURRENT):
        shutil.rmtree(work)
        return
    for name in _files(work):
        _sync(work / name)
    for folder in (work / "root_history", work):
        if folder.is_dir():
            _sync(folder)
    number = max((int(each.name) for each in home.iterdir() if each.name.isdecimal()), default=0) + 1
    work.rename(home / str(number))
    _sync(home)
    link = home / f"{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(str(number))
    link.replace(home / CURRENT)
    _sync(home)


def _files(folder: Path) -> dict[str, bytes]:
    """Names and contents, but for what the library writes beside its files when a plug is pulled."""
    found = (each for pattern in ("*.json", "root_history/*.json") for each in folder.glob(pattern))
    return {str(each.relative_to(folder)): each.read_bytes() for each in found}


def _drop_others(home: Path) -> None:
    """What is not in use any more, and what followed from another root."""
    current = (home / CURRENT).readlink().name if (home / CURRENT).is_symlink() else ""
    for folder in (*home.iterdir(), *home.parent.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and folder.name not in (current, home.name):
            shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def main() -> int:
    """One refresh by the order on standard input."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        refreshed = refresh(order, lambda: datetime.now(UTC))
    except (DownloadError, OSError) as err:
        print(str(err)[:300], file=sys.stderr)  # noqa: T201 - the agent reads it
        return UNREACHABLE
    return REFUSED if refreshed.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
