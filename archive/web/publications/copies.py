"""The printed copies of a publication: curators add them, move them, give them out."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError, NotFoundError
from archive.core.language import _, counted, written_number
from archive.core.roles import Actor
from archive.core.vocabulary import COPY_STATES
from archive.core.wording import error_sentence
from archive.models import Publication
from archive.services import copies
from archive.services.copies import MOST_AT_ONCE, CopyCount, count_copies
from archive.services.records import without_controls
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, reading, writing
from archive.web.listing import page_number
from archive.web.pages.copies import CopiesPage, CopiesPanel, CopyRow
from archive.web.present import paginate
from archive.web.publications.base import blueprint, find_publication

PER_PAGE = 50


def copies_panel(session: Session, publication: Publication, actor: Actor) -> CopiesPanel | None:
    """What the publication's page says of its copies; None where there are none to tell of."""
    count = count_copies(session, publication.id)
    if not count.total and not actor.may_curate:
        return None
    return CopiesPanel(
        left=_left_words(count),
        shelves=[(shelf or _("Chưa rõ kệ"), number) for shelf, number in count.shelves]
        if actor.may_deposit
        else [],
        manage_url=url_for("publications.show_copies", publication_id=publication.id)
        if actor.may_curate
        else "",
    )


def _left_words(count: CopyCount) -> str:
    if not count.total:
        return _("Chưa ghi bản in nào.")
    if not count.left:
        return _("Không còn bản in tại kho.")
    return counted("Còn {number} bản in tại kho.", count.left).format(
        number=written_number(count.left)
    )


@blueprint.get("/an-pham/<publication_id>/ban-in")
@open_to(OpenTo.CURATORS)
def show_copies(publication_id: str) -> str:
    session = reading()
    return _render(session, find_publication(session, publication_id, current_actor()))


@blueprint.post("/an-pham/<publication_id>/ban-in")
@open_to(OpenTo.CURATORS)
def add_copies(publication_id: str) -> Response | tuple[str, int]:
    """Add `count` copies on `shelf`, the first with the number `registration`."""
    given = request.form

    def act(session: Session, publication: Publication) -> str:
        made = copies.add_copies(
            session,
            publication,
            count=_whole_number(given.get("count", "")),
            shelf=given.get("shelf", ""),
            registration=given.get("registration", ""),
            by=current_actor(),
        )
        return counted("Đã thêm {number} bản in.", len(made)).format(number=len(made))

    return _act(publication_id, act)


@blueprint.post("/an-pham/<publication_id>/ban-in/sua")
@open_to(OpenTo.CURATORS)
def change_copies(publication_id: str) -> Response | tuple[str, int]:
    """Give the chosen copies (`copy`, numbers) a `state`, a `new_shelf`, a `note`; what is left
    empty stays."""
    given = request.form

    def act(session: Session, publication: Publication) -> str:
        changed = copies.change_copies(
            session,
            publication,
            _chosen(),
            state=given.get("state", ""),
            shelf=given.get("new_shelf", "").strip() or None,
            note=given.get("note", "").strip() or None,
            by=current_actor(),
        )
        return counted("Đã sửa {number} bản in.", changed).format(number=changed)

    return _act(publication_id, act)


@blueprint.post("/an-pham/<publication_id>/ban-in/<int:number>")
@open_to(OpenTo.CURATORS)
def change_copy(publication_id: str, number: int) -> Response | tuple[str, int]:
    """Everything of one copy, its number in the register too; what is empty is emptied."""
    given = request.form

    def act(session: Session, publication: Publication) -> str:
        copies.change_copies(
            session,
            publication,
            [number],
            state=given.get("state", ""),
            shelf=given.get("shelf", ""),
            note=given.get("note", ""),
            registration=given.get("registration", ""),
            by=current_actor(),
        )
        return _("Đã ghi bản in số {number}.").format(number=number)

    return _act(publication_id, act, prefix=f"b{number}-")


def _chosen() -> set[int]:
    typed = request.form.getlist("copy")
    return {int(value) for value in typed if value.isdecimal() and len(value) < 6}


def _whole_number(typed: str) -> int:
    typed = typed.strip()
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 0


def _act(
    publication_id: str, act: Callable[[Session, Publication], str], *, prefix: str = ""
) -> Response | tuple[str, int]:
    """Do it and go back to the list; what was refused comes back as it was typed (422)."""
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            done = act(session, publication)
        except NotFoundError:
            abort(404)
        except InvalidInputError as error:
            session.rollback()
            return _render(session, publication, error=error, prefix=prefix), 422
        session.commit()
    flash(done, "success")
    return redirect(url_for("publications.show_copies", publication_id=publication_id))


def _render(
    session: Session,
    publication: Publication,
    *,
    error: InvalidInputError | None = None,
    prefix: str = "",
) -> str:
    number = page_number(request.args)
    path = url_for("publications.show_copies", publication_id=publication.id)
    count = count_copies(session, publication.id)
    found = copies.list_copies(
        session, publication.id, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
    )
    field = str(error.data.get("field")) if error else ""
    # The form below the list calls its shelf by another name, so that each error finds its place.
    if field == "shelf" and "new_shelf" in request.form:
        field = "new_shelf"
    page = CopiesPage(
        title=publication.title,
        url=url_for("publications.show", publication_id=publication.id),
        left=_left_words(count),
        rows=[
            CopyRow(
                number=copy.number,
                registration=copy.registration,
                shelf=copy.shelf,
                state=copy.state.value,
                state_label=COPY_STATES[copy.state.value],
                note=copy.note,
                changed_at=copy.changed_at,
                change_url=f"{path}/{copy.number}",
            )
            for copy in found
        ],
        pagination=paginate(
            page=number,
            total=count.total,
            per_page=PER_PAGE,
            path=path,
            args=request.args.to_dict(flat=False),
        ),
        states=COPY_STATES,
        most_at_once=MOST_AT_ONCE,
        typed={
            f"{prefix}{name}": without_controls(value) or ""
            for name, value in request.form.items()
            if name not in ("csrf_token", "copy")
        }
        if error
        else {},
        errors={f"{prefix}{field}": error_sentence(error)} if error else {},
        chosen=frozenset(_chosen()) if error else frozenset(),
    )
    return render_template("publications/copies.html", current="", page=page)
