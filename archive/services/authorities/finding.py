"""Which authority a name in a record means, by its spelling, its kind and the date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from archive.core.authorities import (
    FIELD_KINDS,
    exists_on,
    lasts_until,
    name_key,
    read_place,
)
from archive.core.dates import IssueDate
from archive.models import Authority, AuthoritySuccession, AuthorityVariant
from archive.services.authorities.kin import KIN_CACHE

_CACHE = "authorities by name"
_ABOVE = "what authorities lie in"
_CACHED_NAMES = 20_000
_KEYS_AT_ONCE = 400


class Candidate(NamedTuple):
    """An authority that goes by the name looked for."""

    id: str
    kind: str
    name: str
    type: str
    valid_from: str
    valid_to: str
    parent_id: str | None


@dataclass(frozen=True)
class Match:
    """`authority_id` is what the name means, None where nobody can tell. `candidates` are all that
    go by it: none, or several of which neither type nor date decides."""

    authority_id: str | None
    candidates: tuple[Candidate, ...] = ()


UNKNOWN = Match(None)


class Finder:
    """Looks names up, each once in the life of the session: a whole import asks little.

    What changes authorities calls `forget_names`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, tuple[Candidate, ...]] = session.info.setdefault(_CACHE, {})
        self._above: dict[str, frozenset[str]] = session.info.setdefault(_ABOVE, {})

    def prepare(self, names: Iterable[tuple[str, str]]) -> None:
        """Look up these (field, name) together."""
        wanted = {key for field, name in names for key in _keys(field, name)}
        missing = sorted(key for key in wanted if key and key not in self._known)
        if len(self._known) > _CACHED_NAMES:
            self._known.clear()
        # What waits to be written has no part in the answer.
        with self._session.no_autoflush:
            for start in range(0, len(missing), _KEYS_AT_ONCE):
                self._look_up(missing[start : start + _KEYS_AT_ONCE])

    def find(self, field: str, name: str, *, on: IssueDate | None) -> Match:
        """What `name` in that field of a record issued `on` means.

        What did not exist yet on that day is not meant; of what did, what still existed goes first.
        Where several are left and one holds all the others (a district and the town in it), it is
        that one, for what lies in the town lies in the district.
        """
        self.prepare([(field, name)])
        kinds = FIELD_KINDS.get(field, ())
        if field == "places":
            found = self._places(name)
        else:
            found = [each for each in self._named(name_key(name)) if each.kind in kinds]
        candidates = tuple(found)
        pool = [each for each in candidates if exists_on(each.valid_from, on)]
        pool = [each for each in pool if lasts_until(each.valid_to, on)] or pool
        meant = pool[0] if len(pool) == 1 else self._holds_all(pool)
        return Match(meant.id if meant else None, candidates)

    def _named(self, key: str) -> tuple[Candidate, ...]:
        return self._known.get(key, ())

    def _places(self, name: str) -> list[Candidate]:
        place = read_place(name)
        found = {each.id: each for each in self._named(place.whole) if each.kind == "place"}
        if place.type:
            found |= {
                each.id: each
                for each in self._named(place.key)
                if each.kind == "place" and each.type == place.type
            }
        if not place.within:
            return list(found.values())
        return [
            each
            for each in found.values()
            if all(key in self._names_above(each.id) for key in place.within)
        ]

    def _holds_all(self, pool: Sequence[Candidate]) -> Candidate | None:
        for each in pool:
            if all(each.id in self._ids_above(other.id) for other in pool if other is not each):
                return each
        return None

    def _ids_above(self, authority_id: str) -> frozenset[str]:
        """What it lies in, or lay in before."""
        found = self._above.get(authority_id)
        if found is None:
            above: set[str] = set()
            level = {authority_id}
            with self._session.no_autoflush:
                while level:
                    level = set(self._directly_above(level)) - above
                    above |= level
            found = self._above[authority_id] = frozenset(above)
        return found

    def _directly_above(self, ids: set[str]) -> Iterator[str]:
        held = AuthoritySuccession.relation == "held"
        yield from self._session.scalars(
            union_all(
                select(Authority.parent_id).where(
                    Authority.id.in_(ids), Authority.parent_id.is_not(None)
                ),
                select(AuthoritySuccession.earlier_id).where(
                    AuthoritySuccession.later_id.in_(ids), held
                ),
            )
        )

    def _names_above(self, authority_id: str) -> set[str]:
        ids = self._ids_above(authority_id)
        keys = select(Authority.key).where(Authority.id.in_(ids))
        variants = select(AuthorityVariant.key).where(AuthorityVariant.authority_id.in_(ids))
        return set(self._session.scalars(union_all(keys, variants)))

    def _look_up(self, keys: Sequence[str]) -> None:
        columns = (
            Authority.id,
            Authority.kind,
            Authority.name,
            Authority.type,
            Authority.valid_from,
            Authority.valid_to,
            Authority.parent_id,
        )
        standing = Authority.merged_into_id.is_(None)
        rows = self._session.execute(
            union_all(
                select(Authority.key.label("named"), *columns).where(
                    Authority.key.in_(keys), standing
                ),
                select(AuthorityVariant.key.label("named"), *columns)
                .join(Authority, Authority.id == AuthorityVariant.authority_id)
                .where(AuthorityVariant.key.in_(keys), standing),
            )
        )
        found: dict[str, dict[str, Candidate]] = {key: {} for key in keys}
        for row in rows:
            candidate = Candidate._make(row[1:])
            found[row[0]][candidate.id] = candidate
        self._known.update({key: tuple(each.values()) for key, each in found.items()})


def forget_names(session: Session) -> None:
    """Authorities changed: what this session looked up no longer holds."""
    for cache in (_CACHE, _ABOVE, KIN_CACHE):
        session.info.get(cache, {}).clear()


def _keys(field: str, name: str) -> tuple[str, ...]:
    if field != "places":
        return (name_key(name),)
    place = read_place(name)
    return (place.whole, place.key)
