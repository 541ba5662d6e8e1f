"""What the screens of the services that write show: the keyboard, the notice before a card is read, what is given.

Rules as for ``views``.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.parts import Action, Fact, Forms, Shell, Tone


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
