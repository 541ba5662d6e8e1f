"""Which bytes of a bundle are asked for, when some of its blocks are there already. Pure.

A request costs a round trip: where little lies between two missing pieces, it comes along.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

Run: TypeAlias = tuple[int, int]
"""Blocks: the first, and the one after the last."""

GAP_BLOCKS = 4
"""16 KiB come along rather than make another request: at 2 Mbit/s they take as long as a round trip."""

REQUESTS_MAX = 512
"""For a whole bundle: a release of ours needs some 300. With more, more comes along: whoever asks 10,000 times waits
for nothing but round trips, and keeps the fleet from everybody else."""


def missing_runs(held: bytes | bytearray) -> list[Run]:
    """The runs of blocks that are not there; ``held`` has a byte for each, 0 where it is missing."""
    runs = []
    at = held.find(0)
    while at >= 0:
        end = held.find(1, at)
        end = len(held) if end < 0 else end
        runs.append((at, end))
        at = held.find(0, end)
    return runs


def joined(runs: Sequence[Run], gap_blocks: int = GAP_BLOCKS, requests_max: int = REQUESTS_MAX) -> list[Run]:
    """``runs`` with what lies between them, where that is small; no more than ``requests_max``, which is at least 1."""
    gaps = sorted((later[0] - before[1] for before, later in pairwise(runs)), reverse=True)
    small = max(gap_blocks, gaps[requests_max - 1] if len(gaps) >= requests_max else 0)
    found: list[Run] = []
    for first, end in runs:
        if found and first - found[-1][1] <= small:
            found[-1] = (found[-1][0], end)
        else:
            found.append((first, end))
    return found
