"""What python-escpos sends, on our stand-in's paper: it understands more than we say ourselves."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest
import zxingcpp
from PIL import Image, ImageChops

from drivers.printer.drawn import symbol
from drivers.printer.paper import Answered, AutomaticStatus, CutOff, Idle, Outcome, PaperPath, png
from drivers.printer.port import Correction, Qr, Raster

URL = "https://sala.example.go.th/t/0123456789ABCDEF"


def carried_out(data: bytes, width_px: int = 576, paper: PaperPath | None = None) -> tuple[PaperPath, list[Outcome]]:
    paper = paper or PaperPath(width_px)
    paper.receive(data)
    outcomes: list[Outcome] = []
    while not isinstance(outcome := paper.step(), Idle):
        outcomes.append(outcome)
    assert paper.unknown == []
    assert paper.waiting == 0
    return paper, outcomes


def sent(profile: str, act: Callable[[object], object]) -> bytes:
    from escpos.printer import Dummy

    encoder = Dummy(profile=profile)
    with redirect_stdout(io.StringIO()):  # it prints remarks on profiles
        act(encoder)
    return bytes(encoder.output)


def drawing() -> Image.Image:
    """200 by 100 dots, no two quarters alike."""
    image = Image.new("1", (200, 100), 1)
    image.paste(0, (0, 0, 40, 30))
    image.paste(0, (150, 60, 200, 61))
    image.putpixel((199, 99), 0)
    image.putpixel((0, 99), 0)
    return image


@pytest.mark.parametrize("impl", ["bitImageRaster", "graphics", "bitImageColumn"])
@pytest.mark.parametrize("fragment", [960, 33], ids=["whole", "in pieces"])
def test_its_pictures(impl: str, fragment: int) -> None:
    data = sent("default", lambda e: e.image(drawing(), impl=impl, fragment_height=fragment))  # type: ignore[attr-defined]
    paper, _ = carried_out(data)
    printed = Image.open(io.BytesIO(png(paper.picture())))
    if (impl, fragment) != ("bitImageColumn", 33):  # its columns are 24 dots: pieces of 33 leave white between them
        top = printed.crop((0, 0, 200, 100))
        assert ImageChops.difference(top.convert("L"), drawing().convert("L")).getbbox() is None
    ink = sum(byte.bit_count() for byte in paper.picture().rows)
    assert ink == drawing().convert("L").histogram()[0]


@pytest.mark.parametrize("correction", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [3, 6])
def test_its_own_qr_is_ours_dot_for_dot(size: int, correction: int) -> None:
    data = sent("default", lambda e: e.qr(URL, ec=correction, size=size, native=True))  # type: ignore[attr-defined]
    paper, _ = carried_out(data)
    code = Qr(URL, size, list(Correction)[correction])
    stride = (code.side_px + 7) // 8
    white = 4 * size
    ours = symbol(code).rows[white * stride : -white * stride]
    printed = paper.picture()
    assert printed.height_px == code.side_px
    assert [printed.rows[y * 72 : y * 72 + stride] for y in range(code.side_px)] == [
        ours[y * stride : (y + 1) * stride] for y in range(code.side_px)
    ]


def test_its_raster_qr_is_read() -> None:
    data = sent("default", lambda e: e.qr(URL, size=6, native=False))  # type: ignore[attr-defined]
    paper, _ = carried_out(data)
    picture = Image.open(io.BytesIO(png(paper.picture()))).convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == URL


@pytest.mark.parametrize("profile", ["default", "TM-T88IV", "TM-T20II"])
def test_its_text_arrives(profile: str) -> None:
    def act(encoder: object) -> None:
        encoder.set(align="center", bold=True, width=2, height=2, custom_size=True)  # type: ignore[attr-defined]
        encoder.text("Kiosk 12\n")  # type: ignore[attr-defined]
        encoder.set()  # type: ignore[attr-defined]
        encoder.textln("line two")  # type: ignore[attr-defined]
        encoder.cut()  # type: ignore[attr-defined]

    _, outcomes = carried_out(sent(profile, act))
    (slip,) = [outcome.slip for outcome in outcomes if isinstance(outcome, CutOff)]
    assert slip is not None
    assert slip.rows.strip(b"\x00")


def test_large_graphics_with_a_long_length() -> None:
    """``GS 8 L``, as receiptline sends pictures: four bytes of length."""
    body = b"0p0\x01\x021" + (16).to_bytes(2, "little") + (2).to_bytes(2, "little") + b"\xf0\x0f\xaa\x55"
    paper, _ = carried_out(b"\x1d8L" + len(body).to_bytes(4, "little") + body + b"\x1d(L\x02\x0002")
    rows = [b"\xf0\x0f", b"\xf0\x0f", b"\xaa\x55", b"\xaa\x55"]
    assert paper.picture() == Raster(576, 4, b"".join(row.ljust(72, b"\x00") for row in rows))


def test_a_picture_that_is_not_as_long_as_it_says_is_unknown() -> None:
    paper = PaperPath()
    paper.receive(b"\x1d(L\x0b\x000p0\x01\x011\x08\x00\x02\x00\xff")
    paper.step()
    assert paper.unknown == [b"\x1d(L0p0"]


def test_questions_are_answered_in_their_turn() -> None:
    _, outcomes = carried_out(b"\x1dIC\x1dIA\x1dI\x01\x1dg2\x00\x94\x00\x1dg2\x00\xb2\x00\x1da\xff\x1da\x00")
    assert [o.data for o in outcomes if isinstance(o, Answered)] == [
        b"_Stand-in\x00", b"_1.00\x00", b"\x02", b"_0\x00", b"_0\x00",
    ]  # fmt: skip
    assert [o.wanted for o in outcomes if isinstance(o, AutomaticStatus)] == [True, False]
