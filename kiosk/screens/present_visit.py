"""Views of the states every visit shares: idle, menu, invitation, work, trouble, warning, taking leave."""

from __future__ import annotations

from drivers.printer.port import Paper
from fleet.protocol.words import TileWords
from kiosk.screens import wording
from kiosk.screens.parts import Action, Banner, Fact, Floor, Forms, Kind, Tone
from kiosk.screens.telling import Telling, button
from kiosk.screens.texts.catalogue import Warnings
from kiosk.screens.texts.folders import FOLDERS
from kiosk.screens.views import (
    BusyView,
    ClosedView,
    EnrolView,
    HoldView,
    IdleView,
    Invitation,
    InviteView,
    MenuView,
    SorryView,
    Start,
    Tile,
    WarnView,
)
from kiosk.screens.views_paying import KeepView, Taken, TakeView
from kiosk.visits.desk import Device
from kiosk.visits.effects import Outcome
from kiosk.visits.events import Button, Touched
from kiosk.visits.folder_states import StockSummed, TakingStock
from kiosk.visits.front import may_type
from kiosk.visits.services import PAY_FEE, SERVICES, starts_of
from kiosk.visits.states import (
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    NetworkNote,
    Offer,
    OpeningPayment,
    OutOfService,
    Paying,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    Taking,
    Waiting,
    Warnable,
    Warned,
    visitor_of,
)

HOLD_S = 0.4
"""Work that is done sooner shows nothing of itself: a screen that only flashes frightens."""

SLOW_S = 8.0
"""After this the screen says what else can be done."""

_SERVICE_ICONS = {
    "pay-fee": "banknote",
    "other-fee": "landmark",
    "my-factory": "factory",
    "follow-case": "route",
    "manuals": "book-open",
    "presence-slip": "badge-check",
    "register": "user-round-plus",
    "tell-us": "message-square",
    "folder-desk": "folder-search",
}

_PAPER, _EITHER = frozenset({Device.SCANNER}), frozenset({Device.CARD, Device.SCANNER})

_INSTEAD = {
    Problem.CARD_NOT_THAI_ID: _PAPER,
    Problem.CARD_EXPIRED: _PAPER,
    Problem.CARD_UNKNOWN: _PAPER,
    Problem.NUMBER_UNKNOWN: _PAPER,
    Problem.CODE_UNKNOWN: frozenset({Device.CARD}),
    Problem.TRIES_SPENT: _EITHER,
}
"""With which of these devices one can do what the advice names instead; without them it would lead nowhere."""

_SETTLED = (Problem.NOTHING_OWED, Problem.ALREADY_PAID)

_NO_WAY_ON = (
    Problem.NOT_PAYABLE,
    Problem.CANNOT_RECORD,
    Problem.CANNOT_KEEP,
    Problem.NO_TOPICS,
    Problem.NOT_SET_UP,
    Problem.TRIES_SPENT,
)
"""Trying again will not help; there is only the way out."""


def closed(_state: OutOfService, tell: Telling) -> ClosedView:
    """10b: nothing can be offered."""
    say = tell.say.idle
    if tell.settings is None:
        reason, contact = say.preparing, say.contact_unknown
    else:
        able = tell.desk.ready & {Device.CARD, Device.SCANNER}
        reason = say.not_offered if able else say.not_working
        contact = say.contact.format(contact=wording.words(tell.settings.contact, tell.language))
    return ClosedView(tell.shell(Floor()), say.closed, (reason,), contact)


def called(tell: Telling) -> ClosedView:
    """A technician looks for this kiosk among several: its name, as large as anything."""
    say = tell.say.idle
    return ClosedView(tell.shell(Floor()), tell.desk.kiosk_id, (say.called,), say.called_ends)


def enrolling(offer: Offer, tell: Telling) -> EnrolView:
    """10c: nobody yet."""
    say = tell.say.enrol
    code = " ".join((offer.code[:3], offer.code[3:]))
    of_network = {
        NetworkNote.NONE: (),
        NetworkNote.KEPT: (say.network_kept,),
        NetworkNote.WRONG: (say.network_wrong,),
        NetworkNote.FAILED: (say.network_failed,),
    }[offer.network]
    return EnrolView(
        tell.shell(Floor(toggles=tell.toggles)),
        say.title,
        say.steps if offer.address else (*of_network, say.waiting, say.network_hint),
        offer.address,
        say.code_lead,
        code.strip(),
    )


