"""What is to be done with each line, once the whole file and the register are known. Pure.

Rules: factories are the same only when their numbers say so; never by name or place. Lines about one factory that do
not agree are all left to a person. What a line does not say stays as it is. The old number on record stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from fleet.office.register.findings import Finding, Kind, Severity
from fleet.office.register.reading import Candidate

LINES_NAMED = 5
"""A finding names so many of the other lines."""

FACTS = (
    *("name_th", "name_en", "operator_th", "kind", "activity", "horsepower", "workers", "state", "fee_anniversary"),
    *("address_th", "in_estate"),
)
"""What a candidate and a factory both have, under one name."""


class Action(StrEnum):
    """What becomes of a line."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REPEAT = "repeat"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Places:
    """Where lines may go. ``offices``: of each province. ``office_id``: the one imported for; None is the nation."""

    offices: Mapping[int, tuple[str, ...]]
    names: Mapping[int, str]
    office_id: str | None = None

    def place(self, candidate: Candidate) -> tuple[str, Finding | None]:
        """The office of a line, or why it has none. Of a line without a province, the factory on record decides."""
        code = candidate.dopa_code
        if code is None:
            return self.office_id or "", None
        offices, name = self.offices.get(code, ()), self.names.get(code, str(code))
        if self.office_id is not None:
            if self.office_id in offices:
                return self.office_id, None
            return "", Finding(candidate.line, Kind.OTHER_PROVINCE, "", name)
        if len(offices) == 1:
            return offices[0], None
        return "", Finding(candidate.line, Kind.MANY_OFFICES if offices else Kind.NO_OFFICE, "", name)


@dataclass(frozen=True, slots=True)
class Known:
    """A factory as it is on record. ``facts`` has ``FACTS``, ``tax_id`` too."""

    factory_no: str
    office_id: str
    old_no: str
    facts: Mapping[str, object]
    owner_hashes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a line; ``changes`` are the new values by field."""

    action: Action
    changes: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def is_left(findings: Iterable[Finding]) -> bool:
    """Whether the line is left to a person."""
    return any(each.severity is Severity.ERROR for each in findings)


@dataclass
class Index:
    """All lines of a file by what they are about. ``take`` each, then ``settle`` once, then ask."""

    _digests: dict[int, bytes] = field(default_factory=dict)
    _by_new: dict[str, list[int]] = field(default_factory=dict)
    _new_of_old: dict[str, set[str]] = field(default_factory=dict)
    _old_only: dict[str, list[int]] = field(default_factory=dict)

    def take(self, candidate: Candidate) -> None:
        """Remember a line that could be read."""
        self._digests[candidate.line] = _digest(candidate)
        if candidate.factory_no:
            self._by_new.setdefault(candidate.factory_no, []).append(candidate.line)
            if candidate.old_no:
                self._new_of_old.setdefault(candidate.old_no, set()).add(candidate.factory_no)
        elif candidate.old_no:
            self._old_only.setdefault(candidate.old_no, []).append(candidate.line)

    @property
    def old_only(self) -> list[str]:
        """Old numbers that stand alone on some line: the register must be asked whose they are."""
        return list(self._old_only)

    def settle(self, factories_of: Mapping[str, set[str]]) -> None:
        """Join lines that give only an old number to the factory it belongs to, by this file and the register."""
        for old_no, lines in self._old_only.items():
            news = self._new_of_old.setdefault(old_no, set())
            news |= factories_of.get(old_no, set())
            if len(news) == 1:
                self._by_new.setdefault(next(iter(news)), []).extend(lines)
        for lines in self._by_new.values():
            lines.sort()

    def number_of(self, candidate: Candidate) -> tuple[str, Finding | None]:
        """The 14-digit number of the factory a line is about, or why there is none."""
        news = self._new_of_old.get(candidate.old_no, set()) if candidate.old_no else set[str]()
        if len(news) > 1:
            shared = ", ".join(sorted(news)[:LINES_NAMED])
            return "", Finding(candidate.line, Kind.OLD_NUMBER_SHARED, "", candidate.old_no, shared)
        if candidate.factory_no:
            return candidate.factory_no, None
        if news:
            return next(iter(news)), None
        return "", Finding(candidate.line, Kind.NEW_NUMBER_UNKNOWN, "", candidate.old_no)

    def among(self, candidate: Candidate, factory_no: str) -> Finding | None:
        """What the other lines about this factory make of this one."""
        lines = self._by_new.get(factory_no, [])
        if len(lines) < 2:
            return None
        if len({self._digests[each] for each in lines}) == 1:
            first = lines[0]
            return None if first == candidate.line else Finding(candidate.line, Kind.REPEATED, "", "", str(first))
        others = ", ".join(str(each) for each in lines if each != candidate.line)
        if len(lines) > LINES_NAMED + 1:
            others = ", ".join(str(each) for each in lines if each != candidate.line and each in lines[:LINES_NAMED])
        return Finding(candidate.line, Kind.CONFLICT, "", factory_no, others)


def _digest(candidate: Candidate) -> bytes:
    """Equal for lines that say the same; the numbers are left out, for they are how lines were brought together."""
    said = msgspec.structs.replace(candidate, line=0, factory_no="", old_no="", dopa_code=None)
    return msgspec.json.encode(said)


def decide(candidate: Candidate, known: Known | None, holder_of_old: str | None) -> Decision:
    """Compare a line with the register. ``holder_of_old``: the other factory that has this old number, if one does.

    The candidate has its 14-digit number and its office.
    """
    line = candidate.line
    if holder_of_old is not None:
        return _left(Finding(line, Kind.OLD_NUMBER_ELSEWHERE, "", candidate.old_no, holder_of_old))
    said = {name: getattr(candidate, name) for name in (*FACTS, "tax_id") if getattr(candidate, name) is not None}
    if known is None:
        if candidate.name_th is None:
            return _left(Finding(line, Kind.NO_NAME))
        if not candidate.office_id:
            return _left(Finding(line, Kind.PROVINCE_UNKNOWN, "", "-"))
        return Decision(Action.CREATE, {"old_no": candidate.old_no, **said})
    if candidate.office_id and known.office_id != candidate.office_id:
        return _left(Finding(line, Kind.OTHER_OFFICE, "", known.factory_no, known.office_id))
    changes = {name: value for name, value in said.items() if known.facts.get(name) != value}
    findings: tuple[Finding, ...] = ()
    if candidate.old_no and candidate.old_no != known.old_no:
        if known.old_no:
            findings = (Finding(line, Kind.OLD_NUMBER_DIFFERS, "", candidate.old_no, known.old_no),)
        else:
            changes["old_no"] = candidate.old_no
    has_new_owner = bool(candidate.owner_hash) and candidate.owner_hash not in known.owner_hashes
    return Decision(Action.UPDATE if changes or has_new_owner else Action.SAME, changes, findings)


def _left(finding: Finding) -> Decision:
    return Decision(Action.LEFT, findings=(finding,))
