"""What a file is by its bytes, and what a person is told of files that are something else."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import pytest
from PIL import Image

from archive.core.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    LimitReachedError,
    MisnamedFileError,
    TooLargeError,
    UnknownFileTypeError,
)
from archive.extract import Limits, identify
from tests.unit.extract.extract_samples import poem_pdf, put


def image_bytes(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, kind)
    return written.getvalue()


def docx_bytes() -> bytes:
    written = io.BytesIO()
    docx.Document().save(written)
    return written.getvalue()


def zip_bytes(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return written.getvalue()


def ole_bytes(stream: str) -> bytes:
    name = stream.encode("utf-16-le")
    entry = name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2) + b"\2" + b"\0" * 61
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return header + b"\0" * 128 + entry + b"\0" * 256


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("sach.pdf", poem_pdf(), "pdf"),
        ("bia.jpg", image_bytes("JPEG"), "jpeg"),
        ("bia.jpeg", image_bytes("JPEG"), "jpeg"),
        ("bia.PNG", image_bytes("PNG"), "png"),
        ("quet.tif", image_bytes("TIFF"), "tiff"),
        ("bia.webp", image_bytes("WEBP"), "webp"),
        ("bai.docx", docx_bytes(), "docx"),
        ("bai.txt", "Cao Bằng".encode(), "txt"),
        ("bai.txt", "Cao Bằng".encode("utf-8-sig"), "txt"),
        ("bai.txt", "Cao Bằng".encode("utf-16"), "txt"),
        ("khong-duoi", poem_pdf(), "pdf"),
        ("ban.cuoi.2024", poem_pdf(), "pdf"),
    ],
)
def test_supported_file_is_recognised_by_its_bytes(tmp_path, name, data, code):
    kind = identify(put(tmp_path, "upload", data), name)
    assert kind.code == code
    assert kind.extension.startswith(".")
    assert "/" in kind.media_type


@pytest.mark.parametrize(
    ("data", "detected"),
    [
        (b"<!DOCTYPE html><p>x", "html"),
        (b"\xef\xbb\xbf  <html><body>x", "html"),
        ("<html>".encode("utf-16"), "html"),
        (b"Xin chao <script>alert(1)</script>", "html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
        (b"<svg onload=alert(1)>", "svg"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (ole_bytes("Workbook"), "xls"),
        (ole_bytes("PowerPoint Document"), "ppt"),
        (ole_bytes("Contents"), "ole"),
        (zip_bytes({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "xlsx"),
        (zip_bytes({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "pptx"),
        (zip_bytes({"mimetype": b"application/epub+zip"}), "epub"),
        (zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.text"}), "odt"),
        (zip_bytes({"a.txt": b"x"}), "zip"),
        (b"PK\x03\x04 cut off", "zip"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "mp4"),
        (b"ID3\x04\0\0\0\0\0\0", "mp3"),
        (b"\xff\xfb\x90\x64\0\0\0\0", "mp3"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
        (b"MZ\x90\0\x03\0\0\0", "exe"),
        (b"GIF89a\x01\0\x01\0", "gif"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0", "bmp"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "ps"),
        (b"\xc5\xd0\xd3\xc6\x20\0\0\0", "eps"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"\x00\x01\x02\x03", ""),
        ("Cao Bằng".encode("cp1258", "replace") + b"\xff\xff", ""),
        (b"abc\0def", ""),
    ],
)
def test_unsupported_file_is_refused_under_its_own_name(tmp_path, data, detected):
    with pytest.raises(UnknownFileTypeError) as refused:
        identify(put(tmp_path, "upload", data), "tai-lieu.pdf")
    assert refused.value.data == {"detected": detected, "named": "pdf"}


def test_empty_file_is_refused(tmp_path):
    with pytest.raises(EmptyFileError):
        identify(put(tmp_path, "upload", b""), "sach.pdf")


@pytest.mark.parametrize(
    ("name", "data", "named", "detected"),
    [
        ("anh.pdf", image_bytes("JPEG"), "pdf", "jpeg"),
        ("sach.docx", poem_pdf(), "docx", "pdf"),
        ("sach.doc", docx_bytes(), "doc", "docx"),
        ("trang.html", b"Xin chao", "html", "txt"),
        ("anh.png", image_bytes("WEBP"), "png", "webp"),
    ],
)
def test_name_that_claims_another_type_is_refused(tmp_path, name, data, named, detected):
    with pytest.raises(MisnamedFileError) as refused:
        identify(put(tmp_path, "upload", data), name)
    assert refused.value.data == {"named": named, "detected": detected}


@pytest.mark.parametrize("name", ["../../etc/x.pdf", "C:\\temp\\x.pdf", "x\0.pdf", "e\u0302.pdf"])
def test_odd_names_are_only_data(tmp_path, name):
    assert identify(put(tmp_path, "upload", poem_pdf()), name).code == "pdf"


@pytest.mark.parametrize(
    ("prefix", "detected"),
    [
        (b"<html><script>alert(1)</script>\n", "html"),
        (b"\n\n<svg onload='alert(1)'>\n", "svg"),
        (b"PK\x03\x04" + b"\0" * 60, "zip"),
        (b"GIF89a" + b"\0" * 20, "gif"),
    ],
)
def test_pdf_behind_another_format_is_refused(tmp_path, prefix, detected):
    with pytest.raises(UnknownFileTypeError) as refused:
        identify(put(tmp_path, "upload", prefix + poem_pdf()), "sach.pdf")
    assert refused.value.data["detected"] == detected


def test_pdf_behind_harmless_bytes_is_taken_within_the_first_kilobyte(tmp_path):
    assert identify(put(tmp_path, "a", b"\r\n" * 8 + poem_pdf()), "a.pdf").code == "pdf"
    with pytest.raises(UnknownFileTypeError):
        identify(put(tmp_path, "b", b"\xfe" * 1025 + poem_pdf()), "b.pdf")


def test_word_file_with_a_password_is_called_encrypted(tmp_path):
    with pytest.raises(EncryptedFileError):
        identify(put(tmp_path, "upload", ole_bytes("EncryptedPackage")), "sach.docx")


def test_docx_that_unfolds_too_far_is_refused_from_its_directory_alone(tmp_path):
    bomb = zip_bytes(
        {"[Content_Types].xml": b"", "word/document.xml": b"", "word/a.bin": b"\0" * 3_000_000}
    )
    assert len(bomb) < 10_000
    with pytest.raises(LimitReachedError) as refused:
        identify(put(tmp_path, "a", bomb), "a.docx", limits=Limits(unzipped_bytes=2_000_000))
    assert refused.value.data["limit"] == "unzipped_bytes"
    assert identify(put(tmp_path, "a", bomb), "a.docx").code == "docx"


def test_zip_with_too_many_members_is_refused_before_they_are_listed(tmp_path):
    many = zip_bytes({f"{n}": b"" for n in range(50)})
    with pytest.raises(LimitReachedError) as refused:
        identify(put(tmp_path, "a", many), "a.docx", limits=Limits(zip_members=49))
    assert refused.value.data["limit"] == "zip_members"


def test_docx_with_a_broken_directory_is_not_called_docx(tmp_path):
    broken = docx_bytes()[:-200] + b"PK\x05\x06" + b"\0" * 18
    with pytest.raises((UnknownFileTypeError, DamagedFileError)):
        identify(put(tmp_path, "a", broken), "a.docx")


def test_file_above_the_upload_limit_is_refused_with_both_sizes(tmp_path):
    with pytest.raises(TooLargeError) as refused:
        identify(put(tmp_path, "a", b"x" * 11), "a.txt", limits=Limits(file_bytes=10))
    assert refused.value.data == {"limit_bytes": 10, "size_bytes": 11}
