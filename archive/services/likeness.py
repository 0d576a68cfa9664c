"""What is told of alike publications, and what curators decide about a pair.

Nothing is refused or removed because of a likeness: it is a hint, and a curator's word ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    case,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from archive.core.language import _
from archive.core.likeness import Decision, LikenessKind
from archive.core.roles import Actor
from archive.core.status import Status
from archive.models import Likeness as Row
from archive.models import Publication
from archive.services import catalogue
from archive.services.events import note_event

_STRENGTH = (
    LikenessKind.SAME_BYTES,
    LikenessKind.SAME_TEXT,
    LikenessKind.PART,
    LikenessKind.EDITION,
)


@dataclass(frozen=True)
class Likeness:
    """A pair as one of the two sees it.

    `our_matches` of `our_pages` pages with text have an alike page in `other`, `their_matches` of
    `their_pages` of its pages have one here. `pages`: the first of them, ours ↔ theirs.
    """

    other: Publication
    kind: LikenessKind
    our_matches: int
    our_pages: int
    their_matches: int
    their_pages: int
    pages: tuple[tuple[int, int], ...]
    decision: Decision
    decided_at: datetime | None
    decided_by: str

    @property
    def ours(self) -> float:
        """The share of our pages that lie in the other, 0 to 1."""
        return self.our_matches / self.our_pages if self.our_pages else 0.0

    @property
    def theirs(self) -> float:
        return self.their_matches / self.their_pages if self.their_pages else 0.0

    def reason(self, other: str) -> str:
        """Why the two are taken for alike, in figures; `other` names the other publication to
        whoever reads it. No full stop at the end."""
        ours = _share(self.our_matches, self.our_pages, only=_("Trang duy nhất của bản này"))
        theirs = _share(self.their_matches, self.their_pages, only=_("Trang duy nhất"))
        match self.kind:
            case LikenessKind.SAME_BYTES:
                told = _("Tệp giống hệt tệp của {other}")
            case LikenessKind.SAME_TEXT:
                told = _("{ours} trùng với {other}")
            case LikenessKind.PART if self.ours >= self.theirs:
                told = _("{ours} nằm trong {other}; có thể đây là một phần được in riêng")
            case LikenessKind.PART:
                told = _("{theirs} của {other} nằm trong ấn phẩm này; có thể đây là bản gộp")
            case LikenessKind.EDITION:
                told = _("{ours} trùng với {other}; có thể là một lần xuất bản khác")
        return told.format(ours=ours, theirs=theirs, other=other)


def _share(part: int, whole: int, *, only: str) -> str:
    """So many pages, as the beginning of a sentence; the percentage is rounded down. `only` is said
    where there is but one page."""
    if part < whole:
        return _("{percent}% số trang ({part} trên {whole})").format(
            percent=100 * part // whole, part=part, whole=whole
        )
    return only if whole == 1 else _("Cả {whole} trang").format(whole=whole)


def list_likenesses(session: Session, ids: Sequence[str]) -> dict[str, list[Likeness]]:
    """The pairs found of each of these publications that has any: the undecided first, then by
    strength and share."""
    rows = session.scalars(
        select(Row)
        .where(or_(Row.first_id.in_(ids), Row.second_id.in_(ids)))
        .options(
            joinedload(Row.first).joinedload(Publication.unit),
            joinedload(Row.second).joinedload(Publication.unit),
        )
    ).all()
    found: dict[str, list[Likeness]] = {}
    for row in rows:
        for publication_id in {row.first_id, row.second_id}.intersection(ids):
            other = row.second if row.first_id == publication_id else row.first
            found.setdefault(publication_id, []).append(_seen_from(row, other))
    for pairs in found.values():
        pairs.sort(key=_order)
    return found


def _order(pair: Likeness) -> tuple[bool, int, float, str]:
    return (
        pair.decision is not Decision.UNDECIDED,
        _STRENGTH.index(pair.kind),
        -max(pair.ours, pair.theirs),
        pair.other.id,
    )


def _seen_from(row: Row, other: Publication) -> Likeness:
    """The pair as that one of the two sees it which is not `other`."""
    is_first = row.second_id == other.id
    first, second = (row.first_matches, row.first_pages), (row.second_matches, row.second_pages)
    ours, theirs = (first, second) if is_first else (second, first)
    pages = [(one, two) if is_first else (two, one) for one, two in row.pages]
    return Likeness(
        other=other,
        kind=row.kind,
        our_matches=ours[0],
        our_pages=ours[1],
        their_matches=theirs[0],
        their_pages=theirs[1],
        pages=tuple(sorted(pages)),
        decision=row.decision,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def may_be_told(session: Session, ids: Iterable[str], *, actor: Actor) -> set[str]:
    """Those of the publications `ids`, alike to one that `actor` works with, whose being there
    they may know of.

    Curators may know all; a depositor neither of another unit's drafts nor of what a mark of
    secrecy keeps closed to them.
    """
    wanted = sorted(set(ids))
    if not wanted or actor.may_curate:
        return set(wanted)
    told = or_(Publication.status != Status.DRAFT, catalogue.of_own_unit(actor))
    return set(
        session.scalars(
            select(Publication.id).where(
                Publication.id.in_(wanted), told, catalogue.not_closed_to(actor)
            )
        )
    )


def is_suspected() -> ColumnElement[bool]:
    """The condition on Publication that one of its pairs waits for a curator's word."""
    # Asked once for all publications: there are few such pairs, and many publications.
    undecided = Row.decision == Decision.UNDECIDED
    first, second = select(Row.first_id).where(undecided), select(Row.second_id).where(undecided)
    return Publication.id.in_(union_all(first, second))


