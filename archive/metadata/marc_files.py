"""MARC records as bytes: ISO 2709 (`.mrc`) and MARCXML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from pymarc import Field, Indicators, Record, Subfield
from pymarc.marcxml import record_to_xml_node

from archive.metadata.description import Description
from archive.metadata.marc import marc_record

_NAMESPACE = "http://www.loc.gov/MARC21/slim"
_MOST_RECORD_BYTES = 99_999
# What goes first where a record is longer than ISO 2709 can say.
_SPARED = ("505", "520", "658", "521", "647", "650", "651", "600", "246", "700", "710", "856")


def iso_2709(descriptions: Iterable[Description]) -> Iterator[bytes]:
    """One record after the other, in UTF-8.

    A record of more than 99,999 bytes, which the format cannot hold, loses its longest kinds of
    fields from the end and says so in a note with the address of the whole.
    """
    for description in descriptions:
        record = marc_record(description)
        data = record.as_marc()
        if len(data) > _MOST_RECORD_BYTES:
            data = _shortened(record, description.url)
        yield data


def _shortened(record: Record, url: str) -> bytes:
    note = f"Biểu ghi rút gọn vì dài quá khuôn ISO 2709. Đầy đủ: {url}"
    record.add_ordered_field(Field("500", Indicators(" ", " "), [Subfield("a", note)]))
    size = len(record.as_marc())
    for tag in _SPARED:
        for field in reversed(record.get_fields(tag)):
            if size <= _MOST_RECORD_BYTES:
                return bytes(record.as_marc())
            record.remove_field(field)
            size -= len(field.as_marc(encoding="utf-8")) + 12
    return bytes(record.as_marc())


def marcxml(descriptions: Iterable[Description], *, single: bool = False) -> Iterator[bytes]:
    """A MARCXML collection; of a `single` record the record itself is the document."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    if not single:
        yield f'<collection xmlns="{_NAMESPACE}">\n'.encode()
    for description in descriptions:
        node = record_to_xml_node(marc_record(description))  # type: ignore[no-untyped-call]
        if single:
            node.set("xmlns", _NAMESPACE)
        ET.indent(node)
        yield ET.tostring(node, encoding="unicode").encode() + b"\n"
    if not single:
        yield b"</collection>\n"
