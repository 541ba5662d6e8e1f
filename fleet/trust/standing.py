"""How the trust repository stands, and what a draft says: sentences for people with keys, and for who looks after it.

Pure but for reading the repository. What is here is shown; nothing is decided by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tuf.api.metadata import Metadata, Role, Root, Snapshot, Targets, Timestamp

from fleet.protocol.trust import ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from fleet.trust.drafts import Draft
from fleet.trust.keys import name_of
from fleet.trust.repository import Repository, S, TrustError, delegations_of, verify
from fleet.trust.roles import terms_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One role: its version, when it is over, who may sign, and what is wrong (empty: nothing)."""

    role: str
    version: int
    expires: datetime
    keys: tuple[str, ...]
    threshold: int
    problem: str = ""
    is_soon: bool = False


def standings(repository: Repository, now: datetime) -> list[Standing]:
    """Every role, verified as a kiosk would.

    Raises: NoTrustError when there is no repository; TrustError when a file is broken, or a role has never spoken.
    """
    root, targets = repository.read(ROOT, Root), repository.read(TARGETS, Targets)
    snapshot, timestamp = repository.read(SNAPSHOT, Snapshot), repository.read(TIMESTAMP, Timestamp)
    spoken = repository.delegated()
    if silent := [name for name in delegations_of(targets.signed) if name not in spoken]:
        raise TrustError(f"{silent[0]} may speak and never has: `fleet trust renew {silent[0]}`")
    here = {f"{TARGETS}.json": targets.signed.version} | {f"{n}.json": m.signed.version for n, m in spoken.items()}
    named = {name: meta.version for name, meta in snapshot.signed.meta.items()}
    other = "it names other versions than those here"
    return [
        _standing(root.signed, ROOT, root, "", now),
        _standing(root.signed, TARGETS, targets, "", now),
        *(_standing(targets.signed, name, metadata, "", now) for name, metadata in spoken.items()),
        _standing(root.signed, SNAPSHOT, snapshot, "" if named == here else other, now),
        _standing(
            root.signed,
            TIMESTAMP,
            timestamp,
            "" if timestamp.signed.snapshot_meta.version == snapshot.signed.version else other,
            now,
        ),
    ]


def _standing(delegator: Root | Targets, name: str, metadata: Metadata[S], problem: str, now: datetime) -> Standing:
    role, signed = delegator.get_delegated_role(name), metadata.signed
    try:
        verify(delegator, name, metadata)
    except TrustError as err:
        problem = str(err)
    if signed.is_expired(now):
        problem = problem or f"over since {signed.expires:%Y-%m-%d %H:%M} UTC"
    return Standing(
        role=name,
        version=signed.version,
        expires=signed.expires,
        keys=tuple(sorted(name_of(delegator.get_key(keyid)) for keyid in role.keyids)),
        threshold=role.threshold,
        problem=problem,
        is_soon=signed.expires - now < terms_of(name).warn,
    )


def in_words(draft: Draft, role: str) -> str:
    """Everything a draft says, for those who are to sign it."""
    signed = draft.signed
    lines = [f"{role}, version {signed.version}, good until {signed.expires:%Y-%m-%d %H:%M} UTC"]
    if isinstance(signed, Root):
        for name, held in signed.roles.items():
            lines.append(f"  {name}: {held.threshold} of {_names(signed, held)}")
        return "\n".join(lines)
    for delegated in (signed.delegations.roles or {}).values() if signed.delegations else ():
        paths = ", ".join(delegated.paths or ())
        lines.append(f"  {delegated.name} ({paths}): {delegated.threshold} of {_names(signed, delegated)}")
    for path, target in sorted(signed.targets.items()):
        said = ", ".join(f"{key} {value}" for key, value in sorted((target.custom or {}).items()))
        lines.append(f"  {path}: {said} ({target.length} bytes, SHA-256 {target.hashes.get('sha256', '?')})")
    if len(lines) == 1:
        lines.append("  nothing")
    return "\n".join(lines)


def _names(delegator: Root | Targets, role: Role) -> str:
    keys = (delegator.get_key(keyid) for keyid in role.keyids)
    return ", ".join(f"{name_of(key)} ({key.keyid[:8]})" for key in keys)
