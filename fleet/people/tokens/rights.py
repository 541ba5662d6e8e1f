"""What a token may be for: reading or changing one part of the fleet's work. Pure."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """The parts, by the names addresses and rights call them."""

    KIOSKS = "kiosks"
    SETTINGS = "settings"
    ROLLOUTS = "rollouts"
    PAYMENTS = "payments"
    FACTORIES = "factories"
    FOLDERS = "folders"
    CASES = "cases"
    FEES = "fees"
    TICKETS = "tickets"
    CHANNELS = "channels"
    HOLIDAYS = "holidays"
    REGISTER = "register"
    FIGURES = "figures"
    WEBHOOKS = "webhooks"
    METRICS = "metrics"
    ALERTS = "alerts"
    PARTNERS = "partners"
    PEOPLE = "people"
    AUDIT = "audit"


READ_ONLY = frozenset({Part.FACTORIES, Part.FIGURES, Part.METRICS, Part.AUDIT})
"""Parts in which nothing is changed by anybody."""


def reading(part: Part) -> str:
    """The right to read a part."""
    return f"{part.value}:read"


def changing(part: Part) -> str:
    """The right to change things in a part; reading is another one."""
    return f"{part.value}:change"


RIGHTS = tuple(right for part in Part for right in (reading(part), *(() if part in READ_ONLY else (changing(part),))))
"""All of them, in the order of the parts."""
