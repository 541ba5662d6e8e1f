"""Kiosks, what they said, what they should run, and what is to be sent to them.

``Record`` and ``SettingsRevision`` are append-only.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from fleet.office.models import Office


class Kiosk(models.Model):
    """One kiosk. ``settings_revision`` is that of its stack of layers as a whole, and only grows.

    ``staged``: the document it has before others, in the place of its layer's. ``firmware``: the ``FirmwareDesired``
    it is told, as it is on the wire; None while no roll-out has asked anything of it.
    """

    kiosk_id = models.CharField(max_length=11, primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="kiosks")
    name_th = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    settings_revision = models.PositiveIntegerField(default=0)
    desired_at = models.DateTimeField(null=True, blank=True)
    staged = models.ForeignKey("StagedSettings", null=True, blank=True, on_delete=models.PROTECT, related_name="kiosks")
    firmware: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["kiosk_id"]

    def __str__(self) -> str:
        return self.kiosk_id


class KioskState(models.Model):
    """What a kiosk last said of itself; written by ingest only. The JSON columns hold the messages as they came.

    ``status_session_no`` and ``status_no`` are those of ``status``: one that does not count further comes late. Its
    session may be the next one, whose birth another worker of ingest still has; ``session_no`` is of the last birth,
    ``session_no_max`` the highest of all births: a kiosk whose disk was wiped begins anew.
    ``said_rank``: the rank of ``truth.said_of(status)``, so that a database can count and order kiosks (``standing``).
    ``boots``: see ``fleet.ingest.births``. ``used_twice_at``: when it was last seen that the kiosk's identity is used
    in two places; taken back by a new identity only (``admitting``).
    """

    kiosk = models.OneToOneField(Kiosk, on_delete=models.CASCADE, primary_key=True, related_name="state")
    session_no = models.PositiveBigIntegerField(default=0)
    session_no_max = models.PositiveBigIntegerField(default=0)
    boot_id = models.CharField(max_length=64, blank=True, default="")
    alive = models.BooleanField(default=False)
    version = models.CharField(max_length=40, blank=True, default="")
    heard_at = models.DateTimeField(null=True, blank=True)
    status: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    said_rank = models.PositiveSmallIntegerField(default=3)
    status_session_no = models.PositiveBigIntegerField(default=0)
    status_no = models.PositiveBigIntegerField(default=0)
    reported: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    converged_at = models.DateTimeField(null=True, blank=True)
    spool_id = models.CharField(max_length=32, blank=True, default="")
    committed_through = models.PositiveBigIntegerField(default=0)
    boots: models.JSONField[Any, Any] = models.JSONField(default=list)
    used_twice_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"state of {self.kiosk_id}"


class Record(models.Model):
    """One record of a kiosk's spool; the three first columns make it arrive exactly once."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="records")
    spool_id = models.CharField(max_length=32)
    no = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    body: models.JSONField[Any, Any] = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["kiosk", "spool_id", "no"], name="each_record_once")]
        indexes = [
            models.Index(fields=["kiosk", "-id"], name="latest_of_a_kiosk"),
            models.Index(fields=["kind", "received_at"], name="a_kind_as_it_came"),
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.spool_id}/{self.no} {self.kind}"


class Layer(models.TextChoices):
    """The layers of settings, the later ones winning."""

    NATIONAL = "national", "ประเทศ"
    PROVINCE = "province", "จังหวัด"
    OFFICE = "office", "สำนักงาน"
    KIOSK = "kiosk", "เครื่อง"


class SettingsRevision(models.Model):
    """One revision of one layer's document. ``key``: empty, DOPA code, office id, or kiosk id.

    ``restores``: the earlier revision whose document this one puts back (0: the layer that says nothing).
    """

    layer = models.CharField(max_length=10, choices=Layer.choices)
    key = models.CharField(max_length=12, blank=True, default="")
    revision = models.PositiveIntegerField()
    document: models.JSONField[Any, Any] = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    restores = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["layer", "key", "revision"], name="one_document_a_revision")]

    def __str__(self) -> str:
        return f"{self.layer} {self.key} {self.revision}"

    @property
    def stands_for(self) -> int:
        """The revision that brought this document first; 0 for none."""
        return self.revision if self.restores is None else self.restores


class StagedSettings(models.Model):
    """A document on its way into a layer: for now only the kiosks that name it have it. One a layer at a time.

    ``revision``: the layer's that it will be.
    """

    layer = models.CharField(max_length=10, choices=Layer.choices)
    key = models.CharField(max_length=12, blank=True, default="")
    revision = models.PositiveIntegerField()
    document: models.JSONField[Any, Any] = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "key"], name="one_staged_a_layer")]

    def __str__(self) -> str:
        return f"{self.layer} {self.key} {self.revision}, staged"


class PlannedSettings(models.Model):
    """A change of a layer that somebody wants and that is not in force: it waits for another person, for its time, or
    for both. What becomes of it stands here for good; ``fleet.acting.planning`` writes it.

    ``base``: the revision it was made from (0: the layer said nothing). ``restores`` as in ``SettingsRevision``.
    ``takes_effect_at`` None: as soon as another has agreed. ``dopa_code``: whose layer it is; None the nation's.
    ``problem``: why it failed, a word and what it is about, a line each. ``brought``: the revision it became.
    """

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", "รอคนที่สอง"
        PLANNED = "planned", "รอเวลา"
        DONE = "done", "มีผลแล้ว"
        REFUSED = "refused", "ไม่เห็นด้วย"
        WITHDRAWN = "withdrawn", "ยกเลิก"
        EXPIRED = "expired", "หมดเวลา"
        FAILED = "failed", "ทำไม่ได้"

    layer = models.CharField(max_length=10, choices=Layer.choices)
    key = models.CharField(max_length=12, blank=True, default="")
    dopa_code = models.PositiveSmallIntegerField(null=True, blank=True)
    base = models.PositiveIntegerField()
    document: models.JSONField[Any, Any] = models.JSONField()
    restores = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    in_waves = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    takes_effect_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_because = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=400, blank=True, default="")
    brought = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["layer", "key", "-id"], name="planned_for_a_layer"),
            models.Index(fields=["state", "takes_effect_at"], name="planned_by_its_time"),
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.key} {self.pk}, {self.state}"


class Outgoing(models.Model):
    """A message to a kiosk that waits to be published; written with the change it tells of, deleted once sent.

    ``expires_at``: after this it is not published any more, nor kept by the broker for a kiosk that is away.
    ``correlation``: the MQTT correlation data of a command.
    """

    topic = models.CharField(max_length=80)
    payload = models.BinaryField()
    retain = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    correlation = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.topic


class KioskCommand(models.Model):
    """What somebody asked of a kiosk, and how it ended: the audit of commands, written by ``commanding`` only.

    ``done`` is None until the kiosk has answered. ``attachment``: what it brought, of ``media_type``.
    """

    command_id = models.CharField(max_length=40, primary_key=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="commands")
    kind = models.CharField(max_length=20)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    done = models.BooleanField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True, default="")
    media_type = models.CharField(max_length=40, blank=True, default="")
    attachment = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["kiosk", "-asked_at"], name="latest_commands")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.kiosk_id}"


class Lease(models.Model):
    """Who leads, until when: the row that lets one of many conductors act."""

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
