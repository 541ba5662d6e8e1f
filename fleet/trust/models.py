"""Certificates, enrolments under way, vouchers of machines expected, and who did what. No private key is kept here.

``Deed`` is append-only. A kiosk is named by its id: this app stands below the one that knows kiosks.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Origin(models.TextChoices):
    """How a certificate came to be."""

    QR = "qr", "QR"
    REQUEST = "request", "CSR"
    VOUCHER = "voucher", "voucher"
    RENEWAL = "renewal", "renewal"


class Certificate(models.Model):
    """One certificate of one kiosk. It admits from its issue until it is revoked or ends.

    ``serial`` in lower-case hexadecimal. ``proven_at``: when it was first used. ``enforced_at``: since when the broker
    refuses it, for one that is revoked.
    """

    serial = models.CharField(max_length=40, primary_key=True)
    kiosk_id = models.CharField(max_length=11, db_index=True)
    key_sha256 = models.CharField(max_length=64)
    pem = models.TextField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    origin = models.CharField(max_length=8, choices=Origin.choices)
    issued_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    enforced_at = models.DateTimeField(null=True, blank=True)
    superseded = models.BooleanField(default=False)

    class Meta:
        ordering = ["-issued_at", "serial"]
        indexes = [
            models.Index(
                fields=["revoked_at"],
                name="revoked_not_enforced",
                condition=models.Q(revoked_at__isnull=False, enforced_at__isnull=True),
            )
        ]
        constraints = [models.UniqueConstraint(fields=["key_sha256"], name="one_certificate_a_key")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.serial[:12]}"


class Stage(models.TextChoices):
    """How far an enrolment has come."""

    BEGUN = "begun", "begun"
    OPEN = "open", "open"
    CONFIRMED = "confirmed", "confirmed"
    REFUSED = "refused", "refused"


class Enrolment(models.Model):
    """One kiosk that wants in. Everything of the transcript, as the fleet saw it."""

    enrolment_id = models.CharField(max_length=26, primary_key=True)
    stage = models.CharField(max_length=9, choices=Stage.choices, default=Stage.BEGUN)
    csr = models.TextField()
    key_sha256 = models.CharField(max_length=64)
    ca_sha256 = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    fleet_nonce = models.CharField(max_length=32)
    kiosk_nonce = models.CharField(max_length=32, blank=True, default="")
    serial_number = models.CharField(max_length=64, blank=True, default="")
    version = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=45, db_index=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    certificate = models.ForeignKey(Certificate, null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.stage}"


class ExpectedMachine(models.Model):
    """A machine of a pre-authorised batch. ``voucher_key``: the public half of its voucher; the fleet has no other."""

    serial_number = models.CharField(max_length=64, primary_key=True)
    office_id = models.CharField(max_length=12)
    name_th = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    voucher_key = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.serial_number


class Deed(models.Model):
    """One line of the audit: who did what to whose identity, and what came of it. ``actor`` None: a machine."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=45, blank=True, default="")
    what = models.CharField(max_length=24)
    kiosk_id = models.CharField(max_length=11, blank=True, default="", db_index=True)
    about = models.CharField(max_length=64, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.what} {self.kiosk_id}"
