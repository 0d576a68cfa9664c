"""What authorities add to a record's entry in the search index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Authority, AuthorityVariant, Publication
from archive.services.authorities.kin import Kin, load_kin

_AT_ONCE = 400
# Names of one word (Văn, Thiết) would be found on every other page.
_LEAST_WORDS = 2
# Other names of a theme would only make the record longer, and so less like what is asked.
_SPOKEN_OF = ("person", "body", "relic", "event")


@dataclass(frozen=True)
class Shown:
    """The values of one facet: `own` in place of the record's words, `also` what else finds it."""

    own: tuple[str, ...]
    also: tuple[str, ...] = ()


class EntryNames:
    """The names around the authorities of some records, read in a few statements for all."""

    def __init__(self, session: Session, publications: Iterable[Publication]) -> None:
        linked = {
            value.authority_id
            for publication in publications
            for value in publication.values
            if value.authority_id
        } | {publication.series_id for publication in publications if publication.series_id}
        self._names = _names(session, sorted(linked))
        kinds = {kind for kind, _ in self._names.values()}
        self._kin: dict[str, Kin] = {
            kind: load_kin(session, kind) for kind in ("place", "theme") if kind in kinds
        }
        self._variants = _variants(session, sorted(linked))

    def ids(self, publication: Publication) -> tuple[str, ...]:
        """Of all that the record names, and of the themes that these lie in."""
        found = dict.fromkeys(
            value.authority_id for value in publication.values if value.authority_id
        )
        if publication.series_id:
            found[publication.series_id] = None
        themes = self._kin.get("theme")
        for authority_id in [*found] if themes else ():
            found |= dict.fromkeys(themes.above(authority_id))  # type: ignore[union-attr]
        return tuple(found)

    def shown(self, publication: Publication, field: str) -> Shown:
        """What stands in the facet of `themes`, `places` or `people`."""
        own: list[str] = []
        also: list[str] = []
        for value in publication.values:
            if value.field != field:
                continue
            linked = value.authority_id or ""
            kind, name = self._names.get(linked, ("", value.value))
            kin = self._kin.get(kind)
            if kin is None or linked not in kin.nodes:
                own.append(name)
                if name != value.value:
                    also.append(value.value)
                continue
            own.append(kin.label(linked))
            also += [value.value, *_labels(kin, _above_or_around(kin, kind, linked))]
        return Shown(tuple(dict.fromkeys(own)), tuple(dict.fromkeys(also)))

    def kin(self, publication: Publication) -> tuple[str, ...]:
        """Names that the record does not say and is found by: other names of those it names, and
        what its places lay in, came from and became."""
        found: dict[str, None] = {}
        places = self._kin.get("place")
        for value in publication.values:
            linked = value.authority_id
            if linked is None:
                continue
            kind, name = self._names[linked]
            if kind in _SPOKEN_OF:
                names = [name, *self._variants.get(linked, ())]
                found |= dict.fromkeys(each for each in names if len(each.split()) >= _LEAST_WORDS)
            elif kind == "place" and places is not None and linked in places.nodes:
                around = places.found_under(linked)
                # The province is named on every other page.
                around -= {each for each in around if places.nodes[each].parent_id is None}
                found |= dict.fromkeys(places.typed(each) for each in sorted(around | {linked}))
        said = {value.value for value in publication.values}
        return tuple(name for name in found if name not in said)


def _above_or_around(kin: Kin, kind: str, authority_id: str) -> Sequence[str]:
    if kind == "theme":
        return [authority_id, *kin.above(authority_id)]
    return sorted(kin.found_under(authority_id))


def _labels(kin: Kin, ids: Sequence[str]) -> list[str]:
    """How filters may call them: by the label, and by the bare name."""
    return [text for each in ids for text in (kin.label(each), kin.nodes[each].name)]


def _names(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(kind, name) by id."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(Authority.id, Authority.kind, Authority.name).where(
                Authority.id.in_(ids[start : start + _AT_ONCE])
            )
        )
        found |= {row[0]: (row[1], row[2]) for row in rows}
    return found


def _variants(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(AuthorityVariant.authority_id, AuthorityVariant.name)
            .where(AuthorityVariant.authority_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(AuthorityVariant.authority_id, AuthorityVariant.position)
        )
        for authority_id, name in rows:
            found.setdefault(authority_id, []).append(name)
    return found
