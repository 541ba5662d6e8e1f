"""Publishes drafts: all together or none, and only what every kiosk would believe.

What it is: the checks of a client, made on what would be in force, and the order in which files are laid down. What it
is not: drafting or signing (``drafts.py``). Nothing leads a kiosk to a file before all of them are on the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from tuf.api.metadata import Metadata, Root, Targets

from fleet.protocol.trust import FIRMWARE, ROOT, TARGETS, blocks_path, content_of
from fleet.trust.drafts import draft_file, waiting
from fleet.trust.keys import online_key
from fleet.trust.repository import NoTrustError, Repository, TrustError, delegations_of, read_metadata, verify
from fleet.trust.roles import ONLINE


def publish(repository: Repository, now: datetime) -> dict[str, int]:
    """Publish all drafts; the versions they have become.

    Raises: TrustError when signatures are missing, or what would be published would not be believed.
    """
    with repository.alone():
        roles = waiting(repository)
        if not roles:
            raise NoTrustError("there is nothing to publish")
        root = _demand_root(repository)
        targets = _in_future(repository, TARGETS)
        verify(root, TARGETS, targets)
        names = delegations_of(targets.signed)
        if strangers := [role for role in roles if role not in (ROOT, TARGETS, *names)]:
            raise TrustError(f"nobody may speak for {', '.join(strangers)}: delete the draft, or rotate targets")
        spoken = {name: _in_future(repository, name) for name in names}
        for name, metadata in spoken.items():
            verify(targets.signed, name, metadata)
        future: dict[str, Root | Targets] = {ROOT: root, TARGETS: targets.signed}
        future |= {name: each.signed for name, each in spoken.items()}
        _demand_future(repository, future, now)
        _demand_files(repository, spoken)
        _lay_down(repository, roles, spoken)
        repository.seal(now)
        for role in roles:
            draft_file(repository, role).unlink()
    return {
        role: repository.read(role, Root).signed.version
        if role == ROOT
        else repository.read(role, Targets).signed.version
        for role in roles
    }


def _demand_root(repository: Repository) -> Root:
    """The root that will be in force, signed by those of the one before as well."""
    path = draft_file(repository, ROOT)
    if not path.exists():
        return repository.read(ROOT, Root).signed
    draft = read_metadata(path, Root)
    if repository.has(ROOT):
        before = repository.read(ROOT, Root).signed
        if draft.signed.version != before.version + 1:
            raise TrustError(f"root is at {before.version}, and the draft is {draft.signed.version}; draft it anew")
        verify(before, ROOT, draft)
    verify(draft.signed, ROOT, draft)
    return draft.signed


def _in_future(repository: Repository, role: str) -> Metadata[Targets]:
    path = draft_file(repository, role)
    if not path.exists():
        if not repository.has(role):
            raise TrustError(f"{role} has never spoken: `fleet trust renew {role}`, and have it signed")
        return repository.read(role, Targets)
    draft = read_metadata(path, Targets)
    expected = repository.read(role, Targets).signed.version + 1 if repository.has(role) else 1
    if draft.signed.version != expected:
        raise TrustError(
            f"the draft of {role} is version {draft.signed.version}, and {expected} is next; draft it anew"
        )
    return draft


def _demand_future(repository: Repository, signed: Mapping[str, Root | Targets], now: datetime) -> None:
    over = [role for role, each in signed.items() if each.is_expired(now)]
    if over:
        raise TrustError(f"{', '.join(over)} would be over already; `fleet trust renew`, and have it signed")
    root = signed[ROOT]
    assert isinstance(root, Root)  # noqa: S101 - so it was given
    for role in ONLINE:
        ours = {online_key(each, role).public_key.keyid for each in repository.online_files(role)}
        if not ours & set(root.roles[role].keyids):
            raise TrustError(f"root names a key for {role} that is not here: `fleet trust rotate {role}`")


def _demand_files(repository: Repository, spoken: Mapping[str, Metadata[Targets]]) -> None:
    for role, metadata in spoken.items():
        for path, target in metadata.signed.targets.items():
            sha256 = target.hashes.get("sha256", "")
            blocks = (target.custom or {}).get("blocks", {}) if role == FIRMWARE else {}
            if role == FIRMWARE and not repository.target_file(path, sha256).exists():
                raise TrustError(f"the file of {path} is not here: `fleet trust add firmware` copies it")
            if blocks and not repository.target_file(blocks_path(path), blocks.get("sha256", "")).exists():
                raise TrustError(f"the index of {path} is not here: `fleet trust add firmware` makes it")
            if role != FIRMWARE and hashlib.sha256(content_of(target.custom or {})).hexdigest() != sha256:
                raise TrustError(f"{path} of {role} says another thing than its hash; draft it anew")


def _lay_down(repository: Repository, roles: Sequence[str], spoken: Mapping[str, Metadata[Targets]]) -> None:
    """Files first, then who speaks of them, then whose word counts: a plug pulled in between harms nobody."""
    for role in (role for role in roles if role in spoken):
        for path, target in spoken[role].signed.targets.items():
            if role != FIRMWARE:  # a bundle was copied when it was drafted
                repository.put_target(path, target.hashes["sha256"], content_of(target.custom))
        repository.put(role, spoken[role])
    if TARGETS in roles:
        repository.put(TARGETS, read_metadata(draft_file(repository, TARGETS), Targets))
    if ROOT in roles:
        repository.put(ROOT, read_metadata(draft_file(repository, ROOT), Root))
