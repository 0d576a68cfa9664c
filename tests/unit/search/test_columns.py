"""Columns of words, and how many of them are kept."""

import numpy as np

from archive.search.columns import Column, ColumnCache

NOWHERE = Column(np.zeros(0, np.int32), np.zeros(0, np.uint16), 0)


def test_columns_of_words_that_stand_nowhere_take_room_too():
    cache = ColumnCache(100_000)
    for word in range(10_000):
        cache.get(word, lambda: NOWHERE)
    kept = [word for word in range(10_000) if cache.peek(word)]
    assert 50 <= len(kept) <= 100
    assert kept[-1] == 9_999, "the last asked for stay"


def test_a_column_larger_than_all_room_is_made_and_not_kept():
    row = Column(None, np.ones(200_000, np.uint16), 200_000)
    cache = ColumnCache(100_000)
    assert cache.get("word", lambda: row) is row
    assert cache.peek("word") is None
