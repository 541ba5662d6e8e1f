"""Bench rows ``slip-bytes`` and ``slip-build-ms``: the paid slip on 80 mm paper, against python-escpos.

Bytes are everything the driver sends for one slip on an open connection, questions included; the peer is the same
picture through python-escpos' own ``image`` and ``cut``. Time is from the facts of a payment to the last byte ready to
be sent, the best of five; the peer is given the finished picture and only has to encode it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, StringIO

from PIL import Image

from drivers.printer.bands import preamble, steps
from drivers.printer.dialogue import MARK
from drivers.printer.paper import png
from drivers.printer.port import Raster
from kiosk.slips.payment_slip import render
from tests.bench.rows import Row
from tests.support.sample_slips import PAID

WIDTH_PX = 576
_STATUS_BYTES = 2 * 3 * 3  # three questions of three bytes, before and after
_BUILD_GOAL_MS = 150  # a tenth of the time the printer needs for the paper


def _ours() -> int:
    job = list(steps(render(PAID, WIDTH_PX), WIDTH_PX))
    marks = (len(job) + 1) * len(MARK)
    return len(preamble()) + sum(len(step.data) for step in job) + marks + _STATUS_BYTES


def _peers(picture: Image.Image) -> int:
    from escpos.printer import Dummy

    encoder = Dummy()
    with redirect_stdout(StringIO()):  # it prints a remark on its profile every time
        encoder.image(picture)
    encoder.cut()
    return len(encoder.output)


def _best_ms(work: Callable[[], object]) -> float:
    spans = []
    for _ in range(5):
        began_s = time.perf_counter()
        work()
        spans.append(time.perf_counter() - began_s)
    return round(min(spans) * 1000, 1)


def measure() -> list[Row]:
    """Two rows."""
    drawn = render(PAID, WIDTH_PX)[0]
    assert isinstance(drawn, Raster)
    picture = Image.open(BytesIO(png(drawn)))
    picture.load()
    ours, peers = _ours(), _peers(picture)
    ours_ms, peers_ms = _best_ms(_ours), _best_ms(lambda: _peers(picture))
    peer = "python-escpos 3.1 image()"
    return [
        Row(name="slip-bytes", value=ours, unit="bytes", goal=peers // 3, peer=peer, peer_value=peers),
        Row(
            name="slip-build-ms",
            value=ours_ms,
            unit="ms",
            goal=_BUILD_GOAL_MS,
            peer=f"{peer}, picture given",
            peer_value=peers_ms,
            note="best of five each; the peer is given the finished picture and only encodes it",
        ),
    ]
