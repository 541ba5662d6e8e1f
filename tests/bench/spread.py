"""Order statistics of a handful of samples, the way every row of the bench counts them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least ``share`` (0 to 1) of all are not above: nearest rank, never interpolated.

    Raises: ValueError for no samples or a share out of range.
    """
    if not samples or not 0 < share <= 1:
        raise ValueError("a percentile needs samples and a share above 0, up to 1")
    return sorted(samples)[math.ceil(share * len(samples)) - 1]


def median(samples: Sequence[float]) -> float:
    """The middle sample, the lower one of two."""
    return percentile(samples, 0.5)
