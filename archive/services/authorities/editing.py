"""Adding, changing and deleting authorities; whatever records say follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from archive.core.authorities import KINDS, name_key, name_sort, read_validity
from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from archive.core.identifiers import new_id
from archive.core.roles import Actor
from archive.models import (
    Authority,
    AuthoritySuccession,
    AuthorityVariant,
)
from archive.services.authorities.changes import names_changed
from archive.services.authorities.finding import forget_names
from archive.services.authorities.kin import Kin, load_kin
from archive.services.authorities.linking import index_again, link_again, linked_records
from archive.services.events import note_event
from archive.services.records import one_line, several_lines

LENGTHS = {"name": 300, "type": 60, "dates": 100, "source": 4000, "note": 4000}
MOST_VARIANTS = 60
RELATIONS = {"successors": "became", "formerly_in": "held"}


@dataclass(frozen=True, kw_only=True)
class AuthorityInput:
    """An authority as a form or a sheet gives it. `variants`: names between `;` or line ends, each
    with a note behind `|`. `parent` is an id or "", `successors` and `formerly_in` are ids between
    `;`; the latter two None where the form does not speak of them."""

    name: str
    variants: str = ""
    type: str = ""
    valid_from: str = ""
    valid_to: str = ""
    parent: str = ""
    dates: str = ""
    source: str = ""
    note: str = ""
    successors: str | None = None
    formerly_in: str | None = None


def find_authority(session: Session, authority_id: str) -> Authority:
    """The authority with its variants, or NotFoundError."""
    found = session.scalar(
        select(Authority)
        .where(Authority.id == authority_id)
        .options(selectinload(Authority.variants))
    )
    if found is None:
        raise NotFoundError(what="authority", id=authority_id)
    return found


def create_authority(
    session: Session, kind: str, given: AuthorityInput, *, by: Actor, authority_id: str = ""
) -> Authority:
    """A new authority; unlinked values of records that name it are linked.

    InvalidInputError names the field: `kind` (`kind_unknown`), `name` (`required`, `too_long`,
    `sign_reserved`), `variants` (`too_many`, `too_long`), `valid_from`/`valid_to` (`date_invalid`,
    `before_start`), `parent`, `successors`, `formerly_in` (`authority_unknown`,
    `authority_circle`).
    """
    _check(by)
    if kind not in KINDS:
        raise InvalidInputError(field="kind", problem="kind_unknown", value=kind)
    authority = Authority(id=authority_id or new_id(), kind=kind, changed_at=now())
    write(authority, given)
    session.add(authority)
    session.flush()
    tie(session, authority, given)
    session.flush()
    follow(session, [authority])
    names_changed(session, [authority.id])
    note_event(session, "authority_created", by=by, data=_told(authority))
    return authority


def update_authority(
    session: Session, authority: Authority, given: AuthorityInput, *, by: Actor
) -> bool:
    """Change it, and let the entries of all records follow that it has to do with; whether anything
    changed. Raises as `create_authority`."""
    _check(by)
    before = content(session, authority)
    near = touched(session, [authority])
    write(authority, given)
    session.flush()
    tie(session, authority, given)
    session.flush()
    if content(session, authority) == before:
        return False
    authority.changed_at = now()
    follow(session, [authority], near=near)
    names_changed(session, [authority.id])
    note_event(session, "authority_changed", by=by, data=_told(authority))
    return True


def delete_authority(session: Session, authority: Authority, *, by: Actor) -> None:
    """Take it away for good. InvalidInputError (`authority_used`) where a record names it or
    another authority lies in it, was merged into it or follows it."""
    _check(by)
    if is_used(session, authority.id):
        uses = count_uses(session, authority.id)
        raise InvalidInputError(
            field="name", problem="authority_used", value=authority.name, records=uses
        )
    note_event(session, "authority_deleted", by=by, data=_told(authority))
    names_changed(session, [authority.id])
    session.delete(authority)
    session.flush()
    forget_names(session)


def is_used(session: Session, authority_id: str) -> bool:
    """Whether a record names it or another authority lies in it, was merged into it or follows
    it."""
    leads_there = or_(Authority.parent_id == authority_id, Authority.merged_into_id == authority_id)
    return bool(
        count_uses(session, authority_id)
        or session.scalar(select(Authority.id).where(leads_there).limit(1))
        or session.scalar(select(AuthoritySuccession.relation).where(_tied(authority_id)).limit(1))
    )


def count_uses(session: Session, authority_id: str) -> int:
    """In how many records it is named, whatever their state: for curators."""
    return len(linked_records(session, [authority_id]))


def write(authority: Authority, given: AuthorityInput) -> None:
    """Put the plain fields and the variants in place, checked."""
    texts = {name: one_line(getattr(given, name)) for name in ("name", "type", "dates", "source")}
    texts["note"] = several_lines(given.note)
    if not name_key(texts["name"]):
        raise InvalidInputError(field="name", problem="required")
    for name, most in LENGTHS.items():
        if len(texts[name]) > most:
            raise InvalidInputError(field=name, problem="too_long", most=most)
    if ";" in texts["name"] or "|" in texts["name"]:
        # They part the values of a record's field, and a name from its note.
        raise InvalidInputError(field="name", problem="sign_reserved", value=texts["name"])
    valid = {name: _validity(given, name) for name in ("valid_from", "valid_to")}
    if valid["valid_from"] and valid["valid_to"] and valid["valid_to"] < valid["valid_from"]:
        raise InvalidInputError(field="valid_to", problem="before_start")
    for name, text in {**texts, **valid}.items():
        setattr(authority, name, text)
    authority.key = name_key(authority.name)
    authority.name_sort = name_sort(authority.kind, authority.name)
    _write_variants(authority, read_variants(given.variants))


def read_variants(text: str) -> tuple[tuple[str, str], ...]:
    """(name, note) of each variant, each name once."""
    found: dict[str, str] = {}
    for part in text.replace("\n", ";").split(";"):
        name, _, note = part.partition("|")
        name, note = one_line(name), one_line(note)
        if not name_key(name):
            continue
        if len(name) > LENGTHS["name"] or len(note) > LENGTHS["name"]:
            raise InvalidInputError(field="variants", problem="too_long", most=LENGTHS["name"])
        found.setdefault(name, note)
    if len(found) > MOST_VARIANTS:
        raise InvalidInputError(field="variants", problem="too_many", most=MOST_VARIANTS)
    return tuple(found.items())


def variants_text(authority: Authority) -> str:
    """The variants as `read_variants` reads them."""
    return "; ".join(
        f"{each.name} | {each.note}" if each.note else each.name for each in authority.variants
    )


def ids_of(text: str) -> tuple[str, ...]:
    """The ids between semicolons, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def ties_of(session: Session, authority_id: str) -> dict[str, tuple[str, ...]]:
    """`successors` and `formerly_in` of an authority: ids in order."""
    rows = session.execute(
        select(
            AuthoritySuccession.relation,
            AuthoritySuccession.earlier_id,
            AuthoritySuccession.later_id,
        ).where(_tied(authority_id))
    ).all()
    return {
        "successors": tuple(
            sorted(r[2] for r in rows if r[0] == "became" and r[1] == authority_id)
        ),
        "formerly_in": tuple(sorted(r[1] for r in rows if r[0] == "held" and r[2] == authority_id)),
    }


