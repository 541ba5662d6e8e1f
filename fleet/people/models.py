"""A person's role, and the province it is for. Default deny: without a row here an account sees nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Role(models.TextChoices):
    """Roles; what each may do stands in ``scope``."""

    TECHNICIAN = "technician", "ช่างภาคสนาม"
    OFFICER = "officer", "เจ้าหน้าที่"
    PROVINCIAL_ADMIN = "provincial-admin", "ผู้ดูแลจังหวัด"
    NATIONAL_ADMIN = "national-admin", "ผู้ดูแลประเทศ"
    TREASURY = "treasury-officer", "เจ้าหน้าที่การเงิน"
    AUDITOR = "auditor", "ผู้ตรวจสอบ"


OF_THE_NATION = frozenset({Role.NATIONAL_ADMIN, Role.TREASURY, Role.AUDITOR})
"""Roles that may be for the whole nation; a national admin's always is."""


class Membership(models.Model):
    """One role of one account. ``dopa_code`` names the province; None is the whole nation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    dopa_code = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=32, blank=True, default="")
    """Empty: given here, by hand. Otherwise the sign-on whose groups say so; it takes back what it gave."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "dopa_code"], name="one_row_a_role", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(dopa_code__isnull=False, role__in=[r for r in Role if r != Role.NATIONAL_ADMIN])
                | models.Q(dopa_code__isnull=True, role__in=sorted(OF_THE_NATION)),
                name="who_has_no_province",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.dopa_code or ''}".strip()


class SignIn(models.Model):
    """One session of one account, so that it can be shown and ended. It lasts while Django's session of that key does.

    ``way``: how its person came in; ``browser`` as that called itself.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    way = models.CharField(max_length=12)
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.way} {self.began_at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """A link by which somebody chooses their password, once. Of its secret only the hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"


class Proposal(models.Model):
    """That an account is to become a national admin's: one proposes, another agrees or does not."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proposals")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(decided_at__isnull=True), name="one_open_proposal_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.asked_at:%Y-%m-%d}"


class FactorReset(models.Model):
    """That an account's second factor is to be taken away, or was. ``asked_by`` None: at the server's command line."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factor_resets")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(decided_at__isnull=True), name="one_open_reset_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.asked_at:%Y-%m-%d}"
