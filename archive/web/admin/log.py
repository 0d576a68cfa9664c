"""The log of what was done: looked through by kind, person, publication and day."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

from flask import render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from archive.core.dates import parse_day
from archive.core.language import _
from archive.core.wording import field_sentence, log_sentence
from archive.models import Event
from archive.services import audit
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import ROWS, blueprint
from archive.web.context import holdings, reading
from archive.web.forms import LogForm
from archive.web.pages.log import LogPage, LogRow
from archive.web.pages.parts import Link
from archive.web.present import EVENTS, actor_words, event_words, origin_words


@blueprint.get("/nhat-ky")
@open_to(OpenTo.ADMINS)
def log() -> str:
    """What answers the form in the address, the newest first, a page at a time."""
    session = reading()
    form = LogForm(request.args)
    form.kind.choices = [
        SelectChoice("", _("— mọi việc —")),
        *(SelectChoice(code, kind_label(code)) for code in EVENTS),
    ]
    wanted = audit.EventFilter(
        kind=form.kind.data or "",
        actor_name=one_line(form.who.data or ""),
        publication_id=_id_in(one_line(form.publication.data or "")),
        first_day=_day(form, "since"),
        last_day=_day(form, "until"),
        before=request.args.get("truoc", type=int),
    )
    events, further = audit.list_log(session, wanted, limit=ROWS)
    verdict = audit.last_verdict(holdings().settings.verdict)
    page = LogPage(
        form=form,
        rows=[_row(event) for event in events],
        people=audit.known_actors(session),
        older_url=_address(truoc=further) if further else "",
        newest_url=_address() if wanted.before else "",
        is_filtered=any(request.args.get(name) for name in LogForm.NAMES),
        verdict=log_sentence(verdict.problem, number=verdict.number, rows=verdict.rows)
        if verdict
        else "",
        verdict_at=datetime.fromisoformat(verdict.at) if verdict else None,
        is_whole=verdict is None or verdict.is_whole,
    )
    return render_template("admin/log.html", current="admin", page=page)


def kind_label(code: str) -> str:
    """A kind of act without what belongs to one act: "Sửa tài khoản …"."""
    return event_words(code, _GAPS)


_GAPS = dict.fromkeys(
    (
        *("user", "unit", "page", "line", "file", "factor", "stages", "count", "number"),
        *("version", "address"),
    ),
    "…",
)


def _id_in(typed: str) -> str:
    """The publication's code in what was typed: the code itself or its page's address."""
    return typed.partition("?")[0].rstrip("/").rpartition("/")[2][:12]


def _day(form: LogForm, name: str) -> date | None:
    field = form[name]
    if not (field.data or "").strip():
        return None
    try:
        return parse_day(field.data)
    except ValueError:
        field.errors = [field_sentence("date_invalid", {"value": field.data})]
        return None


def _address(truoc: int | None = None) -> str:
    kept = {name: request.args[name] for name in LogForm.NAMES if request.args.get(name)}
    query = urlencode({**kept, "truoc": truoc} if truoc else kept)
    return url_for("admin.log") + (f"?{query}" if query else "")


def _row(event: Event) -> LogRow:
    about = None
    if event.publication is not None:
        url = url_for("publications.show", publication_id=event.publication.id)
        about = Link(event.publication.title, url)
    elif event.publication_id:
        about = Link(event.publication_id, "")
    return LogRow(
        number=event.id,
        at=event.at,
        who=actor_words(event.actor_name),
        who_url=url_for("admin.log", who=event.actor_name) if event.actor_name else "",
        origin=origin_words(event.origin),
        what=event_words(event.kind, event.data),
        about=about,
        note=event.note,
        digest=event.digest,
    )
