"""The tile map: where each province stands on it (``tiles.json``), and how its kiosks stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fleet.devices.truth import RANK, Condition


@dataclass(frozen=True, slots=True)
class Tile:
    """One province. ``condition`` is its worst kiosk's, or None where it has none; columns and rows count from 1."""

    dopa_code: int
    column: int
    row: int
    abbr_th: str
    abbr_en: str
    name_th: str
    name_en: str
    has_office: bool
    kiosks: int
    condition: Condition | None
    worst_count: int


@cache
def _drawn() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((Path(__file__).parent / "tiles.json").read_text("utf-8"))["tiles"])


def tiles_of(counts: Mapping[int, Counter[Condition]]) -> list[Tile]:
    """Every province with how its kiosks stand (``fleet.devices.standing``), in the order of the map."""
    tiles = [_tile(drawn, counts.get(drawn["dopa_code"], Counter())) for drawn in _drawn()]
    return sorted(tiles, key=lambda each: (each.row, each.column))


def _tile(drawn: dict[str, Any], counts: Counter[Condition]) -> Tile:
    worst = min(counts, key=RANK.__getitem__, default=None)
    return Tile(
        dopa_code=drawn["dopa_code"],
        column=drawn["col"] + 1,
        row=drawn["row"] + 1,
        abbr_th=drawn["abbr_th"],
        abbr_en=drawn["abbr_en"],
        name_th=drawn["name_th"],
        name_en=drawn["name_en"],
        has_office=drawn["office"],
        kiosks=counts.total(),
        condition=worst,
        worst_count=counts[worst] if worst else 0,
    )