def idle(state: Idle, tell: Telling) -> IdleView:
    """01: nobody is here."""
    say, settings, ready = tell.say.idle, tell.settings, state.desk.ready
    if settings is None:
        raise ValueError("a kiosk without settings is out of service, not idle")
    starts = [Start("hand", *say.touch, Touched(Button.START), primary=True)]
    if Device.CARD in ready:
        starts.append(Start("id-card", *say.card, Touched(Button.START)))
    if Device.SCANNER in ready:
        starts.append(Start("scan-barcode", *say.notice, Touched(Button.START)))
    floor = tell.say.floor
    return IdleView(
        shell=tell.shell(Floor(), clock=False),
        greeting=wording.words(settings.greeting, tell.language),
        invitation=wording.words(settings.invitation, tell.language),
        starts=tuple(starts),
        help=(say.help_lead, (tell.help_point,)),
        help_line=say.help_line.format(help=tell.help_point),
        language_label=floor.other_language_long,
        large_label=floor.normal_long if state.desk.large else floor.large_long,
        banner=_banner(tell),
    )


def _banner(tell: Telling) -> Banner | None:
    """What is lost, and what to use instead; None when all is well."""
    say, ready = tell.say.lost, tell.desk.ready
    lost = [
        phrase
        for device, phrase in ((Device.CARD, say.card), (Device.SCANNER, say.scanner), (Device.PRINTER, say.printer))
        if device not in ready
    ]
    if not lost and tell.desk.can_print:
        return None
    if not lost:
        return Banner((say.no_paper,), tell.filled(say.take_photo))
    what = say.joined.join(lost)
    title = tuple(form.format(what=what) for form in (say.cannot_told, *say.cannot))
    title = title if tell.desk.online else title[1:]
    if not {Device.CARD, Device.SCANNER} & ready:
        return Banner(title, tell.filled(say.use_number))
    if Device.CARD not in ready:
        return Banner(title, tell.filled(say.use_paper))
    return Banner(title, tell.filled(say.use_card if Device.SCANNER not in ready else say.take_photo))


def menu(state: ChoosingService, tell: Telling) -> MenuView:
    """02, or 10 when a device is gone."""
    say, banner = tell.say.idle, _banner(tell)
    tiles = [
        Tile(_SERVICE_ICONS[name], _title(name, tell), _how(name, tell), Touched(Button.SERVICE, name))
        for name in state.shown
    ]
    if len(state.pages) > 1:
        tiles.append(Tile("layout-grid", say.more_services, "", Touched(Button.NEXT_PAGE)))
    floor = Floor(back=button(tell.say.floor.home, Button.HOME, "house"), toggles=tell.toggles)
    return MenuView(tell.shell(floor), say.menu_reduced if banner else say.menu, tuple(tiles), banner)


def _own_words(service: str, tell: Telling) -> TileWords:
    """What the office itself calls a service; blank where it leaves that to the catalogue."""
    return (tell.settings.menu if tell.settings else {}).get(service, TileWords())


def _title(service: str, tell: Telling) -> Forms:
    own = wording.blank_words(_own_words(service, tell).title, tell.language)
    return (own,) if own else tell.say.idle.services[service]


def _how(service: str, tell: Telling) -> str:
    """With what a service begins, of what is there; or what the office says of it."""
    own = wording.blank_words(_own_words(service, tell).subtitle, tell.language)
    if own:
        return own
    say, means = tell.say.idle, SERVICES[service].starts & tell.desk.ready
    if not means:
        return say.by_touch
    return say.by_both if len(means) > 1 else say.by_card if Device.CARD in means else say.by_notice


