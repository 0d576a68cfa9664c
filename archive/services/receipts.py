"""Receipts: what was handed over, by whom and when, under a number that nobody else has."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from archive.core.dates import local, now
from archive.core.errors import NotFoundError
from archive.core.identifiers import is_id, new_id
from archive.core.roles import ANYONE, Actor
from archive.models import Publication, Receipt
from archive.services.catalogue import list_files, not_closed_to, readable_by
from archive.services.events import note_event
from archive.services.numbering import RECEIPT, keep_up, next_number
from archive.services.units import find_unit


def issue_receipt(session: Session, publication: Publication, *, by: Actor) -> Receipt | None:
    """The receipt for the files as they are handed in, with the next number of the year.

    None where there are no files, and where the last receipt is of the very same files. One for
    other files than before names the earlier one, which stays. Joins the caller's transaction.
    """
    files = [
        {"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256}
        for file in list_files(session, publication.id)
    ]
    earlier = receipts_of(session, publication.id)
    if not files or (earlier and earlier[-1].content["files"] == files):
        return None
    moment = now()
    year = local(moment).year
    receipt = Receipt(
        id=new_id(),
        year=year,
        number=next_number(session, name=RECEIPT, year=year),
        publication_id=publication.id,
        unit_id=publication.unit_id,
        issued_at=moment,
        token=secrets.token_urlsafe(18),
        content={
            "unit": publication.unit.name,
            "title": publication.title,
            "depositor": by.name,
            "files": files,
            "earlier": earlier[-1].label if earlier else "",
        },
    )
    session.add(receipt)
    session.flush()
    note_event(
        session,
        "receipt_issued",
        by=by,
        publication_id=publication.id,
        data={"number": receipt.label, "receipt": receipt.id},
    )
    return receipt


def receipts_of(session: Session, publication_id: str) -> Sequence[Receipt]:
    """The receipts of a publication, the oldest first."""
    return session.scalars(
        select(Receipt)
        .where(Receipt.publication_id == publication_id)
        .order_by(Receipt.issued_at, Receipt.year, Receipt.number)
    ).all()


def newest_receipts(session: Session, publication_ids: Sequence[str]) -> dict[str, Receipt]:
    """The newest receipt of each of these publications that has one."""
    rows = session.scalars(
        select(Receipt)
        .where(Receipt.publication_id.in_(publication_ids))
        .order_by(Receipt.issued_at, Receipt.year, Receipt.number)
    )
    return {row.publication_id: row for row in rows}


def find_receipt(session: Session, receipt_id: str, *, actor: Actor) -> Receipt:
    """The receipt, for curators and for the officers of the unit that it was given to; to all
    others, and where a mark of secrecy keeps the publication from them, NotFoundError."""
    receipt = session.scalar(
        select(Receipt).where(Receipt.id == receipt_id).options(joinedload(Receipt.unit))
    )
    if receipt is None or not _may_read(session, receipt, actor):
        raise NotFoundError(what="receipt", id=receipt_id)
    return receipt


def _may_read(session: Session, receipt: Receipt, actor: Actor) -> bool:
    if actor.may_curate:
        return True
    if not actor.may_deposit or actor.unit_id is None:
        return False
    publication = session.execute(
        select(Publication.unit_id).where(
            Publication.id == receipt.publication_id, not_closed_to(actor)
        )
    ).first()
    return publication is not None and actor.unit_id in (receipt.unit_id, publication.unit_id)


@dataclass(frozen=True)
class CheckedReceipt:
    """A receipt as anyone may check it. `title` is "" unless anyone may read the publication;
    `later` is the number of the receipt that followed, "" for none."""

    receipt: Receipt
    title: str
    later: str


def check_receipt(session: Session, token: str) -> CheckedReceipt:
    """The receipt that the paper's token stands for, or NotFoundError."""
    receipt = session.scalar(
        select(Receipt).where(Receipt.token == token).options(joinedload(Receipt.unit))
    )
    if receipt is None:
        raise NotFoundError(what="receipt")
    title = session.scalar(
        select(Publication.title).where(
            Publication.id == receipt.publication_id, readable_by(ANYONE)
        )
    )
    following = receipts_of(session, receipt.publication_id)
    place = next(n for n, row in enumerate(following) if row.id == receipt.id)
    later = following[place + 1].label if place + 1 < len(following) else ""
    return CheckedReceipt(receipt=receipt, title=title or "", later=later)


def restore_receipts(
    session: Session, publication: Publication, given: Sequence[Mapping[str, Any]]
) -> None:
    """The receipts of a stored record (`stored_records.record_json`). One whose number was
    meanwhile given to another, since its deposit was cut off before anybody saw it, gets the next
    of its year."""
    for content in given:
        if not is_id(content["id"]) or session.get(Receipt, content["id"]) is not None:
            continue
        year, number = int(content["year"]), int(content["number"])
        taken = session.scalar(
            select(Receipt.id).where(Receipt.year == year, Receipt.number == number)
        )
        if taken is None:
            keep_up(session, name=RECEIPT, year=year, number=number)
        else:
            number = next_number(session, name=RECEIPT, year=year)
        unit = find_unit(session, content["unit"]) or publication.unit
        session.add(
            Receipt(
                id=content["id"],
                year=year,
                number=number,
                publication_id=publication.id,
                unit_id=unit.id,
                issued_at=datetime.fromisoformat(content["issued_at"]),
                token=content["token"],
                content=content["content"],
            )
        )
        session.flush()
