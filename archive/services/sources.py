"""The rows of a source: a folder with its subfolders, a file, or a sheet that names files of a
folder. A row's files lie in the folder; what leads out of it is a fault of the row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.text import clean_text
from archive.core.wording import refusal_sentence
from archive.services.sheets import SUFFIXES, SheetRow, read_sheet

_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Row:
    """A publication to be: its files and the typed values of its record."""

    number: int
    values: Mapping[str, str]
    files: tuple[Path, ...]
    names: tuple[str, ...]
    """The files as a person named them, relative to the source."""
    faults: tuple[RowError, ...] = ()
    """What reading the source found wrong; such a row cannot go in."""
    is_out_of_place: bool = False
    """Its cells may stand under the wrong headings, so that nothing else can be told of them."""


@dataclass(frozen=True)
class FailedRow:
    """A fault of a row that did not go in; a row may have several. `column` by its English
    heading, "" where none is to blame; `code` for programs, `reason` for people."""

    row: int
    file: str
    column: str
    code: str
    reason: str


class RowError(ArchiveError):
    """A row that cannot go in, with its column and the error behind."""

    code = "row_failed"

    def __init__(self, column: str, error: ArchiveError) -> None:
        super().__init__(column=column)
        self.column = column
        self.error = error


def fail_row(row: Row, error: RowError) -> FailedRow:
    """The row with what keeps it out."""
    return FailedRow(
        row=row.number,
        file=";".join(row.names),
        column=error.column,
        code=error.error.code,
        reason=refusal_sentence(error.error),
    )


def sheet_of(source: Path, sheet: Path | None) -> Path | None:
    """The sheet whose rows are imported, None where each file is a row."""
    if sheet is None and source.is_file() and source.suffix.lower() in SUFFIXES:
        return source
    return sheet


def read_rows(source: Path, sheet: Path | None) -> list[Row]:
    """The rows in the order of the source, each with the faults of its files and cells.

    A file that is itself a sheet names files of its own folder; any other file is one row. Raises
    InvalidInputError for a sheet that cannot be read.
    """
    found = sheet_of(source, sheet)
    if found is not None:
        folder = source if source.is_dir() else source.parent
        return _sheet_rows(folder, read_sheet(found))
    root = source if source.is_dir() else source.parent
    paths = sorted(_files_below(source)) if source.is_dir() else [source]
    return [
        Row(
            number=number,
            values={"title": clean_text(path.stem)[:500]},
            files=(path,),
            names=(str(path.relative_to(root)),),
        )
        for number, path in enumerate(paths, start=1)
    ]


def _files_below(folder: Path) -> Iterator[Path]:
    """The files in a folder and its subfolders; a link that leads out of the folder is none."""
    root = folder.resolve()
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.name.lower() in _LEFT_BY_SYSTEMS or not path.is_file():
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            continue
        yield path


def _sheet_rows(folder: Path, sheet: Sequence[SheetRow]) -> list[Row]:
    root = folder.resolve()
    rows: list[Row] = []
    for line in sheet:
        names = _file_names(line.values.get("files", ""))
        found = [_find_below(root, name) for name in names]
        paths = [path for path, _ in found]
        values = dict(line.values)
        if not values.get("title") and paths:
            values["title"] = clean_text(paths[0].stem)[:500]
        row = Row(line.number, values, tuple(paths), names)
        if line.surplus:
            surplus = InvalidInputError(field="sheet", problem="cells_surplus", value=line.surplus)
            row = replace(row, faults=(RowError("", surplus),), is_out_of_place=True)
        else:
            faults = [
                RowError("file", InvalidInputError(field="file", problem=problem, value=name))
                for name, (_, problem) in zip(names, found, strict=True)
                if problem
            ]
            row = replace(row, faults=tuple(faults))
        rows.append(row)
    return rows


def _file_names(cell: str) -> tuple[str, ...]:
    """The names between semicolons, each once, as they are spelt: a file's name may hold any
    number of spaces and either form of Unicode."""
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _find_below(root: Path, name: str) -> tuple[Path, str]:
    """The file of this name in the folder, with "" or the problem's code.

    Sheets and disks may spell one name in different forms of Unicode, and Windows writes `\\`.
    Each spelling is resolved before it is compared: neither `..`, an absolute path nor a link
    leads out of the folder.
    """
    spellings = [
        spelling
        for spelt in (name, name.replace("\\", "/"))
        for spelling in (
            spelt,
            unicodedata.normalize("NFC", spelt),
            unicodedata.normalize("NFD", spelt),
        )
    ]
    for spelling in dict.fromkeys(spellings):
        try:
            path = (root / spelling).resolve()
            if not path.is_relative_to(root) or path == root:
                return root, "path_outside"
            if path.is_file():
                return path, ""
        except (OSError, RuntimeError, ValueError):
            continue  # Too long, a circle of links, a NUL: no file has this name.
    return root, "file_missing"
