"""The trust repository in the data folder: signed metadata as it is published, and its two online roles.

    trust/metadata/     3.root.json, 5.targets.json, 2.payees.json, 9.snapshot.json, timestamp.json: what kiosks fetch
    trust/targets/      firmware/<sha256>.<name>, payees/<sha256>.<name>
    trust/online/       the keys of snapshot and timestamp: in clear, because they sign by themselves
    trust/drafts/       what waits for signatures (``drafts.py``)

What it is: files, and the checks a client would make before it believes them, made before they are published. What it
is not: a way to sign for an offline role. Rules: a version that was published never changes; everything is on the disk
before the timestamp that leads to it; one process writes at a time (a lock). A fleet without a repository is whole:
its kiosks only offer nothing that needs one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tuf.api.exceptions import RepositoryError, StorageError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets, Timestamp

from fleet.protocol.trust import ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from fleet.trust.keys import name_of, online_key
from fleet.trust.roles import terms_of

S = TypeVar("S", Root, Timestamp, Snapshot, Targets)


class TrustError(Exception):
    """It cannot be done; one sentence for whoever asked. Nothing was published."""


class NoTrustError(TrustError):
    """There is no repository yet."""


class Repository:
    """A trust repository in a folder."""

    def __init__(self, directory: Path) -> None:
        """Nothing is read yet; ``directory`` is ``trust`` in the data folder."""
        self.directory = directory
        self.metadata, self.targets = directory / "metadata", directory / "targets"
        self.drafts = directory / "drafts"

    # ---- what is published

    @property
    def is_there(self) -> bool:
        """Whether anything has been published."""
        return (self.metadata / f"{TIMESTAMP}.json").exists()

    def root_bytes(self) -> bytes:
        """The root in force, as kiosks are given it when they enrol.

        Raises: NoTrustError.
        """
        return self._newest(ROOT).read_bytes()

    def read(self, role: str, kind: type[S]) -> Metadata[S]:
        """The metadata of a role in force, not verified again; ``kind``: of its ``signed``.

        Raises: NoTrustError, TrustError when the file is broken.
        """
        return read_metadata(self._newest(role), kind)

    def delegated(self) -> dict[str, Metadata[Targets]]:
        """The roles that ``targets`` delegates to and that have spoken."""
        names = delegations_of(self.read(TARGETS, Targets).signed)
        return {name: self.read(name, Targets) for name in names if self.has(name)}

    def has(self, role: str) -> bool:
        """Whether a role has spoken."""
        return any(self._versions(role))

    def _newest(self, role: str) -> Path:
        if role == TIMESTAMP:
            return self.metadata / f"{TIMESTAMP}.json"
        newest = max(self._versions(role), default=None)
        if newest is None:
            raise NoTrustError(f"{self.metadata} has no {role}: `fleet trust init`, sign, publish")
        return self.metadata / f"{newest}.{role}.json"

    def _versions(self, role: str) -> list[int]:
        numbers = (each.name.split(".", 1)[0] for each in self.metadata.glob(f"*.{role}.json"))
        return [int(number) for number in numbers if number.isdecimal()]

    # ---- what is to be published

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Until the end of the block nobody else writes here."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def put(self, role: str, metadata: Metadata[S]) -> None:
        """Lay one version of a role down; nothing leads to it until ``seal``."""
        self.metadata.mkdir(parents=True, exist_ok=True)
        write_durably(self.metadata / f"{metadata.signed.version}.{role}.json", metadata.to_bytes())

    def put_target(self, path: str, sha256: str, content: bytes) -> None:
        """Lay a target's file down, under its hash."""
        file = self.target_file(path, sha256)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_durably(file, content)

    def target_file(self, path: str, sha256: str) -> Path:
        """Where a target's file is."""
        folder, _, name = path.rpartition("/")
        return self.targets / folder / f"{sha256}.{name}"

    def seal(self, now: datetime) -> None:
        """A new snapshot of what is in force, and the timestamp that leads to it.

        Raises: TrustError when the root names other online keys than those here.
        """
        root = self.read(ROOT, Root).signed
        snapshot = Metadata(Snapshot(self._next(SNAPSHOT), expires=_until(SNAPSHOT, now), meta=self._in_force()))
        self._sign_online(snapshot, SNAPSHOT, root)
        self.put(SNAPSHOT, snapshot)
        self._stamp(snapshot.signed.version, root, now)

    def freshen(self, now: datetime) -> bool:
        """Sign snapshot and timestamp anew when half their life is over, or they do not fit; whether one was.

        Raises: TrustError as ``seal``.
        """
        with self.alone():
            root = self.read(ROOT, Root).signed
            snapshot, stamp = self.read(SNAPSHOT, Snapshot), self.read(TIMESTAMP, Timestamp)
            if snapshot.signed.meta != self._in_force() or not _is_signed(root, SNAPSHOT, snapshot):
                self.seal(now)  # a plug was pulled in the middle of publishing
            elif not _is_young(snapshot.signed, now):
                self.seal(now)
            elif not _is_young(stamp.signed, now) or not _is_signed(root, TIMESTAMP, stamp):
                self._stamp(snapshot.signed.version, root, now)
            else:
                return False
        return True

    def _in_force(self) -> dict[str, MetaFile]:
        meta = {f"{TARGETS}.json": MetaFile(self.read(TARGETS, Targets).signed.version)}
        return meta | {f"{name}.json": MetaFile(each.signed.version) for name, each in self.delegated().items()}

    def _stamp(self, snapshot_version: int, root: Root, now: datetime) -> None:
        stamp = Timestamp(
            self._next(TIMESTAMP), expires=_until(TIMESTAMP, now), snapshot_meta=MetaFile(snapshot_version)
        )
        timestamp = Metadata(stamp)
        self._sign_online(timestamp, TIMESTAMP, root)
        write_durably(self.metadata / f"{TIMESTAMP}.json", timestamp.to_bytes())

    def _next(self, role: str) -> int:
        """After the newest; after nothing, the first."""
        try:
            newest = self.read(role, Snapshot).signed if role == SNAPSHOT else self.read(role, Timestamp).signed
            return newest.version + 1
        except NoTrustError:
            return 1

    def _sign_online(self, metadata: Metadata[S], role: str, root: Root) -> None:
        for signer in (online_key(each, role) for each in self.online_files(role)):
            if signer.public_key.keyid in root.roles[role].keyids:
                metadata.sign(signer, append=True)
        verify(root, role, metadata)

    def online_files(self, role: str) -> list[Path]:
        """The key files of an online role; more than one while it is rotated. At least the first's name."""
        return sorted((self.directory / "online").glob(f"{role}-*.key")) or [self.new_online_file(role)]

    def new_online_file(self, role: str) -> Path:
        """Where the next key of an online role goes."""
        folder = self.directory / "online"
        return folder / f"{role}-{len(list(folder.glob(f'{role}-*.key'))) + 1}.key"


