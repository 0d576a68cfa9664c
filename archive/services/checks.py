"""What the archive itself sees of a deposit before a person looks: complete, numbers that check,
duplicates, text, dates, marks of secrecy. Nothing is refused because of a check; what is a problem
keeps a deposit from being accepted together with others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from archive.core.dates import IssueDate, today
from archive.core.language import N_, Words, _, counted
from archive.core.likeness import Decision, LikenessKind
from archive.core.roles import Actor
from archive.core.vocabulary import UNKNOWN_UNIT_CODE
from archive.core.wording import marking_words
from archive.metadata.isbn import has_right_check_digit, normal_isbn
from archive.metadata.issn import has_right_issn_digit
from archive.models import File, Publication
from archive.services.guard import OpenMarking, list_open_markings
from archive.services.likeness import Likeness, list_likenesses, may_be_told
from archive.services.page_counts import PageCounts, count_reading


class Level(StrEnum):
    """PROBLEM: a person has to decide. NOTICE: worth knowing."""

    NOTICE = "notice"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """One thing to look at. `place` is where: an anchor of the publication's page, "" for none."""

    code: str
    level: Level
    sentence: str
    place: str = ""

    @property
    def is_problem(self) -> bool:
        return self.level is Level.PROBLEM


CHECKS = Words(
    {
        "no_date": N_("Thiếu ngày phát hành"),
        "date_range": N_("Ngày phát hành ngoài khoảng nhận"),
        "no_files": N_("Không có tệp"),
        "unit_unknown": N_("Chưa rõ đơn vị"),
        "isbn": N_("ISBN sai"),
        "issn": N_("ISSN sai"),
        "duplicate": N_("Có thể trùng"),
        "unreadable": N_("Tệp chưa đọc được"),
        "marking": N_("Có dấu mật"),
        "no_text": N_("Trang chưa có chữ"),
        "legacy_font": N_("Phông chữ cũ"),
    }
)
"""The checks by code, as a list of them is filtered."""


def checks_of(
    session: Session,
    publications: Sequence[Publication],
    *,
    first_year: int,
    actor: Actor,
    files: Mapping[str, Sequence[File]] | None = None,
    pages: Mapping[str, PageCounts] | None = None,
    markings: Mapping[str, Sequence[OpenMarking]] | None = None,
    pairs: Mapping[str, Sequence[Likeness]] | None = None,
    twins: Mapping[str, Collection[str]] | None = None,
    told: Collection[str] | None = None,
) -> dict[str, tuple[Check, ...]]:
    """What is to be looked at of each publication, problems first, as far as `actor` may be told.
    However many they are, the database is asked at most six times; what the caller has read
    already need not be read again. `twins`: as of `same_files`; `told`: which of the pairs' others
    and of these `actor` may know of."""
    ids = [publication.id for publication in publications]
    if not ids:
        return {}
    files = files_of(session, ids) if files is None else files
    pages = count_reading(session, ids) if pages is None else pages
    markings = list_open_markings(session, ids) if markings is None else markings
    pairs = list_likenesses(session, ids) if pairs is None else pairs
    twins = same_files(session, ids) if twins is None else twins
    if told is None:
        told = may_be_told(session, _others(pairs, twins), actor=actor)
    alike = _duplicates(ids, pairs, twins, told)
    found = {}
    for publication in publications:
        checks = [
            *_of_record(publication, first_year),
            *_of_files(files.get(publication.id, ()), pages.get(publication.id, PageCounts())),
            *alike.get(publication.id, ()),
        ]
        if marks := markings.get(publication.id):
            words = marking_words({"page": marks[0].page_number, "line": marks[0].line})
            checks.append(Check("marking", Level.PROBLEM, words))
        found[publication.id] = tuple(sorted(checks, key=lambda check: not check.is_problem))
    return found


def _of_record(publication: Publication, first_year: int) -> list[Check]:
    checks = []
    issued = publication.issue_date
    if issued is None:
        checks.append(Check("no_date", Level.PROBLEM, _("Chưa có ngày phát hành."), "thong-tin"))
    elif issued.year < first_year:
        words = _("Phát hành {day}, trước năm {first_year}.").format(
            day=issued.vietnamese, first_year=first_year
        )
        checks.append(Check("date_range", Level.PROBLEM, words, "thong-tin"))
    elif _is_future(issued):
        words = _("Ngày phát hành {day} ở tương lai.").format(day=issued.vietnamese)
        checks.append(Check("date_range", Level.PROBLEM, words, "thong-tin"))
    if publication.unit_name_given:
        words = _("Không có đơn vị nào tên “{name}”.").format(name=publication.unit_name_given)
        checks.append(Check("unit_unknown", Level.PROBLEM, words, "thong-tin"))
    elif publication.unit.code == UNKNOWN_UNIT_CODE:
        checks.append(
            Check("unit_unknown", Level.PROBLEM, _("Chưa rõ đơn vị phát hành."), "thong-tin")
        )
    for code, name, value, is_right in (
        ("isbn", "ISBN", publication.isbn, is_right_isbn),
        ("issn", "ISSN", publication.issn, has_right_issn_digit),
    ):
        for number in numbers_in(value):
            if not is_right(number):
                words = _("{name} “{number}” sai số kiểm tra hoặc thiếu chữ số.").format(
                    name=name, number=number
                )
                checks.append(Check(code, Level.PROBLEM, words, "thong-tin"))
    return checks


