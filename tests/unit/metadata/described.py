"""Descriptions to write in every format: one with all fields, one that is hostile."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

from archive.core.dates import IssueDate
from archive.metadata.description import Creator, DescribedFile, Description

ID = "0123456789ab"
URL = f"https://kho.example/an-pham/{ID}"


def described(**changed: Any) -> Description:
    """A record in which every field has a value."""
    fields: dict[str, Any] = {
        "id": ID,
        "url": URL,
        "title": "Đông Khê, ba ngày tháng chín",
        "subtitle": "Kỷ niệm 75 năm",
        "other_titles": ("Đông Khê 1950",),
        "responsibility": "Nông Văn A chủ biên",
        "creators": (
            Creator(name="Nông Văn A", role="editor"),
            Creator(name="Bế Thị B", role="author"),
            Creator(name="Ban Tuyên giáo", role="sponsor", is_body=True),
        ),
        "edition": "In lần thứ 2",
        "publisher": "Nhà xuất bản Ví Dụ",
        "publisher_place": "Cao Bằng",
        "printer": "Công ty in Ví Dụ",
        "issued": IssueDate(2024, 7),
        "isbn": "978-604-57-1234-5",
        "issn": "1859-0012",
        "licence_number": "12/GP-VD",
        "licence_date": date(2024, 5, 6),
        "print_run": "1000",
        "extent": "120 tr.",
        "dimensions": "14,5 x 20,5 cm",
        "languages": ("vi", "tyz"),
        "series": "Tủ sách Ví Dụ",
        "volume": "Tập 2",
        "abstract": "Tóm tắt một dòng.",
        "contents": "Chương 1\nChương 2",
        "themes": ("Lịch sử cách mạng",),
        "places": ("Đông Khê",),
        "people": ("La Văn Cầu",),
        "events": ("Trận Đông Khê (16–18/9/1950)",),
        "relics": ("Pác Bó",),
        "audiences": ("Chi bộ",),
        "grades": ("8", "9"),
        "subjects": ("Lịch sử",),
        "rights": "Được dùng lại, ghi nguồn",
        "plan_task": "Kế hoạch ví dụ",
        "unit_code": "x-dong-khe",
        "unit_name": "Xã Đông Khê",
        "kind": "book",
        "files": (
            DescribedFile(
                url=f"{URL}/tep/1",
                name="đông khê.pdf",
                media_type="application/pdf",
                size_bytes=1234,
                sha256="ab" * 32,
            ),
        ),
        "added_at": datetime(2024, 8, 1, 20, tzinfo=UTC),
        "changed_at": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return Description(**{**fields, **changed})


def bare(**changed: Any) -> Description:
    """A record of which only the title is known."""
    moment = datetime(2024, 8, 1, tzinfo=UTC)
    return Description(
        id=ID, url=URL, title="Không rõ gì", added_at=moment, changed_at=moment, **changed
    )


ATTACK = (
    "=cmd|'/C calc'!A0 <b>&amp;\x00\x1e\x1d\x1f\x0b]]> {\\%}\r\nTY  - FAKE\r\nER  - \r\n"
    "@book{x,} \ufffe\ud800 " + unicodedata.normalize("NFD", "Đường về Pác Bó")
)


_TEXTS = (
    *("title", "subtitle", "responsibility", "edition", "publisher", "publisher_place"),
    *("printer", "isbn", "issn", "licence_number", "print_run", "extent", "dimensions"),
    *("series", "volume", "abstract", "contents", "rights", "plan_task", "unit_name"),
)
_SEVERAL = (
    *("other_titles", "languages", "themes", "places", "people", "events", "relics"),
    *("audiences", "grades", "subjects"),
)


def hostile() -> Description:
    """A record in which every text is an attack on some format."""
    return described(
        creators=(Creator(name=ATTACK, role="editor"), Creator(name=ATTACK, is_body=True)),
        **dict.fromkeys(_TEXTS, ATTACK),
        **dict.fromkeys(_SEVERAL, (ATTACK, "Bình thường")),
    )
