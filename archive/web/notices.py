"""An account's notices, and which of them it wants."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.core.language import _
from archive.core.notices import NOTICES
from archive.services import notices
from archive.services.notices import Choice
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.languages import here
from archive.web.listing import page_number
from archive.web.pages.notices import ChoiceRow, ChoicesPage, NoticeRow, NoticesPage
from archive.web.present import actor_words, paginate, publication_url

blueprint = Blueprint("notices", __name__)

PATH = "/thong-bao"
ROWS = 30


@blueprint.get(PATH)
@open_to(OpenTo.ACCOUNTS)
def list_all() -> str:
    """What happened to the deposits that the account works with, the newest first."""
    session, actor = reading(), current_actor()
    number = page_number(request.args)
    rows = notices.list_notices(session, actor=actor, offset=(number - 1) * ROWS, limit=ROWS)
    page = NoticesPage(
        rows=[
            NoticeRow(
                id=row.id,
                what=NOTICES.get(row.kind, row.kind),
                title=row.publication.title,
                url=publication_url(row.publication.id),
                who=actor_words(row.event.actor_name),
                at=row.at,
                note=notices.said_in(row.event),
                is_new=row.read_at is None,
            )
            for row in rows
        ],
        any_new=any(row.read_at is None for row in rows)
        or notices.count_unread(session, actor=actor) > 0,
        pagination=paginate(
            page=number,
            total=notices.count_notices(session, actor=actor),
            per_page=ROWS,
            path=here(PATH),
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("notices/list.html", current="notices", page=page)


@blueprint.post(f"{PATH}/<int:number>/mo")
@open_to(OpenTo.ACCOUNTS)
def open_notice(number: int) -> Response:
    """To the publication that the notice is about; the notice is new no more."""
    actor = current_actor()
    with writing() as session:
        notice = notices.find_notice(session, number, actor=actor)
        if notice is None:
            abort(404)
        address = url_for("publications.show", publication_id=notice.publication_id)
        notices.mark_read(session, actor=actor, number=number)
        session.commit()
    return redirect(address)


@blueprint.post(f"{PATH}/da-doc")
@open_to(OpenTo.ACCOUNTS)
def mark_read() -> Response:
    """One notice (`id`), all without one, is new no more."""
    number = request.form.get("id", "")
    if number and not (number.isdecimal() and len(number) < 16):
        abort(404)
    with writing() as session:
        notices.mark_read(session, actor=current_actor(), number=int(number) if number else None)
        session.commit()
    return redirect(url_for("notices.list_all"))


@blueprint.get(f"{PATH}/cai-dat")
@open_to(OpenTo.ACCOUNTS)
def choices() -> str:
    """Each kind of notice with its two switches."""
    found = notices.choices_of(reading(), actor=current_actor())
    page = ChoicesPage(
        rows=[
            ChoiceRow(kind, NOTICES[kind], choice.in_site, choice.by_mail)
            for kind, choice in found.items()
        ],
        has_mail=holdings().settings.mail is not None,
    )
    return render_template("notices/choices.html", current="notices", page=page)


@blueprint.post(f"{PATH}/cai-dat")
@open_to(OpenTo.ACCOUNTS)
def choose() -> Response:
    """`site` and `mail` (repeatable) name the kinds that are wanted there; the rest are off."""
    in_site, by_mail = set(request.form.getlist("site")), set(request.form.getlist("mail"))
    with writing() as session:
        notices.choose(
            session,
            {kind: Choice(kind in in_site, kind in by_mail) for kind in NOTICES},
            actor=current_actor(),
        )
        session.commit()
    flash(_("Đã lưu cách nhận thông báo."), "success")
    return redirect(url_for("notices.choices"))
