"""Files as nobody sends them by accident, made on the spot."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib

import docx
import pypdf
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from tests.conftest import make_pdf

_EXIF_SEGMENT_BYTES = 65_500


def tiff_of_frames(count: int = 10_000) -> bytes:
    """A TIFF of so many frames of one pixel each, every one with a directory of its own."""
    entries = (
        (256, 3, 1),  # width
        (257, 3, 1),  # height
        (258, 3, 8),  # bits per sample
        (259, 3, 1),  # not compressed
        (262, 3, 1),  # black is zero
        (273, 4, 8),  # where its one byte stands
        (277, 3, 1),
        (278, 3, 1),
        (279, 4, 1),
    )
    size = 2 + 12 * len(entries) + 4
    first = 10
    made = bytearray(b"II*\0" + struct.pack("<I", first) + b"\x80\0")
    for number in range(count):
        made += struct.pack("<H", len(entries))
        for tag, kind, value in entries:
            made += struct.pack("<HHII", tag, kind, 1, value)
        following = first + (number + 1) * size if number + 1 < count else 0
        made += struct.pack("<I", following)
    return bytes(made)


def tiff_bomb() -> bytes:
    """A few kilobytes that claim a frame of four thousand million pixels."""
    small = io.BytesIO()
    Image.new("L", (64, 64)).save(small, "TIFF")
    data = bytearray(small.getvalue())
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", data, entry)
        if tag in (256, 257):
            struct.pack_into("<HII", data, entry + 2, 4, 1, 65_000)
    return bytes(data)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, pixels: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", pixels)
        + _chunk(b"IEND", b"")
    )


def lying_png() -> bytes:
    """It claims 8,000 × 8,000 pixels and holds ten lines of them."""
    return _png(8_000, 8_000, zlib.compress(b"\0" * 8_001 * 10)[:-20])


def png_of_100_megapixels() -> bytes:
    """A sound, plain picture; only too large to be opened whole."""
    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(b"\0" * 10_001) for _ in range(10_000)) + packer.flush()
    return _png(10_000, 10_000, pixels)


def jpeg(width: int, height: int, *, orientation: int = 1) -> bytes:
    image = Image.new("L", (width, height), 220)
    exif = image.getexif()
    exif[0x0112] = orientation
    written = io.BytesIO()
    image.save(written, "JPEG", quality=40, exif=exif)
    return written.getvalue()


def jpeg_of_huge_exif() -> bytes:
    """Two hundred full segments of metadata before the first pixel: thirteen megabytes."""
    data = jpeg(600, 800)
    segment = b"\xff\xe1" + struct.pack(">H", _EXIF_SEGMENT_BYTES + 2) + b"x" * _EXIF_SEGMENT_BYTES
    return data[:2] + segment * 200 + data[2:]


def animated_webp() -> bytes:
    frames = [Image.new("RGB", (400, 300), (10 * n, 90, 200)) for n in range(20)]
    written = io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:], duration=40)
    return written.getvalue()


def ole_garbage() -> bytes:
    """The signature of an old Word file, and noise behind it."""
    noise = zlib.compress(bytes(range(256)) * 64, 9) * 64
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise


def word_file(text: str = "Pác Bó") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _repacked(replaced: dict[str, bytes] | None = None, **added: bytes) -> bytes:
    """A sound Word file with some members replaced and others added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word_file())) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, (replaced or {}).get(name, source.read(name)))
        for name, data in added.items():
            target.writestr(name, data)
    return written.getvalue()


def _document(head: str, text: str) -> dict[str, bytes]:
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{namespace}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
    made = f'<?xml version="1.0"?>{head}{body}</w:body></w:document>'
    return {"word/document.xml": made.encode()}


@functools.cache
def docx_bomb() -> bytes:
    """120 MB of one letter as its text; the directory says so honestly."""
    return _repacked(_document("", "a" * 120_000_000))


def docx_bomb_that_lies() -> bytes:
    """As much, but the directory declares a thousand bytes."""
    data = bytearray(docx_bomb())
    place = data.rfind(b"PK\x01\x02")
    while data[place + 46 : place + 46 + 17] != b"word/document.xml":
        place = data.rfind(b"PK\x01\x02", 0, place)
    struct.pack_into("<I", data, place + 24, 1_000)
    return bytes(data)


def nested_zip() -> bytes:
    """Archives in archives, as 42.zip has them, under the name of a Word file."""
    inner = b"\0" * 10_000_000
    for depth in range(4):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
            for number in range(16):
                package.writestr(f"lib {depth}-{number}.zip", inner)
        inner = written.getvalue()
    return inner


def docx_of_entities() -> bytes:
    """A billion laughs in the XML of its text."""
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return _repacked(_document(f"<!DOCTYPE bomb [{''.join(lines)}]>", "&l9;"))


def docx_of_external_entity() -> bytes:
    """Its text would be a file of the machine that opens it."""
    head = '<!DOCTYPE d [<!ENTITY far SYSTEM "file:///etc/passwd">]>'
    return _repacked(_document(head, "Pác Bó &far;"))


def docx_of_members() -> bytes:
    return _repacked(**{f"word/media/{n}.bin": b"" for n in range(6_000)})


def docx_that_slips() -> bytes:
    """Members whose names lead out of any folder, and a link to one."""
    written = io.BytesIO(_repacked(**{"../../../slipped.txt": b"out", "/slipped.txt": b"out"}))
    with zipfile.ZipFile(written, "a") as package:
        link = zipfile.ZipInfo("word/media/link")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return written.getvalue()


def pdf_of_annotations(count: int) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf("Pác Bó")))
    note = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Text"),
                NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (10, 10, 20, 20)]),
                NameObject("/Contents"): TextStringObject("ghi chú"),
            }
        )
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note] * count)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def pdf_of_long_labels() -> bytes:
    """Each page's label begins with ten kilobytes."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf("Pác Bó", "Bản Giốc")))
    writer.set_page_label(0, 1, style="/D", prefix="nhãn " * 2_000)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
