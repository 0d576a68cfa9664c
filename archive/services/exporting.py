"""Records for other programs: one that an actor may open, all that a search finds, or all that a
condition picks, described in batches so that memory stays flat however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from archive.core.roles import Actor
from archive.metadata.description import Creator, DescribedFile, Description, looks_like_body
from archive.models import File, Publication, PublicationValue
from archive.models.database import Database
from archive.search.index import SearchIndex
from archive.search.requests import MAX_PER_PAGE, SearchRequest
from archive.services.catalogue import visible_to
from archive.services.searching import as_of_now

BATCH = 100
MOST_FOR_READERS = 1000
"""So many records of a list go into one file for those who do not curate."""


def most_records(actor: Actor) -> int | None:
    """How many records `actor` gets in one file; None for curators, who get all."""
    return None if actor.may_curate else MOST_FOR_READERS


def describe(
    session: Session, publications: Sequence[Publication], *, base_url: str
) -> list[Description]:
    """The publications described, in their order; their values, units and files come in a fixed
    number of statements where the values are not loaded yet. `base_url` begins every address.

    Whoever calls has made sure that these may be read.
    """
    ids = [publication.id for publication in publications]
    rows = session.scalars(
        select(File)
        .where(File.publication_id.in_(ids))
        .order_by(File.publication_id, File.position)
    )
    files = {key: list(group) for key, group in groupby(rows, key=lambda file: file.publication_id)}
    return [
        description_of(publication, files.get(publication.id, ()), base_url=base_url)
        for publication in publications
    ]


def found_by(
    database: Database, index: SearchIndex, request: SearchRequest, *, actor: Actor, base_url: str
) -> Iterator[Description]:
    """What `request` finds for its viewer, who is `actor`, in its order and up to `most_records`.

    Each batch is read in a session of its own, so that a slow receiver keeps no snapshot of the
    database. Raises as `searching.search` does, at the first record or between two batches.
    """
    most = most_records(actor)
    given = 0
    asked = replace(request, facets=(), group="work", per_page=MAX_PER_PAGE, page=1)
    while most is None or given < most:
        with database.reading() as session:
            results = index.search(as_of_now(session, asked, actor=actor))
            ids = [item.work_id for item in results.items]
            described = _in_order(session, ids, actor=actor, base_url=base_url)
        yield from described if most is None else described[: most - given]
        given += len(described)
        if asked.page * MAX_PER_PAGE >= results.total:
            return
        asked = replace(asked, page=asked.page + 1)


def _in_order(
    session: Session, ids: Sequence[str], *, actor: Actor, base_url: str
) -> list[Description]:
    rows = session.scalars(
        select(Publication)
        .where(Publication.id.in_(ids), visible_to(actor))
        .options(joinedload(Publication.unit), selectinload(Publication.values))
    )
    known = {row.id: row for row in rows}
    return describe(session, [known[key] for key in ids if key in known], base_url=base_url)


def picked_by(
    database: Database, condition: ColumnElement[bool], *, base_url: str
) -> Iterator[Description]:
    """All publications under `condition`, by their ids; without the index, for the operator."""
    last = ""
    while True:
        with database.reading() as session:
            rows = session.scalars(
                select(Publication)
                .where(condition, Publication.id > last)
                .options(
                    joinedload(Publication.unit),
                    selectinload(Publication.values).joinedload(PublicationValue.authority),
                )
                .order_by(Publication.id)
                .limit(BATCH)
            ).all()
            described = describe(session, rows, base_url=base_url)
        yield from described
        if len(described) < BATCH:
            return
        last = described[-1].id


# Fields that a description and a record have in common, as they stand.
_TEXTS = (
    *("id", "title", "subtitle", "responsibility", "edition", "publisher", "publisher_place"),
    *("printer", "isbn", "issn", "licence_number", "licence_date", "print_run", "extent"),
    *("dimensions", "series", "volume", "abstract", "contents", "rights", "embargo_until"),
    *("plan_task", "unit_name", "kind", "is_demo", "added_at", "changed_at"),
)
_VALUES = (
    *("other_titles", "languages", "themes", "places", "people", "events", "relics"),
    *("audiences", "grades", "subjects"),
)


def description_of(
    publication: Publication, files: Sequence[File], *, base_url: str
) -> Description:
    """One publication described, with its files, which the caller has at hand."""
    url = f"{base_url}/an-pham/{quote(publication.id)}"
    creators = [value for value in publication.values if value.field == "creators"]
    same: dict[str, Any] = {
        **{name: getattr(publication, name) for name in _TEXTS},
        **{name: publication.values_of(name) for name in _VALUES},
    }
    return Description(
        url=url,
        accession_number=publication.accession,
        creators=tuple(
            Creator(
                name=value.value,
                role=value.role,
                is_body=value.authority.kind == "body"
                if value.authority is not None
                else looks_like_body(value.value, value.role),
            )
            for value in creators
        ),
        issued=publication.issue_date,
        access=publication.access.value,
        unit_code=publication.unit.code,
        status=publication.status.value,
        files=tuple(
            DescribedFile(
                url=f"{url}/tep/{file.position}",
                name=file.name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
            for file in files
        ),
        **same,
    )
