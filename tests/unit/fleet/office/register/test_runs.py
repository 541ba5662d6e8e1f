"""A whole run over the sample offices: dry run, import, again, killed in the middle, undone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO

import msgspec
import pytest
from django.core.serializers import serialize
from django.db import OperationalError
from django.utils import timezone

from fleet.office.changes.pages import page_after
from fleet.office.models import Company, Factory, Folder, Office, OwnerHash
from fleet.office.register import runs
from fleet.office.register.applying import apply_step, undo_step
from fleet.office.register.checking import OvertakenError
from fleet.office.register.findings import Kind
from fleet.office.register.models import Change, Found, Row, Run, Stage
from fleet.office.register.sample_file import Place, write_csv, write_xlsx
from fleet.office.register.tables import Refusal
from fleet.protocol.factory import luhn_digit
from fleet.protocol.thai import keyed_hash
from fleet.site.sample import sample_id

FACTORIES_BEFORE = 18
"""The sample offices have six each."""

PLACES = [Place(20, "ชลบุรี"), Place(40, "ขอนแก่น"), Place(14, "พระนครศรีอยุธยา")]
HEADINGS = "FID,DISPFACREG,FNAME,ONAME,FACTYPE,HP,FFLAG,FPROVNAME,เลขประจำตัวผู้เสียภาษี,วันเริ่มประกอบกิจการ"


def number(sequence: int, dopa_code: int = 20) -> str:
    body = f"20{dopa_code}{sequence:05d}2555"
    return body + str(luhn_digit(body))


A, B, C = number(90001), number(90002), number(90003)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register.csv"


def written(file: Path, *lines: str) -> Path:
    file.write_text("\n".join([HEADINGS, *lines]) + "\n", "utf-8")
    return file


def checked(file: Path, office_id: str | None = "CBI") -> Run:
    office = Office.objects.get(pk=office_id) if office_id else None
    run, _ = runs.begun(file, file.name, office, (None, "ตัวอย่าง"))
    for _step in runs.check(run, file):
        pass
    return Run.objects.get(pk=run.pk)


def silent(_office_id: str) -> None:
    """No kiosk is told."""


def imported(file: Path, office_id: str | None = "CBI") -> Run:
    run = checked(file, office_id)
    assert run.stage == Stage.CHECKED, run.refusal
    runs.ask_import(run.pk, "ตัวอย่าง")
    return imported_on(run)


def imported_on(run: Run) -> Run:
    """Take the steps that are left of an import."""
    while apply_step(run.pk, silent):
        pass
    return Run.objects.get(pk=run.pk)


def undone(run: Run) -> Run:
    runs.ask_undo(run.pk, "ตัวอย่าง")
    while undo_step(run.pk, silent):
        pass
    return Run.objects.get(pk=run.pk)


def register() -> object:
    """All that an import may touch."""
    return [json.loads(serialize("json", model.objects.order_by("pk"))) for model in (Factory, Company)] + [
        sorted(OwnerHash.objects.values_list("factory", "hash"))
    ]


def found(run: Run) -> dict[int, set[str]]:
    by_line: dict[int, set[str]] = {}
    for line, kind in Found.objects.filter(run=run).values_list("line", "kind"):
        by_line.setdefault(line, set()).add(kind)
    return by_line


def test_a_dry_run_changes_nothing_and_says_what_would_be(file: Path) -> None:
    before = register()
    run = checked(written(file, f"{A},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,1/3/2551"))
    assert (run.stage, run.lines, run.actions, run.kinds) == (Stage.CHECKED, 1, {"create": 1}, {})
    assert register() == before


def test_an_import_writes_every_fact(file: Path) -> None:
    run = imported(
        written(file, f"{A},3 - 22(3)-1/41 ชบ,โรงงานตัวอย่าง ก,บริษัท ตัวอย่าง จำกัด,3,85.5,1,ชลบุรี,0105561177671,1/3/2551")
    )
    factory = Factory.objects.get(pk=A)
    assert (factory.office_id, factory.old_no, factory.kind) == ("CBI", "3-22(3)-1/41ชบ", 3)
    assert (factory.horsepower, factory.state, factory.company_id) == (Decimal("85.50"), "operating", "0105561177671")
    assert (factory.fee_anniversary, factory.operator_th) == (date(2008, 3, 1), "บริษัท ตัวอย่าง จำกัด")
    assert (run.stage, run.created, run.updated) == (Stage.DONE, 1, 0)
    assert not Row.objects.filter(run=run).exists()


def test_a_second_import_of_the_same_file_changes_nothing(file: Path) -> None:
    write_csv(file, 400, PLACES)
    first = imported(file, None)
    assert first.created > 300
    after = register()
    again = imported(file, None)
    assert (again.created, again.updated, Change.objects.filter(run=again).count()) == (0, 0, 0)
    assert register() == after


def test_a_workbook_says_the_same_as_a_csv(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", 400, PLACES)
    write_xlsx(tmp_path / "a.xlsx", 400, PLACES)
    imported(tmp_path / "a.csv", None)
    again = checked(tmp_path / "a.xlsx", None)
    assert again.actions.get("create", 0) == again.actions.get("update", 0) == 0, found(again)


def test_empty_cells_erase_nothing(file: Path) -> None:
    imported(written(file, f"{A},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ก,ผู้ประกอบการตัวอย่าง,3,85.5,1,ชลบุรี,,1/3/2551"))
    before = register()
    run = imported(written(file, f"{A},,-,NULL,,,,,,"))
    assert (run.actions, run.updated) == ({"same": 1}, 0)
    assert register() == before


def test_killed_in_the_middle_of_anything_the_result_is_the_same(file: Path) -> None:
    """Whoever was killed is simply never heard of again; the next one takes the run over."""
    write_csv(file, 1200, PLACES)
    before = register()
    run, _ = runs.begun(file, file.name, None, (None, "ตัวอย่าง"))
    in_first_pass, in_second_pass = runs.check(run, file), runs.check(run, file)
    next(in_first_pass)
    for _ in range(3):
        next(in_second_pass)
    assert Found.objects.filter(run=run).exists()
    run = checked(file, None)
    assert Run.objects.count() == 1, "the same file, unfinished, is the same run"
    with pytest.raises(OvertakenError):  # it was only slow, and wakes up
        next(in_second_pass)
    assert Found.objects.filter(run=run).count() == sum(run.kinds.values())
    runs.ask_import(run.pk, "ตัวอย่าง")
    assert apply_step(run.pk, silent)
    assert 0 < Run.objects.get(pk=run.pk).created < run.actions["create"]
    run = imported_on(run)
    assert run.created == run.actions["create"] == Factory.objects.count() - FACTORIES_BEFORE
    runs.ask_undo(run.pk, "ตัวอย่าง")
    assert undo_step(run.pk, silent)
    assert Run.objects.get(pk=run.pk).stage == Stage.UNDOING
    while undo_step(run.pk, silent):
        pass
    assert register() == before


def by_a_clerk() -> None:
    """Do what there is to do."""
    clerk = runs.Clerk(silent)
    while clerk.turn():
        pass


def test_an_import_that_fails_by_a_fault_of_ours_stands_aside_and_goes_on_when_asked(file: Path) -> None:
    write_csv(file, 700, PLACES)
    before = register()
    faulty = checked(file, None)
    row = Row.objects.filter(run=faulty).last()
    assert row is not None
    good, row.candidate = row.candidate, "{}"
    row.save()
    after_it = checked(written(file.with_name("b.csv"), f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    for each in (faulty, after_it):
        runs.ask_import(each.pk, "ตัวอย่าง")
    with pytest.raises(msgspec.ValidationError):
        by_a_clerk()
    faulty.refresh_from_db()
    assert (faulty.stage, faulty.progress) == (Stage.IMPORT_STOPPED, faulty.created + faulty.updated)
    assert faulty.created > 0, "the batches before it are in"
    by_a_clerk()
    after_it.refresh_from_db()
    assert after_it.stage == Stage.DONE
    row.candidate = good
    row.save()
    runs.ask_import(faulty.pk, "ตัวอย่าง")
    by_a_clerk()
    faulty.refresh_from_db()
    assert (faulty.stage, faulty.created) == (Stage.DONE, faulty.actions["create"])
    for each in (faulty, after_it):
        undone(each)
    assert register() == before


def test_an_import_that_stopped_can_be_undone_instead(file: Path) -> None:
    write_csv(file, 700, PLACES)
    before = register()
    run = checked(file, None)
    Row.objects.filter(pk=max(run.rows.values_list("pk", flat=True))).update(candidate="{}")
    runs.ask_import(run.pk, "ตัวอย่าง")
    with pytest.raises(msgspec.ValidationError):
        by_a_clerk()
    assert register() != before
    assert undone(run).stage == Stage.UNDONE
    assert register() == before


def test_an_undoing_that_fails_by_a_fault_of_ours_stands_aside_and_goes_on_when_asked(file: Path) -> None:
    before = register()
    run = imported(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    change = Change.objects.get(run=run)
    good, change.after = change.after, {"no such column": 1}
    change.save()
    runs.ask_undo(run.pk, "ตัวอย่าง")
    with pytest.raises(AttributeError):
        by_a_clerk()
    assert Run.objects.get(pk=run.pk).stage == Stage.UNDO_STOPPED
    assert not runs.is_anything_to_do()
    change.after = good
    change.save()
    assert undone(run).stage == Stage.UNDONE
    assert register() == before


def test_a_database_that_is_away_stops_no_run(file: Path) -> None:
    def away(_office_id: str) -> None:
        raise OperationalError("the connection is gone")

    run = checked(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    runs.ask_import(run.pk, "ตัวอย่าง")
    clerk = runs.Clerk(away)
    assert clerk.turn()
    with pytest.raises(OperationalError):
        clerk.turn()
    by_a_clerk()
    assert Run.objects.get(pk=run.pk).stage == Stage.DONE


class Killed(BaseException):
    """The process is gone: it catches nothing and says nothing."""


def killed(_office_id: str) -> None:
    raise Killed


def test_a_batch_that_kills_whoever_does_it_is_put_aside_and_goes_on_when_asked(file: Path) -> None:
    deadly = checked(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    after_it = checked(written(file.with_name("b.csv"), f"{B},,โรงงานตัวอย่าง ข,,3,85.5,1,ชลบุรี,,"))
    for each in (deadly, after_it):
        runs.ask_import(each.pk, "ตัวอย่าง")
    assert runs.Clerk(silent).turn(), "the rows; what is left is the end, which tells the kiosks"
    for _process in range(runs.TRIES_MAX):
        with pytest.raises(Killed):
            runs.Clerk(killed).turn()
        deadly.refresh_from_db()
        assert deadly.stage == Stage.APPLYING
    by_a_clerk()
    deadly.refresh_from_db()
    after_it.refresh_from_db()
    assert (deadly.stage, deadly.tries) == (Stage.IMPORT_STOPPED, runs.TRIES_MAX)
    assert after_it.stage == Stage.DONE
    runs.ask_import(deadly.pk, "ตัวอย่าง")
    by_a_clerk()
    deadly.refresh_from_db()
    assert (deadly.stage, deadly.tries) == (Stage.DONE, 0)


def test_a_batch_that_waits_for_its_database_counts_once(file: Path) -> None:
    def away(_office_id: str) -> None:
        raise OperationalError("the connection is gone")

    run = checked(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    runs.ask_import(run.pk, "ตัวอย่าง")
    clerk = runs.Clerk(away)
    assert clerk.turn()
    for _minute in range(2 * runs.TRIES_MAX):
        with pytest.raises(OperationalError):
            clerk.turn()
    run.refresh_from_db()
    assert (run.stage, run.tries) == (Stage.APPLYING, 1)


def test_a_file_that_kills_whoever_checks_it_is_refused(file: Path) -> None:
    written(file, f"{A},,โรงงานตัวอย่าง,,3,1,1,ชลบุรี,,")
    run = runs.take_in([file.read_bytes()], "a.csv", Office.objects.get(pk="CBI"), (None, "ตัวอย่าง"))
    waiting = Path(run.path)
    for _process in range(runs.TRIES_MAX):
        clerk = runs.Clerk(silent)
        assert clerk.turn()
        assert clerk.turn(), "in the middle of it, and then never heard of again"
        run.refresh_from_db()
        assert (run.stage, run.refusal) == (Stage.CHECKING, "")
        Run.objects.update(heard_at=timezone.now() - timedelta(seconds=2 * runs.STALE_AFTER_S))
    by_a_clerk()
    run.refresh_from_db()
    assert (run.stage, run.refusal, run.path) == (Stage.FAILED, Refusal.KILLS, "")
    assert not waiting.exists()
    assert not runs.is_anything_to_do()


def test_a_fleet_that_is_started_anew_over_and_over_has_not_killed_a_check(file: Path) -> None:
    written(file, f"{A},,โรงงานตัวอย่าง,,3,1,1,ชลบุรี,,")
    run = runs.take_in([file.read_bytes()], "a.csv", Office.objects.get(pk="CBI"), (None, "ตัวอย่าง"))
    for _process in range(2 * runs.TRIES_MAX):
        clerk = runs.Clerk(silent)
        assert clerk.turn()
        assert clerk.turn(), "in the middle of it, when it is asked to end"
        clerk.leave()
        run.refresh_from_db()
        assert (run.stage, run.tries) == (Stage.WAITING, 0), "and another may begin at once"
    by_a_clerk()
    run.refresh_from_db()
    assert run.stage == Stage.CHECKED


def test_undone_everything_is_what_it_was(file: Path) -> None:
    imported(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,85.5,1,ชลบุรี,,"))
    before = register()
    person = sample_id(3).reveal()
    run = imported(
        written(
            file,
            f"{A},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ใหม่,,2,12,3,ชลบุรี,0105561177671,1/3/2551",
            f"{B},,โรงงานตัวอย่าง ข,นายตัวอย่าง,2,,1,ชลบุรี,{person},",
        )
    )
    assert (run.created, run.updated) == (1, 1)
    back = undone(run)
    assert (back.stage, back.went_back, back.stayed) == (Stage.UNDONE, 2, 0)
    assert register() == before


def test_what_changed_since_stays_and_the_run_says_so(file: Path) -> None:
    imported(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,1,1,ชลบุรี,,", f"{B},,โรงงานตัวอย่าง ข,,3,1,1,ชลบุรี,,"))
    run = imported(
        written(
            file,
            f"{A},,โรงงานตัวอย่าง ก,,3,2,1,ชลบุรี,,",
            f"{B},,โรงงานตัวอย่าง ข,,3,2,1,ชลบุรี,,",
            f"{C},,โรงงานตัวอย่าง ค,,3,2,1,ชลบุรี,,",
        )
    )
    Factory.objects.filter(pk=A).update(horsepower=Decimal(3))
    Factory.objects.filter(pk=B).update(workers=7)  # the run did not touch this
    Folder.objects.create(folder_id="F20-99999-X", factory_id=C, room="1", cabinet="1", shelf="1")
    back = undone(run)
    assert (back.went_back, back.stayed) == (1, 2)
    assert set(Change.objects.filter(run=run, stayed=True).values_list("factory_no", flat=True)) == {A, C}
    assert Factory.objects.get(pk=A).horsepower == 3
    assert (Factory.objects.get(pk=B).horsepower, Factory.objects.get(pk=B).workers) == (1, 7)
    assert Factory.objects.filter(pk=C).exists()


def test_never_two_factories_in_one_by_a_guess(file: Path) -> None:
    """Equal names, places and owners make no one factory; contradicting lines about one are a person's to settle."""
    run = checked(
        written(
            file,
            f"{A},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ก,,3,1,1,ชลบุรี,,",
            f"{B},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ก,,3,1,1,ชลบุรี,,",
            f"{C},,โรงงานตัวอย่าง ค,,3,1,1,ชลบุรี,,",
            f"{C},,โรงงานตัวอย่าง ค,,3,2,1,ชลบุรี,,",
            ",3-9(1)-1/41ชบ,โรงงานตัวอย่าง ง,,3,2,1,ชลบุรี,,",
            f"{number(90004)},,โรงงานตัวอย่าง จ,,3,2,1,ชลบุรี,,",
            f"{number(90004)},,โรงงานตัวอย่าง จ,,3,2,1,ชลบุรี,,",
        )
    )
    assert found(run) == {
        2: {Kind.OLD_NUMBER_SHARED},
        3: {Kind.OLD_NUMBER_SHARED},
        4: {Kind.CONFLICT},
        5: {Kind.CONFLICT},
        6: {Kind.NEW_NUMBER_UNKNOWN},
        8: {Kind.REPEATED},
    }
    assert run.actions == {"left": 5, "create": 1, "repeat": 1}


