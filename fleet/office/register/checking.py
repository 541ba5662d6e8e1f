"""The dry run: reads a whole file, decides every line, and writes down what it would do.

It changes nothing but its own run. First every line is read and put aside, in a temporary file without ID numbers;
then, when it is known which lines are about one factory, each is compared with the register. A check that was broken
off begins again: it is a question, so asking twice is the same as once. But one that a fault of ours has ended fails:
begun again and again it would be in the way of every file after it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from fleet.office.models import Office
from fleet.office.register.columns import HEADING_WITHIN_LINES, read_headings
from fleet.office.register.deciding import Action, Decision, Index, Known, Places, decide, is_left
from fleet.office.register.findings import Finding, Kind
from fleet.office.register.models import Found, Row, Run, Stage
from fleet.office.register.reading import Candidate, Read, Reader
from fleet.office.register.records import holders_of, known_factories, places_for, provinces_by_name
from fleet.office.register.tables import Refusal, Table, TableError, open_table
from fleet.protocol.thai import keyed_hash

BATCH = 1000
"""Lines between two transactions: a fraction of a second, so that nobody else waits for the database."""

LINES_MAX = 300_000
"""That say something: four times the nation. The index of them is what memory grows with."""


class OvertakenError(Exception):
    """Somebody else works on this run now; leave it to them."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A line put aside between the two passes."""

    candidate: Candidate
    findings: tuple[tuple[str, str, str, str], ...]


