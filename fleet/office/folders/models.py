"""Who takes folders and what happened to each: movements and stock-takings are only ever added.

Rules: no ID number stands here; an officer's card is a keyed hash under the office's key. A folder is named by its
number, not by a foreign key: what happened to it stays on record when it is taken off the register. ``at`` is the time
where it happened, ``received_at`` when the fleet heard of it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from fleet.office.models import Office


class Officer(models.Model):
    """An officer of an office who may take folders. ``card_hash`` is empty for one who has no card to show."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="officers")
    officer_no = models.CharField(max_length=12)
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True, default="")
    card_hash = models.CharField(max_length=64, blank=True, default="")
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["office_id", "officer_no"]
        constraints = [
            models.UniqueConstraint(fields=["office", "officer_no"], name="one_officer_a_number"),
            models.UniqueConstraint(
                fields=["office", "card_hash"],
                condition=~models.Q(card_hash="") & models.Q(left_at__isnull=True),
                name="one_officer_a_card",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_no} {self.name_th}"


class Deed(models.TextChoices):
    """What happened to a folder."""

    OUT = "out", "ยืมออก"
    IN = "in", "คืนที่"
    FOUND = "found", "พบที่ชั้นเมื่อตรวจนับ"


class Written(models.Model):
    """Written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only ever adds."""
        if not self._state.adding:
            raise TypeError("written once")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("written once")


class Movement(Written):
    """One thing that happened to one folder. ``kiosk_id`` is empty for the web, ``by`` empty for a kiosk.

    ``told_by_no``, ``told_by_name``: the officer who told a kiosk of it, where that was another; the name as the list
    of officers had it then. None where nobody else told.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="movements")
    folder_id = models.CharField(max_length=12)
    deed = models.CharField(max_length=8, choices=Deed.choices)
    officer_no = models.CharField(max_length=12)
    officer_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    kiosk_id = models.CharField(max_length=20, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    told_by_no = models.CharField(max_length=12, null=True, blank=True)  # None: nobody else told
    told_by_name = models.CharField(max_length=80, null=True, blank=True)

    class Meta:
        ordering = ["at", "kiosk_id", "id"]
        indexes = [models.Index(fields=["folder_id", "at"], name="movements_of_a_folder")]

    def __str__(self) -> str:
        return f"{self.folder_id} {self.deed}"


class Standing(models.Model):
    """How a folder stands after all its movements: made from them, and made again whenever one more is known."""

    folder_id = models.CharField(max_length=12, primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    out_to = models.CharField(max_length=12, blank=True, default="")
    out_to_name = models.CharField(max_length=80, blank=True, default="")
    out_since = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_shelf = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["office", "out_since"], name="folders_that_are_out")]

    def __str__(self) -> str:
        return self.folder_id


class StockTaking(Written):
    """One walk along a shelf. The lists hold folder numbers: ``extra`` are none of this office's register."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="stock_takings")
    room = models.CharField(max_length=20)
    cabinet = models.CharField(max_length=20)
    shelf = models.CharField(max_length=20)
    officer_no = models.CharField(max_length=12)
    officer_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    kiosk_id = models.CharField(max_length=20, blank=True, default="")
    scanned = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    misplaced = models.JSONField(default=list)
    extra = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.room}/{self.cabinet}/{self.shelf}"