def test_an_old_number_leads_to_the_factory_that_has_it(file: Path) -> None:
    imported(written(file, f"{A},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ก,,3,1,1,ชลบุรี,,"))
    run = imported(written(file, ",3-22(3)-1/41ชบ,,,,2,,,,", f"{B},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ข,,3,1,1,ชลบุรี,,"))
    assert run.updated == 0, "the file itself gives the old number to another"
    run = imported(written(file, ",3-22(3)-1/41ชบ,,,,2,,,,"))
    assert (run.updated, Factory.objects.get(pk=A).horsepower) == (1, 2)
    run = checked(written(file, f"{B},3-22(3)-1/41ชบ,โรงงานตัวอย่าง ข,,3,1,1,ชลบุรี,,"))
    assert found(run) == {2: {Kind.OLD_NUMBER_ELSEWHERE}}
    run = checked(written(file, f"{A},3-22(3)-9/41ชบ,โรงงานตัวอย่าง ก,,3,3,1,ชลบุรี,,"))
    assert found(run) == {2: {Kind.OLD_NUMBER_DIFFERS}}
    assert run.actions == {"update": 1}


def test_an_office_imports_its_own_province_only(file: Path) -> None:
    other = number(90005, 40)
    run = checked(
        written(
            file,
            f"{other},,โรงงานตัวอย่าง,,3,1,1,ขอนแก่น,,",
            f"{A},,โรงงานตัวอย่าง,,3,1,1,ขอนแก่น,,",
            f"{B},,โรงงานตัวอย่าง,,3,1,1,ดาวอังคาร,,",
            f"{C},,โรงงานตัวอย่าง,,3,1,1,จังหวัด ชลบุรี,,",
        )
    )
    assert found(run) == {2: {Kind.OTHER_PROVINCE}, 3: {Kind.PROVINCES_DISAGREE}, 4: {Kind.PROVINCE_UNKNOWN}}
    assert run.actions == {"left": 3, "create": 1}


