"""What goes over a stream: server-sent events, packed once for all who get the same.

Every event is packed as a piece of a deflate stream that refers to nothing before it and ends on a whole byte, so that
any stream may be put together from any of them: 200 people get the same bytes, a tenth of what they say, and nobody's
stream has a compressor of its own. A stream never ends as gzip wants it to, and browsers do not mind.
"""

from __future__ import annotations

import zlib

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""RFC 1952: deflate, no name, no time, system unknown."""

_RAW = -15
"""zlib's word for deflate without a frame of its own, with the largest window."""


def packed(name: str, text: str = "") -> bytes:
    """The event ``name`` with ``text``, as a piece of a deflate stream."""
    lines = "".join(f"data: {line}\n" for line in text.replace("\r", "").split("\n"))
    packer = zlib.compressobj(6, zlib.DEFLATED, _RAW)
    return packer.compress(f"event: {name}\n{lines}\n".encode()) + packer.flush(zlib.Z_FULL_FLUSH)


def unpacked(event: bytes) -> bytes:
    """The same for a browser that does not unpack."""
    return zlib.decompressobj(_RAW).decompress(event)


BEAT = packed("beat")
"""Somebody has looked, and what the page shows is what there is."""

WAIT = packed("wait")
"""The stream stands, but nobody has looked of late."""

ANEW = packed("anew")
"""The page is to be opened again."""

OVER = packed("over")
"""This stream is at its end: ask, and you will be told why."""
