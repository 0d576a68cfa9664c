"""Notices by mail: their table is the queue, and what a server does not take waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from archive.core.dates import local, now, today
from archive.core.mail_server import MailServer
from archive.core.notices import NOTICES
from archive.core.roles import Access
from archive.mail import MailDownError, MailRefusedError, compose, connect
from archive.models import Notice, Publication
from archive.services.accounts import actor_of
from archive.services.catalogue import publications_by_id
from archive.services.guard import is_closed
from archive.services.holdings import Holdings
from archive.services.notices import said_in

BATCH = 100
HELD = timedelta(minutes=5)
"""How long a worker that took mails in hand may be silent before another one sends them."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

log = structlog.get_logger("mail")


@dataclass(frozen=True)
class _Letter:
    """One account's notices that are due, as one mail; `message` None where none may be told."""

    notice_ids: tuple[int, ...]
    message: EmailMessage | None


def send_due(holdings: Holdings) -> int:
    """Send what is due, an account's notices together in one mail; how many mails went out.

    Nothing is lost: where the server is down, all wait, each time twice as long, up to an hour.
    Nobody waits for the server with the database's lock in hand.
    """
    server = holdings.settings.mail
    if server is None or not _anything_due(holdings):
        return 0
    letters = _take(holdings, server)
    sent = 0
    waiting = list(letters)
    try:
        with connect(server) as outbox:
            while waiting:
                letter = waiting[0]
                error = ""
                if letter.message is not None:
                    try:
                        outbox.send(letter.message)
                        sent += 1
                    except MailRefusedError as refused:
                        error = str(refused.data.get("detail"))
                        log.warning("mail_refused", **refused.data)
                _done(holdings, letter, error=error)
                del waiting[0]
    except MailDownError as down:
        log.warning("mail_down", waiting=len(waiting), **down.data)
        _postpone(holdings, [number for letter in waiting for number in letter.notice_ids])
    return sent


def count_waiting(session: Session) -> int:
    """How many notices wait to be mailed."""
    found = select(func.count()).select_from(Notice).where(Notice.mail_due_at.is_not(None))
    return session.scalar(found) or 0


def _anything_due(holdings: Holdings) -> bool:
    with holdings.database.reading() as session:
        due = select(Notice.id).where(Notice.mail_due_at <= now()).limit(1)
        return session.scalar(due) is not None


def _take(holdings: Holdings, server: MailServer) -> list[_Letter]:
    """What is due, held by this worker for a while."""
    with holdings.database.writing() as session:
        rows = session.scalars(
            select(Notice)
            .where(Notice.mail_due_at <= now())
            .order_by(Notice.mail_due_at, Notice.id)
            .limit(BATCH)
            .options(
                joinedload(Notice.user),
                joinedload(Notice.event),
                joinedload(Notice.publication),
            )
        ).all()
        by_user: dict[int, list[Notice]] = {}
        for row in rows:
            by_user.setdefault(row.user_id, []).append(row)
        letters = [_letter(session, holdings, server, found) for found in by_user.values()]
        for row in rows:
            row.mail_due_at = now() + HELD
        session.commit()
    return letters


def _letter(
    session: Session, holdings: Holdings, server: MailServer, notices: Sequence[Notice]
) -> _Letter:
    user = notices[0].user
    ids = [notice.publication_id for notice in notices]
    # Asked again: since the notice was made, the publication may have been closed to them.
    known = {} if user.is_blocked else publications_by_id(session, ids, actor=actor_of(user))
    told = [notice for notice in notices if notice.publication_id in known]
    message = None
    if told:
        site = holdings.settings.site_name
        first = told[0]
        subject = (
            f"{NOTICES.get(first.kind, site)}: {first.publication.title}"
            if len(told) == 1
            else f"{len(told)} thông báo mới – {site}"
        )
        quotable = _quotable(session, [notice.publication_id for notice in told])
        message = compose(
            server=server,
            sender_name=site,
            to=user.email,
            subject=subject,
            text=_text(holdings, user.name or user.email, told, quotable),
        )
    return _Letter(tuple(notice.id for notice in notices), message)


def _quotable(session: Session, ids: Sequence[str]) -> set[str]:
    """The publications of whose thread a mail may quote: mail leaves the archive, so that of what
    is not open to all only the title is told."""
    return set(
        session.scalars(
            select(Publication.id).where(
                Publication.id.in_(ids),
                Publication.access == Access.PUBLIC,
                Publication.embargo_until.is_(None) | (Publication.embargo_until <= today()),
                ~is_closed(),
            )
        )
    )


def _text(holdings: Holdings, name: str, notices: Sequence[Notice], quotable: set[str]) -> str:
    base = holdings.settings.base_url
    parts = [f"Kính gửi {name},"]
    for notice in notices:
        when = local(notice.at).strftime("%H:%M %d/%m/%Y")
        who = f"{notice.event.actor_name}, " if notice.event.actor_name else ""
        lines = [
            f"{NOTICES.get(notice.kind, notice.kind)}: “{notice.publication.title}”",
            f"({who}{when})",
        ]
        if notice.publication_id in quotable:
            lines += [f"> {line}" for line in said_in(notice.event).splitlines()]
        if base:
            lines.append(f"{base}/an-pham/{notice.publication_id}")
        parts.append("\n".join(lines))
    where = f"{base}/thong-bao/cai-dat" if base else "trang Thông báo của kho"
    parts.append(f"Bật, tắt từng loại thư: {where}\n{holdings.settings.site_name}")
    return "\n\n".join(parts) + "\n"


def _done(holdings: Holdings, letter: _Letter, *, error: str) -> None:
    sent = letter.message is not None and not error
    with holdings.database.writing() as session:
        session.execute(
            update(Notice)
            .where(Notice.id.in_(letter.notice_ids))
            .values(mail_due_at=None, mail_error=error[:200], mailed_at=now() if sent else None)
        )
        session.commit()


def _postpone(holdings: Holdings, ids: Sequence[int]) -> None:
    with holdings.database.writing() as session:
        for notice in session.scalars(select(Notice).where(Notice.id.in_(ids))):
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(notice.mail_attempts, 10))
            notice.mail_attempts += 1
            notice.mail_due_at = now() + wait
        session.commit()
