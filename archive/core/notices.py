"""The kinds of notices: codes that are stored, and what each is about in the words of its page."""

from __future__ import annotations

from archive.core.language import N_, Words
from archive.core.roles import Actor

NOTICES = Words(
    {
        "deposit_submitted": N_("Có bản nộp mới chờ duyệt"),
        "resubmitted": N_("Bản đã trả lại được sửa và nộp lại"),
        "assigned": N_("Được giao xem một bản nộp"),
        "returned": N_("Bản nộp được trả lại để sửa"),
        "accepted": N_("Bản nộp được nhận vào kho"),
        "withdrawn": N_("Ấn phẩm bị thu hồi"),
        "message": N_("Có lời nhắn mới"),
    }
)

_FOR_CURATORS = ("deposit_submitted", "resubmitted", "assigned")
_FOR_OFFICERS = ("returned", "accepted", "withdrawn")


def kinds_for(actor: Actor) -> tuple[str, ...]:
    """The kinds that can reach `actor`: what a curator deposited may be returned to them too."""
    if actor.may_curate:
        return (*_FOR_CURATORS, "message", *_FOR_OFFICERS)
    return (*_FOR_OFFICERS, "message") if actor.may_deposit else ()
