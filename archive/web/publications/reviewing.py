"""What curators do with a deposit in review, and the messages of both sides."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError
from archive.core.language import _
from archive.core.status import TransitionError
from archive.core.wording import error_sentence
from archive.models import Publication, User
from archive.services import reviews
from archive.services.messages import write_message
from archive.services.records import without_controls
from archive.services.returns import NAMEABLE
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, reading, writing
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.page import publication_page, tends
from archive.web.publications.review_parts import Typed


@blueprint.post("/an-pham/<publication_id>/nhan-xem")
@open_to(OpenTo.CURATORS)
def take_up(publication_id: str) -> Response:
    """Take the deposit in hand; where another curator was quicker, say who."""

    def act(session: Session, publication: Publication) -> str:
        reviews.take_up(session, publication, by=current_actor())
        return _("Bạn đang xem bản nộp này.")

    return _review(publication_id, act)


@blueprint.post("/an-pham/<publication_id>/giao")
@open_to(OpenTo.CURATORS)
def assign(publication_id: str) -> Response:
    """Give the deposit to the curator `reviewer`; `seen` is who had it when the page was made."""
    chosen, seen = request.form.get("reviewer", ""), request.form.get("seen", "")

    def act(session: Session, publication: Publication) -> str:
        user = session.get(User, int(chosen)) if _is_number(chosen) else None
        if user is None:
            raise InvalidInputError(field="reviewer", problem="reviewer_unknown")
        before = int(seen) if _is_number(seen) else None
        reviews.assign(session, publication, user, seen=before, by=current_actor())
        return _("Đã giao cho {name}.").format(name=user.name or user.email)

    return _review(publication_id, act)


@blueprint.post("/an-pham/<publication_id>/tra-hang-cho")
@open_to(OpenTo.CURATORS)
def put_back(publication_id: str) -> Response:
    """Nobody has the deposit in hand any more."""

    def act(session: Session, publication: Publication) -> str:
        reviews.put_back(session, publication, by=current_actor())
        return _("Đã đưa bản nộp lại hàng chờ.")

    return _review(publication_id, act)


def _is_number(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 10


def _review(publication_id: str, act: Callable[[Session, Publication], str]) -> Response:
    """Do one act of the review, tell how it went, and go back to the publication."""
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            done = act(session, publication)
        except (reviews.TakenError, TransitionError, InvalidInputError) as error:
            session.rollback()
            flash(error_sentence(error), "error")
        else:
            session.commit()
            flash(done, "success")
    return redirect(url_for("publications.show", publication_id=publication_id))


@blueprint.post("/an-pham/<publication_id>/tra-lai")
@open_to(OpenTo.CURATORS)
def return_deposit(publication_id: str) -> Response | tuple[str, int]:
    """Send the deposit back: `field` (repeatable) names what to mend, `field-<name>` says how,
    `note` is for the whole."""
    note = request.form.get("note", "")
    fields = {
        name: request.form.get(f"field-{name}", "")
        for name in request.form.getlist("field")
        if name in NAMEABLE
    }
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            reviews.return_to_depositor(
                session, publication, by=current_actor(), note=note, fields=fields
            )
        except InvalidInputError as error:
            session.rollback()
            typed = Typed(note=_shown(note), fields={n: _shown(t) for n, t in fields.items()})
            return _again(publication_id, typed, error)
        except TransitionError as error:
            session.rollback()
            flash(error_sentence(error), "error")
        else:
            session.commit()
            flash(_("Đã trả lại kèm lời nhắn."), "success")
    return redirect(url_for("publications.show", publication_id=publication_id))


@blueprint.post("/an-pham/<publication_id>/nhan-tin")
@open_to(OpenTo.DEPOSITORS)
def send_message(publication_id: str) -> Response | tuple[str, int]:
    """Add `message` to the thread of a deposit that the account works with."""
    text, actor = request.form.get("message", ""), current_actor()
    with writing() as session:
        publication = find_publication(session, publication_id, actor)
        if not tends(actor, publication):
            abort(404)  # Its thread is nobody else's business, though the record is open.
        try:
            write_message(session, publication, text, by=actor)
        except InvalidInputError as error:
            session.rollback()
            return _again(publication_id, Typed(message=_shown(text)), error)
        session.commit()
    flash(_("Đã gửi lời nhắn."), "success")
    address = url_for("publications.show", publication_id=publication_id)
    return redirect(f"{address}#dien-bien")


def _shown(text: str) -> str:
    return without_controls(text) or ""


def _again(publication_id: str, typed: Typed, error: InvalidInputError) -> tuple[str, int]:
    """The page with what was typed, and beside it what is wrong."""
    session, actor = reading(), current_actor()
    publication = find_publication(session, publication_id, actor)
    page = publication_page(
        session,
        publication,
        actor,
        all_thumbs=False,
        typed=Typed(typed.note, typed.message, typed.fields, error),
    )
    return render_template("publications/show.html", current="browse", page=page), 422
