"""The systems that are set up, how well each has answered, and what of persons was sent. No token stands here, and
nothing that was asked."""

from __future__ import annotations

from django.db import models

from fleet.partners.breaker import Breaker
from fleet.partners.port import System


class Partner(models.Model):
    """One system. ``failures`` and ``rests_until`` are its breaker, shared by all who ask."""

    system = models.CharField(max_length=20, primary_key=True, choices=[(each.value, each.value) for each in System])
    address = models.CharField(max_length=200, blank=True, default="")
    is_on = models.BooleanField(default=False)
    timeout_s = models.PositiveSmallIntegerField(default=4)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_ms = models.PositiveIntegerField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_why = models.CharField(max_length=20, blank=True, default="")
    failed_detail = models.CharField(max_length=100, blank=True, default="")

    def __str__(self) -> str:
        return self.system

    @property
    def breaker(self) -> Breaker:
        """Its breaker as it stands."""
        return Breaker(self.failures, self.rests_until)


class Disclosure(models.Model):
    """That something about a person was sent to a system: when, which ``fields`` by name, for whom (a kiosk's id, a
    registration's number), in which province's office (``dopa_code``, as it was then), and what came of it. Never a
    value, and never what was answered."""

    ANSWERED = "answered"
    SENT = "sent"
    """Sent, and we do not know what came of it: whoever asked has died meanwhile."""

    system = models.CharField(max_length=20, choices=[(each.value, each.value) for each in System])
    at = models.DateTimeField()
    fields = models.CharField(max_length=100)
    asked_for = models.CharField(max_length=40)
    dopa_code = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=20, default=SENT)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["system", "-at"], name="disclosures_of_a_system")]

    def __str__(self) -> str:
        return f"{self.system} {self.at:%Y-%m-%d}"
