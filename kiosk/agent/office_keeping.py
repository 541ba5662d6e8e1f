"""The agent's part for the office's records: fetch what changed, a step a turn, and forget them when they are not ours.

Not here: how they are fetched and held (``kiosk.office``). Rules: another office's are forgotten before its successor's
are asked for, and all of them when the fleet says that it does not know us; what could not be forgotten at once is
tried again before anything else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fleet.protocol.messages import Desired, PaymentConfirmed
from kiosk import config
from kiosk.office.client import NotAdmittedError, OfficeFetch, OfficeUnreachableError
from kiosk.office.replica import Replica
from kiosk.store import StoreError

log = logging.getLogger(__name__)

RETRY_S = 15.0

UNHEARD_S = 60.0
"""How often the fleet is asked while there is no link: it may have none for us any more, and say so only there."""


class OfficeKeeping:
    """Keeps the replica as the fleet has it. ``report`` is called when what is here has changed as a whole."""

    def __init__(self, link: config.Link, replica: Replica, report: Callable[[], None]) -> None:
        self._link, self._replica, self._report = link, replica, report
        self._fetch: OfficeFetch | None = None
        self._due_s = 0.0
        self._wanted: tuple[str, int] | None = None
        self._fetching: tuple[str, int] | None = None
        self._wipe_due = ""
        self.clock_ahead_s: float | None = None
        """Our clock minus the fleet's, once it has answered."""

    @property
    def is_fetching(self) -> bool:
        """Whether ``turn`` waits for the next piece of a page."""
        return self._fetch is not None

    def desired(self, desired: Desired) -> None:
        """What the fleet has, and of which office."""
        if desired.office_id and self._replica.office_id not in ("", desired.office_id):
            self._wipe(f"moved to {desired.office_id}")
        wanted = (desired.office_id, desired.office_revision)
        if wanted != self._wanted:
            self._wanted, self._due_s = wanted, 0.0

    def payment(self, payment: PaymentConfirmed) -> None:
        """The bank's word on a notice."""
        try:
            self._replica.mark_paid(payment.ref1, payment.confirmed_at, payment.office_revision)
        except StoreError as err:  # whoever stands there hears it all the same; the records say it with the next fetch
            log.error("payment not noted: %s", err)
            self._wanted = None

    def ask_soon(self) -> None:
        """A new link: what failed by the last one is tried at once."""
        self._due_s = 0.0

    def ask_again(self) -> None:
        """Ask, whatever the fleet has said."""
        self._due_s, self._wanted = 0.0, None

    def step(self) -> None:
        """Take what has come of the fetch under way."""
        if self._fetch is None:
            return
        try:
            page = self._fetch.step()
            self.clock_ahead_s = self._fetch.clock_ahead_s
            if page is None:
                return
            if self._replica.office_id not in ("", page.office_id):
                self._wipe(f"moved to {page.office_id}")
                self._due_s = 0.0
                return
            self._replica.take(page)
            if page.more:
                self._fetch.go_on(self._replica.cursor)
                return
            self._taken()
        except NotAdmittedError as err:
            self._wipe(str(err))
        except (OfficeUnreachableError, StoreError) as err:
            log.warning("office records not fetched: %s", err)
        self.close()

    def _taken(self) -> None:
        if self._wanted == self._fetching:  # nothing newer was announced meanwhile: this is what there is
            self._wanted = (self._replica.office_id, self._replica.revision)
        self._report()

    def begin_if_due(self, *, online: bool) -> None:
        """Begin to fetch what changed; a visit never waits for this.

        Without a link nobody has told us of changes: the question is whether we may keep what we have.
        """
        self._wipe_if_due()
        if self._fetch is not None or time.monotonic() < self._due_s:
            return
        if self._is_current() if online else not self._replica.office_id:
            return
        self._due_s = time.monotonic() + (RETRY_S if online else UNHEARD_S)
        self._fetching = self._wanted
        self._fetch = OfficeFetch(self._link, self._replica.cursor)

    def _is_current(self) -> bool:
        """Whether what is here is what the fleet has. Another revision is another, smaller ones too: we may have moved.

        As long as the fleet has not said what it has, asking it is the way to know.
        """
        if self._wanted is None:
            return False
        office_id, revision = self._wanted
        return revision == self._replica.revision and office_id in ("", self._replica.office_id)

    def _wipe(self, why: str) -> None:
        self.close()
        self._wipe_due = why
        self._wipe_if_due()

    def _wipe_if_due(self) -> None:
        if not self._wipe_due:
            return
        try:
            self._replica.wipe()
        except StoreError as err:
            log.error("office records not wiped yet (%s): %s", self._wipe_due, err)
            return
        log.warning("office records wiped: %s", self._wipe_due)
        self._wipe_due = ""
        self._report()

    def close(self) -> None:
        """End the fetch under way, if there is one."""
        if self._fetch is not None:
            self._fetch.close()
            self._fetch = None
