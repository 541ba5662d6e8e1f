"""What the pages of imports show, a program reads: narrowed down alike, who did what, how grave the findings are."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fleet.office.register.models import Found, Run, Stage
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


@pytest.fixture
def run() -> Run:
    """An import of one office; and one of the nation, of another file."""
    Run.objects.create(file_name="ทั้งประเทศ.xlsx", sha256="1", size_bytes=1, made_by_name="ส่วนกลาง")
    made = Run.objects.create(
        office_id="CBI", file_name="ชลบุรี.csv", sha256="0", size_bytes=9, made_by_name="มาลี", stage=Stage.DONE,
        kinds={"no-number": 2, "tidied": 5}, applied_by_name="สุดา", applied_at=timezone.now(),
    )  # fmt: skip
    Found.objects.create(run=made, line=7, kind="no-number")
    Found.objects.create(run=made, line=8, kind="tidied")
    return made


def test_imports_are_narrowed_down_as_on_the_page(run: Run) -> None:
    nation = program(Role.NATIONAL_ADMIN, None)
    for asked, names in {
        "": ["ชลบุรี.csv", "ทั้งประเทศ.xlsx"], "stage=done": ["ชลบุรี.csv"], "province=20": ["ชลบุรี.csv"],
        "province=40": [], "q=ส่วนกลาง": ["ทั้งประเทศ.xlsx"], "q=ชล": ["ชลบุรี.csv"], "stage=failed": [],
    }.items():  # fmt: skip
        assert [each["file_name"] for each in nation.get(f"register/runs?{asked}")["items"]] == names, asked
        page = browser_of(nation.token.person).get(f"/register.csv?{asked.replace('stage', 'state')}").content.decode()
        assert all(name in page for name in names)
        assert page.count("\n") == len(names) + 1
    for wrong in ("stage=none", "province=1", "province=x"):
        assert nation.ask("get", f"register/runs?{wrong}").status_code == 422, wrong


def test_an_import_says_who_did_it_and_how_grave_its_findings_are(run: Run) -> None:
    one = program()
    said = one.get(f"register/runs/{run.pk}")
    assert (said["applied_by_name"], said["applied_at"] is None, said["undone_at"]) == ("สุดา", False, None)
    assert (said["size_bytes"], said["province"]) == (9, 20)
    assert said["severities"] == {"error": 2, "warning": 0, "note": 5}
    found = one.get(f"register/runs/{run.pk}/findings")["items"]
    assert [(each["line"], each["severity"]) for each in found] == [(7, "error"), (8, "note")]
    assert program(Role.OFFICER, 40).ask("get", f"register/runs/{run.pk}").status_code == 404


@pytest.mark.parametrize(
    ("stage", "actions", "created", "acts"),
    [
        (Stage.CHECKED, {"create": 1}, 0, ["import"]),
        (Stage.CHECKED, {"same": 9}, 0, []),
        (Stage.DONE, {"create": 1}, 1, ["undo"]),
        (Stage.DONE, {"same": 9}, 0, []),
        (Stage.IMPORT_STOPPED, {"create": 2}, 1, ["import", "undo"]),
        (Stage.IMPORT_STOPPED, {"create": 2}, 0, ["import"]),
        (Stage.UNDO_STOPPED, {"create": 1}, 1, ["undo"]),
        (Stage.APPLYING, {"create": 1}, 1, []),
    ],
)
def test_an_import_says_what_may_be_asked_for(
    run: Run, stage: Stage, actions: dict[str, int], created: int, acts: list[str]
) -> None:
    Run.objects.filter(pk=run.pk).update(stage=stage, actions=actions, created=created)
    one = program()
    assert one.get(f"register/runs/{run.pk}")["possible"] == acts
    page = browser_of(one.token.person).get(f"/register/{run.pk}/").content.decode()
    assert [each for each in ("import", "undo") if f'form="do-{each}"' in page] == acts
    assert program(Role.AUDITOR, None).get(f"register/runs/{run.pk}")["possible"] == []
