"""The curators' queue: what waits, narrowed, counted and listed with few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload

from archive.core.authorities import name_sort
from archive.core.collation import sort_key
from archive.core.dates import today
from archive.core.roles import Actor, Role
from archive.core.status import WITH_CURATORS, Status
from archive.core.vocabulary import UNKNOWN_UNIT_CODE
from archive.metadata.issn import has_right_issn_digit
from archive.models import File, Likeness, Page, Publication, Unit, User
from archive.services.checks import is_right_isbn, numbers_in
from archive.services.guard import is_closed
from archive.services.likeness import is_suspected
from archive.services.recognition import FAILED, WAITING

MINE, NOBODY = "toi", "chua-ai"
ANY_PROBLEM = "any"
PROBLEMS = (
    "no_date",
    "date_range",
    "no_files",
    "unit_unknown",
    "isbn",
    "issn",
    "duplicate",
    "unreadable",
    "marking",
)


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """What part of the deposits a curator looks at; "" and None mean all.

    `reviewer`: MINE, NOBODY or an account's number. `check`: a code of `checks.CHECKS`, or
    ANY_PROBLEM.
    """

    status: Status | None = Status.SUBMITTED
    reviewer: str = ""
    unit: str = ""
    year: int | None = None
    kind: str = ""
    check: str = ""


@dataclass(frozen=True)
class Option:
    """One value that narrows the queue, with how many deposits of the queue have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Overview:
    """`statuses` over all publications; `units` and `years` of what is with the curators."""

    total: int
    mine: int
    suspected: int
    statuses: Mapping[str, int]
    units: Sequence[Option]
    years: Sequence[Option]
    reviewers: Sequence[Option]


def condition_of(
    session: Session, wanted: QueueFilter, *, actor: Actor, first_year: int
) -> ColumnElement[bool]:
    """The condition on Publication under which it belongs to the part `wanted`."""
    parts: list[ColumnElement[bool]] = [
        Publication.status == wanted.status
        if wanted.status is not None
        else Publication.status.in_(sorted(WITH_CURATORS))
    ]
    match wanted.reviewer:
        case "":
            pass
        case "toi":
            parts.append(Publication.reviewer_id == actor.user_id)
        case "chua-ai":
            parts.append(Publication.reviewer_id.is_(None))
        case number:
            known = number.isdecimal() and len(number) < 10
            parts.append(Publication.reviewer_id == int(number) if known else false())
    if wanted.unit:
        owner = select(Unit.id).where(Unit.code == wanted.unit).scalar_subquery()
        parts.append(Publication.unit_id == owner)
    if wanted.year is not None:
        parts.append(Publication.issued_year == wanted.year)
    if wanted.kind:
        parts.append(Publication.kind == wanted.kind)
    if wanted.check:
        within = and_(*parts)
        codes = PROBLEMS if wanted.check == ANY_PROBLEM else (wanted.check,)
        parts.append(or_(*(_fails(session, code, within, first_year) for code in codes)))
    return and_(*parts)


def _fails(
    session: Session, code: str, within: ColumnElement[bool], first_year: int
) -> ColumnElement[bool]:
    """The condition on Publication under which `services.checks` finds this of it."""
    files = exists().where(File.publication_id == Publication.id)
    pages = exists().where(Page.publication_id == Publication.id)
    match code:
        case "no_date":
            return Publication.issued.is_(None)
        case "date_range":
            # ISO dates of any precision order as text; a year alone stands before its days.
            late = Publication.issued > str(today())
            return or_(Publication.issued_year < first_year, late)
        case "no_files":
            return ~files
        case "unit_unknown":
            unknown = select(Unit.id).where(Unit.code == UNKNOWN_UNIT_CODE).scalar_subquery()
            return or_(Publication.unit_name_given != "", Publication.unit_id == unknown)
        case "isbn" | "issn":
            return Publication.id.in_(_wrong_numbers(session, code, within))
        case "duplicate":
            return or_(is_suspected(), _has_unlooked_twin())
        case "unreadable":
            return files.where(File.problem_code.is_not(None))
        case "marking":
            return is_closed()
        case "no_text":
            return pages.where(
                or_(Page.text_source == "none", Page.ocr_state.in_((WAITING, FAILED)))
            )
        case "legacy_font":
            return pages.where(Page.text_source == "repaired")
        case _:
            return false()


