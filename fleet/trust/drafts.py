"""What the offline roles are to say next: drafts that go to people with keys and come back signed.

A draft is the next version of one role as metadata of TUF, in ``trust/drafts/<role>.json``. It travels by stick; all
that its signers need is the file, their key, and their eyes: all it says stands in it (``standing.py`` shows it).
Rule: to change a draft takes its signatures away. How drafts come into force is ``publishing.py``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Role, Root, TargetFile, Targets

from fleet.protocol.blocks import encoded, index_of
from fleet.protocol.trust import FIRMWARE, ROOT, TARGETS, blocks_path, content_of, firmware_path, paths_of
from fleet.trust.keys import PublicKey, name_of, online_key
from fleet.trust.repository import (
    NoTrustError,
    Repository,
    S,
    TrustError,
    delegations_of,
    read_metadata,
    write_durably,
)
from fleet.trust.roles import BY_CUSTODIANS, ONLINE, is_delegated, terms_of

Draft = Metadata[Root] | Metadata[Targets]


@dataclass(frozen=True, slots=True)
class People:
    """Who holds keys: ``custodians`` of root and targets, and the holders of each delegated role."""

    custodians: Sequence[PublicKey]
    holders: Mapping[str, Sequence[PublicKey]]


# ---- drafts on disk -------------------------------------------------------------------------------------------------


def draft_file(repository: Repository, role: str) -> Path:
    """Where the draft of a role is."""
    return repository.drafts / f"{role}.json"


def waiting(repository: Repository) -> list[str]:
    """The roles that have a draft."""
    return sorted(each.stem for each in repository.drafts.glob("*.json"))


def _root_draft(repository: Repository, now: datetime) -> Metadata[Root]:
    path = draft_file(repository, ROOT)
    return read_metadata(path, Root) if path.exists() else _next_version(repository.read(ROOT, Root), ROOT, now)


def _targets_draft(repository: Repository, role: str, now: datetime) -> Metadata[Targets]:
    path = draft_file(repository, role)
    if path.exists():
        return read_metadata(path, Targets)
    if not repository.has(role):
        _demand_known(repository, role)
        return Metadata(Targets(expires=_expiry(role, now)))
    return _next_version(repository.read(role, Targets), role, now)


def _demand_known(repository: Repository, role: str) -> None:
    """Raises: TrustError when nobody may speak for that role, not even by a draft."""
    path = draft_file(repository, TARGETS)
    targets = read_metadata(path, Targets) if path.exists() else repository.read(TARGETS, Targets)
    if role not in delegations_of(targets.signed):
        raise TrustError(f"there is no role {role}; `fleet trust rotate {role} --add HOLDER.pub` makes one")


def _next_version(published: Metadata[S], role: str, now: datetime) -> Metadata[S]:
    draft = deepcopy(published)
    draft.signed.version += 1
    draft.signed.expires = _expiry(role, now)
    return draft


def _save(repository: Repository, role: str, draft: Draft) -> Path:
    draft.signatures.clear()
    repository.drafts.mkdir(parents=True, exist_ok=True)
    path = draft_file(repository, role)
    write_durably(path, draft.to_bytes())
    return path


def _expiry(role: str, now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0) + terms_of(role).life


# ---- what they say --------------------------------------------------------------------------------------------------


def begin(repository: Repository, people: People, now: datetime) -> list[Path]:
    """Draft the first version of everything, for a fleet that has no repository.

    Raises: TrustError when there is one, or too few keys.
    """
    if repository.is_there or waiting(repository):
        raise TrustError(f"{repository.directory} has a repository or drafts already; nothing was changed")
    _demand_enough("root", people.custodians, terms_of(ROOT).threshold + 1)  # one may be lost
    for role, holders in people.holders.items():
        if not is_delegated(role):
            raise TrustError(
                f"there can be no role {role!r}: firmware, payees, settings-national, settings-<DOPA code>"
            )
        _demand_enough(role, holders, terms_of(role).threshold)
    root = Root(expires=_expiry(ROOT, now), consistent_snapshot=True)
    for role in BY_CUSTODIANS:
        for key in people.custodians:
            root.add_key(key.tuf, role)
        root.roles[role].threshold = terms_of(role).threshold
    for role in ONLINE:
        root.add_key(online_key(repository.online_files(role)[0], role).public_key, role)
    targets = Targets(expires=_expiry(TARGETS, now), delegations=Delegations({}, {}))
    for role, holders in people.holders.items():
        _delegate(targets, role, holders, terms_of(role).threshold)
    made = [_save(repository, ROOT, Metadata(root)), _save(repository, TARGETS, Metadata(targets))]
    return made + [_save(repository, role, Metadata(Targets(expires=_expiry(role, now)))) for role in people.holders]


def _delegate(targets: Targets, role: str, holders: Sequence[PublicKey], threshold: int) -> None:
    if targets.delegations is None:
        targets.delegations = Delegations({}, {})
    roles = targets.delegations.roles or {}
    roles[role] = DelegatedRole(role, [], threshold, terminating=True, paths=list(paths_of(role)))
    targets.delegations.roles = roles
    for key in holders:
        targets.add_key(key.tuf, role)


def _demand_enough(role: str, keys: Sequence[PublicKey], count: int) -> None:
    different = len({key.public for key in keys})
    if different < count:
        raise TrustError(f"{role} needs {count} different keys and is given {different}")


def renew(repository: Repository, role: str, now: datetime) -> Path:
    """Draft the same once more, with a new expiry."""
    draft: Draft = _root_draft(repository, now) if role == ROOT else _targets_draft(repository, role, now)
    draft.signed.expires = _expiry(role, now)
    return _save(repository, role, draft)


def say(repository: Repository, role: str, path: str, custom: Mapping[str, Any], now: datetime) -> Path:
    """Draft that ``role`` says ``custom`` under ``path``.

    Raises: TrustError when it may not speak of that.
    """
    target = TargetFile.from_data(path, content_of(custom))
    return _add(repository, role, target, custom, now)


def say_only(repository: Repository, role: str, said: Mapping[str, Mapping[str, Any]], now: datetime) -> Path:
    """Draft that ``role`` says these things, by their paths, and nothing else any more.

    Raises: TrustError when it may not speak of one.
    """
    draft = _targets_draft(repository, role, now)
    draft.signed.targets.clear()
    for path, custom in said.items():
        _lay_in(draft, role, TargetFile.from_data(path, content_of(custom)), custom)
    return _save(repository, role, draft)


def add_firmware(repository: Repository, bundle: Path, about: Mapping[str, Any], now: datetime) -> Path:
    """Draft a bundle under its file's name; copy it to where it is fetched from once it is signed, with its index.

    Raises: TrustError, OSError when the file cannot be read or copied.
    """
    path = firmware_path(bundle.name)
    with bundle.open("rb") as file:
        sha256, length = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        file.seek(0)
        index = encoded(index_of(file))
    to = repository.target_file(path, sha256)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundle, to.with_name(to.name + ".new"))
    to.with_name(to.name + ".new").replace(to)
    blocks_sha256 = hashlib.sha256(index).hexdigest()
    repository.put_target(blocks_path(path), blocks_sha256, index)
    said = {**about, "blocks": {"length": len(index), "sha256": blocks_sha256}}
    return _add(repository, FIRMWARE, TargetFile(length, {"sha256": sha256}, path), said, now)


def _add(repository: Repository, role: str, target: TargetFile, custom: Mapping[str, Any], now: datetime) -> Path:
    draft = _targets_draft(repository, role, now)
    _lay_in(draft, role, target, custom)
    return _save(repository, role, draft)


def _lay_in(draft: Metadata[Targets], role: str, target: TargetFile, custom: Mapping[str, Any]) -> None:
    if not DelegatedRole(role, [], 1, terminating=True, paths=list(paths_of(role))).is_delegated_path(target.path):
        raise TrustError(f"{role} may not speak of {target.path}")
    target.unrecognized_fields = {"custom": dict(custom)}
    draft.signed.targets[target.path] = target


def withdraw(repository: Repository, role: str, path: str, now: datetime) -> Path:
    """Draft that ``role`` does not say any more what stands under ``path``.

    Raises: TrustError when it does not say it.
    """
    draft = _targets_draft(repository, role, now)
    if draft.signed.targets.pop(path, None) is None:
        raise TrustError(
            f"{role} says nothing of {path}; it says: {', '.join(sorted(draft.signed.targets)) or 'nothing'}"
        )
    return _save(repository, role, draft)


# ---- whose word counts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """Of a role's keys: those that come, the names or ids of those that go, and another threshold (0: the same)."""

    add: Sequence[PublicKey] = ()
    remove: Sequence[str] = ()
    threshold: int = 0


