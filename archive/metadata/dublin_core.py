"""A description as Dublin Core: the fifteen elements as OAI-PMH wraps them, and DCMI terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from archive.core.vocabulary import ACCESS, KINDS
from archive.metadata.description import (
    DEMO_NOTE,
    Creator,
    Description,
    one_line,
    several_lines,
)

DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# Elements in the order in which they are written: term, its element among the fifteen (None: only
# among the terms), and the encoding scheme that the terms' schema checks.
Statement = tuple[str, str | None, str, str]

_CREATORS = frozenset({"", "author"})
_PICTURES = frozenset({"poster", "map", "exhibition"})


def statements(description: Description) -> Iterator[Statement]:
    """(term, element or None, value, scheme or ""), values clean and none empty."""
    for term, element, value, scheme in _all(description):
        clean = several_lines(value) if term == "tableOfContents" else one_line(value)
        if clean:
            yield term, element, clean, scheme


def _all(d: Description) -> Iterator[Statement]:
    yield "title", "title", d.full_title, ""
    for title in d.other_titles:
        yield "alternative", "title", title, ""
    for creator in d.creators:
        term = "creator" if creator.role in _CREATORS else "contributor"
        yield term, term, _named(creator), ""
    if d.printer:
        yield "contributor", "contributor", f"{d.printer} (in)", ""
    if d.unit_name and d.unit_name not in [creator.name for creator in d.creators]:
        yield "contributor", "contributor", f"{d.unit_name} (cơ quan ban hành)", ""
    yield "publisher", "publisher", d.publisher, ""
    yield "issued", "date", str(d.issued or ""), "W3CDTF"
    for value in dict.fromkeys((*d.themes, *d.people, *d.events, *d.relics, *d.subjects)):
        yield "subject", "subject", value, ""
    for place in d.places:
        yield "spatial", "coverage", place, ""
    yield "abstract", "description", d.abstract, ""
    yield "tableOfContents", "description", d.contents, ""
    for note in _notes(d):
        yield "description", "description", note, ""
    yield "type", "type", "StillImage" if d.kind in _PICTURES else "Text", "DCMIType"
    yield "type", "type", KINDS.vietnamese.get(d.kind, d.kind), ""
    yield "extent", "format", d.extent, ""
    yield "extent", "format", d.dimensions, ""
    for file in d.files:
        yield "hasFormat", None, file.url, "URI"
        yield "format", "format", file.media_type, "IMT"
    yield "identifier", "identifier", d.url, "URI"
    yield from _identifiers(d)
    for code in d.languages:
        yield "language", "language", code, "RFC4646" if _is_tag(code) else ""
    if d.series:
        part = f"{d.series}; {d.volume}" if d.volume else d.series
        yield "isPartOf", "relation", part, ""
    for audience in d.audiences:
        yield "audience", None, audience, ""
    for grade in d.grades:
        yield "educationLevel", None, f"Lớp {grade}" if grade.isdecimal() else grade, ""
    yield "accessRights", "rights", _access(d), ""
    yield "rights", "rights", d.rights, ""


def _named(creator: Creator) -> str:
    """What Dublin Core has no element for, the role, stands behind a contributor's name."""
    return creator.typed if creator.role not in _CREATORS else creator.name


def _notes(d: Description) -> Iterator[str]:
    if d.is_demo:
        yield f"{DEMO_NOTE}, không phải ấn phẩm thật."
    for label, value in (
        ("Thông tin trách nhiệm", d.responsibility),
        ("Lần xuất bản", d.edition),
        ("Nơi xuất bản", d.publisher_place),
        ("Số lượng in", d.print_run),
        ("Nhiệm vụ", d.plan_task),
    ):
        if value:
            yield f"{label}: {value}"


def _identifiers(d: Description) -> Iterator[Statement]:
    for label, value in (
        ("ISBN", d.isbn),
        ("ISSN", d.issn),
        ("Giấy phép xuất bản", d.licence_number),
        ("Số đăng ký", d.accession_number),
    ):
        if value:
            yield "identifier", "identifier", f"{label} {value}", ""


def _access(d: Description) -> str:
    words = ACCESS.vietnamese[d.access]
    return f"{words}; hạn chế đến {d.embargo_until:%d/%m/%Y}" if d.embargo_until else words


def _is_tag(code: str) -> bool:
    """Whether it is a language tag; a language may also be any text that somebody typed."""
    return code.isascii() and code.isalpha() and 2 <= len(code) <= 3


def oai_dc(descriptions: Iterable[Description], *, single: bool = False) -> Iterator[bytes]:
    """Simple Dublin Core. A `single` record is a document of its own, several stand in `<records>`,
    for which there is no standard."""
    yield from _document(map(_oai_dc, descriptions), single=single)


def dcterms(descriptions: Iterable[Description], *, single: bool = False) -> Iterator[bytes]:
    """DCMI terms with encoding schemes, a `<record>` for each, in `<records>` where several."""
    yield from _document(map(_dcterms, descriptions), single=single)


def _document(roots: Iterable[ET.Element], *, single: bool) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    if not single:
        yield b"<records>\n"
    for root in roots:
        ET.indent(root)
        yield ET.tostring(root, encoding="unicode").encode() + b"\n"
    if not single:
        yield b"</records>\n"


# Prefixes are written by hand: registering them with ElementTree would change them for the process.
def _oai_dc(description: Description) -> ET.Element:
    root = ET.Element("oai_dc:dc", {"xmlns:oai_dc": OAI_DC, "xmlns:dc": DC})
    for _, element, value, _ in statements(description):
        if element is not None:
            ET.SubElement(root, f"dc:{element}").text = value
    return root


def _dcterms(description: Description) -> ET.Element:
    root = ET.Element("record", {"xmlns:dcterms": DCTERMS, "xmlns:xsi": XSI})
    for term, _, value, scheme in statements(description):
        made = ET.SubElement(root, f"dcterms:{term}")
        if scheme:
            made.set("xsi:type", f"dcterms:{scheme}")
        made.text = value
    return root