def _wrong_numbers(session: Session, field: str, within: ColumnElement[bool]) -> list[str]:
    """Which of these publications bear a number whose check digit is wrong: no database knows how
    to add that up, and few records have such a number at all."""
    column = Publication.isbn if field == "isbn" else Publication.issn
    is_right = is_right_isbn if field == "isbn" else has_right_issn_digit
    rows = session.execute(select(Publication.id, column).where(within, column != ""))
    return [number for number, typed in rows if not all(map(is_right, numbers_in(typed)))]


def _has_unlooked_twin() -> ColumnElement[bool]:
    """The condition on Publication that it holds a file of another, where nobody has looked at the
    two yet."""
    one, other = aliased(File), aliased(File)
    known = exists().where(
        or_(
            and_(
                Likeness.first_id == one.publication_id, Likeness.second_id == other.publication_id
            ),
            and_(
                Likeness.second_id == one.publication_id, Likeness.first_id == other.publication_id
            ),
        )
    )
    # Digests that occur twice are few, and found in their index alone.
    twice = select(File.sha256).group_by(File.sha256).having(func.count() > 1)
    return Publication.id.in_(
        select(one.publication_id)
        .join(other, and_(other.sha256 == one.sha256, other.publication_id != one.publication_id))
        .where(one.sha256.in_(twice), ~known)
    )


def overview(session: Session, condition: ColumnElement[bool], *, actor: Actor) -> Overview:
    """How many there are under `condition`, and the counts and choices beside them, asked for in
    one statement."""
    with_curators = Publication.status.in_(sorted(WITH_CURATORS))

    def count(part: str, *conditions: ColumnElement[bool]) -> Select[str, str, str, int]:
        return (
            select(literal(part), literal(""), literal(""), func.count())
            .select_from(Publication)
            .where(*conditions)
        )

    # Unit by unit, each from the index: joined, every deposit's row would be looked up.
    of_unit = (
        select(func.count()).where(Publication.unit_id == Unit.id, with_curators).scalar_subquery()
    )
    status = type_coerce(Publication.status, String)
    year = cast(Publication.issued_year, String)
    curators = and_(User.role.in_((Role.CURATOR, Role.ADMIN)), User.is_blocked.is_(False))
    rows: Sequence[Any] = session.execute(
        union_all(
            count("total", condition),
            count("mine", with_curators, Publication.reviewer_id == actor.user_id),
            count("suspected", with_curators, is_suspected()),
            select(literal("status"), status, literal(""), func.count())
            .where(true())
            .group_by(status),
            select(literal("unit"), Unit.code, Unit.name, of_unit).where(of_unit > 0),
            select(literal("year"), year, literal(""), func.count())
            .where(with_curators, Publication.issued_year.is_not(None))
            .group_by(Publication.issued_year),
            select(
                literal("reviewer"),
                cast(User.id, String),
                func.coalesce(func.nullif(User.name, ""), User.email),
                literal(0),
            ).where(curators),
        )
    ).all()
    parts: dict[str, list[Option]] = {}
    for part, value, label, number in rows:
        parts.setdefault(part, []).append(Option(str(value), str(label or value), number))
    return Overview(
        total=parts["total"][0].count,
        mine=parts["mine"][0].count,
        suspected=parts["suspected"][0].count,
        statuses={option.value: option.count for option in parts.get("status", ())},
        units=sorted(parts.get("unit", ()), key=lambda option: sort_key(option.label)),
        years=sorted(parts.get("year", ()), key=lambda option: option.value, reverse=True),
        reviewers=sorted(
            parts.get("reviewer", ()), key=lambda option: name_sort("person", option.label)
        ),
    )


def list_queue(
    session: Session, condition: ColumnElement[bool], *, offset: int, limit: int, oldest_first: bool
) -> Sequence[Publication]:
    """The publications under `condition`, with their units and reviewers."""
    order = Publication.added_at if oldest_first else Publication.added_at.desc()
    return session.scalars(
        select(Publication)
        .where(condition)
        .options(joinedload(Publication.unit), joinedload(Publication.reviewer))
        .order_by(order, Publication.id)
        .offset(offset)
        .limit(limit)
    ).all()
