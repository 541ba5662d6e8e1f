"""Asking SCB whether a claim is true: ``GET /v1/payment/billpayment/inquiry`` (developer.scb.co.th).

Rules: both days are asked around midnight, and the next one after 22:00, since the bank counts those to it. Nothing
is retried here: who cannot be asked now is asked when the bank says it again. "Could not ask" is an error, "knows
nothing of it" an empty answer. requests is imported by the first question (as in ``fleet.partners.line``, for the same
reason).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from fleet.payments.banks.port import BANGKOK, DAY_ENDS, BankFormatError, BankWord, Claim
from fleet.payments.banks.scb import SCB, read_inquiry

EVENT_CODE = "00300100"
"""Of a bill payment."""

MIDNIGHT_WITHIN = timedelta(minutes=10)
TIMEOUT_S = 4.0
"""Two days asked at the worst, and the bank says it again after 12 s."""


class CouldNotAskError(Exception):
    """The bank did not answer, or not in a way that can be read: ask again later, believe nothing meanwhile."""


@dataclass(frozen=True, slots=True)
class ScbInquiry:
    """The bank's address and our credential for it (a bearer token; how it is renewed is the gateway's affair)."""

    address: str
    token: str = field(repr=False, default="")
    timeout_s: float = TIMEOUT_S

    def ask(self, claim: Claim) -> tuple[BankWord, ...]:
        """What the bank itself says of the claim; nothing when it knows nothing of it. Raises: CouldNotAskError."""
        for day in days_to_ask(claim):
            words = self._ask(claim, day)
            if words:
                return words
        return ()

    def _ask(self, claim: Claim, day: date) -> tuple[BankWord, ...]:
        import requests

        question = {
            "eventCode": EVENT_CODE,
            "transactionDate": day.isoformat(),
            "billerId": claim.biller_id,
            "reference1": claim.ref1,
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = requests.get(
                f"{self.address}/v1/payment/billpayment/inquiry",
                params=question, headers=headers, timeout=self.timeout_s, allow_redirects=False,
            )  # fmt: skip
            if answer.status_code == 404:
                return ()
            if answer.status_code != 200:
                raise CouldNotAskError(f"the bank answers {answer.status_code}")
            return read_inquiry(answer.content, claim)
        except (requests.RequestException, BankFormatError) as err:
            raise CouldNotAskError(type(err).__name__) from err


def days_to_ask(claim: Claim) -> tuple[date, ...]:
    """The days under which the bank may have it, the likeliest first."""
    local = claim.paid_at.astimezone(BANGKOK)
    days = [local.date()]
    if local.time() >= DAY_ENDS[SCB] or (local + MIDNIGHT_WITHIN).date() != local.date():
        days.append(local.date() + timedelta(days=1))
    if (local - MIDNIGHT_WITHIN).date() != local.date():
        days.append(local.date() - timedelta(days=1))
    return tuple(days)
