"""Every value of a layer of settings: where it stands, what it may be, what holds there and which layer says so.

Pure, over documents and the schema the kiosk itself validates by, or another that is laid over those beneath it. Not
here: putting a document into force (``settings``), and words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fleet.acting.settings import LOCKED, Path
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings, entry_type, merge

OWN_KEYS: dict[str, tuple[str, ...]] = {"menu": KNOWN_SERVICES}
"""Tables whose entries are known beforehand; those of the others are whatever the documents hold."""

DEFAULT = "default"
"""The origin of a value that no layer says: the schema's own."""


class Missing:
    """No value at all, which is not the value null."""


MISSING = Missing()

_fields = functools.cache(msgspec.structs.fields)
"""A schema's parts do not change; to read them anew for every layer was a fifth of the settings' page."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of the schema: where it stands, its type, and its default.

    ``is_required``: the object it stands in is no whole one without it. ``is_locked``: the form only shows it.
    ``entry``: the entry of a table it is a part of, as ``fees.sample``; empty outside tables.
    """

    path: Path
    type: Any
    default: Any
    is_required: bool = False
    is_locked: bool = False
    entry: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: its path, the defaults from above as plain data, what is only shown, and which entry of a
    table it is in."""

    locked: frozenset[str]
    path: Path = ()
    base: Any = MISSING
    entry: str = ""


def leaves(
    schema: type[msgspec.Struct] = KioskSettings,
    path: Path = (),
    document: Mapping[str, Any] | None = None,
    locked: frozenset[str] = LOCKED,
) -> Iterator[Leaf]:
    """Every value of the schema, in its order; those of tables for each entry that stands in ``document``.

    ``path``: where the schema's own object stands. ``locked``: what is only shown.
    """
    return _leaves(schema, document or {}, _Place(locked, path))


def _leaves(schema: type[msgspec.Struct], document: Mapping[str, Any], at: _Place) -> Iterator[Leaf]:
    base = at.base
    for each in _fields(schema):
        here = (*at.path, each.name)
        default = MISSING
        if isinstance(base, Mapping) and each.name in base:
            default = base[each.name]
        elif each.default is not msgspec.NODEFAULT:
            default = msgspec.json.decode(msgspec.json.encode(each.default))  # as documents hold it: lists, not tuples
        said = document.get(each.name)
        said = said if isinstance(said, Mapping) else {}
        if (entry := entry_type(each.type)) is not None:
            for key in dict.fromkeys((*OWN_KEYS.get(each.name, ()), *said)):
                within = said[key] if isinstance(said.get(key), Mapping) else {}
                yield from _leaves(entry, within, _Place(at.locked, (*here, key), entry=f"{each.name}.{key}"))
        elif isinstance(each.type, type) and issubclass(each.type, msgspec.Struct):
            yield from _leaves(each.type, said, _Place(at.locked, here, default, at.entry))
        else:
            is_required, is_locked = each.default is msgspec.NODEFAULT, here[0] in at.locked
            yield Leaf(here, each.type, default, is_required, is_locked, at.entry)


def value_at(document: Any, path: Path) -> Any:
    """What a document says there, or MISSING."""
    for step in path:
        if not isinstance(document, Mapping) or step not in document:
            return MISSING
        document = document[step]
    return document


@dataclass(frozen=True, slots=True)
class Held:
    """A value as it holds at a layer. ``origin``: the layer that says it, or ``DEFAULT``. ``is_own``: this one does.
    ``inherited``: what would hold if this layer said nothing of it."""

    leaf: Leaf
    value: Any
    inherited: Any
    origin: str
    is_own: bool


class Stack:
    """A layer's document over those beneath it, which are (layer, document), the weakest first.

    ``inherited``: the weaker ones together; ``together``: with this layer's own.
    """

    def __init__(self, layer: str, beneath: Sequence[tuple[str, Mapping[str, Any]]], own: Mapping[str, Any]) -> None:
        self._layer, self._beneath, self._own = layer, beneath, own
        self.inherited = merge(document for _layer, document in beneath)
        self.together = merge([self.inherited, own])

    def held(self, leaf: Leaf) -> Held:
        """What holds there."""
        own = value_at(self._own, leaf.path)
        inherited, origin = leaf.default, DEFAULT
        for layer, document in self._beneath:
            if value_at(document, leaf.path) is not MISSING:
                inherited, origin = value_at(self.inherited, leaf.path), layer
        is_own = own is not MISSING
        return Held(leaf, own if is_own else inherited, inherited, self._layer if is_own else origin, is_own)


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that two documents of one layer say otherwise; ``MISSING`` where one says nothing. ``inherited``: what
    holds where this layer says nothing of it."""

    leaf: Leaf
    old: Any
    new: Any
    inherited: Any


def changed_values(
    before: Mapping[str, Any], after: Mapping[str, Any], beneath: Mapping[str, Any]
) -> Iterator[Changed]:
    """How two documents of one layer differ. ``beneath``: what the weaker layers say now, together."""
    for leaf in leaves(document=merge([beneath, before, after])):
        old, new = value_at(before, leaf.path), value_at(after, leaf.path)
        if old != new:
            inherited = value_at(beneath, leaf.path)
            yield Changed(leaf, old, new, leaf.default if inherited is MISSING else inherited)


def decided_in(document: Mapping[str, Any], schema: type[msgspec.Struct] = KioskSettings) -> int:
    """How many values of the schema a document says.

    As ``leaves`` go, but only where the document says something: a page asks this of every layer of the nation.
    """
    count = 0
    for each in _fields(schema):
        if each.name not in document:
            continue
        said = document[each.name] if isinstance(document[each.name], Mapping) else {}
        if (entry := entry_type(each.type)) is not None:
            count += sum(decided_in(within, entry) for within in said.values() if isinstance(within, Mapping))
        elif isinstance(each.type, type) and issubclass(each.type, msgspec.Struct):
            count += decided_in(said, each.type)
        else:
            count += 1
    return count
