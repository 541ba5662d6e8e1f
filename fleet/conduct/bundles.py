"""Makes known to the roll-outs which bundles the signed repository holds, by the conductor that leads.

Not here: whether a signature is good; publishing demanded that, and each kiosk looks for itself.
"""

from __future__ import annotations

import logging
import time

import msgspec
from django.conf import settings
from tuf.api.metadata import TargetFile, Targets

from fleet.protocol.trust import FIRMWARE, SignedFirmware
from fleet.rollouts.firmware import FirmwareError, known_firmware, only_signed
from fleet.trust.repository import Repository, TrustError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
"""A look reads the number of the newest file."""


class Bundles:
    """Only the conductor that leads may turn it."""

    def __init__(self) -> None:
        self._look_at_s = 0.0
        self._version = 0

    def turn(self) -> None:
        """Look whether somebody has published, if it is time to look."""
        now_s = time.monotonic()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_EVERY_S
        try:
            self._version = learn(Repository(settings.DATA_DIR / "trust"), self._version)
        except (TrustError, OSError) as err:
            log.error("the bundles of the trust repository cannot be read: %s", err)


def learn(repository: Repository, version: int) -> int:
    """Know the bundles of the firmware role, when it is not of ``version``; its version.

    Raises: TrustError, OSError when it cannot be read.
    """
    if not (repository.is_there and repository.has(FIRMWARE)):
        return version
    signed = repository.read(FIRMWARE, Targets).signed
    if signed.version == version:
        return version
    only_signed({found for path, target in signed.targets.items() if (found := _known(path, target))})
    return signed.version


def _known(path: str, target: TargetFile) -> str:
    """The manifest hash of a bundle that is known now; empty when it cannot be."""
    try:
        said = msgspec.convert(target.unrecognized_fields.get("custom", {}), SignedFirmware)
        firmware = known_firmware(said.version, said.manifest_hash, target.length, path, said.compatible)
    except (msgspec.ValidationError, FirmwareError) as err:
        log.error("%s is signed, and cannot be rolled out: %s", path, err)
        return ""
    return firmware.manifest_hash
