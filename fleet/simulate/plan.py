"""What a simulated crowd is to do: one value, from the command line to every process of it."""

from __future__ import annotations

import msgspec

from fleet.simulate.updates import Fate


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Who, where to, and how lively. ``identities`` is a folder with ca.pem and one ``<kiosk id>.pem`` each.

    ``spread_s``: the crowd arrives over this time. ``bad_share``: of the crowd, 0 to 1, who also misbehave.
    ``firmware``: the version they begin with; empty is kiosks that cannot be updated. ``fates``: what becomes of a
    kiosk with which version, good unless said. ``step_s``: what a step of an update takes.
    ``storm_every_s``: how often everybody loses the line at once; 0 is never. ``seconds``: 0 is until told to end.
    """

    host: str
    port: int
    identities: str
    kiosk_ids: tuple[str, ...]
    heartbeat_s: float = 60.0
    records_an_hour: float = 20.0
    bad_share: float = 0.01
    spread_s: float = 20.0
    storm_every_s: float = 0.0
    seconds: float = 0.0
    seed: int = 1
    firmware: str = ""
    fates: dict[str, Fate] = {}
    step_s: float = 30.0
