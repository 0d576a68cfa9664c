"""Deposits in a list: one's own and the curators' queue show them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.core.language import _
from archive.core.roles import Actor
from archive.core.status import Status
from archive.core.vocabulary import STATUS
from archive.core.wording import marking_words
from archive.models import Event, Publication
from archive.services import catalogue, guard
from archive.services.checks import Check, checks_of, files_of
from archive.services.likeness import list_likenesses
from archive.services.page_counts import count_reading
from archive.services.progress import list_progress
from archive.services.recognition import availability
from archive.web.context import holdings
from archive.web.likeness import likeness_news
from archive.web.listing import publication_cards
from archive.web.pages.depositing import DepositRow
from archive.web.pages.parts import Link, StageRow
from archive.web.pages.reviewing import CheckRow


def deposit_rows(
    session: Session,
    publications: Sequence[Publication],
    actor: Actor,
    *,
    with_checks: bool = False,
) -> list[DepositRow]:
    """Deposits with their stage, what needs a person, the curator's last note, and what of each
    may be a duplicate as far as `actor` may know; `with_checks` also what the archive's own checks
    find. However many rows there are, the number of statements is the same."""
    ids = [publication.id for publication in publications]
    if not ids:
        return []
    files, pages = files_of(session, ids), count_reading(session, ids)
    markings = guard.list_open_markings(session, ids)
    pairs = list_likenesses(session, ids)
    progress = list_progress(
        session,
        publications,
        files=files,
        pages=pages,
        can_recognise=availability(holdings()).is_ok,
    )
    news = likeness_news(session, publications, actor, found=pairs)
    told = _told_last(session, ids)
    checks: Mapping[str, Sequence[Check]] = {}
    if with_checks:
        checks = checks_of(
            session,
            publications,
            first_year=holdings().settings.first_year,
            actor=actor,
            files=files,
            pages=pages,
            markings=markings,
            pairs=pairs,
        )
    cards = publication_cards(session, publications)
    rows = []
    for publication, card in zip(publications, cards, strict=True):
        stages = progress[publication.id]
        marks = markings.get(publication.id)
        reviewer = publication.reviewer if actor.may_curate else None
        rows.append(
            DepositRow(
                card=card,
                deposited_at=publication.added_at,
                progress=[
                    StageRow(stage.label, stage.state, stage.detail, stage.done, stage.total)
                    for stage in stages.stages
                ]
                if stages.is_running
                else (),
                problem=stages.problem,
                note=_note_of(told.get((publication.id, publication.status.value))),
                marking=marking_words({"page": marks[0].page_number, "line": marks[0].line})
                if marks
                else "",
                likeness=news.get(publication.id, ""),
                receipt=receipt_link(receipt)
                if (receipt := told.get((publication.id, "receipt_issued")))
                else None,
                flag=_("Nghi trùng") if actor.may_curate and publication.id in news else "",
                checks=[
                    CheckRow(check.level.value, check.sentence)
                    for check in checks.get(publication.id, ())
                ],
                reviewer=(reviewer.name or reviewer.email) if reviewer is not None else "",
            )
        )
    return rows


def _told_last(session: Session, ids: Sequence[str]) -> dict[tuple[str, str], Event]:
    """The last return, withdrawal and receipt of each of these, by id and kind. A return and a
    withdrawal are called as the state that they led to."""
    kinds = (Status.RETURNED.value, Status.WITHDRAWN.value, "receipt_issued")
    events = session.scalars(
        select(Event).where(Event.publication_id.in_(ids), Event.kind.in_(kinds)).order_by(Event.id)
    )
    return {(str(event.publication_id), event.kind): event for event in events}


def _note_of(event: Event | None) -> str:
    """What a curator wrote, returning or withdrawing it; where only fields were named, what they
    are to be mended in."""
    if event is None:
        return ""
    fields = (event.data or {}).get("fields") or {}
    return event.note or " ".join(map(str, fields.values()))


def receipt_link(event: Event) -> Link:
    """The way to the receipt that the event `receipt_issued` tells of."""
    told = event.data or {}
    return Link(str(told["number"]), url_for("receipts.show", receipt_id=told["receipt"]))


def status_links(
    session: Session, condition: ColumnElement[bool], *, chosen: str, path: str
) -> list[Link]:
    """The statuses as a filter, each with its count."""
    counts = catalogue.count_by_status(session, condition)
    return links_of_statuses(counts, chosen=chosen, path=path)


def links_of_statuses(counts: Mapping[str, int], *, chosen: str, path: str) -> list[Link]:
    """The statuses that are among the counts, and the chosen one, after a link to all of them."""
    links = [Link(label=_("Tất cả"), url=path, count=sum(counts.values()), selected=not chosen)]
    links += [
        Link(
            label=label,
            url=f"{path}?tinh-trang={code}",
            count=counts.get(code, 0),
            selected=code == chosen,
        )
        for code, label in STATUS.items()
        if counts.get(code) or code == chosen
    ]
    return links
