"""Small files made on the spot for the extraction tests."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pypdf
import typst

POEM = [
    "Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng",
    "Pác Bó, Trường Hà, Hà Quảng",
    "Đội Việt Nam Tuyên truyền Giải phóng quân",
]


@functools.cache
def typeset(pages: tuple[str, ...], *, width: str = "210mm", height: str = "297mm") -> bytes:
    """A born-digital PDF with a page for each text, set with the fonts inside the typst wheel."""
    source = f'#set page(width: {width}, height: {height})\n#set text(lang: "vi", size: 14pt)\n'
    source += "\n#pagebreak()\n".join(f"#{_quoted(text)}" for text in pages)
    return typst.compile(source.encode(), ignore_system_fonts=True, pdf_tags=False)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def poem_pdf() -> bytes:
    return typeset(tuple(POEM))


LASTING_PAGES = 400


def lasting_pdf() -> bytes:
    """A PDF with more text than fits between a child and its parent: a child that reads it does not
    end before its parent has taken the first pages."""
    return typeset(("một " * 60,) * LASTING_PAGES)


def changed(pdf: bytes, *steps) -> bytes:
    """The PDF after each step was applied to a writer that holds a copy of it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for step in steps:
        step(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def mapped_pdf(codes: str, mapping: dict[str, str], *, lines: Sequence[str] | None = None) -> bytes:
    """A one-page PDF whose one-byte codes stand for any text, as `mapping` says.

    Every character of `codes` is shown in 20 pt Helvetica; `lines` shows several lines instead.
    """
    shown = list(lines or [codes])
    entries = "\n".join(
        f"<{ord(code):02x}> <{text.encode('utf-16-be').hex()}>" for code, text in mapping.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(mapping)} beginbfchar\n{entries}\nendbfchar\nendcmap end end"
    )
    content = (
        "BT /F1 20 Tf 50 700 Td 30 TL " + " T* ".join(f"({line}) Tj" for line in shown) + " ET"
    )
    return raw_pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            "/Resources<</Font<</F1 5 0 R>>>>>>",
            f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
            f"<</Length {len(cmap)}>>\nstream\n{cmap}\nendstream",
        ]
    )


def raw_pdf(objects: Sequence[str]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    xref_at = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        written += f"{place:010} 00000 n \n".encode()
    written += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{xref_at}\n".encode()
    return bytes(written + b"%%EOF\n")


def endless_drawing_pdf() -> bytes:
    """One page that takes minutes to draw and nothing to open: a tile repeated a billion times."""
    tile = "0 0 1 1 re f"
    content = "/Pattern cs /P1 scn 0 0 600 800 re f"
    return raw_pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            "/Resources<</Pattern<</P1 5 0 R>>>>>>",
            f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
            "<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.0005"
            f"/YStep 0.0005/Resources<<>>/Length {len(tile)}>>\nstream\n{tile}\nendstream",
        ]
    )


def swelling_pdf() -> bytes:
    """One page whose content unfolds to a quarter of a gigabyte from a few kilobytes."""
    content = _deflated_filling(1 << 28)
    twice = zlib.compress(content, 9)
    head = (
        f"<</Length {len(twice)}/Filter[/FlateDecode/FlateDecode]>>\nstream\n"
        + twice.decode("latin-1")
        + "\nendstream"
    )
    return raw_pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
            head,
        ]
    )


@functools.cache
def _deflated_filling(size: int) -> bytes:
    packer = zlib.compressobj(9)
    block = b" q Q" * (1 << 18)
    parts = [packer.compress(block) for _ in range(size // len(block))]
    return b"".join(parts) + packer.flush()


def flooding_png(width: int, height: int) -> bytes:
    """A PNG that claims these dimensions and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", header)
        + _png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _png_chunk(b"IEND", b"")
    )


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
