"""The administration's first page: how the archive and its machine are doing."""

from __future__ import annotations

from flask import render_template, url_for

from archive.core.language import _, counted
from archive.services import administration
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import blueprint
from archive.web.context import holdings, reading
from archive.web.languages import here
from archive.web.pages.admin import AdminHomePage
from archive.web.pages.parts import EventRow, Link
from archive.web.present import actor_words, event_words, publication_url


@blueprint.get("")
@open_to(OpenTo.ADMINS)
def index() -> str:
    session = reading()
    state = administration.overview(session, holdings())
    page = AdminHomePage(
        counts=[
            Link(_("Người dùng"), url_for("admin.users"), state.users),
            Link(counted("Đơn vị", state.units), url_for("admin.units_list"), state.units),
            Link(_("Chờ duyệt"), here("/duyet-nop"), state.submitted),
            Link(_("Đã nhận"), here("/duyet-nop?tinh-trang=accepted"), state.accepted),
        ],
        jobs=[
            Link(_("Đang chờ"), url_for("admin.intake"), state.jobs_waiting),
            Link(_("Đang chạy"), url_for("admin.intake"), state.jobs_running),
            Link(_("Thất bại"), url_for("admin.intake"), state.jobs_failed),
        ],
        events=[
            EventRow(
                at=event.at,
                who=actor_words(event.actor_name),
                what=event_words(event.kind, event.data),
                note=event.note,
                about=Link(event.publication.title, publication_url(event.publication.id))
                if event.publication
                else None,
            )
            for event in state.events
        ],
        version_rows=state.parts,
    )
    return render_template("admin/index.html", current="admin", page=page)
