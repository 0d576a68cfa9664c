"""What names in records mean that are tied to nothing: curators say it, and may take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.authorities import FIELD_KINDS
from archive.core.language import N_, Words, counted
from archive.models import Event, Publication, PublicationValue
from archive.services import catalogue
from archive.services.authorities import listing
from archive.services.authorities.finding import Candidate
from archive.services.authorities.kin import load_kin, typed_name
from archive.services.authorities.linking import link_value, unlink_value, value_tied
from archive.services.events import note_event
from archive.web.access import OpenTo, open_to
from archive.web.admin.authorities import find_or_404
from archive.web.admin.base import ROWS, blueprint
from archive.web.context import current_actor, reading, writing
from archive.web.deposit_lists import deposit_rows
from archive.web.languages import here
from archive.web.listing import page_number
from archive.web.pages.authorities import (
    NamedRecordsPage,
    QuestionRow,
    QuestionsPage,
    Settled,
)
from archive.web.present import PER_PAGE, authority_time, paginate

# An event names the records of what may be undone by itself; so many at most.
_MOST_UNDONE = 500

_FIELDS = Words(
    {
        "themes": N_("Chủ đề"),
        "places": N_("Địa danh"),
        "people": N_("Nhân vật"),
        "creators": N_("Tác giả"),
        "events": N_("Sự kiện"),
        "relics": N_("Di tích"),
    }
)


@blueprint.get("/danh-muc/chua-ro")
@open_to(OpenTo.CURATORS)
def open_names() -> str:
    """Names in records that are tied to nothing: what may be meant, or that it is not there."""
    session, number = reading(), page_number(request.args)
    found, total = listing.open_questions(session, offset=(number - 1) * ROWS, limit=ROWS)
    rows = [
        QuestionRow(
            field=each.field,
            label=_FIELDS.get(each.field, each.field),
            value=each.value,
            records=records,
            records_url=url_for("admin.named_records", field=each.field, value=each.value),
            choices=[
                (
                    choice.id,
                    ", ".join(
                        part
                        for part in (
                            _label(session, choice),
                            authority_time(choice),
                        )
                        if part
                    ),
                )
                for choice in match.candidates[:12]
            ],
            add_url=url_for("admin.new_authority", loai=FIELD_KINDS[each.field][0], ten=each.value),
        )
        for each, records, match in found
    ]
    page = QuestionsPage(
        rows=rows,
        total=total,
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=here(request.path),
            args=request.args.to_dict(flat=False),
        ),
        settled=_settled(session),
    )
    return render_template("admin/open_names.html", current="admin", page=page)


@blueprint.post("/danh-muc/chua-ro")
@open_to(OpenTo.CURATORS)
def settle_name() -> Response:
    """Say what a name means in all records that have it open."""
    given, value = request.form, request.form.get("value", "")
    with writing() as session:
        found = find_or_404(session, given.get("authority", ""))
        if found.kind not in FIELD_KINDS.get(given.get("field", ""), ()):
            abort(404)
        linked = link_value(session, given["field"], value, found.id)
        data = {
            "authority": found.id,
            "name": typed_name(found.name, found.type),
            "value": value,
            "records": len(linked),
        }
        if given["field"] != "series" and len(linked) <= _MOST_UNDONE:
            data |= {"field": given["field"], "publications": sorted(linked)}
        event_id = note_event(session, "authority_linked", by=current_actor(), data=data).id
        session.commit()
    return redirect(url_for("admin.open_names", gan=event_id))


def _settled(session: Session) -> Settled | None:
    """What the curator has just tied (`gan`: its event), as long as it stands."""
    event = _linking(session, request.args.get("gan", ""))
    if event is None or event.actor_id != current_actor().user_id:
        return None
    data = event.data or {}
    tied = _still_tied(session, data) if "publications" in data else 0
    if "publications" in data and not tied:
        return None
    words = counted("Đã gắn “{value}” ở {number} ấn phẩm.", data["records"]).format(
        value=data["value"], number=data["records"]
    )
    return Settled(words, str(event.id) if tied else "")


def _still_tied(session: Session, data: Mapping[str, Any]) -> int:
    tied = value_tied(data["field"], data["value"], data["authority"])
    ids = PublicationValue.publication_id.in_(data["publications"])
    return session.scalar(select(func.count()).select_from(PublicationValue).where(ids, *tied)) or 0


def _linking(session: Session, event_id: str) -> Event | None:
    if not (event_id.isascii() and event_id.isdecimal() and len(event_id) < 16):
        return None
    event = session.get(Event, int(event_id))
    return event if event is not None and event.kind == "authority_linked" else None


@blueprint.post("/danh-muc/chua-ro/hoan-tac")
@open_to(OpenTo.CURATORS)
def unsettle_name() -> Response:
    """Take back what a curator said a name means (`event`), in the records where it was said."""
    with writing() as session:
        event = _linking(session, request.form.get("event", ""))
        data = (event.data or {}) if event is not None else {}
        if "publications" not in data:
            abort(404)
        value = str(data["value"])
        records = unlink_value(
            session, data["field"], value, data["authority"], records=data["publications"]
        )
        if records:
            told = {key: data[key] for key in ("authority", "name", "value")}
            note_event(
                session,
                "authority_unlinked",
                by=current_actor(),
                data={**told, "records": records},
            )
        session.commit()
    flash(
        counted("Đã bỏ gắn “{value}” ở {number} ấn phẩm.", records).format(
            value=value, number=records
        ),
        "success",
    )
    return redirect(url_for("admin.open_names"))


@blueprint.get("/danh-muc/chua-ro/an-pham")
@open_to(OpenTo.CURATORS)
def named_records() -> str:
    """The publications in which `value` of `field` is tied to nothing."""
    session, number = reading(), page_number(request.args)
    name, value = request.args.get("field", ""), request.args.get("value", "")
    if name not in _FIELDS:
        abort(404)
    named = select(PublicationValue.publication_id).where(*value_tied(name, value, None))
    condition = Publication.id.in_(named)
    total = session.scalar(select(func.count(Publication.id)).where(condition)) or 0
    found = catalogue.list_publications(
        session, condition, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
    )
    page = NamedRecordsPage(
        value=value,
        label=_FIELDS[name],
        rows=deposit_rows(session, found, current_actor()),
        total=total,
        back_url=url_for("admin.open_names"),
        pagination=paginate(
            page=number,
            total=total,
            per_page=PER_PAGE,
            path=here(request.path),
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("admin/named_records.html", current="admin", page=page)


def _label(session: Session, choice: Candidate) -> str:
    """The candidate's name with what tells it from others of that name."""
    if choice.kind != "place":
        return choice.name
    return load_kin(session, "place").label(choice.id)
