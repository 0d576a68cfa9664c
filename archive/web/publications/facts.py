"""The record of a publication as lines of label and values; what is empty has no line."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import url_for

from archive.core.vocabulary import ACCESS, LANGUAGES
from archive.models import Publication, PublicationValue
from archive.web.authorities import authority_url
from archive.web.pages.publication import Fact
from archive.web.present import vietnamese_date


def publication_facts(publication: Publication) -> list[Fact]:
    """Every filled field but title, subtitle, abstract and contents, which have places of their
    own."""
    issued = publication.issue_date
    rows: dict[str, list[PublicationValue]] = {}
    for row in publication.values:
        rows.setdefault(row.field, []).append(row)

    def several(label: str, field: str, facet: str = "") -> Fact:
        return Fact(
            label=label,
            values=[
                (LANGUAGES.get(row.value, row.typed), value_url(row, facet))
                for row in rows.get(field, ())
            ],
        )

    facts = [
        _one("Số đăng ký", publication.accession),
        several("Nhan đề khác", "other_titles"),
        Fact("Đơn vị", [_unit(publication)]),
        several("Tác giả", "creators"),
        _one("Thông tin trách nhiệm", publication.responsibility),
        _one("Lần xuất bản", publication.edition),
        Fact(
            "Phát hành",
            [(issued.vietnamese, url_for("browse.index", year=issued.year))] if issued else [],
        ),
        _one("Nơi xuất bản", publication.publisher_place),
        _one("Nhà xuất bản", publication.publisher),
        _one("Đơn vị in", publication.printer),
        _one("Số giấy phép", publication.licence_number),
        _one("Ngày cấp phép", vietnamese_date(publication.licence_date)),
        _one("ISBN", publication.isbn),
        _one("ISSN", publication.issn),
        _one("Số lượng in", publication.print_run),
        _one("Số trang", publication.extent),
        _one("Khổ", publication.dimensions),
        *_series(publication),
        several("Ngôn ngữ", "languages", "language"),
        several("Chủ đề", "themes", "theme"),
        several("Địa danh", "places", "place"),
        several("Nhân vật", "people", "person"),
        several("Sự kiện", "events"),
        several("Di tích", "relics"),
        several("Đối tượng", "audiences", "audience"),
        several("Lớp", "grades", "grade"),
        several("Môn học", "subjects", "subject"),
        _one("Nhiệm vụ", publication.plan_task),
        _one("Quyền", publication.rights),
        _one("Truy cập", ACCESS[publication.access.value]),
        _one("Hạn chế đến", vietnamese_date(publication.embargo_until)),
    ]
    return [fact for fact in facts if fact.values]


def value_url(row: PublicationValue, facet: str) -> str:
    """Where a value leads: to what it names, else to all that has it, "" where nothing does."""
    if row.authority is not None:
        return authority_url(row.authority)
    return f"/duyet?{urlencode({facet: row.value})}" if facet else ""


def contents_lines(publication: Publication) -> Sequence[str]:
    """The parts of the publication as its record lists them."""
    return [line.strip() for line in publication.contents.splitlines() if line.strip()]


def _one(label: str, value: str) -> Fact:
    return Fact(label=label, values=[(value, "")] if value else [])


def _unit(publication: Publication) -> tuple[str, str]:
    if publication.unit_name_given:
        return (publication.unit_name_given, "")
    return (publication.unit.name, url_for("browse.index", unit=publication.unit.code))


def _series(publication: Publication) -> list[Fact]:
    """The series with the volume behind it: which number of which bulletin this is."""
    named = ", ".join(part for part in (publication.series, publication.volume) if part)
    if not publication.series:
        return [_one("Tập, số", named)]
    address = (
        url_for("authorities.show", section="tung-thu", authority_id=publication.series_id)
        if publication.series_id is not None
        else ""
    )
    return [Fact("Tùng thư", [(named, address)])]
