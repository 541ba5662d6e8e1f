"""Signs snapshot and timestamp of the trust repository anew, in time: by the conductor that leads.

Not here: the keys of people; what those have signed and comes to its end is only told, once a day, to whoever reads the
log. A fleet without a repository has nothing to sign.
"""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.utils import timezone

from fleet.trust.keys import KeyFileError
from fleet.trust.repository import Repository, TrustError
from fleet.trust.roles import ONLINE
from fleet.trust.standing import standings

log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
"""A timestamp is good for a day and signed anew at half of that; a look reads some small files."""

TELL_EVERY_S = 24 * 3600.0


class Resigning:
    """Only the conductor that leads may turn it."""

    def __init__(self) -> None:
        self._look_at_s = 0.0
        self._tell_at_s = 0.0

    def turn(self) -> None:
        """Look whether it is time to, if it is time to look; takes milliseconds."""
        now_s = time.monotonic()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_EVERY_S
        repository = Repository(settings.DATA_DIR / "trust")
        if not repository.is_there:
            return
        try:
            if repository.freshen(timezone.now()):
                log.info("the trust repository's timestamp is signed anew")
            if now_s >= self._tell_at_s:
                self._tell_at_s = now_s + TELL_EVERY_S
                self._tell(repository)
        except (TrustError, KeyFileError, OSError) as err:
            log.error("the trust repository cannot be signed anew: %s", err)

    def _tell(self, repository: Repository) -> None:
        for each in standings(repository, timezone.now()):
            if each.role in ONLINE:
                continue
            if each.problem:
                log.error("kiosks do not believe %s: %s", each.role, each.problem)
            elif each.is_soon:
                log.warning("%s is over at %s: `fleet trust renew %s`", each.role, each.expires, each.role)
