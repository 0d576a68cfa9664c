"""What the bulk writer leaves on disk is what Whoosh's own writer leaves."""

from __future__ import annotations

import random
from importlib.metadata import version

import pytest
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from archive.search import postings
from archive.search.analysis import SYLLABLES, TITLE, WORK, build_schema
from archive.search.postings import BulkCodec, PostingPool, add_page


class PlainPool:
    """A pool as Whoosh's own field writer wants it: a posting at a time, in order."""

    def __init__(self):
        self.postings = []
        self.add = self.postings.append

    def iter_postings(self):
        return iter(sorted(self.postings))

    def cleanup(self):
        self.postings.clear()


def text_of(counts):
    return " ".join(word for word, times in counts.items() for _ in range(times))


def add_plainly(writer, counts):
    writer.add_document(**{SYLLABLES: counts})


def add_in_bulk(writer, counts):
    add_page(writer, text_of(counts))


def documents(seed):
    chosen = random.Random(seed)
    syllables = [f"từ{n}" for n in range(400)]
    for number in range(300):
        size = chosen.choice((0, 1, 5, 80))
        counts = {
            syllables[int(len(syllables) * chosen.random() ** 3)]: chosen.choice(
                (1, 1, 1, 2, 9, 300)
            )
            for _ in range(size)
        }
        # One word on every page: more than two blocks of postings.
        yield {SYLLABLES: {"cao": chosen.randint(1, 3), **counts}, "key": f"w{number}"}


def written(folder, codec, pool, seed, *, add):
    """The bytes of each file of the segment, by ending."""
    folder.mkdir()
    FileIndex.create(FileStorage(str(folder)), build_schema(), "MAIN")
    index = FileIndex(FileStorage(str(folder)), indexname="MAIN")
    writer = SegmentWriter(index, codec=codec, compound=False)
    writer.pool = pool
    for number, document in enumerate(documents(seed)):
        if number % 3:
            add(writer, document[SYLLABLES])
            continue
        if isinstance(pool, PostingPool):
            pool.words.add_record([(text_of(document[SYLLABLES]), 1)])
        fields = {SYLLABLES: document[SYLLABLES], WORK: document["key"]}
        if seed % 2:
            fields[TITLE] = {"cao": 4}
        writer.add_document(**fields)
    writer.commit(merge=False)
    found = {
        path.name.partition(".")[2]: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix in (".trm", ".pst", ".col")
    }
    assert len(found) > 2, "terms, postings and lengths"
    return found


@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_bulk_writer_writes_the_same_bytes(tmp_path, monkeypatch, seed, compression):
    if compression:
        monkeypatch.setattr(postings, "_COMPRESSED_DOCS", 100)
    ours = written(tmp_path / "ours", BulkCodec(), PostingPool(), seed, add=add_in_bulk)
    codec = W3Codec(compression=compression)
    theirs = written(tmp_path / "theirs", codec, PlainPool(), seed, add=add_plainly)
    assert ours == theirs


@pytest.mark.parametrize(("small", "pages"), [(5, 66_000), (600, 66_000)])
def test_large_segment_is_read_wherever_its_stored_records_end(archive, make, small, pages):
    """Whoosh writes where they begin, in a type that the last of them may be too large for."""
    works = [make(f"w{n}", "Sách", "lúa") for n in range(small)]
    archive.index.rebuild([*works, make("w999", "Lớn", *["ngô"] * pages)])
    assert archive.index.status().healthy
    assert archive.search("lúa").total == small
    assert archive.search("ngô").total_pages == pages
    archive.index.rebuild([make("w1", "Lớn", *["ngô"] * pages), make("w2", "Không trang")])
    assert archive.search("trang").total == 1
    assert archive.index.status().healthy


def test_segments_name_whooshs_own_codec(tmp_path):
    """An index made by this version is read where this module has moved or gone."""
    written(tmp_path / "ours", BulkCodec(), PostingPool(), 1, add=add_in_bulk)
    index = FileIndex(FileStorage(str(tmp_path / "ours")), indexname="MAIN")
    assert [type(segment.codec()) for segment in index._read_toc().segments] == [W3Codec]


def test_written_against_this_version_of_whoosh():
    """Another version may lay its files out anew: compare bytes before trusting it."""
    assert version("whoosh3") == "3.54.0"
