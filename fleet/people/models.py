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


class Membership(models.Model):
    """One role of one account. ``dopa_code`` names the province; None is the whole nation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    dopa_code = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "dopa_code"], name="one_row_a_role", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(dopa_code__isnull=False) | models.Q(role=Role.NATIONAL_ADMIN),
                name="only_national_admins_have_no_province",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.dopa_code or ''}".strip()
