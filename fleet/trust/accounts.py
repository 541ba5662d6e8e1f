"""Into which account money may go, by the word of those who sign accounts: for what the fleet prints itself.

The same questions a kiosk asks of the same metadata (``kiosk.trusted.payee``): signed by enough of those who may, not
over, for this province. What it is not: a defence against who owns this machine, for the root is read from its disk;
but settings and database alone name no account any more.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from fleet.protocol.trust import PAYEES, ROOT, TARGETS, SignedPayee, payee_path


class NotSignedError(Exception):
    """The account is not signed, or not for now and here; the sentence says which. Print nothing that names it."""


def signed_payee(trust: Path, biller_id: str, dopa_code: int, now: datetime) -> SignedPayee | None:
    """The account as it was signed; None where there is no repository, and the settings' word is all there is.

    ``trust``: the repository's folder. ``dopa_code``: of the province whose office would be paid.

    Raises: NotSignedError.
    """
    # TUF takes 15 MB, and who prints no letter needs none of it.
    from tuf.api.metadata import Root, Targets

    from fleet.trust.repository import Repository, TrustError, verify

    repository = Repository(trust)
    if not repository.is_there:
        return None
    try:
        root, targets = repository.read(ROOT, Root), repository.read(TARGETS, Targets)
        payees = repository.read(PAYEES, Targets)
        verify(root.signed, ROOT, root)
        verify(root.signed, TARGETS, targets)
        verify(targets.signed, PAYEES, payees)
    except TrustError as err:
        raise NotSignedError(str(err)) from err
    for name, signed in ((ROOT, root.signed), (TARGETS, targets.signed), (PAYEES, payees.signed)):
        if signed.is_expired(now):
            raise NotSignedError(f"{name}: over since {signed.expires:%Y-%m-%d}")
    return _found(payees.signed.targets.get(payee_path(biller_id)), biller_id, dopa_code)


def _found(target: object, biller_id: str, dopa_code: int) -> SignedPayee:
    """Raises: NotSignedError."""
    try:
        found = msgspec.convert(getattr(target, "custom", None), SignedPayee)
    except msgspec.ValidationError:
        raise NotSignedError(f"{PAYEES}: {biller_id} is not signed") from None
    if found.biller_id != biller_id:
        raise NotSignedError(f"{PAYEES}: {biller_id} is not signed")
    if found.provinces and dopa_code not in found.provinces:
        raise NotSignedError(f"{PAYEES}: {biller_id} is for other provinces")
    return found
