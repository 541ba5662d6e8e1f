"""Screens with a draft of settings, beside the same screens without it: for whoever decides about the draft.

    python -m kiosk.screens.preview OUT_DIR < draft.json

Draws what would differ and nothing else, as PNG at half size, and lists it in ``drawn.json``. Opens no window; every
state is made up (``samples``), only the settings are the caller's. It is started by another program, for a stranger's
document: it bounds its own memory and time. Not here: whether the draft may be published.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pygame
from PIL import Image

from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KioskSettings, SettingsError, read_settings
from fleet.protocol.thai import IdNumber, check_digit
from kiosk.screens.draw import Painter
from kiosk.screens.present import view
from kiosk.screens.samples import DESK, OWED, WALL
from kiosk.screens.screenshot import COLOURS
from kiosk.screens.telling import Moment
from kiosk.screens.views import View
from kiosk.visits.desk import Desk, Language
from kiosk.visits.events import Bill
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.fee_states import ChoosingFee
from kiosk.visits.services import OTHER_FEE, PAY_FEE, PRESENCE_SLIP
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Idle,
    Inviting,
    OutOfService,
    Paying,
    Problem,
    Sorry,
    State,
    Visitor,
    Warned,
)
from kiosk.visits.writing_states import ChoosingPurpose

SIZES = {"landscape": (1280, 800), "portrait": (1080, 1920)}
"""Of the kiosks there are: 10 and 21 inches."""

MEMORY_BYTES_MAX = 1 << 30
"""Of address space: fonts, ICU's tables and both canvases take 400 MB of it."""

CPU_S_MAX = 20
SCREENS_MAX = 8
"""More pictures than that nobody looks at; what comes first in a visit comes first here."""

REF2, SLIP_NO, TOKEN = "CBI01000042", "CBI01-000042", "Kx7mQ2vT9pLw4RzB"
NAME = "นายตัวอย่าง ใจดี"
CITIZEN = IdNumber(f"199990000001{check_digit('199990000001')}")
"""Made up, as all that a screen shows here but the settings."""

LIST = "drawn.json"
UNFIT_EXIT = 3
"""The document cannot be drawn: no kiosk takes it."""


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: whole documents, all layers merged. ``before`` may be unfit or empty: then all is new."""

    kiosk_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    language: Language = Language.TH
    shape: str = "landscape"


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A screen that differs. ``before`` and ``after``: names of files; empty where there is no such screen."""

    screen: str
    before: str
    after: str


def screens(desk: Desk) -> Iterator[tuple[str, State, Moment]]:
    """The screens on which settings show, in the order of a visit; those that this desk can come to."""
    settings, moment = desk.settings, Moment(WALL, 1.0, 30.0)
    if settings is None or not desk.offered:
        yield "closed", OutOfService(desk), moment
        return
    visitor = Visitor("x-xxxx-xxxxx-12-1", card_in=True)
    yield "welcome", Idle(desk), moment
    menu = ChoosingService(desk)
    yield "services", menu, moment
    if len(desk.offered) > menu.tiles:
        yield "services-2", replace(menu, page=1), moment
    if PAY_FEE in desk.offered:
        yield "pay-fee", Inviting(desk, Visitor(service=PAY_FEE)), moment
        yield "payment", Paying(desk, visitor, _of_notice(settings), OWED), Moment(WALL, 28.0, 272.0)
    if PRESENCE_SLIP in desk.offered:
        yield "purposes", ChoosingPurpose(desk, visitor, CITIZEN, NAME), moment
    if OTHER_FEE in desk.offered:
        yield from _fees(desk, moment)
    yield "help", Sorry(desk, Visitor(), Problem.CARD_UNREADABLE), moment
    waiting = float(settings.patience.warning_s)
    yield "warning", Warned(ChoosingNotice(desk, visitor, OWED)), Moment(WALL, 0.0, waiting)


def _fees(desk: Desk, moment: Moment) -> Iterator[tuple[str, State, Moment]]:
    here = Visitor(service=OTHER_FEE)
    listed = ChoosingFee(desk, here)
    for page in range(len(listed.pages)):
        yield f"fees-{page + 1}", replace(listed, page=page), moment
    for kind in desk.fees:
        amount_satang = kind.fee.amount.fixed_satang or 125_050
        due = FeeDue(kind, "SAMPLE12345678", amount_satang)
        payment = BillPayment(kind.payee.biller_id, due.reference, REF2, amount_satang)
        yield f"fee-{kind.code}", Paying(desk, here, Bill(due, payment, SLIP_NO, TOKEN), ()), Moment(WALL, 28.0, 272.0)


def _of_notice(settings: KioskSettings) -> Bill:
    owed = OWED[0]
    payment = BillPayment(settings.payee.biller_id, owed.notice.reference, REF2, owed.notice.amount_satang)
    return Bill(owed, payment, SLIP_NO, TOKEN)


def draw(draft: Draft, out: Path) -> list[Drawn]:
    """Draw what differs into a folder; which that is, in the order of a visit.

    Raises: SettingsError when no kiosk takes ``after``.
    """
    after = _views(draft, read_settings([draft.after])[0])
    try:
        before = _views(draft, read_settings([draft.before])[0])
    except SettingsError:
        before = {}
    pen = _Pen(SIZES[draft.shape], out)
    names = [name for name in dict.fromkeys((*after, *before)) if before.get(name) != after.get(name)]
    return [
        Drawn(
            screen=name,
            before=pen.drawn(before.get(name), f"{name}-before.png"),
            after=pen.drawn(after.get(name), f"{name}-after.png"),
        )
        for name in names[:SCREENS_MAX]
    ]


def _views(draft: Draft, settings: KioskSettings) -> dict[str, View]:
    desk = replace(DESK, kiosk_id=draft.kiosk_id, settings=settings, language=draft.language)
    return {name: view(state, moment) for name, state, moment in screens(desk)}


class _Pen:
    """Draws one size into one folder."""

    def __init__(self, size_px: tuple[int, int], out: Path) -> None:
        self._size_px, self._out = size_px, out
        self._painter = Painter(size_px)

    def drawn(self, shown: View | None, name: str) -> str:
        """The name of the picture of a view; empty for none."""
        if shown is None:
            return ""
        canvas = pygame.Surface(self._size_px)
        self._painter.draw(shown, canvas)
        small = pygame.transform.smoothscale_by(canvas, 0.5)
        image = Image.frombytes("RGB", small.get_size(), pygame.image.tobytes(small, "RGB"))
        image.quantize(COLOURS).save(self._out / name, "PNG", optimize=True)
        return name


def _bound() -> None:
    """Take no more than this of the machine, whatever the document holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 3 when the document is fit for no kiosk, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.screens.preview", description="Draw a draft of settings.")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    out: Path = parser.parse_args(arguments).out
    _bound()
    try:
        drawn = draw(msgspec.json.decode(sys.stdin.buffer.read(), type=Draft), out)
    except SettingsError as err:
        sys.stderr.write(f"{err}\n")
        return UNFIT_EXIT
    (out / LIST).write_bytes(msgspec.json.encode(drawn))  # pygame says hello on standard output
    return 0


if __name__ == "__main__":
    sys.exit(main())
