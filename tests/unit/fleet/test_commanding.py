"""Commands at the fleet: who asked, when it is too late, and which answer counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.devices import commanding
from fleet.devices.commanding import ANSWER_GRACE, LOOKED_FOR, Progress, ask, progress
from fleet.devices.models import Kiosk, KioskCommand, Outgoing
from fleet.ingest.keeping import Keeper, Said
from fleet.people.models import Membership, Role
from fleet.protocol.messages import Command, CommandKind, Reply, decode, encode
from fleet.protocol.records import CommandEnded, encode_record
from fleet.protocol.topics import Channel
from tests.support.signed_in import browser_of

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KINDS = [kind for kind in CommandKind if kind is not CommandKind.UNKNOWN]


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    Outgoing.objects.all().delete()


def kiosk(kiosk_id: str = "CBI-01") -> Kiosk:
    return Kiosk.objects.get(pk=kiosk_id)


def reply(asked: KioskCommand, kiosk_id: str = "CBI-01", **fields: object) -> None:
    said = Reply(command_id=asked.pk, **({"done": True} | fields))  # type: ignore[arg-type]
    Keeper().keep([Said(kiosk_id, Channel.REPLY, encode(said))])
    asked.refresh_from_db()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_leaves_with_its_number_and_its_end(kind: CommandKind) -> None:
    asked = ask(kiosk(), kind, None)
    (out,) = Outgoing.objects.all()
    said = decode(bytes(out.payload), Command)
    assert (said.command_id, said.kind, said.expires_at) == (asked.pk, kind, asked.expires_at)
    assert (out.topic, out.retain) == ("sala/v1/kiosk/CBI-01/command", False)
    assert (out.correlation, out.expires_at) == (asked.pk, asked.expires_at)


def test_what_still_waits_is_not_asked_twice() -> None:
    first = ask(kiosk(), CommandKind.IDENTIFY, None)
    assert ask(kiosk(), CommandKind.IDENTIFY, None) == first
    assert ask(kiosk("CBI-02"), CommandKind.IDENTIFY, None) != first
    assert ask(kiosk(), CommandKind.REFRESH, None) != first
    reply(first)
    assert ask(kiosk(), CommandKind.IDENTIFY, None) != first


def test_no_command_is_asked() -> None:
    with pytest.raises(ValueError, match="no such command"):
        ask(kiosk(), CommandKind.UNKNOWN, None)


def test_it_waits_is_answered_or_expires() -> None:
    asked = ask(kiosk(), CommandKind.IDENTIFY, None)
    assert progress(asked, timezone.now()) is Progress.WAITING
    assert progress(asked, asked.expires_at + ANSWER_GRACE) is Progress.WAITING
    assert progress(asked, asked.expires_at + ANSWER_GRACE + timedelta(seconds=1)) is Progress.EXPIRED
    reply(asked, done=False, detail="front desk not running")
    assert progress(asked, timezone.now() + timedelta(days=1)) is Progress.FAILED
    assert asked.detail == "front desk not running"


def test_the_first_answer_counts() -> None:
    asked = ask(kiosk(), CommandKind.IDENTIFY, None)
    reply(asked, done=True)
    reply(asked, done=False, detail="later")
    assert (asked.done, asked.detail) == (True, "")


def test_the_record_ends_a_command_whose_reply_was_lost_and_a_late_picture_is_still_taken() -> None:
    asked = ask(kiosk(), CommandKind.SCREENSHOT, None)
    record = CommandEnded(command_id=asked.pk, command="screenshot", done=True, detail="", ended_at=AT)
    batch = b'{"spool_id": "s1", "records": [{"no": 1, "record": %s}]}' % encode_record(record)
    Keeper().keep([Said("CBI-01", Channel.RECORDS, batch)])
    asked.refresh_from_db()
    assert asked.done
    reply(asked, media_type="image/png", attachment=b"PNG")
    assert bytes(asked.attachment or b"") == b"PNG"


@pytest.mark.parametrize("stranger", ["CBI-02", "KKN-01"])
def test_another_kiosks_answer_changes_nothing(stranger: str) -> None:
    asked = ask(kiosk(), CommandKind.SCREENSHOT, None)
    reply(asked, stranger, media_type="image/png", attachment=b"PNG")
    assert (asked.done, asked.attachment) == (None, None)


def test_what_is_neither_picture_nor_text_is_thrown_away() -> None:
    asked = ask(kiosk(), CommandKind.SCREENSHOT, None)
    reply(asked, media_type="text/html", attachment=b"<script>")
    assert (asked.done, asked.attachment, asked.media_type) == (True, None, "")


# ---- from the page


def client(role: Role | None, dopa_code: int | None = None) -> Client:
    user = User.objects.create(username="somebody")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


@pytest.mark.parametrize(("role", "dopa_code"), [(Role.TECHNICIAN, 20), (Role.NATIONAL_ADMIN, None)])
def test_who_looks_after_a_kiosk_may_ask(role: Role, dopa_code: int | None) -> None:
    answer = client(role, dopa_code).post("/kiosks/CBI-01/command/", {"kind": "identify"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/kiosks/CBI-01/")
    (asked,) = KioskCommand.objects.all()
    assert (asked.kind, asked.asked_by) == ("identify", User.objects.get(username="somebody"))


@pytest.mark.parametrize(("role", "dopa_code"), [(Role.TECHNICIAN, 40), (Role.PROVINCIAL_ADMIN, 40), (None, None)])
def test_who_does_not_may_not(role: Role | None, dopa_code: int | None) -> None:
    asked = commanding.ask(kiosk(), CommandKind.SCREENSHOT, None)
    reply(asked, media_type="image/png", attachment=b"PNG")
    stranger = client(role, dopa_code)
    assert stranger.post("/kiosks/CBI-01/command/", {"kind": "reboot"}).status_code == 404
    assert stranger.get(f"/kiosks/CBI-01/brought/{asked.pk}").status_code == 404
    assert KioskCommand.objects.count() == 1


@pytest.mark.parametrize("kind", ["", "dance", "unknown"])
def test_what_is_no_command_is_not_asked(kind: str) -> None:
    assert client(Role.TECHNICIAN, 20).post("/kiosks/CBI-01/command/", {"kind": kind}).status_code == 404
    assert not KioskCommand.objects.exists()


def test_a_picture_is_shown_and_logs_are_a_file() -> None:
    looker = client(Role.TECHNICIAN, 20)
    for kind, media_type, way in (("screenshot", "image/png", "inline"), ("send-logs", "text/plain", "attachment")):
        asked = ask(kiosk(), CommandKind(kind), None)
        reply(asked, media_type=media_type, attachment="ตัวอย่าง".encode())
        answer = looker.get(f"/kiosks/CBI-01/brought/{asked.pk}")
        assert answer.content.decode() == "ตัวอย่าง"
        assert answer.headers["Content-Type"].startswith(media_type)
        assert answer.headers["Content-Disposition"].startswith(f'{way}; filename="CBI-01-{kind}-')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert looker.get(f"/kiosks/CBI-02/brought/{asked.pk}").status_code == 404


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_tells_how_commands_stand(language: str) -> None:
    looker = client(Role.TECHNICIAN, 20)
    looker.cookies["django_language"] = language
    done, failed = ask(kiosk(), CommandKind.IDENTIFY, None), ask(kiosk(), CommandKind.TEST_PRINT, None)
    reply(done)
    reply(failed, done=False, detail="paper-out")
    ask(kiosk(), CommandKind.REBOOT, None)
    page = looker.get("/kiosks/CBI-01/").content.decode()
    for words in {"th": ("สำเร็จใน", "กระดาษหมด", "รอตู้ตอบ"), "en": ("Done in", "paper", "Waiting for the kiosk")}[
        language
    ]:
        assert words in page


def test_the_answer_to_what_was_just_asked_stands_first_on_the_page_for_a_while() -> None:
    looker, asked = client(Role.TECHNICIAN, 20), ask(kiosk(), CommandKind.SCREENSHOT, None)

    def answer() -> str:
        page = looker.get("/kiosks/CBI-01/").content.decode()
        return page.partition('id="answer"')[2].partition("</div></div>")[0]

    assert "รอตู้ตอบ" in answer()
    reply(asked, media_type="image/png", attachment=b"PNG")
    assert "สำเร็จใน" in answer()
    assert f"/kiosks/CBI-01/brought/{asked.pk}" in answer()
    KioskCommand.objects.update(ended_at=timezone.now() - LOOKED_FOR)
    assert answer() == ""
