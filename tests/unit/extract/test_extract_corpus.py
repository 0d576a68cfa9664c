"""Real and hostile files: each gives pages or an error of ours, within its limits."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import archive
from archive.core.errors import ArchiveError, UnknownFileTypeError
from archive.extract import Limits, check, describe, extract, identify, render

CORPUS = Path(archive.__file__).resolve().parent.parent.parent / "shared" / "corpus"
TESTED = Limits(
    cpu_seconds=1, cpu_seconds_per_page=0.05, check_cpu_seconds=2, structure_cpu_seconds=1
)

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(180)]


def files(folder: str) -> list[Path]:
    if not (CORPUS / folder).is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("the folder of real files is missing beside the checkout")
        pytest.skip("the folder of real files is not beside this checkout")
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
    assert kind.code == "docx" or drawn or pages[0].problem
    return "pages"


def outcomes(folder: str) -> Counter[str]:
    with ThreadPoolExecutor(2) as pool:
        return Counter(pool.map(outcome, files(folder)))


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


def test_word_files_are_read_and_their_forerunners_refused_by_name():
    for path in files("doc"):
        if path.suffix.lower() == ".docx":
            assert outcome(path) == "pages"
        else:
            with pytest.raises(UnknownFileTypeError) as refused:
                identify(path, path.name)
            assert refused.value.data["detected"] == "doc"


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
