"""Cases with their steps and deeds, permits that expire, citizen manuals.

Rules: no applicant's name stands here, a case belongs to a factory, or to whoever holds its slip; its deeds are only
ever added. Days and fees of the sample manuals are samples (ตัวอย่าง); the real ones are the ministry's.
"""

from __future__ import annotations

from django.db import models

from fleet.office.models import Factory, Office
from fleet.office.ordering import ThaiOrder


class Manual(models.Model):
    """One version of a citizen manual (Licensing Facilitation Act 2558, section 7), of the whole nation.

    ``days``: working days from receipt to decision. ``steps`` and ``documents``: lists of label_th, label_en, days.
    """

    manual_id = models.SlugField(max_length=40, primary_key=True)
    name_th = models.CharField(max_length=80)
    name_order = ThaiOrder(of="name_th")
    name_en = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    days = models.PositiveSmallIntegerField()
    fee_th = models.CharField(max_length=80)
    fee_en = models.CharField(max_length=80)
    law_th = models.CharField(max_length=120)
    law_en = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    documents = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    sample = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_order", "-valid_from"]

    def __str__(self) -> str:
        return self.manual_id


class Case(models.Model):
    """Something somebody asked an office for. ``factory`` None: a person without one; only the slip leads to it then.

    ``entered_at``: when it came into the system; ``received_on``: the working day on which it counts as received
    (e-Performance Act 2565, section 10); ``due_on``: by when it is to be decided.
    """

    case_no = models.CharField(max_length=30, primary_key=True)
    token = models.CharField(max_length=64, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="cases")
    factory = models.ForeignKey(Factory, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    manual = models.ForeignKey(Manual, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    entered_at = models.DateTimeField()
    received_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    holder_th = models.CharField(max_length=60)
    holder_en = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True, default="")
    delay_told_on = models.DateField(null=True, blank=True)
    sample = models.BooleanField(default=True)

    class Meta:
        ordering = ["due_on", "case_no"]
        indexes = [models.Index(fields=["due_on"], condition=models.Q(closed_on__isnull=True), name="open_cases")]

    def __str__(self) -> str:
        return self.case_no


class CaseStep(models.Model):
    """A step of a case, in order."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    note_th = models.CharField(max_length=80, blank=True, default="")
    note_en = models.CharField(max_length=80, blank=True, default="")
    expected_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["case", "position"]
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="one_step_a_position")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.position}"


class CaseDocument(models.Model):
    """A document the manual asks for, as it was checked when the case was filed (Licensing Facilitation Act 2558,
    section 8: what is missing is written down once). ``received_on`` None: not there yet."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    position = models.PositiveSmallIntegerField()
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    received_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["case", "position"]
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="one_document_a_position")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.position}"


class CaseDeed(models.Model):
    """What was done to a case, when and by whom; never changed. ``by_name`` stays when the account is gone."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deeds")
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=20)
    detail = models.CharField(max_length=120, blank=True, default="")
    by_name = models.CharField(max_length=80)

    class Meta:
        ordering = ["case", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"


class Permit(models.Model):
    """A permit or licence of a factory, and until when it holds."""

    permit_no = models.CharField(max_length=40, primary_key=True)
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="permits")
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    expires_on = models.DateField()
    sample = models.BooleanField(default=True)

    class Meta:
        ordering = ["expires_on", "permit_no"]

    def __str__(self) -> str:
        return self.permit_no
