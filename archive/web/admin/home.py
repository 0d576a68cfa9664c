"""The administration's first page: how the archive and its machine are doing."""

from __future__ import annotations

from flask import render_template, url_for

from archive.services import administration
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import blueprint
from archive.web.context import holdings, reading
from archive.web.pages.admin import AdminHomePage
from archive.web.pages.parts import EventRow, Link
from archive.web.present import event_words


@blueprint.get("")
@open_to(OpenTo.ADMINS)
def index() -> str:
    session = reading()
    state = administration.overview(session, holdings())
    page = AdminHomePage(
        counts=[
            Link("Người dùng", url_for("admin.users"), state.users),
            Link("Đơn vị", url_for("admin.units_list"), state.units),
            Link("Chờ duyệt", "/duyet-nop", state.submitted),
            Link("Đã nhận", "/duyet-nop?tinh-trang=accepted", state.accepted),
        ],
        jobs=[
            Link("Đang chờ", url_for("admin.intake"), state.jobs_waiting),
            Link("Đang chạy", url_for("admin.intake"), state.jobs_running),
            Link("Thất bại", url_for("admin.intake"), state.jobs_failed),
        ],
        events=[
            EventRow(
                at=event.at,
                who=event.actor_name,
                what=event_words(event.kind, event.data),
                note=event.note,
                about=Link(event.publication.title, f"/an-pham/{event.publication.id}")
                if event.publication
                else None,
            )
            for event in state.events
        ],
        version_rows=state.parts,
    )
    return render_template("admin/index.html", current="admin", page=page)
