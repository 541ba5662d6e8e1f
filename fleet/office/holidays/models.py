"""Days on which offices are closed, besides weekends: the nation's, and those of one province."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from fleet.office.models import Province


class Holiday(models.Model):
    """A day off. ``province`` None: in the whole nation. ``source``: who said so, and where.

    Never deleted: a day taken away, or said otherwise, keeps its row with ``removed_at``, for deadlines were once
    reckoned by it.
    """

    on = models.DateField(db_index=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True, related_name="holidays")
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    sample = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "province_id", "pk"]  # by the column: joined to its table, a row could not be locked
        constraints = [
            models.UniqueConstraint(
                fields=["on"],
                condition=Q(province__isnull=True, removed_at__isnull=True),
                name="one_national_holiday_a_day",
            ),
            models.UniqueConstraint(
                fields=["on", "province"], condition=Q(removed_at__isnull=True), name="one_holiday_a_day_and_province"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name_th}"
