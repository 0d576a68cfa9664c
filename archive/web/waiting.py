"""What an account sent and did not deposit, as the deposit form offers it."""

from __future__ import annotations

from collections.abc import Collection

from archive.core.wording import size_label
from archive.services.uploads import UploadState, list_waiting
from archive.web.context import current_actor, holdings, reading
from archive.web.pages.depositing import WaitingFileRow
from archive.web.present import written_moment


def waiting_rows(besides: Collection[str]) -> list[WaitingFileRow]:
    """The actor's files, without those of `besides`, which the form carries already."""
    states = list_waiting(reading(), holdings(), by=current_actor())
    return [_row(state) for state in states if state.id not in besides]


def _row(state: UploadState) -> WaitingFileRow:
    return WaitingFileRow(
        id=state.id,
        name=state.name,
        size_label=size_label(state.size_bytes),
        size_bytes=state.size_bytes,
        modified=state.modified,
        # Rounded down: only what is whole is 100%.
        percent=state.offset_bytes * 100 // state.size_bytes,
        is_held=state.is_held,
        kept_until=written_moment(state.expires_at),
    )
