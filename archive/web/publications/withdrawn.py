"""What stays of a publication that was withdrawn."""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.core.errors import NotFoundError
from archive.core.roles import Actor
from archive.services import catalogue, reviews
from archive.web.pages.versions import WithdrawnPage


def withdrawn_page(session: Session, publication_id: str, actor: Actor) -> WithdrawnPage | None:
    """The page that says so, for those who could read it before and cannot open it now; None for
    everybody and everything else."""
    publication = catalogue.find_withdrawn(session, publication_id, actor=actor)
    if publication is None:
        return None
    try:
        catalogue.find_publication(session, publication_id, actor=actor)
    except NotFoundError:
        pass
    else:
        return None
    end = reviews.last_withdrawal(session, publication_id)
    return WithdrawnPage(
        title=publication.title,
        unit=publication.unit_name,
        withdrawn_at=end.at if end else publication.changed_at,
        reason=end.public_reason if end else "",
    )
