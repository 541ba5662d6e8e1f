"""The index of a bundle's blocks: by it a kiosk finds in its slots what it need not fetch.

What it is: for every 4 KiB of the file the first 16 bytes of their SHA-256, in the file's order, as bytes in a file
beside the bundle; its length and hash are signed together with the bundle's (``SignedFirmware.blocks``). What it is
not: a proof. Whatever is put together by it must have the bundle's own signed hash.

    8 bytes   "salablk1"
    8         length of the bundle
    4         where its blocks begin, less than 4096; what lies before is a block, too, if there is any
    16 each   a word for each block; the last may stand for less than 4 KiB

Little endian. Where the blocks begin matters: an image in a slot begins at a block, and in the bundle's squashfs it
begins behind the superblock. The images must lie there as they are (``images/recipe/bundle.py``).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 4096
"""Of erofs and of dm-verity: what is the same in two roots is the same in such pieces."""

WORD_BYTES = 16
"""128 bits: among a billion blocks two different ones with the same word are not met by chance."""

_MAGIC = b"salablk1"
_HEAD = struct.Struct("<8sQI")

_SQUASHFS_MAGIC = b"hsqs"
_SUPERBLOCK_BYTES = 96
_FLAGS_AT, _HAS_OPTIONS, _OPTIONS_BYTES_MASK = 24, 0x0400, 0x7FFF
"""squashfs 4.0 (Linux, Documentation/filesystems/squashfs.rst): data follows superblock and compressor's options."""


class BlockIndexError(ValueError):
    """These bytes are no index. Do without."""


@dataclass(frozen=True, slots=True)
class BlockIndex:
    """``length`` of the bundle, the byte at which whole blocks begin, and the words, one after the other."""

    length: int
    begins: int
    words: bytes

    @property
    def count(self) -> int:
        """Blocks."""
        return len(self.words) // WORD_BYTES

    def word(self, number: int) -> bytes:
        """Of a block."""
        return self.words[number * WORD_BYTES : (number + 1) * WORD_BYTES]

    def first_byte(self, number: int) -> int:
        """Where a block begins in the bundle; of the one after the last: where the bundle ends."""
        if not self.begins:
            return min(number * BLOCK_BYTES, self.length)
        return min(self.begins + (number - 1) * BLOCK_BYTES, self.length) if number else 0

    def size(self, number: int) -> int:
        """Bytes of a block."""
        return self.first_byte(number + 1) - self.first_byte(number)

    def block_from(self, position: int) -> int:
        """The first block that begins at ``position`` or after it."""
        if not self.begins:
            return -(-position // BLOCK_BYTES)
        return 1 + -(-(position - self.begins) // BLOCK_BYTES) if position else 0


def word_of(block: bytes | memoryview) -> bytes:
    """A block's word."""
    return hashlib.sha256(block).digest()[:WORD_BYTES]


def index_of(bundle: BinaryIO) -> BlockIndex:
    """The index of a bundle, read from its beginning to its end."""
    head = bundle.read(BLOCK_BYTES)
    begins = _data_begins(head) % BLOCK_BYTES
    bundle.seek(0)
    words = [word_of(bundle.read(begins))] if begins else []
    while block := bundle.read(BLOCK_BYTES):
        words.append(word_of(block))
    return BlockIndex(bundle.tell(), begins, b"".join(words))


def _data_begins(head: bytes) -> int:
    if len(head) < BLOCK_BYTES or not head.startswith(_SQUASHFS_MAGIC):
        return 0
    (flags,) = struct.unpack_from("<H", head, _FLAGS_AT)
    if not flags & _HAS_OPTIONS:
        return _SUPERBLOCK_BYTES
    (options,) = struct.unpack_from("<H", head, _SUPERBLOCK_BYTES)
    return _SUPERBLOCK_BYTES + 2 + int(options & _OPTIONS_BYTES_MASK)


def encoded(index: BlockIndex) -> bytes:
    """As a file."""
    return _HEAD.pack(_MAGIC, index.length, index.begins) + index.words


def decoded(content: bytes) -> BlockIndex:
    """The index in a file.

    Raises: BlockIndexError.
    """
    if len(content) < _HEAD.size:
        raise BlockIndexError("an index is cut short")
    magic, length, begins = _HEAD.unpack_from(content)
    if magic != _MAGIC:
        raise BlockIndexError("an index of another kind")
    if not begins < min(BLOCK_BYTES, max(length, 1)):
        raise BlockIndexError(f"blocks that begin at {begins} of {length}")
    count = -(-(length - begins) // BLOCK_BYTES) + bool(begins)
    if len(content) != _HEAD.size + count * WORD_BYTES:
        raise BlockIndexError(f"{len(content)} bytes are no index of {count} blocks")
    return BlockIndex(length, begins, content[_HEAD.size :])
