"""Old Word files: read through catdoc inside the limits, or refused with what to send instead."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from archive.core.errors import (
    DamagedFileError,
    EncryptedFileError,
    MisnamedFileError,
    UnknownFileTypeError,
)
from archive.core.wording import error_sentence
from archive.extract import Limits, check, doc_document, extract, identify, render, sniff
from archive.extract.doc_program import catdoc_program
from archive.extract.kinds import KINDS, RUNNING_TEXT_CODES
from archive.extract.recognition import recognise
from tests.conftest import missing
from tests.unit.extract.extract_samples import poem_pdf, put
from tests.unit.extract.test_sniffing import ole_bytes

DOC = KINDS["doc"]


@pytest.fixture
def catdoc() -> str:
    program = catdoc_program()
    if program is None:
        missing("catdoc")
    assert program is not None
    return program


@pytest.fixture
def decree(corpus: Path) -> Path:
    """A decree of 1945, typed in TCVN3."""
    return corpus / "doc" / "LuatVietNam__App_DocFile_1945_Doc_45000001.DOC"


def test_decree_typed_in_tcvn3_reads_as_vietnamese(catdoc, decree):
    kind = identify(decree, decree.name)
    assert (kind.code, check(decree, kind).pages) == ("doc", 1)
    with extract(decree, kind) as reading:
        (page,) = reading
    assert page.text.startswith("SẮC LỆNH")
    assert "CỦA CHỦ TỊCH CHÍNH PHỦ SỐ 1 NGÀY 30 THÁNG 8 NĂM 1945" in page.text
    # The letter ư is a soft hyphen in such files, which catdoc leaves out by itself.
    assert "Sau khi ông Bộ trưởng Bộ Nội vụ đã thoả hiệp" in page.text
    assert "PAGE" not in page.text
    assert (page.text_source, page.text_score) == ("repaired", 1.0)
    assert page.text_before is not None
    assert "S¾C LÖNH" in page.text_before


def test_every_word_file_of_the_corpus_is_vietnamese(catdoc, corpus):
    for path in sorted((corpus / "doc").iterdir()):
        with extract(path, identify(path, path.name)) as reading:
            scores = [page.text_score for page in reading if page.text_score is not None]
        assert scores, path.name
        assert min(scores) >= 0.9, path.name


def test_doc_has_no_images(catdoc, decree):
    assert list(render(decree, DOC)) == []


def test_doc_is_refused_with_advice_where_catdoc_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(sniff, "catdoc_program", lambda: None)
    with pytest.raises(UnknownFileTypeError) as refused:
        identify(put(tmp_path, "a.doc", ole_bytes("WordDocument")), "cong-van.doc")
    assert refused.value.data == {"detected": "doc", "named": "doc"}
    assert "lưu thành PDF hoặc DOCX" in error_sentence(refused.value)


def test_doc_under_another_name_is_misnamed(catdoc, tmp_path):
    with pytest.raises(MisnamedFileError):
        identify(put(tmp_path, "a", ole_bytes("WordDocument")), "sach.docx")
    with pytest.raises(MisnamedFileError):
        identify(put(tmp_path, "a", poem_pdf()), "sach.doc")


@pytest.mark.parametrize(
    "data", [ole_bytes("WordDocument"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99]
)
def test_damaged_doc_is_said_to_be_damaged(catdoc, tmp_path, data):
    with pytest.raises(DamagedFileError):
        check(put(tmp_path, "a.doc", data), DOC)


def test_doc_with_a_password_is_said_to_be_encrypted(catdoc, decree, tmp_path):
    data = bytearray(decree.read_bytes())
    header = data.find(struct.pack("<H", 0xA5DC), 512)
    header = header if header > 0 else data.find(struct.pack("<H", 0xA5EC), 512)
    data[header + 11] |= 1
    with pytest.raises(EncryptedFileError):
        check(put(tmp_path, "a.doc", bytes(data)), DOC)


def test_catdoc_works_under_the_limits_of_the_child(monkeypatch, tmp_path):
    """A stand-in that tells its limits and tries to write a file, run as catdoc is."""
    script = (
        b'#!/bin/sh\nulimit -v; ulimit -t; ulimit -c; ulimit -n\n(echo much > "$6.written")\n:\n'
    )
    stand_in = put(tmp_path, "catdoc", script)
    stand_in.chmod(0o755)
    monkeypatch.setattr(doc_document, "catdoc_program", lambda: str(stand_in))
    path = put(tmp_path, "a.doc", b"x")
    told = doc_document._Reader().read(path, limits=Limits()).split()
    assert told == [str(512 * 1024), "20", "0", "32"]
    assert path.with_name("a.doc.written").stat().st_size == 0


def test_opener_that_is_never_used_leaves_no_process():
    reader = doc_document._Reader()
    reader._request.close()
    reader._answer.close()
    assert os.waitstatus_to_exitcode(os.waitpid(reader._process, 0)[1]) != 0


@pytest.mark.parametrize("code", sorted(RUNNING_TEXT_CODES))
def test_running_text_is_not_opened_to_be_drawn(tmp_path, code):
    nonsense = put(tmp_path, f"a.{code}", b"\0 no document")
    assert list(render(nonsense, KINDS[code])) == []
    assert list(recognise(nonsense, KINDS[code], pages=[1], data=tmp_path)) == []
