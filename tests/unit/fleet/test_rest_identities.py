"""The identity of a kiosk, for a program: what its page shows of certificates, and of who did what to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.people.models import Role
from fleet.trust.certificates import Doer, note, revoke
from fleet.trust.models import Certificate, Origin
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.TECHNICIAN, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def ids(one: Holder, asked: str = "") -> list[str]:
    return [each["kiosk_id"] for each in one.get(f"kiosks?limit=200&{asked}")["items"]]


def certificate(kiosk_id: str, serial: str = "5e71", **other: Any) -> Certificate:
    now = timezone.now()
    fields = {
        "kiosk_id": kiosk_id, "serial": serial, "key_sha256": serial * 16, "pem": "", "not_before": now,
        "not_after": now + timedelta(days=90), "origin": Origin.QR, "issued_at": now, "proven_at": now,
    }  # fmt: skip
    return Certificate.objects.create(**{**fields, **other})


def test_kiosks_that_are_expected_are_those_without_an_identity() -> None:
    certificate("CBI-01")
    one = program()
    everyone = ids(one)
    assert ids(one, "identity=true") == ["CBI-01"]
    assert ids(one, "identity=false") == [each for each in everyone if each != "CBI-01"]
    revoke("CBI-01", "หาย", Doer())
    assert ids(one, "identity=false") == everyone


def test_an_identity_from_its_beginning_to_its_end() -> None:
    who = person(Role.PROVINCIAL_ADMIN)
    one, page = holder(who), browser_of(who)

    def told(stage: str, words: str) -> Any:
        assert words in page.get("/kiosks/CBI-01/identity/").content.decode()
        found = one.get("kiosks/CBI-01/identity")
        assert (found["kiosk_id"], found["stage"]) == ("CBI-01", stage)
        return found

    assert told("never", "ยังไม่เคยลงทะเบียน")["certificates"] == []
    row = certificate("CBI-01", proven_at=None)
    waiting = told("waiting", "รอตู้มารับใบรับรอง")
    assert waiting["certificate"] == waiting["certificates"][0]
    assert (waiting["certificate"]["serial"], waiting["certificate"]["origin"]) == ("5e71", "qr")
    Certificate.objects.filter(pk=row.pk).update(proven_at=timezone.now())
    assert told("proven", "ยืนยันตัวตนด้วยใบรับรอง")["certificate"]["revoked_at"] is None
    assert one.ask("post", "kiosks/CBI-01/revocation", {"kiosk_id": "CBI-01", "reason": "หาย"}).status_code == 200
    ending = told("ending", "กำลังตัดลิงก์ที่เปิดอยู่")
    assert (ending["certificate"], ending["certificates"][0]["superseded"]) == (None, False)
    Certificate.objects.filter(pk=row.pk).update(enforced_at=timezone.now())
    assert told("ended", "ลิงก์ถูกตัดแล้ว")["certificates"][0]["enforced_at"]
    Certificate.objects.filter(pk=row.pk).update(revoked_at=None, not_after=timezone.now())
    assert told("ended", "ตู้นี้ไม่มีตัวตน")["certificate"] is None


def test_who_did_what_to_it() -> None:
    who = person(Role.PROVINCIAL_ADMIN)
    certificate("CBI-01")
    note(Doer(None, "192.0.2.7"), "issued", kiosk_id="CBI-01", detail="qr, key 5e71")
    revoke("CBI-01", "เครื่องหาย", Doer(who, "192.0.2.8"))
    note(Doer(), "issued", kiosk_id="KKN-01")
    one = holder(who)
    newest, oldest = one.get("kiosks/CBI-01/identity/deeds")["items"]
    assert (newest["what"], newest["by"], newest["address"], newest["detail"]) == (
        "revoked", who.get_username(), None, "เครื่องหาย",
    )  # fmt: skip
    assert (oldest["what"], oldest["by"], oldest["address"]) == ("issued", None, "192.0.2.7")
    first = one.get("kiosks/CBI-01/identity/deeds?limit=1")
    assert [each["id"] for each in first["items"]] == [newest["id"]]
    assert one.get(f"kiosks/CBI-01/identity/deeds?limit=1&after={first['next']}")["items"] == [oldest]


@pytest.mark.parametrize("path", ["identity", "identity/deeds"])
def test_an_identity_is_of_the_kiosks_one_sees(path: str) -> None:
    before = Entry.objects.count()
    assert program().ask("get", f"kiosks/KKN-01/{path}").status_code == 404
    assert program(dopa_code=40).ask("get", f"kiosks/KKN-01/{path}").status_code == 200
    assert Entry.objects.count() == before
