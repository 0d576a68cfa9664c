"""The words of a segment being made, and how they reach its files: a term at a time.

Whoosh's own writer takes one posting at a time through five calls, and its pool sorts one tuple
per posting. Here a page's words become numbers in a list, which is the forward file, and the
postings are counted from it at once when the segment is closed. What Whoosh's files then hold is
what Whoosh would have written, bit for bit (a test compares).

Written against whoosh3 3.54, whose posting writer's buffers (`_ids`, `_weights` and the bounds
beside them) are not part of its documented interface.
"""

from __future__ import annotations

import pickle
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import whoosh3
from whoosh.util.numeric import byte_to_length, length_to_byte

from archive.core.text import canonical, clean_text, find_tokens
from archive.search.analysis import SYLLABLES
from archive.search.arrays import Array
from archive.search.derived import MAX_FREQUENCY, count_postings
from archive.search.forward import BREAK, Forward, Lexicon
from archive.search.segment_files import SegmentWords, write_segment_files

_Posting = tuple[str, bytes, int, float, bytes]
_Term = tuple[str, bytes, list[int], list[float]]
_FieldWriter: Any = whoosh3.W3FieldWriter
_DocumentWriter: Any = whoosh3.W3PerDocWriter
_Codec: Any = whoosh3.W3Codec
_Segment: Any = whoosh3.W3Segment

_STORED = "_stored"
# The column of what up to so many documents store does without the places of its values.
_WITHOUT_PLACES = 1 << 15
_BLOCK = 128
# A large segment is compressed: its postings take a third of the bytes. One that holds a work or
# two is soon merged with others, and is made while its depositor waits.
_COMPRESSED_DOCS = 2_000
_COMPRESSION = 1
_SHORT = struct.Struct("!H")
_INT = struct.Struct("!i")
_LENGTHS = struct.Struct("!ii")
_LONG = struct.Struct("!q")
_TERM_INFO: struct.Struct = whoosh3.W3TermInfo._struct
# Whoosh keeps a document's length in one byte; what a search reads back is the rounded one.
_KEPT_LENGTHS = np.array(
    [byte_to_length(length_to_byte(length)) for length in range(1 << 16)], np.uint32
)


