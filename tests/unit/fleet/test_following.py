"""What a kiosk is told of a slip that was scanned there: a case, a ticket, a payment, a registration."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.api.following import followed
from fleet.office.cases.models import Case
from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel, Registration, RegistrationState
from fleet.office.channels.working import answer, hand_over
from fleet.office.models import Notice
from fleet.payments.models import Intent
from fleet.protocol.asking import Followed
from fleet.protocol.deadlines import Standing, standing_of

TOKEN = "SAMPLEsampleSAMP"


def told() -> tuple[str, Channel]:
    channel, other = Channel.objects.filter(office_id="CBI").order_by("position")[:2]
    ticket = open_from_web(channel, "น้ำทิ้งมีกลิ่น โทร 081 234 5678", "th")
    officer = User.objects.create_user("officer", first_name="ชื่อเจ้าหน้าที่")
    answer(ticket, "ส่งคนไปดูแล้ว พรุ่งนี้แจ้งผล", officer, closes=False)
    hand_over(ticket, other, "เหตุผลภายใน", officer)
    return ticket.token, other


def of(token: str) -> Followed:
    found = followed(token)
    assert found is not None
    return found


def test_a_ticket_is_told_like_a_case_and_nothing_of_what_was_told() -> None:
    token, other = told()
    found = of(token)
    assert [step.label_en for step in found.case.steps] == [
        "Received",
        "Answered",
        "Handed on",
        "Answer awaited",
    ]
    assert found.case.at == 3
    assert found.case.steps[3].note_th == "อ่านคำตอบด้วยโทรศัพท์"
    assert standing_of(found.case, timezone.localdate()) in (Standing.IN_TIME, Standing.NEAR)
    assert found.case.holder_th == other.owner_name
    said = repr(found)
    for secret in ("น้ำทิ้ง", "081", "ส่งคน", "เหตุผล", "ชื่อเจ้าหน้าที่"):
        assert secret not in said


def test_a_closed_ticket_is_over() -> None:
    token, _ = told()
    ticket = Channel.objects.get(office_id="CBI", code="water").tickets.get(token=token)
    answer(ticket, "เรียบร้อยแล้ว", User.objects.get(username="officer"), closes=True)
    case = of(token).case
    assert case.closed_on == timezone.localdate()
    assert case.at == len(case.steps)


def test_a_case_of_any_office_is_a_case() -> None:
    case = Case.objects.filter(factory__office_id="KKN").first()
    assert case is not None
    assert of(case.token).case.case_no == case.pk
    assert of(case.token).about_th == case.factory.name_th


def test_a_persons_case_is_about_its_office() -> None:
    case = Case.objects.filter(office_id="KKN").first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(factory=None)
    assert of(case.token).about_th == case.office.name_th


def test_a_payment_says_how_it_stands() -> None:
    notice = Notice.objects.filter(factory__office_id="CBI", paid_at=None).first()
    assert notice is not None
    Intent.objects.create(
        transaction_no="CBI02-690000099",
        tracking_token=TOKEN,
        notice=notice,
        kiosk_id="CBI-02",
        biller_id="112345678901234",
        ref1=notice.reference,
        ref2="X",
        amount_satang=notice.amount_satang,
        opened_at=timezone.now(),
    )
    found = of(TOKEN)
    assert (found.word_en, found.case.closed_on, found.case.at) == ("Bank awaited", None, 1)


@pytest.mark.parametrize("state", list(RegistrationState))
def test_a_registration_says_how_it_stands(state: RegistrationState) -> None:
    over = None if state is RegistrationState.WAITING else timezone.now()
    Registration.objects.create(
        number="RCBI02690000320I",
        token=TOKEN,
        office_id="CBI",
        kiosk_id="CBI-02",
        opened_at=datetime(2026, 11, 22, 3, 47, tzinfo=UTC),
        id_masked="x-xxxx-xxxxx-12-1",
        phone_masked="xxx-xxx-0000",
        sealed="" if over else "c2VhbGVk",
        state=state,
        ended_at=over,
    )
    found = of(TOKEN)
    assert found.word_th
    assert (found.case.closed_on is None) is (over is None)
    assert "x-xxxx" not in repr(found)
    assert "0000-" not in found.case.title_en


@pytest.mark.parametrize("token", ["", "nobodysTokenHere"])
def test_nobodys_token_is_nobodys(token: str) -> None:
    assert followed(token) is None
