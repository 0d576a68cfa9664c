"""A segment's live documents taken into the one being made, without reading its postings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from archive.search.analysis import RECORD, SYLLABLES, weighted_texts
from archive.search.arrays import ArrayFile, DamagedArraysError
from archive.search.engine import FORWARD, beside, open_segment
from archive.search.forward import Forward, forward_of


def absorb_segment(writer: Any, segment: Any) -> bool:
    """Adds what is live in the segment to the writer; False, and nothing done, where the
    segment's forward file is gone or damaged: such a segment stays as it is until a rebuild."""
    folder = Path(writer.storage.folder)
    try:
        forward = forward_of(ArrayFile(beside(folder, segment, FORWARD)))
    except (FileNotFoundError, DamagedArraysError):
        return False
    reader = open_segment(folder, writer.schema, segment)
    try:
        _absorb(writer, reader, forward)
    finally:
        reader.close()
    return True


def _absorb(writer: Any, reader: Any, forward: Forward) -> None:
    first = writer.docnum
    docs = list(reader.all_doc_ids())
    place = {doc: first + at for at, doc in enumerate(docs)}
    writer.write_per_doc(set(writer.schema.names()), reader)
    stream = writer.pool.words
    stream.add_forward(forward, np.array(docs, np.int64))
    for field in reader.indexed_field_names():
        if field == SYLLABLES:
            continue
        for term in reader.lexicon(field):
            matcher = reader.postings(field, term)
            while matcher.is_active():
                writer.pool.add((field, term, place[matcher.id()], matcher.weight(), b""))
                matcher.next()
    for doc in docs:
        record = reader.stored_fields(doc).get(RECORD)
        if record is not None:
            writer.pool.records.append((place[doc], record))
            stream.repeat(place[doc], weighted_texts(json.loads(record)["texts"]))
    writer._added = True
