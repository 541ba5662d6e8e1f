"""The trail: one row for everything somebody saw of other people, and for everything somebody did."""

from __future__ import annotations

from django.db import models

from fleet.audit.written_once import AppendOnly


class Kind(models.TextChoices):
    """What a line tells of."""

    SAW = "saw", "เปิดดู"
    DID = "did", "ทำ"
    REFUSED = "refused", "ถูกปฏิเสธ"
    CAME = "came", "เข้าออกระบบ"


class Entry(AppendOnly):
    """One line. Names stand as they were: accounts may be renamed. Written by ``trail.write`` only.

    ``number`` counts from 1 without gaps. ``by_id`` None: nobody signed in (a public page), or a program. ``what`` is
    the route's name or a command's. ``said``: more of it, as compact JSON. ``dopa_code`` None: no province's.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=45, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=120, blank=True)
    dopa_code = models.PositiveSmallIntegerField(null=True)
    said = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["by_name", "-number"], name="audit_by"),
            models.Index(fields=["about", "-number"], name="audit_about"),
            models.Index(fields=["what", "-number"], name="audit_what"),
            models.Index(fields=["dopa_code", "-number"], name="audit_where"),
            models.Index(fields=["at"], name="audit_when"),
            models.Index(fields=["kind", "-number"], name="audit_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.what} {self.about}".strip()