def test_the_nation_goes_to_the_offices_there_are(file: Path) -> None:
    theirs, nobodys = number(90005, 40), number(90005, 50)
    run = imported(written(file, f"{theirs},,ตัวอย่าง,,3,1,1,,,", f"{nobodys},,ตัวอย่าง,,3,1,1,,,"), None)
    assert Factory.objects.get(pk=theirs).office_id == "KKN"
    assert found(run) == {3: {Kind.NO_OFFICE}}


def test_a_person_is_a_hash_and_nowhere_a_number(file: Path) -> None:
    person = sample_id(4)
    digits = person.reveal()
    run = imported(written(file, f"{A},,โรงงานตัวอย่าง,นายตัวอย่าง {digits},3,1,1,ชลบุรี,{digits},"))
    key = bytes.fromhex(Office.objects.get(pk="CBI").hash_key)
    assert OwnerHash.objects.get(factory=A).hash == keyed_hash(person, key)
    assert Factory.objects.get(pk=A).operator_th == "นายตัวอย่าง"
    told = [serialize("json", model.objects.all()) for model in (Factory, Run, Row, Found, Change)]
    assert not any(digits in each for each in told)
    assert found(run) == {2: {Kind.ID_IN_TEXT}}


def test_kiosks_learn_of_it(file: Path) -> None:
    told: list[str] = []
    cursor = page_after("CBI", "").cursor
    run = checked(written(file, f"{A},,โรงงานตัวอย่าง ก,,3,1,1,ชลบุรี,,"))
    runs.ask_import(run.pk, "ตัวอย่าง")
    while apply_step(run.pk, told.append):
        pass
    assert told == ["CBI"]
    assert [each.key for each in page_after("CBI", cursor).changes] == [A]


