"""A mixed set of files, and all that an archive makes of it: for comparing one that had faults on
the way with one that had none."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pypdf
import pypdfium2
import pytest
import typst
from sqlalchemy import select

from archive.core.errors import EncryptedFileError
from archive.core.roles import SYSTEM
from archive.core.status import JobState
from archive.extract.doc_program import catdoc_program
from archive.extract.recognition import recognition_available
from archive.models import (
    Event,
    File,
    Likeness,
    Page,
    PageMarking,
    PageSignature,
    PageWords,
    Publication,
)
from archive.search.requests import SearchRequest
from archive.search.results import PageItem
from archive.services.catalogue import viewer_of
from archive.services.holdings import Holdings, object_id
from archive.services.indexing import compare
from archive.services.intake import check_file
from archive.services.word_boxes import unpack_words
from bench.legacy import demo_lines, encode_tcvn3, pdf_of_lines
from tests.conftest import CORPUS, ROOT, make_pdf, missing
from tests.integration.conftest import jobs_of, leftovers
from tests.integration.standing import Standing

SCANNED = (
    "Chiều biên giới em ơi có nơi nào xanh hơn",
    "Pác Bó suối Lê-nin núi Các Mác",
    "Đội Việt Nam Tuyên truyền Giải phóng quân",
)
LIMITS = {"page_text_bytes": 6_000}
QUERIES = ("pác bó", "suối lê-nin", "biên giới", "trang 31", "sắc lệnh", "bản giốc", "đội viên")

Given = dict[str, tuple[bytes, str]]


def needs_a_recogniser() -> None:
    found = recognition_available(ROOT / "node_modules")
    if not found.is_ok:
        missing(found.detail)


def printed(*lines: str, side: str = "148mm") -> bytes:
    source = f"#set page(width: {side}, height: {side})\n#set text(size: 15pt)\n"
    made = typst.compile((source + "\n#pagebreak()\n".join(lines)).encode())
    assert isinstance(made, bytes)
    return made


def pictured(kind: str, *lines: str) -> bytes:
    """A picture of each line, as a scanner sends them in one file."""
    with pypdfium2.PdfDocument(printed(*lines)) as document:
        images = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
    written = io.BytesIO()
    more = {"resolution": 200} if kind == "PDF" else {"dpi": (200, 200)}
    images[0].save(written, kind, save_all=True, append_images=images[1:], **more)
    return written.getvalue()


def outlined(pdf: bytes) -> bytes:
    """With an outline, and page labels that begin with two Roman numbers."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_outline_item(title="Lời nói đầu", page_number=0)
    writer.add_outline_item(title="Chương một: Pác Bó", page_number=2)
    writer.set_page_label(0, 1, style="/r")
    writer.set_page_label(2, len(writer.pages) - 1, style="/D")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def locked(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt("bí mật")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def mixed_files() -> Given:
    """What an archive gets in a week: name → bytes, file name."""
    lines = list(demo_lines(160))
    long = outlined(make_pdf(*(f"Trang {n}: {lines[n]}\n{lines[n + 60]}" for n in range(1, 61))))
    given = {
        "limited": (printed("Ngắn", "Bản Giốc", "chữ " * 3_000, side="600mm"), "dài.pdf"),
        "long": (long, "sách.pdf"),
        "longer": (make_pdf(*(f"{lines[n]}\n{lines[n + 60]}" for n in range(1, 41))), "sách.pdf"),
        "scan": (pictured("PDF", *SCANNED), "bản quét.pdf"),
        "marked": (pictured("PDF", "CHÍNH PHỦ", "#align(center)[TỐI MẬT]"), "công văn.pdf"),
        "tiff": (pictured("TIFF", SCANNED[1], SCANNED[2]), "ảnh.tif"),
        "docx": (word("Đội viên tiền phong", *lines[:40]), "văn bản.docx"),
        "txt": (encode_tcvn3("\n".join(lines[:60])).encode("latin-1", "replace"), "cũ.txt"),
        "legacy": (pdf_of_lines([[encode_tcvn3(x) for x in lines[60:90]]] * 3), "abc.pdf"),
    }
    decree = CORPUS / "doc" / "LuatVietNam__App_DocFile_1945_Doc_45000001.DOC"
    if catdoc_program() is not None and decree.is_file():
        given["doc"] = (decree.read_bytes(), "sắc lệnh.doc")
    return given


@dataclass(frozen=True)
class Taken:
    """An archive that took the set in: what is in it, by the names of the set."""

    archive: Standing
    ids: dict[str, str]

    @property
    def holdings(self) -> Holdings:
        return self.archive.holdings


def take_in(archive: Standing, given: Given) -> Taken:
    """The set deposited under the same ids in every archive, and a file that is refused."""
    ids = {name: f"k{number:011d}" for number, name in enumerate(given, start=1)}
    for name, (data, file_name) in given.items():
        archive.put(f"Tập {name}", data, name=file_name, publication_id=ids[name])
    received = archive.holdings.incoming.receive(
        io.BytesIO(locked(given["longer"][0])), limit_bytes=10**7
    )
    with pytest.raises(EncryptedFileError):
        check_file(received, "khóa.pdf")
    archive.holdings.incoming.discard(received)
    return Taken(archive, ids)


def found_by(holdings: Holdings, query: str) -> list[Any]:
    asked = SearchRequest(
        viewer=viewer_of(SYSTEM), query=query, statuses=("accepted",), group="page", per_page=100
    )
    items = holdings.index.search(asked).items
    return sorted((i.work_id, i.number) for i in items if isinstance(i, PageItem))


def contents(taken: Taken) -> dict[str, Any]:
    """All that intake makes of the set, without what tells of the way there (times, revisions)."""
    holdings = taken.holdings
    with holdings.database.reading() as session:
        files = session.scalars(select(File).order_by(File.publication_id, File.position)).all()
        places = {file.id: f"{file.publication_id}/{file.position}" for file in files}
        pages = session.scalars(select(Page).order_by(Page.publication_id, Page.number)).all()
        page_places = {page.id: f"{page.publication_id}/{page.number}" for page in pages}
        publications = session.scalars(select(Publication).order_by(Publication.id)).all()
        made = {
            "publications": [
                (each.id, each.title, each.status, each.page_count, each.object_version)
                for each in publications
            ],
            "files": [
                (places[file.id], *values_of(file, without=("id", "publication_id")))
                for file in files
            ],
            "pages": [
                (page_places[page.id], places[page.file_id], *values_of(page, without=PAGE_KEYS))
                for page in pages
            ],
            "words": sorted(
                (page_places[row.page_id], unpack_words(row.packed))
                for row in session.scalars(select(PageWords))
            ),
            "signatures": sorted(
                (page_places[row.page_id], *values_of(row, without=("page_id",)))
                for row in session.scalars(select(PageSignature))
            ),
            "likenesses": sorted(
                values_of(row, without=("id", "found_at"))
                for row in session.scalars(select(Likeness))
            ),
            "markings": sorted(
                (places[row.file_id], row.file_page, row.level, row.line)
                for row in session.scalars(select(PageMarking))
            ),
            "events": sorted(
                (str(row.publication_id), row.kind) for row in session.scalars(select(Event))
            ),
        }
    folder = holdings.settings.images_folder
    made["images"] = sorted(
        (places[int(path.parent.name[1:])], path.name, digest(path))
        for path in folder.rglob("*")
        if path.is_file()
    )
    made["hits"] = {query: found_by(holdings, query) for query in QUERIES}
    return made


PAGE_KEYS = ("id", "publication_id", "file_id", "number")


def values_of(row: Any, *, without: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        str(getattr(row, column.key))
        for column in row.__table__.columns
        if column.key not in without
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_sound(taken: Taken) -> None:
    """Every job at its end, nothing beside the index's own files, nothing left over."""
    holdings = taken.holdings
    open_jobs = [(j.stage, j.state, j.error_code) for j in jobs_of(holdings)]
    assert [job for job in open_jobs if job[1] is not JobState.DONE] == []
    with holdings.database.reading() as session:
        difference = compare(session, holdings.index)
    assert (difference.stale, difference.gone) == ((), ())
    assert set(holdings.originals.object_ids()) == {object_id(i) for i in taken.ids.values()}
    assert list(holdings.originals.strays()) == []
    assert all(holdings.originals.verify(object_id(i)) == () for i in taken.ids.values())
    assert leftovers(holdings) == []
    hidden = [p for p in holdings.settings.index.rglob(".*") if p.is_file()]
    assert hidden == []
    recogniser = holdings.settings.recogniser_folder
    assert len(list(recogniser.iterdir())) == 1
