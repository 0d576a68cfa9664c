"""Reading the catalogue: who may see what, lists, counts. Nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only

from archive.core.dates import today
from archive.core.errors import NotFoundError
from archive.core.roles import Access, Actor
from archive.core.status import Status
from archive.models import Event, File, Page, Publication, PublicationValue, Unit
from archive.search.requests import Viewer
from archive.services.guard import is_closed
from archive.services.succession import is_over
from archive.services.units import by_name


def viewer_of(actor: Actor) -> Viewer:
    """The same rights as `visible_to`, in the search index's terms."""
    return Viewer(
        may_see_all=actor.may_curate,
        signed_in=actor.is_signed_in,
        unit_codes=actor.unit_codes,
        today=today(),
    )


def of_own_unit(actor: Actor) -> ColumnElement[bool]:
    """The condition on Publication that its unit is one that `actor` answers for: their own or one
    that became it. `Actor.answers_for` says the same of a row."""
    return Publication.unit_id.in_(actor.unit_ids) if actor.unit_ids else false()


def readable_by(actor: Actor, *, on: date | None = None) -> ColumnElement[bool]:
    """The condition on Publication under which `actor` may read its content.

    Accepted records: public to anyone, internal to any account, restricted (or under embargo) to
    its own unit; none that bears a mark of secrecy nobody has cleared. Curators read all.
    """
    if actor.may_curate:
        return true()
    return and_(Publication.status == Status.ACCEPTED, _open_to(actor, on=on))


def _open_to(actor: Actor, *, on: date | None = None) -> ColumnElement[bool]:
    """Whether `actor` may read the content of a record that is (or was) accepted."""
    day = on or today()
    free = or_(Publication.embargo_until.is_(None), Publication.embargo_until <= day)
    open_to = [Access.PUBLIC, Access.INTERNAL] if actor.is_signed_in else [Access.PUBLIC]
    readable = and_(free, Publication.access.in_(open_to))
    if actor.unit_ids:
        readable = or_(readable, of_own_unit(actor))
    return and_(readable, not_(is_closed()))


def find_withdrawn(session: Session, publication_id: str, *, actor: Actor) -> Publication | None:
    """The withdrawn publication that `actor` could read before; None for any other: that it exists
    is nobody's business."""
    return session.scalar(
        select(Publication)
        .where(
            Publication.id == publication_id,
            Publication.status == Status.WITHDRAWN,
            _open_to(actor),
        )
        .options(joinedload(Publication.unit))
    )


def listed_for(actor: Actor) -> ColumnElement[bool]:
    """What the home page lists and counts, as search does: accepted records the actor may read,
    but for those that a mark of secrecy keeps closed."""
    return and_(Publication.status == Status.ACCEPTED, readable_by(actor), not_(is_closed()))


def visible_to(actor: Actor, *, on: date | None = None) -> ColumnElement[bool]:
    """What `actor` may open: what they may read, and for a depositor all of their own unit. What
    a mark of secrecy keeps closed is open to who deposited it and to curators alone."""
    if actor.may_curate:
        return true()
    if actor.may_deposit and actor.unit_ids:
        own = and_(of_own_unit(actor), not_closed_to(actor))
        return or_(readable_by(actor, on=on), own)
    return readable_by(actor, on=on)


def not_closed_to(actor: Actor) -> ColumnElement[bool]:
    """Whether no mark of secrecy keeps the publication from `actor`, whatever else does."""
    if actor.may_curate:
        return true()
    if actor.user_id is None:
        return not_(is_closed())
    return or_(not_(is_closed()), Publication.depositor_id == actor.user_id)


def find_publication(session: Session, publication_id: str, *, actor: Actor) -> Publication:
    """The publication, or NotFoundError where there is none that `actor` may open.

    What exists but is closed to the actor is "not found" too: its existence is nobody's business.
    """
    found = session.scalars(
        select(Publication)
        .where(Publication.id == publication_id, visible_to(actor))
        .options(
            joinedload(Publication.unit),
            joinedload(Publication.values).joinedload(PublicationValue.authority),
        )
    )
    publication = found.unique().one_or_none()
    if publication is None:
        raise NotFoundError(what="publication", id=publication_id)
    return publication


