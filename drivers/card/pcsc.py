"""A card reader on PC/SC, through pyscard's bare ``scard`` functions.

Not a monitor: no thread, no observer, no singleton. pyscard's ``CardMonitor`` ends for good when pcscd stops; here a
stopped pcscd is a ``DeviceAbsentError``, and whoever owns the reader opens a new one.

Rules:
* Every return code passes ``typed_error``. On an error SCardTransmit hands back 64 KiB of stale memory: on anything
  but success its answer is thrown away, and on success the length is checked before the status word: a card that
  vanishes in the middle can make a success of 0 bytes.
* Readers come and go one by one. pcsc-lite fails the whole SCardGetStatusChange when one name in it is no longer
  known, and notices what is plugged in between two calls in newer versions only: so readers are listed before every
  look. Which reader's card counts is ``choice``'s affair; the order is that of the list.
* Shared, and the card is left as it is (``SCARD_LEAVE_CARD``): resetting cards is what makes other programs fail.
* ``transmit`` speaks only to the card that ``wait`` announced last. If that card is gone, it says so, even when
  another lies in the slot by now: half of one person's data must never meet half of another's.
* pcsc-lite 1.9.9 keeps reader states in one unguarded global: PC/SC calls of a process belong on one thread,
  ``cancel`` excepted. It also remembers its socket's name (``PCSCLITE_CSOCK_NAME``) from the first call to the last.
* PC/SC has no timeout for an exchange. What bounds ``transmit`` is the reader, which knows the card's waiting time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from smartcard import scard

from drivers.about import About
from drivers.card.choice import Choice, Holder, Told
from drivers.card.pcsc_about import about_reader
from drivers.card.port import CardEvent
from drivers.card.scard_errors import typed_error
from drivers.card.slot import SlotState
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, DriverError, Fault

_DEVICE = "card"

_LONGEST_LOOK_S = 2.0
"""pcsc-lite 1.9.9 misses a reader that is plugged in just before a look begins; the next look finds it."""

_LISTINGS = 3
"""How often readers are listed anew because one was pulled out between listing and looking."""

_CANCEL_AGAIN_S = 0.001
_CANCEL_TRIES = 2000
"""SCardCancel reaches only a wait that has begun, so it is repeated until the waiting thread has noticed."""

_SETTLE_S = 0.1
"""Pause before a card that is still being seated is tried again."""

_SETTLE_TRIES = 3

_SEATING = (scard.SCARD_W_REMOVED_CARD, scard.SCARD_W_RESET_CARD)
"""What readers answer while a card slides in: it bounces, and its contacts count as a removal or a reset."""

_SURELY_THE_SAME_CARD = (scard.SCARD_W_RESET_CARD, scard.SCARD_E_SHARING_VIOLATION)
"""After any other failure of an exchange the card must be announced anew before it is spoken to."""

_READER_WAS_AWAY = (
    scard.SCARD_E_INVALID_HANDLE,
    scard.SCARD_E_READER_UNAVAILABLE,
    scard.SCARD_E_UNKNOWN_READER,
)
"""A reader that was pulled out takes its connections along. One that is back already may look as if it had never been
away, counts and all, with another card in it: what lies there is announced anew."""

_GONE = scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE

_NEW_READERS = "\\\\?PnP?\\Notification"
"""Pseudo reader of PC/SC that ends a look when a reader comes or goes. Its upper state bits are pcscd's own count of
that (0 in older versions) and are handed back as they came."""


class PcscCardReader:
    """The card readers of this machine, as one slot: see ``choice`` for which card counts when several are in."""

    def __init__(self, reader_name: str | None = None) -> None:
        """Open the readers whose PC/SC name begins with ``reader_name``, or all there are, now and later.

        The indices at the end of PC/SC names change when a reader is plugged in elsewhere: leave them out.
        Raises: DeviceAbsentError when pcscd does not run or has no such reader; try again later.
        """
        self._wanted = reader_name or ""
        self._context: int | None = None
        self._handle: int | None = None
        self._protocol = scard.SCARD_PCI_T0
        self._is_handle_fresh = False
        self._raw: dict[str, int] = {}  # what PC/SC is told we know, by name
        self._slots: dict[str, SlotState] = {}  # of the readers that work
        self._choice = Choice()
        self._announced: Holder | None = None
        self._was_away: str | None = None  # a reader that is to be looked at as if it were new
        self._pending: deque[Told] = deque()
        self._cancelled = threading.Event()
        self._is_outside = threading.Event()  # no SCardGetStatusChange is under way
        self._is_outside.set()
        try:
            self._context = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM))[0]
            self._list_readers()
        except DriverError:
            self.close()
            raise

    def wait(self, timeout_s: float) -> CardEvent | None:
        """See ``CardReader.wait``."""
        deadline_s = time.monotonic() + timeout_s
        has_looked = False
        while True:
            if self._cancelled.is_set():
                self._cancelled.clear()
                return None
            if self._pending:
                told = self._pending.popleft()
                self._announced = told.holder
                self._disconnect()  # whatever is told, a connection was to the card before
                return told.event
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 and has_looked:
                return None
            self._look(max(0.0, min(left_s, _LONGEST_LOOK_S)))
            has_looked = True

    def transmit(self, apdu: bytes) -> bytes:
        """See ``CardReader.transmit``.

        Raises also: DeviceFaultError when the card is mute.
        """
        if self._handle is None:
            self._connect()
        code, answer = self._exchange(apdu)
        if code in _SEATING and self._is_handle_fresh:
            # Nothing has been said to this card yet, so saying it again is safe; later it would not be.
            self._disconnect()
            self._connect()
            code, answer = self._exchange(apdu)
        self._is_handle_fresh = False
        if code == scard.SCARD_S_SUCCESS and len(answer) >= 2:
            return answer
        self._disconnect()
        if code in _READER_WAS_AWAY and self._announced is not None:
            self._was_away = self._announced.reader
        if code not in _SURELY_THE_SAME_CARD:
            self._announced = None
        if code != scard.SCARD_S_SUCCESS:
            raise typed_error(_DEVICE, code)
        raise DeviceProtocolError(_DEVICE, f"the card answered {len(answer)} bytes; a status word has two")

    def about(self) -> About:
        """See ``CardReader.about``. Asks the reader; a card in it is neither disturbed nor spoken to."""
        self._look(0)
        held = self._announced.reader if self._announced is not None else None
        return about_reader(self._context, held if held in self._slots else next(iter(self._slots)))

    def cancel(self) -> None:
        """See ``CardReader.cancel``."""
        self._cancelled.set()
        for _ in range(_CANCEL_TRIES):
            context = self._context
            # A flag that is down was seen by the wait it was meant for. Going on would kick the waiting thread out of
            # its next wait, and the one after, while whoever cancels, the loop that draws, stands still.
            if context is None or self._is_outside.is_set() or not self._cancelled.is_set():
                return
            # Its result does not matter: without pcscd the wait ends by itself.
            scard.SCardCancel(context)
            if self._cancelled.is_set():
                self._is_outside.wait(_CANCEL_AGAIN_S)

    def close(self) -> None:
        """See ``CardReader.close``."""
        self._disconnect()
        context, self._context = self._context, None
        if context is not None:
            scard.SCardReleaseContext(context)  # fails when pcscd is gone, and then there is nothing to release

    def _exchange(self, apdu: bytes) -> tuple[int, bytes]:
        code, answer = scard.SCardTransmit(self._handle, self._protocol, list(apdu))
        return code, bytes(answer) if code == scard.SCARD_S_SUCCESS else b""

    def _look(self, timeout_s: float) -> None:
        """Look at all readers once, waiting up to ``timeout_s`` for a change, and queue what happened.

        Raises: DeviceAbsentError when none is left that works.
        """
        code, states = self._states(timeout_s)
        if code not in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
            _checked((code, states))
            for name, state, atr in states:
                self._raw[name] = state & ~scard.SCARD_STATE_CHANGED
                if name != _NEW_READERS:
                    self._note(name, state, bytes(atr))
        # In the order of the list, whoever answered first.
        self._slots = {name: self._slots[name] for name in self._raw if name in self._slots}
        if self._was_away is not None:
            others = {name: slot for name, slot in self._slots.items() if name != self._was_away}
            self._pending.extend(self._choice.look(others))
            self._was_away = None
        self._pending.extend(self._choice.look(self._slots))
        if not self._slots:
            raise DeviceAbsentError(_DEVICE, "the card reader was unplugged")

    def _note(self, name: str, state: int, atr: bytes) -> None:
        if state & _GONE:
            self._slots.pop(name, None)  # while it stays on the list it may come back, and is looked at
            return
        is_mute = bool(state & scard.SCARD_STATE_MUTE)
        is_occupied = bool(state & scard.SCARD_STATE_PRESENT)
        self._slots[name] = SlotState(state >> 16, is_occupied, b"" if is_mute else atr)

    def _states(self, timeout_s: float) -> tuple[int, list[tuple[str, int, list[int]]]]:
        """List the readers and look at them, until no reader is pulled out in between."""
        for _ in range(_LISTINGS):
            if self._list_readers():
                timeout_s = 0.0  # what there is to tell is known already
            code, states = self._await_change(timeout_s)
            if code != scard.SCARD_E_UNKNOWN_READER:
                break
        return code, states

    def _await_change(self, timeout_s: float) -> tuple[int, list[tuple[str, int, list[int]]]]:
        self._is_outside.clear()
        try:
            if self._cancelled.is_set():  # asked only now that whoever sets it finds us inside
                timeout_s = 0
            query = list(self._raw.items())
            return scard.SCardGetStatusChange(self._context, int(timeout_s * 1000), query)  # type: ignore[no-any-return]  # pyscard has no types
        finally:
            self._is_outside.set()

    def _list_readers(self) -> bool:
        """Look at the wanted readers there are from now on, and at no other. True when one of them has gone.

        Raises: DeviceAbsentError when there is none.
        """
        if self._context is None:
            raise DeviceAbsentError(_DEVICE, "the reader is closed")
        names = _checked(scard.SCardListReaders(self._context, []))[0]
        wanted = [name for name in names if name.startswith(self._wanted)]
        if not wanted:
            raise DeviceAbsentError(_DEVICE, "no card reader of the wanted name is plugged in")
        self._raw = {name: self._raw.get(name, scard.SCARD_STATE_UNAWARE) for name in [*wanted, _NEW_READERS]}
        gone = self._slots.keys() - set(wanted)
        for name in gone:
            del self._slots[name]
        return bool(gone)

    def _connect(self) -> None:
        """Connect to the announced card, giving one that is still being seated a moment."""
        name = self._find_announced()
        for _ in range(_SETTLE_TRIES):
            code, handle, protocol = scard.SCardConnect(
                self._context, name, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
            )
            if code not in _SEATING:
                break
            # A cancel ends waits, not this: the job for whose sake it was sent may be the one that talks to the card.
            time.sleep(_SETTLE_S)
        _checked((code, handle))
        self._handle = handle
        self._is_handle_fresh = True
        self._protocol = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        try:
            self._find_announced()  # a card swapped while we connected shows only now
        except DriverError:
            self._disconnect()
            raise

    def _find_announced(self) -> str:
        """Name of the reader in which the card that ``wait`` announced last still lies, and answers."""
        self._look(0)
        if self._announced is None:
            raise DeviceAbsentError(_DEVICE, "no card has been announced")
        slot = self._slots.get(self._announced.reader)
        if slot is None or not slot.is_occupied or slot.changes != self._announced.changes:
            raise DeviceAbsentError(_DEVICE, "the card that was announced was taken out, or its reader")
        if slot.is_mute:
            raise DeviceFaultError(_DEVICE, Fault.CARD_MUTE)
        return self._announced.reader

    def _disconnect(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)  # fails when the card is out: then it is done


def _checked(result: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of a PC/SC call after its return code, or the typed error the code stands for."""
    code, *values = result
    if code != scard.SCARD_S_SUCCESS:
        raise typed_error(_DEVICE, code)
    return tuple(values)
