"""A device that fails more often than its peers. Pure.

The rule: were a device no worse than the same device of the other kiosks, its failures in a window would be a Poisson
count with their mean. It stands out when so many or more would come about less often than once in twenty looks at the
whole fleet (``1 - (1 - p)^n`` < 0.05, to first order p < 0.05 / n): a funnel plot's upper limit (Spiegelhalter, "Funnel
plots for comparing institutional performance", Statistics in Medicine 24, 2005) with Bonferroni's correction for
looking at n kiosks. One that fails a lot raises the mean it is held against only for the others (leave one out), which
errs towards silence. Fewer than ``PEERS_MIN`` are no peers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

PEERS_MIN = 5
FALSE_ALARMS = 0.05
"""Of a look at the whole fleet."""


def upper_tail(count: int, mean: float) -> float:
    """The probability of ``count`` or more where ``mean`` is expected (Poisson)."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    below = math.fsum(math.exp(each * math.log(mean) - mean - math.lgamma(each + 1)) for each in range(count))
    return max(0.0, 1.0 - below)


def stand_out(counts: Mapping[str, int], kiosks: int, least: int) -> dict[str, float]:
    """Kiosks of ``counts`` (failures of one device; who has none need not be named) that stand out among ``kiosks``,
    and the mean of their peers."""
    if kiosks - 1 < PEERS_MIN:
        return {}
    total = sum(counts.values())
    found: dict[str, float] = {}
    tails: dict[int, float] = {}
    for kiosk_id, count in counts.items():
        if count < least:
            continue
        mean = (total - count) / (kiosks - 1)
        if count not in tails:
            tails[count] = upper_tail(count, mean)
        if tails[count] < FALSE_ALARMS / kiosks:
            found[kiosk_id] = mean
    return found
