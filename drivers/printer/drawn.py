"""Parts that some printers draw themselves, as the pictures they stand for. Pure."""

from __future__ import annotations

from drivers.printer import qr
from drivers.printer.port import Cut, Feed, Logo, Part, Qr, Raster


def require_room(parts: tuple[Part, ...], width_px: int) -> None:
    """Raises: ValueError when a part is wider than the paper: the caller drew for another printer."""
    for part in parts:
        match part:
            case Raster():
                needed_px = part.width_px
            case Logo(picture):
                needed_px = picture.width_px
            case Qr():
                needed_px = part.side_px
            case Feed() | Cut():
                continue
        if needed_px > width_px:
            raise ValueError(f"picture of {needed_px} dots on paper of {width_px}")


def as_raster(part: Qr | Logo, width_px: int) -> Raster:
    """``part`` on paper of ``width_px``, in the middle; a dot that cannot be halved stands at the right."""
    return centred(part.picture if isinstance(part, Logo) else symbol(part), width_px)


def symbol(part: Qr) -> Raster:
    """The code with the white above and below it, and none at its sides."""
    side_px = part.side_px
    stride = (side_px + 7) // 8
    white = bytes(stride * qr.QUIET_MODULES * part.module_px)
    lines = [
        _magnified(row, part.side_modules, part.module_px, stride) * part.module_px
        for row in qr.rows(part.payload, part.correction)
    ]
    return Raster(side_px, part.height_px, white + b"".join(lines) + white)


def centred(picture: Raster, width_px: int) -> Raster:
    """``picture`` in the middle of paper of ``width_px``."""
    if picture.width_px == width_px:
        return picture
    own, stride = (picture.width_px + 7) // 8, (width_px + 7) // 8
    left_px = (width_px - picture.width_px) // 2
    shift = stride * 8 - own * 8 - left_px
    rows = (int.from_bytes(picture.rows[at : at + own], "big") for at in range(0, len(picture.rows), own))
    moved = b"".join((row << shift if shift >= 0 else row >> -shift).to_bytes(stride, "big") for row in rows)
    return Raster(width_px, picture.height_px, moved)


def _magnified(row: int, modules: int, module_px: int, stride: int) -> bytes:
    dots = int("".join(bit * module_px for bit in f"{row:0{modules}b}"), 2)
    return (dots << stride * 8 - modules * module_px).to_bytes(stride, "big")
