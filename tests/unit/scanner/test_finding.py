"""Who is a scanner and who is a person's keyboard: a table of devices as Linux describes them, and the choice.

Named defects: Odoo IoT tells devices apart by vendor:product and a counter that a reboot changes
(test_twins_are_both_taken_and_told_apart_by_where_they_are), and takes a whole class of keyboards for scanners by
their USB protocol alone (the NKRO rows of the table).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers.errors import DeviceAbsentError
from drivers.scanner.finding import (
    EV_ABS,
    EV_LED,
    EV_REL,
    TYPING_KEYS,
    Candidate,
    Verdict,
    Wanted,
    choose,
    judge,
    parse_wanted,
)

AUTO = Wanted()
EV_SYN, EV_KEY, EV_MSC, EV_REP = 0, 1, 4, 20
TYPES = frozenset({EV_SYN, EV_KEY, EV_MSC, EV_REP})
FULL = TYPING_KEYS | frozenset(range(1, 128))
KEYPAD = frozenset({*range(69, 84), 96, 98})
MEDIA = frozenset({113, 114, 115, 163, 164, 165})
BUS_I8042, BUS_HOST, BUS_CEC = 0x11, 0x19, 0x1E


def device(name: str, number: int, **more: Any) -> Candidate:
    described = Candidate(
        node=f"/dev/input/event{number}",
        name=name,
        phys=f"usb-0000:01:00.0-1.{number}/input0",
        keys=FULL,
        types=TYPES | {EV_LED},
        usb_protocol=1,
    )
    return replace(described, **more)


HONEYWELL = device("Honeywell Imaging & Mobility 1450g", 1, vendor=0x0C2E, product=0x0B61)
ZEBRA = device("Symbol Technologies, Inc, 2008 Symbol Bar Code Scanner", 2, vendor=0x05E0, product=0x1200)
DATALOGIC = device("PSC Scanning QuickScan", 3, vendor=0x05F9, product=0x2214)
NEWLAND = device("NLS NLS-HR22", 4, vendor=0x1EAB, product=0x0022)
USBSCN = device("USBScn Chip USBScn Module Keyboard", 5, vendor=0x28E9, product=0x03DA, types=TYPES)
WCM = device("WCM HIDKeyBoard", 6, vendor=0x1A2C, product=0x6004, types=TYPES)
SM2D = device("SM SM-2D PRODUCT HID KBW", 7, vendor=0x2DD6, product=0x0260)
BY_ID_ONLY = device("HID Keyboard", 8, names=("/dev/input/by-id/usb-Mindeo_CM-event-kbd",))
PROTOCOL_0 = device("TMS HIDKeyBoard", 9, vendor=0x0581, product=0x011C, usb_protocol=0)
MARKED = device("HID Keyboard", 10, vendor=0x1234, product=0x5678, mark=True)

LOGITECH = device("Logitech USB Keyboard", 20, vendor=0x046D, product=0xC31C)
LOGITECH_MEDIA = device("Logitech USB Keyboard Consumer Control", 21, vendor=0x046D, product=0xC31C,
                        phys="usb-0000:01:00.0-1.20/input1", keys=MEDIA, types=TYPES)  # fmt: skip
RECEIVER = device("Logitech Wireless Receiver", 22, vendor=0x046D, product=0xC534)
GAMING = device("Keychron K8 Keyboard", 23, vendor=0x05AC, product=0x024F)
GAMING_NKRO = device("Keychron K8 Keyboard", 24, vendor=0x05AC, product=0x024F, usb_protocol=0, types=TYPES,
                     phys="usb-0000:01:00.0-1.23/input1")  # fmt: skip
AIR_MOUSE = device("XING WEI 2.4G USB USB Composite Device", 25, types=TYPES)
AIR_MOUSE_POINTER = device("XING WEI 2.4G USB USB Composite Device Mouse", 26, keys=frozenset({0x110, 0x111}),
                           types=TYPES | {EV_REL}, phys="usb-0000:01:00.0-1.25/input1")  # fmt: skip
TOUCHPAD_KEYBOARD = device("HOLTEK Touchpad Keyboard", 27, types=TYPES | {EV_REL, EV_ABS})
LAPTOP = device("AT Translated Set 2 keyboard", 28, bus=BUS_I8042, phys="isa0060/serio0/input0")
BLUETOOTH = device("Keyboard K380", 29, bus=5, types=TYPES, phys="b8:27:eb:00:00:00")
NUMPAD = device("SEMICO USB Keyboard", 30, keys=KEYPAD)
POWER = device("Power Button", 31, bus=BUS_HOST, keys=frozenset({116}), types=frozenset({0, 1}), phys="PNP0C0C/button")
CEC = device("vc4-hdmi-0", 32, bus=BUS_CEC, keys=MEDIA | KEYPAD, types=TYPES, phys="vc4-hdmi-0/input0")
TOUCHSCREEN = device("WaveShare WS170120", 33, keys=frozenset({0x14A}), types=frozenset({0, 1, 3}))
SCAN_BUTTONS = device("EPSON Scan Buttons", 34, keys=MEDIA, types=TYPES)
FORBIDDEN = device("Zebra Keyboard", 35, vendor=0x05E0, mark=False)

TABLE = [
    (HONEYWELL, Verdict.NAMED), (ZEBRA, Verdict.NAMED), (DATALOGIC, Verdict.NAMED), (NEWLAND, Verdict.NAMED),
    (USBSCN, Verdict.LIKELY), (WCM, Verdict.LIKELY), (SM2D, Verdict.NAMED), (BY_ID_ONLY, Verdict.NAMED),
    (PROTOCOL_0, Verdict.LIKELY), (MARKED, Verdict.MARKED),
    (LOGITECH, Verdict.NO_SCANNER), (LOGITECH_MEDIA, Verdict.NO_SCANNER), (RECEIVER, Verdict.NO_SCANNER),
    (GAMING, Verdict.NO_SCANNER), (GAMING_NKRO, Verdict.NO_SCANNER),
    (AIR_MOUSE, Verdict.NO_SCANNER), (AIR_MOUSE_POINTER, Verdict.NO_SCANNER), (TOUCHPAD_KEYBOARD, Verdict.NO_SCANNER),
    (LAPTOP, Verdict.NO_SCANNER), (BLUETOOTH, Verdict.NO_SCANNER), (NUMPAD, Verdict.NO_SCANNER),
    (POWER, Verdict.NO_SCANNER), (CEC, Verdict.NO_SCANNER), (TOUCHSCREEN, Verdict.NO_SCANNER),
    (SCAN_BUTTONS, Verdict.NO_SCANNER), (FORBIDDEN, Verdict.NO_SCANNER),
]  # fmt: skip
EVERYTHING = [candidate for candidate, _ in TABLE]


@pytest.mark.parametrize(("candidate", "verdict"), TABLE, ids=[candidate.name for candidate in EVERYTHING])
def test_what_a_device_is_taken_for(candidate: Candidate, verdict: Verdict) -> None:
    assert judge(candidate, EVERYTHING, AUTO) is verdict


def test_without_its_sister_a_keyboards_second_interface_would_look_like_a_scanner() -> None:
    """That is why what shares a plug is judged together."""
    assert judge(GAMING_NKRO, [GAMING_NKRO], AUTO) is Verdict.LIKELY
    assert judge(AIR_MOUSE, [AIR_MOUSE], AUTO) is Verdict.LIKELY


@pytest.mark.parametrize(
    ("present", "chosen"),
    [
        ([LOGITECH, HONEYWELL], [HONEYWELL]),
        ([LOGITECH, LOGITECH_MEDIA, WCM, LAPTOP], [WCM]),
        ([ZEBRA, WCM, HONEYWELL], [ZEBRA, HONEYWELL]),  # what is known to be one leaves what only looks like one
        ([MARKED, WCM], [MARKED]),
        ([MARKED, ZEBRA], [MARKED, ZEBRA]),
    ],
)
def test_those_known_to_be_scanners_are_taken_else_the_only_kind_that_looks_like_one(
    present: list[Candidate], chosen: list[Candidate]
) -> None:
    assert choose(present, AUTO) == tuple(chosen)


@pytest.mark.parametrize("present", [[], [LOGITECH, LAPTOP], [POWER, TOUCHSCREEN, NUMPAD], [GAMING, GAMING_NKRO]])
def test_a_persons_keyboard_is_never_taken(present: list[Candidate]) -> None:
    with pytest.raises(DeviceAbsentError, match="no barcode scanner is plugged in"):
        choose(present, AUTO)


def test_two_kinds_that_only_look_like_scanners_are_both_named_and_none_is_taken() -> None:
    with pytest.raises(DeviceAbsentError, match=r"more than one .*event6, /dev/input/event9"):
        choose([WCM, PROTOCOL_0], AUTO)


def test_twins_are_both_taken_and_told_apart_by_where_they_are() -> None:
    twin = replace(WCM, node="/dev/input/event60", phys="usb-0000:01:00.0-1.4/input0",
                   names=("/dev/input/by-path/platform-xhci-usb-0:1.4:1.0-event-kbd",))  # fmt: skip
    assert choose([WCM, twin], AUTO) == (WCM, twin)
    assert choose([WCM, twin], parse_wanted(twin.path)) == (twin,)


def test_the_configuration_has_the_first_word() -> None:
    assert choose([HONEYWELL, LOGITECH, LOGITECH_MEDIA], parse_wanted("046d:c31c")) == (LOGITECH,)
    assert choose([HONEYWELL, FORBIDDEN], parse_wanted("/dev/input/event35")) == (FORBIDDEN,)
    assert choose([HONEYWELL, WCM, ZEBRA], parse_wanted("05e0:1200,/dev/input/event6")) == (WCM, ZEBRA)
    assert judge(HONEYWELL, [HONEYWELL], parse_wanted("046d:c31c")) is Verdict.NO_SCANNER


def test_what_is_configured_and_not_there_is_named() -> None:
    with pytest.raises(DeviceAbsentError, match=r"not plugged in: /dev/input/by-id/x, 046d:c31c"):
        choose([HONEYWELL], parse_wanted("/dev/input/by-id/x,046D:C31C"))


@pytest.mark.parametrize("text", ["", "event3", "auto,auto", "46d:c31c", "046d:c31c;05e0:1200", "046d:c31g"])
def test_a_wish_nobody_understands_is_answered_with_what_can_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="a scanner is evdev:auto"):
        parse_wanted(text)
