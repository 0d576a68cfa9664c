"""Telling people what happened to the deposits they work with.

A notice joins the transaction of the act it tells of. Nobody is told of what they may not open:
that is asked when the notice is made, when it is listed, and when its mail goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from archive.core.dates import now
from archive.core.notices import NOTICES, kinds_for
from archive.core.roles import Actor, Role
from archive.models import Event, Notice, NoticeChoice, Publication, User
from archive.services.accounts import actor_of
from archive.services.catalogue import visible_to
from archive.services.succession import heirs_of


@dataclass(frozen=True)
class Choice:
    """Whether a kind is wanted in the site and by mail."""

    in_site: bool = True
    by_mail: bool = True


def said_in(event: Event) -> str:
    """What the person wrote who did it: the note, then of each named field what to mend there."""
    fields = (event.data or {}).get("fields") if event.kind == "returned" else None
    return "\n".join(part for part in (event.note, *map(str, (fields or {}).values())) if part)


def tell_curators(session: Session, kind: str, event: Event, publication: Publication) -> None:
    """Tell all curators, but for whoever did it."""
    curators = select(User.id).where(
        User.role.in_((Role.CURATOR, Role.ADMIN)), User.is_blocked.is_(False)
    )
    tell(session, kind, event, publication, session.scalars(curators).all())


def tell_reviewer(session: Session, kind: str, event: Event, publication: Publication) -> None:
    """Tell the curator who has the deposit in hand; all of them where nobody has."""
    if publication.reviewer_id is None:
        tell_curators(session, kind, event, publication)
    else:
        tell(session, kind, event, publication, [publication.reviewer_id])


def tell_depositors(session: Session, kind: str, event: Event, publication: Publication) -> None:
    """Tell the officers of the unit that answers for the publication, and who deposited it."""
    heirs = heirs_of(session, publication.unit_id)
    officers = and_(User.role == Role.DEPOSITOR, User.unit_id.in_(heirs))
    found = select(User.id).where(
        or_(officers, User.id == publication.depositor_id), User.is_blocked.is_(False)
    )
    tell(session, kind, event, publication, session.scalars(found).all())


def tell(
    session: Session, kind: str, event: Event, publication: Publication, user_ids: Iterable[int]
) -> None:
    """Make a notice for each of these accounts that may open the publication and wants this kind;
    none for whoever did it."""
    assert kind in NOTICES, kind
    wanted = sorted({number for number in user_ids if number != event.actor_id})
    if not wanted:
        return
    session.flush()
    users = session.scalars(
        select(User).where(User.id.in_(wanted)).options(joinedload(User.unit)).order_by(User.id)
    ).all()
    choices = {
        row.user_id: Choice(row.in_site, row.by_mail)
        for row in session.scalars(
            select(NoticeChoice).where(NoticeChoice.user_id.in_(wanted), NoticeChoice.kind == kind)
        )
    }
    for user in users:
        choice = choices.get(user.id, Choice())
        if not (choice.in_site or choice.by_mail):
            continue
        if user.is_blocked or not _may_open(session, publication.id, actor_of(user)):
            continue
        session.add(
            Notice(
                user_id=user.id,
                kind=kind,
                publication_id=publication.id,
                event_id=event.id,
                at=event.at,
                in_site=choice.in_site,
                mail_due_at=event.at if choice.by_mail else None,
            )
        )


def _may_open(session: Session, publication_id: str, actor: Actor) -> bool:
    if actor.may_curate:
        return True
    found = select(Publication.id).where(Publication.id == publication_id, visible_to(actor))
    return session.scalar(found) is not None


def _theirs(actor: Actor) -> ColumnElement[bool]:
    return and_(Notice.user_id == actor.user_id, Notice.in_site.is_(True), visible_to(actor))


def count_unread(session: Session, *, actor: Actor) -> int:
    """How many notices of what `actor` may open are new."""
    if actor.user_id is None:
        return 0
    found = select(func.count()).select_from(Notice).join(Notice.publication)
    return session.scalar(found.where(_theirs(actor), Notice.read_at.is_(None))) or 0


def list_notices(
    session: Session, *, actor: Actor, offset: int = 0, limit: int = 30
) -> Sequence[Notice]:
    """The actor's notices, the newest first, with their publications and events."""
    return session.scalars(
        select(Notice)
        .join(Notice.publication)
        .where(_theirs(actor))
        .options(
            contains_eager(Notice.publication).joinedload(Publication.unit),
            joinedload(Notice.event),
        )
        .order_by(Notice.at.desc(), Notice.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def count_notices(session: Session, *, actor: Actor) -> int:
    found = select(func.count()).select_from(Notice).join(Notice.publication)
    return session.scalar(found.where(_theirs(actor))) or 0


def find_notice(session: Session, number: int, *, actor: Actor) -> Notice | None:
    """The actor's own notice of this number, None where there is none."""
    found = select(Notice).join(Notice.publication).where(_theirs(actor), Notice.id == number)
    return session.scalar(found)


def mark_read(session: Session, *, actor: Actor, number: int | None = None) -> int:
    """One of the actor's notices (all without a number) is new no more; how many were."""
    mine = update(Notice).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    if number is not None:
        mine = mine.where(Notice.id == number)
    result = session.execute(mine.values(read_at=now()))
    return int(getattr(result, "rowcount", 0))


def choices_of(session: Session, *, actor: Actor) -> dict[str, Choice]:
    """What the actor wants, for each kind that can reach them."""
    rows = session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == actor.user_id))
    known = {row.kind: Choice(row.in_site, row.by_mail) for row in rows}
    return {kind: known.get(kind, Choice()) for kind in kinds_for(actor)}


def choose(session: Session, choices: Mapping[str, Choice], *, actor: Actor) -> None:
    """Keep what the actor wants from now on; kinds that cannot reach them are left out."""
    assert actor.user_id is not None, "only an account has notices"
    kinds = [kind for kind in kinds_for(actor) if kind in choices]
    session.execute(
        delete(NoticeChoice).where(
            NoticeChoice.user_id == actor.user_id, NoticeChoice.kind.in_(kinds)
        )
    )
    session.add_all(
        NoticeChoice(
            user_id=actor.user_id,
            kind=kind,
            in_site=choices[kind].in_site,
            by_mail=choices[kind].by_mail,
        )
        for kind in kinds
        if choices[kind] != Choice()
    )
