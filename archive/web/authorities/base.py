"""What the lists and pages of names share: addresses and rows."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, url_for

from archive.core.authorities import KINDS
from archive.core.language import counted
from archive.models import Authority
from archive.services.authorities.kin import typed_name
from archive.web.pages.authorities import AuthorityRow
from archive.web.present import authority_time

blueprint = Blueprint("authorities", __name__)

SECTIONS: Mapping[str, str] = {
    "theme": "chu-de",
    "place": "dia-danh",
    "person": "nhan-vat",
    "body": "to-chuc",
    "event": "su-kien",
    "relic": "di-tich",
    "series": "tung-thu",
}
"""The kind of an authority and its part of the address."""


def authority_url(authority: Authority) -> str:
    """Where the authority's page is."""
    return url_for("authorities.show", section=SECTIONS[authority.kind], authority_id=authority.id)


def authority_row(
    row: Authority,
    counts: Mapping[str, int] | None,
    *,
    depth: int = 0,
    with_parent: bool = True,
) -> AuthorityRow:
    """An authority as a list shows it, `with_parent` with the place that it lies in."""
    parent = row.parent if row.kind == "place" else None
    where = typed_name(parent.name, parent.type) if parent and parent.parent_id else ""
    notes = (row.dates, authority_time(row))
    return AuthorityRow(
        name=typed_name(row.name, row.type) if row.kind == "place" else row.name,
        url=authority_url(row),
        note=", ".join(note for note in notes if note),
        count=None if counts is None else counts.get(row.id, 0),
        depth=depth,
        within=where if with_parent else "",
    )


def heading_of(kind: str) -> str:
    """What a list of such names is called: `Địa danh`, in English `Places`."""
    return counted(KINDS.vietnamese[kind], 2)
