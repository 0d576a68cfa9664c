"""The table of contents and the labels printed on pages, from a PDF to the reader."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdf
import pytest
from pypdf.constants import PageLabelStyle

from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.models import File, Publication
from archive.services import deposits, outlines
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import find_unit
from archive.web.outline import outline_rows
from archive.web.publications.facts import contents_lines
from tests.conftest import make_pdf
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

PARTS = [("Lời nói đầu", 0, 0), ("Phần một", 2, 0), ("Chương 1", 2, 1), ("Chương 2", 4, 1)]


def book() -> bytes:
    """Six pages: two in front (i, ii), four numbered from 1, with an outline of two levels."""
    plain = make_pdf(*(f"Trang giấy thứ {n}" for n in range(1, 7)))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(plain))
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 5, style=PageLabelStyle.DECIMAL, prefix="A-")
    parents: dict[int, object] = {}
    for title, index, level in PARTS:
        parents[level] = writer.add_outline_item(
            title=title, page_number=index, parent=parents.get(level - 1)
        )
    stored = io.BytesIO()
    writer.write(stored)
    return stored.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("outline")) as made:
        yield made


@pytest.fixture(scope="module")
def two_files(archive: Standing) -> str:
    """A cover of one page in a file of its own, then the book."""
    publication_id = new_id()
    names = {"bia.pdf": make_pdf("Bìa"), "ruot.pdf": book()}
    received = {
        name: archive.holdings.incoming.receive(io.BytesIO(data), limit_bytes=10_000_000)
        for name, data in names.items()
    }
    with archive.holdings.database.writing() as session:
        unit = find_unit(session, "so-van-hoa")
        assert unit is not None
        deposits.deposit(
            session,
            archive.holdings,
            publication_id=publication_id,
            record=RecordInput(title="Hai tệp", access=Access.PUBLIC),
            files=[check_file(file, name) for name, file in received.items()],
            unit=unit,
            status=Status.ACCEPTED,
            by=SYSTEM,
        )
        session.commit()
    archive.work()
    return publication_id


def contents(answer) -> list[tuple[str, str, int]]:
    """The table of contents on a page: title, address, depth."""
    found = []
    for item in page(answer).iter("{*}a"):
        if item.get("class") == "outline__link":
            depth = sum(e.get("class") == "outline" for e in item.iterancestors())
            title = next(e for e in item.iter("{*}span") if e.get("class") == "outline__title")
            found.append((words_of(title), str(item.get("href")), depth))
    return found


def test_outline_leads_to_pages_counted_through_all_files(archive, two_files):
    base = f"/an-pham/{two_files}/trang"
    expected = [
        ("Lời nói đầu", f"{base}/2", 1),
        ("Phần một", f"{base}/4", 1),
        ("Chương 1", f"{base}/4", 2),
        ("Chương 2", f"{base}/6", 2),
    ]
    reader = archive.client("anonymous")
    assert contents(reader.get(f"/an-pham/{two_files}")) == expected
    assert contents(reader.get(f"{base}/1")) == expected
    words = words_of(page(reader.get(f"/an-pham/{two_files}")))
    assert "Chương 2 trang A-3" in words


@pytest.mark.parametrize(
    ("number", "part"), [(1, None), (2, "Lời nói đầu"), (3, "Lời nói đầu"), (4, "Chương 1"),
                         (5, "Chương 1"), (7, "Chương 2")],
)  # fmt: skip
def test_part_that_is_read_is_marked(archive, two_files, number, part):
    answer = archive.client("anonymous").get(f"/an-pham/{two_files}/trang/{number}")
    marked = [
        words_of(e) for e in elements(page(answer), "a") if e.get("aria-current") == "location"
    ]
    assert [words.split(" trang")[0] for words in marked] == ([part] if part else [])


def test_searched_words_go_along_into_the_contents(archive, two_files):
    answer = archive.client("anonymous").get(f"/an-pham/{two_files}/trang/1?q=giay")
    assert contents(answer)[0][1] == f"/an-pham/{two_files}/trang/2?q=giay"


@pytest.mark.parametrize(
    ("typed", "number"), [("i", 2), ("II", 3), ("A-3", 6), ("a-1", 4), ("1", 1), ("7", 7),
                          (" A-4 ", 7)],
)  # fmt: skip
def test_page_is_found_by_what_is_printed_on_it_then_by_its_place(
    archive, two_files, typed, number
):
    answer = archive.client("anonymous").get(
        f"/an-pham/{two_files}/trang", query_string={"so": typed, "q": "giay"}
    )
    assert answer.status_code == 302
    assert answer.location == f"/an-pham/{two_files}/trang/{number}?q=giay"


@pytest.mark.parametrize("typed", ["99", "0", "A-9", "<b>", "", "²"])
def test_page_that_is_not_there_is_told_where_one_was(archive, two_files, typed):
    answer = archive.client("anonymous").get(
        f"/an-pham/{two_files}/trang", query_string={"so": typed, "tu": "3"}
    )
    assert answer.status_code == 404
    root = page(answer)
    assert "Ấn phẩm không có trang" in words_of(root)
    assert place_of(root) == ("ii", "(3 / 7)")


def place_of(root):
    """What the reader says of where one is: the label in its box, and the place beside it."""
    (field,) = [e for e in elements(root, "input") if e.get("name") == "so"]
    (where,) = [e for e in elements(root, "span") if e.get("class") == "reader__where"]
    return field.get("value"), words_of(where)


def test_label_shows_in_reader_thumbs_and_hits(archive, two_files):
    reader = archive.client("anonymous")
    assert place_of(page(reader.get(f"/an-pham/{two_files}/trang/6"))) == ("A-3", "(6 / 7)")
    assert place_of(page(reader.get(f"/an-pham/{two_files}/trang/1"))) == ("1", "/ 7")
    assert "Trang A-3" in words_of(page(reader.get(f"/an-pham/{two_files}")))
    assert "Trang A-3" in words_of(page(reader.get("/tim-kiem?q=%22giấy thứ 5%22")))


def test_contents_of_a_closed_publication_are_not_told(archive):
    closed = archive.put("Kín", book(), access=Access.RESTRICTED)
    archive.work()
    reader = archive.client("anonymous")
    for path in (f"/an-pham/{closed}", f"/an-pham/{closed}/trang?so=A-1"):
        answer = reader.get(path)
        assert answer.status_code == 404
        assert "Chương 1" not in answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def plain(archive: Standing) -> str:
    publication_id = archive.put("Lạ", make_pdf("Một", "Hai"))
    archive.work()
    return publication_id


def outlined(archive: Standing, publication_id: str, outline: list[dict[str, object]]):
    """The parts once the publication's file has this outline."""
    with archive.holdings.database.writing() as session:
        session.query(File).filter_by(publication_id=publication_id).one().outline = outline
        session.commit()
    with archive.holdings.database.reading() as session:
        return outlines.load_outline(session, publication_id)


