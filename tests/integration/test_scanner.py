"""From keys to values: every code of ours, typed in every way that scanners type, through descriptor, driver and check
digits; and the front desk's worker over two scanners that are pulled and plugged.
"""

from __future__ import annotations

import queue
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.finding import Wanted
from drivers.scanner.input_event import EV_KEY, EV_SYN, EVENT_BYTES, KEY_DOWN, KEY_UP, SYN_REPORT, InputEvent, pack
from drivers.scanner.stream import StreamScanner
from drivers.scanner.us_keys import KEY_KPENTER, KEY_LEFTALT, KEY_LEFTSHIFT, KEYPAD_DIGITS
from drivers.scanner.virtual import key_events, keystrokes
from fleet.protocol.codes import (
    BillCode,
    Code,
    FactoryCode,
    FolderCode,
    NoticeCode,
    PresenceCode,
    TrackingCode,
    classify,
    folder_id,
    notice_reference,
    presence_number,
)
from fleet.protocol.factory import FactoryNumber
from fleet.protocol.payment import BillPayment
from kiosk.frontdesk.duties import scanner_duties
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.visits.desk import Device
from kiosk.visits.events import CodeScanned, DeviceLost, DeviceReady
from tests.contract.scanner_rigs import PretendInputDevices

BILL = BillPayment("112345678901234", "N20000000014", "CBI02690000318", 330_000)
PATIENCE_S = 60
TOKEN = "Zk3-9_aQ7xW2LmN8"
NOTICE, FOLDER, PRESENCE = notice_reference(20, 123), folder_id(20, 1), presence_number(20, 7)
MEANINGS: dict[str, Code] = {
    NOTICE: NoticeCode(NOTICE),
    FOLDER: FolderCode(FOLDER),
    PRESENCE: PresenceCode(PRESENCE),
    f"https://sala.example/t/{TOKEN}": TrackingCode(TOKEN),
    BILL.emv_payload(): BillCode(BILL),
    BILL.barcode(): BillCode(BILL),
    "20200012325553": FactoryCode(FactoryNumber("20200012325553")),
}
_KEYPAD = {digit: code for code, digit in KEYPAD_DIGITS.items()}

Typing = Callable[[str], list[InputEvent]]


def _strokes(*strokes: tuple[int, int]) -> list[InputEvent]:
    events = []
    for number, (code, value) in enumerate(strokes):
        at_s = number * 0.001
        events += [InputEvent(EV_KEY, code, value, at_s), InputEvent(EV_SYN, SYN_REPORT, 0, at_s)]
    return events


def _tapped(*codes: int) -> list[tuple[int, int]]:
    return [(code, value) for code in codes for value in (KEY_DOWN, KEY_UP)]


def as_a_keyboard(text: str) -> list[InputEvent]:
    return list(key_events(text))


def digits_on_the_keypad(text: str) -> list[InputEvent]:
    keys = [(event.code, event.value) for event in key_events(text, terminator="") if event.type == EV_KEY]
    main_row = {code: _KEYPAD[digit] for code, digit in zip(range(2, 12), "1234567890", strict=True)}
    shifted, strokes = False, []
    for code, value in keys:
        shifted = value == KEY_DOWN if code == KEY_LEFTSHIFT else shifted
        strokes.append((code if shifted else main_row.get(code, code), value))
    return _strokes(*strokes, *_tapped(KEY_KPENTER))


def every_character_by_alt_and_number(text: str) -> list[InputEvent]:
    strokes: list[tuple[int, int]] = []
    for char in f"{text}\r":
        digits = [_KEYPAD[digit] for digit in f"{ord(char):03d}"]
        strokes += [(KEY_LEFTALT, KEY_DOWN), *_tapped(*digits), (KEY_LEFTALT, KEY_UP)]
    return _strokes(*strokes)


def every_shift_twice(text: str) -> list[InputEvent]:
    return [again for event in key_events(text) for again in [event] * (2 if event.code == KEY_LEFTSHIFT else 1)]


def with_line_feeds(text: str) -> list[InputEvent]:
    return list(key_events(text.replace("\r", "\n"), terminator="\n"))


def with_no_terminator(text: str) -> list[InputEvent]:
    return list(key_events(text, terminator=""))


def with_a_tab(text: str) -> list[InputEvent]:
    return list(key_events(text, terminator="\t"))


def as_gs1_with_its_name(text: str) -> list[InputEvent]:
    return list(key_events(f"]C1\x1d{text}"))


TYPINGS: list[Typing] = [
    as_a_keyboard, digits_on_the_keypad, every_character_by_alt_and_number, every_shift_twice, with_line_feeds,
    with_no_terminator, with_a_tab, as_gs1_with_its_name,
]  # fmt: skip


@pytest.fixture
def scanner_and_cable(tmp_path: Path) -> Iterator[tuple[StreamScanner, socket.socket]]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "scanner"))
        listener.listen(1)
        scanner = StreamScanner(str(tmp_path / "scanner"))
        cable, _ = listener.accept()
    with cable:
        yield scanner, cable
    scanner.close()


@pytest.mark.parametrize("typing", TYPINGS, ids=lambda typing: typing.__name__)
def test_every_code_has_its_meaning_however_it_is_typed(
    typing: Typing, scanner_and_cable: tuple[StreamScanner, socket.socket]
) -> None:
    scanner, cable = scanner_and_cable
    for text, meaning in MEANINGS.items():
        cable.sendall(pack(typing(text)))
        scanned = scanner.wait(PATIENCE_S)
        assert scanned is not None
        assert classify(scanned.text) == meaning


def test_the_desk_works_on_with_one_of_two_scanners_and_comes_back_with_none() -> None:
    devices = PretendInputDevices()
    nodes = devices.plug(1), devices.plug(2)
    inbox: queue.Queue[Any] = queue.Queue(50)

    def scan(node: str, text: str) -> None:
        devices.cables[node].write_end.sendall(keystrokes(text, start_s=time.monotonic() + 1))

    def heard() -> Any:
        """The next thing that visits know of."""
        while not isinstance(event := inbox.get(timeout=PATIENCE_S), DeviceReady | DeviceLost | CodeScanned):
            pass
        return event

    worker: DeviceWorker[Any, None] = DeviceWorker(
        Device.SCANNER, scanner_duties(lambda: EvdevScanner(Wanted(), devices=devices)), inbox
    )
    worker.start()
    assert heard() == DeviceReady(Device.SCANNER)
    scan(nodes[0], FOLDER)
    assert heard() == CodeScanned(FolderCode(FOLDER))
    devices.cables[nodes[0]].write_end.sendall(keystrokes(NOTICE)[: 9 * EVENT_BYTES])
    devices.pull(nodes[0])
    scan(nodes[1], NOTICE)
    assert heard() == CodeScanned(NoticeCode(NOTICE))
    devices.pull(nodes[1])
    assert isinstance(heard(), DeviceLost)
    devices.plug(1)
    assert heard() == DeviceReady(Device.SCANNER)
    scan(nodes[0], PRESENCE)
    assert heard() == CodeScanned(PresenceCode(PRESENCE))
    worker.stop(PATIENCE_S)
    devices.close()
