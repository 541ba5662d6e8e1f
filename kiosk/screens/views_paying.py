"""What the screens of a payment show, from "is this right" to the slip. Rules as for ``views``."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.parts import Fact, Forms, Shell, Tone


@dataclass(frozen=True, slots=True)
class PayView:
    """The payment QR. ``left_s`` of ``whole_s`` seconds remain; ``left`` says it in words."""

    shell: Shell
    question: Forms
    payload: str
    cap: str
    sample_band: str | None
    badge: str | None
    amount: str
    unit: str
    facts: tuple[Fact, ...]
    payer_for: str
    left_label: Forms
    left: str
    left_s: int
    whole_s: int
    note: Forms = ()


@dataclass(frozen=True, slots=True)
class WaitView:
    """Waiting for the bank."""

    shell: Shell
    question: str
    lit: int
    amount_label: str
    amount: str
    unit: str
    waited_label: str
    waited: str
    waited_unit: str
    warning: str
    hint: str


@dataclass(frozen=True, slots=True)
class ConfirmedView:
    """The bank has confirmed."""

    shell: Shell
    title: str
    amount: str
    unit: str
    confirmed: str
    slip: Forms
    slip_tone: Tone
    slip_icon: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing to take: picture, words, and what is said beneath."""

    picture: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class TakeView:
    """Take slip and card. ``alarmed``: the card was forgotten once already."""

    shell: Shell
    title: Forms
    things: tuple[Taken, ...]
    note: str = ""
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class KeepView:
    """No slip came out: facts and tracking QR to take a picture of."""

    shell: Shell
    title: Forms
    payload: str
    sample_band: str | None
    badge: str | None
    amount: str
    unit: str
    facts: tuple[Fact, ...]
    advice: str
    card: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """Is this right, before it is paid: how much, whom, for what."""

    shell: Shell
    question: Forms
    amount: str
    unit: str
    facts: tuple[Fact, ...]
    note: str
