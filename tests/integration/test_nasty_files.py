"""Hostile and broken files through the deposit form and the worker: none hangs, none kills, none
leaves anything behind, and whoever sent it reads what is the matter and what to do."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.core.status import JobState
from archive.core.wording import sentence
from archive.extract import forkserver
from archive.models import File, HeldFile, Page, Stage
from tests.integration import hostile
from tests.integration.conftest import jobs_of, leftovers
from tests.integration.standing import Standing, standing_archive
from tests.integration.test_deposit_form import beside, send

FALLBACK = sentence("there is no such code")
LONGEST_SECONDS = 150.0
"""For one file at the door, on a machine that does other things too: its budget of processor time
is 5 s to open it and 2 s to look for marks, and four times that to wait."""

SAMPLE = (
    "bad_cs.pdf",
    "form_laughs_1e9.pdf",
    "html_pdf_polyglot.pdf",
    "mediabox_zero.pdf",
    "outline_loop.pdf",
    "pages_100k_same.pdf",
    "pages_loop.pdf",
    "pypdf__resources_encryption_r4-aes-user-password.pdf",
    "tounicode_4G_range.pdf",
    "truncated.pdf",
    "zip_pdf_polyglot.pdf",
)

Named = tuple[str, bytes]


@pytest.fixture
def archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Standing]:
    """An archive whose temporary files have a folder of their own, which has to stay empty. It
    recognises pictures of pages in the slow tests only."""
    ocr = request.node.get_closest_marker("slow") is not None
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = children()
    with standing_archive(tmp_path, max_upload_bytes=400_000_000, ocr=ocr) as made:
        yield made
        forkserver.stop()
        assert list(temporary.iterdir()) == []
        assert children() <= before
        assert leftovers(made.holdings) == []
    monkeypatch.setattr(tempfile, "tempdir", None)


def children() -> set[str]:
    """Processes that this one started and that are not gone, zombies too."""
    tasks = Path("/proc/self/task")
    found: set[str] = set()
    for task in tasks.iterdir() if tasks.is_dir() else ():
        found.update((task / "children").read_text().split())
    return found


def send_all(archive: Standing, files: Sequence[Named]) -> dict[str, str]:
    """Each file in a form of its own: its name → "" where it was taken, else what is said of it."""
    client = archive.client("depositor")
    told = {}
    for name, data in files:
        started = time.monotonic()
        answer = send(client, (data, name), title=f"Tệp {name}")
        assert time.monotonic() - started < LONGEST_SECONDS, name
        assert answer.status_code in (302, 422), (name, answer.status_code)
        told[name] = beside(answer, "files") if answer.status_code == 422 else ""
        if answer.status_code == 422:
            assert told[name].startswith(f"{name}: "), (name, told[name])
            told[name] = told[name].removeprefix(f"{name}: ")
    return told


def assert_understood(told: dict[str, str]) -> None:
    for name, said in told.items():
        assert said == "" or said.endswith("."), (name, said)
        assert FALLBACK not in said, name
        assert "…" not in said, (name, said)


def assert_worked_off(archive: Standing) -> dict[str, str]:
    """Every job ended well; the sentences of the files that met a problem on the way."""
    archive.work()
    left = [job for job in jobs_of(archive.holdings) if job.state is not JobState.DONE]
    if not archive.holdings.settings.ocr:
        left = [job for job in left if job.stage is not Stage.OCR]
    assert [(job.stage, job.error_code) for job in left] == []
    with archive.holdings.database.reading() as session:
        files = session.scalars(select(File)).all()
        assert session.scalars(select(HeldFile)).all() == []
    assert all(file.text_done and file.images_done for file in files)
    problems = {f.name: sentence(f.problem_code, f.problem_data) for f in files if f.problem_code}
    assert_understood(problems)
    return problems


def corpus_files(corpus: Path, names: Sequence[str] = ()) -> list[Named]:
    folder = corpus / "nasty"
    paths = [folder / name for name in names] or sorted(p for p in folder.iterdir() if p.is_file())
    return [(path.name, path.read_bytes()) for path in paths]


@pytest.mark.corpus
def test_sample_of_nasty_files_is_refused_or_read(archive, corpus):
    told = send_all(archive, corpus_files(corpus, SAMPLE))
    assert_understood(told)
    assert "mật khẩu" in told["pypdf__resources_encryption_r4-aes-user-password.pdf"]
    assert "quá nhiều trang (tối đa 2.000)" in told["pages_100k_same.pdf"]
    assert "hỏng hoặc bị cắt ngang" in told["truncated.pdf"]
    assert_worked_off(archive)


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.timeout(1_800)
def test_every_nasty_file_is_refused_or_read(archive, corpus):
    files = corpus_files(corpus)
    assert len(files) > 100
    told = send_all(archive, files)
    assert_understood(told)
    assert_worked_off(archive)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nhiều khung.tif": (hostile.tiff_of_frames, "quá nhiều trang (tối đa 2.000)"),
    "bom.tif": (hostile.tiff_bomb, "Gửi bản PDF, hoặc quét lại ở 200 dpi."),
    "dối.png": (hostile.lying_png, "hỏng hoặc bị cắt ngang"),
    "trăm triệu.png": (hostile.png_of_100_megapixels, "Gửi bản PDF, hoặc quét lại ở 200 dpi."),
    "rác.doc": (hostile.ole_garbage, ""),
    "bom.docx": (hostile.docx_bomb, "bung ra quá lớn"),
    "bom dối.docx": (hostile.docx_bomb_that_lies, ""),
    "lồng.docx": (hostile.nested_zip, "."),
    "thực thể.docx": (hostile.docx_of_entities, ""),
    "nhiều phần.docx": (hostile.docx_of_members, "quá nhiều thành phần bên trong"),
}

TAKEN: dict[str, Callable[[], bytes]] = {
    "exif lớn.jpg": hostile.jpeg_of_huge_exif,
    "động.webp": hostile.animated_webp,
    "trượt.docx": hostile.docx_that_slips,
    "chú thích.pdf": lambda: hostile.pdf_of_annotations(5_000),
    "nhãn.pdf": hostile.pdf_of_long_labels,
    "bên ngoài.docx": hostile.docx_of_external_entity,
}


def test_hostile_files_are_refused_with_what_to_do(archive):
    told = send_all(archive, [(name, make()) for name, (make, _) in REFUSED.items()])
    assert_understood(told)
    for name, (_, said) in REFUSED.items():
        assert told[name] != "", name
        assert said in told[name], (name, told[name])
    assert jobs_of(archive.holdings) == []


def test_strange_files_that_hold_something_are_taken_and_harm_nothing(archive):
    told = send_all(archive, [(name, make()) for name, make in TAKEN.items()])
    assert set(told.values()) == {""}
    assert assert_worked_off(archive) == {}
    assert not (archive.holdings.settings.uploads / "slipped.txt").exists()
    with archive.holdings.database.reading() as session:
        rows = session.execute(select(File.name, Page.text).join(Page.file))
        texts = {row.name: row.text for row in rows}
        labels = session.scalars(select(Page.label).join(Page.file).where(File.name == "nhãn.pdf"))
        assert max(map(len, labels)) <= 40
    assert texts["bên ngoài.docx"].strip() == "Pác Bó"


@pytest.mark.slow
def test_page_with_a_hundred_thousand_annotations_is_read_and_drawn(archive):
    assert send_all(archive, [("a.pdf", hostile.pdf_of_annotations(100_000))]) == {"a.pdf": ""}
    assert assert_worked_off(archive) == {}


@pytest.mark.slow
def test_large_photographs_are_read_turned_and_reduced(archive):
    files = [
        ("ảnh xoay.jpg", hostile.jpeg(8_000, 6_000, orientation=6)),
        ("áp phích.jpg", hostile.jpeg(17_000, 12_000)),
    ]
    assert set(send_all(archive, files).values()) == {""}
    assert assert_worked_off(archive) == {}
    with archive.holdings.database.reading() as session:
        sizes = {f.name: _image_size(archive, f) for f in session.scalars(select(File))}
    assert sizes["ảnh xoay.jpg"] == (1200, 1600)
    assert sizes["áp phích.jpg"] == (1200, 847)


def _image_size(archive: Standing, file: File) -> tuple[int, int]:
    from PIL import Image

    path = archive.holdings.images.path(file.publication_id, f"f{file.id}", 1, 1200)
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        return image.size
