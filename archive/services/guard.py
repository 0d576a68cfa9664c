"""The guard: what bears a mark of secrecy is closed at once, until a person has looked at it.

Files are looked at before they are stored (`intake.check_file`); here their pages are, when the
worker reads or recognises them. What one page says is judged by `archive.core.secrecy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, MarkingOpenError, NotAllowedError
from archive.core.roles import WORKER, Actor
from archive.core.secrecy import find_lifting, find_marking, may_be_marked
from archive.models import Event, File, Page, PageMarking, Publication, Stage
from archive.services.events import note_event
from archive.services.intake import CheckedFile
from archive.services.jobs import enqueue
from archive.services.records import several_lines

REASON_LENGTH = 2000


@dataclass(frozen=True)
class OpenMarking:
    """A mark that nobody has cleared. `page_number` counts through the publication."""

    id: int
    page_number: int
    level: str
    line: str


def is_closed() -> ColumnElement[bool]:
    """The condition on Publication under which a mark of secrecy keeps it closed."""
    open_ones = select(PageMarking.publication_id).where(PageMarking.cleared_at.is_(None))
    return Publication.id.in_(open_ones)


def asks_for_a_look(text: str) -> bool:
    """Whether a page of this text has to be shown to `look_at_pages`; False for nearly all."""
    return may_be_marked(text) and (
        find_marking(text) is not None or find_lifting(text) is not None
    )


def look_at_pages(session: Session, publication: Publication, pages: Sequence[Page]) -> bool:
    """Look at pages whose text has just been written; True where a mark was found that nobody has
    cleared. The publication is then closed, in the caller's transaction, and its entry leaves the
    search index. A page that says its secrecy was lifted is told of in the thread."""
    found = False
    for page in pages:
        marking = find_marking(page.text)
        if marking is None:
            _note_lifting(session, publication, page)
            continue
        if _is_known(session, page, marking.level):
            continue
        if not found and not has_open_markings(session, publication.id):
            note_event(
                session,
                "marking_found",
                by=WORKER,
                publication_id=publication.id,
                data={"page": page.number, "line": marking.line, "level": marking.level},
            )
        found = True
        session.add(
            PageMarking(
                publication_id=publication.id,
                file_id=page.file_id,
                file_page=page.file_page,
                level=marking.level,
                line=marking.line,
                found_at=now(),
            )
        )
    if found:
        _changed(session, publication)
    return found


def has_open_markings(session: Session, publication_id: str) -> bool:
    return bool(session.scalar(select(exists().where(_open(publication_id)))))


def open_markings(session: Session, publication_id: str) -> list[OpenMarking]:
    """The marks that nobody has cleared, in the order of the pages."""
    return list_open_markings(session, [publication_id]).get(publication_id, [])


def list_open_markings(session: Session, ids: Sequence[str]) -> dict[str, list[OpenMarking]]:
    """`open_markings` of each of these publications that has any, in one statement."""
    found: dict[str, list[OpenMarking]] = {}
    number = func.coalesce(Page.number, PageMarking.file_page)
    rows = session.execute(
        select(PageMarking, number)
        .join(
            Page,
            and_(Page.file_id == PageMarking.file_id, Page.file_page == PageMarking.file_page),
            isouter=True,
        )
        .where(PageMarking.publication_id.in_(ids), PageMarking.cleared_at.is_(None))
        .order_by(number, PageMarking.id)
    )
    for row, place in rows:
        mark = OpenMarking(row.id, place, row.level, row.line)
        found.setdefault(row.publication_id, []).append(mark)
    return found


def clear(
    session: Session,
    publication: Publication,
    *,
    marking_ids: Sequence[int],
    reason: str,
    by: Actor,
) -> int:
    """A curator looked at these marks of the publication: they are none. Returns how many were
    cleared; once the last is, the publication is open again. Raises NotAllowedError, and
    InvalidInputError for a missing reason."""
    reason = _reason(reason, by=by)
    rows = session.scalars(
        select(PageMarking).where(_open(publication.id), PageMarking.id.in_(marking_ids))
    ).all()
    if not rows:
        return 0
    for row in rows:
        row.cleared_at, row.cleared_by_id, row.reason = now(), by.user_id, reason
    note_event(
        session,
        "marking_cleared",
        by=by,
        publication_id=publication.id,
        note=reason,
        data={"lines": [row.line for row in rows]},
    )
    _changed(session, publication)
    return len(rows)


def declare(
    session: Session,
    publication: Publication,
    files: Sequence[CheckedFile],
    *,
    reason: str,
    by: Actor,
) -> None:
    """A curator hands in files that the door took for secret, and answers for them.

    The marks that were seen count as cleared; one that is found later on another page closes the
    publication as ever. `files` are the publication's, in their order. Raises as `clear`.
    """
    marked = [
        (position, file.marking)
        for position, file in enumerate(files, start=1)
        if file.marking is not None
    ]
    if not marked:
        return
    reason = _reason(reason, by=by)
    ids = {
        row.position: row.id
        for row in session.scalars(select(File).where(File.publication_id == publication.id))
    }
    moment = now()
    session.add_all(
        PageMarking(
            publication_id=publication.id,
            file_id=ids[position],
            file_page=found.page_number,
            level=found.level,
            line=found.line,
            found_at=moment,
            cleared_at=moment,
            cleared_by_id=by.user_id,
            reason=reason,
        )
        for position, found in marked
    )
    note_event(
        session,
        "declared_free",
        by=by,
        publication_id=publication.id,
        note=reason,
        data={"lines": [found.line for _, found in marked]},
    )
    enqueue(session, Stage.RECORD, publication_id=publication.id)


def check_no_open_marking(session: Session, publication: Publication) -> None:
    """Raises MarkingOpenError where a mark still has to be looked at."""
    if not has_open_markings(session, publication.id):
        return
    first = open_markings(session, publication.id)[0]
    raise MarkingOpenError(page=first.page_number, line=first.line)


def _reason(reason: str, *, by: Actor) -> str:
    if not by.may_curate:
        raise NotAllowedError(what="clear_marking")
    reason = several_lines(reason)
    if not reason:
        raise InvalidInputError(field="declared_reason", problem="reason_needed")
    if len(reason) > REASON_LENGTH:
        raise InvalidInputError(field="declared_reason", problem="too_long", most=REASON_LENGTH)
    return reason


def _open(publication_id: str) -> ColumnElement[bool]:
    return and_(PageMarking.publication_id == publication_id, PageMarking.cleared_at.is_(None))


def _is_known(session: Session, page: Page, level: str) -> bool:
    """Whether this page was asked about already; recognition may spell the same mark anew."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    PageMarking.file_id == page.file_id,
                    PageMarking.file_page == page.file_page,
                    PageMarking.level == level,
                )
            )
        )
    )


def _note_lifting(session: Session, publication: Publication, page: Page) -> None:
    line = find_lifting(page.text)
    if line is None:
        return
    told = session.scalar(
        select(
            exists().where(Event.publication_id == publication.id, Event.kind == "lifting_found")
        )
    )
    if not told:
        note_event(
            session,
            "lifting_found",
            by=WORKER,
            publication_id=publication.id,
            data={"page": page.number, "line": line},
        )


def _changed(session: Session, publication: Publication) -> None:
    publication.revision += 1
    publication.changed_at = now()
    session.flush()
    enqueue(session, Stage.INDEX, publication_id=publication.id)
    # Storage knows it too: a catalogue that is made again from there keeps closed what is closed.
    enqueue(session, Stage.RECORD, publication_id=publication.id)
