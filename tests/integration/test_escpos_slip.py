"""A payment slip through everything: drawn, cut into bands, sent, decoded, looked at."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from drivers.printer.bands import preamble, steps
from drivers.printer.escpos import EscposPrinter
from drivers.printer.fake import FakePrinter
from drivers.printer.memory import Past
from drivers.printer.paper import png
from drivers.printer.port import Part, Raster, length_dots
from drivers.printer.profile import PROFILES, Profile
from kiosk.slips.payment_slip import PaymentSlip, render
from kiosk.slips.trial_slip import TrialSlip, render_trial
from tests.bench.slip import measure
from tests.contract.printer_rigs import PATIENT
from tests.support.printer_on_a_thread import printer_on_a_thread
from tests.support.sample_slips import PAID, PAID_AT, SLIPS

# Wider gaps than this between what is drawn and what is printed would be seen.
_MOST_THICKENED_DOTS = 20


def whole(parts: tuple[Part, ...], width_px: int) -> Raster:
    """The slip as one picture."""
    printer = FakePrinter(width_px)
    printer.print(parts)
    (slip,) = printer.slips
    return slip


@pytest.mark.parametrize("strips", [True, False], ids=["strips", "bands"])
@pytest.mark.parametrize("width_px", [576, 384])
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_what_comes_out_is_what_was_drawn(slip: PaymentSlip, width_px: int, strips: bool) -> None:
    parts = render(slip, width_px)
    drawn = whole(parts, width_px)
    with printer_on_a_thread(width_px) as bench:
        printer = EscposPrinter.open(bench.uri, Profile(width_px, strips=strips), PATIENT)
        printer.print(parts)
        printer.close()
        assert bench.do(lambda p: p.unknown_commands) == ()
        (printed,) = bench.slips
    changed = sum((a ^ b).bit_count() for a, b in zip(drawn.rows, printed.rows, strict=True))
    assert changed <= _MOST_THICKENED_DOTS
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(png(printed))).convert("L"))
    assert code.text == slip.tracking_url
    assert sum(byte.bit_count() for byte in printed.rows) <= 0.20 * width_px * printed.height_px


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_office_stands_on_paper_as_it_was_drawn_also_from_the_printers_memory(profile: Profile) -> None:
    parts = render(PAID, profile.width_px, draws_codes=profile.native_qr)
    with printer_on_a_thread(profile.width_px) as bench:
        printer = EscposPrinter.open(bench.uri, profile, PATIENT, Past())
        printer.print(parts)
        printer.print(parts)
        printer.close()
        writes = bench.do(lambda p: p.memory_writes)
        assert bench.do(lambda p: p.unknown_commands) == ()
        printed, again = bench.slips
    assert printed == again
    assert writes == (2 if profile.stored_logo else 0)  # the picture and its seal, once
    below = length_dots(parts[0]) + length_dots(parts[1])
    stride = (profile.width_px + 7) // 8
    assert printed.rows[: below * stride] == whole(parts, profile.width_px).rows[: below * stride]
    thickened = zip(whole(parts, profile.width_px).rows, printed.rows, strict=True)
    assert sum((a ^ b).bit_count() for a, b in thickened) <= _MOST_THICKENED_DOTS


TRIAL = TrialSlip(PAID.office_name, "CBI-02", PAID_AT, "https://fleet.example/kiosks/CBI-02/")


@pytest.mark.parametrize("name", ["80mm", "80mm-qr", "58mm", "58mm-qr", "epson-tm-t20"])
def test_a_printer_that_draws_codes_draws_every_one_of_a_slip(name: str) -> None:
    profile = PROFILES[name]
    expected = [slip.tracking_url for slip in SLIPS.values()] + [TRIAL.identity_url]
    with printer_on_a_thread(profile.width_px) as bench:
        printer = EscposPrinter.open(bench.uri, profile, PATIENT)
        for slip in SLIPS.values():
            printer.print(render(slip, printer.width_px, draws_codes=printer.draws_codes))
        printer.print(render_trial(TRIAL, printer.width_px, draws_codes=printer.draws_codes))
        printer.close()
        assert bench.do(lambda p: p.unknown_commands) == ()
        drawn_there = list(bench.do(lambda p: p.own_codes))
        on_paper = [zxingcpp.read_barcodes(Image.open(BytesIO(png(slip))).convert("L")) for slip in bench.slips]
    assert [code.text for (code,) in on_paper] == expected
    assert drawn_there == (expected if profile.native_qr else [])


@pytest.mark.parametrize(("strips", "share"), [(True, 1 / 3), (False, 0.4)])
def test_a_slip_is_at_most_a_third_of_what_python_escpos_would_send(strips: bool, share: float) -> None:
    """Two fifths on a printer that is given rasters only; see decisions/0003 of the driver."""
    from escpos.printer import Dummy

    parts = render(PAID, 576)
    peer = Dummy()
    peer.image(Image.open(BytesIO(png(whole(parts, 576)))))
    peer.cut()
    ours = len(preamble()) + sum(len(step.data) for step in steps(parts, Profile(576, strips=strips)))
    assert ours <= share * len(peer.output)


def test_the_bench_measures_what_it_says() -> None:
    rows = {row.name: row for row in measure()}
    assert set(rows) == {"slip-bytes", "slip-build-ms"}
    assert all(row.value > 0 and (row.peer_value or 0) > 0 for row in rows.values())
    assert rows["slip-bytes"].goal == (rows["slip-bytes"].peer_value or 0) // 3
