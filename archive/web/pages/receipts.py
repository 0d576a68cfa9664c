"""Receipts and the register: what their pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.web.pages.parts import Link, Pagination


@dataclass(frozen=True)
class ReceiptFile:
    """A file that was handed over. `name` is "" where only its digest may be told; `is_match`: its
    digest is the one that was asked about."""

    name: str
    size_label: str
    sha256: str
    is_match: bool = False


@dataclass(frozen=True)
class ReceiptPage:
    """A receipt for those it concerns. `earlier` and `later` are the receipts before and after it
    for the same publication, None where there is none."""

    number: str
    issued_at: datetime
    unit: str
    title: str
    depositor: str
    files: Sequence[ReceiptFile]
    total_label: str
    publication_url: str
    pdf_url: str
    check_url: str
    earlier: Link | None
    later: Link | None


@dataclass(frozen=True)
class ReceiptCheckPage:
    """A receipt for anybody who holds its token. `title` is "" where the publication is not open to
    all; `asked` is the digest that was asked about, `answer` the sentence on it, "" without one;
    `later` the number of the receipt that followed."""

    number: str
    issued_at: datetime
    unit: str
    title: str
    files: Sequence[ReceiptFile]
    later: str
    asked: str
    answer: str
    is_match: bool


@dataclass(frozen=True)
class RegisterLine:
    """A line of the register, as words. `url` leads to the publication. Of numbers that are struck
    out (`is_struck`) there is nothing but `number`, `status` and `note`."""

    number: str
    status: str
    note: str
    given_on: str = ""
    title: str = ""
    url: str = ""
    unit: str = ""
    kind: str = ""
    issued: str = ""
    licence: str = ""
    isbn: str = ""
    print_run: str = ""
    files: int = 0
    is_struck: bool = False


@dataclass(frozen=True)
class RegisterPage:
    """The register of one year; `is_whole` where every line is on the page, to print it."""

    year: int
    years: Sequence[Link]
    rows: Sequence[RegisterLine]
    total: int
    pagination: Pagination
    xlsx_url: str
    csv_url: str
    print_url: str
    is_whole: bool
