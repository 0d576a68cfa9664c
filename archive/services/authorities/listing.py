"""Lists of authorities and what a reader finds under them. Nothing here writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from archive.core.authorities import COMMUNE_TYPES, FIELD_KINDS
from archive.core.errors import SearchIndexError
from archive.core.roles import Actor
from archive.core.text import find_tokens, fold
from archive.models import (
    Authority,
    AuthoritySuccession,
    AuthorityVariant,
    Publication,
    PublicationValue,
)
from archive.search.index import SearchIndex
from archive.search.requests import AUTHORITY, SearchRequest
from archive.search.results import SearchResults
from archive.services.authorities.finding import Match
from archive.services.authorities.kin import load_kin
from archive.services.authorities.linking import Unlinked, matches_of
from archive.services.catalogue import listed_for, viewer_of
from archive.services.searching import as_of_now


def list_authorities(
    session: Session,
    kind: str,
    *,
    query: str = "",
    offset: int = 0,
    limit: int = 60,
) -> tuple[Sequence[Authority], int]:
    """Standing authorities of a kind in Vietnamese order, and how many there are in all.

    `query` is looked for in all their names, with marks or without.
    """
    wanted = [Authority.kind == kind, Authority.merged_into_id.is_(None)]
    if query:
        wanted.append(Authority.id.in_(_named_like(session, kind, query)))
    total = session.scalar(select(func.count()).select_from(Authority).where(*wanted)) or 0
    rows = select(Authority).where(*wanted).options(joinedload(Authority.parent))
    rows = rows.order_by(Authority.name_sort, Authority.valid_from, Authority.id)
    return session.scalars(rows.offset(offset).limit(limit)).all(), total


def offer_names(session: Session, kind: str, typed: str, *, limit: int = 10) -> list[Authority]:
    """Standing authorities one of whose names has a word that begins as typed; those whose own name
    begins so first, and of alike ones what still stands."""
    wanted = _folded(typed)
    if not wanted:
        return []
    rows = session.scalars(
        select(Authority).where(Authority.id.in_(_named_like(session, kind, typed)))
    )
    return sorted(
        rows,
        key=lambda row: (not _folded(row.name).startswith(wanted), row.valid_to, row.name_sort),
    )[:limit]


def counts_for(session: Session, index: SearchIndex, *, actor: Actor) -> Mapping[str, int] | None:
    """How many accepted publications that `actor` may read name each authority, by id: those of a
    theme with those of the themes in it, those of a place with those of what lies in it and of what
    it came from. None while the index cannot say."""
    asked = SearchRequest(
        viewer=viewer_of(actor), facets=(AUTHORITY,), gathered=gathered_places(session), per_page=1
    )
    try:
        found = index.search(as_of_now(session, asked, actor=actor))
    except SearchIndexError:
        return None
    return counts_in(found)


def counts_in(results: SearchResults) -> Mapping[str, int]:
    """The counts of authorities in results that were asked for them."""
    return {each.value: each.count for each in results.facets[AUTHORITY]}


def gathered_places(session: Session) -> Mapping[str, frozenset[str]]:
    """Under which places what names a place is counted, by its id."""
    kin = load_kin(session, "place")
    return {place: kin.counted_under(place) for place in kin.nodes}


def communes(session: Session) -> Sequence[str]:
    """The ids of the places that are communes today."""
    wanted = Authority.kind == "place", Authority.type.in_(COMMUNE_TYPES), Authority.valid_to == ""
    return _ids(session, *wanted)


def relics(session: Session) -> Sequence[str]:
    """The ids of all relics."""
    return _ids(session, Authority.kind == "relic")


def _ids(session: Session, *wanted: ColumnElement[bool]) -> Sequence[str]:
    return session.scalars(
        select(Authority.id).where(Authority.merged_into_id.is_(None), *wanted)
    ).all()


@dataclass(frozen=True)
class Around:
    """What stands around an authority: what lies in it, what came before it and what it became,
    and what it lay in before."""

    inside: Sequence[Authority]
    earlier: Sequence[Authority]
    later: Sequence[Authority]
    formerly_in: Sequence[Authority]


def around(session: Session, authority_id: str) -> Around:
    ties = session.execute(
        select(
            AuthoritySuccession.relation,
            AuthoritySuccession.earlier_id,
            AuthoritySuccession.later_id,
        ).where(
            or_(
                AuthoritySuccession.earlier_id == authority_id,
                AuthoritySuccession.later_id == authority_id,
            )
        )
    ).all()
    others = {each for tie in ties for each in tie[1:]} - {authority_id}
    rows = session.scalars(
        select(Authority)
        .where(or_(Authority.parent_id == authority_id, Authority.id.in_(others)))
        .where(Authority.merged_into_id.is_(None))
        .order_by(Authority.name_sort, Authority.id)
    ).all()

    def of(relation: str, *, before: bool) -> list[Authority]:
        found = {
            (tie[1] if before else tie[2])
            for tie in ties
            if tie[0] == relation and tie[2 if before else 1] == authority_id
        }
        return [row for row in rows if row.id in found]

    held = of("held", before=False)
    return Around(
        inside=[row for row in rows if row.parent_id == authority_id or row in held],
        earlier=of("became", before=True),
        later=of("became", before=False),
        formerly_in=of("held", before=True),
    )


def by_ids(session: Session, ids: Iterable[str]) -> Sequence[Authority]:
    """These authorities, by name."""
    wanted = Authority.id.in_(sorted(ids))
    return session.scalars(select(Authority).where(wanted).order_by(Authority.name_sort)).all()


def names(authority: Authority, *, also: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition on Publication under which it names the authority, or one of `also`."""
    ids = [authority.id, *also]
    if authority.kind == "series":
        return Publication.series_id.in_(ids)
    linked = PublicationValue.authority_id.in_(ids)
    return Publication.id.in_(select(PublicationValue.publication_id).where(linked))


