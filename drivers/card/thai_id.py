"""The Thai ID applet: which commands to send, and how its answers are put together. Pure protocol.

Not a reader: commands go through the ``transmit`` of whatever reads cards, and no time passes here.

Rules:
* Only the fields asked for are requested. Fields that abut share one READ, so the ID number takes 3 command APDUs,
  {ID_NUMBER, NAME_TH, EXPIRY} 5, and the whole text 7: SELECT, and a READ and a GET RESPONSE for each run of bytes.
* 61xx is fetched, 6Cxx is asked again with the right length, direct data is taken. Every other word is an error.
* Fewer bytes than asked for are an error; an empty text means that the card holds none, never that reading failed.
* A card that refuses a run of several fields, or gives another length of it, is asked field by field.

Commands as published readers of the card agree on them; what differs between them is in ``decisions/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.card.status_words import SUCCESS, CardAnswerError, NotThaiIdError, selection_error
from drivers.card.thai_text import ALL_TEXT, CardAddress, CardIdNumber, CardName, Field, ThaiIdText, text_of
from drivers.errors import DeviceProtocolError, DriverError

__all__ = [
    "ALL_TEXT",
    "CardAddress",
    "CardAnswerError",
    "CardIdNumber",
    "CardName",
    "Field",
    "NotThaiIdError",
    "ThaiIdCard",
    "ThaiIdText",
    "read_plan",
]

_DEVICE = "card"
_AID = bytes.fromhex("A000000054480001")
_SELECT = bytes([0x00, 0xA4, 0x04, 0x00, len(_AID)]) + _AID
LONGEST_READ = 0xFF  # of one READ: its length travels in one byte, and 00 would mean 256, which no reader tries
_MOST_FOLLOW_UPS = 8  # 61xx and 6Cxx of one command; a card that wants more goes round in circles

Run = tuple[Field, ...]


class _WrongLengthError(DeviceProtocolError):
    """The card gave more or fewer bytes than it was asked for: it understood something else."""


def read_plan(fields: Iterable[Field]) -> tuple[Run, ...]:
    """Runs of abutting fields in the card's order: each is read in one go, and nothing that was not asked for."""
    runs: list[list[Field]] = []
    for field in sorted(set(fields), key=lambda one: one.offset):
        if runs and runs[-1][-1].end == field.offset:
            runs[-1].append(field)
        else:
            runs.append([field])
    return tuple(tuple(run) for run in runs)


class ThaiIdCard:
    """One card in one reader, from its answer to reset to its removal."""

    def __init__(self, transmit: Callable[[bytes], bytes], atr: bytes) -> None:
        """``transmit`` sends one command APDU and returns data and status word, as ``CardReader.transmit`` does."""
        self._transmit = transmit
        # Cards whose answer to reset begins 3B67 want P2 = 1 here; five published readers agree.
        self._get_response = bytes.fromhex("00C00001" if atr[:2] == b"\x3b\x67" else "00C00000")
        self._is_selected = False
        self.apdus_sent = 0

    def read(self, fields: frozenset[Field]) -> ThaiIdText:
        """Read these fields of the card's text, and no other byte of it.

        Raises: NotThaiIdError when the card has no such application; say so, do not try again.
            CardAnswerError when the card refuses a command; have the card put in again, once.
            DeviceProtocolError when its answer has the wrong length or its ID number is none; likewise.
            Whatever ``transmit`` raises, DeviceAbsentError above all: the card was taken out.
        """
        raw: dict[Field, bytes] = {}
        try:
            self._select()
            for run in read_plan(fields):
                raw.update(self._read_run(run))
        except DriverError:
            self._is_selected = False  # what the card remembers is unknown now: the next read starts over
            raise
        return text_of(raw, _DEVICE)

    def read_bytes(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` (1 to ``LONGEST_READ``) bytes of the card's data from ``offset``, in one READ.

        Raises: as ``read``.
        """
        try:
            self._select()
            return self._read_once(offset, length)
        except DriverError:
            self._is_selected = False  # as in ``read``
            raise

    def _select(self) -> None:
        if self._is_selected:
            return
        sw = self._send(_SELECT)[1]
        # 61xx offers a description of the application that nobody needs; leaving it there saves a command.
        if sw != SUCCESS and sw >> 8 != 0x61:
            raise selection_error(_DEVICE, sw)
        self._is_selected = True

    def _read_run(self, run: Run) -> dict[Field, bytes]:
        begin, end = run[0].offset, run[-1].end
        try:
            content = self._read_bytes(begin, end)
        except (CardAnswerError, _WrongLengthError):
            if len(run) == 1:
                raise
            return {field: self._read_bytes(field.offset, field.end) for field in run}
        return {field: content[field.offset - begin : field.end - begin] for field in run}

    def _read_bytes(self, begin: int, end: int) -> bytes:
        content = b""
        while (offset := begin + len(content)) < end:
            content += self._read_once(offset, min(end - offset, LONGEST_READ))
        return content

    def _read_once(self, offset: int, length: int) -> bytes:
        """One READ with its follow-ups; exactly ``length`` bytes."""
        read = bytes([0x80, 0xB0, offset >> 8, offset & 0xFF, 0x02, 0x00, length])
        command, content = read, b""
        for _ in range(1 + _MOST_FOLLOW_UPS):
            data, sw = self._send(command)
            content += data
            if sw == SUCCESS:
                break
            if sw >> 8 == 0x61:
                command = self._get_response + bytes([sw & 0xFF])
            elif sw >> 8 == 0x6C:
                command = command[:-1] + bytes([sw & 0xFF])
            else:
                raise CardAnswerError(_DEVICE, f"READ of {length} bytes at {offset:04X}", sw)
        else:
            raise DeviceProtocolError(_DEVICE, f"READ at {offset:04X} led to more than {_MOST_FOLLOW_UPS} follow-ups")
        if len(content) != length:
            raise _WrongLengthError(_DEVICE, f"READ at {offset:04X} gave {len(content)} bytes instead of {length}")
        return content

    def _send(self, command: bytes) -> tuple[bytes, int]:
        self.apdus_sent += 1
        answer = self._transmit(command)
        if len(answer) < 2:
            raise DeviceProtocolError(_DEVICE, f"the card answered {len(answer)} bytes; a status word has two")
        return answer[:-2], int.from_bytes(answer[-2:], "big")
