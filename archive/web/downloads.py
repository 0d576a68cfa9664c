"""Menus of the formats in which a record or a list is fetched."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for
from werkzeug.datastructures import MultiDict

from archive.core.language import _, written_number
from archive.metadata.formats import FORMATS
from archive.services import exporting
from archive.web.context import current_actor
from archive.web.listing import address
from archive.web.pages.parts import Downloads, Link

SEARCH, BROWSE = "/tim-kiem/tai-ve", "/duyet/tai-ve"
LONG_LIST = 2_000
"""From so many records on a workbook takes more than a moment before its first byte."""
CITING = ("bibtex", "ris", "csl")
RECORD = ("mrc", "marcxml", "dc", "dcterms", "json", "csv", "xlsx")


def publication_downloads(publication_id: str, names: Iterable[str]) -> list[Link]:
    """The addresses of a record's formats."""
    return [
        Link(
            label=_(FORMATS[name].label),
            url=url_for("exports.publication", publication_id=publication_id, dang=name),
        )
        for name in names
    ]


def list_downloads(args: MultiDict[str, str], *, path: str, total: int) -> Downloads | None:
    """The menu of a list at `path` of `total` records; None for an empty one."""
    if not total:
        return None
    base = address(args, path=path, without="dang")
    mark = "&" if "?" in base else "?"
    most = exporting.most_records(current_actor())
    note = ""
    if most is not None and total > most:
        note = _(
            "Mỗi lần tải được {number} ấn phẩm đầu danh sách. Muốn tải hết, hãy "
            "lọc theo năm hoặc theo đơn vị rồi tải từng phần."
        ).format(number=written_number(most))
    elif total > LONG_LIST:
        note = _(
            "Danh sách này dài: kho phải dựng xong bảng tính XLSX rồi mới bắt đầu gửi, có khi mất "
            "cả phút. Các dạng khác được gửi ngay từ ấn phẩm đầu tiên."
        )
    return Downloads(
        links=[
            Link(label=_(made.label), url=f"{base}{mark}dang={made.name}")
            for made in FORMATS.values()
        ],
        note=note,
    )
