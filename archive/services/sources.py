"""The rows of a source: a folder with its subfolders, a file, or a sheet that names files of a
folder or a ZIP. A row's files lie in there; what leads out of it is a fault of the row."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from archive.core.errors import ArchiveError, InvalidInputError
from archive.core.text import clean_text
from archive.core.wording import refusal_sentence
from archive.metadata.cells import CellGuess, tidy
from archive.services.sheets import (
    SUFFIXES,
    Sheet,
    SheetRow,
    open_sheet,
    own_fields,
    sheet_rows,
)

_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}


class RowFile(Protocol):
    """A file that a row brings: `stem` is its name without folder and ending."""

    @property
    def stem(self) -> str: ...

    def open(self) -> IO[bytes]: ...

    def modified(self) -> float | None:
        """When it was last changed (seconds since 1970), None where that says nothing."""


@dataclass(frozen=True)
class FolderFile:
    """A file of a folder. `open` raises OSError where it went away meanwhile."""

    path: Path

    @property
    def stem(self) -> str:
        return self.path.stem

    def open(self) -> IO[bytes]:
        return self.path.open("rb")

    def modified(self) -> float | None:
        try:
            return self.path.stat().st_mtime
        except OSError:
            return None  # Its digest will tell.


FindFile = Callable[[str], tuple[RowFile | None, str]]
"""The file of a name in a sheet, or None and the problem's code."""


@dataclass(frozen=True)
class Row:
    """A publication to be: its files and the typed values of its record."""

    number: int
    values: Mapping[str, str]
    files: tuple[RowFile, ...]
    names: tuple[str, ...]
    """The files as a person named them, relative to the source."""
    faults: tuple[RowError, ...] = ()
    """What reading the source found wrong; such a row cannot go in."""
    is_out_of_place: bool = False
    """Its cells may stand under the wrong headings, so that nothing else can be told of them."""
    guesses: tuple[CellGuess, ...] = ()
    """Cells that were not taken as they stand."""


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


class RowSource(Protocol):
    """Rows that can be gone through again and again; none is kept in memory."""

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class FolderRows:
    """Each file of a folder and its subfolders as a row of its own, or one file alone."""

    source: Path

    def __iter__(self) -> Iterator[Row]:
        source = self.source
        root = source if source.is_dir() else source.parent
        paths = sorted(_files_below(source)) if source.is_dir() else [source]
        for number, path in enumerate(paths, start=1):
            yield Row(
                number=number,
                values={"title": clean_text(path.stem)[:500]},
                files=(FolderFile(path),),
                names=(str(path.relative_to(root)),),
            )


@dataclass(frozen=True)
class SheetRows:
    """The rows of a sheet under `fields` (see `sheets.sheet_rows`), with the files they name.

    `is_foreign`: the headings are not ours, so that neither are its words (see `cells.tidy`).
    """

    sheet: Sheet
    fields: Sequence[str]
    find: FindFile
    is_foreign: bool = False

    def __iter__(self) -> Iterator[Row]:
        return (self.row_of(line) for line in sheet_rows(self.sheet, self.fields))

    def row_of(self, line: SheetRow) -> Row:
        """The row that a line of the sheet is."""
        names = _file_names(line.values.get("files", ""))
        found = [self.find(name) for name in names]
        files = tuple(file for file, _ in found if file is not None)
        tidied = tidy(line.values, is_1904=self.sheet.is_1904, is_foreign=self.is_foreign)
        values = dict(tidied.values)
        if "files" in line.values:
            values["files"] = line.values["files"]
        if not values.get("title") and files:
            values["title"] = clean_text(files[0].stem)[:500]
        if line.surplus:
            surplus = InvalidInputError(field="sheet", problem="cells_surplus", value=line.surplus)
            faults = [RowError("", surplus)]
        else:
            faults = [
                RowError("file", InvalidInputError(field="file", problem=problem, value=name))
                for name, (_, problem) in zip(names, found, strict=True)
                if problem
            ]
        return Row(
            number=line.number,
            values=values,
            files=files,
            names=names,
            faults=tuple(faults),
            is_out_of_place=bool(line.surplus),
            guesses=tidied.guesses,
        )


def sheet_of(source: Path, sheet: Path | None) -> Path | None:
    """The sheet whose rows are imported, None where each file is a row."""
    if sheet is None and source.is_file() and source.suffix.lower() in SUFFIXES:
        return source
    return sheet


Mapped = Callable[[Sheet], Sequence[str]]
"""The field of each column of a sheet whose headings are not ours."""


def read_rows(source: Path, sheet: Path | None, *, mapped: Mapped | None = None) -> RowSource:
    """The rows in the order of the source, each with the faults of its files and cells.

    A file that is itself a sheet names files of its own folder; any other file is one row. Raises
    InvalidInputError for a sheet that cannot be read.
    """
    found = sheet_of(source, sheet)
    if found is None:
        return FolderRows(source)
    root = (source if source.is_dir() else source.parent).resolve()
    opened = open_sheet(found)
    return SheetRows(
        opened,
        mapped(opened) if mapped else own_fields(opened),
        lambda name: _find_below(root, name),
        is_foreign=mapped is not None,
    )


def no_files(_name: str) -> tuple[RowFile | None, str]:
    """The `FindFile` of a sheet that came alone."""
    return None, "file_missing"


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


def _file_names(cell: str) -> tuple[str, ...]:
    """The names between semicolons, each once, as they are spelt: a file's name may hold any
    number of spaces and either form of Unicode."""
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _find_below(root: Path, name: str) -> tuple[RowFile | None, str]:
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
                return None, "path_outside"
            if path.is_file():
                return FolderFile(path), ""
        except (OSError, RuntimeError, ValueError):
            continue  # Too long, a circle of links, a NUL: no file has this name.
    return None, "file_missing"
