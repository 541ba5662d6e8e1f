"""What paid notices, told from sums that the conductor carries on and from what was posted since: always the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.figures.counting import Counting
from fleet.figures.models import NATION, Counted, PaidSum
from fleet.figures.paid import count_payments
from fleet.figures.year import Year, figures_of, years
from fleet.office.models import Notice
from fleet.payments.balances import CERTAIN_AFTER
from fleet.payments.banks.port import Kind
from fleet.payments.confirming import confirm
from fleet.payments.deciding import decide
from fleet.payments.ledger import Deed
from fleet.payments.models import Confirmation, Posting
from tests.support.fleet_payments import owed, word

YEARS = (2024, 2025, 2026)
A_MOMENT = timedelta(microseconds=1)


def pay(notice: Notice, day: datetime, number: int, **other: object) -> Confirmation:
    return confirm(word(notice, f"T{number}", paid_at=day, **other))


def a_ledger() -> dict[tuple[int, int | None], Year]:
    """Payments of two provinces in two years, one that waits, one that was taken back; what they come to."""
    for number, (office, day) in enumerate(
        (("CBI", datetime(2025, 12, 30, 3, tzinfo=UTC)), ("CBI", datetime(2026, 1, 2, 3, tzinfo=UTC)),
         ("KKN", datetime(2026, 1, 2, 3, tzinfo=UTC)), ("KKN", datetime(2026, 11, 2, 3, tzinfo=UTC)))
    ):  # fmt: skip
        pay(owed(office), day, number)
    pay(owed(), datetime(2026, 2, 1, 3, tzinfo=UTC), 8, amount_satang=1)
    taken_back(owed("KKN"), datetime(2026, 3, 1, 3, tzinfo=UTC))
    return told()


def taken_back(notice: Notice, day: datetime) -> None:
    paid = pay(notice, day, 9)
    back = pay(notice, day + timedelta(hours=1), 9, kind=Kind.REVERSAL)
    by, _ = User.objects.get_or_create(username="officer")
    decide(back, Deed.UNDO, "ตัวอย่างเหตุผล", by)
    assert paid.postings.count() == 2


def told() -> dict[tuple[int, int | None], Year]:
    return {(year, place): figures_of(year, place) for year in YEARS for place in (None, 20, 40, 14)}


def later(by: timedelta = CERTAIN_AFTER) -> datetime:
    last: Posting = Posting.objects.order_by("-pk")[0]
    return last.posted_at + by


def test_counted_or_not_the_figures_are_the_same() -> None:
    before = a_ledger()
    nation = before[2026, None]
    assert (before[2025, None].whole.payments, nation.whole.payments) == (1, 3)
    assert {line.key: line.figures.payments for line in nation.provinces} == {"20": 1, "40": 2}
    assert [line.figures.payments for line in nation.months] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert count_payments(later())
    assert PaidSum.objects.filter(place=NATION).count() == 4, "December, January, March and November"
    assert told() == before
    pay(owed("KKN"), datetime(2026, 11, 3, 3, tzinfo=UTC), 20)
    pay(owed(), datetime(2025, 12, 30, 3, tzinfo=UTC), 21)
    since = told()
    assert (since[2026, 40].whole.payments, since[2025, 20].whole.payments) == (3, 2)
    assert count_payments(later())
    assert told() == since
    PaidSum.objects.all().delete()
    Counted.objects.update(posted_through=0)
    assert told() == since, "as the ledger says it without any sum"


def test_what_was_counted_is_taken_back_where_it_was_counted() -> None:
    notice = owed()
    day = datetime(2026, 5, 5, 3, tzinfo=UTC)
    pay(notice, day, 9)
    count_payments(later())
    back = pay(notice, day + timedelta(hours=1), 9, kind=Kind.REVERSAL)
    decide(back, Deed.UNDO, "ตัวอย่างเหตุผล", User.objects.create(username="officer"))
    for _ in range(2):
        whole = figures_of(2026, 20).whole
        assert (whole.payments, whole.paid_satang) == (0, 0)
        count_payments(later())


def test_what_was_counted_is_neither_counted_nor_added_up_again() -> None:
    a_ledger()
    assert count_payments(later())
    assert count_payments(later()) == 0
    PaidSum.objects.filter(place=20, period="2026-01").update(payments=70)
    assert figures_of(2026, 20).whole.payments == 70
    assert Counted.objects.get().through == 0, "how far records are counted is another matter"


def test_a_move_that_may_still_be_overtaken_waits() -> None:
    pay(owed(), datetime(2026, 1, 2, 3, tzinfo=UTC), 1)
    assert count_payments(later(CERTAIN_AFTER - A_MOMENT)) == 0
    assert not PaidSum.objects.exists()
    assert figures_of(2026, 20).whole.payments == 1
    assert count_payments(later()) == Posting.objects.latest("pk").pk


def test_the_conductor_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: datetime(2026, 1, 2, 3, tzinfo=UTC))
        pay(owed(), timezone.now(), 1)
    Counting().turn()
    assert PaidSum.objects.get(place=20, period="2026-01").payments == 1


def test_the_years_are_those_of_the_first_and_the_last_day() -> None:
    a_ledger()
    assert {2025, 2026} <= set(years())
    assert 2024 not in years()