def test_outline_without_titles_or_pages_and_of_leaping_levels(archive, plain):
    strange = [
        {"title": " Mo\u031b\u0301 ", "page": 1, "level": 3},
        {"title": "", "page": 1, "level": 0},
        {"title": "Ngoài sách", "page": 99, "level": 0},
        {"title": "Sâu", "page": 2, "level": 7},
        {"title": "Nông", "page": None, "level": 1},
    ]
    parts = outlined(archive, plain, strange)
    assert [(part.title, part.number) for part in parts] == [
        ("Mớ", 1), ("Ngoài sách", None), ("Sâu", 2), ("Nông", None),
    ]  # fmt: skip
    rows = outline_rows(parts, str)
    assert [(row.title, [inner.title for inner in row.parts]) for row in rows] == [
        ("Mớ", []),
        ("Ngoài sách", ["Sâu", "Nông"]),
    ]
    assert archive.client("anonymous").get(f"/an-pham/{plain}").status_code == 200


def test_very_long_outline_loses_its_deepest_levels_first(archive, plain):
    long = [{"title": f"Mục {n}", "page": 1, "level": n % 2} for n in range(900)]
    parts = outlined(archive, plain, long)
    assert len(parts) == 450
    assert {part.level for part in parts} == {0}


def test_contents_of_the_record_are_left_out_where_the_outline_says_the_same():
    parts = [outlines.OutlinePart(title, index, "", level) for title, index, level in PARTS]
    rows = outline_rows(parts, str)
    same = Publication(contents="Lời nói đầu\n\n  Phần một \n")
    other = Publication(contents="Lời nói đầu\nPhần 1")
    assert contents_lines(same, rows) == []
    assert contents_lines(same, ()) == ["Lời nói đầu", "Phần một"]
    assert contents_lines(other, rows) == ["Lời nói đầu", "Phần 1"]