class _Numbers(dict[str, int]):
    """A token as it stands in a text → a number for its canonical form, given as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[str] = []
        self._of_form: dict[str, int] = {}

    def __missing__(self, token: str) -> int:
        number = self[token] = self.of_form(canonical(token))
        return number

    def of_form(self, form: str) -> int:
        number = self._of_form.get(form)
        if number is None:
            self.forms.append(form)
            number = self._of_form[form] = len(self.forms)
        return number


class WordStream:
    """The words of the documents of a segment being made.

    A document is a number of texts, each with a weight; a word of a text of weight 3 counts three
    times in the postings and once in the forward file.
    """

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._tokens = array("I")
        self._offsets = array("Q", (0,))
        self._more_tokens = array("I")
        self._more_docs = array("I")

    def add_page(self, text: str) -> int:
        """A document of one text; how many words it has."""
        numbers = self._numbers
        self._tokens.extend([numbers[token] for token in find_tokens(clean_text(text))])
        return self._close()

    def add_record(self, texts: Iterable[tuple[str, int]]) -> None:
        """A document of several texts with their weights."""
        held = list(texts)
        self.repeat(len(self), held)
        for text, _ in held:
            found = [self._numbers[token] for token in find_tokens(clean_text(text))]
            if found:
                self._tokens.extend(found)
                self._tokens.append(BREAK)
        self._close()

    def add_forward(self, forward: Forward, docs: Array) -> None:
        """Documents of a finished segment as they are, but for the weights of their texts."""
        tokens, ends = forward.gather(docs)
        numbers = np.zeros(len(forward.lexicon) + 1, np.uint32)
        for number in np.unique(tokens[tokens != BREAK]).tolist():
            numbers[number] = self._numbers.of_form(forward.lexicon.form(number))
        self._offsets.extend((len(self._tokens) + ends).tolist())
        self._tokens.frombytes(numbers[tokens].tobytes())

    def repeat(self, number: int, texts: Iterable[tuple[str, int]]) -> None:
        """Weighs the texts of a document that is there already (see `add_record`)."""
        for text, weight in texts:
            found = [self._numbers[token] for token in find_tokens(clean_text(text))]
            self._more_tokens.extend(found * (weight - 1))
            self._more_docs.extend([number] * (len(found) * (weight - 1)))

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self._offsets) - 1

    def _close(self) -> int:
        begin = self._offsets[-1]
        self._tokens.append(BREAK)
        self._offsets.append(len(self._tokens))
        return len(self._tokens) - begin - self._tokens[begin:].count(BREAK)

    def finish(self) -> SegmentWords:
        """The words as they are written."""
        numbers = self._numbers
        lexicon = Lexicon.of(numbers.forms)
        place = {form: number for number, form in enumerate(lexicon.forms(), 1)}
        final = np.array([BREAK, *(place[form] for form in numbers.forms)], np.uint32)
        tokens = final[np.frombuffer(self._tokens, np.uint32)]
        offsets = np.frombuffer(self._offsets, np.uint64).astype(np.uint32)
        docs = np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(offsets))
        more = final[np.frombuffer(self._more_tokens, np.uint32)]
        more_docs = np.frombuffer(self._more_docs, np.uint32)
        first, found, times = count_postings(
            np.concatenate((tokens, more)), np.concatenate((docs, more_docs)), len(lexicon)
        )
        lengths = np.bincount(found, times, len(self)).astype(np.int64)
        kept = _KEPT_LENGTHS[np.minimum(lengths, len(_KEPT_LENGTHS) - 1)]
        return SegmentWords(Forward(tokens, offsets, lexicon), first, found, times, kept)


class PostingPool:
    """The postings of a segment being made: the words of its documents as a `WordStream`, and
    those of the few other fields by term. It takes the place of Whoosh's pool."""

    def __init__(self) -> None:
        self.words = WordStream()
        self.records: list[tuple[int, str]] = []
        """The stored records of works with the documents they stand in, in order."""
        self.finished: SegmentWords | None = None
        self._fields: dict[str, dict[bytes, tuple[list[int], list[float]]]] = {}

    def add(self, item: _Posting) -> None:
        field, term, docnum, weight, _ = item
        if field == SYLLABLES:
            return  # these are counted from the words
        docnums, weights = self._fields.setdefault(field, {}).setdefault(term, ([], []))
        docnums.append(docnum)
        weights.append(weight)

    def iter_postings(self) -> PostingPool:
        """The pool itself: `BulkFieldWriter` takes the postings by term."""
        return self

    def terms(self) -> Iterator[_Term]:
        """Every term in order, with its documents and its weights there."""
        self.finished = self.words.finish() if len(self.words) else None
        for field in sorted({*self._fields, SYLLABLES}):
            if field == SYLLABLES:
                if self.finished is not None:
                    yield from _syllable_terms(self.finished)
                continue
            for term, (docnums, weights) in sorted(self._fields[field].items()):
                yield field, term, docnums, weights

    def cleanup(self) -> None:
        self._fields.clear()
        self.words = WordStream()


def _syllable_terms(words: SegmentWords) -> Iterator[_Term]:
    first = words.first.tolist()
    weights = np.minimum(words.times, MAX_FREQUENCY).astype(np.float32)
    by_form = sorted((form.encode(), n) for n, form in enumerate(words.forward.lexicon.forms(), 1))
    for term, number in by_form:
        begin, end = first[number], first[number + 1]
        yield SYLLABLES, term, words.docs[begin:end].tolist(), weights[begin:end].tolist()


def add_page(writer: Any, text: str) -> None:
    """Adds a document of this text alone, as `writer.add_document` would, past its fields."""
    length = writer.pool.words.add_page(text)
    documents = writer.perdocwriter
    documents.start_doc(writer.docnum)
    documents.add_field(SYLLABLES, writer.schema[SYLLABLES], None, length)
    documents.finish_doc()
    writer._added = True
    writer.docnum += 1


