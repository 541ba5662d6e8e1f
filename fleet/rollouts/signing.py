"""Whether settings that a roll-out brings are signed by those who must, where any must. Reads the published metadata.

Not here: verifying it, which publishing did and every kiosk does; and what is signed (``devices.signed_layers``).
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from fleet.devices.models import StagedSettings
from fleet.devices.signed_layers import coming_layer, target_of
from fleet.protocol.trust import TARGETS, SignedLayer

log = logging.getLogger(__name__)


def is_awaited(staged: StagedSettings, trust: Path) -> bool:
    """Whether kiosks would refuse this document, because whose word counts on it has not signed it yet.

    ``trust``: the folder of the repository. One that cannot be read is awaited, too: kiosks could not read it either.
    """
    # Imported here: a process that steps no settings does without the library.
    from tuf.api.metadata import Targets

    from fleet.trust.repository import Repository, TrustError, delegations_of

    repository, (role, path) = Repository(trust), target_of(staged)
    try:
        if not repository.is_there or role not in delegations_of(repository.read(TARGETS, Targets).signed):
            return False
        target = repository.read(role, Targets).signed.targets.get(path)
        signed = msgspec.convert(target.custom, SignedLayer) if target is not None else None
    except (TrustError, msgspec.ValidationError) as err:
        log.error("settings wait to be rolled out, what %s has signed cannot be read: %s", role, err)
        return True
    return signed is None or signed.coming != coming_layer(staged)