class Check:
    """One dry run. ``steps`` does it a batch at a time, for whoever must do other things between."""

    def __init__(self, run: Run, path: Path, worker: str) -> None:
        self._run_id = run.pk
        self._path = path
        self._worker = worker
        self._places: Places = places_for(run.office)
        self._keys = {pk: bytes.fromhex(key) for pk, key in Office.objects.values_list("pk", "hash_key")}
        self._index = Index()
        self._actions: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()

    def steps(self) -> Generator[None]:
        """Check; one step is one batch. The run's stage tells how it ended, and the file of an upload is gone then.

        Raises: OvertakenError.
        """
        self._begin()
        try:
            table = open_table(self._path)
            Run.objects.filter(pk=self._run_id).update(encoding=table.encoding)
            with tempfile.TemporaryFile() as aside:
                yield from self._read_all(table, aside)
                self._settle()
                yield from self._decide_all(aside)
        except TableError as err:
            self._fail(err.refusal)
        except FileNotFoundError:
            self._fail(Refusal.LOST)
        except (OvertakenError, DatabaseError):
            raise
        except Exception:
            self._fail(Refusal.DAMAGED)
            self._forget_file()
            raise
        self._forget_file()

    def give_up(self) -> None:
        """Read it no more: who tried was killed every time."""
        self._begin()
        self._fail(Refusal.KILLS)
        self._forget_file()

    def _begin(self) -> None:
        """Take the run over, and forget what an earlier try has left."""
        with transaction.atomic():
            Row.objects.filter(run_id=self._run_id).delete()
            Found.objects.filter(run_id=self._run_id).delete()
            Run.objects.filter(pk=self._run_id).update(
                stage=Stage.CHECKING,
                tries=F("tries") + 1,
                worker=self._worker,
                heard_at=timezone.now(),
                progress=0,
                progress_of=0,
                lines=0,
            )

    def _forget_file(self) -> None:
        """Delete what was uploaded; a file that was only pointed at has no ``Run.path`` and stays."""
        uploaded = Run.objects.values_list("path", flat=True).get(pk=self._run_id)
        if uploaded:
            Path(uploaded).unlink(missing_ok=True)
            Run.objects.filter(pk=self._run_id).update(path="")

    def _mine(self) -> Run:
        """The run, locked. Raises: OvertakenError."""
        run = Run.objects.select_for_update().get(pk=self._run_id)
        if run.worker != self._worker or run.stage != Stage.CHECKING:
            raise OvertakenError
        return run

    def _fail(self, refusal: Refusal) -> None:
        with transaction.atomic():
            self._mine()
            Row.objects.filter(run_id=self._run_id).delete()
            Found.objects.filter(run_id=self._run_id).delete()
            Run.objects.filter(pk=self._run_id).update(stage=Stage.FAILED, refusal=refusal, worker="")

    # ---- first pass -------------------------------------------------------------------------------------------------

    def _read_all(self, table: Table, aside: IO[bytes]) -> Iterator[None]:
        lines = 0
        reads = _reads(table)
        while batch := list(islice(reads, BATCH)):
            for read in batch:
                aside.write(msgspec.json.encode(self._put_aside(read)) + b"\n")
            lines += len(batch)
            if lines > LINES_MAX:
                raise TableError(Refusal.TOO_LONG)
            with transaction.atomic():
                self._mine()
                Run.objects.filter(pk=self._run_id).update(lines=lines, progress=lines, heard_at=timezone.now())
            yield
        if not lines:
            raise TableError(Refusal.EMPTY)

    def _put_aside(self, read: Read) -> Kept:
        findings, candidate = list(read.findings), read.candidate
        if not is_left(findings):
            office_id, finding = self._places.place(candidate)
            if finding is not None:
                findings.append(finding)
            hashed = keyed_hash(read.person, self._keys[office_id]) if read.person and office_id else ""
            candidate = msgspec.structs.replace(candidate, office_id=office_id, owner_hash=hashed)
        if not is_left(findings):
            self._index.take(candidate)
        return Kept(candidate, tuple((each.kind.value, each.column, each.value, each.other) for each in findings))

    def _settle(self) -> None:
        alone = self._index.old_only
        holders: dict[str, set[str]] = {}
        for start in range(0, len(alone), BATCH):
            holders |= holders_of(alone[start : start + BATCH])
        self._index.settle(holders)

    # ---- second pass ------------------------------------------------------------------------------------------------

    def _decide_all(self, aside: IO[bytes]) -> Iterator[None]:
        aside.seek(0)
        decoder = msgspec.json.Decoder(Kept)
        done = 0
        total = Run.objects.values_list("lines", flat=True).get(pk=self._run_id)
        while batch := [decoder.decode(line) for line in islice(aside, BATCH)]:
            done += len(batch)
            with transaction.atomic():
                self._mine()
                self._decide_batch(batch)
                Run.objects.filter(pk=self._run_id).update(
                    progress=done,
                    progress_of=total,
                    actions=dict(self._actions),
                    kinds=dict(self._kinds),
                    heard_at=timezone.now(),
                )
            yield
        with transaction.atomic():
            self._mine()
            Run.objects.filter(pk=self._run_id).update(stage=Stage.CHECKED, worker="", checked_at=timezone.now())

    def _decide_batch(self, batch: list[Kept]) -> None:
        rows: list[Row] = []
        found: list[Finding] = []
        named = [self._named(each) for each in batch]
        factories = known_factories(candidate.factory_no for candidate, _ in named)
        holders = holders_of(candidate.old_no for candidate, _ in named)
        for candidate, findings in named:
            decision = _decided(candidate, findings, factories, holders)
            found += [*findings, *decision.findings]
            self._actions[decision.action] += 1
            if decision.action in (Action.CREATE, Action.UPDATE):
                text = msgspec.json.encode(candidate).decode()
                rows.append(Row(run_id=self._run_id, factory_no=candidate.factory_no, candidate=text))
        self._kinds.update(each.kind.value for each in found)
        Row.objects.bulk_create(rows)
        Found.objects.bulk_create(
            Found(
                run_id=self._run_id, line=each.line, kind=each.kind, column=each.column[:60],
                value=each.value[:60], other=each.other[:60],
            )
            for each in found
        )  # fmt: skip

    def _named(self, kept: Kept) -> tuple[Candidate, list[Finding]]:
        """A line with its 14-digit number, and all that can be said of it without the register."""
        candidate = kept.candidate
        findings = [Finding(candidate.line, Kind(kind), *rest) for kind, *rest in kept.findings]
        if is_left(findings):
            return candidate, findings
        factory_no, finding = self._index.number_of(candidate)
        if finding is None:
            finding = self._index.among(candidate, factory_no)
        if finding is not None:
            findings.append(finding)
        return msgspec.structs.replace(candidate, factory_no=factory_no), findings


def _decided(
    candidate: Candidate, findings: list[Finding], factories: Mapping[str, Known], holders: Mapping[str, set[str]]
) -> Decision:
    if is_left(findings):
        return Decision(Action.LEFT)
    if any(each.kind is Kind.REPEATED for each in findings):
        return Decision(Action.REPEAT)
    others = holders.get(candidate.old_no, set()) - {candidate.factory_no}
    return decide(candidate, factories.get(candidate.factory_no), min(others, default=None))


def _reads(table: Table) -> Iterator[Read]:
    """Every line of every sheet that has headings. Raises: TableError when none has."""
    provinces, names = provinces_by_name(), places_for(None).names
    has_headings = False
    for sheet in table.sheets():
        columns = None
        for line in islice(sheet, HEADING_WITHIN_LINES):
            columns = read_headings(line.cells)
            if columns is not None:
                break
        if columns is None:
            continue
        has_headings = True
        reader = Reader(columns, provinces, names, short_lines_are_whole=table.encoding == "xlsx")
        for line in sheet:
            read = reader.read(line)
            if read is not None:
                yield read
    if not has_headings:
        raise TableError(Refusal.NO_HEADINGS)
