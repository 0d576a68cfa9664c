"""Finding publications that are alike: signatures of pages, candidates by their keys, and the pairs
that a closer look leaves. What is made of a pair is in `services.likeness`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import fmean
from typing import TypeVar

from sqlalchemy import Select, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from archive.core.dates import now
from archive.core.likeness import (
    KEYS,
    Decision,
    LikenessKind,
    Matches,
    Overlap,
    PageMatch,
    Signature,
    common_pages,
    edition_statement,
    judge,
    match_pages,
    signature_of,
)
from archive.models import File, Likeness, Page, PageSignature, Publication

MOST_CANDIDATES = 60
"""So many publications are looked at closely, those with the most keys in common first."""

COMMON_KEY = 500
"""A key that stands on more pages is of a set phrase or a notice, and leads nowhere."""

LEAST_HITS = 0.05
"""Of the keys of the smaller publication, so many must be in common; by far most have fewer."""

SHOWN_PAGES = 4
FRONT_PAGES, BACK_PAGES = 4, 2
_CHUNK = 500
_Value = TypeVar("_Value")
_COLUMNS = [getattr(PageSignature, f"key_{number}") for number in range(1, KEYS + 1)]


def signatures_of(session: Session, publication_id: str) -> dict[int, Signature]:
    """The signatures of the publication's pages as their text stands, by page id. Only reads."""
    pages = session.execute(
        select(Page.id, Page.text).where(Page.publication_id == publication_id)
    ).yield_per(100)
    made = ((page_id, signature_of(text)) for page_id, text in pages)
    return {page_id: signature for page_id, signature in made if signature is not None}


def note_signatures(
    session: Session, publication_id: str, signatures: Mapping[int, Signature]
) -> None:
    """Keep these signatures, and no others, for the publication's pages.

    Pages that went away since they were computed are left out. Repeating it changes nothing.
    """
    there = set(session.scalars(select(Page.id).where(Page.publication_id == publication_id)))
    known = {
        row.page_id: row
        for row in session.scalars(
            select(PageSignature)
            .join(Page, Page.id == PageSignature.page_id)
            .where(Page.publication_id == publication_id)
        )
    }
    for page_id, row in known.items():
        if page_id not in signatures:
            session.delete(row)
    for page_id in sorted(there & signatures.keys()):
        signature = signatures[page_id]
        row = known.get(page_id) or PageSignature(page_id=page_id)
        row.marks = signature.marks
        for column, key in zip(_COLUMNS, signature.keys, strict=True):
            setattr(row, column.key, key)
        session.add(row)
    session.flush()


@dataclass(frozen=True)
class Found:
    """A publication like the one that was compared. `pages`: ours ↔ theirs, in our order."""

    other_id: str
    kind: LikenessKind
    overlap: Overlap
    pages: tuple[tuple[int, int], ...]
    text_digest: str


