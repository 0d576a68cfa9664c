"""Real files and the demo archive's texts: none of them is taken for another's double."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pypdfium2
import pytest

from archive.core.likeness import Matches, Overlap, judge, match_pages, signature_of
from archive.core.text import clean_text

Book = dict[int, bytes]


def read(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [clean_text(page.get_textpage().get_text_range()) for page in document]


def signed(texts: list[str]) -> Book:
    made = ((number, signature_of(text)) for number, text in enumerate(texts, start=1))
    return {number: signature.marks for number, signature in made if signature is not None}


def overlap(ours: Book, theirs: Book) -> tuple[Overlap, Matches]:
    matches = match_pages(ours, theirs)
    figures = Overlap(len(matches.ours), len(ours), len(matches.theirs), len(theirs))
    return figures, matches


@pytest.fixture(scope="module")
def texts(corpus: Path) -> dict[str, list[str]]:
    # Longer files only repeat what the others show.
    names = sorted(
        path for path in (corpus / "vi").glob("*.pdf") if path.stat().st_size < 2_000_000
    )
    return {path.name: read(path) for path in names}


@pytest.mark.corpus
def test_no_two_files_of_the_corpus_are_alike(texts: dict[str, list[str]]) -> None:
    books = {name: book for name, pages in texts.items() if (book := signed(pages))}
    assert len(books) > 15
    for one, two in combinations(books, 2):
        figures, matches = overlap(books[one], books[two])
        assert judge(figures, other_edition=False) is None, (one, two, matches)


@pytest.mark.corpus
def test_real_file_is_recognised_among_all_others_with_its_words_misread(
    texts: dict[str, list[str]],
) -> None:
    import random

    from bench.misread import misread

    chance = random.Random(1)
    books = {name: book for name, pages in texts.items() if len(book := signed(pages)) >= 2}
    for name, book in books.items():
        scan = signed([misread(text, 0.08, chance) for text in texts[name]])
        assert judge(overlap(scan, book)[0], other_edition=False) == "same_text", name
