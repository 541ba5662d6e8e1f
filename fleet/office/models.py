"""What an office has on record: factories, who they belong to, folders and notices.

Rules: no ID number stands here. A company is its tax id, which is public; a person is a keyed hash (``OwnerHash``).
What is not known is null or UNKNOWN, never a guess. See ``decisions/0001-people-and-companies.md``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat, Lower, Replace

from fleet.office.ordering import ThaiOrder

WRITTEN_OTHERWISE = (("เเ", "แ"), *((f"ํ{tone}า", f"{tone}ำ") for tone in "่้๊๋"), ("ํา", "ำ"))
"""What looks the same on paper and comes from other keys, and how it is searched for."""


def _searched() -> Lower:
    text: Concat | Replace = Concat("old_no", Value("\n"), "name_th", Value("\n"), "name_en")
    for otherwise, usual in WRITTEN_OTHERWISE:
        text = Replace(text, Value(otherwise), Value(usual))
    return Lower(text)


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


class Company(models.Model):
    """A juristic person. Its tax id is public and begins with 0 (``thai.TaxId``), so it is nobody's ID number."""

    tax_id = models.CharField(max_length=13, primary_key=True)
    name_th = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(tax_id__startswith="0"), name="a_company_is_no_natural_person")
        ]

    def __str__(self) -> str:
        return self.name_th


class FactoryState(models.TextChoices):
    """What the register says of a factory (FFLAG 0 to 3)."""

    UNKNOWN = "unknown", "ไม่ทราบ"
    NOT_STARTED = "not-started", "ยังไม่เริ่มประกอบกิจการ"
    OPERATING = "operating", "ประกอบกิจการ"
    STRUCK_OFF = "struck-off", "จำหน่ายทะเบียน"
    STOPPED = "stopped", "หยุดประกอบกิจการ"


class Factory(models.Model):
    """A factory. ``factory_no`` is the 14-digit number; ``old_no`` the one on older licences, or empty."""

    factory_no = models.CharField(max_length=14, primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="factories")
    old_no = models.CharField(max_length=30, blank=True, default="", db_index=True)
    name_th = models.CharField(max_length=120)
    name_order = ThaiOrder(of="name_th")
    name_en = models.CharField(max_length=120)
    searched = models.GeneratedField(expression=_searched(), output_field=models.TextField(), db_persist=True)
    """Old number and names in one, in small letters: 72,000 of them are read in half the time of the three."""
    kind = models.PositiveSmallIntegerField(null=True, blank=True)
    """จำพวก 1, 2 or 3; the yearly fee is owed by 2 and 3."""
    activity = models.CharField(max_length=12, blank=True, default="")
    """The order of its activity, as ``22(3)``; without จำพวก."""
    horsepower = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    workers = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=FactoryState.choices, default=FactoryState.UNKNOWN)
    fee_anniversary = models.DateField(null=True, blank=True)
    """The day it began; the yearly fee falls due on this day and month."""
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="factories")
    """None: a natural person's, or not known. ``company_id`` is the tax id."""
    operator_th = models.CharField(max_length=120, blank=True, default="")
    """Whom letters address, if the register says; else it is the factory's name. Never sent to kiosks."""
    address_th = models.CharField(max_length=200, blank=True, default="")
    in_estate = models.BooleanField(default=False)
    """Stands in an industrial estate."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__isnull=True) | models.Q(kind__in=(1, 2, 3)), name="a_kind_is_1_2_or_3"
            )
        ]
        indexes = [
            models.Index(fields=["name_order", "factory_no"], name="factories_by_name"),
            models.Index(fields=["factory_no", "office"], name="offices_of_factories"),
        ]

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
    slot = models.CharField(max_length=20, blank=True, default="")

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
        indexes = [
            models.Index(
                fields=["due_on", "factory", "paid_at", "withdrawn_at", "amount_satang", "notice_no"],
                name="how_notices_stand",
            ),
        ]

    def __str__(self) -> str:
        return self.notice_no
