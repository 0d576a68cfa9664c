"""Deposits in a list: one's own and the curators' queue show them alike."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from archive.core.roles import Actor
from archive.core.status import Status
from archive.core.vocabulary import STATUS
from archive.core.wording import marking_words
from archive.models import Publication, Receipt
from archive.services import catalogue, guard
from archive.services.progress import progress_of
from archive.services.receipts import newest_receipts
from archive.services.recognition import availability
from archive.web.context import holdings
from archive.web.likeness import likeness_news
from archive.web.listing import publication_cards
from archive.web.pages.depositing import DepositRow
from archive.web.pages.parts import Link, StageRow


def deposit_rows(
    session: Session, publications: Sequence[Publication], actor: Actor
) -> list[DepositRow]:
    """Deposits with their stage, what needs a person, the curator's last note, and what of each
    may be a duplicate as far as `actor` may know."""
    rows = []
    can_recognise = availability(holdings()).is_ok
    news = likeness_news(session, publications, actor)
    receipts = newest_receipts(session, [publication.id for publication in publications])
    for publication, card in zip(
        publications, publication_cards(session, publications), strict=True
    ):
        progress = progress_of(
            session,
            publication,
            catalogue.list_files(session, publication.id),
            can_recognise=can_recognise,
        )
        rows.append(
            DepositRow(
                card=card,
                deposited_at=publication.added_at,
                progress=[
                    StageRow(stage.label, stage.state, stage.detail, stage.done, stage.total)
                    for stage in progress.stages
                ]
                if progress.is_running
                else (),
                problem=progress.problem,
                note=last_note(session, publication.id)
                if publication.status in (Status.RETURNED, Status.WITHDRAWN)
                else "",
                marking=_marking(session, publication.id),
                likeness=news.get(publication.id, ""),
                receipt=_receipt_link(receipts.get(publication.id)),
                flag="Nghi trùng" if actor.may_curate and publication.id in news else "",
            )
        )
    return rows


def _receipt_link(receipt: Receipt | None) -> Link | None:
    if receipt is None:
        return None
    return Link(receipt.label, url_for("receipts.show", receipt_id=receipt.id))


def _marking(session: Session, publication_id: str) -> str:
    """The first mark of secrecy that keeps the publication closed, as a sentence; "" for none."""
    marks = guard.open_markings(session, publication_id)
    return marking_words({"page": marks[0].page_number, "line": marks[0].line}) if marks else ""


def last_note(session: Session, publication_id: str) -> str:
    """What a curator wrote last, returning or withdrawing the publication; "" for nothing yet."""
    notes = [
        event.note
        for event in catalogue.list_events(session, publication_id)
        if event.kind in ("returned", "withdrawn")
    ]
    return notes[-1] if notes else ""


def status_links(
    session: Session, condition: ColumnElement[bool], *, chosen: str, path: str
) -> list[Link]:
    """The statuses as a filter, each with its count."""
    counts = catalogue.count_by_status(session, condition)
    links = [Link(label="Tất cả", url=path, count=sum(counts.values()), selected=not chosen)]
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