def numbers_in(value: str) -> list[str]:
    """The numbers in a field that may hold several, without what stands beside them in brackets."""
    parts = re.split(r"[;,/]", re.sub(r"\([^)]*\)", "", value))
    return [number for part in parts if (number := part.strip())]


def is_right_isbn(number: str) -> bool:
    return has_right_check_digit(normal_isbn(number))


def _is_future(issued: IssueDate) -> bool:
    day = today()
    latest = (day.year, day.month if issued.month else 0, day.day if issued.day else 0)
    return (issued.year, issued.month, issued.day) > latest


def _of_files(files: Sequence[File], pages: PageCounts) -> list[Check]:
    if not files:
        return [Check("no_files", Level.PROBLEM, _("Chưa có tệp nào của ấn phẩm."), "tep")]
    checks = []
    if broken := [file.name for file in files if file.problem_code]:
        words = counted("Chưa đọc được hết {number} tệp: {names}.", len(broken)).format(
            number=len(broken), names="; ".join(broken[:3])
        )
        checks.append(Check("unreadable", Level.PROBLEM, words, "can-xu-ly"))
    if not all(file.text_done or file.problem_code for file in files):
        checks.append(Check("reading", Level.NOTICE, _("Kho đang đọc chữ trong tệp."), "tien-do"))
        return checks
    if pages.waiting:
        words = counted("{number} trang là ảnh, đang chờ nhận dạng chữ.", pages.waiting).format(
            number=pages.waiting
        )
        checks.append(Check("no_text", Level.NOTICE, words, "tien-do"))
    if pages.failed:
        words = counted("{number} trang là ảnh, không nhận dạng được chữ.", pages.failed).format(
            number=pages.failed
        )
        checks.append(Check("no_text", Level.NOTICE, words, "tien-do"))
    if pages.empty:
        words = (
            _("Không trang nào có chữ; chỉ tìm được theo nhan đề và mô tả.")
            if pages.empty == pages.total
            else counted("{number} trang không có chữ nào.", pages.empty).format(number=pages.empty)
        )
        checks.append(Check("no_text", Level.NOTICE, words, "cac-trang"))
    if pages.repaired:
        words = counted(
            "{number} trang dùng phông chữ cũ, kho đã chuyển sang Unicode.", pages.repaired
        ).format(number=pages.repaired)
        checks.append(Check("legacy_font", Level.NOTICE, words, "cac-trang"))
    return checks


def _others(
    pairs: Mapping[str, Sequence[Likeness]], twins: Mapping[str, Collection[str]]
) -> set[str]:
    others = {pair.other.id for found in pairs.values() for pair in found}
    others.update(number for found in twins.values() for number in found)
    return others


def _duplicates(
    ids: Sequence[str],
    pairs: Mapping[str, Sequence[Likeness]],
    twins: Mapping[str, Collection[str]],
    told: Collection[str],
) -> dict[str, list[Check]]:
    """Pairs that wait for a curator's word, and files that another publication holds too and
    nobody has looked at yet."""
    checks: dict[str, list[Check]] = defaultdict(list)
    for publication_id in ids:
        known = {pair.other.id for pair in pairs.get(publication_id, ())}
        waiting = [
            pair
            for pair in pairs.get(publication_id, ())
            if pair.decision is Decision.UNDECIDED and pair.other.id in told
        ]
        if waiting:
            strongest = waiting[0].kind
            words = (
                _("Có tệp giống hệt ở ấn phẩm khác.")
                if strongest is LikenessKind.SAME_BYTES
                else _("Có ấn phẩm gần giống, chờ biên mục viên xác nhận.")
            )
            checks[publication_id].append(Check("duplicate", Level.PROBLEM, words, "gan-giong"))
        elif (set(twins.get(publication_id, ())) - known) & set(told):
            words = _("Có tệp giống hệt ở ấn phẩm khác.")
            checks[publication_id].append(Check("duplicate", Level.PROBLEM, words))
    return checks


def files_of(session: Session, ids: Sequence[str]) -> dict[str, list[File]]:
    """The files of each of these publications, in their order."""
    found: dict[str, list[File]] = defaultdict(list)
    for file in session.scalars(
        select(File).where(File.publication_id.in_(ids)).order_by(File.position)
    ):
        found[file.publication_id].append(file)
    return found


def same_files(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    """For each of these publications the others that hold one of its files, byte for byte."""
    other = aliased(File)
    rows = session.execute(
        select(File.publication_id, other.publication_id)
        .join(other, and_(other.sha256 == File.sha256, other.publication_id != File.publication_id))
        .where(File.publication_id.in_(ids))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for one, two in rows:
        found[one].add(two)
    return found
