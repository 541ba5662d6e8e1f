"""Channels with their named owners, what came in through them, and who was issued what at a kiosk.

Rules: no ID number stands here in the clear: a customer's data is sealed for the partner adapter
(``decisions/0001-sealed-for-the-ministry.md``). A ticket holds what was told and nothing about who told it; the holder
of its token follows it. A step is written once; who did it stays, by name, when the account is gone.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fleet.office.models import Office


class Channel(models.Model):
    """Something people may tell an office about, who answers for it by name, and within how many days.

    ``code`` is what kiosks and addresses call it. ``owner`` is the account that gets its tickets, if there is one.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="channels")
    code = models.SlugField(max_length=24)
    name_th = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner_name = models.CharField(max_length=80)
    deadline_days = models.PositiveSmallIntegerField(default=15)
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["office_id", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["office", "code"], name="one_channel_a_code"),
            models.CheckConstraint(
                condition=models.Q(deadline_days__gte=1) & models.Q(deadline_days__lte=365),
                name="a_deadline_is_1_to_365_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.code}"


class Ticket(models.Model):
    """What somebody told an office. ``number``: ``fleet.protocol.tickets``; ``token``: of its tracking page.

    ``kiosk_id`` is empty for the web. ``channel`` is None when the kiosk named one the office does not have.
    """

    number = models.CharField(max_length=21, primary_key=True)
    token = models.CharField(max_length=64, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tickets")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="tickets")
    kiosk_id = models.CharField(max_length=20, blank=True, default="")
    language = models.CharField(max_length=2, default="th")
    text = models.CharField(max_length=600)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner_name = models.CharField(max_length=80)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "opened_at"]
        indexes = [
            models.Index(fields=["office", "closed_at", "due_on"], name="ticket_queue"),
            models.Index(fields=["due_on"], condition=models.Q(closed_at__isnull=True), name="open_tickets"),
        ]

    def __str__(self) -> str:
        return self.number


class StepKind(models.TextChoices):
    """What happened to a ticket."""

    RECEIVED = "received", "รับเรื่องแล้ว"
    HANDED_OVER = "handed-over", "ส่งต่อ"
    ANSWERED = "answered", "ตอบแล้ว"
    CLOSED = "closed", "ปิดเรื่อง"


class TicketStep(models.Model):
    """One step. ``text`` of an answer or closing is for whoever told; of a handing over, for the office only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=80, blank=True, default="")
    text = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class RegistrationState(models.TextChoices):
    """How it stands with a registration. All but ``WAITING`` are its end."""

    WAITING = "waiting", "รอส่ง"
    REGISTERED = "registered", "ขึ้นทะเบียนแล้ว"
    DECLINED = "declined", "ไม่รับขึ้นทะเบียน"
    LAPSED = "lapsed", "ส่งไม่ทันกำหนด"


class Registration(models.Model):
    """Somebody asked to be registered as a customer of the ministry. ``sealed`` only the partner adapter can open.

    ``sealed`` is empty once the state is not ``WAITING``. ``tries``: how often it was sent; ``next_at``: when it may be
    sent again; ``held_by``: why it could not be passed on last (a ``partners.port.Why``, or "unreadable").
    ``customer_no``: the receipt number of the other side; ``passed_on_at``: when it answered, yes or no.
    """

    number = models.CharField(max_length=21, primary_key=True)
    token = models.CharField(max_length=64, blank=True, default="", db_index=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="registrations")
    kiosk_id = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    id_masked = models.CharField(max_length=20)
    phone_masked = models.CharField(max_length=20)
    sealed = models.TextField()
    state = models.CharField(max_length=12, choices=RegistrationState.choices, default=RegistrationState.WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(max_length=20, blank=True, default="")
    passed_on_at = models.DateTimeField(null=True, blank=True)
    customer_no = models.CharField(max_length=40, blank=True, default="")
    was_known = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="registrations_due")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(sealed=""), name="nothing_sealed_is_kept_after_its_end"
            )
        ]

    def __str__(self) -> str:
        return self.number


class PresenceKey(models.Model):
    """The public key a kiosk signs presence slips with (``decisions/0002-a-key-a-kiosk.md``), raw Ed25519 in hex."""

    key_id = models.CharField(max_length=16, primary_key=True)
    kiosk_id = models.CharField(max_length=20)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="presence_keys")
    public_key = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kiosk_id", "made_at"]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.key_id}"