class BulkFieldWriter(_FieldWriter):  # type: ignore[misc]
    """Whoosh's field writer, fed by the term."""

    def add_postings(self, schema: Any, lengths: Any, items: PostingPool) -> None:
        self._compression = _COMPRESSION if len(items.words) > _COMPRESSED_DOCS else 0
        self._codec._compression = self._compression
        current = None
        lengths_of: list[int] = []
        for field, term, docnums, weights in items.terms():
            if field != current:
                if current is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                current, lengths_of = field, _lengths(lengths, field)
            if len(docnums) <= _BLOCK:
                # Most terms of a lexicon stand on few pages.
                self._write_short(term, docnums, weights, lengths_of)
                continue
            self.start_term(term)
            for start in range(0, len(docnums), _BLOCK):
                block = slice(start, start + _BLOCK)
                self._fill(docnums[block], weights[block], lengths_of)
            self.finish_term()
        if current is not None:
            self.finish_field()
        if items.finished is not None:
            write_segment_files(
                Path(self._storage.folder), self._segment, items.finished, items.records
            )

    def _fill(
        self, docnums: Sequence[int], weights: Sequence[float], lengths_of: Sequence[int]
    ) -> None:
        writer = self._postwriter
        if writer._ids:
            writer._write_block()
        writer._ids = array("I", docnums)
        writer._weights = array("f", weights)
        writer._maxweight = float(max(weights))
        known = _known(docnums, lengths_of)
        if known:
            writer._minlength, writer._maxlength = min(known), max(known)

    def _write_short(
        self,
        term: bytes,
        docnums: Sequence[int],
        weights: Sequence[float],
        lengths_of: Sequence[int],
    ) -> None:
        """A term of one block: what `start_term`, `_fill` and `finish_term` would write."""
        kept: float | tuple[float, ...] | None
        if len(docnums) == 1:
            # Half of a lexicon stands on one page only.
            most = total = float(weights[0])
            kept, steps = (None if most == 1.0 else most), tuple(docnums)
        else:
            most, total = max(weights), sum(weights)
            alike = min(weights) == most
            kept = (None if most == 1.0 else most) if alike else tuple(weights)
            steps = (docnums[0], *(later - each for each, later in pairwise(docnums)))
        data = pickle.dumps((steps, kept, None), 2)
        compression = self._compression if len(data) >= whoosh3.COMPRESSION_MIN_SIZE else 0
        if compression:
            data = zlib.compress(data, compression)
        known = _known(docnums, lengths_of)
        shortest = length_to_byte(min(known)) if known else 0
        longest = length_to_byte(max(known)) if known else 0
        head = (len(docnums), docnums[-1], most, compression, shortest, longest)
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


def _known(docnums: Sequence[int], lengths_of: Sequence[int]) -> list[int]:
    return [length for docnum in docnums if (length := lengths_of[docnum])] if lengths_of else []


def _lengths(lengths: Any, field: str) -> list[int]:
    length_of = lengths.doc_field_length_reader(field)
    found = [length_of(docnum) or 0 for docnum in range(lengths.doc_count_all())]
    return found if any(found) else []


class DocumentWriter(_DocumentWriter):  # type: ignore[misc]
    """Whoosh's, with an empty value stored for the last document.

    Beyond 32,768 documents Whoosh's column writes where each value begins, but takes hold of these
    places before it adds those of the documents that store nothing behind the last that does. Where
    the next place needs a wider type, it writes too few, and the segment cannot be read.
    """

    _last_stored = -1

    def add_column_value(self, fieldname: str, column: Any, value: Any) -> None:
        super().add_column_value(fieldname, column, value)
        if fieldname == _STORED:
            self._last_stored = self._docnum

    def close(self) -> None:
        if self._doccount > _WITHOUT_PLACES and self._last_stored < self._docnum:
            self.add_column_value(_STORED, whoosh3.STORED_COLUMN, None)
        super().close()


class BulkCodec(_Codec):  # type: ignore[misc]
    """Writes through `BulkFieldWriter`; what it writes names Whoosh's own codec, and is read by
    it."""

    def __init__(self) -> None:
        super().__init__(compression=0)

    def per_document_writer(self, storage: Any, segment: Any) -> DocumentWriter:
        return DocumentWriter(self, storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> BulkFieldWriter:
        made = BulkFieldWriter(self, storage, segment)
        made._storage, made._segment = storage, segment
        return made

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return _Segment(_Codec(), indexname)
