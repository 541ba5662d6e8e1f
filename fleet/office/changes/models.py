"""An office's records as its kiosks have them or will get them: every item once, where its last change stands."""

from __future__ import annotations

from django.db import models

from fleet.office.models import Office


class OfficeLog(models.Model):
    """What is true of an office's items as a whole; there is none until a kiosk has asked.

    ``generation`` names these items: cursors of another one begin anew. ``is_stale``: the records may have changed
    anywhere, and are compared with the items before the next page is drawn up. ``pruned_through``: items that went
    before this are forgotten, so a cursor before it cannot be gone on from.
    """

    office = models.OneToOneField(Office, on_delete=models.CASCADE, primary_key=True, related_name="log")
    generation = models.CharField(max_length=32)
    is_stale = models.BooleanField(default=True)
    pruned_through = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.office_id} {self.generation}"


class OfficeItem(models.Model):
    """One item, as JSON. ``seq`` is the office's revision that its last change made; ``gone``: there is none now."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    gone = models.BooleanField(default=False)
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind", "key"], name="one_row_an_item"),
            models.UniqueConstraint(fields=["office", "seq"], name="one_item_a_revision"),
        ]
        indexes = [
            models.Index(fields=["office", "seq"], condition=models.Q(gone=True), name="items_that_are_gone"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
