"""Bench row ``scan-lost``: 10,000 scans at 50 a second, none lost, none merged, none altered.

The events carry synthetic times, 20 ms from scan to scan, so the run takes seconds instead of minutes; they pass
as bytes through the decoder that every scanner uses. Every fourth scan is a payment barcode with Enter inside; keys
are as fast as fits, since at 50 scans a second a scan has 20 ms for all of them.
"""

from __future__ import annotations

from collections import Counter

from drivers.scanner.input_event import pack, unpack
from drivers.scanner.keys import KeyDecoder
from drivers.scanner.virtual import key_events
from tests.bench.rows import Row

SCANS = 10_000
PERIOD_S = 1 / 50
_KEY_INTERVAL_S = 0.00025


def _text(number: int) -> str:
    if number % 4 == 0:
        return f"|1\r{number}\r2\r0"
    return f"1018{number:010d}"


def measure() -> list[Row]:
    """One row; ``value`` counts scans that went in and did not come out, and those that came out and never went in."""
    decoder = KeyDecoder()
    heard: list[str] = []
    for number in range(SCANS):
        typed = pack(key_events(_text(number), start_s=number * PERIOD_S, interval_s=_KEY_INTERVAL_S))
        heard += [text for event in unpack(typed) if (text := decoder.feed(event)) is not None]
    if (last := decoder.finish()) is not None:
        heard.append(last)
    sent = Counter(map(_text, range(SCANS)))
    wrong = (sent - Counter(heard)).total() + (Counter(heard) - sent).total()
    return [
        Row(
            name="scan-lost",
            value=wrong,
            unit="scans",
            goal=0,
            note=f"of {SCANS:,} at 50 a second of synthetic time, as bytes through the decoder of every scanner",
        )
    ]
