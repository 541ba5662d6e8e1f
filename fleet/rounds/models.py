"""What technicians did on their rounds. Append-only but for notes, which are forgotten (``notes``); the number is made
on the phone, so what is sent twice is one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fleet.devices.models import Kiosk


class Deed(models.Model):
    """One press of a button at, or on the way to, a kiosk.

    ``deed_id``: 32 hex digits of the phone. ``what``: a ``deeds.What``; ``kind``: of a command; ``fault``: a
    ``planning.Fault.key``; ``alert``: its number, no key, for an alert may be swept away. ``note``: what was done, in
    the technician's words, ID numbers masked, for as long as ``notes.KEPT``. ``pressed_at``: by our clock less the age
    the phone told. ``outcome``: a ``deeds.Outcome``. ``command_id``: of the command it became, which may have been
    asked before.
    """

    deed_id = models.CharField(max_length=32, primary_key=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="deeds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10)
    kind = models.CharField(max_length=20, blank=True, default="")
    fault = models.CharField(max_length=32, blank=True, default="")
    alert = models.PositiveBigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="")
    pressed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    command_id = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["-received_at", "deed_id"]
        indexes = [models.Index(fields=["kiosk", "what", "-pressed_at"], name="what_was_done_there")]

    def __str__(self) -> str:
        return f"{self.what} at {self.kiosk_id}"
