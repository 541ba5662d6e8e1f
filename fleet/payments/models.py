"""Payments: what kiosks showed, what banks said, what officers decided, and the ledger. All but ``Intent`` is written
once (``append_only``)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fleet.devices.models import Kiosk
from fleet.office.models import Notice, Office
from fleet.payments.append_only import AppendOnly
from fleet.payments.banks.port import Kind, Proof
from fleet.payments.ledger import Account, Deed
from fleet.payments.matching import Match


class Intent(models.Model):
    """A payment QR a kiosk has shown (``records.PaymentOpened``). The token opens the tracking page.

    ``notice`` is None where a letter of another office was paid: then ``fee`` is the fee's code in the settings, and
    its words and payee stand here as the settings had them.
    """

    transaction_no = models.CharField(max_length=24, primary_key=True)
    tracking_token = models.CharField(max_length=64, unique=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="intents")
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="intents")
    fee = models.CharField(max_length=31, blank=True)
    item_th = models.CharField(max_length=60, blank=True)
    item_en = models.CharField(max_length=60, blank=True)
    payee_th = models.CharField(max_length=60, blank=True)
    payee_en = models.CharField(max_length=60, blank=True)
    biller_id = models.CharField(max_length=15)
    ref1 = models.CharField(max_length=20, db_index=True)
    ref2 = models.CharField(max_length=20, blank=True)
    amount_satang = models.BigIntegerField()
    opened_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.transaction_no


class Confirmation(AppendOnly):
    """A bank's word that money arrived, or went back.

    The key is (bank, transaction id), once for the payment and once for its reversal: said again, it is kept once. A
    payment first heard of in a settlement file, which names no transaction, is called ``F<day>-<line>``.
    """

    bank = models.CharField(max_length=10)
    transaction_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Kind], default=Kind.PAYMENT)
    proof = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Proof])
    biller_id = models.CharField(max_length=15)
    ref1 = models.CharField(max_length=20, db_index=True)
    ref2 = models.CharField(max_length=20, blank=True)
    amount_satang = models.BigIntegerField()
    paid_at = models.DateTimeField()
    business_day = models.DateField(db_index=True)
    received_at = models.DateTimeField(auto_now_add=True)
    match = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Match])
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="confirmations")
    intent = models.ForeignKey(Intent, null=True, on_delete=models.PROTECT, related_name="confirmations")
    """Of another office's fee, when its QR was known here already."""
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    """Whose notice it names, or whose kiosk showed the QR; None when it names nothing of ours. Neither a factory nor a
    kiosk ever changes its office, so what was true when the word came is true."""

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["bank", "transaction_id", "kind"], name="each_word_once")]
        indexes = [
            models.Index(fields=["paid_at"], name="words_by_payment"),
            # All that the days' sums look at, so that adding up a month reads no row.
            models.Index(fields=["business_day", "kind", "match", "amount_satang"], name="words_by_day"),
            models.Index(fields=["office", "-id"], name="words_of_an_office"),
            # Few, and all that is asked for by what waits. Not by ``match``: SQLite, which keeps no statistics, then
            # takes the thousands that are exact for a handful, and reads them once for every QR.
            models.Index(fields=["-id"], condition=~Q(match=Match.EXACT), name="words_not_exact"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.transaction_id} {self.match}"


class AlsoKnown(AppendOnly):
    """The bank's own id of a word that was first read in a settlement file."""

    bank = models.CharField(max_length=10)
    transaction_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="also_known")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "transaction_id", "kind"], name="each_alias_once")]

    def __str__(self) -> str:
        return f"{self.bank} {self.transaction_id}"


class SettlementFile(AppendOnly):
    """One bank's word about one day, as its trailer has it. There is one a bank and day."""

    bank = models.CharField(max_length=10)
    day = models.DateField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True)
    line_count = models.PositiveIntegerField()
    credit_satang = models.BigIntegerField()
    credit_count = models.PositiveIntegerField()
    debit_satang = models.BigIntegerField()
    debit_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-day", "bank"]
        constraints = [models.UniqueConstraint(fields=["bank", "day"], name="one_file_a_day")]

    def __str__(self) -> str:
        return f"{self.bank} {self.day}"


class FileLine(AppendOnly):
    """A line of a file, and the word it agrees with."""

    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField()
    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT, related_name="file_line")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line_no"], name="each_line_once")]

    def __str__(self) -> str:
        return f"{self.file} {self.line_no}"


class Decision(AppendOnly):
    """What an officer decided about a word that was not exact. ``needs_second``: nothing follows until another has
    agreed (``Approval``)."""

    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, related_name="decisions")
    deed = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Deed])
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    needs_second = models.BooleanField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.deed}"


class Approval(AppendOnly):
    """The second pair of eyes: agreed, or not, and then the word waits in the queue again."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="approval")
    agreed = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision_id} {self.agreed}"


class Posting(AppendOnly):
    """One move of the ledger: balanced by being one row. ``decision``: None when the bank's word did it."""

    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, related_name="postings")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="postings")
    debit = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Account])
    credit = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Account])
    amount_satang = models.BigIntegerField()
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_satang__gt=0), name="a_move_moves"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="a_move_goes_elsewhere"),
            models.UniqueConstraint(fields=["confirmation"], condition=Q(decision=None), name="each_word_posted_once"),
            models.UniqueConstraint(fields=["decision", "debit", "credit"], name="each_deed_posted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.debit} to {self.credit} {self.amount_satang}"


class Carried(models.Model):
    """What lies in one payee's account by all moves of the ledger up to and with ``through`` (``balances``).

    Told from the ledger, so it is none of what is written once; only the rows with the highest ``through`` are read.
    """

    through = models.PositiveBigIntegerField()
    biller_id = models.CharField(max_length=15)
    account = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Account])
    satang = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["through", "biller_id", "account"], name="each_sum_once")]

    def __str__(self) -> str:
        return f"{self.biller_id} {self.account} {self.satang}"
