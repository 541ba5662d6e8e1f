"""Alerts and what happened to them, who is told what, and what left. Written by this app only.

Places are plain columns, not keys: an alert outlives its kiosk. ``Event`` and ``Attempt`` are append-only but for how
an attempt ended.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from fleet.alerts.findings import Matter, Place


class RuleRevision(models.Model):
    """A document of ``policy``: the nation's (``dopa_code`` None) or a province's. The latest is in force."""

    dopa_code = models.PositiveSmallIntegerField(null=True)
    document: models.JSONField[Any, Any] = models.JSONField()
    reason = models.CharField(max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"alert rules of {self.dopa_code or 'the nation'}"


class Alert(models.Model):
    """One trouble, from its opening to its end. ``key``: ``findings.Finding.key``; one is open at a time.

    ``condition``: of ``truth.Condition``; ``members``: some of the kiosks of one that stands for many. ``since``: when
    the trouble began; ``clear_since``: not seen since then, and over if it stays so. ``returns``: how often it came
    again. ``level``: who has been called (1 those nearest, 3 the nation), ``level_since`` when.
    ``matter``: whose business it is, a ``findings.Matter``.
    """

    key = models.CharField(max_length=80)
    rule = models.CharField(max_length=16)
    part = models.CharField(max_length=20, blank=True, default="")
    dopa_code = models.PositiveSmallIntegerField(null=True)
    office_id = models.CharField(max_length=5, blank=True, default="")
    kiosk_id = models.CharField(max_length=11, blank=True, default="", db_index=True)
    matter = models.CharField(max_length=8, default=Matter.MACHINES)
    sample = models.BooleanField(default=False)
    condition = models.CharField(max_length=10)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    members: models.JSONField[Any, Any] = models.JSONField(default=list)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    clear_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    acked_at = models.DateTimeField(null=True)
    acked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    acked_why = models.CharField(max_length=200, blank=True, default="")
    level = models.PositiveSmallIntegerField(default=1)
    level_since = models.DateTimeField()
    returns = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_at__isnull=True), name="one_open_alert_a_key")
        ]
        indexes = [
            models.Index(fields=["closed_at", "-opened_at"], name="alerts_by_end"),
            models.Index(fields=["dopa_code", "-opened_at"], name="alerts_of_a_province"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk} {self.key}"

    @property
    def place(self) -> Place:
        """Where."""
        return Place(self.dopa_code, self.office_id, self.kiosk_id)


class Event(models.Model):
    """A line of an alert's time: ``living.What``, or acked, muted. ``by`` None: by itself."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} {self.alert_id}"


class Maintenance(models.Model):
    """A place where somebody works: nothing opens and nobody is called until ``ends_at``, or until it was ended.

    ``office_id``, ``kiosk_id``: empty for a whole province. It always has an end.
    """

    dopa_code = models.PositiveSmallIntegerField()
    office_id = models.CharField(max_length=5, blank=True, default="")
    kiosk_id = models.CharField(max_length=11, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="maintenance_has_an_end")
        ]

    def __str__(self) -> str:
        return f"maintenance of {self.place.name}"

    @property
    def place(self) -> Place:
        """Where."""
        return Place(self.dopa_code, self.office_id, self.kiosk_id)


class Duty(models.Model):
    """When somebody may be called, and whether they want the day's digest. Without a row: the defaults.

    ``failing_any_time``: what is failing does not wait for these hours. ``quiet_until``: the hour's messages have left,
    and nothing more does before, but calls at once; those have all left until ``calls_quiet_until``, too.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="alert_duty"
    )
    from_hour = models.PositiveSmallIntegerField(default=8)
    to_hour = models.PositiveSmallIntegerField(default=18)
    days_off_too = models.BooleanField(default=False)
    failing_any_time = models.BooleanField(default=False)
    digest = models.BooleanField(default=True)
    quiet_until = models.DateTimeField(null=True)
    calls_quiet_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hour__lt=models.F("to_hour"), to_hour__lte=24), name="duty_has_hours"
            )
        ]

    def __str__(self) -> str:
        return f"duty of {self.person_id}"


class Channel(models.TextChoices):
    """By what a message goes."""

    LINE = "line", "LINE"
    MAIL = "mail", "อีเมล"
    WEBHOOK = "webhook", "webhook"


class Address(models.Model):
    """Where somebody is told. ``position``: tried in this order. ``secret``: signs webhooks, shown once.

    ``token_no``: of the token that made it, with which it is taken back, and silent once that has run out
    (``reaching``); None: its person did, on a page.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_addresses")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=200)
    secret = models.CharField(max_length=64, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    token_no = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["person_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "channel", "address"], name="an_address_once")]

    def __str__(self) -> str:
        return f"{self.channel} of {self.person_id}"


class Letter(models.Model):
    """One delivery to one person, of one message or of many summed up; ``key`` is the same at every try."""

    class State(models.TextChoices):
        SENDING = "sending", "กำลังส่ง"
        WAITING = "waiting", "รอส่งใหม่"
        SENT = "sent", "ส่งแล้ว"
        FAILED = "failed", "ส่งไม่ได้"
        WITHDRAWN = "withdrawn", "ถอนแล้ว"
        """All it held was taken back before it left again; its tries stay."""

    key = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    """Of one that waits, when it is tried again; of one that is being sent, when its sender must be dead."""

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "next_at"], name="letters_due")]

    def __str__(self) -> str:
        return f"letter {self.key}"


class Attempt(models.Model):
    """One try of a letter, written before it leaves: what is counted within the hour. ``ok`` None: not known.

    ``is_past``: it went past the hour's limit, as a call at once, and counts among those.
    """

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attempts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=8)
    at = models.DateTimeField()
    is_past = models.BooleanField(default=False)
    ok = models.BooleanField(null=True)
    detail = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["person", "-at"], name="attempts_of_a_person")]

    def __str__(self) -> str:
        return f"try of {self.letter_id}"


class Message(models.Model):
    """What one person is to be told; ``event`` None for a digest and for a trial. It leaves with a ``letter``.

    ``key`` makes it exist once. ``at_once``: a call that waits neither for its person's hours nor for room in their
    hour. ``withdrawn_at``: over before it left, or not theirs to see any more; of a letter whose tries all failed it
    leaves no more either.
    """

    key = models.CharField(max_length=60, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, null=True, related_name="messages")
    what = models.CharField(max_length=12)
    is_failing = models.BooleanField(default=False)
    at_once = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, null=True, related_name="messages")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["person", "not_before"],
                name="messages_that_wait",
                condition=Q(letter__isnull=True, withdrawn_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.key


class Sighting(models.Model):
    """How often a device of a kiosk failed on a day, and when that was counted last. ``what``: it, or tamper."""

    kiosk_id = models.CharField(max_length=11)
    what = models.CharField(max_length=20)
    day = models.DateField(db_index=True)
    count = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk_id", "what", "day"], name="a_sighting_a_day")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.what} {self.day}"


class Watch(models.Model):
    """How far was looked: the only row. ``through``: records counted; ``deaf_since``: the fleet hears nobody;
    ``hearing_since``: and hears again since; ``looked_at``: somebody looked then; ``digest_on``: of the last digest."""

    through = models.PositiveBigIntegerField(default=0)
    hearing_since = models.DateTimeField()
    deaf_since = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()
    digest_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"watched through {self.through}"
