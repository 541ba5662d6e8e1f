"""Counts by day. Nothing here tells of a person, or of one visit."""

from __future__ import annotations

from typing import Any

from django.db import models

from fleet.devices.models import Kiosk
from fleet.office.models import Office


class VisitDay(models.Model):
    """The visits of one office, day, service and outcome. ``durations``: see ``durations``."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    service = models.CharField(max_length=31)
    outcome = models.CharField(max_length=20)
    visits = models.PositiveIntegerField(default=0)
    durations: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day", "service", "outcome"], name="one_row_a_kind")]
        indexes = [models.Index(fields=["day"], name="visits_by_day")]

    def __str__(self) -> str:
        return f"{self.office_id} {self.day} {self.service} {self.outcome}"


class UptimeDay(models.Model):
    """How often the fleet looked at a kiosk on a day, and how often it was there."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    looked = models.PositiveIntegerField(default=0)
    there = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "day"], name="one_row_a_kiosk_and_day")]
        indexes = [models.Index(fields=["day"], name="uptime_by_day")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.day}"


class Counted(models.Model):
    """How far the records have been counted; one row."""

    through = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"through {self.through}"
