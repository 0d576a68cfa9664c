"""Accepting many deposits at once: those that nothing speaks against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from archive.core.errors import MarkingOpenError, NotAllowedError
from archive.core.roles import Actor
from archive.core.status import WITH_CURATORS, Status, TransitionError
from archive.core.wording import error_sentence
from archive.models import Publication
from archive.services.checks import checks_of
from archive.services.reviews import TakenError, accept


@dataclass(frozen=True)
class Refused:
    """A deposit that was left as it is, and why, in a sentence."""

    publication: Publication
    reason: str


@dataclass(frozen=True)
class AcceptedTogether:
    """`accepted` now; `known` were accepted already, by an earlier press of the same button."""

    accepted: tuple[Publication, ...]
    known: tuple[Publication, ...]
    refused: tuple[Refused, ...]


def accept_together(
    session: Session, ids: Sequence[str], *, first_year: int, by: Actor
) -> AcceptedTogether:
    """Accept those of these deposits in which no check finds a problem and which no other curator
    has in hand, each with an event of its own; the rest stay, with the reason. Ids that are none
    are passed over. Raises NotAllowedError."""
    if not by.may_curate:
        raise NotAllowedError(what="review")
    rows = session.scalars(
        select(Publication)
        .where(Publication.id.in_(ids))
        .options(
            joinedload(Publication.unit),
            joinedload(Publication.reviewer),
            selectinload(Publication.values),
        )
        .order_by(Publication.added_at, Publication.id)
    ).all()
    checks = checks_of(session, rows, first_year=first_year, actor=by)
    accepted: list[Publication] = []
    known: list[Publication] = []
    refused: list[Refused] = []
    for publication in rows:
        if publication.status is Status.ACCEPTED:
            known.append(publication)
            continue
        problems = [check.sentence for check in checks[publication.id] if check.is_problem]
        try:
            _check_free(publication, by=by)
            if problems:
                refused.append(Refused(publication, " ".join(problems)))
                continue
            accept(session, publication, by=by)
        except (TakenError, TransitionError, MarkingOpenError) as error:
            refused.append(Refused(publication, error_sentence(error)))
        else:
            accepted.append(publication)
    return AcceptedTogether(tuple(accepted), tuple(known), tuple(refused))


def _check_free(publication: Publication, *, by: Actor) -> None:
    if publication.status not in WITH_CURATORS:
        raise TransitionError(from_status=publication.status.value, to_status=Status.ACCEPTED.value)
    reviewer = publication.reviewer
    in_hand = publication.status is Status.IN_REVIEW
    if in_hand and reviewer is not None and reviewer.id != by.user_id:
        raise TakenError(who=reviewer.name or reviewer.email)
