"""A run from its file to its end: taken in, checked, applied, undone; and the one who does what is to be done.

Rules: what is asked for is stored first (``Run.stage``) and done after, by whoever comes next: a clerk's process, or
the command line. ``Clerk.turn`` is short, so that its process can do other things too. A run that a fault of ours has
ended half-way is put aside, so that those after it go on, and can be asked for again; so is one over which process
after process was killed, for whoever is killed says nothing. A file waits in a folder of its
own, readable for us only, and is deleted as soon as it was checked: it may hold ID numbers.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from fleet.office.finding import tidied
from fleet.office.models import Office
from fleet.office.register.applying import Announce, apply_step, undo_step
from fleet.office.register.checking import Check, OvertakenError
from fleet.office.register.deciding import Action
from fleet.office.register.models import Change, Row, Run, Stage
from fleet.office.register.tables import FILE_BYTES_MAX, Refusal, TableError

STALE_AFTER_S = 30.0
"""A check whose worker was not heard of for so long is begun again by another; a batch takes a second."""

TRIES_MAX = 3
"""Processes that may be killed over one check or one batch: the third time it is no accident, and not the last."""

STRAY_AFTER_S = 3600.0
"""Older than the longest upload takes; what no run knows then is nobody's."""

OPEN = (Stage.WAITING, Stage.CHECKING, Stage.CHECKED, Stage.APPLYING, Stage.IMPORT_STOPPED)
"""Stages in which the same file need not be taken in a second time."""


STOPPED = {Stage.APPLYING: Stage.IMPORT_STOPPED, Stage.UNDOING: Stage.UNDO_STOPPED}
"""Where a run stands that a fault of ours has ended."""


class RunAct(StrEnum):
    """What somebody may ask for."""

    IMPORT = "import"
    UNDO = "undo"


