"""What a language must be able to say. A language that leaves something out does not pass the type checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.screens.texts.fees import Feeing
from kiosk.screens.texts.reading import Readings
from kiosk.visits.states import Problem

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, what to do, who helps. ``alone``: what to do where the other way that ``advice`` names is shut."""

    happened: str
    advice: str
    helper: str
    alone: str = ""


@dataclass(frozen=True, slots=True)
class Floors:
    """Words of the floor."""

    other_language: str
    other_language_long: str
    large: str
    large_long: str
    normal_long: str
    home: Forms
    back: Forms
    cancel: Forms
    finish: Forms
    finish_take_card: Forms
    to_the_list: Forms
    again: Forms
    use_notice: Forms
    proceed: Forms


@dataclass(frozen=True, slots=True)
class Greetings:
    """Words of idle, menu and closed."""

    touch: tuple[Forms, str]
    card: tuple[Forms, str]
    notice: tuple[Forms, str]
    help_lead: Forms
    help_line: str
    menu: Forms
    menu_reduced: Forms
    services: dict[str, Forms]
    more_services: Forms
    by_touch: str
    by_both: str
    by_card: str
    by_notice: str
    closed: str
    called: str
    called_ends: str
    preparing: str
    not_working: str
    not_offered: str
    contact: str
    contact_unknown: str


@dataclass(frozen=True, slots=True)
class Losses:
    """Words of the banner about devices that are gone. The first three complete ``cannot``."""

    cannot: Forms
    cannot_told: str
    joined: str
    card: str
    scanner: str
    printer: str
    no_paper: str
    use_paper: Forms
    use_card: Forms
    use_number: Forms
    take_photo: Forms


@dataclass(frozen=True, slots=True)
class Scans:
    """What can be scanned for a service: said beside the card, as the question where there is none; what is read."""

    aside: tuple[Forms, Forms]
    question: Forms
    privacy: Forms


@dataclass(frozen=True, slots=True)
class Invites:
    """Words of putting the card in, scanning, and the work that follows.

    ``named_privacy``: where the service reads the name, too. ``scans``: by service; others have nothing to scan.
    """

    card: Forms
    card_steps: tuple[str, str]
    card_privacy: Forms
    named_privacy: Forms
    scans: Mapping[str, Scans]
    scan_steps: tuple[str, str]
    reading: str
    reading_hint: str
    looking_up: str
    opening: str
    slow: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Words of the list of notices."""

    question: str
    several: str
    due: str
    due_short: Forms
    overdue_for: str
    overdue: str
    surcharge: str
    surcharge_short: str
    day: tuple[str, str]
    month: tuple[str, str]
    hint: str
    page: str
    previous: Forms
    following: Forms


@dataclass(frozen=True, slots=True)
class Payments:
    """Words of paying and waiting."""

    baht: str
    question: Forms
    cap: str
    payee: str
    biller: str
    ref1: str
    ref2: str
    left: Forms
    minutes: str
    paid: Forms
    offline: Forms
    waiting: str
    amount: str
    waited: str
    waited_unit: str
    not_again: str
    leave_with_slip: str
    leave_with_photo: str
    leave_offline: str
    show_qr: Forms
    print_tracking: Forms
    show_tracking: Forms
    pay_another: Forms
    pay_last: Forms


@dataclass(frozen=True, slots=True)
class Endings:
    """Words of confirmed, take and keep."""

    confirmed: str
    confirmed_at: str
    confirmed_by_bank: str
    unconfirmed: str
    printing: Forms
    printed: Forms
    not_printed: Forms
    forget_both: Forms
    forget_both_tracking: Forms
    forget_slip: Forms
    forget_tracking: Forms
    forget_card: Forms
    card_still_in: Forms
    thanks: Forms
    take_slip: str
    take_tracking: str
    slip_printing: str
    slip_use: str
    take_card: str
    take_card_then: str
    goes_home: str
    pay_not_again: str
    print_again: Forms
    print_retry: Forms
    cannot_print: Forms
    no_paper: Forms
    photo: str
    status: str
    transaction: str
    take_card_too: str


@dataclass(frozen=True, slots=True)
class Warnings:
    """Words of the time-out warning."""

    question: Forms
    second: str
    seconds: str
    consequence: str
    consequence_paying: str
    consequence_paid: str
    consequence_keep: str
    card: str


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Words to the technician in front of a kiosk that is nobody yet."""

    title: str
    steps: tuple[str, ...]
    waiting: str
    network_hint: str
    network_kept: str
    network_wrong: str
    network_failed: str
    code_lead: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A whole language. ``office_short`` rewrites office names too long for the header, step by step."""

    sample: str
    sample_payment: str
    sample_slip: str
    office_short: tuple[tuple[str, str], ...]
    time: str
    floor: Floors
    idle: Greetings
    enrol: Enrolments
    lost: Losses
    invite: Invites
    list: Lists
    pay: Payments
    end: Endings
    warn: Warnings
    read: Readings
    fee: Feeing
    trouble: dict[Problem, Trouble]
