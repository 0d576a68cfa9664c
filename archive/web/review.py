"""The curators' queue."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import and_, true

from archive.core.status import Status
from archive.core.vocabulary import STATUS
from archive.models import Publication
from archive.services import catalogue
from archive.services.likeness import is_suspected
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, reading
from archive.web.deposit_lists import deposit_rows, status_links
from archive.web.listing import page_number
from archive.web.pages.depositing import QueuePage
from archive.web.pages.parts import Link
from archive.web.present import PER_PAGE, paginate

blueprint = Blueprint("review", __name__)

PATH = "/duyet-nop"
SUSPECTED = "nghi-trung"


@blueprint.get(PATH)
@open_to(OpenTo.CURATORS)
def queue() -> str:
    """What waits for a curator, the longest wait first; other states, and what may be a
    duplicate, by the filter."""
    session = reading()
    chosen = request.args.get("tinh-trang", Status.SUBMITTED.value)
    status = Status(chosen) if chosen in STATUS else Status.SUBMITTED
    condition = Publication.status == status
    doubtful = and_(Publication.status == Status.SUBMITTED, is_suspected())
    only_doubtful = SUSPECTED in request.args
    if only_doubtful:
        status, condition = Status.SUBMITTED, doubtful
    number = page_number(request.args)
    publications = catalogue.list_publications(
        session,
        condition,
        offset=(number - 1) * PER_PAGE,
        limit=PER_PAGE,
        oldest_first=status is Status.SUBMITTED,
    )
    page = QueuePage(
        rows=deposit_rows(session, publications, current_actor()),
        filters=[
            *status_links(session, true(), chosen="" if only_doubtful else status.value, path=PATH)[
                1:
            ],
            Link(
                label="Nghi trùng",
                url=f"{PATH}?{SUSPECTED}=1",
                count=catalogue.count_publications(session, doubtful),
                selected=only_doubtful,
            ),
        ],
        pagination=paginate(
            page=number,
            total=catalogue.count_publications(session, condition),
            per_page=PER_PAGE,
            path=PATH,
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("review/queue.html", current="review", page=page)
