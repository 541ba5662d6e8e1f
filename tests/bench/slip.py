"""Bench rows ``slip-bytes`` and ``slip-build-ms``: the paid slip on 80 mm paper, against python-escpos.

Bytes are everything the driver sends for one slip on an open connection, questions included, to a printer that draws
nothing itself; the note says what a printer with QR codes and a memory for logos is sent. The peer is the same picture
through python-escpos' own ``image`` and ``cut``. Time is from the facts of a payment to the last byte ready to
be sent, the best of seven; python-escpos lays nothing out, so the peer's is our layout and its encoding.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, StringIO

from PIL import Image

from drivers.printer.bands import preamble, steps
from drivers.printer.dialogue import MARK
from drivers.printer.fake import FakePrinter
from drivers.printer.memory import keys_of
from drivers.printer.paper import png
from drivers.printer.port import Logo, Part
from drivers.printer.profile import PROFILES, Profile
from kiosk.slips.payment_slip import render
from tests.bench.rows import Row
from tests.support.sample_slips import PAID

PROFILE = PROFILES["80mm"]
DRAWS_ITSELF = PROFILES["epson-tm-t20"]
WIDTH_PX = PROFILE.width_px
_STATUS_BYTES = 2 * 3 * 3  # three questions of three bytes, before and after


def _ours(parts: tuple[Part, ...], profile: Profile = PROFILE) -> int:
    kept = frozenset(keys_of(part.picture) for part in parts if isinstance(part, Logo) and profile.stored_logo)
    job = list(steps(parts, profile, kept))
    marks = (len(job) + 1) * len(MARK)
    return len(preamble()) + sum(len(step.data) for step in job) + marks + _STATUS_BYTES


def _peers(picture: Image.Image) -> int:
    from escpos.printer import Dummy

    encoder = Dummy()
    with redirect_stdout(StringIO()):  # it prints a remark on its profile every time
        encoder.image(picture)
    encoder.cut()
    return len(encoder.output)


def _whole(parts: tuple[Part, ...]) -> Image.Image:
    """The slip as one picture."""
    printer = FakePrinter(WIDTH_PX)
    printer.print(parts)
    picture = Image.open(BytesIO(png(printer.slips[0])))
    picture.load()
    return picture


def _best_ms(work: Callable[[], object]) -> float:
    spans = []
    for _ in range(7):
        began_s = time.perf_counter()
        work()
        spans.append(time.perf_counter() - began_s)
    return round(min(spans) * 1000, 1)


def measure() -> list[Row]:
    """Two rows."""
    parts = render(PAID, WIDTH_PX)
    picture = _whole(parts)
    ours, peers = _ours(parts), _peers(picture)
    drawn_there = _ours(render(PAID, WIDTH_PX, draws_codes=True), DRAWS_ITSELF)
    layout_ms = _best_ms(lambda: render(PAID, WIDTH_PX))
    ours_ms, peers_ms = _best_ms(lambda: _ours(parts)), _best_ms(lambda: _peers(picture))
    peer = "python-escpos 3.1 image()"
    return [
        Row(
            name="slip-bytes",
            value=ours,
            unit="bytes",
            goal=peers // 3,
            peer=peer,
            peer_value=peers,
            note=f"{drawn_there} where the printer draws QR codes and keeps the logo" if drawn_there < ours else "",
        ),
        Row(
            name="slip-build-ms",
            value=round(layout_ms + ours_ms, 1),
            unit="ms",
            goal=round((layout_ms + peers_ms) / 2, 1),
            peer=f"our layout, {peer}",
            peer_value=round(layout_ms + peers_ms, 1),
            note=f"best of seven; both with the same layout, {layout_ms} ms; encoding alone {ours_ms} to {peers_ms} ms",
        ),
    ]
