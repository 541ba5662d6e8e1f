"""A bundle that is put together: blocks from this machine's slots where they are the same, ranges for the others.

    bundle.raucb           as long as the bundle, with holes where nothing is yet
    bundle.raucb.index     the index of its blocks, as it was signed
    bundle.raucb.held      which blocks are there: written after they are on the disk, so that a pulled plug costs some
                           blocks and never leaves a wrong one behind

What it is: a file, and which of its blocks are there. What it is not: the line (``line.py``), nor a judge: every block
has the word that was signed for it, and still the whole file must have the hash that was signed. Seeds are only read;
whatever lies in them, only what has a word of the index is taken.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from fleet.protocol.blocks import BLOCK_BYTES, BlockIndex, word_of
from kiosk.agent.updates.missing import joined, missing_runs
from kiosk.settings_store import write_whole

SEED_PIECE_BYTES = 1024 * 1024
SYNC_EVERY_BYTES = 4 * 1024 * 1024


class WrongBlockError(Exception):
    """What came is not what the index has for that place; the message goes before "what was signed"."""


class _Held(msgspec.Struct, frozen=True):
    """``blocks``: a byte each, 1 where it is there. ``is_seeded``: whether the seeds were gone through."""

    index_sha256: str
    is_seeded: bool
    blocks: bytes


def index_file(bundle: Path) -> Path:
    """Where the index of ``bundle`` is kept."""
    return bundle.with_name(bundle.name + ".index")


def is_begun(bundle: Path) -> bool:
    """Whether ``bundle`` is being put together."""
    return bundle.exists() and _held_file(bundle).exists()


def forget(bundle: Path) -> None:
    """Delete it, and all that belongs to it.

    The index first: alone it would pass for the next bundle's. Then the file, which without its note would look whole.
    """
    for file in (index_file(bundle), bundle, _held_file(bundle)):
        file.unlink(missing_ok=True)


def finish(bundle: Path) -> None:
    """It is whole: what belongs to it is of no more use."""
    for file in (_held_file(bundle), index_file(bundle)):
        file.unlink(missing_ok=True)


def write_at(file: int, content: bytes | memoryview, position: int) -> None:
    """Write all of it. A disk that fills up takes the beginning, and says why only when it is asked for the rest.

    Raises: OSError.
    """
    rest = memoryview(content)
    while rest:
        written = os.pwrite(file, rest, position)
        rest, position = rest[written:], position + written


def _held_file(bundle: Path) -> Path:
    return bundle.with_name(bundle.name + ".held")


class Assembly:
    """A bundle as far as it is there."""

    def __init__(self, bundle: Path, index: BlockIndex, index_sha256: str) -> None:
        """Goes on where it ended, if that was by the same index.

        Raises: OSError.
        """
        self.index = index
        self._bundle, self._index_sha256 = bundle, index_sha256
        self._held, self.is_seeded = self._read()
        self._unsynced = 0
        self._tail = bytearray()
        if not any(self._held):
            self._note()  # before there is a file, which without a note would look whole
        self._file = os.open(bundle, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._file, index.length)

    def _read(self) -> tuple[bytearray, bool]:
        with contextlib.suppress(OSError, msgspec.DecodeError):
            held = msgspec.msgpack.decode(_held_file(self._bundle).read_bytes(), type=_Held)
            is_of_this = held.index_sha256 == self._index_sha256 and len(held.blocks) == self.index.count
            if is_of_this and self._bundle.stat().st_size == self.index.length:
                return bytearray(held.blocks), held.is_seeded
        return bytearray(self.index.count), False

    def _note(self) -> None:
        note = _Held(self._index_sha256, self.is_seeded, bytes(self._held))
        write_whole(_held_file(self._bundle), msgspec.msgpack.encode(note))

    @property
    def missing_count(self) -> int:
        """Blocks that are not there."""
        return self._held.count(0)

    def missing(self) -> Iterator[tuple[int, int]]:
        """What is to be fetched: first and last byte of each range, as it is when this is called."""
        for first, end in joined(missing_runs(self._held)):
            yield self.index.first_byte(first), self.index.first_byte(end) - 1

    def lacks(self, first: int, last: int) -> bool:
        """Whether a block of this range is still missing."""
        return self._held.find(0, self.index.block_from(first), self.index.block_from(last + 1)) >= 0

    # ---- from the slots

    def seed(self, seeds: Iterable[str]) -> None:
        """Take every block that is missing from where it lies on this machine; a seed that cannot be read is none.

        Raises: OSError when the file cannot be written.
        """
        wanted: dict[bytes, int] = {}
        again: dict[bytes, list[int]] = {}  # few: a list for each of 100,000 blocks would be 7 MB
        for number, is_held in enumerate(self._held):
            word = self.index.word(number)
            if not is_held and self.index.size(number) == BLOCK_BYTES and wanted.setdefault(word, number) != number:
                again.setdefault(word, []).append(number)
        for seed in seeds:
            for block in _blocks_of(seed):
                word = word_of(block)
                if (found := wanted.pop(word, None)) is not None:
                    for number in (found, *again.pop(word, ())):
                        self._write(number, block)
            if not wanted:
                break
        self.is_seeded = True
        self.save()

    # ---- from the line

    def take(self, position: int, piece: bytes) -> None:
        """Take what came for ``position``; ranges begin at a block or at 0, and end at a block's end or not at all.

        Raises: WrongBlockError; OSError when the file cannot be written.
        """
        begins = position - len(self._tail)
        self._tail += piece
        end = position + len(piece)
        number = self.index.block_from(begins)
        done = 0
        while number < self.index.count and (after := self.index.first_byte(number + 1)) <= end:
            first = self.index.first_byte(number)
            block = bytes(self._tail[first - begins : after - begins])
            if not self._held[number]:
                if word_of(block) != self.index.word(number):
                    raise WrongBlockError(f"block {number} is not")
                self._write(number, block)
            done, number = after - begins, number + 1
        del self._tail[:done]
        if self._unsynced >= SYNC_EVERY_BYTES:
            self.save()

    def _write(self, number: int, block: bytes | memoryview) -> None:
        write_at(self._file, block, self.index.first_byte(number))
        self._held[number] = 1
        self._unsynced += len(block)

    def save(self) -> None:
        """Note what is there, after it is on the disk."""
        os.fsync(self._file)
        self._unsynced = 0
        self._note()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _blocks_of(seed: str) -> Iterator[memoryview]:
    """The whole blocks of a device or a file; what it had until it could not be read."""
    with contextlib.suppress(OSError), Path(seed).open("rb", buffering=0) as file:
        at = 0
        while piece := file.read(SEED_PIECE_BYTES):
            view = memoryview(piece)
            for first in range(0, len(view) - BLOCK_BYTES + 1, BLOCK_BYTES):
                yield view[first : first + BLOCK_BYTES]
            at += len(piece)
            # Read once: the cache belongs to what is read again.
            os.posix_fadvise(file.fileno(), 0, at, os.POSIX_FADV_DONTNEED)
