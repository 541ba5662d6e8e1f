"""The view a technician far away may see: the same screen, drawn without anything of the visitor on it.

A screenshot is drawn from such a view. What is not in it was never drawn, so nothing has to be found and covered
afterwards. Rules: every kind of view is named here, as one that shows nothing personal or as one that is masked; a new
kind does not pass the type checker until somebody has decided. Amounts, names, references, dates of a payment and
every QR are the visitor's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.screens.parts import Fact, Tone
from kiosk.screens.views import (
    BusyView,
    ClosedView,
    EnrolView,
    HoldView,
    IdleView,
    InviteView,
    MenuView,
    NoticesView,
    Row,
    SorryView,
    View,
    WarnView,
)
from kiosk.screens.views_paying import CheckView, ConfirmedView, KeepView, PayView, TakeView, WaitView
from kiosk.screens.views_reading import CaseView, PartView, QrView
from kiosk.screens.views_writing import GiveView, KeyboardView, PrivacyView
from kiosk.visits.events import Button, Touched

MASK = "xxxxxx"
"""In the place of a text, as in a masked ID number."""

NO_AMOUNT = "x,xxx.xx"
NO_QR = "Masked: this code is no payment and leads to nobody's page."
"""What the QR of a masked screen says: nothing that a phone could pay or follow."""


_NOWHERE = Touched(Button.CHOOSE)


def masked(view: View) -> View:  # noqa: PLR0911, PLR0912 - one branch a kind of view
    """``view`` without what is the visitor's."""
    match view:
        case IdleView() | MenuView() | InviteView() | BusyView() | HoldView() | TakeView() | WarnView() | ClosedView():
            return view
        case EnrolView():
            return view  # there is no visitor
        case SorryView():  # "paid on ..." is the one sentence with something of the visitor in it
            return replace(view, happened=MASK) if view.tone is Tone.OK else view
        case NoticesView():
            return replace(
                view,
                question=MASK,
                subtitle=MASK,
                rows=(Row(MASK, (MASK,), NO_AMOUNT, False, _NOWHERE),) * len(view.rows),
            )
        case PayView():
            return replace(view, payload=NO_QR, amount=NO_AMOUNT, facts=_masked(view.facts), payer_for=MASK)
        case CaseView():
            steps = tuple(replace(step, when=(), note="") for step in view.steps)
            return replace(view, title=(MASK,), number=MASK, steps=steps, when=((MASK,),), holder=())
        case PartView():
            return view  # a manual is for everybody
        case QrView():
            return replace(view, payload=NO_QR, about=MASK)
        case CheckView():
            return replace(view, amount=NO_AMOUNT, facts=_masked(view.facts))
        case WaitView():
            return replace(view, amount=NO_AMOUNT)
        case ConfirmedView():
            return replace(view, amount=NO_AMOUNT, confirmed=MASK)
        case KeepView():
            return replace(view, payload=NO_QR, amount=NO_AMOUNT, facts=_masked(view.facts))
        case PrivacyView():
            return view  # the same for everybody
        case KeyboardView():
            return replace(view, text=MASK if view.text else "", count="")
        case GiveView():
            return replace(view, payload=NO_QR if view.payload else "", facts=_masked(view.facts))
        case _:
            assert_never(view)


def _masked(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(Fact(fact.name, (MASK,)) for fact in facts)