def find_page(session: Session, publication_id: str, number: int, *, actor: Actor) -> Page:
    """One page of a publication that `actor` may open, or NotFoundError."""
    page = session.scalar(
        select(Page)
        .join(Page.file)
        .join(File.publication)
        .where(Page.publication_id == publication_id, Page.number == number, visible_to(actor))
        .options(
            contains_eager(Page.file).contains_eager(File.publication).joinedload(Publication.unit)
        )
    )
    if page is None:
        raise NotFoundError(what="page", id=publication_id, number=number)
    return page


def find_file(session: Session, publication_id: str, position: int, *, actor: Actor) -> File:
    """The original at `position` (from 1) of a publication that `actor` may open."""
    file = session.scalar(
        select(File)
        .join(File.publication)
        .where(File.publication_id == publication_id, File.position == position, visible_to(actor))
    )
    if file is None:
        raise NotFoundError(what="file", id=publication_id, number=position)
    return file


def files_and_twins(session: Session, publication_id: str) -> tuple[list[File], set[str]]:
    """The publication's files in their order, and the others that hold one of them, byte for
    byte: both in one statement."""
    own = select(File.sha256).where(File.publication_id == publication_id)
    found = session.scalars(
        select(File)
        .where(or_(File.publication_id == publication_id, File.sha256.in_(own)))
        .order_by(File.position)
    ).all()
    files = [file for file in found if file.publication_id == publication_id]
    return files, {file.publication_id for file in found} - {publication_id}


def list_files(session: Session, publication_id: str) -> Sequence[File]:
    return session.scalars(
        select(File).where(File.publication_id == publication_id).order_by(File.position)
    ).all()


def list_publications(
    session: Session,
    condition: ColumnElement[bool],
    *,
    offset: int = 0,
    limit: int = 20,
    oldest_first: bool = False,
) -> Sequence[Publication]:
    """Publications under `condition`, the newest arrivals first, with their units loaded."""
    order = (
        (Publication.added_at, Publication.id)
        if oldest_first
        else (Publication.added_at.desc(), Publication.id)
    )
    return session.scalars(
        select(Publication)
        .where(condition)
        .options(joinedload(Publication.unit))
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class Arrivals:
    """What was opened to readers last: `newest` in order, and of each kind the newest one, as far
    as it is among the last `LOOKED_BACK`."""

    newest: Sequence[Publication]
    by_kind: Mapping[str, Publication]


LOOKED_BACK = 300


def newest_accepted(session: Session, *, actor: Actor, limit: int) -> Arrivals:
    """What was opened to readers last, of all that `actor` may read: `limit` of them, and one of
    each kind."""
    # Sorted by little more than their identifiers; only what is shown is read whole.
    last = session.execute(
        select(Publication.id, Publication.kind)
        .where(listed_for(actor))
        .order_by(Publication.accepted_at.desc(), Publication.id)
        .limit(max(limit, LOOKED_BACK))
    ).all()
    first_of: dict[str, str] = {}
    for publication_id, kind in last:
        first_of.setdefault(kind, publication_id)
    newest = [row.id for row in last[:limit]]
    found = publications_by_id(session, list({*newest, *first_of.values()}), actor=actor)
    return Arrivals(
        newest=[found[each] for each in newest if each in found],
        by_kind={kind: found[each] for kind, each in first_of.items() if each in found},
    )


def publications_by_id(
    session: Session, ids: Sequence[str], *, actor: Actor
) -> dict[str, Publication]:
    """Those of `ids` that `actor` may open: the second check behind the search index. Of each what
    a list shows is loaded, and its abstract."""
    found = session.scalars(_listed(actor, today()), {"ids": list(ids)})
    return {publication.id: publication for publication in found}


_LISTED = load_only(
    *(Publication.title, Publication.subtitle, Publication.unit_id, Publication.unit_name_given),
    *(Publication.issued, Publication.issued_year, Publication.kind, Publication.access),
    *(Publication.abstract, Publication.status, Publication.is_demo, Publication.page_count),
    *(Publication.added_at, Publication.accepted_at, Publication.changed_at),
)


@lru_cache(maxsize=256)
def _listed(actor: Actor, day: date) -> Select[Publication]:
    """Put together once for each reader and day: every search asks it."""
    return (
        select(Publication)
        .where(Publication.id.in_(bindparam("ids", expanding=True)), visible_to(actor, on=day))
        .options(_LISTED, joinedload(Publication.unit).load_only(Unit.code, Unit.name))
    )


def count_publications(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Publication).where(condition)) or 0