def rotate(repository: Repository, role: str, change: Change, now: datetime) -> list[Path]:
    """Draft other keys for a role, in the metadata of whoever says whose word counts; the drafts to be signed.

    An online role gets a new key here, and its old one goes.

    Raises: TrustError when it would be left with too few keys, or names nobody.
    """
    if role in ONLINE:
        return [_rotate_online(repository, role, now)]
    if role in BY_CUSTODIANS:
        root = _root_draft(repository, now)
        for each in BY_CUSTODIANS:  # the same people
            _change_keys(root.signed, each, root.signed.roles[each], change)
        return [_save(repository, ROOT, root), renew(repository, TARGETS, now)]
    return _rotate_delegated(repository, role, change, now)


def _rotate_delegated(repository: Repository, role: str, change: Change, now: datetime) -> list[Path]:
    if not is_delegated(role):
        raise TrustError(f"there can be no role {role!r}: firmware, payees, settings-national, settings-<DOPA code>")
    targets = _targets_draft(repository, TARGETS, now)
    if role not in delegations_of(targets.signed):
        _delegate(targets.signed, role, [], change.threshold or terms_of(role).threshold)
    _change_keys(targets.signed, role, targets.signed.get_delegated_role(role), change)
    saved = _save(repository, TARGETS, targets)
    is_silent = not repository.has(role)
    return [saved, renew(repository, role, now)] if is_silent or change.remove else [saved]


