"""What two documents that officers decide say differently, value by value: rules of fees and alerts, policies. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each value by its name, what was said and what is; None where nothing is said. A row of a table goes by its
    place, as in ``bands.1.fee_satang``; a list of plain values is one value."""
    old, new = dict(_flat(before, "")), dict(_flat(after, ""))
    for name in (*new, *(name for name in old if name not in new)):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _flat(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _flat(each, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return [leaf for index, each in enumerate(value) for leaf in _flat(each, f"{path}.{index}")]
    return [(path, value)]
