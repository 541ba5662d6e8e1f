"""The order of Thai words, as the dictionary of the Royal Society (Royal Institute) has them. Pure.

Rules: เ แ โ ใ ไ count after the consonant they are written before; tone marks and other signs count only where the
letters are the same, blanks and punctuation (ฯ and ๆ among them) last of all; digits come before letters, Thai ones as
the others, and other letters after the Thai ones, small and capital alike. So it is in Unicode's collation for Thai
(CLDR ``th``), with which a test compares it; only ํ and ฺ are letters there.
Code points alone would put เกษตร behind ฮวด.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase

_BEFORE_ITS_CONSONANT = re.compile("([เ-ไ])([ก-ฮ])")
_LETTER = re.compile(r"[^\W_ฯๆ]|[ะ-ู]")  # vowels above and below are no letters to ``re``
_NO_SIGN = re.compile(r"[^0-9\u0300-\u036f]+")

_SIGNS = str.maketrans("ฺํ๎์็่้๊๋", "123456789")
"""0 stands for a letter without one. Accents of Latin letters are signs, too, and stay as they are."""

_PLACES = str.maketrans(
    "๐๑๒๓๔๕๖๗๘๙ๅ" + ascii_lowercase,
    "0123456789า" + "".join(chr(ord(each) + ord("ａ") - ord("a")) for each in ascii_lowercase),
)
"""Wide Latin letters are the same ones behind the Thai."""


def thai_order(text: str) -> str:
    """What to sort ``text`` by: letters, signs, and the text itself, so that only equal texts are equal.

    It is to be compared code point by code point (in PostgreSQL ``COLLATE "C"``), and has no meaning otherwise.
    """
    plain = unicodedata.normalize("NFD", text.casefold()).replace("ํา", "ำ")
    plain = _BEFORE_ITS_CONSONANT.sub(r"\2\1", plain)
    letters = "".join(_LETTER.findall(plain)).translate(_PLACES)
    signs = _NO_SIGN.sub("", _LETTER.sub("0", plain).translate(_SIGNS)).rstrip("0")
    return f"{letters} {signs} {text}"
