"""The painter: a view onto a canvas, and what on it can be touched.

Rules: ``draw`` changes every pixel or, for a view that holds, none; it keeps rendered type, icons and QRs, so that
drawing a screen again is mostly copying. One painter belongs to one thread and one size of canvas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pygame import Surface

from kiosk.screens import (
    paint_bank,
    paint_enrol,
    paint_fees,
    paint_idle,
    paint_invite,
    paint_keyboard,
    paint_notices,
    paint_pay,
    paint_reading,
    paint_take,
    paint_visit,
    paint_writing,
)
from kiosk.screens.sheet import Sheet, Target
from kiosk.screens.theme import Theme, theme
from kiosk.screens.typeset import Typesetter
from kiosk.screens.views import (
    BusyView,
    ClosedView,
    EnrolView,
    HoldView,
    IdleView,
    InviteView,
    MenuView,
    NoticesView,
    SorryView,
    View,
    WarnView,
)
from kiosk.screens.views_paying import CheckView, ConfirmedView, KeepView, PayView, TakeView, WaitView
from kiosk.screens.views_reading import CaseView, PartView, QrView
from kiosk.screens.views_writing import GiveView, KeyboardView, PrivacyView

__all__ = ["PAINTERS", "Painter", "Target"]

PAINTERS: dict[type, Callable[[Sheet, Any], None]] = {
    IdleView: paint_idle.paint_idle,
    ClosedView: paint_idle.paint_closed,
    EnrolView: paint_enrol.paint_enrol,
    MenuView: paint_visit.paint_menu,
    InviteView: paint_invite.paint_invite,
    BusyView: paint_visit.paint_busy,
    SorryView: paint_visit.paint_sorry,
    WarnView: paint_visit.paint_warn,
    NoticesView: paint_notices.paint_notices,
    CaseView: paint_reading.paint_case,
    PartView: paint_reading.paint_part,
    QrView: paint_reading.paint_qr_view,
    PayView: paint_pay.paint_pay,
    WaitView: paint_bank.paint_wait,
    ConfirmedView: paint_bank.paint_confirmed,
    TakeView: paint_take.paint_take,
    KeepView: paint_take.paint_keep,
    KeyboardView: paint_keyboard.paint_keyboard,
    PrivacyView: paint_writing.paint_privacy,
    GiveView: paint_writing.paint_give,
    CheckView: paint_fees.paint_check,
}


class Painter:
    """Draws views at one size. ``width_mm``: the glass's true width, for displays the tokens do not know."""

    def __init__(self, size: tuple[int, int], width_mm: float | None = None) -> None:
        self._size, self._width_mm = size, width_mm
        self._themes: dict[bool, Theme] = {}
        self._typesetter = Typesetter()

    def draw(self, view: View, canvas: Surface, pressed: Target | None = None) -> tuple[Target, ...]:
        """Draw ``view``; ``pressed`` is the target under a finger, drawn in its pressed colours.

        Returns: everything that can be tapped; where two overlap, which none do, the first wins. Nothing for a
        ``HoldView``, which leaves the canvas as it is.
        """
        if isinstance(view, HoldView):
            return ()
        return tuple(self.sheet(view, canvas, pressed).targets)

    def sheet(self, view: View, canvas: Surface, pressed: Target | None = None, *, witness: bool = False) -> Sheet:
        """Draw ``view`` and return the sheet, which remembers its texts and boxes when it is a ``witness``."""
        large = False if isinstance(view, HoldView) else view.shell.large
        sheet = Sheet(canvas, self._theme(large=large), self._typesetter, pressed, witness=witness)
        canvas.fill(sheet.c.paper)
        PAINTERS[type(view)](sheet, view)
        return sheet

    def warm_up(self) -> None:
        """Load what the first minutes will need, after the first frame: libraries of line breaks and QR codes."""
        import icu  # noqa: F401 - loading it is the point
        import qrcode  # noqa: F401 - as above

    def _theme(self, *, large: bool) -> Theme:
        found = self._themes.get(large)
        if found is None:
            found = self._themes[large] = theme(self._size, large=large, width_mm=self._width_mm)
        return found
