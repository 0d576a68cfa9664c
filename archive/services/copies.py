"""The printed copies of a publication: added, moved, given out, counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from archive.core.language import as_written
from archive.core.roles import Actor
from archive.core.status import CopyState
from archive.models import Copy, Publication, Stage
from archive.services.events import note_event
from archive.services.jobs import enqueue
from archive.services.records import one_line, several_lines

MOST_AT_ONCE = 500
MOST_COPIES = 5000
LENGTHS: Mapping[str, int] = {"registration": 60, "shelf": 100, "note": 1000}
_LAST_DIGITS = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class CopyCount:
    """How many copies the archive has recorded, how many of them it still holds, and on which
    shelves those stand ("" for no known one), the fullest first."""

    total: int
    left: int
    shelves: tuple[tuple[str, int], ...]


def count_copies(session: Session, publication_id: str) -> CopyCount:
    rows = session.execute(
        select(Copy.state, Copy.shelf, func.count())
        .where(Copy.publication_id == publication_id)
        .group_by(Copy.state, Copy.shelf)
    ).all()
    held = [(shelf, count) for state, shelf, count in rows if state is CopyState.AVAILABLE]
    return CopyCount(
        total=sum(count for _, _, count in rows),
        left=sum(count for _, count in held),
        shelves=tuple(sorted(held, key=lambda each: (-each[1], each[0]))),
    )


def list_copies(
    session: Session, publication_id: str, *, offset: int = 0, limit: int = 100
) -> Sequence[Copy]:
    """The copies by their numbers."""
    return session.scalars(
        select(Copy)
        .where(Copy.publication_id == publication_id)
        .order_by(Copy.number)
        .offset(offset)
        .limit(limit)
    ).all()


def add_copies(
    session: Session,
    publication: Publication,
    *,
    count: int,
    shelf: str = "",
    registration: str = "",
    by: Actor,
) -> list[Copy]:
    """So many further copies on one shelf. `registration` is the first one's number in the
    register, "" for none; the others follow it: `CB 0120`, `CB 0121` …

    Raises InvalidInputError for `count` (`number_range`, `copies_too_many`), `shelf` (`too_long`)
    and `registration` (`too_long`, `registration_series`, `registration_taken`).
    """
    _curator(by)
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidInputError(field="count", problem="number_range", most=MOST_AT_ONCE)
    last = session.scalar(
        select(func.max(Copy.number)).where(Copy.publication_id == publication.id)
    )
    first = (last or 0) + 1
    if first + count - 1 > MOST_COPIES:
        raise InvalidInputError(field="count", problem="copies_too_many", most=MOST_COPIES)
    shelf = _line("shelf", shelf)
    numbers = _series(_line("registration", registration), count)
    _check_free(session, numbers)
    copies = [
        Copy(
            publication_id=publication.id,
            number=first + at,
            registration=number,
            shelf=shelf,
            state=CopyState.AVAILABLE,
            note="",
            changed_at=now(),
        )
        for at, number in enumerate(numbers)
    ]
    session.add_all(copies)
    session.flush()
    _note(session, publication, "copies_added", by, count=count, first=first, shelf=shelf)
    return copies


def change_copies(
    session: Session,
    publication: Publication,
    numbers: Iterable[int],
    *,
    state: str = "",
    shelf: str | None = None,
    note: str | None = None,
    registration: str | None = None,
    by: Actor,
) -> int:
    """Give the copies with these numbers a state, a shelf, a note; how many differ from before.

    What is None (of the state: "") stays as it is. A `registration` goes to one copy only. Raises
    NotFoundError for a number that the publication has no copy of, and InvalidInputError as
    `add_copies` does, `copies_unchosen` and `copy_state_unknown`.
    """
    _curator(by)
    wanted = sorted(set(numbers))
    if not wanted:
        raise InvalidInputError(field="copies", problem="copies_unchosen")
    if state and state not in [each.value for each in CopyState]:
        raise InvalidInputError(field="state", problem="copy_state_unknown", value=state)
    copies = session.scalars(
        select(Copy).where(Copy.publication_id == publication.id, Copy.number.in_(wanted))
    ).all()
    if len(copies) != len(wanted):
        raise NotFoundError(what="copy", id=publication.id)
    given: dict[str, Any] = {"state": CopyState(state)} if state else {}
    if shelf is not None:
        given["shelf"] = _line("shelf", shelf)
    if note is not None:
        given["note"] = _line("note", several_lines(note))
    if registration is not None:
        assert len(copies) == 1, "a number in the register is one copy's"
        given["registration"] = _line("registration", registration)
        if given["registration"] != copies[0].registration:
            _check_free(session, [given["registration"]])
    changed = [c for c in copies if any(getattr(c, name) != given[name] for name in given)]
    for copy in changed:
        for name, value in given.items():
            setattr(copy, name, value)
        copy.changed_at = now()
    if changed:
        told = {name: str(value) for name, value in given.items()}
        _note(
            session,
            publication,
            "copies_changed",
            by,
            count=len(changed),
            numbers=[copy.number for copy in changed],
            **told,
        )
    return len(changed)


def restore_copies(
    session: Session, publication_id: str, stored: Iterable[Mapping[str, Any]]
) -> None:
    """The copies of a stored record. A number of the register that another record claims as well
    goes into the note: records are stored one by one, and a number may have moved between them."""
    for each in stored:
        registration, note = str(each["registration"]), str(each["note"])
        if registration and _taken(session, [registration]):
            note = "\n".join(
                filter(None, (note, as_written("Số đăng ký cá biệt: ") + registration))
            )
            registration = ""
        session.add(
            Copy(
                publication_id=publication_id,
                number=each["number"],
                registration=registration,
                shelf=each["shelf"],
                state=CopyState(each["state"]),
                note=note,
                changed_at=datetime.fromisoformat(each["changed_at"]),
            )
        )
        session.flush()


def _series(first: str, count: int) -> list[str]:
    if not first or count == 1:
        return [first] * count
    match = _LAST_DIGITS.fullmatch(first)
    if match is None:
        raise InvalidInputError(field="registration", problem="registration_series")
    head, digits = match.groups()
    numbers = [f"{head}{int(digits) + at:0{len(digits)}}" for at in range(count)]
    if len(numbers[-1]) > LENGTHS["registration"]:
        most = LENGTHS["registration"]
        raise InvalidInputError(field="registration", problem="too_long", most=most)
    return numbers


def _taken(session: Session, numbers: Sequence[str]) -> str | None:
    return session.scalar(select(Copy.registration).where(Copy.registration.in_(numbers)).limit(1))


def _check_free(session: Session, numbers: Sequence[str]) -> None:
    wanted = [number for number in numbers if number]
    if wanted and (taken := _taken(session, wanted)):
        raise InvalidInputError(field="registration", problem="registration_taken", value=taken)


def _line(name: str, typed: str) -> str:
    text = typed if name == "note" else one_line(typed)
    if len(text) > LENGTHS[name]:
        raise InvalidInputError(field=name, problem="too_long", most=LENGTHS[name])
    return text


def _curator(by: Actor) -> None:
    if not by.may_curate:
        raise NotAllowedError(what="copies")


def _note(session: Session, publication: Publication, kind: str, by: Actor, **data: Any) -> None:
    note_event(session, kind, by=by, publication_id=publication.id, data=data)
    enqueue(session, Stage.RECORD, publication_id=publication.id)
