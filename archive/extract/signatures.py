"""What the first bytes of a file say it is."""

from __future__ import annotations

import re

# Only the start is looked at: a reader that sniffs (a browser) looks no further either.
HEAD_BYTES = 4096
PDF_HEADER_WITHIN_BYTES = 1024

_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"%!PS", "ps"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"{\\rtf", "rtf"),
    (b"ID3", "mp3"),
    (b"\x7fELF", "exe"),
    (b"\xdb\xa5-\x00", "doc"),
)

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MARKUP = re.compile(
    r"<\s*(?:!doctype\s+(?P<doctype>\w+)|"
    r"(?P<tag>svg|html|head|body|script|iframe|object|embed|style|meta|title|table|img)\b)",
    re.IGNORECASE,
)
_XML = re.compile(r"\s*<(?:\?xml\b|!--|[A-Za-z_][\w.:-]*[\s/>])")


def signature_of(head: bytes) -> str:
    """The code of the type whose signature stands at the very start; "" where there is none.

    `zip` and `ole` are containers: their content decides (`archive.extract.containers`).
    """
    for prefix, code in _PREFIXES:
        if head.startswith(prefix):
            return code
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIF_BRANDS:
            return "heic"
        return "avif" if brand in (b"avif", b"avis") else "mp4"
    if head[:2] == b"MZ" and b"\0" in head[:64]:
        return "exe"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0:
        # MPEG audio without tags: eleven bits of sync, a layer, a bit rate that is not forbidden.
        return "mp3"
    return ""


def markup_in(text: str) -> str:
    """`svg`, `html` or `xml` where the text is markup or holds it near its start; else ""."""
    start = text[:HEAD_BYTES].lstrip("\ufeff")
    tags = [(found["doctype"] or found["tag"]).lower() for found in _MARKUP.finditer(start)]
    if tags:
        return "svg" if "svg" in tags and "html" not in tags else "html"
    return "xml" if _XML.match(start) else ""


def pdf_header_at(head: bytes) -> int:
    """Where `%PDF-` stands within the first 1,024 bytes; -1 where it does not."""
    return head[: PDF_HEADER_WITHIN_BYTES + 5].find(b"%PDF-")
