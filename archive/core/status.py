"""The states of a publication and of a job, and which change into which."""

from __future__ import annotations

from enum import StrEnum

from archive.core.errors import ArchiveError


class Status(StrEnum):
    """DRAFT: only its depositor works on it. SUBMITTED: waits for a curator. IN_REVIEW: a curator
    has it in hand. RETURNED: the depositor has something to mend. ACCEPTED: readers see it.
    WITHDRAWN: it was accepted once."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class JobState(StrEnum):
    """FAILED: no attempt is left or the fault is of a kind that no attempt mends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CopyState(StrEnum):
    """What became of a printed copy. Only AVAILABLE ones count as held."""

    AVAILABLE = "available"
    GIVEN_OUT = "given_out"
    LOST = "lost"
    DISCARDED = "discarded"


class BulkState(StrEnum):
    """What a bulk edit did to one record. UNCHANGED: it said so already. REFUSED: the change would
    break a rule. LEFT: an undo found that somebody changed the field since."""

    PENDING = "pending"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT = "left"


class TransitionError(ArchiveError):
    """`from_status` cannot become `to_status`."""

    code = "status_transition"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.IN_REVIEW, Status.ACCEPTED, Status.RETURNED}),
    Status.IN_REVIEW: frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.SUBMITTED}),
    Status.ACCEPTED: frozenset({Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.ACCEPTED}),
}

WITH_CURATORS = frozenset({Status.SUBMITTED, Status.IN_REVIEW})
"""The states in which a deposit is the curators' to decide on."""

WITH_DEPOSITOR = frozenset({Status.DRAFT, Status.RETURNED})
"""The states in which its depositor may change it."""


def check_transition(current: Status, target: Status) -> None:
    if target not in TRANSITIONS[current]:
        raise TransitionError(from_status=current.value, to_status=target.value)