@dataclass(frozen=True)
class Totals:
    publications: int
    pages: int


def count_holdings(session: Session, *, actor: Actor) -> Totals:
    """How many accepted publications, and pages of them, `actor` may read."""
    publications, pages = session.execute(
        select(func.count(), func.coalesce(func.sum(Publication.page_count), 0)).where(
            listed_for(actor)
        )
    ).one()
    return Totals(publications=publications, pages=pages)


def list_events(session: Session, publication_id: str) -> Sequence[Event]:
    """The thread of a deposit, oldest first."""
    return session.scalars(
        select(Event).where(Event.publication_id == publication_id).order_by(Event.id)
    ).all()


def pages_of(
    session: Session, publication_id: str, *, first: int = 1, limit: int = 100
) -> Sequence[Page]:
    """Pages from number `first` on, in order."""
    return session.scalars(
        select(Page)
        .where(Page.publication_id == publication_id, Page.number >= first)
        .options(joinedload(Page.file))
        .order_by(Page.number)
        .limit(limit)
    ).all()


_THUMBNAILS = load_only(
    *(Page.publication_id, Page.number, Page.label, Page.file_id, Page.file_page),
    *(Page.width, Page.height),
)


def pages_to_show(
    session: Session,
    publication_id: str,
    *,
    limit: int,
    last: int = 0,
    beside: Mapping[str, Collection[int]] | None = None,
    with_text: bool = True,
) -> tuple[list[Page], list[Page]]:
    """The publication's first `limit` pages in order; and, in the same statement, its `last` ones
    with the pages of other publications whose numbers `beside` gives. Without `with_text` of each
    what a list of thumbnails shows."""
    count = select(Publication.page_count).where(Publication.id == publication_id).scalar_subquery()
    wanted = [
        and_(
            Page.publication_id == publication_id,
            or_(Page.number <= limit, Page.number > count - last),
        ),
        *(
            and_(Page.publication_id == other, Page.number.in_(sorted(numbers)))
            for other, numbers in (beside or {}).items()
        ),
    ]
    query = select(Page).where(or_(*wanted)).order_by(Page.number)
    found = session.scalars(query if with_text else query.options(_THUMBNAILS)).all()
    own = [page for page in found if page.publication_id == publication_id]
    first = [page for page in own if page.number <= limit]
    return first, [*own[len(first) :], *(p for p in found if p.publication_id != publication_id)]


def same_bytes(
    session: Session, sha256: Sequence[str], *, but: str | None = None
) -> Sequence[tuple[str, Publication]]:
    """Publications that hold a file with one of these digests, oldest first, with the digest."""
    condition: ColumnElement[bool] = File.sha256.in_(sha256) if sha256 else false()
    if but is not None:
        condition = and_(condition, File.publication_id != but)
    rows = session.execute(
        select(File.sha256, Publication)
        .join(File.publication)
        .where(condition)
        .options(joinedload(Publication.unit))
        .order_by(Publication.added_at)
    )
    return [(digest, publication) for digest, publication in rows]


def unit_choices(session: Session, *, actor: Actor) -> Sequence[Unit]:
    """The units in whose name `actor` may deposit, by name: all for a curator; else their own,
    which comes first, and those that became it. None where their own is no more."""
    query = select(Unit).where(Unit.is_blocked.is_(False))
    if actor.may_curate:
        return by_name(session.scalars(query))
    found = by_name(session.scalars(query.where(Unit.id.in_(actor.unit_ids))))
    own = next((unit for unit in found if unit.id == actor.unit_id), None)
    if own is None or is_over(own):
        return []
    return [own, *(unit for unit in found if unit is not own)]


_COVERS = (
    select(Page)
    .where(Page.publication_id.in_(bindparam("ids", expanding=True)), Page.number == 1)
    .options(_THUMBNAILS)
)


def cover_pages(session: Session, ids: Sequence[str]) -> dict[str, Page]:
    """The first page of each of these publications that has any: where it lies, not its text."""
    pages = session.scalars(_COVERS, {"ids": list(ids)})
    return {page.publication_id: page for page in pages}


def count_by_status(session: Session, condition: ColumnElement[bool]) -> dict[str, int]:
    """How many publications under `condition` are in each status; absent ones are none."""
    rows = session.execute(
        select(Publication.status, func.count()).where(condition).group_by(Publication.status)
    )
    return {row[0].value: row[1] for row in rows}
