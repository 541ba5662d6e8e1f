"""The decoder: every way a scanner types, and every way that is not a scan.

What others got wrong, and the test that we do not:

| defect | seen in | test |
| --- | --- | --- |
| the host's keyboard layout changes the text | usual | test_no_layout_of_the_machine_has_a_say |
| doubled Shift events, ``RTTW`` | julzhk/usb_barcode_scanner 8 | test_shift_is_held_not_toggled |
| keypad digits unhandled | barcode-server 73 | test_the_keypad_types_digits_and_enter |
| Alt+numpad mode unhandled | unix.stackexchange 392654 | test_alt_with_keypad_numbers_types_characters |
| repeats type again | usual | test_repeats_type_nothing |
| a scan with a hole is believed | usual | test_lost_events_discard_the_scan_they_were_in |
| Shift stuck after lost events | usual | test_lost_events_cannot_leave_shift_held |
| no time-out: half a scan is glued to the next | Odoo IoT | test_half_a_scan_is_not_glued_to_the_next |
| only Enter ends a scan | usual | test_the_terminator_is_not_part_of_the_text |
| Enter inside a payment barcode ends it | usual | test_enter_inside_a_payment_barcode_is_kept... |
| FNC1 as Ctrl+] is lost or a bracket | usual | test_group_separator_comes_as_control_and_bracket |
| typing is taken for a scan | usual | test_a_typing_hand_is_no_scan |
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.input_event import (
    EV_KEY,
    EV_SYN,
    KEY_DOWN,
    KEY_REPEAT,
    KEY_UP,
    SYN_DROPPED,
    SYN_REPORT,
    InputEvent,
    pack,
    unpack,
)
from drivers.scanner.keys import GAP_S, TYPING_S, KeyDecoder
from drivers.scanner.us_keys import (
    KEY_CAPSLOCK,
    KEY_LEFTALT,
    KEY_LEFTCTRL,
    KEY_LEFTSHIFT,
    KEY_RIGHTSHIFT,
    SHIFTED,
    UNSHIFTED,
)
from drivers.scanner.virtual import key_events

BILL = "|112345678901234\rREF0000000001\rREF2\r50000"
SYN_REPORT_EVENT = InputEvent(0, 0, 0, 0.0)
KEY_A, KEY_B, KEY_C, KEY_F1, KEY_RIGHTBRACE, KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KPENTER = (
    30, 48, 46, 59, 27, 82, 79, 80, 81, 96,
)  # fmt: skip

cp874 = st.characters(codec="cp874")


def decode(events: Iterable[InputEvent]) -> list[str]:
    decoder = KeyDecoder()
    texts = [text for event in events if (text := decoder.feed(event)) is not None]
    last = decoder.finish()
    return [*texts, last] if last is not None else texts


def taps(*codes: int, start_s: float = 0.0, interval_s: float = 0.002) -> list[InputEvent]:
    """Negative codes are releases, all others presses that nobody needs to release."""
    return [
        InputEvent(EV_KEY, abs(code), KEY_UP if code < 0 else KEY_DOWN, start_s + i * interval_s)
        for i, code in enumerate(codes)
    ]


@given(st.text(cp874, min_size=3, max_size=80))
def test_whatever_a_scanner_can_type_comes_back(text: str) -> None:
    assert decode(key_events(text, terminator="\r")) == [text]


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=3, max_size=40), max_size=5))
def test_scans_apart_by_the_gap_stay_apart(texts: list[str]) -> None:
    events: list[InputEvent] = []
    for text in texts:
        start_s = events[-1].time_s + GAP_S * 1.5 if events else 0.0
        events += key_events(text, start_s=start_s, terminator="")
    assert decode(events) == texts


def test_events_survive_their_bytes() -> None:
    events = list(key_events(BILL, start_s=1234.5))
    back = list(unpack(pack(events)))
    assert [(e.type, e.code, e.value) for e in back] == [(e.type, e.code, e.value) for e in events]
    assert max(abs(a.time_s - b.time_s) for a, b in zip(back, events, strict=True)) < 1e-6


@pytest.mark.parametrize("terminator", ["", "\r", "\n", "\r\n", "\t"])
def test_the_terminator_is_not_part_of_the_text(terminator: str) -> None:
    assert decode(key_events(BILL, terminator=terminator)) == [BILL]


def test_only_one_terminator_is_the_scanners() -> None:
    assert decode(key_events("ABC\r\r", terminator="\r")) == ["ABC\r\r"]


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("prefix", ["", "]C0", "]C1\x1d"])
def test_enter_inside_a_payment_barcode_is_kept_even_when_the_scanner_dawdles_there(prefix: str, line_end: str) -> None:
    *lines, last = f"{prefix}{BILL}".split("\r")
    events: list[InputEvent] = []
    for line in lines:
        start_s = events[-1].time_s + GAP_S * 0.9 if events else 0.0
        events += key_events(line, start_s=start_s, terminator=line_end)
    events += key_events(last, start_s=events[-1].time_s + GAP_S * 0.9, terminator=line_end)
    assert decode(events) == [line_end.join((*lines, last))]


def test_after_its_terminator_a_quick_scan_need_not_wait_for_the_whole_gap() -> None:
    decoder = KeyDecoder()
    for event in key_events("10180000125417"):
        decoder.feed(event)
    assert decoder.pause_s is not None
    assert decoder.pause_s < GAP_S / 2


@pytest.mark.parametrize("entered", [BILL[:17], BILL[:31], BILL[:36]], ids=["biller", "ref1", "ref2"])
def test_within_a_payment_barcode_it_must(entered: str) -> None:
    assert entered.endswith("\r")
    decoder = KeyDecoder()
    for event in key_events(entered, terminator=""):
        decoder.feed(event)
    assert decoder.pause_s == GAP_S


def test_shift_is_held_not_toggled() -> None:
    doubled = taps(KEY_LEFTSHIFT, KEY_LEFTSHIFT, KEY_A, -KEY_LEFTSHIFT, KEY_B, KEY_RIGHTSHIFT, KEY_C, -KEY_RIGHTSHIFT)
    assert decode(doubled) == ["AbC"]


def test_no_layout_of_the_machine_has_a_say() -> None:
    """Key 30 is ฟ on a Thai keyboard and q on a French one; on ours it is a, whatever the machine is set to."""
    assert UNSHIFTED[KEY_A] == "a"
    assert SHIFTED[KEY_A] == "A"
    assert {char for table in (UNSHIFTED, SHIFTED) for char in table.values()} >= set(map(chr, range(32, 127)))


def test_half_a_scan_is_not_glued_to_the_next() -> None:
    half = [*key_events("101800", terminator="")]
    assert decode([*half, *key_events("F20000001", start_s=half[-1].time_s + GAP_S * 2)]) == ["101800", "F20000001"]


def test_two_scans_ended_by_tab_stay_two_at_fifty_a_second() -> None:
    quick = [*key_events("first", interval_s=0.0005, terminator="\t")]
    quick += key_events("second", start_s=0.02, interval_s=0.0005, terminator="\t")
    assert decode(quick) == ["first", "second"]


def test_one_shift_released_leaves_the_other() -> None:
    assert decode(taps(KEY_LEFTSHIFT, KEY_RIGHTSHIFT, KEY_A, -KEY_LEFTSHIFT, KEY_B, -KEY_RIGHTSHIFT, KEY_C)) == ["ABc"]


def test_repeats_type_nothing() -> None:
    repeat = InputEvent(EV_KEY, KEY_A, KEY_REPEAT, 0.005)
    assert decode([*taps(KEY_A, KEY_B), repeat, *taps(KEY_C, start_s=0.006)]) == ["abc"]


def test_a_key_that_stays_down_after_a_scan_cannot_hold_it_back() -> None:
    decoder = KeyDecoder()
    events = list(key_events("10180000125417"))
    for event in events:
        decoder.feed(event)
    assert decoder.feed(InputEvent(EV_KEY, KEY_A, KEY_REPEAT, events[-1].time_s + GAP_S * 2)) == "10180000125417"


def test_the_keypad_types_digits_and_enter() -> None:
    assert decode(taps(KEY_KP1, KEY_KP2, KEY_KP3, KEY_KPENTER, KEY_KP0)) == ["123\r0"]


def test_alt_with_keypad_numbers_types_characters() -> None:
    alt_13 = (KEY_LEFTALT, KEY_KP0, KEY_KP0, KEY_KP1, KEY_KP3, -KEY_LEFTALT)
    assert decode(taps(KEY_A, *alt_13, KEY_B)) == ["a\rb"]


def test_group_separator_comes_as_control_and_bracket() -> None:
    assert decode(taps(KEY_A, KEY_LEFTCTRL, KEY_RIGHTBRACE, -KEY_LEFTCTRL, KEY_B)) == ["a\x1db"]


def test_lock_keys_type_nothing() -> None:
    assert decode(taps(KEY_CAPSLOCK, KEY_A, KEY_B, KEY_C, KEY_CAPSLOCK)) == ["abc"]


def test_a_key_we_do_not_know_makes_an_unknown_code_not_a_shorter_one() -> None:
    assert decode(taps(KEY_A, KEY_F1, KEY_B)) == ["a\ufffdb"]
    assert decode(taps(KEY_A, KEY_LEFTALT, KEY_B, -KEY_LEFTALT, KEY_C)) == ["a\ufffdc"]


@pytest.mark.parametrize("interval_s", [TYPING_S * 1.1, GAP_S * 0.99, 0.2])
def test_a_typing_hand_is_no_scan(interval_s: float) -> None:
    assert decode(key_events("10180000125417", interval_s=interval_s)) == []


@pytest.mark.parametrize("text", ["", "a", "ab"])
def test_a_rolled_over_key_or_two_is_no_scan(text: str) -> None:
    assert decode(key_events(text)) == []


def test_lost_events_discard_the_scan_they_were_in() -> None:
    events = list(key_events("10180000125417"))
    dropped = InputEvent(0, SYN_DROPPED, 0, events[20].time_s)
    assert decode([*events[:20], dropped, *events[31:]]) == []


def test_lost_events_cannot_leave_shift_held() -> None:
    dropped = InputEvent(0, SYN_DROPPED, 0, 0.01)
    events = [*taps(KEY_LEFTSHIFT, KEY_A), dropped, SYN_REPORT_EVENT, *key_events("abc", start_s=1.0)]
    assert decode(events) == ["abc"]


@pytest.mark.parametrize("reports", [0, 1], ids=["no report yet", "reported"])
@pytest.mark.parametrize("lost", [0, 1, 3, 7])
@pytest.mark.parametrize("at", range(len(list(key_events("Ab-3")))))
def test_wherever_events_are_lost_no_part_of_that_scan_comes_out_and_the_next_is_whole(
    at: int, lost: int, reports: int
) -> None:
    events = list(key_events("Ab-3"))
    at_s = events[at].time_s
    hole = [InputEvent(EV_SYN, SYN_DROPPED, 0, at_s), *[InputEvent(EV_SYN, SYN_REPORT, 0, at_s)] * reports]
    after = key_events("10180000125417", start_s=1.0)
    decoder = KeyDecoder()
    assert {decoder.feed(event) for event in [*events[:at], *hole, *events[at + lost :]]} == {None}
    assert decoder.finish() is None
    decoder.resync(())
    for event in after:
        assert decoder.feed(event) is None
    assert decoder.finish() == "10180000125417"


def test_lost_events_before_a_scan_that_is_read_late_spoil_it_whole_too() -> None:
    """The kernel may end what it dropped without a report: the first key of the next scan goes with it."""
    dropped = InputEvent(EV_SYN, SYN_DROPPED, 0, 0.0)
    assert decode([dropped, *key_events("10180000125417", start_s=1.0)]) == []


def test_what_was_under_way_before_we_listened_is_no_scan() -> None:
    decoder = KeyDecoder()
    decoder.distrust(10.0)
    rest = list(key_events("125417", start_s=10.0 + GAP_S / 2))
    assert {decoder.feed(event) for event in rest} == {None}
    assert decoder.finish() is None


def test_what_is_scanned_after_a_silence_is_believed() -> None:
    decoder = KeyDecoder()
    decoder.distrust(10.0)
    for event in key_events("10180000125417", start_s=10.0 + GAP_S * 2):
        decoder.feed(event)
    assert decoder.finish() == "10180000125417"


def test_after_lost_events_the_device_says_which_modifiers_are_held() -> None:
    decoder = KeyDecoder()
    decoder.feed(InputEvent(EV_SYN, SYN_DROPPED, 0, 0.0))
    assert decoder.finish() is None
    assert decoder.has_lost_track
    decoder.resync((KEY_LEFTSHIFT, KEY_A))
    assert not decoder.has_lost_track
    for event in taps(KEY_A, KEY_B, KEY_C, -KEY_LEFTSHIFT, start_s=1.0):
        decoder.feed(event)
    assert decoder.finish() == "ABC"


def test_what_stands_between_dropped_and_report_is_not_believed() -> None:
    dropped = InputEvent(0, SYN_DROPPED, 0, 0.0)
    events = [dropped, *taps(KEY_LEFTSHIFT), SYN_REPORT_EVENT, *key_events("abc", start_s=1.0)]
    assert decode(events) == ["abc"]


def test_a_clock_set_back_ends_a_scan() -> None:
    assert decode([*key_events("first", start_s=1000.0), *key_events("second", start_s=5.0)]) == ["first", "second"]


def test_a_stuck_key_is_no_scan_and_no_leak() -> None:
    assert decode(taps(*[KEY_A] * 20_000)) == []
