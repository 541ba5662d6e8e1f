"""What the offline roles have signed, as this kiosk verified it last: one file, read by both processes.

Written by ``kiosk.agent.trust`` only, after it has verified; whoever reads it believes the disk. It is what a kiosk
without a network goes by, until what was signed is over: an account is offered as long as its metadata holds, however
long the fleet has been silent.

The clock: one that is behind is not believed. Dates are judged by the latest of the clock, the day this release was
built, and the last time clock and fleet agreed (``floor``). So a kiosk that wakes up in 1970 neither takes what is long
over for good nor stops working; one whose clock ran ahead finds things over, and back when the clock is right again.
"""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fleet.protocol.messages import Desired, SettingsLayer
from fleet.protocol.settings import KioskSettings, Payee
from fleet.protocol.trust import NATIONAL_SETTINGS, SignedBlocks, SignedLayer, SignedPayee, document_sha256, layer_path
from kiosk import settings_store
from kiosk.visits.services import OTHER_FEE, PAY_FEE, REGISTER

FILE_NAME = "trusted.json"

BUILT_AT = datetime(2026, 11, 22, tzinfo=UTC)
"""No clock is before this: where nobody says when this release was built (a work tree), and in any case."""

BUILT_FILE = Path(__file__).with_name("built_at")
"""What the image's recipe writes: the second since 1970 that nothing in the release is younger than."""


@functools.cache
def built_at(file: Path = BUILT_FILE) -> datetime:
    """When this release was built: no clock is before that."""
    try:
        said = datetime.fromtimestamp(int(file.read_text("ascii")), UTC)
    except (OSError, ValueError, OverflowError):
        return BUILT_AT
    return max(said, BUILT_AT)


NOBODY = ""
"""In place of an account that is not signed: a visitor who was about to pay when it lapsed gets no QR of it either."""


class NotTrustedError(Exception):
    """Nobody who may has signed it, or not for now and here; the sentence says which. Do not use it."""


class FirmwareTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that may be installed. ``path``: its target; ``length`` in bytes; ``sha256`` of the file.

    ``blocks``: the index of its blocks; None where nobody signed one.
    """

    path: str
    length: int
    sha256: str
    version: str
    manifest_hash: str
    compatible: str
    blocks: SignedBlocks | None = None


class RoleStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A role's version, and when it is over together with those that vouch for it."""

    version: int
    until: datetime


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``root``: from which root it follows (``root_id``). ``roles``: those that were verified, by name.

    ``layers``: signed documents of settings, by target. ``settings_roles``: the roles of settings that are demanded of
    this kiosk. ``problems``: what was refused last time.
    """

    root: str
    verified_at: datetime
    floor: datetime
    dopa_code: int = 0
    roles: dict[str, RoleStanding] = {}
    payees: tuple[SignedPayee, ...] = ()
    customer_keys: tuple[str, ...] = ()
    firmware: tuple[FirmwareTarget, ...] = ()
    layers: dict[str, SignedLayer] = {}
    settings_roles: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def demand(self, role: str, now: datetime) -> None:
        """That ``role`` was verified and is not over.

        Raises: NotTrustedError.
        """
        standing = self.roles.get(role)
        if standing is None:
            raise NotTrustedError(f"{role}: nothing verified yet")
        if now >= standing.until:
            raise NotTrustedError(f"{role}: over since {standing.until:%Y-%m-%d}")


def root_id(root: str) -> str:
    """A short name of the root a kiosk was given: of its metadata as text."""
    return hashlib.sha256(root.encode()).hexdigest()[:16]


def load(data_dir: Path) -> Trusted | None:
    """What was verified last; None when there is nothing, or nothing that can be read: it is verified anew then."""
    try:
        return msgspec.json.decode((data_dir / FILE_NAME).read_bytes(), type=Trusted)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def store(data_dir: Path, trusted: Trusted) -> None:
    """Keep it; a pulled plug leaves either the old or the new.

    Raises: OSError when it cannot be written; the old one is still there.
    """
    settings_store.write_whole(data_dir / FILE_NAME, msgspec.json.encode(trusted))


def forget(data_dir: Path) -> None:
    """Believe nothing: what was verified followed from another root than this kiosk has now."""
    (data_dir / FILE_NAME).unlink(missing_ok=True)


def latest(trusted: Trusted | None, clock: datetime) -> datetime:
    """What time it is at least."""
    return max(clock, built_at(), trusted.floor if trusted is not None else built_at())


def firmware(trusted: Trusted | None, path: str, clock: datetime) -> FirmwareTarget:
    """The bundle that stands under ``path`` among the signed targets.

    Raises: NotTrustedError; install nothing.
    """
    if trusted is None:
        raise NotTrustedError("firmware: nothing verified yet")
    trusted.demand("firmware", latest(trusted, clock))
    found = next((each for each in trusted.firmware if each.path == path), None)
    if found is None:
        raise NotTrustedError(f"firmware: {path[:80]} is not signed")
    return found


def payee(trusted: Trusted | None, biller_id: str, clock: datetime) -> SignedPayee:
    """The account ``biller_id``, as the treasury signed it.

    Raises: NotTrustedError; no money may go there.
    """
    if trusted is None:
        raise NotTrustedError("payees: nothing verified yet")
    trusted.demand("payees", latest(trusted, clock))
    found = next((each for each in trusted.payees if each.biller_id == biller_id), None)
    if found is None:
        raise NotTrustedError(f"payees: {biller_id} is not signed")
    if found.provinces and trusted.dopa_code not in found.provinces:
        raise NotTrustedError(f"payees: {biller_id} is for other provinces")
    return found


def within(settings: KioskSettings, trusted: Trusted | None, clock: datetime) -> tuple[KioskSettings, tuple[str, ...]]:
    """``settings`` with only what is signed of accounts and keys, and why something of them is missing.

    An account carries the name it was signed under. Without one, there are no payments to it; without a key, nobody is
    registered.
    """
    found, problems = _payments(settings, trusted, clock)
    others, more = _other_fees(found, trusted, clock)
    if not settings.customer_key or not (why := _why_not(trusted, settings.customer_key, clock)):
        return others, tuple(dict.fromkeys((*problems, *more)))
    sealed = msgspec.structs.replace(others, customer_key="", services=_without(others.services, REGISTER))
    return sealed, tuple(dict.fromkeys((*problems, *more, f"no registrations: {why}")))


def _payments(
    settings: KioskSettings, trusted: Trusted | None, clock: datetime
) -> tuple[KioskSettings, tuple[str, ...]]:
    try:
        signed = payee(trusted, settings.payee.biller_id, clock)
    except NotTrustedError as err:
        nobody = msgspec.structs.replace(settings.payee, biller_id=NOBODY)
        services = _without(settings.services, PAY_FEE)
        return msgspec.structs.replace(settings, payee=nobody, services=services), (f"no payments: {err}",)
    named = msgspec.structs.replace(settings.payee, name=signed.name_for(settings.payee.name))
    return msgspec.structs.replace(settings, payee=named, sample=settings.sample or signed.sample), ()


def _other_fees(
    settings: KioskSettings, trusted: Trusted | None, clock: datetime
) -> tuple[KioskSettings, tuple[str, ...]]:
    """The fees of other offices, without those whose account is not signed; one sample account makes all say so."""
    payees: dict[str, Payee] = {}
    problems: list[str] = []
    sample = settings.sample
    for slug, each in settings.payees.items():
        try:
            signed = payee(trusted, each.biller_id, clock)
        except NotTrustedError as err:
            problems.append(f"no payments: {err}")
            continue
        payees[slug] = msgspec.structs.replace(each, name=signed.name_for(each.name))
        sample = sample or signed.sample
    fees = {code: fee for code, fee in settings.fees.items() if fee.payee in payees}
    services = settings.services if fees or not settings.fees else _without(settings.services, OTHER_FEE)
    left = msgspec.structs.replace(settings, fees=fees, payees=payees, services=services, sample=sample)
    return left, tuple(dict.fromkeys(problems))


def _without(services: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(name for name in services if name != gone)


LAYERS = ("national", "province", "office", "kiosk")
"""In the order in which they win."""


def unsigned_layers(trusted: Trusted, desired: Desired, kiosk_id: str, clock: datetime) -> tuple[str, ...]:
    """Which layers of ``desired`` are not as those sign who must, where any must; nothing: all are.

    A document that is signed for this kiosk and left out is as wrong as one that is not signed.
    """
    if not trusted.settings_roles:
        return ()
    held = {each.layer: each for each in desired.layers}
    if [name for name in LAYERS if name in held] != [each.layer for each in desired.layers]:
        return ("layers in another order than theirs",)  # a weaker one put last would win
    problems: list[str] = []
    for role in trusted.settings_roles:
        try:
            trusted.demand(role, latest(trusted, clock))
        except NotTrustedError as err:
            return (str(err),)
        province = (("province", ""), ("office", desired.office_id), ("kiosk", kiosk_id))
        for layer, key in (("national", ""),) if role == NATIONAL_SETTINGS else province:
            if not _is_signed(held.get(layer), trusted.layers.get(layer_path(role, layer, key))):
                problems.append(f"{role} has not signed {layer}")
    return tuple(problems)


def _is_signed(layer: SettingsLayer | None, signed: SignedLayer | None) -> bool:
    """Whether this is the document in force, or the one that a roll-out is bringing."""
    if layer is None:
        return signed is None or signed.revision == 0
    if signed is None:
        return False
    held = (layer.revision, document_sha256(layer.document))
    coming = signed.coming
    return held == (signed.revision, signed.sha256) or (coming is not None and held == (coming.revision, coming.sha256))


def settings(data_dir: Path, clock: datetime) -> KioskSettings | None:
    """The settings in force, with only what is signed; None when there are none."""
    loaded = settings_store.load(data_dir)
    return None if loaded is None else within(loaded[1], load(data_dir), clock)[0]


def _why_not(trusted: Trusted | None, customer_key: str, clock: datetime) -> str:
    """Why nothing may be sealed to this key; empty when it may."""
    try:
        if trusted is None:
            raise NotTrustedError("payees: nothing verified yet")
        trusted.demand("payees", latest(trusted, clock))
    except NotTrustedError as err:
        return str(err)
    return "" if customer_key in trusted.customer_keys else "the key is not signed"
