"""A trust repository for demonstrations: sample people, whose keys lie beside it under a passphrase everybody knows.

What it makes is whole and real, and worth nothing: who has the data folder can sign. A fleet where money moves begins
with `fleet trust init` and people (``fleet/trust/ceremony.md``), before its first kiosk enrols.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from fleet.protocol.settings import Words
from fleet.protocol.trust import (
    FIRMWARE,
    PAYEES,
    ROOT,
    TARGETS,
    SignedCustomerKey,
    SignedPayee,
    customer_key_path,
    payee_path,
)
from fleet.trust import drafts, publishing
from fleet.trust.keys import make_key, open_key
from fleet.trust.repository import Repository

log = logging.getLogger(__name__)

KEYS = "sample-keys"
"""Of the folder ``trust``: the keys of the sample people."""

PASSPHRASE = "ตัวอย่าง sample keys"  # noqa: S105 - known to everybody, on purpose
PEOPLE = {
    "custodian": ("sample-custodian-1", "sample-custodian-2", "sample-custodian-3"),
    FIRMWARE: ("sample-firmware-1", "sample-firmware-2"),
    PAYEES: ("sample-treasury-1", "sample-treasury-2"),
}

SCRYPT_N = 2**4
"""There is nothing to protect, and a demonstration is to start quickly."""


def make_sample_trust(data_dir: Path, document: Mapping[str, Any]) -> None:
    """Make it all, once, for the accounts and the key these settings name; a fleet that has a repository keeps it."""
    repository = Repository(data_dir / "trust")
    if repository.is_there:
        return
    log.warning("SAMPLE KEYS (ตัวอย่าง): anybody who has %s can sign; never where money moves", repository.directory)
    keys = repository.directory / KEYS
    keys.mkdir(parents=True, exist_ok=True)
    (keys / "README").write_text(f"SAMPLES (ตัวอย่าง), worth nothing. Passphrase of each: {PASSPHRASE}\n", "utf-8")
    people = {
        role: [make_key(name, PASSPHRASE, keys / f"{name}.key", scrypt_n=SCRYPT_N) for name in names]
        for role, names in PEOPLE.items()
    }
    now = datetime.now(UTC)
    custodians = people.pop("custodian")
    drafts.begin(repository, drafts.People(custodians, people), now)
    for payee in _payees(document):
        drafts.say(repository, PAYEES, payee_path(payee.biller_id), _said(payee), now)
    key = SignedCustomerKey(key=document["customer_key"])
    drafts.say(repository, PAYEES, customer_key_path(key.key), _said(key), now)
    sign_and_publish(repository, now)


def _payees(document: Mapping[str, Any]) -> list[SignedPayee]:
    """Each account once, with the names of all who share it."""
    named: dict[str, list[Words]] = {}
    for each in (document["payee"], *document.get("payees", {}).values()):
        named.setdefault(each["biller_id"], []).append(Words(**each["name"]))
    return [
        SignedPayee(biller_id=biller_id, name=names[0], other_names=tuple(names[1:]), sample=True)
        for biller_id, names in named.items()
    ]


def sign_and_publish(repository: Repository, now: datetime) -> None:
    """What the sample people do with every draft: they sign it."""
    for role in drafts.waiting(repository):
        names = PEOPLE["custodian"][:2] if role in (ROOT, TARGETS) else PEOPLE[role]
        for name in names:
            signer = open_key(repository.directory / KEYS / f"{name}.key", PASSPHRASE)
            drafts.sign(drafts.draft_file(repository, role), signer)
    publishing.publish(repository, now)


def _said(what: SignedPayee | SignedCustomerKey) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(what)
    return said
