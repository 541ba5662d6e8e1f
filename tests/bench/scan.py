"""Bench rows ``scan-lost`` and ``scan-value-ms``: from key events to values, at 50 scans a second.

``scan-lost``: 10,000 scans as ``struct input_event`` through a descriptor into the driver of the real devices, and on
to values with their check digits verified. A decoder's clock is the time stamps of the events, so these are compressed:
20 ms from scan to scan in stamps, as fast as the driver reads them in truth. A key lasts 0.2 ms, since at 50 a second
a scan has 20 ms for all of its keys; every fourth scan is a payment barcode with Enter inside.

``scan-value-ms``: 400 scans in real time, 20 ms apart, by two scanners in turns: from the write of a scan's last key
to its value. In it is the silence that shows the scan to be over: at least 8 ms.

Missing in both: the USB cable (1 to 10 ms a key) and the kernel's ioctls, which a stand-in plays.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.finding import Wanted
from drivers.scanner.input_event import pack
from drivers.scanner.virtual import key_events
from fleet.protocol.codes import BillCode, Code, FolderCode, NoticeCode, classify, folder_id, notice_reference
from fleet.protocol.payment import BillPayment
from tests.bench.rows import Row
from tests.bench.spread import median, percentile
from tests.contract.scanner_rigs import PretendInputDevices

NAMES = ("scan-lost", "scan-value-ms")
SCANS = 10_000
TIMED_SCANS = 400
PERIOD_S = 1 / 50
GOAL_MS = 50.0
"""What the visitor takes for at once, as for a touch; see drivers/scanner/decisions/0001."""

_KEY_INTERVAL_S = 0.0002
_SETTLED_S = 1.0
"""What is stamped so long after the opening did not begin before it."""

_PATIENCE_S = 2.0


def _sample(number: int) -> tuple[str, Code]:
    """What is typed, and what it means; no two are alike."""
    if number % 4 == 0:
        bill = BillPayment("112345678901234", f"N{number:011d}", "CBI0269", 100 + number)
        return bill.barcode(), BillCode(bill)
    if number % 2 == 0:
        return (folder := folder_id(20, number)), FolderCode(folder)
    return (notice := notice_reference(20, number)), NoticeCode(notice)


def measure() -> list[Row]:
    """Two rows; ``scan-lost`` counts values that should have come and did not, and those that should not have."""
    compressed, wall_s = _compressed()
    timed, latencies_s = _in_real_time()
    return [
        Row(
            name="scan-lost",
            value=compressed + timed,
            unit="scans",
            goal=0,
            note=f"lost, merged or altered of {SCANS:,} with stamps 20 ms apart, heard in {wall_s:.1f} s, "
            f"and of {TIMED_SCANS} in real time by two scanners in turns",
        ),
        Row(
            name="scan-value-ms",
            value=percentile(latencies_s, 0.99) * 1000 if latencies_s else float("inf"),
            unit="ms",
            goal=GOAL_MS,
            note="99th percentile from last key to value"
            + (
                f"; median {median(latencies_s) * 1000:.1f} ms, 8 ms of it the silence waited for"
                if latencies_s
                else ""
            ),
        ),
    ]


def _compressed() -> tuple[int, float]:
    """How many of ``SCANS`` went wrong, and how long it took."""
    sent = [_sample(number) for number in range(SCANS)]
    with _scanners(1) as (scanner, (cable,)):
        start_s = time.monotonic() + _SETTLED_S

        def type_all() -> None:
            for number, (text, _) in enumerate(sent):
                at_s = start_s + number * PERIOD_S
                cable.sendall(pack(key_events(text, start_s=at_s, interval_s=_KEY_INTERVAL_S)))

        began_s = time.monotonic()
        heard = [code for _, code in _hear(scanner, type_all)]
        wall_s = time.monotonic() - began_s - _PATIENCE_S
    return _wrong([code for _, code in sent], heard), wall_s


def _in_real_time() -> tuple[int, list[float]]:
    """How many of ``TIMED_SCANS`` went wrong, and what the others took, in seconds."""
    sent = [_sample(number) for number in range(TIMED_SCANS)]
    typed_s: dict[Code, float] = {}
    with _scanners(2) as (scanner, cables):

        def type_in_time() -> None:
            start_s = time.monotonic() + _SETTLED_S
            for number, (text, code) in enumerate(sent):
                due_s = start_s + number * PERIOD_S
                time.sleep(max(0.0, due_s - time.monotonic()))
                keys = list(key_events(text, interval_s=_KEY_INTERVAL_S))
                began_s = due_s - keys[-1].time_s  # by the stamps its last key is let go when it is due
                keys = list(key_events(text, start_s=began_s, interval_s=_KEY_INTERVAL_S))
                typed_s[code] = time.monotonic()
                cables[number % 2].sendall(pack(keys))

        heard = _hear(scanner, type_in_time)
    took_s = [at_s - typed_s[code] for at_s, code in heard if code in typed_s]
    return _wrong([code for _, code in sent], [code for _, code in heard]), took_s


def _hear(scanner: EvdevScanner, type_scans: Callable[[], None]) -> list[tuple[float, Code]]:
    """Every value and when it was there, while somebody types; over when it stays silent after that."""
    hand = threading.Thread(target=type_scans)
    hand.start()
    heard: list[tuple[float, Code]] = []
    while (scan := scanner.wait(_PATIENCE_S)) is not None:
        code = classify(scan.text)
        heard.append((time.monotonic(), code))
    hand.join()
    return heard


def _wrong(sent: list[Code], heard: list[Code]) -> int:
    missing, strange = Counter(sent) - Counter(heard), Counter(heard) - Counter(sent)
    return missing.total() + strange.total()


@contextmanager
def _scanners(count: int) -> Iterator[tuple[EvdevScanner, list[socket.socket]]]:
    devices = PretendInputDevices()
    nodes = [devices.plug(number) for number in range(count)]
    scanner = EvdevScanner(Wanted(), devices=devices)
    yield scanner, [devices.cables[node].write_end for node in nodes]
    scanner.close()
    devices.close()
