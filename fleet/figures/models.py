"""Counts by day, and the same added up, so that a page adds up no year. Nothing here tells of a person, or one visit.

A sum's ``place`` is a DOPA code, or ``NATION``; its ``period`` a month as ``2026-11`` or a year as ``2026``. A province
has both, the nation its months.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from fleet.devices.models import Kiosk
from fleet.office.models import Office

NATION = 0


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


class PaperDay(models.Model):
    """How many slips a kiosk's roll was still good for when it last said so on a day (``paper``)."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    slips_left = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "day"], name="one_paper_a_kiosk_and_day")]
        indexes = [models.Index(fields=["day"], name="paper_by_day")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.day} {self.slips_left}"


class VisitSum(models.Model):
    """The visits of a place, period, service and outcome."""

    place = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=7)
    service = models.CharField(max_length=31)
    outcome = models.CharField(max_length=20)
    visits = models.PositiveIntegerField(default=0)
    durations: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "place", "service", "outcome"], name="one_sum_a_kind")]

    def __str__(self) -> str:
        return f"{self.place} {self.period} {self.service} {self.outcome}"


class UptimeSum(models.Model):
    """How often the fleet looked at the kiosks of a place in a period, and how often they were there."""

    place = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=7)
    looked = models.PositiveBigIntegerField(default=0)
    there = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "place"], name="one_sum_a_place_and_period")]

    def __str__(self) -> str:
        return f"{self.place} {self.period}"


class PaidSum(models.Model):
    """What paid notices of a place in a period of the banks' days, less what was taken back (``paid``)."""

    place = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=7)
    payments = models.BigIntegerField(default=0)
    paid_satang = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "place"], name="one_paid_a_place_and_period")]

    def __str__(self) -> str:
        return f"{self.place} {self.period}"


class Counted(models.Model):
    """How far the records have been counted, and the moves of the ledger; one row."""

    through = models.PositiveBigIntegerField(default=0)
    posted_through = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"through {self.through}"
