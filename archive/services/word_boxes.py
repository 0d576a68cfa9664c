"""Word boxes packed small: a page of 350 words takes about 2 kB instead of 20 kB as JSON."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from archive.extract.results import Word

# start, length, then the box's four sides in 1/65535 of the page.
_WORD = struct.Struct("<IHHHHH")
_SCALE = 65535


def pack_words(words: Sequence[Word]) -> bytes:
    """The words as compressed bytes; b"" for none."""
    if not words:
        return b""
    packed = b"".join(
        _WORD.pack(
            word.start,
            min(word.end - word.start, _SCALE),
            *(round(min(max(side, 0.0), 1.0) * _SCALE) for side in word[2:6]),
        )
        for word in words
    )
    return zlib.compress(packed, 6)


def unpack_words(packed: bytes) -> tuple[Word, ...]:
    """What `pack_words` was given, boxes to 1/65535 of the page."""
    if not packed:
        return ()
    return tuple(
        Word(start, start + length, *(side / _SCALE for side in sides))
        for start, length, *sides in _WORD.iter_unpack(zlib.decompress(packed))
    )
