"""Every sentence of the screen, in every language: the one place where words are changed. Settings hold the office's.

Rules: Thai first, short, polite without particles, no exclamation marks, buttons are verbs. U+2060 keeps together
what ICU would break. ``{name}`` marks what is filled in; both languages fill in the same. Forms stand longest first.
"""

from __future__ import annotations

from kiosk.screens.texts.catalogue import Catalogue
from kiosk.screens.texts.en import EN
from kiosk.screens.texts.th import TH
from kiosk.visits.desk import Language

__all__ = ["CATALOGUES", "Catalogue"]

CATALOGUES: dict[Language, Catalogue] = {Language.TH: TH, Language.EN: EN}
