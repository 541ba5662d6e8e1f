"""Views of paying: the list of notices, the QR, waiting for the bank, its word."""

from __future__ import annotations

from fleet.protocol.settings import KioskSettings
from kiosk.screens import wording
from kiosk.screens.parts import Action, Fact, Floor, Forms, Kind, Tone
from kiosk.screens.telling import Telling, button
from kiosk.screens.views import NoticesView, Row
from kiosk.screens.views_paying import ConfirmedView, PayView, WaitView
from kiosk.visits.events import Bill, Button, Due, Owed, Touched
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.states import ChoosingNotice, Confirmed, Paying, Slip, Waiting


def notices(state: ChoosingNotice, tell: Telling) -> NoticesView:
    """04: which notice to pay; overdue first, because the earliest due comes first."""
    say = tell.say.list
    # The flow sorts too; here it makes the order of the screen a property of the screen.
    owed = sorted(state.owed, key=lambda each: each.notice.due_on)
    shown = owed[state.page * state.ROWS : (state.page + 1) * state.ROWS]
    items = {wording.item_name(each.notice, tell.language) for each in owed}
    floor = Floor(
        back=button(tell.say.floor.back, Button.BACK, "arrow-left"),
        main=button(tell.say.floor.finish, Button.FINISH, "log-out", Kind.SECONDARY),
        toggles=tell.toggles,
    )
    several = state.pages > 1
    return NoticesView(
        shell=tell.shell(floor),
        question=say.question,
        subtitle=next(iter(items)) if len(items) == 1 else say.several.format(n=len(owed)),
        rows=tuple(_row(each, tell, with_item=len(items) > 1) for each in shown),
        unit=tell.say.pay.baht,
        hint=say.hint if len(owed) > 1 else "",
        page=say.page.format(n=state.page + 1, of=state.pages) if several else "",
        previous=_page(say.previous, Button.PREVIOUS_PAGE, "chevron-up") if state.page > 0 else None,
        following=_page(say.following, Button.NEXT_PAGE, "chevron-down") if state.page + 1 < state.pages else None,
    )


def _page(labels: Forms, touched: Button, icon: str) -> Action:
    return button(labels, touched, icon, Kind.SECONDARY)


def _row(owed: Owed, tell: Telling, *, with_item: bool) -> Row:
    facts = wording.due_forms(owed, tell.today, tell.language, tell.say)
    if with_item:
        item = wording.item_name(owed.notice, tell.language)
        facts = (*(f"{item} · {each}" for each in facts), item)
    return Row(
        name=wording.factory_name(owed.factory, tell.language),
        facts=facts,
        amount=wording.baht(owed.notice.amount_satang),
        overdue=wording.is_overdue(owed.notice, tell.today),
        touched=Touched(Button.CHOOSE, owed.notice.notice_no),
    )


def paying(state: Paying, tell: Telling) -> PayView:
    """05: the QR."""
    say, settings = tell.say.pay, tell.settings
    if settings is None:
        raise ValueError("a payment needs the payee of the settings")
    sample = _is_sample(state.bill, tell)
    floor = Floor(
        back=button(tell.say.floor.cancel, Button.CANCEL, "x"),
        main=button(say.paid, Button.PAID, "check", Kind.PRIMARY),
        toggles=tell.toggles,
    )
    return PayView(
        shell=tell.shell(floor),
        question=say.question,
        payload=state.bill.payment.emv_payload(),
        cap=say.cap,
        sample_band=tell.say.sample_payment if sample else None,
        badge=tell.say.sample if sample else None,
        amount=wording.baht(state.bill.chosen.amount_satang),
        unit=say.baht,
        facts=_facts(state.bill, tell, settings),
        payer_for=_paid_for(state.bill.chosen, tell),
        left_label=say.left,
        left=wording.minutes(tell.moment.left_s, tell.say),
        left_s=tell.moment.left_s,
        whole_s=round(state.timeout_s),
        note=() if tell.desk.online else say.offline,
    )


