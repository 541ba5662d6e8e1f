"""The form of a layer's settings, made from the schema the kiosk itself validates by (``KioskSettings``), or of another
document that is laid over those beneath it (``fleet.office.fees.policy``).

A field added to the schema appears here by itself, under its own name until ``settings_words`` gives it a better one.
The form gives back a document that holds only what differs from the layers beneath: a field emptied, or set to what
it would inherit, is inherited again. What the form does not offer (payee, fields it does not know) stays as it was.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from django.utils.translation import gettext as _

from fleet.acting.settings import LOCKED, Path
from fleet.acting.settings_values import MISSING, Leaf, Stack, leaves, value_at
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings, merge
from fleet.web import controls, settings_table_words

FORGET = "forget"
"""What the answers call the entries that this layer is to say nothing of any more."""


class Answers(Protocol):
    """A form as the browser sent it: the values of a name, the last one being its value."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(slots=True)
class Field:
    """One value as the form shows it. ``origin`` is a layer's name, or "default"; ``kind`` chooses the control."""

    leaf: Leaf
    kind: str
    value: Any
    inherited: Any
    origin: str
    is_own: bool
    limits: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def has_inherited(self) -> bool:
        """Whether there is anything to fall back on."""
        return self.inherited is not MISSING

    @property
    def shown(self) -> str:
        """The value as it stands in its control."""
        return "" if self.value is MISSING else controls.shown(self.kind, self.value)

    @property
    def inherited_shown(self) -> str:
        """What is inherited, as it would stand in its control."""
        return controls.shown(self.kind, self.inherited) if self.has_inherited else ""

    @property
    def inherited_word(self) -> str:
        """What is inherited, as a person says it."""
        return dict(self.choices).get(self.inherited_shown, "") if self.kind == "choice" else self.inherited_shown

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen, and what each is called."""
        return [(str(each), settings_table_words.choice(self.leaf.name, each)) for each in self.limits["choices"]]

    @property
    def is_thai(self) -> bool:
        """Whether it is the Thai of a pair."""
        return self.leaf.path[-1] == "th"

    @property
    def switches(self) -> list[tuple[str, bool, int]]:
        """Every service this release knows, whether it is on, and its place in the menu; those that are on first."""
        if self.kind != "services":
            return []
        order = _in_order(self.value)
        return [(service, service in self.value, place) for place, service in enumerate(order, 1)]


class SettingsForm:
    """The settings of one layer: ``beneath`` are (layer, document) of the weaker ones, ``own`` is this one's.

    ``inherited``: the weaker ones together. ``schema``: of whatever else than a kiosk's settings is layered. ``begun``:
    entries of tables, as ``fees.sample``, that are there to be filled in. ``locked``: what is only shown; None: where a
    kiosk's money goes.
    """

    def __init__(  # noqa: PLR0913 - what a form is made of; the two last are of kiosks' settings only
        self,
        layer: str,
        beneath: Sequence[tuple[str, Mapping[str, Any]]],
        own: Mapping[str, Any],
        schema: type[msgspec.Struct] = KioskSettings,
        *,
        begun: Sequence[str] = (),
        locked: frozenset[str] | None = None,
    ) -> None:
        if locked is None:
            locked = LOCKED if schema is KioskSettings else frozenset()
        self._own = own
        self._stack = Stack(layer, beneath, own)
        self.inherited = self._stack.inherited
        drawn: dict[str, Any] = self._stack.together
        for entry in begun:
            table, _dot, key = entry.partition(".")
            drawn.setdefault(table, {}).setdefault(key, {})
        self._payees = list(drawn.get("payees", ()))
        self.fields = [self._field(leaf) for leaf in leaves(schema, document=drawn, locked=locked)]

    @property
    def errors(self) -> list[Field]:
        """The fields that cannot stay as they are."""
        return [each for each in self.fields if each.error]

    @property
    def own_count(self) -> int:
        """How many values this layer decides."""
        return sum(each.is_own for each in self.fields)

    def read(self, answers: Answers) -> dict[str, Any] | None:
        """The document the answers make, or None with ``error`` in the fields that are wrong."""
        document = copy.deepcopy(dict(self._own))
        forgotten = set(answers.getlist(FORGET))
        for each in self.fields:
            if each.leaf.is_locked:
                continue
            if each.leaf.entry in forgotten:
                _drop(document, each.leaf.path)
                continue
            each.value = _typed(each, answers)
            _drop(document, each.leaf.path)
            if each.value in ("", MISSING) or each.value == each.inherited:
                continue
            try:
                msgspec.convert(each.value, each.leaf.type)
            except msgspec.ValidationError:
                each.error = _sentence(each)
            _put(document, each.leaf.path, each.value)
        self._require(document)
        if self.errors:
            return None
        self._complete(document)
        return document

    def _require(self, document: Mapping[str, Any]) -> None:
        """An entry that is begun must be whole, or no kiosk takes any of these settings."""
        for each in self.fields:
            begun = each.leaf.entry and value_at(document, tuple(each.leaf.entry.split("."))) is not MISSING
            if begun and each.leaf.is_required and each.value in ("", MISSING) and not each.leaf.is_locked:
                each.error = each.error or _("ต้องใส่ค่านี้ รายการนี้จึงจะครบ")

    def _complete(self, document: dict[str, Any]) -> None:
        """Say both languages where one was changed and no layer had said the other.

        A default of the schema is no layer: once a layer says a part of a text, it must say the whole.
        """
        merged = merge([self.inherited, document])
        for each in self.fields:
            parent = value_at(merged, each.leaf.path[:-1])
            is_begun = len(each.leaf.path) > 1 and isinstance(parent, Mapping)
            if is_begun and each.leaf.is_required and each.leaf.path[-1] not in parent and each.has_inherited:
                _put(document, each.leaf.path, each.inherited)

    def _field(self, leaf: Leaf) -> Field:
        held = self._stack.held(leaf)
        kind, limits = _control(leaf)
        if leaf.entry and leaf.path[-1] == "payee":  # the treasury names them; an admin only chooses
            kind, limits = "choice", {"choices": self._payees}
        return Field(leaf, kind, held.value, held.inherited, held.origin, held.is_own, limits)


def _control(leaf: Leaf) -> tuple[str, dict[str, Any]]:
    """Which control a value wants; the services of a kiosk have one of their own."""
    match msgspec.inspect.type_info(leaf.type):
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.StrType()):
            return "services", {"choices": KNOWN_SERVICES}
    return controls.control(leaf.type, leaf.path[-1])


def _typed(each: Field, answers: Answers) -> Any:
    """What was answered, as plain data; a number that is none stays a text and is refused by the schema."""
    chosen = answers.getlist(each.leaf.name)
    if each.kind == "services":
        unknown = [service for service in each.value or () if service not in KNOWN_SERVICES]
        before = _in_order(each.value)
        places = {service: _place_of(answers, each, service) for service in before}
        # Of two that want one place, the one that was moved there gets it.
        key = {service: (places[service], places[service] == at) for at, service in enumerate(before, 1)}
        return sorted((service for service in before if service in chosen), key=lambda name: key[name]) + unknown
    return controls.typed(each.kind, each.limits, chosen)


def _in_order(value: Any) -> list[str]:
    """Every service this release knows: those of ``value`` in its order, then the others."""
    said = [service for service in value if service in KNOWN_SERVICES] if isinstance(value, Sequence) else []
    return list(dict.fromkeys((*said, *KNOWN_SERVICES)))


def _place_of(answers: Answers, each: Field, service: str) -> int:
    """The place a service was given; the one it had where none, or no number, was given."""
    typed = answers.getlist(f"{each.leaf.name}.{service}")
    text = typed[-1].strip() if typed else ""
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) < 4 else _in_order(each.value).index(service) + 1
    )


_TIMES = ("opens_at", "closes_at", "bank_by", "digest_at")
"""Values that are a time of day."""


def _sentence(each: Field) -> str:
    """Why a value cannot stay, and what would do."""
    name = each.leaf.path[-1]
    if each.kind == "choice":
        return _("เลือกจากรายการที่มี")
    if name in ("shape", *_TIMES):
        shape = _("ใส่แบบ 4 ถึง 20 ตัว: # คือตัวเลข @ คือตัวอักษร A ถึง Z * คือตัวเลขหรือตัวอักษร")
        return shape if name == "shape" else _("ใส่เวลาสี่หลัก เช่น 08:30")
    match msgspec.inspect.type_info(each.leaf.type):
        case msgspec.inspect.IntType(ge=low, le=high) if each.leaf.path[-1].endswith("_s"):
            return _("ใส่ตัวเลขตั้งแต่ %(low)s ถึง %(high)s วินาที") % {"low": low, "high": high}
        case msgspec.inspect.StrType(max_length=int(most)) if isinstance(each.value, str) and len(each.value) > most:
            return _("ยาวเกินจอ ใส่ได้ไม่เกิน %(most)s ตัวอักษร ตอนนี้ %(now)s") % {"most": most, "now": len(each.value)}
        case msgspec.inspect.StrType(pattern=str()):
            return _("ใส่ที่อยู่เว็บที่ขึ้นต้นด้วย https:// และไม่มีเครื่องหมาย / ต่อท้าย")
    return controls.sentence(each.kind, each.leaf.type)


def _drop(document: dict[str, Any], path: Path) -> None:
    """Take a value out, and the objects that are empty without it."""
    head, *rest = path
    if not rest:
        document.pop(head, None)
        return
    inner = document.get(head)
    if isinstance(inner, dict):
        _drop(inner, tuple(rest))
        if not inner:
            del document[head]


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value
