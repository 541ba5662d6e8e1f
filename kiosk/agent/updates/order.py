"""What the agent says to the process that fetches a bundle, and what that one says at its end.

A module of its own, so that the agent does without the library that fetches.
"""

from __future__ import annotations

import msgspec

from kiosk.agent.updates.states import FetchOutcome
from kiosk.config import Link


class FetchOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of fetching: ``file`` grows to ``length`` bytes of ``sha256``, by ``allowance_bytes`` at most."""

    link: Link
    target: str
    file: str
    length: int
    sha256: str
    allowance_bytes: int
    bytes_per_s_max: int = 0


class FetchResult(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended. ``unused_bytes`` of the allowance did not go over the line."""

    outcome: FetchOutcome
    unused_bytes: int = 0
    detail: str = ""
