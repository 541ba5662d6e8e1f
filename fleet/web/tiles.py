"""The tile map: where each province stands on it (``tiles.json``), and what is true of its kiosks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fleet.devices.truth import RANK, Condition, KioskTruth


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


def tiles_of(truths: Iterable[KioskTruth]) -> list[Tile]:
    """Every province with what ``truths`` say of it, in the order of the map."""
    there: defaultdict[int, list[Condition]] = defaultdict(list)
    for each in truths:
        there[each.kiosk.office.province_id].append(each.condition)
    tiles = [_tile(drawn, there[drawn["dopa_code"]]) for drawn in _drawn()]
    return sorted(tiles, key=lambda each: (each.row, each.column))


def _tile(drawn: dict[str, Any], conditions: list[Condition]) -> Tile:
    worst = min(conditions, key=RANK.__getitem__) if conditions else None
    return Tile(
        dopa_code=drawn["dopa_code"],
        column=drawn["col"] + 1,
        row=drawn["row"] + 1,
        abbr_th=drawn["abbr_th"],
        abbr_en=drawn["abbr_en"],
        name_th=drawn["name_th"],
        name_en=drawn["name_en"],
        has_office=drawn["office"],
        kiosks=len(conditions),
        condition=worst,
        worst_count=conditions.count(worst) if worst else 0,
    )
