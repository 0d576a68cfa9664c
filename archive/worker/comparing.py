"""The stage that finds what a publication is like."""

from __future__ import annotations

from collections.abc import Callable

from archive.services import comparing, jobs
from archive.services.holdings import Holdings
from archive.services.jobs import Claim


def run_compare(holdings: Holdings, claim: Claim, *, check: Callable[[], None]) -> None:
    """Signatures of all pages, then the pairs. Of two publications that are read at once the one
    compared last sees the other's signatures, so that no pair is missed."""
    with holdings.database.reading() as session:
        signatures = comparing.signatures_of(session, claim.publication_id)
    check()
    with holdings.database.writing() as session:
        comparing.note_signatures(session, claim.publication_id, signatures)
        jobs.report_progress(session, claim, done=0, total=0)
        session.commit()
    with holdings.database.reading() as session:
        compared = comparing.compare_text(session, claim.publication_id)
        again = {
            other_id: comparing.compare_text(session, other_id)
            for other_id in comparing.suspected_among(session, compared.neighbours)
        }
    check()
    with holdings.database.writing() as session:
        comparing.note_found(session, claim.publication_id, compared.found)
        for other_id, comparison in again.items():
            comparing.note_found(session, other_id, comparison.found)
        jobs.complete(session, claim)
        session.commit()
