"""How often one address may ask."""

from __future__ import annotations

from django.test import Client

from fleet.people.allowance import ADDRESSES_MAX, Allowance

A_MINUTE = 60
"""Looks at slips' pages, from one address."""


class Hand:
    """A clock turned by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_so_many_and_no_more_until_the_window_has_passed() -> None:
    clock = Hand()
    allowance = Allowance(times=3, window_s=60, clock=clock)
    assert [allowance.permits("a") for _ in range(4)] == [True, True, True, False]
    clock.now_s = 59.9
    assert not allowance.permits("a")
    clock.now_s = 60
    assert allowance.permits("a")


def test_one_address_does_not_spend_anothers() -> None:
    allowance = Allowance(times=1, window_s=60, clock=Hand())
    assert allowance.permits("a")
    assert allowance.permits("b")
    assert not allowance.permits("a")


def test_looking_does_not_count() -> None:
    allowance = Allowance(times=1, window_s=60, clock=Hand())
    assert not allowance.is_used_up("a")
    assert not allowance.is_used_up("a")
    allowance.count("a")
    assert allowance.is_used_up("a")


def test_a_crowd_of_addresses_does_not_fill_the_memory() -> None:
    allowance = Allowance(times=1, window_s=60, clock=Hand())
    for number in range(ADDRESSES_MAX + 5):
        allowance.count(str(number))
    assert not allowance.is_used_up("0")
    assert allowance.is_used_up(str(ADDRESSES_MAX + 4))


def test_a_slips_page_is_looked_at_so_often_and_by_others_still() -> None:
    """Sixty a minute and address: whoever guesses tokens gets no further."""
    somebody, other = (Client(SERVER_NAME="localhost", REMOTE_ADDR=f"198.51.100.{host}") for host in (7, 8))
    guesses = [somebody.get(f"/t/{number:043d}").status_code for number in range(A_MINUTE + 1)]
    assert guesses[-1] == 429
    assert 429 not in guesses[:-1]
    assert other.get(f"/t/{1:043d}").status_code == guesses[0]