@dataclass(frozen=True)
class Comparison:
    """What a publication is like. `neighbours`: publications that share one of its common pages,
    which may have been taken for alike before the page was known to be common."""

    found: tuple[Found, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Text:
    """A publication as it is compared. `places`: file digest and page in the file → page."""

    publication: Publication
    marks: Mapping[int, bytes]
    places: Mapping[tuple[str, int], int]
    digests: tuple[str, ...]
    is_clean: bool

    @property
    def digest(self) -> str:
        """Changes with the text of any page and with the files."""
        hashed = blake2b(digest_size=16)
        for number, marks in sorted(self.marks.items()):
            hashed.update(number.to_bytes(4, "big") + marks)
        hashed.update("".join(self.digests).encode())
        return hashed.hexdigest()


def compare_text(session: Session, publication_id: str) -> Comparison:
    """What the publication is like, of all whose signatures are in. Only reads."""
    ours = _read(session, publication_id)
    if ours is None:
        return Comparison()
    candidates = [
        theirs
        for other_id in _candidates(session, ours)
        if (theirs := _read(session, other_id)) is not None
    ]
    matches = [_match(ours, theirs) for theirs in candidates]
    common = common_pages(matches, pages=len(ours.marks))
    edition = _edition_of(session, publication_id)
    found = []
    for theirs, match in zip(candidates, matches, strict=True):
        one = _judge(session, ours, theirs, match, common=common, edition=edition)
        if one is not None:
            found.append(one)
    neighbours = tuple(
        theirs.publication.id
        for theirs, match in zip(candidates, matches, strict=True)
        if not common.isdisjoint(match.ours)
    )
    return Comparison(tuple(found), neighbours)


def _read(session: Session, publication_id: str) -> _Text | None:
    publication = session.get(Publication, publication_id)
    if publication is None:
        return None
    rows = session.execute(
        select(Page.number, Page.file_page, Page.text_source, File.sha256, PageSignature.marks)
        .join(File, File.id == Page.file_id)
        .outerjoin(PageSignature, PageSignature.page_id == Page.id)
        .where(Page.publication_id == publication_id)
        .order_by(Page.number)
    ).all()
    digests = session.scalars(
        select(File.sha256).where(File.publication_id == publication_id).order_by(File.sha256)
    )
    return _Text(
        publication=publication,
        marks={row.number: row.marks for row in rows if row.marks is not None},
        places={(row.sha256, row.file_page): row.number for row in rows},
        digests=tuple(digests),
        is_clean=all(row.text_source != "ocr" for row in rows),
    )


def _candidates(session: Session, ours: _Text) -> list[str]:
    """The ids of publications with many keys or any file in common, the likeliest first."""
    publication_id = ours.publication.id
    same_files = session.scalars(
        select(File.publication_id)
        .where(File.sha256.in_(ours.digests), File.publication_id != publication_id)
        .distinct()
    ).all()
    hits = count_hits(session, publication_id)
    sizes: dict[str, int] = {}
    for ids in _chunks(sorted(hits)):
        sizes |= {
            row[0]: row[1]
            for row in session.execute(
                select(Publication.id, Publication.page_count).where(Publication.id.in_(ids))
            )
        }
    scores = {
        other_id: count / (KEYS * max(1, min(len(ours.marks), sizes.get(other_id, 1))))
        for other_id, count in hits.items()
    }
    likely = sorted(
        (other_id for other_id, score in scores.items() if score >= LEAST_HITS),
        key=lambda other_id: (-scores[other_id], other_id),
    )
    return list(dict.fromkeys([*sorted(same_files), *likely]))[:MOST_CANDIDATES]


def count_hits(session: Session, publication_id: str) -> Counter[str]:
    """How many pages of each other publication hold a key of this one's, counted for every key."""
    rows = session.execute(_HITS, {"publication_id": publication_id})
    return Counter({row[0]: row[1] for row in rows})


def _hits() -> Select[str, int]:
    """One statement that walks from our pages' keys over the eight indexes to their pages. A key
    of more than COMMON_KEY pages is passed over, after as many steps."""
    ours, theirs, crowd = (aliased(PageSignature) for _ in range(3))
    our_page, their_page = aliased(Page), aliased(Page)
    ways = []
    for name in (f"key_{number}" for number in range(1, KEYS + 1)):
        key = getattr(ours, name)
        holders = select(crowd.page_id).where(getattr(crowd, name) == key).limit(COMMON_KEY + 1)
        ways.append(
            select(their_page.publication_id)
            .select_from(our_page)
            .join(ours, ours.page_id == our_page.id)
            .join(theirs, getattr(theirs, name) == key)
            .join(their_page, their_page.id == theirs.page_id)
            .where(
                our_page.publication_id == bindparam("publication_id"),
                their_page.publication_id != bindparam("publication_id"),
                select(func.count())
                .select_from(holders.correlate(ours).subquery())
                .scalar_subquery()
                <= COMMON_KEY,
            )
        )
    found = union_all(*ways).subquery()
    return select(found.c.publication_id, func.count()).group_by(found.c.publication_id)


_HITS = _hits()


def _chunks(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _match(ours: _Text, theirs: _Text) -> Matches:
    """Pages alike by their text, and the pages of files that both hold."""
    found = match_pages(ours.marks, theirs.marks)
    same = {
        ours.places[place]: theirs.places[place] for place in ours.places.keys() & theirs.places
    }
    return Matches(
        ours={**found.ours, **{our: PageMatch(their, 1.0) for our, their in same.items()}},
        theirs={**found.theirs, **{their: PageMatch(our, 1.0) for our, their in same.items()}},
    )


def _judge(
    session: Session,
    ours: _Text,
    theirs: _Text,
    every: Matches,
    *,
    common: frozenset[int],
    edition: str,
) -> Found | None:
    match = every.without(common)
    overlap = Overlap(
        our_matches=len(match.ours),
        our_pages=len((ours.marks.keys() | every.ours.keys()) - common),
        their_matches=len(match.theirs),
        their_pages=len(theirs.marks.keys() | every.theirs.keys())
        - (len(every.theirs) - len(match.theirs)),
        share=fmean(one.share for one in match.ours.values()) if match.ours else 0.0,
        is_clean=ours.is_clean and theirs.is_clean,
    )
    kind: LikenessKind | None
    if ours.digests and ours.digests == theirs.digests:
        kind = LikenessKind.SAME_BYTES
    elif judge(overlap, other_edition=False) is None:
        return None
    else:
        years = {ours.publication.issued_year, theirs.publication.issued_year} - {None}
        other = edition != _edition_of(session, theirs.publication.id)
        kind = judge(overlap, other_edition=len(years) > 1 or other)
    if kind is None:
        return None
    pairs = sorted((our, one.number) for our, one in match.ours.items())[:SHOWN_PAGES]
    digests = sorted(((ours.publication.id, ours.digest), (theirs.publication.id, theirs.digest)))
    return Found(
        other_id=theirs.publication.id,
        kind=kind,
        overlap=overlap,
        pages=tuple(pairs),
        text_digest=blake2b(repr(digests).encode(), digest_size=16).hexdigest(),
    )


def _edition_of(session: Session, publication_id: str) -> str:
    """The edition statement of the record, or of the first and last pages."""
    publication = session.get_one(Publication, publication_id)
    if told := edition_statement(f"{publication.title}\n{publication.subtitle}"):
        return told
    pages = session.scalars(
        select(Page.text)
        .where(
            Page.publication_id == publication_id,
            or_(
                Page.number <= FRONT_PAGES,
                Page.number > publication.page_count - BACK_PAGES,
            ),
        )
        .order_by(Page.number)
    )
    return next((told for text in pages if (told := edition_statement(text))), "")


def suspected_among(session: Session, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that are half of an undecided pair within them."""
    return sorted(
        session.scalars(
            select(Likeness.first_id).where(
                Likeness.first_id.in_(ids),
                Likeness.second_id.in_(ids),
                Likeness.decision == Decision.UNDECIDED,
            )
        ).unique()
    )


def note_found(session: Session, publication_id: str, found: Sequence[Found]) -> None:
    """Keep these pairs, and no others, of the publication.

    What a curator decided stands as long as both texts do; other texts are asked about anew.
    """
    known = {
        row.second_id if row.first_id == publication_id else row.first_id: row
        for row in session.scalars(
            select(Likeness).where(
                or_(Likeness.first_id == publication_id, Likeness.second_id == publication_id)
            )
        )
    }
    for other_id in known.keys() - {one.other_id for one in found}:
        session.delete(known[other_id])
    there = set(
        session.scalars(
            select(Publication.id).where(
                Publication.id.in_([publication_id, *(one.other_id for one in found)])
            )
        )
    )
    for one in found:
        if not {publication_id, one.other_id} <= there:
            continue
        row = known.get(one.other_id)
        if row is None:
            first, second = sorted((publication_id, one.other_id))
            row = Likeness(first_id=first, second_id=second, decision=Decision.UNDECIDED)
        elif row.text_digest != one.text_digest:
            row.decision, row.decided_at, row.decided_by = Decision.UNDECIDED, None, ""
        _fill(row, publication_id, one)
        session.add(row)
    session.flush()


def _pages(row: Likeness, publication_id: str, one: Found) -> list[list[int]]:
    if row.first_id == publication_id:
        return [[our, their] for our, their in one.pages]
    return [[their, our] for our, their in one.pages]


def _fill(row: Likeness, publication_id: str, one: Found) -> None:
    overlap = one.overlap
    ours = (overlap.our_matches, overlap.our_pages)
    theirs = (overlap.their_matches, overlap.their_pages)
    first, second = (ours, theirs) if row.first_id == publication_id else (theirs, ours)
    row.kind = one.kind
    row.first_matches, row.first_pages = first
    row.second_matches, row.second_pages = second
    row.pages = _pages(row, publication_id, one)
    row.text_digest = one.text_digest
    row.found_at = now()
