"""What a slip is about, for the kiosk at which it was scanned: the same for cases, tickets, payments, registrations.

Words stand here in both languages, for the kiosk shows either. Rules: as the tracking page (``fleet.web``): nothing of
what was told, no name but that of who answers for it; whoever holds the token may know.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from fleet.office.cases.models import Case
from fleet.office.cases.providing import wire_case
from fleet.office.channels.models import Registration, RegistrationState, StepKind
from fleet.office.channels.tracking import TrackedTicket, tracked_ticket
from fleet.payments.tracking import Tracked, tracked
from fleet.protocol import office as wire
from fleet.protocol.asking import Followed
from fleet.protocol.tickets import grouped

Both = tuple[str, str]

STEPS: dict[StepKind, Both] = {
    StepKind.RECEIVED: ("รับเรื่องแล้ว", "Received"),
    StepKind.HANDED_OVER: ("ส่งต่อผู้ดูแลอีกคน", "Handed on"),
    StepKind.ANSWERED: ("สำนักงานตอบ", "Answered"),
    StepKind.CLOSED: ("ปิดเรื่องแล้ว", "Closed"),
}
AWAITED: Both = ("รอสำนักงานตอบ", "Answer awaited")
ANSWER_ELSEWHERE: Both = ("อ่านคำตอบด้วยโทรศัพท์", "Read it on your phone")
TOLD: Both = ("เรื่องที่แจ้ง", "What you told us")
SHOWN: Both = ("แสดง QR ชำระเงิน", "QR shown")
PAID: Both = ("ชำระแล้ว", "Paid")
PAYING: Both = ("รอธนาคาร", "Bank awaited")
LOOKED_AT: Both = ("กำลังตรวจ", "Being checked")
REGISTER: Both = ("ขึ้นทะเบียน i-Industry", "i-Industry")
ASKED: Both = ("รับคำขอแล้ว", "Request taken")
SENT: Both = ("ส่งให้กระทรวง", "Sent to the ministry")
ENDS: dict[RegistrationState, Both] = {
    RegistrationState.WAITING: ("รอส่ง", "Not sent yet"),
    RegistrationState.REGISTERED: ("ขึ้นทะเบียนแล้ว", "Registered"),
    RegistrationState.DECLINED: ("กระทรวงไม่รับ", "Not taken"),
    RegistrationState.LAPSED: ("ส่งไม่ทันกำหนด", "Not sent in time"),
}


def followed(token: str) -> Followed | None:
    """What the slip with this token is about; None when there is no such token."""
    case = Case.objects.select_related("factory", "office").prefetch_related("steps").filter(token=token).first()
    if case is not None:
        about = case.factory or case.office  # a person's, who is not named
        return Followed(case=wire_case(case), about_th=about.name_th, about_en=about.name_en)
    if (ticket := tracked_ticket(token)) is not None:
        return _ticket(ticket, token)
    if (payment := tracked(token)) is not None:
        return _payment(payment, token)
    registration = Registration.objects.select_related("office").filter(token=token).first() if token else None
    return None if registration is None else _registration(registration, token)


def _ticket(found: TrackedTicket, token: str) -> Followed:
    steps = [_step(STEPS[each.kind], _day(each.at)) for each in found.steps]
    if found.closed_at is None:
        is_answered = any(each.kind is StepKind.ANSWERED for each in found.steps)
        note = ANSWER_ELSEWHERE if is_answered else ("", "")
        steps.append(_step(AWAITED, expected_on=found.due_on, note=note))
    case = wire.Case(
        case_no=grouped(found.number),
        factory_no="",
        title_th=found.name_th or TOLD[0],
        title_en=found.name_en or TOLD[1],
        steps=tuple(steps),
        received_on=_day(found.steps[0].at) if found.steps else timezone.localdate(),
        tracking_token=token,
        due_on=found.due_on,
        closed_on=_day(found.closed_at) if found.closed_at else None,
        holder_th=found.owner_name,
        holder_en=found.owner_name,
        sample=False,
    )
    return Followed(case=case, about_th=found.office.name_th, about_en=found.office.name_en)


def _payment(found: Tracked, token: str) -> Followed:
    word = {"confirmed": PAID, "looking": LOOKED_AT}.get(found.state, PAYING)
    paid_on = _day(found.confirmed_at) if found.confirmed_at else None
    opened_on = _day(found.opened_at)
    case = wire.Case(
        case_no=found.transaction_no,
        factory_no="",
        title_th=found.item_th,
        title_en=found.item_en,
        steps=(_step(SHOWN, opened_on), _step(word, paid_on)),
        received_on=opened_on,
        tracking_token=token,
        closed_on=paid_on,
        sample=found.sample,
    )
    return Followed(case=case, about_th=found.office_th, about_en=found.office_en, word_th=word[0], word_en=word[1])


def _registration(row: Registration, token: str) -> Followed:
    state = RegistrationState(row.state)
    ended_on = _day(row.ended_at) if row.ended_at else None
    opened_on = _day(row.opened_at)
    last = SENT if state is RegistrationState.WAITING else ENDS[state]
    case = wire.Case(
        case_no=grouped(row.number),
        factory_no="",
        title_th=REGISTER[0],
        title_en=REGISTER[1],
        steps=(_step(ASKED, opened_on), _step(last, ended_on)),
        received_on=opened_on,
        tracking_token=token,
        closed_on=ended_on,
        sample=False,
    )
    word = ENDS[state]
    return Followed(
        case=case, about_th=row.office.name_th, about_en=row.office.name_en, word_th=word[0], word_en=word[1]
    )


def _step(
    label: Both, done_on: date | None = None, *, expected_on: date | None = None, note: Both = ("", "")
) -> wire.CaseStep:
    return wire.CaseStep(
        label_th=label[0],
        label_en=label[1],
        done_on=done_on,
        expected_on=expected_on,
        note_th=note[0],
        note_en=note[1],
    )


def _day(at: datetime) -> date:
    return timezone.localdate(at)
