"""What a publication is for other programs: the one object that every export format reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from archive.core.dates import IssueDate
from archive.core.text import canonical
from archive.core.vocabulary import CREATOR_ROLES, UNKNOWN_UNIT_CODE, UNKNOWN_UNIT_NAME

# Neither XML 1.0 nor MARC can hold these, and no format has a use for them inside a value.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BODY_ROLES = frozenset({"sponsor", "issuer"})
# How the names of bodies begin, in canonical letters with their marks: Trường and not Trương, Sở
# and not So. Đoàn is a surname, too, and counts only with the next word.
_BODIES = re.compile(
    r"(?:ban|bảo tàng|bộ|chi bộ|chi cục|chi đoàn|chi hội|công an|công ti|cục|câu lạc bộ|đảng bộ"
    r"|đảng ủy|đại học|đoàn (?:thanh niên|tncs|khối|trường|xã|phường)|hđnd|hội|hợp tác xã"
    r"|huyện đoàn|huyện ủy|khối|liên đoàn|liên hiệp|mặt trận|nhà xuất bản|nhóm|nxb|phòng|sở|tổ"
    r"|thành đoàn|thành ủy|thư viện|tỉnh đoàn|tỉnh hội|tỉnh ủy|tổng cục|trung tâm|trường"
    r"|ubmttq|ubnd|ủy ban|văn phòng|viện|vụ|xã đoàn|đảng cộng sản|quân đội|tòa soạn|báo|tạp chí)"
    r"\b"
)


def one_line(text: str) -> str:
    """The text in NFC on one line, without control characters; "" stays "".

    Storage is trusted with what it holds, a format's separators are not: whatever stands in a
    record, no value of it can end a line, a field or a document early.
    """
    cleaned = unicodedata.normalize("NFC", _CONTROL.sub(" ", text))
    return " ".join(cleaned.split())


def several_lines(text: str) -> str:
    """The same with its line ends, each a single line feed."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def looks_like_body(name: str, role: str = "") -> bool:
    """Whether the name is a body's and not a person's, by what it did and how it begins.

    The record does not say; a wrong guess costs a name its place among bodies, no more.
    """
    if role in _BODY_ROLES:
        return True
    return _BODIES.match(" ".join(map(canonical, name.split()[:3]))) is not None


@dataclass(frozen=True, kw_only=True)
class Creator:
    """A person or body with its part in the publication, a code of `CREATOR_ROLES` or "" ."""

    name: str
    role: str = ""
    is_body: bool = False

    @property
    def role_label(self) -> str:
        return CREATOR_ROLES.vietnamese.get(self.role, "")

    @property
    def typed(self) -> str:
        """As a sheet or form has it, `Nông Văn A (chủ biên)`."""
        return f"{self.name} ({self.role_label})" if self.role_label else self.name


@dataclass(frozen=True, kw_only=True)
class DescribedFile:
    """An original: where its readers fetch it, and its digest."""

    url: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Description:
    """A publication's record with its files, addresses absolute.

    Fields are as in the record: texts "" and dates None where nothing is known. `kind`, `access`
    and `languages` are codes of the vocabulary (a language may be any text that was typed).
    `unit_name` is what the record calls the unit. `accession_number` is "" before acceptance.
    """

    id: str
    url: str
    title: str
    subtitle: str = ""
    other_titles: Sequence[str] = ()
    responsibility: str = ""
    creators: Sequence[Creator] = ()
    edition: str = ""
    publisher: str = ""
    publisher_place: str = ""
    printer: str = ""
    issued: IssueDate | None = None
    isbn: str = ""
    issn: str = ""
    licence_number: str = ""
    licence_date: date | None = None
    print_run: str = ""
    extent: str = ""
    dimensions: str = ""
    languages: Sequence[str] = ()
    series: str = ""
    volume: str = ""
    abstract: str = ""
    contents: str = ""
    themes: Sequence[str] = ()
    places: Sequence[str] = ()
    people: Sequence[str] = ()
    events: Sequence[str] = ()
    relics: Sequence[str] = ()
    audiences: Sequence[str] = ()
    grades: Sequence[str] = ()
    subjects: Sequence[str] = ()
    rights: str = ""
    access: str = "public"
    embargo_until: date | None = None
    plan_task: str = ""
    unit_code: str = ""
    unit_name: str = ""
    kind: str = "other"
    status: str = "accepted"
    files: Sequence[DescribedFile] = ()
    accession_number: str = ""
    is_demo: bool = False
    added_at: datetime
    changed_at: datetime

    @property
    def source(self) -> str:
        """The archive's host name, which says whose number `id` is."""
        return urlsplit(self.url).hostname or ""

    @property
    def full_title(self) -> str:
        """Title and subtitle as one line."""
        title = one_line(self.title)
        subtitle = one_line(self.subtitle)
        return f"{title}: {subtitle}" if subtitle else title

    @property
    def brought_out_by(self) -> str:
        """The publisher, else the unit, for formats that cite; "" where the unit is the author
        already or nobody knows it. A format that describes the piece has `publisher` alone."""
        if publisher := one_line(self.publisher):
            return publisher
        if self.unit_code == UNKNOWN_UNIT_CODE and self.unit_name == UNKNOWN_UNIT_NAME:
            return ""
        unit = one_line(self.unit_name)
        authors = {one_line(each.name) for each in self.creators if each.role in ("", "author")}
        return unit if self.creators and unit not in authors else ""

    @property
    def unit_in_sheet(self) -> str:
        """What an import finds the unit by: its code, or the name that nobody knew."""
        unknown = self.unit_code == UNKNOWN_UNIT_CODE and self.unit_name != UNKNOWN_UNIT_NAME
        return self.unit_name if unknown else self.unit_code


DEMO_NOTE = "Ấn phẩm minh họa"
"""What every format says of a demo record, so that nobody takes it for a real publication."""
