"""The kinds of notices: codes that are stored, and what each is about in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping

from archive.core.roles import Actor

NOTICES: Mapping[str, str] = {
    "deposit_submitted": "Có bản nộp mới chờ duyệt",
    "resubmitted": "Bản đã trả lại được sửa và nộp lại",
    "assigned": "Được giao xem một bản nộp",
    "returned": "Bản nộp được trả lại để sửa",
    "accepted": "Bản nộp được nhận vào kho",
    "withdrawn": "Ấn phẩm bị thu hồi",
    "message": "Có lời nhắn mới",
}

_FOR_CURATORS = ("deposit_submitted", "resubmitted", "assigned")
_FOR_OFFICERS = ("returned", "accepted", "withdrawn")


def kinds_for(actor: Actor) -> tuple[str, ...]:
    """The kinds that can reach `actor`: what a curator deposited may be returned to them too."""
    if actor.may_curate:
        return (*_FOR_CURATORS, "message", *_FOR_OFFICERS)
    return (*_FOR_OFFICERS, "message") if actor.may_deposit else ()
