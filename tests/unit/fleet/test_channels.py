"""What comes in through the channels: kept once, of whom it may come, and without anybody's ID number."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.devices.models import Kiosk, Record
from fleet.ingest.keeping import Keeper, Said
from fleet.office.channels.items import slip_keys
from fleet.office.channels.keeping import UnfitError, open_from_web
from fleet.office.channels.models import Channel, PresenceKey, Registration, StepKind, Ticket
from fleet.office.channels.tracking import Deadline, tracked_ticket
from fleet.office.channels.working import Refusal, TicketError, answer, hand_over
from fleet.protocol.messages import NumberedRecord, RecordBatch, encode
from fleet.protocol.presence import key_id_of
from fleet.protocol.records import (
    CustomerRegistered,
    KnownRecord,
    PresenceIssued,
    PresenceKeyMade,
    TicketOpened,
    encode_record,
)
from fleet.protocol.tickets import Kind, number_of
from fleet.protocol.topics import Channel as Topic
from fleet.site.sample import sample_id

NOW = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
TOKEN = "SAMPLEsampleSAMP"


def channel(code: str = "smell", **other: object) -> Channel:
    fields: dict[str, object] = {
        "office_id": "CBI",
        "code": code,
        "name_th": "กลิ่น",
        "name_en": "Smell",
        "owner_name": "กลุ่มโรงงานตัวอย่าง",
        "deadline_days": 15,
    }
    return Channel.objects.update_or_create(office_id="CBI", code=code, defaults={**fields, **other})[0]


def told(drawn: str = "CBI02-690000001", text: str = "น้ำทิ้งมีกลิ่น", **other: str) -> TicketOpened:
    fields = {"tracking_token": TOKEN, "channel": "smell", "language": "th", **other}
    return TicketOpened(number=number_of(Kind.TICKET, drawn), text=text, opened_at=NOW, **fields)


def said(*records: KnownRecord, kiosk_id: str = "CBI-02", first: int = 1) -> Said:
    numbered = tuple(
        NumberedRecord(no=n, record=msgspec.Raw(encode_record(each))) for n, each in enumerate(records, first)
    )
    return Said(kiosk_id, Topic.RECORDS, encode(RecordBatch(spool_id="spool", records=numbered)))


def test_a_ticket_is_kept_once_however_often_it_is_said() -> None:
    channel()
    keeper = Keeper()
    for _ in range(2):
        (ack,) = keeper.keep([said(told())]).values()
        assert ack.committed_through == 1
    keeper.keep([said(told(text="etwas anderes"), first=2)])  # the same number in a spool that was lost
    ticket = Ticket.objects.get()
    assert (ticket.text, ticket.office_id, ticket.owner_name) == ("น้ำทิ้งมีกลิ่น", "CBI", "กลุ่มโรงงานตัวอย่าง")
    assert ticket.due_on == timezone.localdate(NOW) + timedelta(days=15)
    assert [step.kind for step in ticket.steps.all()] == [StepKind.RECEIVED]


def test_what_was_told_stands_in_no_log_beside_its_table() -> None:
    channel()
    sealed = base64.b64encode(b"sealed").decode()
    registered = CustomerRegistered(
        number=number_of(Kind.REGISTRATION, "CBI02-690000002"),
        id_masked="x-xxxx-xxxxx-01-3",
        phone_masked="xxx-xxx-0000",
        sealed=sealed,
        opened_at=NOW,
    )
    Keeper().keep([said(told(), registered)])
    kept = repr(list(Record.objects.values_list("body", flat=True)))
    for secret in ("น้ำทิ้ง", TOKEN, sealed, "xxx-0000"):
        assert secret not in kept
    assert Ticket.objects.count() == Registration.objects.count() == 1


def test_an_id_number_somebody_typed_is_masked_wherever_it_came_in() -> None:
    owner = channel()
    digits = sample_id(1).reveal()
    spaced = f"{digits[0]} {digits[1:5]} {digits[5:10]} {digits[10:12]} {digits[12]}"
    Keeper().keep([said(told(text=f"เลขผม {digits} หรือ {spaced}"))])
    open_from_web(owner, f"my number is {digits}", "en")
    for ticket in Ticket.objects.all():
        assert digits not in ticket.text.replace(" ", "").replace("-", "")
        assert sample_id(1).masked in ticket.text


@pytest.mark.parametrize(
    "record",
    [
        told("KKN01-690000001"),
        told(tracking_token="short"),
        CustomerRegistered(
            number=number_of(Kind.REGISTRATION, "CBI02-690000002"),
            id_masked=sample_id(1).reveal(),
            phone_masked="",
            sealed="",
            opened_at=NOW,
        ),
        PresenceKeyMade(key_id="0123456789abcdef", public_key="no key", made_at=NOW),
    ],
)
def test_what_cannot_be_is_not_kept_but_holds_nothing_up(record: KnownRecord) -> None:
    issued = PresenceIssued(number="P", key_id="0123456789abcdef", purpose="sample", issued_at=NOW)
    (ack,) = Keeper().keep([said(record, issued)]).values()
    assert ack.committed_through == 2
    assert not Ticket.objects.exists()
    assert not Registration.objects.exists()
    assert not PresenceKey.objects.exists()


def test_a_ticket_for_no_channel_of_the_office_is_kept_all_the_same() -> None:
    Keeper().keep([said(told(channel="of-a-later-release"))])
    assert Ticket.objects.get().channel is None


def test_a_kiosks_key_is_its_own() -> None:
    made = PresenceKeyMade(key_id=key_id_of(b"\xab" * 32), public_key="ab" * 32, made_at=NOW)
    Keeper().keep([said(made)])
    Keeper().keep([said(PresenceKeyMade(key_id=made.key_id, public_key="cd" * 32, made_at=NOW), kiosk_id="KKN-01")])
    key = PresenceKey.objects.get()
    assert (key.kiosk_id, key.public_key) == ("CBI-02", "ab" * 32)


def test_a_kiosks_new_key_ends_the_one_before_and_not_what_that_has_signed() -> None:
    def key(byte: int, made_at: datetime) -> PresenceKeyMade:
        public = bytes([byte]) * 32
        return PresenceKeyMade(key_id=key_id_of(public), public_key=public.hex(), made_at=made_at)

    first, other, second = key(1, NOW), key(2, NOW), key(3, NOW + timedelta(days=900))
    Keeper().keep([said(first)])
    Keeper().keep([said(other, kiosk_id="KKN-01")])
    Keeper().keep([said(first, second)])
    ends = dict(PresenceKey.objects.values_list("key_id", "withdrawn_at"))
    assert ends == {first.key_id: second.made_at, other.key_id: None, second.key_id: None}
    published = {each.key_id for each in slip_keys("KKN", [first.key_id]) if each.valid_until is not None}
    assert published == {first.key_id}


def test_an_answer_is_public_and_a_reason_is_not() -> None:
    first, other = channel(), channel("question", owner_name="ฝ่ายบริหารตัวอย่าง")
    officer = User.objects.create(username="officer", first_name="สมหญิง")
    ticket = open_from_web(first, "มีกลิ่น", "th")
    hand_over(ticket, other, "เป็นเรื่องของฝ่ายบริหาร", officer)
    answer(ticket, "จะเข้าตรวจวันจันทร์", officer, closes=False)
    answer(ticket, "ตรวจแล้ว โรงงานแก้ไขแล้ว", officer, closes=True)
    tracked = tracked_ticket(ticket.token)
    assert tracked is not None
    assert [step.kind for step in tracked.steps] == list(StepKind)
    assert tracked.owner_name == "ฝ่ายบริหารตัวอย่าง"
    public = repr(tracked)
    assert "จะเข้าตรวจวันจันทร์" in public
    for hidden in ("เป็นเรื่องของ", "มีกลิ่น", "สมหญิง"):
        assert hidden not in public
    with pytest.raises(TicketError) as caught:
        answer(ticket, "อีกครั้งหนึ่ง", officer, closes=False)
    assert caught.value.refusal is Refusal.CLOSED


def test_a_deadline_is_kept_near_or_missed() -> None:
    owner, today = channel(), timezone.localdate()
    ticket = open_from_web(owner, "มีกลิ่น", "th")
    for days, deadline in ((4, Deadline.KEPT), (3, Deadline.NEAR), (0, Deadline.NEAR), (-1, Deadline.MISSED)):
        Ticket.objects.filter(pk=ticket.pk).update(due_on=today + timedelta(days=days))
        tracked = tracked_ticket(ticket.token)
        assert tracked is not None
        assert (tracked.deadline, tracked.days_left) == (deadline, days)


@pytest.mark.parametrize("text", ["", "   ", "ก" * 301, "ก\0"])
def test_the_web_tells_something_and_not_a_book(text: str) -> None:
    with pytest.raises(UnfitError):
        open_from_web(channel(), text, "th")


def test_only_kiosks_of_the_office_write_into_it() -> None:
    channel()
    Kiosk.objects.filter(pk="CBI-02").update(office_id="KKN")  # moved: what it says from now on is of its new office
    Keeper().keep([said(told())])
    assert Ticket.objects.get().office_id == "KKN"