def _change_keys(delegator: Root | Targets, role: str, held: Role, change: Change) -> None:
    for gone in change.remove:
        found = [keyid for keyid in held.keyids if gone in (keyid, name_of(delegator.get_key(keyid)))]
        if len(found) != 1:
            raise TrustError(f"{role} has {len(found) or 'no'} keys of {gone!r}; give the key's id")
        delegator.revoke_key(found[0], role)
    for key in change.add:
        delegator.add_key(key.tuf, role)
    held.threshold = change.threshold or held.threshold
    if len(held.keyids) < held.threshold:
        raise TrustError(f"{role} would have {len(held.keyids)} keys, and needs {held.threshold}")


def _rotate_online(repository: Repository, role: str, now: datetime) -> Path:
    root = _root_draft(repository, now)
    for keyid in list(root.signed.roles[role].keyids):
        root.signed.revoke_key(keyid, role)
    root.signed.add_key(online_key(repository.new_online_file(role), role).public_key, role)
    return _save(repository, ROOT, root)


# ---- signatures ---------------------------------------------------------------------------------------------------


def sign(path: Path, signer: CryptoSigner) -> None:
    """Add a signature to a draft in a file; needs nothing else.

    Raises: TrustError when it is none.
    """
    draft = read_draft(path)
    draft.sign(signer, append=True)
    write_durably(path, draft.to_bytes())


def read_draft(path: Path) -> Draft:
    """The draft in a file.

    Raises: TrustError when it is none.
    """
    try:
        return read_metadata(path, Root)
    except NoTrustError:
        raise
    except TrustError:
        return read_metadata(path, Targets)
