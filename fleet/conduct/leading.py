"""The lease: of many conductors one does a thing. Whoever holds it renews it at half its time; killed, it runs out."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from fleet.devices.models import Lease

LEASE_S = 6.0
"""After a leader was killed nobody leads for so long; a revocation is to be enforced within 10 s all the same."""

LEASE_CREDIBLE_S = 60.0
"""One that ends later was given before the clock was set back; two machines' clocks differ by far less."""


class Leading:
    """One holder's claim to one lease."""

    def __init__(self, name: str, holder: str) -> None:
        self._name, self._holder = name, holder
        self._until_s = 0.0

    def leads(self) -> bool:
        """Whether the lease is ours; it is taken or renewed at half its time."""
        if time.monotonic() < self._until_s - LEASE_S / 2:
            return True
        now = timezone.now()
        until = now + timedelta(seconds=LEASE_S)
        with transaction.atomic():
            lease, fresh = Lease.objects.select_for_update().get_or_create(
                name=self._name, defaults={"holder": self._holder, "until": until}
            )
            is_held = now < lease.until <= now + timedelta(seconds=LEASE_CREDIBLE_S)
            if not fresh and lease.holder != self._holder and is_held:
                return False
            Lease.objects.filter(pk=lease.pk).update(holder=self._holder, until=until)
        self._until_s = time.monotonic() + LEASE_S
        return True

    def doubt(self) -> None:
        """Ask the database again before acting: it could not be used."""
        self._until_s = 0.0

    def give_up(self) -> None:
        """Let the next one lead at once; if that cannot be said, the lease runs out."""
        with contextlib.suppress(OperationalError, InterfaceError):
            Lease.objects.filter(name=self._name, holder=self._holder).delete()
