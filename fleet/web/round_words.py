"""The words of a technician's round in the page's language, and what its tests are called. No rule.

What is wrong, what to do and what to carry stand in ``fleet.rounds.words``, for programs are told the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fleet.devices.truth import KioskTruth
from fleet.rounds import words
from fleet.rounds.planning import Fault, Item
from fleet.web import command_words
from fleet.web.alert_words import said


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``test``: the command that shows whether it helped; ``go``: a page that helps."""

    says: str
    test: str
    test_word: str
    go: str


def item(name: Item, count: int) -> str:
    """What to carry, and how many."""
    return said(words.item(name, count))


def sentence(fault: Fault, truth: KioskTruth, now: datetime) -> str:
    """What is wrong, in one line."""
    return said(words.sentence(fault, truth, now))


def effect(fault: Fault) -> str:
    """What it means to visitors meanwhile; empty where it means nothing to them."""
    return said(words.effect(fault))


def steps(fault: Fault) -> tuple[Step, ...]:
    """What to do, in order."""
    return tuple(
        Step(said(each.says), each.test or "", command_words.word(each.test) if each.test else "", each.go or "")
        for each in words.steps(fault)
    )
