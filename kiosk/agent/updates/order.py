"""What the agent says to the process that fetches a bundle, and what that one says at its end.

A module of its own, so that the agent does without the library that fetches.
"""

from __future__ import annotations

import msgspec

from kiosk.agent.updates.states import FetchOutcome
from kiosk.config import Link


class SignedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file at the fleet, as it was signed; ``target`` without the hash that stands in its name there."""

    target: str
    length: int
    sha256: str


class FetchOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of fetching: ``file`` becomes what ``bundle`` is, for ``allowance_bytes`` over the line at most.

    ``index``: of the bundle's blocks, where one was signed. ``seeds``: devices or files in which blocks may lie.
    """

    link: Link
    bundle: SignedFile
    file: str
    allowance_bytes: int
    bytes_per_s_max: int = 0
    index: SignedFile | None = None
    seeds: tuple[str, ...] = ()


class FetchResult(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended. ``unused_bytes`` of the allowance did not go over the line."""

    outcome: FetchOutcome
    unused_bytes: int = 0
    detail: str = ""
