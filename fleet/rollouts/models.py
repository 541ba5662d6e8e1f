"""Firmware the fleet knows, roll-outs, their kiosks, and what happened to each. Written by this app only.

``Deed`` and ``MemberStep`` are append-only.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from fleet.devices.models import Kiosk, StagedSettings


class Firmware(models.Model):
    """A bundle in the signed repository; made by ``firmware.known_firmware``. ``target``: its path there.

    ``is_signed``: it was found there; one that was made known by hand is for trying things out.
    ``withdrawn_at``: it is no longer among the signed targets, and no kiosk would install it.
    """

    version = models.CharField(max_length=40)
    manifest_hash = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    target = models.CharField(max_length=200)
    compatible = models.CharField(max_length=80)
    notes = models.TextField(blank=True, default="")
    is_signed = models.BooleanField(default=False)
    known_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.version} {self.manifest_hash[:8]}"


class Kind(models.TextChoices):
    """What is rolled out."""

    FIRMWARE = "firmware", "เฟิร์มแวร์"
    SETTINGS = "settings", "การตั้งค่า"


class Rollout(models.Model):
    """One roll-out. ``plan`` is a ``plan.Plan`` as JSON, and never changes.

    ``state`` is a ``gating.RolloutState``, ``because`` a ``gating.Because``; ``released``: through which wave kiosks
    are asked. ``province``: whose roll-out it is (DOPA code), None the nation's. ``settings_key``, ``document``: of a
    settings roll-out for ever; ``staged`` only until it is adopted or dropped. ``forgiven``: failures gone on from, by
    wave. ``seen_through``: reports up to here are judged; ``stepped_at``: somebody led and listened then.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    firmware = models.ForeignKey(Firmware, null=True, on_delete=models.PROTECT)
    staged = models.ForeignKey(StagedSettings, null=True, on_delete=models.SET_NULL)
    settings_layer = models.CharField(max_length=10, blank=True, default="")
    settings_key = models.CharField(max_length=12, blank=True, default="")
    document: models.JSONField[Any, Any] = models.JSONField(null=True)
    province = models.PositiveSmallIntegerField(null=True)
    plan: models.JSONField[Any, Any] = models.JSONField()
    reason = models.CharField(max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    state_since = models.DateTimeField()
    because = models.CharField(max_length=10, blank=True, default="")
    released = models.PositiveSmallIntegerField(default=0)
    forgiven: models.JSONField[Any, Any] = models.JSONField(default=dict)
    seen_through = models.DateTimeField(null=True)
    stepped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="rollouts_by_state")]

    def __str__(self) -> str:
        return f"roll-out {self.pk}"


class Member(models.Model):
    """One kiosk of a roll-out; fields as in ``judging.Member``.

    ``why``: a ``planning.Why``. ``before_hash``: what ran when it was asked. ``wanted_revision``: of a settings
    roll-out, what it is to report.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="members")
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="rollouts")
    wave_no = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=12)
    place = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10)
    step = models.CharField(max_length=12, default="unknown")
    reason = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    step_since = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    before_hash = models.CharField(max_length=64, blank=True, default="")
    wanted_revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["wave_no", "place"]
        constraints = [models.UniqueConstraint(fields=["rollout", "kiosk"], name="once_a_rollout")]
        indexes = [models.Index(fields=["rollout", "state", "wave_no", "place"], name="members_by_state")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} in {self.rollout_id}"


class MemberStep(models.Model):
    """A line of a kiosk's time in a roll-out, as the fleet saw it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    state = models.CharField(max_length=10)
    step = models.CharField(max_length=12)
    reason = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.member_id} {self.state} {self.step}"


class Deed(models.Model):
    """What was done to a roll-out, by a person or (``by`` None) by itself."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="deeds")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=16)
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} {self.rollout_id}"


class KioskTag(models.Model):
    """A word a kiosk is picked by (``plan.TAG``)."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=30)

    class Meta:
        ordering = ["kiosk_id", "tag"]
        constraints = [models.UniqueConstraint(fields=["kiosk", "tag"], name="a_tag_once")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.tag}"
