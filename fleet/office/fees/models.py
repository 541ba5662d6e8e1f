"""Rules, yearly fees, their notices' revisions, letters and reminders.

Least data: a factory's address for reminders stands here with its purpose and ground, and is forgotten when it ends;
what was sent keeps no address and no text.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q

from fleet.office.models import Factory, Notice, Office


class SignedRuleError(TypeError):
    """Our own program tried to change a signed rule, or to take one away: a bug."""


class FeeRuleRows(models.QuerySet["FeeRule"]):
    """Rows of which the signed ones stay as they are."""

    def update(self, **changes: Any) -> int:
        """As ever, while none of the rows is signed. Raises: SignedRuleError."""
        if self.filter(signed_at__isnull=False).exists():
            raise SignedRuleError("a signed rule is never changed")
        return super().update(**changes)

    def delete(self) -> NoReturn:
        """Refused: a version keeps its number for ever."""
        raise SignedRuleError("a rule is never deleted")


class FeeRule(models.Model):
    """One version of the rules (``rules.FeeRules``). Without ``signed_by`` it is a draft, for samples only."""

    version = models.PositiveIntegerField(primary_key=True)
    document = models.JSONField()
    in_force_from = models.DateField()
    in_force_to = models.DateField(null=True)
    reason = models.CharField(max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)

    objects = FeeRuleRows.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=models.F("author"))),
                name="four_eyes_sign_a_rule",
            )
        ]

    def __str__(self) -> str:
        return f"rule {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps a draft, or its signature. Raises: SignedRuleError."""
        if not self._state.adding and FeeRule.objects.filter(pk=self.pk, signed_at__isnull=False).exists():
            raise SignedRuleError("a signed rule is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused."""
        raise SignedRuleError("a rule is never deleted")


class YearlyFee(models.Model):
    """The fee of one factory and year (C.E., of its due date), and the notice that asks for it.

    ``holds_until``: the last day on which the notice's amount is right; None when it grows no more.
    """

    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="yearly_fees")
    fee_year = models.PositiveSmallIntegerField()
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="yearly_fee")
    rule = models.ForeignKey(FeeRule, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    holds_until = models.DateField(null=True, db_index=True)
    months = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factory", "fee_year"], name="one_fee_a_year")]

    def __str__(self) -> str:
        return f"{self.factory_id} {self.fee_year}"


class NoticeRevision(models.Model):
    """What a notice asked for at a time; the latest is the notice itself. ``why``: made, surcharge or replaced."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField()
    lines = models.JSONField()
    as_of = models.DateField()
    rule = models.ForeignKey(FeeRule, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["notice", "revision"], name="each_revision_of_a_notice_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} r{self.revision}"


class LetterRun(models.Model):
    """Letters somebody asked for, printed in parts by whoever has time (``runs``)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="letter_runs")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    of_what = models.CharField(max_length=120, blank=True, default="")
    total = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"letters {self.pk}"


class LetterPart(models.Model):
    """One file of a run. ``pdf`` is forgotten after some days; the letters can be printed anew any time.

    ``claimed_until``: somebody works on it till then; after that whoever it was is dead.
    """

    run = models.ForeignKey(LetterRun, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    notice_nos = models.JSONField()
    count = models.PositiveIntegerField()
    claimed_by = models.CharField(max_length=16, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    pdf = models.BinaryField(null=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="each_part_of_a_run_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class PolicyRevision(models.Model):
    """A document of ``policy``: the nation's (``office`` None) or an office's. The latest is in force."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="fee_policies")
    document = models.JSONField()
    reason = models.CharField(max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"fee policy of {self.office_id or 'the nation'}"


class Contact(models.Model):
    """Where a factory wants to be reminded of its yearly fee, and of nothing else.

    ``ground``: on what ground it stands here (PDPA s. 24: the agency's task, with notice given; or consent asked for).
    An address that ends is deleted, not hidden.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", "อีเมล"
        LINE = "line", "LINE"

    class Ground(models.TextChoices):
        NOTICE = "notice", "แจ้งวัตถุประสงค์แล้ว (ม. 23, 24)"
        CONSENT = "consent", "ยินยอมเป็นหนังสือ"

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="fee_contacts")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=120)
    ground = models.CharField(max_length=8, choices=Ground.choices)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factory", "channel"], name="one_address_a_channel")]

    def __str__(self) -> str:
        return f"{self.channel} of {self.factory_id}"


class Reminder(models.Model):
    """One reminder of one notice by one channel: kept before it is sent, so that it is never sent twice.

    ``day``: of ``policy.Reminders.days``. A reminder found ``SENDING`` whose sender is dead becomes ``MAYBE``: it is
    not known to have arrived, and is not sent again. Neither address nor text is kept.
    """

    class State(models.TextChoices):
        SENDING = "sending", "กำลังส่ง"
        SENT = "sent", "ส่งแล้ว"
        MAYBE = "maybe", "อาจส่งแล้ว"
        WAITING = "waiting", "รอส่งใหม่"
        FAILED = "failed", "ส่งไม่ได้"
        TO_PRINT = "to-print", "รอพิมพ์"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="reminders")
    channel = models.CharField(max_length=8)
    day = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    tries = models.PositiveSmallIntegerField(default=0)
    begun_on = models.DateField(db_index=True)
    sending_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    amount_satang = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["notice", "channel", "day"], name="each_reminder_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.channel} {self.day:+d}"
