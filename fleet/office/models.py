"""What an office has on record. No ID number stands here: a person is a keyed hash (``OwnerHash``)."""

from __future__ import annotations

from django.db import models


class Province(models.Model):
    """One of 77; Bangkok (10) has no provincial office."""

    dopa_code = models.PositiveSmallIntegerField(primary_key=True)
    iso_code = models.CharField(max_length=5)
    name_th = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    region = models.CharField(max_length=20)

    class Meta:
        ordering = ["dopa_code"]

    def __str__(self) -> str:
        return self.name_th


class Office(models.Model):
    """An office. ``revision`` grows with every change of its records; ``hash_key`` is the key of its owners' hashes."""

    office_id = models.CharField(max_length=5, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="offices")
    name_th = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    hash_key = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name_th


class Factory(models.Model):
    """A factory."""

    factory_no = models.CharField(max_length=14, primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="factories")
    old_no = models.CharField(max_length=30, blank=True, default="")
    name_th = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name_th


class OwnerHash(models.Model):
    """A person who may act for a factory, as a keyed hash of the ID number."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="owner_hashes")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factory", "hash"], name="one_row_an_owner")]

    def __str__(self) -> str:
        return f"owner of {self.factory_id}"


class Folder(models.Model):
    """A paper folder and its place."""

    folder_id = models.CharField(max_length=12, primary_key=True)
    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="folders")
    room = models.CharField(max_length=20)
    cabinet = models.CharField(max_length=20)
    shelf = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.folder_id


class Notice(models.Model):
    """A notice to pay. ``lines``: [{label_th, label_en, amount_satang}], adding up to ``amount_satang``.

    ``withdrawn_at``: from then on it is not to be paid, and kiosks no longer show it.
    """

    notice_no = models.CharField(max_length=20, primary_key=True)
    reference = models.CharField(max_length=15, unique=True)
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="notices")
    item_th = models.CharField(max_length=80)
    item_en = models.CharField(max_length=80)
    lines = models.JSONField(default=list)
    amount_satang = models.BigIntegerField()
    due_on = models.DateField()
    paid_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=200, blank=True, default="")
    sample = models.BooleanField(default=True)

    class Meta:
        ordering = ["due_on", "notice_no"]

    def __str__(self) -> str:
        return self.notice_no
