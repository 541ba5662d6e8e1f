"""Questions and answers: who gets which byte, also when they come late."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.errors import DeviceProtocolError
from drivers.printer.dialogue import MARK, Dialogue
from drivers.printer.status import Reading


class ScriptedTransport:
    """A Transport that answers by script: one reply, perhaps empty, each time something is received."""

    def __init__(self, *replies: bytes) -> None:
        self._replies = deque(replies)
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def receive(self, timeout_s: float) -> bytes:
        return self._replies.popleft() if self._replies else b""

    def close(self) -> None:
        pass

    def answer(self, *replies: bytes) -> None:
        """What is received next."""
        self._replies.extend(replies)


def dialogue(*replies: bytes) -> tuple[Dialogue, ScriptedTransport]:
    transport = ScriptedTransport(*replies)
    return Dialogue(transport, answer_timeout_s=0.02), transport


def test_a_round_asks_printer_cause_and_roll() -> None:
    talk, transport = dialogue(b"\x12", b"\x12", b"\x1e")
    assert talk.read_status() == Reading(0x12, 0x12, None, 0x1E)
    assert transport.sent == [b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"]


def test_an_error_is_asked_about() -> None:
    talk, transport = dialogue(b"\x1a", b"\x52", b"\x12", b"\x1a")
    assert talk.read_status() == Reading(0x1A, 0x52, 0x1A, 0x12)
    assert transport.sent[-1] == b"\x10\x04\x03"


def test_silence_ends_the_round_and_is_not_a_value() -> None:
    talk, transport = dialogue()
    assert talk.read_status() == Reading(None)
    assert transport.sent == [b"\x10\x04\x01"]


@pytest.mark.parametrize("nonsense", [b"\xff", b"\x92", b"\x11", b"\x91", b"\x20"])
def test_nonsense_is_no_status(nonsense: bytes) -> None:
    talk, _ = dialogue(nonsense)
    with pytest.raises(DeviceProtocolError):
        talk.read_status()


def test_two_answers_to_one_question_are_nonsense() -> None:
    talk, _ = dialogue(b"\x12\x12")
    with pytest.raises(DeviceProtocolError):
        talk.read_status()


def test_answers_of_both_kinds_find_their_questions() -> None:
    talk, transport = dialogue(b"\x00\x12", b"\x12", b"\x03\x12")
    talk.mark()
    talk.mark()
    assert talk.read_status() == Reading(0x12, 0x12, None, 0x12)
    assert [talk.next_mark(0.1), talk.next_mark(0.1), talk.marks_owed] == [0x00, 0x03, 0]
    assert transport.sent[0] == MARK


def test_a_mark_that_is_not_reached_is_none_and_stays_owed() -> None:
    talk, _ = dialogue()
    talk.mark()
    assert (talk.next_mark(0.01), talk.marks_owed) == (None, 1)


def test_a_late_answer_is_not_taken_for_the_next_ones() -> None:
    """The cover was open when the printer did not answer in time; now it is closed."""
    late_and_own = b"\x1a\x12"
    talk, _ = dialogue(b"", b"", b"", b"", b"")
    talk.read_status()
    for reply in (late_and_own, b"", b"\x12", b"\x12", b"\x12"):
        talk._transport._replies.append(reply)  # type: ignore[attr-defined]  # the script of this test
    assert talk.read_status() == Reading(0x12, 0x12, None, 0x12)


def test_marks_of_an_earlier_slip_pass() -> None:
    talk, _ = dialogue(b"\x00", b"\x00", b"")
    talk.mark()
    talk.mark()
    talk.forget_marks()
    assert talk.let_late_marks_pass(0.01, 0.01)
    assert talk.marks_owed == 0


def test_marks_of_an_earlier_slip_that_do_not_come_are_missed_until_they_are_given_up() -> None:
    talk, transport = dialogue(b"\x00", b"")
    for _ in range(3):
        talk.mark()
    assert talk.next_mark(0.1) == 0x00
    talk.forget_marks()
    assert not talk.let_late_marks_pass(0.01, 0.01)
    transport.answer(b"\x00", b"")
    assert not talk.let_late_marks_pass(0.01, 0.01)
    talk.drop_late_marks()
    assert talk.let_late_marks_pass(0.01, 0.01)


class ChatteringTransport(ScriptedTransport):
    """A printer that tells of a change at every moment."""

    def receive(self, timeout_s: float) -> bytes:
        return b"\x10\x00\x00\x0f"


def test_a_printer_that_is_never_quiet_does_not_hold_a_slip_up_for_ever() -> None:
    assert Dialogue(ChatteringTransport(), answer_timeout_s=0.02).let_late_marks_pass(0.01, 0.1)


def test_a_text_is_what_stands_between_its_header_and_nul() -> None:
    talk, transport = dialogue(b"_TM-", b"T20\x00")
    assert talk.ask_block(b"\x1dIC", 0x5F) == b"TM-T20"
    assert transport.sent == [b"\x1dIC"]


def test_a_text_that_comes_too_late_is_not_the_next_ones() -> None:
    talk, transport = dialogue()
    assert talk.ask_block(b"\x1dIB", 0x5F) is None
    transport.answer(b"_EPSON\x00_TM-T20\x00")
    assert talk.ask_block(b"\x1dIC", 0x5F) == b"TM-T20"


def test_a_text_that_comes_too_late_does_not_disturb_a_status() -> None:
    talk, transport = dialogue()
    assert talk.ask_block(b"\x1dIB", 0x5F) is None
    transport.answer(b"_EPSON\x00\x12", b"\x12", b"\x12")
    assert talk.read_status() == Reading(0x12, 0x12, None, 0x12)


def test_a_text_nobody_asked_for_is_nonsense() -> None:
    talk, _ = dialogue(b"_TM-T20\x00")
    with pytest.raises(DeviceProtocolError):
        talk.read_status()


def test_a_text_without_an_end_is_nonsense() -> None:
    talk, _ = dialogue(b"_" + b"x" * 200)
    with pytest.raises(DeviceProtocolError, match="without an end"):
        talk.ask_block(b"\x1dIC", 0x5F)


def test_a_status_nobody_asked_for_is_passed_over_whole() -> None:
    """Its second and third byte look like answers to GS r."""
    talk, _ = dialogue(b"\x18\x00\x0f\x0f\x1a", b"\x36\x38\x40\x03\x0f", b"\x72")
    talk.mark()
    assert talk.read_status() == Reading(0x1A, 0x36, None, 0x72)
    assert talk.marks_owed == 1