def inviting(state: Inviting, tell: Telling) -> InviteView:
    """03: insert the card; or scan, where there is no card reader."""
    say, ready, service = tell.say.invite, state.desk.ready, state.visitor.service or PAY_FEE
    back = button(tell.say.floor.back, Button.BACK, "arrow-left")
    beat = tell.moment.beat
    scans = say.scans.get(service) if Device.SCANNER in ready else None
    types = button(tell.say.fee.by_typing, Button.TYPE, "keyboard", Kind.SECONDARY) if may_type(state) else None
    if scans is not None and Device.CARD not in ready:
        floor = Floor(back, types, toggles=tell.toggles)
        steps, read = say.scan_steps, scans.privacy
        return InviteView(tell.shell(floor), Invitation.NOTICE, scans.question, steps, read[0], beat, read[-1])
    privacy = say.named_privacy if SERVICES[service].reads_name else say.card_privacy
    aside, icon = (scans.aside, "scan-barcode") if scans else (None, "")
    if types and scans:  # one tap away: the scanner is read there, too
        types = button(tell.say.fee.by_paper, Button.TYPE, "scan-barcode", Kind.SECONDARY)
    floor = Floor(back, types, toggles=tell.toggles, aside=aside, aside_icon=icon)
    return InviteView(tell.shell(floor), Invitation.CARD, say.card, say.card_steps, privacy[0], beat, privacy[-1])


def reading(_state: ReadingCard, tell: Telling) -> BusyView:
    """The card is being read: said at once, so that the card is not pulled; the dots come later."""
    say, moment = tell.say.invite, tell.moment
    floor = Floor(back=button(tell.say.floor.cancel, Button.CANCEL, "x"), toggles=tell.toggles)
    hint = say.slow.format(help=tell.help_point) if moment.waited_s >= SLOW_S else say.reading_hint
    return BusyView(tell.shell(floor), say.reading, moment.lit if moment.waited_s >= HOLD_S else 0, hint)


def working(state: LookingUp | OpeningPayment, tell: Telling) -> BusyView | HoldView:
    """Looking up, or putting the payment on record."""
    say, moment = tell.say.invite, tell.moment
    if moment.waited_s < HOLD_S:
        return HoldView()
    doing = say.looking_up if isinstance(state, LookingUp) else say.opening
    return BusyView(tell.shell(Floor()), doing, moment.lit)


def sorry(state: Sorry, tell: Telling) -> SorryView:
    """What happened, what to do, who helps."""
    trouble = tell.say.trouble[state.problem]
    date = wording.day(state.paid_on, tell.language) if state.paid_on else ""
    happened = trouble.happened.format(date=date)
    advice, helper = tell.filled((trouble.advice if _other_way(state) else trouble.alone, trouble.helper))
    tone = Tone.OK if state.problem in _SETTLED else Tone.ATTENTION
    if state.problem in (Problem.CANNOT_RECORD, Problem.CANNOT_KEEP):
        tone = Tone.FAILING
    return SorryView(tell.shell(_sorry_floor(state, tell)), tone, happened, advice, helper)


def _other_way(state: Sorry) -> bool:
    """Whether the way that the advice names instead is open: paper instead of the card, or the card instead of it."""
    instead = _INSTEAD.get(state.problem)
    return instead is None or bool(instead & starts_of(state.visitor.service) & state.desk.ready)


def _sorry_floor(state: Sorry, tell: Telling) -> Floor:
    say = tell.say.floor
    finish = say.finish_take_card if state.visitor.card_in else say.finish
    if state.owed:
        return Floor(
            button(finish, Button.FINISH, "log-out"),
            button(say.to_the_list, Button.BACK, "arrow-left", Kind.PRIMARY),
            tell.toggles,
        )
    if state.problem in _SETTLED:
        return Floor(main=button(finish, Button.FINISH, "log-out", Kind.PRIMARY), toggles=tell.toggles)
    if state.problem in _NO_WAY_ON:
        return Floor(main=button(finish, Button.FINISH, "log-out", Kind.PRIMARY), toggles=tell.toggles)
    if state.problem in (Problem.CARD_NOT_THAI_ID, Problem.CARD_EXPIRED) and _other_way(state):
        on = button(say.use_notice, Button.RETRY, "scan-barcode", Kind.PRIMARY)
    else:
        on = button(say.again, Button.RETRY, "rotate-ccw", Kind.PRIMARY)
    return Floor(
        button(finish, Button.FINISH, "log-out"),
        on,
        tell.toggles,
    )


