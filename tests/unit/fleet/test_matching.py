"""What a confirmation is: a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fleet.payments.matching import Expected, Match, match

OURS, THEIRS = "112345678901234", "199999999999999"
OWED = Expected(frozenset({OURS}), 330_000, is_paid=False)
AT = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
WITHDRAWN = Expected(frozenset({OURS}), 330_000, is_paid=False, withdrawn_at=AT)
WITHDRAWN_LATER = Expected(frozenset({OURS}), 330_000, is_paid=False, withdrawn_at=AT + timedelta(seconds=1))
PAID = Expected(frozenset({OURS}), 330_000, is_paid=True)


@pytest.mark.parametrize(
    ("expected", "biller_id", "amount_satang", "verdict"),
    [
        (OWED, OURS, 330_000, Match.EXACT),
        (OWED, OURS, 329_999, Match.UNDER),
        (OWED, OURS, 330_001, Match.OVER),
        (OWED, THEIRS, 330_000, Match.UNKNOWN),
        (PAID, OURS, 330_000, Match.DUPLICATE),
        (PAID, OURS, 1, Match.DUPLICATE),
        (PAID, THEIRS, 330_000, Match.UNKNOWN),
        (WITHDRAWN, OURS, 330_000, Match.LATE),
        (WITHDRAWN, OURS, 1, Match.LATE),
        (WITHDRAWN, THEIRS, 330_000, Match.UNKNOWN),
        (WITHDRAWN_LATER, OURS, 330_000, Match.EXACT),
        (None, OURS, 330_000, Match.UNKNOWN),
        (Expected(frozenset(), 330_000, is_paid=False), OURS, 330_000, Match.UNKNOWN),
    ],
)
def test_only_the_whole_amount_to_our_payee_once_is_exact(
    expected: Expected | None, biller_id: str, amount_satang: int, verdict: Match
) -> None:
    assert match(expected, biller_id, amount_satang, AT) is verdict
