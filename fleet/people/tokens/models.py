"""Tokens of people. The secret itself stands nowhere: its hash finds it, and it is shown once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Token(models.Model):
    """One token. ``start`` is of its text, by which a person tells it from others; ``rights``: of ``rights.RIGHTS``.

    ``provinces``: DOPA codes it is narrowed to; None: wherever the person is. ``ended_at``: when it was taken back.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list)
    provinces = models.JSONField(null=True, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.start}… of {self.person_id}"


class Answered(models.Model):
    """The answer to a POST that brought a key of its own, so that who heard nothing may send it again.

    ``whose``: hash of what was shown for a token; ``asked``: hash of address and body.
    """

    whose = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["whose", "key"], name="each_key_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
