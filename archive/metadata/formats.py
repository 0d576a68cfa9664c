"""The formats in which a record or a list of records can be fetched, under the names that the
addresses and the command use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from archive.core.language import N_
from archive.metadata.bibtex import bibtex
from archive.metadata.csl import csl_json
from archive.metadata.description import Description
from archive.metadata.dublin_core import dcterms, oai_dc
from archive.metadata.marc_files import iso_2709, marcxml
from archive.metadata.record_json import json_records
from archive.metadata.record_sheet import csv_sheet, xlsx_sheet
from archive.metadata.ris import ris

Write = Callable[[Iterable[Description]], Iterator[bytes]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """`label` is for people, who are told it by `_`, `ending` the file's without its dot. `write`
    makes the file of many records piece by piece, `write_one` that of one where it differs."""

    name: str
    label: str
    ending: str
    media_type: str
    write: Write
    write_one: Write

    @property
    def content_type(self) -> str:
        """The media type with its character set, where the file itself does not say it."""
        says_itself = self.ending.endswith(("xml", "json", "xlsx", "mrc"))
        return self.media_type if says_itself else f"{self.media_type}; charset=utf-8"


def _format(name: str, label: str, ending: str, media_type: str, write: Write) -> Format:
    return Format(
        name=name,
        label=label,
        ending=ending,
        media_type=media_type,
        write=write,
        write_one=write,
    )


def _document(
    name: str, label: str, ending: str, media_type: str, write: Callable[..., Iterator[bytes]]
) -> Format:
    """A format whose one record is the document's root."""
    return Format(
        name=name,
        label=label,
        ending=ending,
        media_type=media_type,
        write=write,
        write_one=lambda descriptions: write(descriptions, single=True),
    )


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        _format("xlsx", N_("Bảng tính (XLSX)"), "xlsx", _XLSX, xlsx_sheet),
        _format("csv", N_("Bảng (CSV)"), "csv", "text/csv", csv_sheet),
        _format("bibtex", "BibTeX", "bib", "application/x-bibtex", bibtex),
        _format("ris", "RIS", "ris", "application/x-research-info-systems", ris),
        _format("csl", "CSL-JSON", "csl.json", "application/vnd.citationstyles.csl+json", csl_json),
        _format("mrc", "MARC 21", "mrc", "application/marc", iso_2709),
        _document("marcxml", "MARCXML", "marc.xml", "application/marcxml+xml", marcxml),
        _document("dc", "Dublin Core", "dc.xml", "application/xml", oai_dc),
        _document("dcterms", "DCMI Terms", "dcterms.xml", "application/xml", dcterms),
        _document("json", "JSON", "json", "application/json", json_records),
    )
}
"""In the order in which a menu offers them."""