def test_a_file_that_cannot_be_read_is_refused_with_a_reason(file: Path) -> None:
    file.write_text("เอกสารนี้ไม่ใช่ทะเบียน\nไม่มีหัวตาราง\n", "utf-8")
    run = checked(file)
    assert (run.stage, run.refusal) == (Stage.FAILED, Refusal.NO_HEADINGS)


def test_an_upload_is_gone_once_it_was_checked(file: Path) -> None:
    written(file, f"{A},,โรงงานตัวอย่าง,,3,1,1,ชลบุรี,,")
    run = runs.take_in([file.read_bytes()], "a.csv", Office.objects.get(pk="CBI"), (None, "ตัวอย่าง"))
    waiting = Path(run.path)
    assert waiting.stat().st_mode & 0o077 == 0
    assert runs.take_in([file.read_bytes()], "a.csv", run.office, (None, "ตัวอย่าง")).pk == run.pk
    clerk = runs.Clerk(silent)
    while clerk.turn():
        pass
    run.refresh_from_db()
    assert (run.stage, run.path) == (Stage.CHECKED, "")
    assert not waiting.exists()


def test_an_upload_that_was_lost_is_said_to_be(file: Path) -> None:
    run = runs.take_in([b"x"], "a.csv", None, (None, "ตัวอย่าง"))
    Path(run.path).unlink()
    clerk = runs.Clerk(silent)
    while clerk.turn():
        pass
    run.refresh_from_db()
    assert (run.stage, run.refusal) == (Stage.FAILED, Refusal.LOST)


