"""The register's pages: who may import for which province, and a run as an officer goes through it."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from fleet.office.models import Factory, Notice
from fleet.office.register import runs
from fleet.office.register.models import Run, Stage
from fleet.people.models import Membership, Role
from fleet.protocol.factory import luhn_digit
from tests.support.signed_in import browser_of


def number(sequence: int, dopa_code: int = 20) -> str:
    body = f"20{dopa_code}{sequence:05d}2555"
    return body + str(luhn_digit(body))


OURS, THEIRS = number(91001), number(91002, 40)
FILE = f"FID,FNAME,FPROVNAME\n{OURS},โรงงานตัวอย่าง ก,ชลบุรี\n{THEIRS},=HYPERLINK(ตัวอย่าง),ดาวอังคาร\n"


def client(role: Role | None, dopa_code: int | None = 20) -> Client:
    user = User.objects.create(username=f"somebody {User.objects.count()}", first_name="สมหญิง ตัวอย่าง")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def sent(by: Client, office: str = "CBI", content: str = FILE) -> HttpResponse:
    upload = SimpleUploadedFile("ทะเบียน.csv", content.encode("cp874"))
    return by.post("/register/", {"office": office, "file": upload})  # type: ignore[return-value]


def done_by_a_clerk() -> None:
    clerk = runs.Clerk(lambda _office_id: None)
    while clerk.turn():
        pass


def only_run() -> Run:
    return Run.objects.get()


def test_an_officer_goes_through_a_run_from_file_to_undoing() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer).headers["Location"]
    assert "รอตรวจ" in officer.get(there).content.decode()
    done_by_a_clerk()
    page = officer.get(there).content.decode()
    assert "ถ้านำเข้าจะเปลี่ยน 1 โรงงาน" in page
    assert "1 แถวไม่ถูกนำเข้า" in page
    assert not Factory.objects.filter(pk=OURS).exists()
    officer.post(there + "import/")
    done_by_a_clerk()
    assert Factory.objects.get(pk=OURS).office_id == "CBI"
    page = officer.get(there).content.decode()
    assert "เพิ่ม 1 โรงงาน" in page
    assert only_run().applied_by_name == "สมหญิง ตัวอย่าง"
    officer.post(there + "undo/")
    done_by_a_clerk()
    assert "ย้อนกลับแล้ว 1 โรงงาน" in officer.get(there).content.decode()
    assert not Factory.objects.filter(pk=OURS).exists()


def test_a_run_that_a_fault_of_ours_stopped_says_so_and_goes_on() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer).headers["Location"]
    done_by_a_clerk()
    row = only_run().rows.get()
    good, row.candidate = row.candidate, "{}"
    row.save()
    officer.post(there + "import/")
    with pytest.raises(msgspec.ValidationError):
        done_by_a_clerk()
    page = officer.get(there).content.decode()
    assert "นำเข้าไม่จบเพราะระบบขัดข้อง ทำไปแล้ว 0 จาก 1 แถว" in page
    assert 'form="do-import"' in page
    assert "นำเข้าไม่จบ" in officer.get("/register/").content.decode()
    row.candidate = good
    row.save()
    officer.post(there + "import/")
    done_by_a_clerk()
    assert "เพิ่ม 1 โรงงาน" in officer.get(there).content.decode()


def test_english_is_complete() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer).headers["Location"]
    done_by_a_clerk()
    officer.post("/language/", {"language": "en", "next": "/"})
    for address in (there, there + "findings/"):
        main = officer.get(address).content.decode().split('<main id="main">')[1].split("</main>")[0]
        for name in ("ทะเบียน.csv", "สมหญิง ตัวอย่าง", "ดาวอังคาร", "ขอนแก่น"):
            main = main.replace(name, "")
        assert not any("\u0e00" <= letter <= "\u0e7f" for letter in main), address


@pytest.mark.parametrize(
    ("role", "dopa_code"), [(Role.TECHNICIAN, 20), (Role.OFFICER, 40), (Role.PROVINCIAL_ADMIN, 40), (None, None)]
)
def test_for_others_a_run_does_not_exist(role: Role | None, dopa_code: int | None) -> None:
    there = sent(client(Role.OFFICER)).headers["Location"]
    done_by_a_clerk()
    other = client(role, dopa_code)
    for address in ("", "findings/", "findings.csv"):
        assert other.get(there + address).status_code == 404, address
    for address in ("import/", "undo/"):
        assert other.post(there + address).status_code == 404, address
    assert only_run().stage == Stage.CHECKED
    assert "ทะเบียน.csv" not in other.get("/register/").content.decode()


def test_nobody_imports_for_another_province_or_the_nation() -> None:
    officer = client(Role.OFFICER)
    for office in ("KKN", "nation", "", "XXX"):
        assert sent(officer, office).status_code == 404, office
    assert sent(client(Role.TECHNICIAN)).status_code == 404
    assert not Run.objects.exists()
    nation = client(Role.NATIONAL_ADMIN, None)
    assert sent(nation, "nation").status_code == 302
    assert only_run().office is None
    there = f"/register/{only_run().pk}/"
    assert officer.get(there).status_code == 404


def test_the_lists_form_names_only_own_offices() -> None:
    page = client(Role.OFFICER).get("/register/").content.decode()
    assert 'value="CBI"' in page
    assert 'value="KKN"' not in page
    assert 'value="nation"' not in page


def test_findings_can_be_narrowed_down_and_taken_along_without_a_formula() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer, content=FILE + f"{OURS},=1+1,ชลบุรี\n").headers["Location"]
    done_by_a_clerk()
    every = officer.get(there + "findings/").content.decode()
    some = officer.get(there + "findings/?kind=conflict").content.decode()
    assert "ดาวอังคาร" in every
    assert "ดาวอังคาร" not in some
    assert some.count("ข้อมูลขัดกันเอง") > 1
    table = officer.get(there + "findings.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[0] for row in rows] == ["line", "2", "3", "4"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert officer.get(there + "findings/?kind=%27").status_code == 200


def test_what_the_register_overtook_is_said() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer).headers["Location"]
    done_by_a_clerk()
    Factory.objects.create(pk=OURS, office_id="KKN", name_th="ตัวอย่าง", name_en="Sample")
    officer.post(there + "import/")
    done_by_a_clerk()
    page = officer.get(there).content.decode()
    assert "เพิ่ม 0 โรงงาน" in page
    assert "1 แถวไม่ต้องทำหรือทำไม่ได้แล้ว" in page
    assert Factory.objects.get(pk=OURS).office_id == "KKN"


def test_two_who_press_at_once_import_once() -> None:
    officer, admin = client(Role.OFFICER), client(Role.PROVINCIAL_ADMIN)
    there = sent(officer).headers["Location"]
    done_by_a_clerk()
    officer.post(there + "import/")
    assert admin.post(there + "import/").status_code == 302
    done_by_a_clerk()
    assert only_run().created == 1


def test_a_form_without_a_file_says_so() -> None:
    answer = client(Role.OFFICER).post("/register/", {"office": "CBI"})
    assert "เลือกไฟล์" in answer.content.decode()


def test_what_cannot_be_read_is_said_with_what_to_do() -> None:
    officer = client(Role.OFFICER)
    there = sent(officer, content="สวัสดี\n").headers["Location"]
    done_by_a_clerk()
    assert "ไม่พบหัวตาราง" in officer.get(there).content.decode()


def test_a_sample_file_is_there_to_try_and_only_where_all_is_sample() -> None:
    officer = client(Role.OFFICER)
    content = officer.get("/register/sample.csv").content.decode("cp874")
    there = sent(officer, content=content).headers["Location"]
    done_by_a_clerk()
    run = only_run()
    assert run.actions["create"] > 200
    assert len(run.kinds) > 15
    assert there.endswith(f"/{run.pk}/")
    Notice.objects.update(sample=False)
    assert officer.get("/register/sample.csv").status_code == 404
