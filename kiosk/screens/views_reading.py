"""What the screens of the services that read show: a case, a part of a manual, a QR to read on. Rules: ``views``."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.parts import Action, Forms, Shell, Tone


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of a case. ``mark``: done, now or next; ``when``: its date; ``note`` stands below the present one."""

    mark: str
    label: str
    when: Forms
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case. ``tone``, ``word`` and ``when`` say how it stands to its deadline; ``holder``: who has it.

    ``when``: a line each, in its forms.
    """

    shell: Shell
    title: Forms
    number: str
    steps: tuple[StepLine, ...]
    tone: Tone
    word: str
    when: tuple[Forms, ...]
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
