"""Views of the services that write: what to tell, the keyboard, the notice before a card, what is given."""

from __future__ import annotations

from datetime import datetime, timedelta

from fleet.protocol.codes import tracking_url
from fleet.protocol.presence import Presence, Verdict
from fleet.protocol.thai import BANGKOK
from fleet.protocol.tickets import TEXT_CHARACTERS_MAX, grouped
from kiosk.screens import wording
from kiosk.screens.parts import Action, Fact, Floor, Kind, Tone
from kiosk.screens.telling import Telling, button
from kiosk.screens.texts.writing import WRITINGS, Writings
from kiosk.screens.views import BusyView, HoldView, MenuView, Tile
from kiosk.screens.views_writing import GiveView, KeyboardView, PrivacyView
from kiosk.visits.desk import Language
from kiosk.visits.events import Button, Touched
from kiosk.visits.keyboard import KEYS, Layer
from kiosk.visits.papers import Paper, PresencePaper, RegistrationPaper, TicketPaper
from kiosk.visits.services import REGISTER
from kiosk.visits.visitor import Slip
from kiosk.visits.writing_states import (
    Checking,
    ChoosingPurpose,
    ChoosingTopic,
    Giving,
    GoingOnByPhone,
    Keeping,
    Noticed,
    PresenceChecked,
    TypingPhone,
    TypingText,
    Writing,
)

HOLD_S = 0.4
"""Work that is done sooner shows nothing of itself."""

_NOTICE_ICONS = ("target", "id-card", "landmark", "hourglass", "circle-slash", "user-round-check")

DIGITS: tuple[tuple[str, ...], ...] = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("0",))
"""As on a telephone."""

WritingView = MenuView | KeyboardView | GiveView | PrivacyView | BusyView | HoldView


def writing(state: Writing, tell: Telling) -> WritingView:  # noqa: PLR0911 - one branch a state
    """The view of any of these states."""
    say = WRITINGS[tell.language]
    match state:
        case ChoosingTopic():
            return _topics(state, tell, say)
        case TypingText():
            return _typing(state, tell, say)
        case GoingOnByPhone():
            return _by_phone(state, tell, say)
        case Checking():
            return BusyView(tell.shell(Floor()), say.checking, tell.moment.lit)
        case Noticed():
            return _noticed(state, tell, say)
        case ChoosingPurpose():
            return _purposes(state, tell, say)
        case TypingPhone():
            return _phone(state, tell, say)
        case Keeping():
            return BusyView(tell.shell(Floor()), say.keeping, tell.moment.lit) if _is_slow(tell) else HoldView()
        case Giving():
            return _giving(state, tell, say)
        case PresenceChecked():
            return _checked(state, tell, say)


def _is_slow(tell: Telling) -> bool:
    return tell.moment.waited_s >= HOLD_S


def _topics(state: ChoosingTopic, tell: Telling, say: Writings) -> MenuView | HoldView:
    if not state.topics:
        return HoldView()
    tiles = tuple(
        Tile(
            "message-square",
            (topic.name_en if tell.language is Language.EN else topic.name_th,),
            "",
            Touched(Button.CHOOSE, topic.code),
        )
        for topic in state.pages[state.page]
    )
    more = len(state.pages) > 1
    following = button(tell.say.list.following, Button.NEXT_PAGE, "arrow-right", Kind.SECONDARY, icon_last=True)
    floor = Floor(
        back=button(tell.say.floor.back, Button.BACK, "arrow-left"),
        main=following if more else None,
        toggles=tell.toggles,
    )
    return MenuView(tell.shell(floor), say.about_what, tiles)


