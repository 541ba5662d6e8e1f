"""Payments: what kiosks showed, and what banks confirmed. Confirmations are append-only."""

from __future__ import annotations

from django.db import models

from fleet.devices.models import Kiosk
from fleet.office.models import Notice
from fleet.payments.matching import Match


class Intent(models.Model):
    """A payment QR a kiosk has shown (``records.PaymentOpened``). The token opens the tracking page."""

    transaction_no = models.CharField(max_length=24, primary_key=True)
    tracking_token = models.CharField(max_length=64, unique=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="intents")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="intents")
    biller_id = models.CharField(max_length=15)
    ref1 = models.CharField(max_length=20, db_index=True)
    ref2 = models.CharField(max_length=20, blank=True)
    amount_satang = models.BigIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.transaction_no


class Confirmation(models.Model):
    """A bank's word that money arrived. The key is (bank, transaction id): said twice, it is kept once."""

    bank = models.CharField(max_length=10)
    transaction_id = models.CharField(max_length=40)
    biller_id = models.CharField(max_length=15)
    ref1 = models.CharField(max_length=20, db_index=True)
    ref2 = models.CharField(max_length=20, blank=True)
    amount_satang = models.BigIntegerField()
    paid_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    match = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Match])
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="confirmations")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["bank", "transaction_id"], name="each_transaction_once")]

    def __str__(self) -> str:
        return f"{self.bank} {self.transaction_id} {self.match}"