def test_what_is_left_of_a_broken_upload_is_deleted(file: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield sample_id(4).reveal().encode()
        raise ConnectionResetError

    whole = Path(runs.take_in([b"x"], "a.csv", None, (None, "ตัวอย่าง")).path)
    there = set(whole.parent.iterdir())
    with pytest.raises(ConnectionResetError):
        runs.take_in(broken(), "a.csv", None, (None, "ตัวอย่าง"))
    assert set(whole.parent.iterdir()) == there


def test_what_a_killed_process_left_of_an_upload_goes_with_the_next(file: Path) -> None:
    first = Path(runs.take_in([b"x"], "a.csv", None, (None, "ตัวอย่าง")).path)
    stray, fresh = first.with_name("stray"), first.with_name("fresh")
    for each in (stray, fresh):
        each.write_text(sample_id(4).reveal())
    long_ago = time.time() - runs.STRAY_AFTER_S - 1
    for each in (first, stray):
        os.utime(each, (long_ago, long_ago))
    second = Path(runs.take_in([b"y"], "b.csv", None, (None, "ตัวอย่าง")).path)
    assert [each.exists() for each in (first, stray, fresh, second)] == [True, False, True, True]
    fresh.unlink()


class Stumbling(Path):
    """A path at which a fault of our own program shows."""

    _flavour = type(Path())._flavour  # type: ignore[attr-defined]  # how pathlib of 3.11 is derived from

    def open(self, *_args: object, **_kwargs: object) -> IO[bytes]:  # type: ignore[override]
        raise ZeroDivisionError


def test_a_file_we_stumble_over_is_not_in_the_way_of_the_next(file: Path) -> None:
    written(file, f"{A},,โรงงานตัวอย่าง,,3,1,1,ชลบุรี,,")
    run = runs.take_in([file.read_bytes()], "a.csv", Office.objects.get(pk="CBI"), (None, "ตัวอย่าง"))
    with pytest.raises(ZeroDivisionError):
        list(runs.check(run, Stumbling(run.path)))
    waited = Path(run.path)
    run.refresh_from_db()
    assert (run.stage, run.path, waited.exists()) == (Stage.FAILED, "", False)
    assert not runs.is_anything_to_do()


def test_only_what_is_at_that_stage_can_be_asked_for(file: Path) -> None:
    run = checked(written(file, f"{A},,โรงงานตัวอย่าง,,3,1,1,ชลบุรี,,"))
    with pytest.raises(runs.NotNowError):
        runs.ask_undo(run.pk, "ตัวอย่าง")
    runs.ask_import(run.pk, "ตัวอย่าง")
    with pytest.raises(runs.NotNowError):
        runs.ask_import(run.pk, "ตัวอย่าง")
