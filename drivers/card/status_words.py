"""What a card's status word means (ISO/IEC 7816-4, 5.1.3), and the error it becomes.

Not a conversation: ``thai_id`` decides which words go on (61xx, 6Cxx) and raises these for the rest.
Rules: every word has a meaning, by its own row or by its first byte; an error carries the word, never card data.
"""

from __future__ import annotations

from drivers.errors import DriverError

SUCCESS = 0x9000

_MEANINGS: dict[int, str] = {
    0x6200: "a warning without details",
    0x6281: "part of the data may be corrupted",
    0x6282: "the file ended before the length asked for",
    0x6283: "the selected application is deactivated",
    0x6285: "the application has reached the end of its life",
    0x6400: "execution failed, nothing was changed",
    0x6581: "the card's memory failed",
    0x6700: "wrong length",
    0x6881: "logical channels are not supported",
    0x6882: "secure messaging is not supported",
    0x6981: "the command does not fit the file",
    0x6982: "the card wants to be convinced first",
    0x6983: "the card is blocked",
    0x6985: "conditions of use are not satisfied",
    0x6986: "no file is selected",
    0x6999: "the application refused to be selected",
    0x6A80: "wrong data in the command",
    0x6A81: "the function is not supported",
    0x6A82: "file or application not found",
    0x6A83: "record not found",
    0x6A86: "wrong parameters P1-P2",
    0x6A87: "the length does not fit P1-P2",
    0x6A88: "referenced data not found",
    0x6B00: "the offset lies outside the data",
    0x6D00: "the instruction is not supported",
    0x6E00: "the class is not supported",
    0x6F00: "the card failed without saying why",
}

_BY_FIRST_BYTE: dict[int, str] = {
    0x61: "more data than it can hand out",
    0x62: "a warning, nothing was changed",
    0x63: "a warning, something was changed",
    0x64: "execution failed, nothing was changed",
    0x65: "execution failed, something was changed",
    0x66: "a security problem",
    0x67: "wrong length",
    0x68: "a function of the class is not supported",
    0x69: "the command is not allowed",
    0x6A: "wrong parameters",
    0x6B: "the offset lies outside the data",
    0x6C: "wrong length, again after it was corrected",
    0x6D: "the instruction is not supported",
    0x6E: "the class is not supported",
    0x6F: "the card failed without saying why",
}

_NO_SUCH_APPLICATION = frozenset({0x62, 0x67, 0x69, 0x6A, 0x6B, 0x6D, 0x6E})
"""First bytes with which cards that lack an application refuse to select it; 64, 65 and 6F are a card in trouble."""


def meaning_of(sw: int) -> str:
    """One short clause, for logs and technicians."""
    return _MEANINGS.get(sw) or _BY_FIRST_BYTE.get(sw >> 8, "a status word the standard does not know")


class CardAnswerError(DriverError):
    """The card answered a command with a status word that is neither success nor an invitation to go on.

    The card may be dirty or worn: ask for it to be put in again, once.
    """

    def __init__(self, device: str, command: str, sw: int) -> None:
        super().__init__(device, f"{command} was answered {sw:04X}: {meaning_of(sw)}")
        self.sw = sw
        self.meaning = meaning_of(sw)


class NotThaiIdError(CardAnswerError):
    """The card works and is no Thai ID card. An answer about the card, not a fault of the reader: do not reopen."""


def selection_error(device: str, sw: int) -> CardAnswerError:
    """The error for a refused SELECT."""
    kind = NotThaiIdError if sw >> 8 in _NO_SUCH_APPLICATION else CardAnswerError
    return kind(device, "SELECT", sw)
