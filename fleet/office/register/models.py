"""Runs of the import, what each found and would do, and what each changed, so that it can be undone.

Rules: no ID number, and nothing of the file but what is said here: the file itself is deleted once it was checked.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fleet.office.models import Office


class Stage(models.TextChoices):
    """Where a run stands; stored before the work of it begins.

    Stopped: a fault of ours ended it half-way. It is put aside until somebody asks for it again, then goes on.
    """

    WAITING = "waiting", "รอตรวจ"
    CHECKING = "checking", "กำลังตรวจ"
    CHECKED = "checked", "ตรวจแล้ว"
    APPLYING = "applying", "กำลังนำเข้า"
    DONE = "done", "นำเข้าแล้ว"
    UNDOING = "undoing", "กำลังย้อนกลับ"
    UNDONE = "undone", "ย้อนกลับแล้ว"
    FAILED = "failed", "อ่านไฟล์ไม่ได้"
    IMPORT_STOPPED = "stop-apply", "นำเข้าไม่จบ"
    UNDO_STOPPED = "stop-undo", "ย้อนกลับไม่จบ"


class Run(models.Model):
    """One file, from its dry run to its being undone."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True, related_name="register_runs")
    """None: the whole nation's."""
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    path = models.CharField(max_length=200, blank=True, default="")
    """Where the file waits to be checked; empty once it is."""
    encoding = models.CharField(max_length=12, blank=True, default="")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    worker = models.CharField(max_length=32, blank=True, default="")
    """Who checks; another that comes later puts its own mark here, and the first one stops."""
    heard_at = models.DateTimeField(null=True, blank=True)
    """When who checks was last heard of."""
    refusal = models.CharField(max_length=20, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by_name = models.CharField(max_length=150, blank=True, default="")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_name = models.CharField(max_length=150, blank=True, default="")
    lines = models.PositiveIntegerField(default=0)
    """Lines that say something."""
    tries = models.PositiveSmallIntegerField(default=0)
    """By how many processes the check, or the batch that is due, was begun and not brought to its end."""
    progress = models.PositiveIntegerField(default=0)
    """Of the stage: lines read or decided, rows applied, changes undone."""
    progress_of = models.PositiveIntegerField(default=0)
    """What ``progress`` goes up to; 0 while that is not known."""
    cursor = models.BigIntegerField(default=0)
    """The last row applied, or the last change undone; in the same transaction as the work."""
    actions = models.JSONField(default=dict)
    """What the dry run decided: ``deciding.Action`` to a number of lines."""
    kinds = models.JSONField(default=dict)
    """What it found: ``findings.Kind`` to a number."""
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    went_back = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)
    """Changes that were not undone, because something had changed since."""

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name} {self.stage}"


class Row(models.Model):
    """A line that would change the register; gone once it is applied. ``candidate``: ``reading.Candidate`` as JSON."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rows")
    factory_no = models.CharField(max_length=14)
    candidate = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.factory_no}"


class Found(models.Model):
    """A finding of the dry run; ``findings.Finding`` as a row."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="found")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    column = models.CharField(max_length=60, blank=True, default="")
    value = models.CharField(max_length=60, blank=True, default="")
    other = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["run", "line"]), models.Index(fields=["run", "kind", "line"])]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.line} {self.kind}"


class Change(models.Model):
    """What a run did to one factory. ``before`` and ``after`` hold only the fields that changed.

    A factory that was not there before: ``is_new``, and ``after`` holds all of it.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes")
    factory_no = models.CharField(max_length=14)
    is_new = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    added_hash = models.CharField(max_length=64, blank=True, default="")
    """The owner this run added."""
    made_company = models.CharField(max_length=13, blank=True, default="")
    """The company this run added."""
    stayed = models.BooleanField(default=False)
    """Undone in vain: something had changed since."""

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "factory_no"], name="one_change_a_factory_and_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.factory_no}"
