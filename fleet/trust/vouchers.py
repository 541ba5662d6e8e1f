"""Pre-authorised batches: a list of machines that may come in without a person, each by a voucher of its own.

A serial number is printed on the board, so it proves nothing. What proves it is a voucher: a secret made here for one
serial number, written once into a file for that machine's boot partition, and forgotten. The fleet keeps the public
half, so that neither database nor backup can let anybody in.
"""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import timezone

from fleet.protocol.enrolment import Voucher, is_serial
from fleet.trust.certificates import Doer, IdentityError, authority, note
from fleet.trust.models import ExpectedMachine

VOUCHER_LIFE = timedelta(days=90)
"""From the workshop to the hall; what has not come by then is asked for again."""

COLUMNS = ("serial", "office", "name")
MACHINES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the list."""

    serial: str
    office_id: str
    name_th: str
    name_en: str


def read_batch(lines: Iterable[str], offices: set[str]) -> list[Expected]:
    """The machines of a CSV file with the columns serial, office, name and, if wanted, name_en.

    Raises: IdentityError naming the first line that cannot be; a list is taken whole or not at all.
    """
    rows = csv.DictReader(lines)
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise IdentityError(f"the first line must name the columns {', '.join(COLUMNS)}")
    found: dict[str, Expected] = {}
    for number, row in enumerate(rows, 2):
        serial, office, name = ((row[column] or "").strip() for column in COLUMNS)
        if not is_serial(serial) or serial in found:
            raise IdentityError(f"line {number}: {serial!r} is no serial number, or stands there twice")
        if office not in offices:
            raise IdentityError(f"line {number}: there is no office {office!r}")
        if not 0 < len(name) <= 60:
            raise IdentityError(f"line {number}: a name of 1 to 60 characters is needed")
        found[serial] = Expected(serial, office, name, ((row.get("name_en") or "").strip() or name)[:60])
        if len(found) > MACHINES_MAX:
            raise IdentityError(f"more than {MACHINES_MAX} machines; make several lists")
    return list(found.values())


@transaction.atomic
def expect(machines: Iterable[Expected], directory: Path, doer: Doer) -> int:
    """Expect these machines, and write a voucher for each into ``directory`` as ``SERIAL.voucher``.

    A machine that was expected before gets a new voucher, and the old one is void; one that has come is left out.

    Returns: how many vouchers were written.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_sha256 = authority().root_sha256
    written = 0
    for each in machines:
        if ExpectedMachine.objects.filter(pk=each.serial, used_at__isnull=False).exists():
            continue
        secret = secrets.token_bytes(32)
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
        ExpectedMachine.objects.update_or_create(
            serial_number=each.serial,
            defaults={
                "office_id": each.office_id,
                "name_th": each.name_th,
                "name_en": each.name_en,
                "voucher_key": public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex(),
                "expires_at": timezone.now() + VOUCHER_LIFE,
            },
        )
        voucher = Voucher(serial=each.serial, secret=secret.hex(), ca_sha256=ca_sha256)
        _write_ours(directory / f"{each.serial}.voucher", msgspec.json.encode(voucher))
        note(doer, "voucher-written", about=each.serial, detail=each.office_id)
        written += 1
    return written


def _write_ours(path: Path, content: bytes) -> None:
    """A file that nobody else may read."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its old rights otherwise
        file.write(content)
