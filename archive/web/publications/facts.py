"""The record of a publication as lines of label and values; what is empty has no line."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import url_for

from archive.core.language import N_, _, counted
from archive.core.vocabulary import ACCESS, CREATOR_ROLES, LANGUAGES
from archive.models import Publication, PublicationValue
from archive.web.authorities import authority_url
from archive.web.languages import here
from archive.web.pages.publication import Fact, OutlineRow
from archive.web.present import written_date


def publication_facts(publication: Publication) -> list[Fact]:
    """Every filled field but title, subtitle, abstract and contents, which have places of their
    own."""
    issued = publication.issue_date
    rows: dict[str, list[PublicationValue]] = {}
    for row in publication.values:
        rows.setdefault(row.field, []).append(row)

    def several(label: str, field: str, facet: str = "") -> Fact:
        values = [(_shown(row), value_url(row, facet)) for row in rows.get(field, ())]
        return Fact(
            label=counted(label, len(values)),
            values=values,
            is_told=field == "languages",
        )

    facts = [
        _one(_("Số đăng ký"), publication.accession),
        several(N_("Nhan đề khác"), "other_titles"),
        Fact(_("Đơn vị"), [_unit(publication)]),
        several(N_("Tác giả"), "creators"),
        _one(_("Thông tin trách nhiệm"), publication.responsibility),
        _one(_("Lần xuất bản"), publication.edition),
        Fact(
            _("Phát hành"),
            [(issued.vietnamese, url_for("browse.index", year=issued.year))] if issued else [],
        ),
        _one(_("Nơi xuất bản"), publication.publisher_place),
        _one(_("Nhà xuất bản"), publication.publisher),
        _one(_("Đơn vị in"), publication.printer),
        _one(_("Số giấy phép"), publication.licence_number),
        _one(_("Ngày cấp phép"), written_date(publication.licence_date)),
        _one("ISBN", publication.isbn),
        _one("ISSN", publication.issn),
        _one(_("Số lượng in"), publication.print_run),
        _one(_("Số trang"), publication.extent),
        _one(_("Khổ"), publication.dimensions),
        *_series(publication),
        several(N_("Ngôn ngữ"), "languages", "language"),
        several(N_("Chủ đề"), "themes", "theme"),
        several(N_("Địa danh"), "places", "place"),
        several(N_("Nhân vật"), "people", "person"),
        several(N_("Sự kiện"), "events"),
        several(N_("Di tích"), "relics"),
        several(N_("Đối tượng"), "audiences", "audience"),
        several(N_("Lớp"), "grades", "grade"),
        several(N_("Môn học"), "subjects", "subject"),
        _one(_("Nhiệm vụ"), publication.plan_task),
        _one(_("Quyền sử dụng"), publication.rights),
        Fact(_("Truy cập"), [(ACCESS[publication.access.value], "")], is_told=True),
        _one(_("Hạn chế đến"), written_date(publication.embargo_until)),
    ]
    return [fact for fact in facts if fact.values]


def value_url(row: PublicationValue, facet: str) -> str:
    """Where a value leads: to what it names, else to all that has it, "" where nothing does."""
    if row.authority is not None:
        return authority_url(row.authority)
    return f"{here('/duyet')}?{urlencode({facet: row.value})}" if facet else ""


def contents_lines(publication: Publication, outline: Sequence[OutlineRow]) -> Sequence[str]:
    """The parts of the publication as its record lists them; none where the first level of its
    files' `outline` says the same, word for word."""
    lines = [line.strip() for line in publication.contents.splitlines() if line.strip()]
    return [] if lines == [row.title for row in outline] else lines


def _one(label: str, value: str) -> Fact:
    return Fact(label=label, values=[(value, "")] if value else [])


def _unit(publication: Publication) -> tuple[str, str]:
    if publication.unit_name_given:
        return (publication.unit_name_given, "")
    return (publication.unit.name, url_for("browse.index", unit=publication.unit.code))


def _shown(row: PublicationValue) -> str:
    if row.role:
        return f"{row.value} ({CREATOR_ROLES[row.role]})"
    return LANGUAGES.get(row.value, row.value)


def _series(publication: Publication) -> list[Fact]:
    """The series with the volume behind it: which number of which bulletin this is."""
    named = ", ".join(part for part in (publication.series, publication.volume) if part)
    if not publication.series:
        return [_one(_("Tập, số"), named)]
    address = (
        url_for("authorities.show", section="tung-thu", authority_id=publication.series_id)
        if publication.series_id is not None
        else ""
    )
    return [Fact(_("Tùng thư"), [(named, address)])]