def decide(
    session: Session, publication: Publication, other_id: str, *, decision: str, by: Actor
) -> Decision:
    """Write down what a curator says of the pair, for both publications' histories.

    A later word takes the place of an earlier one; the same word again changes nothing. Raises
    NotAllowedError, NotFoundError where there is no such pair, InvalidInputError(`decision`).
    """
    if not by.may_curate:
        raise NotAllowedError(what="decide")
    if decision not in (Decision.SAME, Decision.EDITION, Decision.DIFFERENT):
        raise InvalidInputError(field="decision", problem="decision_unknown", value=decision)
    first, second = sorted((publication.id, other_id))
    row = session.scalar(select(Row).where(Row.first_id == first, Row.second_id == second))
    if row is None:
        raise NotFoundError(what="likeness", id=publication.id, other=other_id)
    said = Decision(decision)
    if row.decision is said:
        return said
    row.decision, row.decided_at = said, now()
    row.decided_by = by.name
    for one, other in ((first, second), (second, first)):
        note_event(
            session, f"likeness_{said.value}", by=by, publication_id=one, data={"other": other}
        )
    return said


def editions_of(session: Session, publication: Publication, *, actor: Actor) -> list[Publication]:
    """The other editions that `actor` may open, the oldest first; editions of editions count."""
    around = look_around(session, publication.id, (), actor=actor)
    return around.editions


@dataclass(frozen=True)
class Surroundings:
    """Other publications that stand beside one. `told`: those whose being there the actor may know
    of; `visible`: those they may open; `edition_ids`: those that are other editions of it; `pairs`:
    those that its text is like, in the order of `list_likenesses`."""

    told: frozenset[str] = frozenset()
    visible: Mapping[str, Publication] = field(default_factory=dict)
    edition_ids: frozenset[str] = frozenset()
    pairs: Sequence[Likeness] = ()

    @property
    def editions(self) -> list[Publication]:
        """The other editions that the actor may open, the oldest first."""
        found = [row for row in self.visible.values() if row.id in self.edition_ids]
        return sorted(found, key=lambda other: (other.issued or "9999", other.id))


def look_around(
    session: Session, publication_id: str, ids: Iterable[str], *, actor: Actor
) -> Surroundings:
    """Of the publications `ids`, of those that this one is like and of its other editions, which
    `actor` may know of and which they may open: all in one statement. `told` is as of
    `may_be_told`."""
    near = _edition_ids(publication_id)
    is_edition = Publication.id.in_(select(near.c.id))
    told = and_(
        or_(Publication.status != Status.DRAFT, catalogue.of_own_unit(actor)),
        catalogue.not_closed_to(actor),
    )
    # The two of a pair are written down in the order of their ids.
    comes_first = Publication.id < publication_id
    rows = session.execute(
        select(
            Publication,
            is_edition,
            true() if actor.may_curate else told,
            catalogue.visible_to(actor),
            Row,
        )
        .select_from(Publication)
        .outerjoin(
            Row,
            and_(
                Row.first_id == case((comes_first, Publication.id), else_=publication_id),
                Row.second_id == case((comes_first, publication_id), else_=Publication.id),
            ),
        )
        .where(
            or_(
                Publication.id.in_(sorted(set(ids))),
                is_edition,
                Publication.id.in_(select(Row.second_id).where(Row.first_id == publication_id)),
                Publication.id.in_(select(Row.first_id).where(Row.second_id == publication_id)),
            ),
            Publication.id != publication_id,
        )
        .options(joinedload(Publication.unit))
    ).all()
    return Surroundings(
        told=frozenset(row[0].id for row in rows if row[2]),
        visible={row[0].id: row[0] for row in rows if row[3]},
        edition_ids=frozenset(row[0].id for row in rows if row[1]),
        pairs=sorted((_seen_from(row[4], row[0]) for row in rows if row[4]), key=_order),
    )


def _edition_ids(publication_id: str) -> CTE:
    """The publication and all that curators took for editions of it, or of one of these."""
    near = select(literal(publication_id).label("id")).cte("near", recursive=True)
    return near.union(
        select(case((Row.first_id == near.c.id, Row.second_id), else_=Row.first_id))
        .join_from(near, Row, or_(Row.first_id == near.c.id, Row.second_id == near.c.id))
        .where(Row.decision == Decision.EDITION)
    )