def tie(
    session: Session,
    authority: Authority,
    given: AuthorityInput,
    *,
    before: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Parent and successions, once all that they name is there. `before`: what `ties_of` gives."""
    parent = given.parent.strip()
    if parent:
        _other(session, authority, "parent", parent)
        _check_circle(session, authority, parent)
    authority.parent_id = parent or None
    if before is None:
        before = ties_of(session, authority.id)
    for field, relation in RELATIONS.items():
        text: str | None = getattr(given, field)
        if text is None:
            continue
        wanted = ids_of(text)
        for other in wanted:
            _other(session, authority, field, other)
        _write_ties(session, authority, field, relation, wanted, before=before[field])


def content(session: Session, authority: Authority) -> tuple[object, ...]:
    """What a form or a sheet can change: two that are alike say the same."""
    return (*plain_content(authority), *ties_of(session, authority.id).values())


def plain_content(authority: Authority) -> tuple[object, ...]:
    """The same without its ties."""
    return (
        *(authority.name, authority.type, authority.valid_from, authority.valid_to),
        *(authority.parent_id, authority.dates, authority.source, authority.note),
        tuple((each.name, each.note) for each in authority.variants),
    )


def touched(session: Session, authorities: Sequence[Authority]) -> set[str]:
    """The authorities whose records' entries speak of these: themselves, and of places and themes
    all that they have to do with."""
    found = {authority.id for authority in authorities}
    for kind in ("place", "theme"):
        own = [authority.id for authority in authorities if authority.kind == kind]
        kin = load_kin(session, kind) if own else Kin((), ())
        for each in own:
            found |= kin.around(each)
    return found


def follow(session: Session, changed: Sequence[Authority], *, near: Iterable[str] = ()) -> None:
    """After a change: link what is linked now, and bring the records concerned, of `near` too, into
    the index again."""
    forget_names(session)
    around = set(near) | touched(session, changed)
    index_again(session, linked_records(session, around))
    link_again(session, kinds={authority.kind for authority in changed})


def _write_variants(authority: Authority, wanted: Sequence[tuple[str, str]]) -> None:
    if [(each.name, each.note) for each in authority.variants] == list(wanted):
        return
    authority.variants = [
        AuthorityVariant(position=at, name=name, key=name_key(name), note=note)
        for at, (name, note) in enumerate(wanted)
    ]


def _write_ties(
    session: Session,
    authority: Authority,
    field: str,
    relation: str,
    wanted: Sequence[str],
    *,
    before: Sequence[str],
) -> None:
    for other in sorted({*wanted} ^ {*before}):
        ends = (authority.id, other) if field == "successors" else (other, authority.id)
        if other in before:
            session.delete(session.get_one(AuthoritySuccession, (*ends, relation)))
        else:
            session.add(
                AuthoritySuccession(earlier_id=ends[0], later_id=ends[1], relation=relation)
            )


def _other(session: Session, authority: Authority, field: str, other_id: str) -> Authority:
    other = session.get(Authority, other_id)
    if other is None or other.kind != authority.kind or other.merged_into_id is not None:
        raise InvalidInputError(field=field, problem="authority_unknown", value=other_id)
    if other.id == authority.id:
        raise InvalidInputError(field=field, problem="authority_circle", value=other.name)
    return other


def _check_circle(session: Session, authority: Authority, parent_id: str) -> None:
    # An authority below itself would send every walk up the tree round in a circle.
    seen: set[str] = set()
    above: str | None = parent_id
    while above is not None and above not in seen:
        if above == authority.id:
            name = session.get_one(Authority, parent_id).name
            raise InvalidInputError(field="parent", problem="authority_circle", value=name)
        seen.add(above)
        above = session.get_one(Authority, above).parent_id


def _validity(given: AuthorityInput, field: str) -> str:
    text = getattr(given, field).strip()
    try:
        return read_validity(text)
    except ValueError:
        raise InvalidInputError(field=field, problem="date_invalid", value=text) from None


def _tied(authority_id: str) -> ColumnElement[bool]:
    return or_(
        AuthoritySuccession.earlier_id == authority_id,
        AuthoritySuccession.later_id == authority_id,
    )


def _check(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="authority")


def _told(authority: Authority) -> dict[str, str]:
    return {"authority": authority.id, "name": authority.name}
