"""What each screen shows, as values: complete, comparable, without a pixel. Made by ``present``, painted by ``draw``.

Rules: two equal views look the same, so a screen is drawn only when its view changes; texts are finished sentences
in the visitor's language. Where a text may be shortened, a view carries its forms, longest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.visits.events import Touched

Forms = tuple[str, ...]
"""The same words, longest first; the painter takes the first that fits."""


class Kind(StrEnum):
    """How a button looks: the one filled one, another way forward, back or cancel."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says and what a tap on it means."""

    labels: Forms
    touched: Touched
    icon: str = ""
    kind: Kind = Kind.PLAIN
    icon_last: bool = False


@dataclass(frozen=True, slots=True)
class Toggles:
    """The two buttons in the middle of the floor: the other language, and large type."""

    language: str
    large: str


@dataclass(frozen=True, slots=True)
class Floor:
    """What can be done: left goes back, right goes on. ``aside``: a sentence where there is nothing to press."""

    back: Action | None = None
    main: Action | None = None
    toggles: Toggles | None = None
    aside: tuple[Forms, Forms] | None = None
    aside_icon: str = ""
    wide_main: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The strip on top. ``sample``: the word of the pill, or None on a real kiosk."""

    office: Forms
    clock: str
    sample: str | None


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds every screen."""

    head: Head
    floor: Floor
    large: bool


class Tone(StrEnum):
    """What a sign or a box says, in shape and colour."""

    OK = "ok"
    ATTENTION = "attention"
    FAILING = "failing"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Banner:
    """Something is gone; ``advice`` says what to do instead."""

    title: Forms
    advice: Forms


@dataclass(frozen=True, slots=True)
class Start:
    """One way to begin a visit."""

    icon: str
    title: Forms
    subtitle: str
    touched: Touched
    primary: bool = False


@dataclass(frozen=True, slots=True)
class IdleView:
    """Nobody is here."""

    shell: Shell
    greeting: str
    invitation: str
    starts: tuple[Start, ...]
    help: tuple[Forms, Forms]
    help_line: str
    language_label: str
    large_label: str
    banner: Banner | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One service."""

    icon: str
    title: Forms
    subtitle: str
    touched: Touched


@dataclass(frozen=True, slots=True)
class MenuView:
    """Which service, or which of a few other things."""

    shell: Shell
    question: Forms
    tiles: tuple[Tile, ...]
    banner: Banner | None = None


class Invitation(StrEnum):
    """What the picture beside the steps shows."""

    CARD = "card"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class InviteView:
    """Put the card in, or scan. ``beat`` is 0 or 1: where the arrow stands this second.

    ``privacy_short``: the same in fewer words, for where the whole does not fit.
    """

    shell: Shell
    invitation: Invitation
    question: Forms
    steps: tuple[str, ...]
    privacy: str
    beat: int
    privacy_short: str = ""


@dataclass(frozen=True, slots=True)
class BusyView:
    """Something is being done. ``lit`` of ten dots; None before they are worth showing."""

    shell: Shell
    doing: str
    lit: int | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HoldView:
    """Nothing worth showing yet: what is on the screen stays, and nothing on it can be touched."""


@dataclass(frozen=True, slots=True)
class Row:
    """One notice: whose, what about it, how much. ``overdue`` adds triangle and red.

    Lists of other things are made of the same rows: ``amount`` may be empty, and a row that leads nowhere is no button.
    """

    name: str
    facts: Forms
    amount: str
    overdue: bool
    touched: Touched | None
    icon: str = "calendar-clock"


@dataclass(frozen=True, slots=True)
class NoticesView:
    """Which notice to pay. ``previous`` and ``following`` turn the page.

    ``in_head``: the question stands in the header of landscape screens, and the rows have its room.
    """

    shell: Shell
    question: str
    subtitle: str
    rows: tuple[Row, ...]
    unit: str
    hint: str
    page: str = ""
    previous: Action | None = None
    following: Action | None = None
    in_head: bool = False


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of a case. ``mark``: done, now or next; ``when``: its date; ``note`` stands below the present one."""

    mark: str
    label: str
    when: Forms
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case. ``tone``, ``word`` and ``when`` say how it stands to its deadline; ``holder``: who has it."""

    shell: Shell
    title: Forms
    number: str
    steps: tuple[StepLine, ...]
    tone: Tone
    word: str
    when: tuple[str, ...]
    holder: tuple[str, ...]
    previous: Action | None = None
    following: Action | None = None


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a manual. ``lines``: number or nothing, text, aside. ``warning``: it is out of date."""

    shell: Shell
    title: Forms
    heading: str
    warning: Forms
    lines: tuple[tuple[str, str, str], ...]
    page: str
    previous: Action | None = None
    following: Action | None = None


@dataclass(frozen=True, slots=True)
class QrView:
    """A QR to read on by phone, and what it is for."""

    shell: Shell
    question: Forms
    payload: str
    sample_band: str | None
    about: str
    hint: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    name: str
    value: Forms


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
class SorryView:
    """What happened, what to do, who helps."""

    shell: Shell
    tone: Tone
    happened: str
    advice: str
    helper: str


@dataclass(frozen=True, slots=True)
class WarnView:
    """Still there? Covers everything personal."""

    shell: Shell
    question: Forms
    left_s: int
    whole_s: int
    unit: str
    consequence: str
    card: str


@dataclass(frozen=True, slots=True)
class ClosedView:
    """Nothing can be offered."""

    shell: Shell
    title: str
    lines: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class EnrolView:
    """A kiosk that is nobody yet. ``address``: of the QR; it and ``code`` are empty while there is nothing to scan."""

    shell: Shell
    title: str
    steps: tuple[str, ...]
    address: str
    code_lead: str
    code: str


@dataclass(frozen=True, slots=True)
class KeyboardView:
    """Something is typed. ``hint`` stands where nothing is typed yet; ``count``: how much of how much.

    ``below``: small keys of the last row, ``space`` and ``send`` after them. ``is_wrong``: the hint says why.
    """

    shell: Shell
    question: Forms
    text: str
    hint: str
    count: str
    rows: tuple[tuple[str, ...], ...]
    shift: Action | None
    below: tuple[Action, ...]
    space: Action | None
    send: Action
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """Before a card is read: icon, name and value of each line of the notice."""

    shell: Shell
    title: Forms
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class GiveView:
    """Something to take along: a QR, or a sign where ``payload`` is empty, and what stands beside it."""

    shell: Shell
    title: Forms
    tone: Tone
    payload: str
    sample_band: str | None
    facts: tuple[Fact, ...]
    advice: str
    note: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """Is this right, before it is paid: how much, whom, for what."""

    shell: Shell
    question: Forms
    amount: str
    unit: str
    facts: tuple[Fact, ...]
    note: str


View = (
    IdleView
    | MenuView
    | InviteView
    | BusyView
    | HoldView
    | NoticesView
    | CaseView
    | PartView
    | QrView
    | PayView
    | WaitView
    | ConfirmedView
    | TakeView
    | KeepView
    | SorryView
    | WarnView
    | ClosedView
    | EnrolView
    | KeyboardView
    | PrivacyView
    | GiveView
    | CheckView
)
