"""Demo publications as real files: PDF by Typst, page images, TIFF and DOCX.

The same publication gives the same bytes on every run and every machine: the typefaces are ours,
the creation time is the issue date, and no system font is asked.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from archive.demo.markup import Section, plain_text, read_text
from archive.demo.publications import DemoPublication, units
from archive.demo.scan import write_scan_pdf, write_tiff
from archive.demo.word import write_docx

TEMPLATES = Path(__file__).parent / "typeset"
TYPEFACES = ("be-vietnam-pro", "literata")
MARK = "ấn phẩm minh họa"
DISCLAIMER = (
    "Đây là ấn phẩm minh họa, làm ra để giới thiệu cách dùng kho ấn phẩm số; "
    "không phải ấn phẩm thật của đơn vị ghi trên bìa."
)

_DESIGN = {
    "form": "book",
    "palette": "rung",
    "art": "mountains",
    "arts": ["mountains", "stream", "terraces", "dawn", "forest"],
    "cover": "band",
    "seed": 1,
    "width": 148,
    "height": 210,
    "size": 11,
    "openings": "page",
    "front": True,
    "contents": False,
    "variant": "fold",
    "columns": 2,
    "per_row": 5,
    "row_gap": 4.6,
    "short": "",
}


def typeset(publication: DemoPublication, fonts: Path, into: Path) -> tuple[Path, ...]:
    """Write the publication's files into a folder and return their paths, in its own order.

    `fonts` is a folder with the two families' TTF files somewhere below it (set-up puts it at
    `node_modules/@expo-google-fonts`); `into` must exist. Raises `typst.TypstError` where a
    template or a typeface is missing, MarkupError where a text is malformed.
    """
    made: list[Path] = []
    for name, output in zip(publication.files, publication.outputs, strict=True):
        path = into / name
        if output == "docx":
            write_docx(publication, path, disclaimer=DISCLAIMER, lines=imprint(publication))
        elif output == "pdf":
            path.write_bytes(_pdf(publication, fonts))
        else:
            with tempfile.TemporaryDirectory() as folder:
                born = Path(folder) / "born.pdf"
                born.write_bytes(_pdf(publication, fonts))
                if output == "tiff":
                    write_tiff(born, path)
                else:
                    write_scan_pdf(born, path, made=_moment(publication))
        made.append(path)
    return tuple(made)


def imprint(publication: DemoPublication) -> list[tuple[str, str]]:
    """What the imprint says, as labels and values: never a licence, an ISBN or a print run."""
    year, month, day = publication.issued.split("-")
    rows = [
        ("Đơn vị (minh họa)", unit_name(publication.unit)),
        ("Biên soạn", publication.responsibility),
        ("Ngày ghi trên bản này", f"{int(day)}/{int(month)}/{year}"),
        ("Khổ", publication.dimensions),
        ("Tính chất", MARK),
        ("Sử dụng", publication.rights),
    ]
    return [row for row in rows if row[1]]


def unit_name(code: str) -> str:
    return next(unit.name for unit in units() if unit.code == code)


def _pdf(publication: DemoPublication, fonts: Path) -> bytes:
    design = {**_DESIGN, **publication.design}
    intro, sections = read_text(publication.text)
    year, month, _ = publication.issued.split("-")
    data: dict[str, Any] = {
        "title": publication.title,
        "subtitle": publication.subtitle,
        "responsibility": publication.responsibility,
        "unit": unit_name(publication.unit),
        "foot": f"Cao Bằng, tháng {int(month)} năm {year}",
        "abstract": publication.abstract,
        "themes": list(publication.themes),
        "series": publication.series,
        "volume": publication.volume,
        "short": design["short"] or publication.title,
        "disclaimer": DISCLAIMER,
        "imprint": [
            {"label": label + ":", "value": value} for label, value in imprint(publication)
        ],
        "design": design,
        "intro": intro,
        "sections": [_section(section, design) for section in sections],
        "faces": _faces(sections, design),
    }
    for block in _all_blocks(data):
        if block["t"] == "rail":
            block["per-row"] = design["per_row"]
    pdf: bytes = typst.compile(
        TEMPLATES / f"{design['form']}.typ",
        root=TEMPLATES,
        font_paths=_typefaces(fonts),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"publication": json.dumps(data, ensure_ascii=False)},
        timestamp=_moment(publication),
    )
    return pdf


def _section(section: Section, design: dict[str, Any]) -> dict[str, Any]:
    """A section as the templates read it; its tag is a scene's name or a number of columns."""
    columns = int(section.tag) if section.tag.isdigit() else 1
    return {
        "title": section.title,
        "text": plain_text(section.title),
        "scene": section.tag or design["art"],
        "columns": columns,
        "days": section.marked_days(),
        "blocks": section.blocks,
    }


def _faces(sections: list[Section], design: dict[str, Any]) -> list[dict[str, Any]]:
    """The backs of a poster: every block, cut at the page breaks."""
    faces: list[list[dict[str, Any]]] = [[]]
    for block in (block for section in sections for block in section.blocks):
        if block["t"] == "break":
            faces.append([])
        else:
            faces[-1].append(block)
    return [{"columns": design["columns"], "blocks": face} for face in faces if face]


def _all_blocks(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [*data["intro"], *(block for section in data["sections"] for block in section["blocks"])]


def _moment(publication: DemoPublication) -> datetime:
    """Eight in the morning of the issue date: a file's time that never moves."""
    year, month, day = (int(part) for part in publication.issued.split("-"))
    return datetime(year, month, day, 8, tzinfo=UTC)


@lru_cache(maxsize=4)
def _typefaces(fonts: Path) -> typst.Fonts:
    """The two families found once per folder: reading 34 files for each publication is slow."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[fonts / family for family in TYPEFACES],
    )
