"""Who wants to hear of what, what happened that somebody wants to hear of, and whether it was heard."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Kind(models.TextChoices):
    """What one may hear of. The names stay; more may come."""

    KIOSK_OFFLINE = "kiosk.offline", "ตู้ออฟไลน์"
    KIOSK_ONLINE = "kiosk.online", "ตู้กลับมาออนไลน์"
    PAYMENT_CONFIRMED = "payment.confirmed", "ธนาคารยืนยันการชำระ"
    CASE_MOVED = "case.moved", "เรื่องเดินหน้า"
    ALERT_OPENED = "alert.opened", "เปิดการแจ้งเตือน"
    ROLLOUT_ENDED = "rollout.ended", "การปล่อยรุ่นจบหรือหยุด"


TRIAL = "trial"
"""``Event.kind`` of what somebody sent to their own subscription to see that it arrives; nobody subscribes to it."""


class Subscription(models.Model):
    """Where to tell what. Its person hears nothing that a page would not show them at that moment.

    ``secret_no``: which of its secrets counts (``signing.secret_of``); ``ended_why``: by-person, by-admin, "gone",
    "given-up" or "token-over". ``paused_at``: since then what happens waits, at most 30 days. ``token_no``: of the
    token that made it, with which it is taken back or runs out; None: its person did, on a page.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=300)
    kinds: models.JSONField[Any, Any] = models.JSONField(default=list)
    provinces: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    secret_no = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    token_no = models.PositiveBigIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"


class Event(models.Model):
    """Something happened. ``dopa_code`` None: in no province. ``data`` holds nothing of any person."""

    kind = models.CharField(max_length=24, choices=Kind)
    about = models.CharField(max_length=60)
    dopa_code = models.PositiveSmallIntegerField(null=True, blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class State(models.TextChoices):
    """How it stands with one telling."""

    WAITING = "waiting", "รอส่ง"
    DELIVERED = "delivered", "ส่งถึงแล้ว"
    GIVEN_UP = "given-up", "เลิกส่ง"
    WITHHELD = "withheld", "ไม่มีสิทธิ์เห็น"


class Delivery(models.Model):
    """One event for one subscription. ``claimed_until``: somebody is at it until then; afterwards they are dead."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["subscription", "event"], name="each_event_told_once")]
        indexes = [models.Index(fields=["state", "next_at"], name="webhooks_due")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.subscription_id}: {self.state}"


class Try(models.Model):
    """One try: what was answered (``status`` 0: nothing was), or a word for why it could not be."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=40, blank=True, default="")
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.status} {self.why}"


class Absence(models.Model):
    """A kiosk of which it was told that it is offline; gone when it was told that it is back."""

    kiosk_id = models.CharField(max_length=20, primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kiosk_id} since {self.since}"