def warned(state: Warned, tell: Telling) -> WarnView:
    """09: still there?"""
    say = tell.say.warn
    floor = Floor(
        back=button(tell.say.floor.finish, Button.FINISH, "log-out"),
        main=button(tell.say.floor.proceed, Button.CONTINUE, kind=Kind.PRIMARY),
        wide_main=True,
    )
    return WarnView(
        shell=tell.shell(floor),
        question=say.question,
        left_s=tell.moment.left_s,
        whole_s=round(state.timeout_s),
        unit=say.second if tell.moment.left_s == 1 else say.seconds,
        consequence=_consequence(state.before, say),
        card=say.card if visitor_of(state).card_in else "",
    )


def _consequence(before: Warnable, say: Warnings) -> str:
    match before:
        case Paying() | Waiting():
            return say.consequence_paying
        case Taking(slip=Slip.FAILED):
            return say.consequence_keep
        case Confirmed() | Taking(outcome=Outcome.PAID):
            return say.consequence_paid
        case TakingStock() | StockSummed():
            return FOLDERS[before.desk.language].consequence
        case _:
            return say.consequence


def taking(state: Taking, tell: Telling) -> TakeView | KeepView:
    """08: take slip and card; or, when no slip came out, the facts to take a picture of."""
    floor = Floor(
        back=None if state.visitor.card_in else button(tell.say.floor.home, Button.HOME, "house"),
        main=_print_again(state, tell),
        toggles=tell.toggles,
    )
    if state.bill is not None and state.slip is Slip.FAILED and tell.settings is not None:
        return _keep(state, tell, floor)
    say = tell.say.end
    waited = state.bill is not None or state.visitor.saw_qr
    unsure = waited and state.outcome is not Outcome.PAID and state.confirmed_at is None
    return TakeView(
        shell=tell.shell(floor),
        title=say.card_still_in if state.reminded and state.visitor.card_in else _take_title(state, tell),
        things=_things(state, tell),
        note=say.pay_not_again if unsure else "" if state.visitor.card_in or _has_slip(state) else say.goes_home,
        alarmed=state.reminded and state.visitor.card_in,
    )


def _has_slip(state: Taking) -> bool:
    return state.slip in (Slip.PRINTING, Slip.PRINTED)


def _print_again(state: Taking, tell: Telling) -> Action | None:
    if state.bill is None or state.slip is Slip.PRINTING or not tell.desk.can_print:
        return None
    say = tell.say.end
    labels = say.print_again if state.slip is Slip.PRINTED else say.print_retry
    return button(labels, Button.PRINT_AGAIN, "printer", Kind.SECONDARY)


def _take_title(state: Taking, tell: Telling) -> Forms:
    say, tracking = tell.say.end, state.confirmed_at is None
    if _has_slip(state) and state.visitor.card_in:
        return say.forget_both_tracking if tracking else say.forget_both
    if _has_slip(state):
        return say.forget_tracking if tracking else say.forget_slip
    return say.forget_card if state.visitor.card_in else say.thanks


def _things(state: Taking, tell: Telling) -> tuple[Taken, ...]:
    say = tell.say.end
    things: list[Taken] = []
    if _has_slip(state):
        title = say.take_tracking if state.confirmed_at is None else say.take_slip
        things.append(Taken("take-slip", title, say.slip_printing if state.slip is Slip.PRINTING else say.slip_use))
    if state.visitor.card_in:
        things.append(Taken("take-card", say.take_card, say.take_card_then))
    return tuple(things)


def _keep(state: Taking, tell: Telling, floor: Floor) -> KeepView:
    say, pay, bill, settings = tell.say.end, tell.say.pay, state.bill, tell.settings
    if bill is None or settings is None:
        raise ValueError("there is nothing to keep without a bill")
    status = say.confirmed_by_bank if state.confirmed_at else say.unconfirmed
    return KeepView(
        shell=tell.shell(floor),
        title=say.no_paper if tell.desk.paper is Paper.OUT else say.cannot_print,
        payload=f"{settings.tracking_address}/t/{bill.tracking_token}",
        sample_band=tell.say.sample_slip if tell.is_sample or bill.chosen.is_sample else None,
        badge=None,
        amount=wording.baht(bill.chosen.amount_satang),
        unit=pay.baht,
        facts=(
            Fact(say.status, (status,)),
            Fact(pay.ref1, (bill.payment.ref1,)),
            Fact(say.transaction, (bill.transaction_no,)),
        ),
        advice=say.photo,
        card=say.take_card_too if state.visitor.card_in else "",
    )
