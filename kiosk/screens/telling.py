"""What every presenter needs: the moment, the desk's settings and language, and the parts around each screen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime

from fleet.protocol.settings import KioskSettings
from kiosk.screens import wording
from kiosk.screens.parts import Action, Floor, Forms, Head, Kind, Shell, Toggles
from kiosk.screens.texts import CATALOGUES, Catalogue
from kiosk.visits.desk import Desk, Language
from kiosk.visits.events import Button, Touched


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is. ``wall``: time at the counter; ``waited_s``: since the state began or the visitor last moved;
    ``remaining_s``: until it times out, None where it does not. ``is_called``: a technician looks for this kiosk."""

    wall: datetime
    waited_s: float = 0.0
    remaining_s: float | None = None
    is_called: bool = False

    @property
    def beat(self) -> int:
        """0 or 1, changing each second: for what swaps between two places."""
        return int(self.waited_s) % 2

    @property
    def lit(self) -> int:
        """How many of ten dots are lit while waiting: one more each second, then from one again."""
        return int(self.waited_s) % 10 + 1

    @property
    def left_s(self) -> int:
        """Whole seconds left, rounded up: 0 only when the time is up."""
        return math.ceil(self.remaining_s or 0)


@dataclass(frozen=True, slots=True)
class Telling:
    """One screen being put into words."""

    desk: Desk
    moment: Moment

    @property
    def say(self) -> Catalogue:
        """The visitor's language."""
        return CATALOGUES[self.desk.language]

    @property
    def language(self) -> Language:
        """Which one that is."""
        return self.desk.language

    @property
    def settings(self) -> KioskSettings | None:
        """The office's settings; None before there are any."""
        return self.desk.settings

    @property
    def today(self) -> date:
        """The day at the counter."""
        return self.moment.wall.date()

    @property
    def help_point(self) -> str:
        """Where somebody helps, as the settings say."""
        if self.settings is None:
            return self.say.idle.contact_unknown
        return wording.words(self.settings.help_point, self.language).replace(" ", wording.NO_BREAK)

    @property
    def is_sample(self) -> bool:
        """Whether everything here is sample data; a kiosk without settings has none to show."""
        return bool(self.settings and self.settings.sample)

    @property
    def head(self) -> Head:
        """The strip on top."""
        office = wording.office_forms(self.settings, self.language, self.say) if self.settings else ("",)
        return Head(office, wording.clock(self.moment.wall), self.say.sample if self.is_sample else None)

    @property
    def toggles(self) -> Toggles:
        """Language and large type."""
        return Toggles(self.say.floor.other_language, self.say.floor.large)

    def shell(self, floor: Floor, *, clock: bool = True) -> Shell:
        """Header and ``floor`` around a screen. Without ``clock`` the view does not change by itself."""
        head = self.head if clock else replace(self.head, clock="")
        return Shell(head, floor, self.desk.large)

    def filled(self, forms: Forms, **values: object) -> Forms:
        """``forms`` with ``values`` and the help point filled in."""
        return tuple(form.format(help=self.help_point, **values) for form in forms)


def button(
    labels: Forms, touched: Button, icon: str = "", kind: Kind = Kind.PLAIN, *, icon_last: bool = False
) -> Action:
    """A button without a value."""
    return Action(labels, Touched(touched), icon, kind, icon_last)
