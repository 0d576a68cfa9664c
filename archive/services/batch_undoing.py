"""Taking a batch out again: whole where nobody touched it since, and never more than that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from archive.core.errors import SearchIndexError
from archive.core.language import as_written
from archive.core.status import Status
from archive.models import (
    BatchState,
    Event,
    ImportBatch,
    ImportRow,
    Publication,
    RecordVersion,
    RowState,
)
from archive.services.accession import place_of, strike, take_back_last_numbers
from archive.services.batch_work import GiveWay
from archive.services.batches import BatchClaim, end_work, held_batch
from archive.services.holdings import Holdings, object_id

PIECE = 200
# What an import itself writes down of a publication; anything else is somebody's act.
_OWN_ACTS = ("deposited", "drafted", "accession_given")


def undo_rows(holdings: Holdings, claim: BatchClaim, *, give_way: GiveWay) -> None:
    """Take out what the batch added, piece by piece, from storage first: a kill in between leaves
    a record that the next piece takes out, never one that comes back from storage. A publication
    that was changed, moved on in its states or acted upon is KEPT. At the end it is UNDONE."""
    while True:
        with holdings.database.writing() as session:
            batch = held_batch(session, claim, lease=holdings.settings.lease)
            rows = session.scalars(
                select(ImportRow)
                .where(ImportRow.batch_id == batch.id, ImportRow.state == RowState.ADDED)
                .order_by(ImportRow.number)
                .limit(PIECE)
            ).all()
            if not rows:
                end_work(batch, BatchState.UNDONE)
                session.commit()
                return
            gone = _take_out(session, holdings, batch, rows)
            session.commit()
        for publication_id in gone:
            holdings.images.remove(publication_id)
        # The worker's rounds take out what stays behind here.
        with suppress(SearchIndexError):
            holdings.index.write([], deleted_ids=gone)
        if give_way():
            return


def _take_out(
    session: Session, holdings: Holdings, batch: ImportBatch, rows: Sequence[ImportRow]
) -> list[str]:
    ids = [row.publication_id for row in rows if row.publication_id]
    found = {
        publication.id: publication
        for publication in session.scalars(select(Publication).where(Publication.id.in_(ids)))
    }
    touched = set(
        session.scalars(
            select(RecordVersion.publication_id).where(RecordVersion.publication_id.in_(ids))
        )
    )
    touched |= set(
        session.scalars(
            select(Event.publication_id).where(
                Event.publication_id.in_(ids), Event.kind.not_in(_OWN_ACTS)
            )
        )
    )
    status = Status(batch.status)
    kept = {each.id for each in found.values() if each.id in touched or each.status is not status}
    gone = [publication_id for publication_id in ids if publication_id not in kept]
    with_files = [each for each in gone if each in found and found[each].object_version]
    holdings.records.retire([each for each in gone if each not in with_files])
    for publication_id in with_files:
        holdings.originals.remove(object_id(publication_id))
    places = [place for each in gone if each in found and (place := place_of(found[each]))]
    session.execute(
        delete(Publication)
        .where(Publication.id.in_(gone))
        .execution_options(synchronize_session=False)
    )
    # The register goes on from the last number that is still held.
    take_back_last_numbers(session)
    # Numbers before that one were seen beside others: they are struck out, not given again.
    strike(session, places, reason=as_written("gỡ đợt nhập “{name}”").format(name=batch.name))
    for state, numbers in (
        (RowState.KEPT, [row.id for row in rows if row.publication_id in kept]),
        (RowState.UNDONE, [row.id for row in rows if row.publication_id not in kept]),
    ):
        session.execute(
            update(ImportRow)
            .where(ImportRow.id.in_(numbers))
            .values(state=state)
            .execution_options(synchronize_session=False)
        )
    batch.kept_count += sum(row.publication_id in kept for row in rows)
    batch.undone_count += sum(row.publication_id not in kept for row in rows)
    batch.added_count -= len(rows)
    return gone
