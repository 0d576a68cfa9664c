"""What the archive holds, by everything it can be browsed by. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.authorities import COMMUNE_TYPES
from archive.core.roles import Actor
from archive.models import Authority
from archive.search.index import SearchIndex
from archive.search.requests import AUTHORITY, FACETS, SearchRequest
from archive.search.results import SearchResults
from archive.services.authorities.listing import counts_in, gathered_places
from archive.services.catalogue import viewer_of
from archive.services.searching import results_of

FACET_VALUES = 500


@dataclass(frozen=True)
class Survey:
    """`results` counts the facets of all that a reader may see, `counts` its authorities by id.
    `themes` is the tree with the depth of each, `communes` are those of today, `relics` the places
    of memory; all in Vietnamese order."""

    results: SearchResults
    counts: Mapping[str, int]
    themes: Sequence[tuple[Authority, int]]
    communes: Sequence[Authority]
    relics: Sequence[Authority]


def survey(session: Session, index: SearchIndex, *, actor: Actor) -> Survey:
    """All of it, as `actor` may see it. Raises SearchIndexError where the index cannot answer."""
    asked = SearchRequest(
        viewer=viewer_of(actor),
        facets=(*FACETS, AUTHORITY),
        facet_values=FACET_VALUES,
        gathered=gathered_places(session),
        per_page=1,
    )
    results = results_of(session, index, asked, actor=actor)
    rows = session.scalars(
        select(Authority)
        .where(
            Authority.merged_into_id.is_(None),
            Authority.valid_to == "",
            Authority.kind.in_(("theme", "relic"))
            | ((Authority.kind == "place") & Authority.type.in_(COMMUNE_TYPES)),
        )
        .order_by(Authority.name_sort, Authority.id)
    ).all()
    return Survey(
        results=results,
        counts=counts_in(results),
        themes=list(as_tree([row for row in rows if row.kind == "theme"])),
        communes=[row for row in rows if row.kind == "place"],
        relics=[row for row in rows if row.kind == "relic"],
    )


def as_tree(rows: Sequence[Authority]) -> Iterator[tuple[Authority, int]]:
    """Each with its depth, behind what it lies in; one whose parent is not among them is at the
    top."""
    known = {row.id for row in rows}
    below: dict[str | None, list[Authority]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def walk(parent: str | None, depth: int) -> Iterator[tuple[Authority, int]]:
        for each in below.get(parent, ()):
            yield each, depth
            yield from walk(each.id, depth + 1)

    return walk(None, 0)