def list_named(
    session: Session, condition: ColumnElement[bool], *, actor: Actor, offset: int, limit: int
) -> tuple[Sequence[Publication], int]:
    """Accepted publications under `condition` that `actor` may read, the newest issues first, and
    how many there are."""
    wanted = and_(listed_for(actor), condition)
    total = session.scalar(select(func.count()).select_from(Publication).where(wanted)) or 0
    order = (Publication.issued.desc(), Publication.title_sort, Publication.id)
    # Put in order by what the index holds; only what is shown is read whole.
    shown = select(Publication.id).where(wanted).order_by(*order).offset(offset).limit(limit)
    rows = session.scalars(
        select(Publication)
        .where(Publication.id.in_(shown))
        .options(joinedload(Publication.unit))
        .order_by(*order)
    ).all()
    return rows, total


@dataclass(frozen=True)
class IssueYear:
    """The issues of a periodical in one year (None where unknown), in order. `missing`: whole
    numbers between the first and the last that are not there."""

    year: int | None
    issues: Sequence[Publication]
    missing: Sequence[int]


_NUMBER = re.compile(r"(?:số\s*)(\d{1,4})(?:\s*/\s*\d{4})?", re.IGNORECASE)


def issue_years(issues: Sequence[Publication]) -> list[IssueYear]:
    """Issues by year, the newest year first, each in order of number and date. Numbers are missed
    only where each issue of the year has a plain one (Số 3, Số 3/2024)."""
    by_year: dict[int | None, list[Publication]] = {}
    for issue in issues:
        by_year.setdefault(issue.issued_year, []).append(issue)
    found = []
    for year in sorted(by_year, key=lambda year: -(year or 0)):
        own = by_year[year]
        own.sort(key=lambda issue: (issue_number(issue) or 10_000, issue.issued or "", issue.id))
        numbers = [issue_number(issue) for issue in own]
        plain = {number for number in numbers if number is not None}
        missing: list[int] = []
        if plain and None not in numbers and year is not None:
            missing = [each for each in range(min(plain), max(plain)) if each not in plain]
        # A slip of the keyboard (Số 2024) would tell of two thousand numbers.
        found.append(IssueYear(year, own, missing if len(missing) <= len(own) + 12 else []))
    return found


def issue_number(issue: Publication) -> int | None:
    """The number of an issue where it is a plain one."""
    match = _NUMBER.fullmatch(issue.volume.strip())
    return int(match[1]) if match else None


def open_questions(
    session: Session, *, offset: int, limit: int
) -> tuple[Sequence[tuple[Unlinked, int, Match]], int]:
    """Names in records that are tied to no authority, those of most records first: each with the
    number of its records and what can be said of it; and how many such names there are."""
    fields = [field for field in FIELD_KINDS if field != "series"]
    grouped = (
        select(
            PublicationValue.field,
            PublicationValue.value,
            func.count(PublicationValue.publication_id.distinct()).label("records"),
            func.min(Publication.issued).label("issued"),
        )
        .join(Publication, Publication.id == PublicationValue.publication_id)
        .where(PublicationValue.authority_id.is_(None), PublicationValue.field.in_(fields))
        .group_by(PublicationValue.field, PublicationValue.value)
    )
    total = session.scalar(select(func.count()).select_from(grouped.subquery())) or 0
    rows = session.execute(
        grouped.order_by(func.count().desc(), PublicationValue.field, PublicationValue.value)
        .offset(offset)
        .limit(limit)
    ).all()
    unlinked = [Unlinked(row[0], row[1], row[3]) for row in rows]
    found = matches_of(session, unlinked)
    return [(each, row[2], found[each]) for each, row in zip(unlinked, rows, strict=True)], total


def _named_like(session: Session, kind: str, typed: str) -> list[str]:
    """Databases know neither the capitals of đ and ơ nor that they are o and d, so names are
    compared here."""
    wanted = f" {_folded(typed)}"
    standing = (Authority.kind == kind, Authority.merged_into_id.is_(None))
    rows = [
        *session.execute(select(Authority.id, Authority.name, Authority.type).where(*standing)),
        *session.execute(
            select(Authority.id, AuthorityVariant.name, Authority.type)
            .join(Authority, Authority.id == AuthorityVariant.authority_id)
            .where(*standing)
        ),
    ]
    return list(
        dict.fromkeys(
            row[0]
            for row in rows
            if row[0] == typed or wanted in f" {_folded(f'{row[2]} {row[1]}')}"
        )
    )


def _folded(text: str) -> str:
    return " ".join(map(fold, find_tokens(text)))
