"""The names of a kind from A to Z: by letter, and by whether the archive holds anything of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from archive.core.collation import NO_LETTER, first_letter, keys_under
from archive.models import Authority


@dataclass(frozen=True)
class Names:
    """A stretch of a list: `total` names in all, `letters` with how many begin with each, whichever
    is asked for."""

    rows: Sequence[Authority]
    total: int
    letters: Counter[str]


def list_names(
    session: Session,
    kind: str,
    *,
    letter: str = "",
    past: bool | None = None,
    kept: Callable[[str], bool] | None = None,
    offset: int = 0,
    limit: int = 60,
) -> Names:
    """Standing authorities of a kind in Vietnamese order, people by given name.

    `letter` is one of `collation.ALPHABET`, "" for all; `NO_LETTER` finds none. `past` True: what
    is over, by what it lay in; False: what still stands. `kept` says of an id whether it belongs
    to the list.
    """
    wanted = [Authority.kind == kind, Authority.merged_into_id.is_(None)]
    if past is not None:
        wanted.append(Authority.valid_to != "" if past else Authority.valid_to == "")
    if kept is not None:
        return _kept_names(session, wanted, letter, kept, past=past, page=(offset, limit))
    begins = func.substr(Authority.name_sort, 1, 1)
    rows = session.execute(select(begins, func.count()).where(*wanted).group_by(begins))
    letters: Counter[str] = Counter()
    for begin, count in rows:
        letters[first_letter(begin)] += count
    if letter:
        wanted.append(_begins_with(letter))
    ordered = _in_order(_whole(wanted), past=past)
    found = session.scalars(ordered.offset(offset).limit(limit)).all()
    total = letters[letter] if letter else letters.total()
    return Names(found, total, letters)


def _kept_names(
    session: Session,
    wanted: Sequence[ColumnElement[bool]],
    letter: str,
    kept: Callable[[str], bool],
    *,
    past: bool | None,
    page: tuple[int, int],
) -> Names:
    """What is kept is known to the caller alone, so all names are looked at."""
    begins = func.substr(Authority.name_sort, 1, 1)
    keys = session.execute(_in_order(select(Authority.id, begins).where(*wanted), past=past))
    named = [(row[0], first_letter(row[1])) for row in keys if kept(row[0])]
    letters = Counter(each for _, each in named)
    ids = [authority_id for authority_id, each in named if letter in ("", each)]
    offset, limit = page
    shown = ids[offset : offset + limit]
    rows = session.scalars(_in_order(_whole([Authority.id.in_(shown)]), past=past)).all()
    return Names(rows, len(ids), letters)


def _in_order(rows: Select[Any], *, past: bool | None) -> Select[Any]:
    if past:
        parent = aliased(Authority)
        rows = rows.outerjoin(parent, parent.id == Authority.parent_id).order_by(
            parent.name_sort, parent.id
        )
    return rows.order_by(Authority.name_sort, Authority.valid_from, Authority.id)


def _whole(wanted: Sequence[ColumnElement[bool]]) -> Select[Authority]:
    return select(Authority).where(*wanted).options(joinedload(Authority.parent))


def _begins_with(letter: str) -> ColumnElement[bool]:
    if letter == NO_LETTER:
        first, _ = keys_under("A")
        _, last = keys_under("Z")
        return (Authority.name_sort < first) | (Authority.name_sort >= last)
    first, behind = keys_under(letter)
    return (Authority.name_sort >= first) & (Authority.name_sort < behind)
