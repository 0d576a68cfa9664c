"""The postings of a segment being made, and how they reach its files: a term at a time.

Whoosh's own writer takes one posting at a time through five calls; that was half the cost of
bringing a page into the index. What is written is the same, bit for bit (a test compares).
Written against whoosh3 3.54, whose posting writer's buffers (`_ids`, `_weights` and the bounds
beside them) are not part of its documented interface.
"""

from __future__ import annotations

import pickle
import struct
from array import array
from collections.abc import Iterator, Mapping
from hashlib import md5
from itertools import pairwise
from typing import Any

from whoosh.codec import whoosh3
from whoosh.util.numeric import length_to_byte

_Posting = tuple[str, bytes, int, float, bytes]
_FieldWriter: Any = whoosh3.W3FieldWriter
_Codec: Any = whoosh3.W3Codec
_Segment: Any = whoosh3.W3Segment

_BLOCK = 128
# The postings of one term are too short to gain much by it, and every search would undo it.
_COMPRESSION = 0
_SHORT = struct.Struct("!H")
_INT = struct.Struct("!i")
_LENGTHS = struct.Struct("!ii")
_LONG = struct.Struct("!q")
_TERM_INFO: struct.Struct = whoosh3.W3TermInfo._struct
_DOCNUM_SHIFT = 8
_WEIGHT = 255


class PostingPool:
    """The postings of a segment being made, gathered by term in eight bytes each.

    It takes the place of Whoosh's pool, which sorts one tuple per posting on disk.
    """

    def __init__(self) -> None:
        self._fields: dict[str, dict[bytes, array[int]]] = {}

    def add(self, item: _Posting) -> None:
        field, term, docnum, weight, _ = item
        terms = self._fields.setdefault(field, {})
        packed = docnum << _DOCNUM_SHIFT | int(weight)
        held = terms.get(term)
        if held is None:
            terms[term] = array("Q", (packed,))
        else:
            held.append(packed)

    def add_frequencies(self, field: str, docnum: int, frequencies: Mapping[str, int]) -> int:
        """Add a document's postings in the field; how many tokens they stand for."""
        terms = self._fields.setdefault(field, {})
        place = docnum << _DOCNUM_SHIFT
        for word, times in frequencies.items():
            term = word.encode()
            packed = place | (times if times < _WEIGHT else _WEIGHT)
            held = terms.get(term)
            if held is None:
                terms[term] = array("Q", (packed,))
            else:
                held.append(packed)
        return sum(frequencies.values())

    def iter_postings(self) -> PostingPool:
        """The pool itself: `BulkFieldWriter` takes the postings by term."""
        return self

    def terms(self) -> Iterator[tuple[str, bytes, array[int]]]:
        """Every term in order, with its packed postings."""
        for field, terms in sorted(self._fields.items()):
            for term in sorted(terms):
                yield field, term, terms[term]

    def cleanup(self) -> None:
        self._fields.clear()


def add_frequencies(writer: Any, field: str, frequencies: Mapping[str, int]) -> None:
    """Add a document of this one scorable field, as `writer.add_document` would."""
    docnum, documents = writer.docnum, writer.perdocwriter
    documents.start_doc(docnum)
    length = writer.pool.add_frequencies(field, docnum, frequencies)
    documents.add_field(field, writer.schema[field], None, length)
    documents.finish_doc()
    writer._added = True
    writer.docnum += 1


class BulkFieldWriter(_FieldWriter):  # type: ignore[misc]
    """Whoosh's field writer, fed by the term."""

    def add_postings(self, schema: Any, lengths: Any, items: PostingPool) -> None:
        current = None
        lengths_of: list[int] = []
        for field, term, packed in items.terms():
            if field != current:
                if current is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                current, lengths_of = field, _lengths(lengths, field)
            if len(packed) <= _BLOCK:
                # Most terms of a lexicon stand on few pages.
                self._write_short(term, packed, lengths_of)
                continue
            self.start_term(term)
            for start in range(0, len(packed), _BLOCK):
                self._fill(packed[start : start + _BLOCK], lengths_of)
            self.finish_term()
        if current is not None:
            self.finish_field()

    def _fill(self, packed: array[int], lengths_of: list[int]) -> None:
        writer = self._postwriter
        if writer._ids:
            writer._write_block()
        docnums = [each >> _DOCNUM_SHIFT for each in packed]
        weights = [each & _WEIGHT for each in packed]
        writer._ids = array("I", docnums)
        writer._weights = array("f", weights)
        writer._maxweight = float(max(weights))
        known = _known(docnums, lengths_of)
        if known:
            writer._minlength, writer._maxlength = min(known), max(known)

    def _write_short(self, term: bytes, packed: array[int], lengths_of: list[int]) -> None:
        """A term of one block: what `start_term`, `_fill` and `finish_term` would write."""
        kept: float | tuple[float, ...] | None
        if len(packed) == 1:
            # Half of a lexicon stands on one page only.
            docnums = [packed[0] >> _DOCNUM_SHIFT]
            most = total = float(packed[0] & _WEIGHT)
            kept, steps = (None if most == 1.0 else most), tuple(docnums)
        else:
            docnums = [each >> _DOCNUM_SHIFT for each in packed]
            weights = [float(each & _WEIGHT) for each in packed]
            most, total = max(weights), sum(weights)
            alike = min(weights) == most
            kept = (None if most == 1.0 else most) if alike else tuple(weights)
            steps = (docnums[0], *(later - each for each, later in pairwise(docnums)))
        data = pickle.dumps((steps, kept, None), 2)
        known = _known(docnums, lengths_of)
        shortest = length_to_byte(min(known)) if known else 0
        longest = length_to_byte(max(known)) if known else 0
        head = (len(docnums), docnums[-1], most, _COMPRESSION, shortest, longest)
        info = pickle.dumps(head, 2)
        block = b"".join(
            (whoosh3.WHOOSH3_HEADER_MAGIC, _INT.pack(-len(info) - len(data)), info, data)
        )
        offset = self._postfile.tell()
        self._postfile.write(block)
        bounds = (len(docnums), shortest, longest, most, docnums[0], docnums[-1])
        self._add_term(
            _SHORT.pack(self._fieldid) + term,
            _TERM_INFO.pack(0, total, *bounds) + _LONG.pack(offset) + _INT.pack(len(block)),
        )

    def _add_term(self, key: bytes, value: bytes) -> None:
        """What `add` of the term index does for keys that come in order."""
        index = self._tindex
        file = index.dbfile
        at = file.tell()
        index.index.append(at)
        file.write(_LENGTHS.pack(len(key), len(value)) + key + value)
        digest = int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:], "big")
        index.buckets[digest & 255].append((digest, at))
        index.lastkey = key


def _known(docnums: list[int], lengths_of: list[int]) -> list[int]:
    return [length for docnum in docnums if (length := lengths_of[docnum])] if lengths_of else []


def _lengths(lengths: Any, field: str) -> list[int]:
    length_of = lengths.doc_field_length_reader(field)
    found = [length_of(docnum) or 0 for docnum in range(lengths.doc_count_all())]
    return found if any(found) else []


class BulkCodec(_Codec):  # type: ignore[misc]
    """Writes through `BulkFieldWriter`; what it writes names Whoosh's own codec, and is read by
    it."""

    def __init__(self) -> None:
        super().__init__(compression=_COMPRESSION)

    def field_writer(self, storage: Any, segment: Any) -> BulkFieldWriter:
        return BulkFieldWriter(self, storage, segment)

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return _Segment(_Codec(), indexname)
