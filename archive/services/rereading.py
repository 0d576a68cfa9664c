"""Reading a file again: after a fault was mended, with a limit raised for this file alone, or all
of a publication by a better reader."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import Actor
from archive.extract.limits import GREATEST_FACTOR, RAISED_FIELDS, Limits
from archive.models import File, Page, Publication, Stage
from archive.services import recognition
from archive.services.events import note_event
from archive.services.holdings import Holdings
from archive.services.jobs import enqueue, supersede


def limits_for(file: File, limits: Limits) -> Limits:
    """The limits under which this file is read and drawn."""
    return limits.raised(file.raised_limits)


def met_limit(file: File) -> str:
    """The limit that the file met, where raising it may help; "" otherwise."""
    if file.problem_code != "limit_reached":
        return ""
    limit = str((file.problem_data or {}).get("limit", ""))
    return limit if limit in RAISED_FIELDS else ""


def next_factor(file: File) -> int:
    """The factor to offer: twice what the file had; 0 where no raise is left or none would help."""
    limit = met_limit(file)
    if not limit:
        return 0
    now_at = (file.raised_limits or {}).get(limit, 1)
    return min(2 * now_at, GREATEST_FACTOR) if now_at < GREATEST_FACTOR else 0


def read_again(session: Session, file: File, *, by: Actor, factor: int | None = None) -> None:
    """Queue the file's reading again, from the page where it stopped; its pages stay.

    With `factor` (1 to GREATEST_FACTOR) the limit it met is that many times the usual one from now
    on, for this file. Raises NotAllowedError, and InvalidInputError (`factor`) for a number out of
    range or a file that met no limit.
    """
    if not by.may_curate or file.problem_code is None:
        raise NotAllowedError(what="read_again")
    data: dict[str, object] = {"file": file.name, "problem": file.problem_code}
    if factor is not None:
        limit = met_limit(file)
        if not limit or not 1 <= factor <= GREATEST_FACTOR:
            raise InvalidInputError(
                field="factor", problem="factor_range", value=factor, most=GREATEST_FACTOR
            )
        file.raised_limits = {**(file.raised_limits or {}), limit: factor}
        data |= {"limit": limit, "factor": factor}
    file.problem_code = file.problem_data = None
    file.text_done = file.images_done = False
    note_event(
        session,
        "read_again" if factor is None else "read_again_raised",
        by=by,
        publication_id=file.publication_id,
        data=data,
    )
    recognition.read_again(session, file.publication_id)
    enqueue(session, Stage.EXTRACT, publication_id=file.publication_id)


def read_anew(session: Session, holdings: Holdings, publication: Publication) -> None:
    """Queue all files of the publication as if they had just come in: for texts that an earlier
    release of the archive read less well.

    Its pages are gone until the worker has read them; it is found by its old text meanwhile. What
    a mark of secrecy closed stays closed, and what was cleared stays cleared.
    """
    # Whoever reads or draws at this moment loses the lease and writes nothing more.
    supersede(session, publication.id, stages=(Stage.EXTRACT, Stage.IMAGES, Stage.OCR))
    session.execute(delete(Page).where(Page.publication_id == publication.id))
    session.execute(
        update(File)
        .where(File.publication_id == publication.id)
        .values(
            text_done=False, images_done=False, outline=None, problem_code=None, problem_data=None
        )
    )
    holdings.images.remove(publication.id)
    enqueue(session, Stage.EXTRACT, publication_id=publication.id)
