"""The look at the first and last pages of a file that is not deposited yet."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from archive.core.errors import DamagedFileError, LimitReachedError
from archive.extract.limits import Limits
from archive.extract.peeking import peek
from archive.extract.sniff import identify
from tests.unit.extract.extract_samples import changed, typeset


def _titled(writer: pypdf.PdfWriter) -> None:
    writer.add_metadata({"/Title": "Về nguồn Pác Bó"})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "sach.pdf"
    path.write_bytes(changed(typeset(tuple(f"Trang thứ {n}" for n in range(1, 13))), _titled))
    return path


def test_only_the_first_and_last_pages_are_read(book):
    seen = peek(book, identify(book, "sach.pdf"))
    assert [page.number for page in seen.pages] == [1, 2, 3, 4, 5, 10, 11, 12]
    assert seen.pages[-1].text.strip() == "Trang thứ 12"
    assert (seen.title, seen.page_count) == ("Về nguồn Pác Bó", 12)
    assert all(page.words == () for page in seen.pages)


@pytest.mark.parametrize(("count", "numbers"), [(1, [1]), (6, [1, 2, 3, 4, 5, 6])])
def test_a_short_file_gives_each_page_once(tmp_path, count, numbers):
    path = tmp_path / "ngan.pdf"
    path.write_bytes(typeset(tuple(f"Trang {n}" for n in range(count))))
    seen = peek(path, identify(path, "ngan.pdf"))
    assert [page.number for page in seen.pages] == numbers


def test_decomposed_plain_text_comes_out_composed(tmp_path):
    path = tmp_path / "to.txt"
    path.write_text("Đường về Pa\u0301c Bo\u0301\fTrang cuối", encoding="utf-8")
    seen = peek(path, identify(path, "to.txt"))
    assert [page.text for page in seen.pages] == ["Đường về Pác Bó", "Trang cuối"]
    assert seen.title is None


def test_a_page_with_too_much_text_meets_its_limit(book):
    with pytest.raises(LimitReachedError):
        peek(book, identify(book, "sach.pdf"), limits=Limits(page_text_bytes=4))


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "hong.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of the kind\n%%EOF")
    with pytest.raises(DamagedFileError):
        peek(path, identify(path, "hong.pdf"))
