"""Bringing the catalogue into the search index, and finding where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from archive.core.collation import sort_key
from archive.models import Page, PageMarking, Publication, Stage
from archive.search.entries import PageEntry, WorkEntry
from archive.search.index import SearchIndex
from archive.services.authorities.entries import EntryNames
from archive.services.jobs import enqueue

BATCH = 50
CLOSED = "closed"
_NO_WORDS: dict[str, Any] = {
    "title": "",
    "subtitle": "",
    "responsibility": "",
    "abstract": "",
    "series": "",
    "kin": (),
}


def index_entries(session: Session, ids: Sequence[str]) -> Iterator[WorkEntry]:
    """The entries of these publications; one that is gone from the catalogue has none. Of one that
    a mark of secrecy keeps closed no word goes into the index, and no status that is asked for."""
    closed = set(
        session.scalars(
            select(PageMarking.publication_id).where(
                PageMarking.publication_id.in_(ids), PageMarking.cleared_at.is_(None)
            )
        )
    )
    publications = session.scalars(
        select(Publication)
        .where(Publication.id.in_(ids))
        .options(joinedload(Publication.unit), selectinload(Publication.values))
        .execution_options(populate_existing=True)
    ).all()
    names = EntryNames(session, publications)
    for publication in publications:
        if publication.id in closed:
            yield replace(_entry(publication, (), names), status=CLOSED, **_NO_WORDS)
            continue
        pages = session.execute(
            select(Page.number, Page.label, Page.text)
            .where(Page.publication_id == publication.id)
            .order_by(Page.number)
        )
        yield _entry(
            publication,
            tuple(
                PageEntry(number=number, label=label, text=text) for number, label, text in pages
            ),
            names,
        )


def _entry(publication: Publication, pages: tuple[PageEntry, ...], names: EntryNames) -> WorkEntry:
    themes, places, people = (
        names.shown(publication, field) for field in ("themes", "places", "people")
    )
    values = {
        name: publication.values_of(name)
        for name in (
            "creators",
            "people",
            "themes",
            "places",
            "events",
            "audiences",
            "grades",
            "subjects",
            "languages",
        )
    }
    return WorkEntry(
        work_id=publication.id,
        revision=publication.revision,
        status=publication.status.value,
        access=publication.access.value,
        embargo_until=publication.embargo_until,
        unit_code=publication.unit.code,
        unit_name=publication.unit_name,
        year=publication.issued_year,
        issued=publication.issued or "",
        kind=publication.kind,
        title=publication.title,
        subtitle=publication.subtitle,
        responsibility=publication.responsibility,
        abstract=publication.abstract,
        publisher=publication.publisher,
        series=publication.series,
        added_at=publication.accepted_at or publication.added_at,
        title_sort=publication.title_sort or sort_key(publication.title),
        theme_values=themes.own,
        theme_also=themes.also,
        place_values=places.own,
        place_also=places.also,
        person_values=people.own,
        kin=names.kin(publication),
        authorities=names.ids(publication),
        pages=pages,
        **values,
    )


def all_entries(session: Session) -> Iterator[WorkEntry]:
    """Every publication's entry, a batch of publications in memory at a time."""
    last = ""
    while True:
        ids = session.scalars(
            select(Publication.id)
            .where(Publication.id > last)
            .order_by(Publication.id)
            .limit(BATCH)
        ).all()
        if not ids:
            return
        yield from index_entries(session, ids)
        session.expunge_all()
        last = ids[-1]


@dataclass(frozen=True)
class Difference:
    """`stale`: publications whose entries are missing or old. `gone`: entries without one."""

    stale: tuple[str, ...]
    gone: tuple[str, ...]


def compare(session: Session, index: SearchIndex) -> Difference:
    """Where index and catalogue part ways: after a restored copy, a power cut, a lost index."""
    indexed = index.revisions()
    catalogued = {
        row[0]: row[1] for row in session.execute(select(Publication.id, Publication.revision))
    }
    return Difference(
        stale=tuple(
            work_id
            for work_id, revision in catalogued.items()
            if indexed.get(work_id, -1) != revision
        ),
        gone=tuple(work_id for work_id in indexed if work_id not in catalogued),
    )


def queue_stale(session: Session, ids: Sequence[str]) -> None:
    """Queue an index job for each of these that the catalogue still has."""
    for start in range(0, len(ids), BATCH):
        wanted = Publication.id.in_(ids[start : start + BATCH])
        for publication_id in session.scalars(select(Publication.id).where(wanted)).all():
            enqueue(session, Stage.INDEX, publication_id=publication_id)
