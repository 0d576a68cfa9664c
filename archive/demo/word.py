"""A demo publication as a Word document, for the offices that write in nothing else."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from archive.demo.markup import Block, Run, read_text
from archive.demo.publications import DemoPublication

TYPEFACE = "Times New Roman"


def write_docx(
    publication: DemoPublication,
    path: Path,
    *,
    disclaimer: str,
    lines: list[tuple[str, str]],
) -> None:
    """Write the publication as DOCX on A4: title, the disclaimer, its text, the imprint.

    The bytes depend on the publication alone: the archive inside carries one fixed time.
    """
    document = docx.Document()
    _set_up(document, publication)
    title = document.add_paragraph(style="Title")
    title.add_run(publication.title)
    if publication.subtitle:
        document.add_paragraph(publication.subtitle, style="Subtitle")
    note = document.add_paragraph()
    note.add_run(disclaimer).italic = True
    intro, sections = read_text(publication.text)
    for block in [*intro, *(block for section in sections for block in section.blocks)]:
        _add(document, block)
    document.add_heading("Về bản này", level=2)
    for label, value in lines:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(value)
    held = BytesIO()
    document.save(held)
    path.write_bytes(_with_fixed_times(held.getvalue()))


def _set_up(document: Any, publication: DemoPublication) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    for name, size in (("Normal", 13), ("Title", 22), ("Subtitle", 14)):
        style = document.styles[name]
        style.font.name = TYPEFACE
        style.font.size = Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), TYPEFACE)
    for level, size in ((1, 16), (2, 14), (3, 13)):
        style = document.styles[f"Heading {level}"]
        style.font.name = TYPEFACE
        style.font.size = Pt(size)
        style.font.color.rgb = RGBColor(0x64, 0x11, 0x1C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    properties = document.core_properties
    moment = datetime.fromisoformat(f"{publication.issued}T08:00:00")
    properties.title = publication.title
    properties.author = publication.responsibility
    properties.last_modified_by = publication.responsibility
    properties.subject = publication.abstract
    properties.language = "vi-VN"
    properties.comments = ""
    properties.created = properties.modified = moment


def _add(document: Any, block: Block) -> None:
    kind = block["t"]
    if kind in ("h1", "h2", "h3"):
        _runs(document.add_heading(level=int(kind[1])), block["runs"])
    elif kind == "p":
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        _runs(paragraph, block["runs"])
    elif kind in ("ul", "ol"):
        style = "List Bullet" if kind == "ul" else "List Number"
        for item in block["items"]:
            _runs(document.add_paragraph(style=style), item)
    elif kind == "note":
        for line in [block["title"], *block["lines"]]:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(1)
            _runs(paragraph, line)
    elif kind == "verse":
        for line in block["lines"]:
            _runs(document.add_paragraph(style="Quote"), line)
    elif kind == "q":
        paragraph = document.add_paragraph()
        paragraph.add_run(f"Câu {block['n']}. ").bold = True
        _runs(paragraph, block["runs"])
        for line in [*block["options"], *([block["answer"]] if block["answer"] else [])]:
            answer = document.add_paragraph()
            answer.paragraph_format.left_indent = Cm(1)
            _runs(answer, line)
    elif kind == "table":
        _table(document, block)
    elif kind == "break":
        document.add_page_break()
    else:
        raise ValueError(f"a Word document has no form for {kind}")


def _table(document: Any, block: Block) -> None:
    columns = len(block["head"])
    head, flat = block["head"], block["cells"]
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    for row in [head, *(flat[i : i + columns] for i in range(0, len(flat), columns))]:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            _runs(cell.paragraphs[0], runs)
    for cell in table.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
    document.add_paragraph()


def _runs(paragraph: Any, runs: list[Run]) -> None:
    for run in runs:
        added = paragraph.add_run(run["s"])
        added.bold = run["k"] == "b" or None
        added.italic = run["k"] == "i" or None


def _with_fixed_times(packed: bytes) -> bytes:
    """The same archive with every member dated 1/1/1980, the oldest a ZIP can say."""
    held = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(packed)) as source,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, source.read(name))
    return held.getvalue()
