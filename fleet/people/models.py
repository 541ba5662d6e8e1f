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
