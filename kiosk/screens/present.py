"""From a state of the visit and the moment to the view to show. Pure: no clock, no pixel.

Rules: whatever moves with time is rounded to whole seconds (the clock to minutes), so that the views of two moments
differ only when the screen must; every state has a view.
"""

from __future__ import annotations

from typing import assert_never

from kiosk.screens import present_paying as paying
from kiosk.screens import present_reading as reading
from kiosk.screens import present_visit as visiting
from kiosk.screens.present_fees import fees
from kiosk.screens.present_folders import folder_desk
from kiosk.screens.present_writing import writing
from kiosk.screens.telling import Moment, Telling
from kiosk.screens.views import View
from kiosk.visits.fee_states import Fees
from kiosk.visits.folder_states import FolderDesk
from kiosk.visits.reading_states import (
    CaseShown,
    ChoosingCase,
    ChoosingManual,
    FactoryShown,
    ManualShown,
    ReadingOn,
)
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    Offer,
    OpeningPayment,
    OutOfService,
    Paying,
    ReadingCard,
    Sorry,
    State,
    Taking,
    Waiting,
    Warned,
)
from kiosk.visits.writing_states import Writing

__all__ = ["Moment", "view"]


def view(state: State, now: Moment) -> View:  # noqa: PLR0911, PLR0912 - one branch a state
    """What to show in ``state`` at ``now``."""
    tell = Telling(state.desk, now)
    match state:
        case OutOfService(enrolment=Offer() as offer):
            return visiting.enrolling(offer, tell)
        case OutOfService() | Idle() if now.is_called:  # whoever is in a visit is not disturbed
            return visiting.called(tell)
        case OutOfService():
            return visiting.closed(state, tell)
        case Idle():
            return visiting.idle(state, tell)
        case ChoosingService():
            return visiting.menu(state, tell)
        case Inviting():
            return visiting.inviting(state, tell)
        case ReadingCard():
            return visiting.reading(state, tell)
        case LookingUp() | OpeningPayment():
            return visiting.working(state, tell)
        case ChoosingNotice():
            return paying.notices(state, tell)
        case _ if isinstance(state, Fees):
            return fees(state, tell)
        case Paying():
            return paying.paying(state, tell)
        case Waiting():
            return paying.waiting(state, tell)
        case Confirmed():
            return paying.confirmed(state, tell)
        case Taking():
            return visiting.taking(state, tell)
        case Sorry():
            return visiting.sorry(state, tell)
        case FactoryShown():
            return reading.factory(state, tell)
        case ChoosingCase():
            return reading.cases(state, tell)
        case CaseShown():
            return reading.case(state, tell)
        case ChoosingManual():
            return reading.manuals(state, tell)
        case ManualShown():
            return reading.manual(state, tell)
        case ReadingOn():
            return reading.reading_on(state, tell)
        case Warned():
            return visiting.warned(state, tell)
        case _ if isinstance(state, Writing):
            return writing(state, tell)
        case _ if isinstance(state, FolderDesk):
            return folder_desk(state, tell)
        case _:
            assert_never(state)