def _typing(state: TypingText, tell: Telling, say: Writings) -> KeyboardView:
    shift = state.layer in (Layer.THAI_SHIFT, Layer.LATIN_SHIFT)
    figures = state.layer is Layer.FIGURES
    thai = state.layer in (Layer.THAI, Layer.THAI_SHIFT)
    other = Layer.LATIN if thai or figures else Layer.THAI
    return KeyboardView(
        shell=tell.shell(Floor()),
        question=say.tell,
        text=state.text,
        hint=say.tell_hint,
        count=f"{len(state.text)} / {TEXT_CHARACTERS_MAX}",
        rows=KEYS[state.layer],
        shift=None if figures else Action((), Touched(Button.SHIFT), "arrow-big-up", _lit(shift)),
        below=(
            Action((), Touched(Button.BACK), "arrow-left"),
            Action((), Touched(Button.PHONE), "smartphone"),
            _layer("กขค", Layer.THAI) if figures else _layer("123", Layer.FIGURES),
            _layer("ABC" if other is Layer.LATIN else "กขค", other),
        ),
        space=Action((say.space,), Touched(Button.KEY, " ")),
        send=button(say.send, Button.SEND, "arrow-right", Kind.PRIMARY, icon_last=True),
    )


def _lit(on: bool) -> Kind:
    return Kind.PRIMARY if on else Kind.SECONDARY


def _layer(word: str, layer: Layer) -> Action:
    return Action((word,), Touched(Button.LAYER, layer.value))


def _by_phone(state: GoingOnByPhone, tell: Telling, say: Writings) -> GiveView:
    typing = state.typing
    address = tell.settings.tracking_address if tell.settings else ""
    floor = Floor(
        back=button(tell.say.floor.back, Button.BACK, "arrow-left"),
        main=button(tell.say.floor.finish, Button.FINISH, "log-out", Kind.PRIMARY),
        toggles=tell.toggles,
    )
    return GiveView(
        shell=tell.shell(floor),
        title=(say.by_phone,),
        tone=Tone.PLAIN,
        payload=f"{address}/tell/{typing.back.office_id}?about={typing.topic.code}",
        sample_band=tell.say.sample_slip if tell.is_sample else None,
        facts=(),
        advice=say.by_phone_how,
        note=say.by_phone_then,
    )


def _noticed(state: Noticed, tell: Telling, say: Writings) -> PrivacyView:
    presence = say.checked_notice if tell.desk.checks_cards else say.presence_notice
    notice = say.register_notice if state.visitor.service == REGISTER else presence
    days = tell.settings.presence.valid_days if tell.settings else 0
    values = (
        notice.what_for,
        notice.what,
        notice.who,
        notice.how_long.format(n=days),
        say.notice_else.format(help=tell.help_point),
        say.notice_rights,
    )
    floor = Floor(
        back=button(say.not_this, Button.BACK, "arrow-left"),
        main=button(say.read_card, Button.CONTINUE, "id-card", Kind.PRIMARY),
        toggles=tell.toggles,
    )
    lines = tuple(zip(_NOTICE_ICONS, say.notice_names, values, strict=True))
    return PrivacyView(tell.shell(floor), say.notice_title, lines)


def _purposes(state: ChoosingPurpose, tell: Telling, say: Writings) -> MenuView:
    tiles = tuple(
        Tile("badge-check", (wording.words(each, tell.language),), "", Touched(Button.CHOOSE, each.th))
        for each in state.purposes
    )
    floor = Floor(back=button(tell.say.floor.cancel, Button.BACK, "x"), toggles=tell.toggles)
    return MenuView(tell.shell(floor), say.purpose, tiles)


def _phone(state: TypingPhone, tell: Telling, say: Writings) -> KeyboardView:
    return KeyboardView(
        shell=tell.shell(Floor()),
        question=say.phone,
        text=_spaced(state.digits),
        hint=say.phone_wrong if state.is_wrong else say.phone_hint,
        count="",
        rows=DIGITS,
        shift=None,
        below=(Action((), Touched(Button.BACK), "arrow-left"),),
        space=None,
        send=button(say.send_request, Button.SEND, "arrow-right", Kind.PRIMARY, icon_last=True),
        is_wrong=state.is_wrong,
    )


def _spaced(digits: str) -> str:
    """``081 234 5678`` as it grows."""
    at = 3 if digits[1:2] in ("6", "8", "9") else 2
    return " ".join(part for part in (digits[:at], digits[at : at + 3], digits[at + 3 :]) if part)


