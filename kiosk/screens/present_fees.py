"""Views of a typed number and of the fees of other offices: which, the keys, how much, is it right."""

from __future__ import annotations

from kiosk.screens import wording
from kiosk.screens.parts import Action, Fact, Floor, Kind
from kiosk.screens.telling import Telling, button
from kiosk.screens.texts.fees import Feeing
from kiosk.screens.views import HoldView, Invitation, InviteView, MenuView, Tile
from kiosk.screens.views_paying import CheckView
from kiosk.screens.views_writing import KeyboardView
from kiosk.visits.desk import Device
from kiosk.visits.events import Button, Touched
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, Fees, TypingAmount, TypingNumber, TypingReference
from kiosk.visits.keyboard import KEYS, Layer

_BACK = Action((), Touched(Button.BACK), "arrow-left")
_PREFIX = "N"
"""What every notice number begins with: a key of its own, so that most need no letters."""

FeeView = MenuView | KeyboardView | InviteView | CheckView | HoldView


def fees(state: Fees, tell: Telling) -> FeeView:
    """The view of any of these states."""
    match state:
        case TypingNumber():
            return _number(state, tell)
        case ChoosingFee():
            return _which(state, tell)
        case TypingReference() if state.is_scanned_only:
            return _scanning(state, tell)
        case TypingReference():
            return _reference(state, tell)
        case TypingAmount():
            return _amount(state, tell)
        case ConfirmingFee():
            return _check(state, tell)


def _can_scan(tell: Telling) -> bool:
    return Device.SCANNER in tell.desk.ready


def _number(state: TypingNumber, tell: Telling) -> KeyboardView:
    say, layer = tell.say.fee, state.layer
    is_pad = layer is Layer.PAD
    thai = layer in (Layer.THAI, Layer.THAI_SHIFT)
    return KeyboardView(
        shell=tell.shell(Floor()),
        question=say.number_or_scan if _can_scan(tell) else say.number,
        text=state.text,
        hint=say.number_hint if state.wrong is None else say.wrong[state.wrong],
        count=say.count.format(n=len(state.text)) if state.text else "",
        rows=KEYS[layer],
        shift=Action((_PREFIX,), Touched(Button.KEY, _PREFIX)) if is_pad else _shift(layer) if thai else None,
        below=(_BACK, *_layers(is_pad=is_pad, other=Layer.LATIN_SHIFT if thai else Layer.THAI)),
        space=None,
        send=button(say.find, Button.SEND, "arrow-right", Kind.PRIMARY, icon_last=True),
        is_wrong=state.wrong is not None,
    )


def _shift(layer: Layer) -> Action:
    kind = Kind.PRIMARY if layer is Layer.THAI_SHIFT else Kind.SECONDARY
    return Action((), Touched(Button.SHIFT), "arrow-big-up", kind)


def _layers(*, is_pad: bool, other: Layer) -> tuple[Action, ...]:
    """From the figures to the letters, and from there back and to the other letters."""
    if is_pad:
        return (_layer("ABC", Layer.LATIN_SHIFT),)
    word = "ABC" if other is Layer.LATIN_SHIFT else "กขค"
    return _layer("123", Layer.PAD), _layer(word, other)


def _layer(word: str, layer: Layer) -> Action:
    return Action((word,), Touched(Button.LAYER, layer.value))


def _which(state: ChoosingFee, tell: Telling) -> MenuView:
    say = tell.say
    tiles = tuple(
        Tile(
            each.fee.icon.value,
            (wording.words(each.fee.name, tell.language),),
            wording.words(each.payee.name, tell.language),
            Touched(Button.CHOOSE, each.code),
        )
        for each in state.shown
    )
    following = button(say.list.following, Button.NEXT_PAGE, "arrow-right", Kind.SECONDARY, icon_last=True)
    floor = Floor(
        back=button(say.floor.back, Button.BACK, "arrow-left"),
        main=following if len(state.pages) > 1 else None,
        toggles=tell.toggles,
    )
    return MenuView(tell.shell(floor), say.fee.which, tiles)


def _scanning(state: TypingReference, tell: Telling) -> InviteView:
    say = tell.say.fee
    floor = Floor(button(tell.say.floor.back, Button.BACK, "arrow-left"), toggles=tell.toggles)
    said = say.scan_privacy if state.wrong is None else say.wrong_reference[state.wrong]
    steps = tell.say.invite.scan_steps
    return InviteView(tell.shell(floor), Invitation.NOTICE, say.scan, steps, said, tell.moment.beat)


def _reference(state: TypingReference, tell: Telling) -> KeyboardView:
    say, rule = tell.say.fee, state.kind.fee.reference
    is_pad = state.layer is Layer.PAD
    hint = wording.words(rule.where, tell.language)
    hint = say.or_scan.format(where=hint) if _can_scan(tell) else hint
    letters = (_layer("ABC", Layer.LATIN_SHIFT) if is_pad else _layer("123", Layer.PAD),)
    return KeyboardView(
        shell=tell.shell(Floor()),
        question=(wording.words(state.kind.fee.name, tell.language), *say.reference),
        text=state.text,
        hint=hint if state.wrong is None else say.wrong_reference[state.wrong].format(n=len(rule.shape), most=""),
        count=f"{len(state.text)} / {len(rule.shape)}",
        rows=KEYS[state.layer],
        shift=None,
        below=(_BACK, *(letters if rule.takes_letters else ())),
        space=None,
        send=button(say.following, Button.SEND, "arrow-right", Kind.PRIMARY, icon_last=True),
        is_wrong=state.wrong is not None,
    )


def _amount(state: TypingAmount, tell: Telling) -> KeyboardView:
    say = tell.say.fee
    return KeyboardView(
        shell=tell.shell(Floor()),
        question=say.amount,
        text=state.text,
        hint=_amount_hint(state, say),
        count="",
        rows=KEYS[Layer.PAD],
        shift=Action((".",), Touched(Button.KEY, ".")),
        below=(_BACK,),
        space=None,
        send=button(say.following, Button.SEND, "arrow-right", Kind.PRIMARY, icon_last=True),
        is_wrong=state.wrong is not None,
    )


def _amount_hint(state: TypingAmount, say: Feeing) -> str:
    if state.wrong is None:
        return say.amount_hint
    most = wording.baht(state.kind.fee.amount.most_satang)
    return say.wrong[state.wrong].format(most=most)


def _check(state: ConfirmingFee, tell: Telling) -> CheckView:
    say, due = tell.say, state.due
    floor = Floor(
        back=button(say.fee.change, Button.BACK, "arrow-left"),
        main=button(say.fee.right, Button.CONTINUE, "arrow-right", Kind.PRIMARY, icon_last=True),
        toggles=tell.toggles,
    )
    return CheckView(
        shell=tell.shell(floor),
        question=say.fee.check,
        amount=wording.baht(due.amount_satang),
        unit=say.pay.baht,
        facts=(
            Fact(say.fee.fee, (wording.words(due.kind.fee.name, tell.language),)),
            Fact(say.pay.payee, (wording.words(due.kind.payee.name, tell.language),)),
            Fact(say.pay.ref1, (due.reference,)),
        ),
        note=say.fee.direct,
    )