def _is_sample(bill: Bill, tell: Telling) -> bool:
    return tell.is_sample or bill.chosen.is_sample


def _paid_for(due: Due, tell: Telling) -> str:
    """Whose factory it is for, or which fee of another office."""
    if isinstance(due, FeeDue):
        return wording.words(due.kind.fee.name, tell.language)
    return wording.factory_name(due.factory, tell.language)


def _facts(bill: Bill, tell: Telling, settings: KioskSettings) -> tuple[Fact, ...]:
    say, payment = tell.say.pay, bill.payment
    payee = bill.chosen.kind.payee if isinstance(bill.chosen, FeeDue) else settings.payee
    facts = [
        Fact(say.payee, wording.shortened(wording.words(payee.name, tell.language), tell.say)[:2]),
        Fact(say.biller, (payment.biller_id,)),
        Fact(say.ref1, (payment.ref1,)),
    ]
    return (*facts, Fact(say.ref2, (payment.ref2,))) if payment.ref2 else tuple(facts)


def waiting(state: Waiting, tell: Telling) -> WaitView:
    """06: only the bank's word ends it."""
    say, can_print = tell.say.pay, tell.desk.can_print
    floor = Floor(
        back=button(say.show_qr, Button.SHOW_QR, "qr-code"),
        main=button(
            say.print_tracking if can_print else say.show_tracking,
            Button.PRINT_TRACKING,
            "printer" if can_print else "qr-code",
            Kind.SECONDARY,
        ),
    )
    hint = say.leave_with_slip if can_print else say.leave_with_photo
    waited_s = int(tell.moment.waited_s)
    return WaitView(
        shell=tell.shell(floor),
        question=say.waiting,
        lit=tell.moment.lit,
        amount_label=say.amount,
        amount=wording.baht(state.bill.chosen.amount_satang),
        unit=say.baht,
        waited_label=say.waited,
        waited=f"{waited_s // 60}:{waited_s % 60:02d}",
        waited_unit=say.waited_unit,
        warning=say.not_again,
        hint=hint if tell.desk.online else say.leave_offline,
    )


def confirmed(state: Confirmed, tell: Telling) -> ConfirmedView:
    """07: paid."""
    say, pay = tell.say.end, tell.say.pay
    slip, tone, icon = _slip(state.slip, tell)
    at = tell.say.time.format(time=wording.clock(state.confirmed_at.astimezone(tell.moment.wall.tzinfo)))
    return ConfirmedView(
        shell=tell.shell(_confirmed_floor(state, tell)),
        title=say.confirmed,
        amount=wording.baht(state.bill.chosen.amount_satang),
        unit=pay.baht,
        confirmed=say.confirmed_at.format(time=at),
        slip=slip,
        slip_tone=tone,
        slip_icon=icon,
    )


def _slip(slip: Slip, tell: Telling) -> tuple[Forms, Tone, str]:
    say = tell.say.end
    said: dict[Slip, tuple[Forms, Tone, str]] = {
        Slip.NONE: ((), Tone.PLAIN, ""),
        Slip.PRINTING: (say.printing, Tone.OK, "printer"),
        Slip.PRINTED: (say.printed, Tone.OK, "check"),
        Slip.FAILED: (say.not_printed, Tone.ATTENTION, "camera"),
    }
    return said[slip]


def _confirmed_floor(state: Confirmed, tell: Telling) -> Floor:
    say, left = tell.say, len(state.owed)
    labels = say.floor.finish_take_card if state.visitor.card_in else say.floor.finish
    if not left:
        return Floor(main=button(labels, Button.FINISH, "log-out", Kind.PRIMARY))
    forms = say.pay.pay_last if left == 1 else say.pay.pay_another
    another = tuple(form.format(n=left) for form in forms)
    return Floor(
        back=button(labels, Button.FINISH, "log-out"),
        main=button(another, Button.PAY_ANOTHER, "arrow-right", Kind.PRIMARY, icon_last=True),
    )