def verify(delegator: Root | Targets, role: str, metadata: Metadata[S]) -> None:
    """That enough of those whom ``delegator`` names have signed.

    Raises: TrustError with how many, and who is missing.
    """
    try:
        result = delegator.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    except ValueError as err:
        raise TrustError(f"nobody may sign {role}: {err}") from err
    if not result:
        has = ", ".join(sorted(name_of(key) for key in result.signed.values())) or "nobody"
        may = ", ".join(sorted(name_of(key) for key in result.unsigned.values())) or "nobody"
        raise TrustError(
            f"{role} version {metadata.signed.version} needs {result.threshold} signatures and has "
            f"{len(result.signed)} ({has}); who may sign still: {may}"
        )


def delegations_of(targets: Targets) -> list[str]:
    """The roles ``targets`` delegates to."""
    return list(targets.delegations.roles or {}) if targets.delegations is not None else []


def read_metadata(path: Path, kind: type[S]) -> Metadata[S]:
    """The metadata in a file, of that kind.

    Raises: NoTrustError when there is no such file; TrustError when it is none.
    """
    try:
        metadata = Metadata[S].from_file(str(path))
    except StorageError:
        raise NoTrustError(f"there is no {path}") from None
    except RepositoryError as err:
        raise TrustError(f"{path} is no metadata of TUF: {err}") from None
    if not isinstance(metadata.signed, kind):
        raise TrustError(f"{path} is {metadata.signed.type}, and {kind.__name__.lower()} is asked for")
    return metadata


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file; a pulled plug leaves either the old or the new."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    held = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _until(role: str, now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0) + terms_of(role).life


def _is_signed(root: Root, role: str, metadata: Metadata[S]) -> bool:
    return bool(root.get_verification_result(role, metadata.signed_bytes, metadata.signatures))


def _is_young(signed: Signed, now: datetime) -> bool:
    return signed.expires - now > terms_of(signed.type).life / 2
