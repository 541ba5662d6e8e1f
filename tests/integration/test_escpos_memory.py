"""Logos in the printer's own memory: written once, never worn out, never a wrong picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.errors import DeviceAbsentError
from drivers.printer.bands import cut_step, preamble
from drivers.printer.dialogue import MARK
from drivers.printer.drawn import as_raster
from drivers.printer.escpos import EscposPrinter, Timing
from drivers.printer.memory import LIST_KEYS, Past, definition, keys_of
from drivers.printer.port import Cut, Logo, Raster
from drivers.printer.profile import PROFILES
from tests.contract.printer import EMBLEM, SLIP
from tests.contract.printer_rigs import PATIENT
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread

EPSON = PROFILES["epson-tm-t20"]
PARTS = (EMBLEM, SLIP, Cut())
WHOLE = Raster(576, 24 + SLIP.height_px, as_raster(EMBLEM, 576).rows + SLIP.rows)
KEYS = keys_of(EMBLEM.picture)


def printed(bench: PrinterBench, past: Past, *logos: Logo, timing: Timing = PATIENT) -> int:
    """Print a slip with each of ``logos`` on a connection of its own; how many bytes the printer got."""
    before = bench.do(lambda p: p.received_bytes)
    printer = EscposPrinter.open(bench.uri, EPSON, timing, past)
    for logo in logos:
        printer.print((logo, SLIP, Cut()))
    printer.close()
    return bench.do(lambda p: p.received_bytes) - before


def writes(bench: PrinterBench) -> int:
    return bench.do(lambda p: p.memory_writes)


def test_a_logo_is_written_once_for_all_connections_and_processes(bench: PrinterBench) -> None:
    first = printed(bench, Past(), EMBLEM)
    second = printed(bench, Past(), EMBLEM)
    printed(bench, Past(), EMBLEM)
    assert writes(bench) == 2  # the picture and its seal
    assert bench.slips == [WHOLE] * 3
    assert first - second > len(definition(KEYS.picture, EMBLEM.picture))
    assert bench.do(lambda p: set(p.kept_pictures)) == {KEYS.picture, KEYS.seal}


def test_a_new_logo_is_another_picture_and_the_old_one_is_no_longer_printed(bench: PrinterBench) -> None:
    other = Logo(Raster(16, 2, b"\xff\x00\x0f\xf0"))
    printed(bench, Past(), EMBLEM, other)
    assert bench.slips == [WHOLE, Raster(576, 2 + SLIP.height_px, as_raster(other, 576).rows + SLIP.rows)]
    assert writes(bench) == 4


def test_writes_are_fewer_than_ten_a_day_whatever_the_printer_says(bench: PrinterBench) -> None:
    now_s = [0.0]
    past = Past(lambda: now_s[0])
    for number in range(8):
        bench.do(lambda p: p.kept_pictures.clear())  # it forgets everything, again and again
        printed(bench, past, Logo(Raster(8, 1, bytes((number + 1,)))))
    assert writes(bench) == 2 * Past.PICTURES_A_DAY < 10
    assert len(bench.slips) == 8
    now_s[0] += 86_401
    printed(bench, past, EMBLEM)
    assert writes(bench) == 2 * Past.PICTURES_A_DAY + 2
    assert bench.slips[-1] == WHOLE


def test_a_printer_without_such_a_memory_gets_dots() -> None:
    with printer_on_a_thread(keeps_pictures=False) as bench:
        printed(bench, Past(), EMBLEM, EMBLEM, timing=replace(PATIENT, answer_s=2))  # it does not answer
        assert (bench.slips, writes(bench)) == ([WHOLE, WHOLE], 0)


def test_a_picture_that_a_printer_would_take_for_a_question_is_never_written(bench: PrinterBench) -> None:
    printed(bench, Past(), Logo(Raster(16, 2, b"\x10\x04\x01\x00")))
    assert (len(bench.slips), writes(bench)) == (1, 0)


def test_a_logo_that_a_printer_would_answer_to_is_not_kept(bench: PrinterBench) -> None:
    """DLE EOT 1 and DLE ENQ 2 among its dots; drawn as a picture they become dots two wide."""
    unlucky = Logo(Raster(48, 4, b"\x10\x04\x01\x10\x05\x02" * 4))
    printed(bench, Past(), unlucky, unlucky)
    safe = Logo(Raster(48, 4, b"\x18\x04\x01\x18\x05\x02" * 4))
    whole = Raster(576, 4 + SLIP.height_px, as_raster(safe, 576).rows + SLIP.rows)
    assert (bench.slips, writes(bench)) == ([whole, whole], 0)


def test_a_picture_cut_short_while_it_was_written_is_not_taken_for_whole(bench: PrinterBench) -> None:
    past = Past()
    printer = EscposPrinter.open(bench.uri, EPSON, PATIENT, past)
    # Three questions, the zeros that end a picture, preamble and cut and their mark, the question for keys, its ACK.
    before = 9 + 128 * 72 + len(preamble()) + len(cut_step().data) + len(MARK) + len(LIST_KEYS) + 1
    bench.do(lambda p: p.drop_connection_after(before + len(definition(KEYS.picture, EMBLEM.picture)) // 2))
    with pytest.raises(DeviceAbsentError):
        printer.print(PARTS)
    printer.close()
    assert writes(bench) == 0
    printed(bench, past, EMBLEM)
    assert bench.slips[-1] == WHOLE
    assert bench.do(lambda p: p.kept_pictures[KEYS.picture]) == EMBLEM.picture


def test_the_same_dots_have_the_same_keys_and_others_have_others() -> None:
    pictures = [Raster(8, 1, bytes((dots,))) for dots in range(256)]
    keys = [keys_of(picture) for picture in pictures]
    assert keys == [keys_of(picture) for picture in pictures]
    assert len({k.picture + k.seal for k in keys}) == 256
    assert all(k.picture != k.seal for k in keys)
    assert all(33 <= code <= 126 for k in keys for code in k.picture + k.seal)


def test_a_list_of_many_keys_comes_in_parts(bench: PrinterBench) -> None:
    bench.do(lambda p: p.kept_pictures.update({b"%02d" % n: EMBLEM.picture for n in range(95)}))
    printed(bench, Past(), EMBLEM, EMBLEM)
    printed(bench, Past(), EMBLEM)
    assert (writes(bench), bench.slips) == (2, [WHOLE] * 3)
