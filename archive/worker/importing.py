"""Batches of a backfile in a worker: a piece at a time, so that nobody's deposit waits for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import exc

from archive.core.errors import ArchiveError
from archive.models import BatchState
from archive.services.batch_undoing import undo_rows
from archive.services.batch_work import check_rows, run_rows
from archive.services.batches import BatchClaim, any_batch_due, claim_batch, release_batch
from archive.services.holdings import Holdings
from archive.services.jobs import StaleLeaseError

FAULT_WAIT = timedelta(seconds=15)

log = structlog.get_logger("worker")


def work_on_batch(holdings: Holdings, *, worker: str, give_way: Callable[[], bool]) -> bool:
    """Go on with the batch that waits longest, for a piece or until `give_way` says so; False where
    none waits. What a fault of the machine cuts off is gone on with later."""
    with holdings.database.reading() as session:
        if not any_batch_due(session):
            return False
    with holdings.database.writing() as session:
        claim = claim_batch(session, lease=holdings.settings.lease, worker=worker)
        session.commit()
    if claim is None:
        return False
    wait = timedelta(0)
    try:
        _go_over(holdings, claim, give_way)
    except StaleLeaseError:
        log.info("batch_taken_over", batch=claim.batch_id)
        return True
    except (ArchiveError, OSError, exc.OperationalError) as error:
        log.error("batch_fault", batch=claim.batch_id, detail=str(error)[:500])
        wait = FAULT_WAIT
    with holdings.database.writing() as session:
        release_batch(session, claim, wait=wait)
        session.commit()
    return True


def _go_over(holdings: Holdings, claim: BatchClaim, give_way: Callable[[], bool]) -> None:
    match claim.state:
        case BatchState.CHECKING:
            check_rows(holdings, claim, give_way=give_way)
        case BatchState.RUNNING:
            run_rows(holdings, claim, give_way=give_way)
        case BatchState.UNDOING:
            undo_rows(holdings, claim, give_way=give_way)
