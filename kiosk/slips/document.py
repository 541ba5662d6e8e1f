"""The pieces a slip is made of, without any drawing.

Sizes are dots at 8 per mm on 80 mm paper; narrower paper gets everything but the QR at six sevenths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """Sarabun's weights, by the names of their font files."""

    MEDIUM = "Medium"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"
    EXTRABOLD = "ExtraBold"


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """``size_dots`` of the em, ``pitch`` from line to line in em."""

    size_dots: int
    weight: Weight
    pitch: float = 1.42


BODY = TypeStyle(28, Weight.SEMIBOLD)
LABEL = TypeStyle(28, Weight.MEDIUM)
VALUE = TypeStyle(28, Weight.BOLD)
OFFICE = TypeStyle(32, Weight.EXTRABOLD, 1.34)
TITLE = TypeStyle(42, Weight.EXTRABOLD, 1.4)
BAND = TypeStyle(34, Weight.EXTRABOLD, 1.5)
FRAMED = TypeStyle(32, Weight.EXTRABOLD, 1.45)
URGENT = TypeStyle(32, Weight.BOLD)
AMOUNT = TypeStyle(76, Weight.EXTRABOLD, 1.2)
UNIT = TypeStyle(36, Weight.EXTRABOLD, 1.2)
WORDS = TypeStyle(30, Weight.BOLD)
BESIDE_FIRST = TypeStyle(30, Weight.BOLD)
BESIDE = TypeStyle(30, Weight.SEMIBOLD)
FOOT = TypeStyle(25, Weight.SEMIBOLD, 1.46)


@dataclass(frozen=True, slots=True)
class Masthead:
    """The pavilion, and the office's name beside it."""

    office_name: str


@dataclass(frozen=True, slots=True)
class Band:
    """White words on black, right across."""

    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Words in a black frame, right across."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Centred text."""

    text: str
    style: TypeStyle = BODY
    space_below: int = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels on the left, values on the right."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one text and one or more figures: the text breaks, the figures stand in columns, flush right.

    ``head`` names the columns; without, there is no such line. Raises: ValueError when rows differ in length.
    """

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len({len(row) for row in self.all_rows}) != 1:
            raise ValueError("the rows of a table differ in length, or there are none")

    @property
    def all_rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows with the head, if there is one, on top."""
        return (self.head, *self.rows) if self.head else self.rows


@dataclass(frozen=True, slots=True)
class Rule:
    """A line right across."""

    dashed: bool = True


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money in the largest type that fits, its unit smaller on the same line."""

    figures: str
    unit: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code and what it is for; the first of ``lines`` is stronger."""

    payload: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Space:
    dots: int


@dataclass(frozen=True, slots=True)
class Stripes:
    """A test pattern: black lines of 1 to 4 dots, upright, at both edges and in the middle."""

    height: int


Element = Masthead | Band | Frame | Paragraph | Pairs | Table | Rule | Amount | Code | Space | Stripes


def plain_text(elements: Iterable[Element]) -> str:
    """What a slip says, line by line, for logs of tests, screen readers and previews; pictures are left out."""
    lines: list[str] = []
    for element in elements:
        match element:
            case Masthead(text) | Band(text) | Frame(text) | Paragraph(text):
                lines.append(text)
            case Pairs(rows):
                lines += [f"{label}: {value}" for label, value in rows]
            case Table():
                lines += [f"{text}: {'  '.join(figures)}" for text, *figures in element.all_rows]
            case Amount(figures, unit):
                lines.append(f"{figures} {unit}")
            case Code(payload, beside):
                lines += [*beside, payload]
            case Rule() | Space() | Stripes():
                pass
    return "\n".join(lines)