class NotNowError(Exception):
    """The run is not at a stage in which that can be asked for; look at it again."""


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def take_in(chunks: Iterable[bytes], file_name: str, office: Office | None, made_by: tuple[int | None, str]) -> Run:
    """A file somebody sent; a clerk checks it soon. The same file for the same office, unfinished, is that run.

    Raises: TableError when it is too large.
    """
    folder = Path(settings.DATA_DIR) / "register"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_strays(folder)
    path = folder / secrets.token_hex(16)
    try:
        _write(path, chunks)
        run, is_new = begun(path, file_name, office, made_by, waits_at=str(path))
    except BaseException:  # a line that broke in the middle, too: no run knows what is there of the file
        path.unlink(missing_ok=True)
        raise
    if not is_new:
        path.unlink()
    return run


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Raises: TableError when it is too large."""
    size = 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > FILE_BYTES_MAX:
                raise TableError(Refusal.TOO_LARGE)
            file.write(chunk)


def _forget_strays(folder: Path) -> None:
    """Delete what a process that was killed has left of an upload: it may hold ID numbers."""
    known = set(Run.objects.exclude(path="").values_list("path", flat=True))
    for each in folder.iterdir():
        if str(each) not in known and time.time() - each.stat().st_mtime > STRAY_AFTER_S:
            each.unlink(missing_ok=True)


def begun(
    path: Path, file_name: str, office: Office | None, made_by: tuple[int | None, str], *, waits_at: str = ""
) -> tuple[Run, bool]:
    """The run for a file, and whether it is a new one. ``made_by``: account and name; ``waits_at``: of an upload."""
    sha256, size = digest_of(path)
    with transaction.atomic():
        there = Run.objects.filter(sha256=sha256, office=office, stage__in=OPEN).first()
        if there is not None:
            return there, False
        run = Run(office=office, file_name=file_name[-120:], sha256=sha256, size_bytes=size, path=waits_at)
        run.made_by_id, run.made_by_name = made_by[0], made_by[1][:150]
        run.save()
        return run, True


def asked_for(rows: QuerySet[Run], asked: str) -> QuerySet[Run]:
    """Those whose file's or sender's name holds what is asked for; an empty question asks for all."""
    asked = tidied(asked)
    return rows.filter(Q(file_name__icontains=asked) | Q(made_by_name__icontains=asked)) if asked else rows


def possible(run: Run) -> list[RunAct]:
    """What is worth asking for now: nothing where nothing would change, or has changed."""
    would_change = any(run.actions.get(each, 0) for each in (Action.CREATE, Action.UPDATE))
    has_changed = run.created + run.updated > 0
    match run.stage:
        case Stage.CHECKED:
            return [RunAct.IMPORT] if would_change else []
        case Stage.DONE:
            return [RunAct.UNDO] if has_changed else []
        case Stage.IMPORT_STOPPED:
            return [RunAct.IMPORT, RunAct.UNDO] if has_changed else [RunAct.IMPORT]
        case Stage.UNDO_STOPPED:
            return [RunAct.UNDO]
    return []


def ask_import(run_id: int, name: str) -> None:
    """Have a checked run applied; one that stopped half-way goes on. Raises: NotNowError."""
    with transaction.atomic():
        run = _at(run_id, Stage.CHECKED, Stage.IMPORT_STOPPED)
        if run.stage == Stage.CHECKED:
            run.cursor, run.progress, run.progress_of = 0, 0, Row.objects.filter(run=run).count()
        run.stage, run.tries, run.applied_by_name = Stage.APPLYING, 0, name[:150]
        run.save()


def ask_undo(run_id: int, name: str) -> None:
    """Have a run undone, or what it did before it stopped; an undoing that stopped goes on. Raises: NotNowError."""
    with transaction.atomic():
        run = _at(run_id, Stage.DONE, Stage.IMPORT_STOPPED, Stage.UNDO_STOPPED)
        if run.stage != Stage.UNDO_STOPPED:
            run.rows.all().delete()
            run.cursor, run.progress, run.progress_of = 2**62, 0, Change.objects.filter(run=run).count()
        run.stage, run.tries, run.undone_by_name = Stage.UNDOING, 0, name[:150]
        run.save()


def _at(run_id: int, *stages: Stage) -> Run:
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.stage not in stages:
        raise NotNowError
    return run


def _to_check() -> QuerySet[Run]:
    """Uploads that wait for their check, and checks whose worker is gone."""
    stale = Q(stage=Stage.CHECKING, heard_at__lt=timezone.now() - timedelta(seconds=STALE_AFTER_S))
    return Run.objects.filter(Q(stage=Stage.WAITING) | stale).exclude(path="").order_by("pk")


def _to_move() -> QuerySet[Run]:
    return Run.objects.filter(stage__in=[Stage.APPLYING, Stage.UNDOING]).order_by("pk")


def is_anything_to_do() -> bool:
    """Whether a clerk would find work."""
    return _to_check().exists() or _to_move().exists()


class Clerk:
    """Does what is to be done with runs. Of several clerks each batch is one's, and a check is whose took it last."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._worker = secrets.token_hex(16)
        self._check: Generator[None] | None = None
        self._begun: tuple[int, str, int] | None = None
        """The batch this process has begun last: run, stage and cursor."""

    def turn(self) -> bool:
        """Do one batch of something; False when there is nothing to do.

        Raises: whatever ended a run by a fault of ours: it is put aside, and the next turn goes on with the others.
        """
        if self._check is None:
            return self._applied_some() or self._took_one()
        try:
            next(self._check)
        except (StopIteration, OvertakenError):
            self._check = None
        return True

    def leave(self) -> None:
        """Hand a check that is under way back to whoever comes next, from its beginning, as if it had not been tried:
        who is asked to end, because the fleet is started anew, is not killed over it."""
        if self._check is None:
            return
        self._check.close()
        self._check = None
        ours = Run.objects.filter(stage=Stage.CHECKING, worker=self._worker)
        ours.update(stage=Stage.WAITING, worker="", tries=F("tries") - 1)

    def _applied_some(self) -> bool:
        run = _to_move().first()
        if run is None:
            return False
        if not self._may_begin(run):
            Run.objects.filter(pk=run.pk, stage=run.stage).update(stage=STOPPED[Stage(run.stage)])
            return True
        step = apply_step if run.stage == Stage.APPLYING else undo_step
        try:
            step(run.pk, self._announce)
        except (OperationalError, InterfaceError):  # the database is away or busy: no run's fault
            raise
        except Exception:
            Run.objects.filter(pk=run.pk, stage=run.stage).update(stage=STOPPED[Stage(run.stage)])
            raise
        Run.objects.filter(pk=run.pk).update(tries=0)
        return True

    def _may_begin(self, run: Run) -> bool:
        """Note, before it begins, that this process is at this batch; False when it has killed too many before.

        A batch that is tried again in the same process, because the database was away, counts once.
        """
        batch = (run.pk, run.stage, run.cursor)
        if batch != self._begun:
            if run.tries >= TRIES_MAX:
                return False
            Run.objects.filter(pk=run.pk).update(tries=F("tries") + 1)
            self._begun = batch
        return True

    def _took_one(self) -> bool:
        """Begin the oldest check that waits, or whose worker is gone."""
        run = _to_check().first()
        if run is None:
            return False
        check = Check(run, Path(run.path), self._worker)
        if run.tries >= TRIES_MAX:
            check.give_up()
        else:
            self._check = check.steps()
        return True


def check(run: Run, path: Path) -> Iterator[None]:
    """Check a file that stands elsewhere, and is left there: the command line's way.

    Raises: OvertakenError; OSError.
    """
    return Check(run, path, secrets.token_hex(16)).steps()
