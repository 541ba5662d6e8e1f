"""Setting another system up: what its address may be. Not here: asking it (``fleet.partners``)."""

from __future__ import annotations

from urllib.parse import urlsplit

from fleet.partners import asking
from fleet.partners.port import System

TIMEOUT_S_MAX = 20
ADDRESS_CHARACTERS_MAX = 200


class UnfitError(ValueError):
    """Nothing has changed: the address can be none."""


def is_address(text: str) -> bool:
    """Whether a system could be asked there."""
    if len(text) > ADDRESS_CHARACTERS_MAX or any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)
    except ValueError:
        return False


def set_up(system: System, address: str, *, is_on: bool, timeout_s: int) -> None:
    """Where a system is from now on. One that is off may have no address.

    Raises: UnfitError.
    """
    if not is_address(address) and (address or is_on):
        raise UnfitError
    asking.set_up(system, address, is_on=is_on, timeout_s=min(max(timeout_s, 1), TIMEOUT_S_MAX))
