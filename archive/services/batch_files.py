"""Clearing away what batches of a backfile were handed in with, once nothing needs it any more."""

from __future__ import annotations

import shutil
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import now
from archive.models import BatchState, ImportBatch
from archive.services.batches import files_path
from archive.services.holdings import Holdings

UNDONE_KEPT = timedelta(days=30)
"""So long a batch that was undone keeps its sheet and files, to be run again as it stands."""
STRAY_KEPT = timedelta(days=1)


def sweep_batch_files(session: Session, holdings: Holdings) -> int:
    """Remove the ZIP of each batch that is through (its files lie with their publications), the
    whole folder of one that was undone a while ago, and folders of no batch; how many of these. The
    sheet of a batch stays as long as the batch can be undone. Only reads from the database."""
    try:
        folders = [each for each in holdings.settings.imports.iterdir() if each.is_dir()]
    except FileNotFoundError:
        return 0
    batches = {
        row.id: row
        for row in session.execute(
            select(ImportBatch.id, ImportBatch.state, ImportBatch.finished_at).where(
                ImportBatch.id.in_([folder.name for folder in folders])
            )
        )
    }
    moment = now()
    removed = 0
    for folder in folders:
        batch = batches.get(folder.name)
        if batch is None:
            # Younger ones may be of a batch that is being handed in.
            is_over = moment.timestamp() - folder.stat().st_mtime > STRAY_KEPT.total_seconds()
        else:
            is_over = (
                batch.state is BatchState.UNDONE
                and batch.finished_at is not None
                and moment - batch.finished_at > UNDONE_KEPT
            )
        if is_over:
            shutil.rmtree(folder)
            removed += 1
        elif batch is not None and batch.state is BatchState.DONE:
            path = files_path(holdings, batch.id)
            removed += path.is_file()
            path.unlink(missing_ok=True)
    return removed
