"""Real and hostile files: each gives pages or an error of ours, within its limits."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import archive
from archive.core.errors import ArchiveError
from archive.extract import Limits, check, describe, extract, identify, render
from archive.extract.doc_program import catdoc_program
from archive.extract.results import PageText
from tests.conftest import missing

CORPUS = Path(archive.__file__).resolve().parent.parent.parent / "shared" / "corpus"
TESTED = Limits(
    cpu_seconds=1, cpu_seconds_per_page=0.05, check_cpu_seconds=2, structure_cpu_seconds=1
)

# The files with lines in legacy fonts, and on how many pages.
REPAIRED = {"legacy_005.pdf": 3, "legacy_009.pdf": 1}

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(180)]


def files(folder: str) -> list[Path]:
    if not (CORPUS / folder).is_dir():
        missing("the folder of real files beside this checkout")
    return sorted((CORPUS / folder).iterdir())


def outcome(path: Path) -> str:
    """ "pages" where every page was read and the first drawn; else the code of the error."""
    try:
        kind = identify(path, path.name, limits=TESTED)
        summary = check(path, kind, limits=TESTED)
        with extract(path, kind, limits=TESTED) as reading:
            pages = list(reading)
        assert len(pages) == reading.page_count == summary.pages
        drawn = list(render(path, kind, pages=[1], widths_px=(320,), limits=TESTED))
    except ArchiveError as error:
        return error.code
    assert kind.code in ("docx", "doc") or drawn or pages[0].problem
    return "pages"


def outcomes(folder: str) -> Counter[str]:
    with ThreadPoolExecutor(2) as pool:
        return Counter(pool.map(outcome, files(folder)))


@pytest.mark.slow
def test_every_hostile_file_ends_with_pages_or_an_error_of_ours():
    seen = outcomes("nasty")
    assert set(seen) <= {
        "pages",
        "file_empty",
        "file_type_unknown",
        "file_misnamed",
        "file_encrypted",
        "file_damaged",
        "limit_reached",
    }
    # All of these ways out occur; most files, odd as they are, are read.
    assert seen["pages"] > 60
    assert seen["file_encrypted"] >= 8
    assert seen["file_damaged"] >= 4
    assert seen["limit_reached"] >= 4


def test_every_vietnamese_publication_is_read():
    assert set(outcomes("vi")) == {"pages"}


def test_every_scan_is_read_as_pages():
    assert set(outcomes("img")) == {"pages"}


def test_word_files_are_read():
    for path in files("doc"):
        readable = path.suffix.lower() == ".docx" or catdoc_program() is not None
        assert outcome(path) == ("pages" if readable else "file_type_unknown")


def expected_ocr(name: str, page: PageText) -> bool:
    """Which pages of the corpus have to be read from their picture, as eyes see them."""
    if name.startswith("scan_") or name in ("mixed_073.pdf", "mixed_079.pdf"):
        return True  # Scans: nothing, or a stamp.
    # Two pages that are one screenshot each; a slide of a title above another; an empty sheet.
    places = {"born_068.pdf": (30, 31), "mixed_077.pdf": (4,), "mixed_080.pdf": (11,)}
    return page.number in places.get(name, ())


def test_every_page_of_every_publication_is_judged_as_eyes_judge_it():
    wrong: list[tuple[str, int]] = []
    repaired: Counter[str] = Counter()
    scores: list[float] = []
    for path in files("vi"):
        with extract(path, identify(path, path.name)) as reading:
            for page in reading:
                if page.needs_ocr != expected_ocr(path.name, page):
                    wrong.append((path.name, page.number))
                if page.text_source == "repaired":
                    repaired[path.name] += 1
                    assert page.text_before not in (None, page.text)
                if not page.needs_ocr and page.text_score is not None:
                    scores.append(page.text_score)
    assert wrong == []
    assert dict(repaired) == REPAIRED
    assert min(scores) >= 0.8


def test_born_digital_text_reads_as_vietnamese():
    path = next(path for path in files("vi") if path.name == "born_046.pdf")
    with extract(path, identify(path, path.name)) as reading:
        pages = list(reading)
    assert len(pages) == 28
    boxed = sum(len(page.words) for page in pages)
    assert boxed >= 0.99 * sum(len(page.text.split()) for page in pages)
    info = describe(path, identify(path, path.name))
    assert info.title == "BÀI MỞ ĐẦU"
    assert len(info.outline) == 28
