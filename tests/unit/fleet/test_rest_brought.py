"""What a command brought, for a program: the file of the page, of the kiosks one sees."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.devices.commanding import ask, replied
from fleet.devices.models import Kiosk
from fleet.people.models import Role
from fleet.protocol.messages import CommandKind, Reply
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.TECHNICIAN, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def asked_for(kind: str, media_type: str, data: bytes, kiosk_id: str = "CBI-01") -> str:
    asked = ask(Kiosk.objects.get(pk=kiosk_id), CommandKind(kind), None)
    replied(kiosk_id, Reply(command_id=asked.pk, done=True, media_type=media_type, attachment=data), timezone.now())
    return asked.pk


@pytest.mark.parametrize(("kind", "media_type"), [("screenshot", "image/png"), ("send-logs", "text/plain")])
def test_what_a_command_brought_is_the_pages_file(kind: str, media_type: str) -> None:
    command = asked_for(kind, media_type, "\x89PNG ตัวอย่าง".encode())
    who = person(Role.TECHNICIAN)
    before = Entry.objects.count()
    one = holder(who).ask("get", f"kiosks/CBI-01/commands/{command}/brought")
    page = browser_of(who).get(f"/kiosks/CBI-01/brought/{command}")
    assert Entry.objects.count() == before
    assert (one.status_code, one.content) == (200, page.content)
    assert one.content == "\x89PNG ตัวอย่าง".encode()
    for name in ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options"):
        assert one.headers[name] == page.headers[name], name
    listed = holder(who).get(f"kiosks/CBI-01/commands?kind={kind}")["items"]
    assert [(each["command_id"], each["brought"]) for each in listed] == [(command, media_type)]


def test_what_it_brought_is_nobody_elses() -> None:
    command = asked_for("screenshot", "image/png", b"PNG")
    empty = ask(Kiosk.objects.get(pk="CBI-01"), CommandKind.IDENTIFY, None).pk
    one = program()
    assert one.ask("get", f"kiosks/CBI-02/commands/{command}/brought").status_code == 404
    assert one.ask("get", f"kiosks/CBI-01/commands/{empty}/brought").status_code == 404
    assert one.ask("get", "kiosks/CBI-01/commands/none/brought").status_code == 404
    assert one.ask("get", f"kiosks/CBI-01/commands/{'x' * 41}/brought").status_code == 422
    other = program(dopa_code=40)
    assert other.ask("get", f"kiosks/CBI-01/commands/{command}/brought").status_code == 404
    assert one.get("kiosks/CBI-01/commands?kind=identify")["items"][0]["command_id"] == empty
    assert one.ask("get", "kiosks/CBI-01/commands?kind=dance").status_code == 422