def _giving(state: Giving, tell: Telling, say: Writings) -> GiveView:
    paper = state.paper
    title = {TicketPaper: say.told, PresencePaper: say.issued, RegistrationPaper: say.registered}[type(paper)]
    stands = {Slip.PRINTING: say.printing, Slip.PRINTED: say.printed, Slip.FAILED: say.photo, Slip.NONE: ""}
    finish = tell.say.floor.finish_take_card if state.visitor.card_in else tell.say.floor.finish
    payload, advice = _code(paper, tell, say)
    queued = not tell.desk.online and not isinstance(paper, PresencePaper)
    return GiveView(
        shell=tell.shell(
            Floor(
                back=_print_again(state, tell),
                main=button(finish, Button.FINISH, "log-out", Kind.PRIMARY),
                toggles=tell.toggles,
            )
        ),
        title=title,
        tone=Tone.OK,
        payload=payload,
        sample_band=tell.say.sample_slip if tell.is_sample else None,
        facts=_facts(paper, tell, say),
        advice=say.queued if queued else advice,
        note=stands[state.slip],
    )


def _print_again(state: Giving, tell: Telling) -> Action | None:
    if state.slip is Slip.PRINTING or not tell.desk.can_print:
        return None
    labels = tell.say.end.print_again if state.slip is Slip.PRINTED else tell.say.end.print_retry
    return button(labels, Button.PRINT_AGAIN, "printer", Kind.SECONDARY)


def _code(paper: Paper, tell: Telling, say: Writings) -> tuple[str, str]:
    """What the QR holds, and what it is for."""
    match paper:
        case TicketPaper() if tell.settings is not None:
            return tracking_url(tell.settings.tracking_address, paper.tracking_token), say.follow
        case PresencePaper():
            return paper.qr, _how_checked(paper.presence, say)
        case RegistrationPaper() if tell.settings is not None:
            return tracking_url(tell.settings.tracking_address, paper.tracking_token), say.follow_request
        case _:
            return "", ""


def _how_checked(said: Presence, say: Writings) -> str:
    """Whether the Department of Provincial Administration has spoken; nothing where it was not to be asked."""
    if said.unanswered:
        return say.unanswered
    return say.verified if said.verified else say.officer_checks


def _facts(paper: Paper, tell: Telling, say: Writings) -> tuple[Fact, ...]:
    match paper:
        case TicketPaper(topic=topic):
            until = tell.today + timedelta(days=topic.deadline_days)
            return (
                Fact(say.number, (grouped(paper.number),)),
                Fact(say.owner, (topic.owner_name,)),
                Fact(say.answer_by, (wording.day(until, tell.language),)),
            )
        case PresencePaper(presence=said):
            return _said(said, tell, say)
        case RegistrationPaper():
            return (
                Fact(say.number, (grouped(paper.number),)),
                Fact(say.id_number, (paper.id_masked,)),
                Fact(say.phone_name, (paper.phone_masked,)),
            )


def _said(said: Presence, tell: Telling, say: Writings) -> tuple[Fact, ...]:
    return (
        Fact(say.name, (said.name,)),
        Fact(say.id_number, (said.masked_id,)),
        Fact(say.purpose_name, (said.purpose,)),
        Fact(say.until, (_day(said.expires_at, tell),)),
    )


def _day(at: datetime, tell: Telling) -> str:
    return wording.day(at.astimezone(BANGKOK).date(), tell.language)


_TONES = {Verdict.GENUINE: Tone.OK, Verdict.FORGED: Tone.FAILING}


def _checked(state: PresenceChecked, tell: Telling, say: Writings) -> GiveView:
    title, advice = say.verdicts[state.verdict]
    finish = tell.say.floor.finish_take_card if state.visitor.card_in else tell.say.floor.finish
    said = state.presence
    facts: tuple[Fact, ...] = ()
    if said is not None:
        facts = (*_said(said, tell, say), Fact(say.issued_on, (_day(said.issued_at, tell),)))
        facts = (*facts, Fact(say.office, (said.office_name,)))
    checked = say.verified if said is not None and said.verified else say.unverified
    if said is not None and said.unanswered:
        checked = say.unanswered
    floor = Floor(main=button(finish, Button.FINISH, "log-out", Kind.PRIMARY), toggles=tell.toggles)
    return GiveView(
        shell=tell.shell(floor),
        title=title,
        tone=_TONES.get(state.verdict, Tone.ATTENTION),
        payload="",
        sample_band=None,
        facts=facts,
        advice=advice,
        note=checked if facts else "",
    )
