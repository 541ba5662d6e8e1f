"""Questions to an ESC/POS printer and its answers, kept apart.

Two kinds of question are under way at once: ``DLE EOT n``, answered on arrival, and ``GS r 1``, answered when all that
was sent before it has been carried out. Their answers share no bit pattern, so each byte finds its question. Answers
that are names or numbers come as blocks (header, text, NUL), and are only asked for when no mark is owed.
A status that the printer sends unasked (``GS a``; some are delivered so) is passed over: we ask.
Rules: silence is ``None``, never a value; a byte of neither family, or a status nobody asked for, is
DeviceProtocolError; an answer that comes after its question was given up is thrown away, not taken for the next one's.
"""

from __future__ import annotations

import time
from collections import Counter, deque

from drivers.errors import DeviceProtocolError
from drivers.printer.status import (
    AUTOMATIC_REST_BYTES,
    Reading,
    is_automatic,
    is_in_order,
    is_late_mark,
    is_real_time,
)
from drivers.printer.transport import DEVICE, Transport

MARK = b"\x1dr\x01"  # GS r 1
_LONGEST_BLOCK = 90  # GS ( L function 64 sends at most 80 bytes of key codes in one, GS I fewer
QUIET_S = 0.05
"""A printer on a local network that has said nothing for this long has nothing more to say."""


class Dialogue:
    """The conversation over one connection. Single-threaded."""

    def __init__(self, transport: Transport, answer_timeout_s: float) -> None:
        self._transport = transport
        self._answer_timeout_s = answer_timeout_s
        self._real_time: deque[int] = deque()
        self._in_order: deque[int] = deque()
        self._marks_owed = 0
        self._marks_late = 0  # of a slip that was broken off, not answered yet
        self._late = False  # an unanswered DLE EOT may still be answered
        self._blocks: deque[bytes] = deque()
        self._blocks_owed: Counter[int] = Counter()  # by header, those we still want and those we gave up
        self._blocks_late: Counter[int] = Counter()
        self._block: bytearray | None = None  # one that has begun to come
        self._automatic_left = 0

    def say(self, data: bytes) -> None:
        """Send bytes that are no question."""
        self._transport.send(data)

    def mark(self) -> None:
        """Ask to be told when all that was sent so far has been carried out."""
        self._transport.send(MARK)
        self._marks_owed += 1

    @property
    def marks_owed(self) -> int:
        """Marks whose answers ``next_mark`` has not given out yet."""
        return self._marks_owed

    def next_mark(self, timeout_s: float) -> int | None:
        """The printer's answer to the oldest mark; None when it has not come in ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        while not self._in_order:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return None
            self._sort(self._transport.receive(left_s))
        self._marks_owed -= 1
        return self._in_order.popleft()

    def forget_marks(self) -> None:
        """Stop waiting for answers of a slip that was broken off: see ``let_late_marks_pass``."""
        self._marks_late += self._marks_owed - len(self._in_order)
        self._in_order.clear()
        self._marks_owed = 0

    def let_late_marks_pass(self, quiet_s: float, late_s: float) -> bool:
        """Throw away answers to marks of an earlier slip or connection, until there is quiet.

        A printer that goes on after a fault prints what it still holds, and answers as slowly as it prints: an answer
        that was forgotten is given ``late_s`` seconds, one of an earlier connection ``quiet_s``.
        Returns: True when none that was forgotten is missing. A printer that stands still again owes them still; one
        that lost its buffer never answers: ``drop_late_marks`` then.
        """
        until_s = time.monotonic() + late_s * (1 + self._marks_late)  # one that tells of changes may never be quiet
        while time.monotonic() < until_s and (data := self._transport.receive(late_s if self._marks_late else quiet_s)):
            self._sort(data)
        return not self._marks_late

    def drop_late_marks(self) -> None:
        """Expect no more answers to marks that were forgotten."""
        self._marks_late = 0

    def read_status(self) -> Reading:
        """Ask for everything a status is made of; the first silence ends the round."""
        if self._late:
            self._let_late_answers_pass()
        printer = self._ask(1)
        if printer is None:
            return Reading(None)
        cause = self._ask(2)
        roll = None if cause is None else self._ask(4)
        reading = Reading(printer, cause, None, roll)
        if reading.speaks_of_error and roll is not None:
            reading = Reading(printer, cause, self._ask(3), roll)
        return reading

    def ask_block(self, question: bytes, header: int) -> bytes | None:
        """What the printer answers to ``question`` between ``header`` and NUL; None when it stays silent."""
        self._blocks_owed[header] += 1
        self._transport.send(question)
        deadline = time.monotonic() + self._answer_timeout_s
        while not self._blocks:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._blocks_owed[header] -= 1
                self._blocks_late[header] += 1
                return None
            self._sort(self._transport.receive(left_s))
        return self._blocks.popleft()

    def _ask(self, n: int) -> int | None:
        self._transport.send(bytes((0x10, 0x04, n)))
        deadline = time.monotonic() + self._answer_timeout_s
        while not self._real_time:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._late = True
                return None
            self._sort(self._transport.receive(left_s), real_time_expected=1)
        return self._real_time.popleft()

    def _let_late_answers_pass(self) -> None:
        """Throw away real-time answers until there is quiet, asking once more so that the last one is ours."""
        self._transport.send(b"\x10\x04\x01")
        deadline = time.monotonic() + self._answer_timeout_s
        heard = False
        while (left_s := deadline - time.monotonic()) > 0:
            data = self._transport.receive(min(left_s, QUIET_S) if heard else left_s)
            if heard and not data:
                break
            heard = heard or bool(data)
            self._sort(data, real_time_expected=len(data))
            self._real_time.clear()
        self._late = not heard

    def _sort(self, data: bytes, real_time_expected: int = 0) -> None:
        for byte in data:
            if self._block is not None:
                self._continue_block(self._block, byte)
            elif self._automatic_left:
                self._automatic_left -= 1
            elif is_real_time(byte) and len(self._real_time) < real_time_expected:
                self._real_time.append(byte)
            elif is_in_order(byte) and len(self._in_order) < self._marks_owed:
                self._in_order.append(byte)
            elif self._blocks_owed[byte] or self._blocks_late[byte]:
                self._block = bytearray((byte,))
            elif is_automatic(byte):
                self._automatic_left = AUTOMATIC_REST_BYTES
            elif is_late_mark(byte):
                self._marks_late = max(self._marks_late - 1, 0)
            elif not (is_real_time(byte) and self._late):
                raise DeviceProtocolError(DEVICE, f"answered {byte:#04x}, which fits no question")

    def _continue_block(self, block: bytearray, byte: int) -> None:
        if byte:
            block.append(byte)
            if len(block) > _LONGEST_BLOCK:
                raise DeviceProtocolError(DEVICE, "answered a text without an end")
            return
        header, text, self._block = block[0], bytes(block[1:]), None
        if self._blocks_late[header]:
            self._blocks_late[header] -= 1
        else:
            self._blocks_owed[header] -= 1
            self._blocks.append(text)
