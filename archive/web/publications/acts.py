"""What curators and depositors do with a publication: each act goes back to its page and says
there how it went."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError, MarkingOpenError, NotFoundError
from archive.core.language import _
from archive.core.status import Status, TransitionError
from archive.core.wording import error_sentence
from archive.models import Publication, Receipt
from archive.services import catalogue, guard, likeness, reviews
from archive.services.accession import place_of
from archive.services.receipts import newest_receipts
from archive.services.rereading import read_again as read_file_again
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, reading, writing
from archive.web.likeness import NOTED
from archive.web.publications.base import blueprint, find_publication


@blueprint.post("/an-pham/<publication_id>/nhan")
@open_to(OpenTo.CURATORS)
def accept(publication_id: str) -> Response:
    return _act(publication_id, reviews.accept, _accepted_words)


def _accepted_words(publication: Publication, before: Status) -> str:
    if before is Status.WITHDRAWN:
        return _("Đã mở lại cho bạn đọc.")
    place = place_of(publication)
    if place is None:
        return _("Đã nhận ấn phẩm vào kho.")
    return _("Đã nhận vào kho, số đăng ký {number}.").format(number=place)


@blueprint.post("/an-pham/<publication_id>/thu-hoi")
@open_to(OpenTo.CURATORS)
def withdraw(publication_id: str) -> Response:
    return _act(
        publication_id,
        reviews.withdraw,
        _("Đã thu hồi; ai mở địa chỉ cũ chỉ còn thấy lời báo thu hồi."),
        note=request.form.get("note", ""),
        public_reason=request.form.get("public_reason", ""),
    )


@blueprint.post("/an-pham/<publication_id>/nop-lai")
@open_to(OpenTo.DEPOSITORS)
def resubmit(publication_id: str) -> Response:
    answer = _act(publication_id, reviews.submit, sent_words)
    tell_receipt(publication_id)
    return answer


@blueprint.post("/an-pham/<publication_id>/khong-phai-dau-mat")
@open_to(OpenTo.CURATORS)
def clear_marking(publication_id: str) -> Response:
    """The marks that were shown are none: the curator looked and says why."""
    ids = [int(value) for value in request.form.getlist("marking") if value.isdecimal()]
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            cleared = guard.clear(
                session,
                publication,
                marking_ids=ids,
                reason=request.form.get("note", ""),
                by=current_actor(),
            )
        except InvalidInputError as error:
            session.rollback()
            flash(error_sentence(error), "error")
        else:
            left = guard.has_open_markings(session, publication_id)
            session.commit()
            if left:
                flash(_("Đã ghi nhận. Còn trang khác có dấu cần xem tiếp."), "info")
            elif cleared:
                flash(_("Đã ghi nhận: không phải dấu mật. Ấn phẩm được mở lại."), "success")
            else:
                flash(_("Dấu này đã được xem xét trước đó."), "info")
    return redirect(url_for("publications.show", publication_id=publication_id))


@blueprint.post("/an-pham/<publication_id>/tep/<int:position>/doc-lai")
@open_to(OpenTo.CURATORS)
def read_again(publication_id: str, position: int) -> Response:
    """Read a file again from where it stopped, with a higher limit where one was met."""
    actor = current_actor()
    factor = request.form.get("factor", "").strip()
    with writing() as session:
        try:
            file = catalogue.find_file(session, publication_id, position, actor=actor)
        except NotFoundError:
            abort(404)
        try:
            if file.problem_code is None:
                flash(_("Tệp này đã được đọc xong hoặc đang chờ đọc lại."), "info")
            else:
                read_file_again(
                    session, file, by=actor, factor=_whole_number(factor) if factor else None
                )
                session.commit()
                flash(_("Đã xếp tệp vào hàng chờ để đọc lại từ chỗ dừng."), "success")
        except InvalidInputError as error:
            session.rollback()
            flash(error_sentence(error), "error")
    return redirect(url_for("publications.show", publication_id=publication_id))


def _whole_number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 4 else 0


@blueprint.post("/an-pham/<publication_id>/gan-giong")
@open_to(OpenTo.CURATORS)
def decide(publication_id: str) -> Response:
    """A curator's word on an alike publication (`other`): `decision` is same, edition, different.

    A pair may be gone by then: its texts were read anew."""
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            said = likeness.decide(
                session,
                publication,
                request.form.get("other", ""),
                decision=request.form.get("decision", ""),
                by=current_actor(),
            )
        except (NotFoundError, InvalidInputError):
            flash(_("Cặp này không còn để xác nhận. Xin xem lại trang."), "error")
        else:
            session.commit()
            flash(NOTED[said], "success")
    return redirect(url_for("publications.show", publication_id=publication_id))


def tell_receipt(publication_id: str) -> None:
    """Say which receipt the files have, after they were handed in."""
    receipt = newest_receipts(reading(), [publication_id]).get(publication_id)
    if receipt is not None:
        flash(receipt_words(receipt), "info")


def receipt_words(receipt: Receipt) -> Markup:
    """Tells whoever handed files in of the receipt for them, with the way to it."""
    told = Markup(_('Đã cấp <a href="{url}">giấy biên nhận số {label}</a>.'))  # noqa: S704 (ours)
    return told.format(url=url_for("receipts.show", receipt_id=receipt.id), label=receipt.label)


def sent_words(publication: Publication, before: Status) -> str:
    """Tells whoever handed a deposit in, which was `before`, where it is now."""
    if before is not Status.RETURNED:
        return _("Đã gửi. Kho đang đọc chữ trong tệp; cơ quan thường trực sẽ duyệt.")
    if publication.reviewer_id is not None:
        return _("Đã nộp lại. Bản nộp trở về với biên mục viên đã xem.")
    return _("Đã nộp lại. Cơ quan thường trực sẽ duyệt.")


def _act(
    publication_id: str,
    verb: Callable[..., object],
    done: str | Callable[[Publication, Status], str],
    **given: str,
) -> Response:
    """Do one act of the review, tell how it went, and go back to the publication. `done` says what
    was done, or makes that of the publication as it stands then and of its status before."""
    actor = current_actor()
    with writing() as session:
        publication = find_publication(session, publication_id, actor)
        before = publication.status
        try:
            verb(session, publication, by=actor, **given)
        except (TransitionError, InvalidInputError, MarkingOpenError) as error:
            session.rollback()
            words = (
                _("Cần viết lời nhắn: người nộp phải biết vì sao.")
                if isinstance(error, InvalidInputError) and error.data["problem"] == "required"
                else error_sentence(error)
            )
            flash(words, "error")
        else:
            words = done if isinstance(done, str) else done(publication, before)
            session.commit()
            flash(words, "success")
    return redirect(url_for("publications.show", publication_id=publication_id))
