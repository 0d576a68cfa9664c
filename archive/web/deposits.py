"""Depositing, mending a returned deposit, and one's own deposits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from archive.core.errors import (
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from archive.core.identifiers import is_id, new_id
from archive.core.language import _
from archive.core.roles import Actor
from archive.core.status import WITH_DEPOSITOR, Status
from archive.core.vocabulary import STATUS, UNKNOWN_UNIT_CODE
from archive.core.wording import error_sentence, field_sentence, size_label
from archive.models import HeldFile, Publication, Unit
from archive.services import catalogue, deposits, guard, held_files
from archive.services.intake import CheckedFile
from archive.services.likeness import may_be_told
from archive.services.records import RecordInput, read_record
from archive.services.returns import last_return
from archive.services.succession import check_own_unit_stands, is_over
from archive.services.units import find_unit
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.deposit_files import (
    FormFiles,
    accepted_endings,
    declared_reason,
    declares_free,
    take_files,
)
from archive.web.deposit_lists import deposit_rows, status_links
from archive.web.forms import show_error
from archive.web.guesses import (
    asks_for_guesses,
    doubt_words,
    form_offers,
    guess_rows,
    take_over,
)
from archive.web.languages import here
from archive.web.listing import page_number
from archive.web.pages.depositing import DepositPage, HeldFileRow, MyDepositsPage
from archive.web.present import PER_PAGE, paginate, typed_day
from archive.web.publications import receipt_words, same_bytes_words, sent_words
from archive.web.record_form import (
    CHOICES,
    WIDE,
    DepositForm,
    as_typed,
    form_groups,
    number_warnings,
)
from archive.web.uploads import takes_files
from archive.web.waiting import waiting_rows

blueprint = Blueprint("deposits", __name__)

MAIN_FIELDS = ("title", "unit", "kind", "issued", "access")
"""What every deposit is asked for; the rest stands folded below it."""


@blueprint.get("/nop")
@open_to(OpenTo.DEPOSITORS)
def new() -> str:
    form = DepositForm(deposit_id=new_id())
    _choose_units(form, reading())
    if form.unit.choices:
        form.unit.data = current_actor().unit_code or form.unit.choices[0].value
    return _render(form)


@blueprint.post("/nop")
@open_to(OpenTo.DEPOSITORS)
@takes_files
def create() -> str | Response | tuple[str, int]:
    """Take the files in, check everything, deposit. What is wrong is said field by field, and
    files that arrived whole are kept for the next attempt."""
    form = DepositForm()
    deposit_id = form.deposit_id.data or ""
    if _sent_before(reading(), deposit_id):
        # The same form again: a second press of the button, or a retry after a lost answer.
        return _arrived(deposit_id)
    if not is_id(deposit_id) or reading().get(Publication, deposit_id) is not None:
        form.deposit_id.data = deposit_id = new_id()
    return _submit(form, publication_id=deposit_id, amending=False)


@blueprint.get("/an-pham/<publication_id>/sua")
@open_to(OpenTo.DEPOSITORS)
def edit(publication_id: str) -> str:
    """The form of a draft or a returned deposit, filled with what it holds."""
    publication = _find_amendable(reading(), publication_id)
    form = DepositForm(formdata=None, data=as_typed(publication))
    _choose_units(form, reading())
    form.deposit_id.data = publication_id
    return _render(form, amending_id=publication_id)


@blueprint.post("/an-pham/<publication_id>/sua")
@open_to(OpenTo.DEPOSITORS)
@takes_files
def amend(publication_id: str) -> str | Response | tuple[str, int]:
    """Mend it; new files take the place of the old ones, whose version stays in storage."""
    _find_amendable(reading(), publication_id)
    return _submit(DepositForm(), publication_id=publication_id, amending=True)


def _sent_before(session: Session, deposit_id: str) -> bool:
    found = session.get(Publication, deposit_id)
    return found is not None and found.depositor_id == current_actor().user_id


def _find_amendable(session: Session, publication_id: str) -> Publication:
    actor = current_actor()
    try:
        publication = catalogue.find_publication(session, publication_id, actor=actor)
    except NotFoundError:
        abort(404)
    if not actor.may_curate and not actor.answers_for(publication.unit_id):
        abort(404)
    if publication.status not in WITH_DEPOSITOR:
        abort(409)
    return publication


def _submit(
    form: DepositForm, *, publication_id: str, amending: bool
) -> str | Response | tuple[str, int]:
    _choose_units(form, reading())
    amending_id = publication_id if amending else ""
    intake = take_files()
    status = Status.DRAFT if request.form.get("action") == "draft" else Status.SUBMITTED
    errors = list(intake.errors)
    if status is Status.DRAFT:
        # A draft may wait for its date and its files; its title it needs to be found again.
        form.issued.validators = ()
    if asks_for_guesses(request.form):
        return _render(form, held=intake.checked, errors=errors, amending_id=amending_id)
    valid = form.validate_on_submit()
    record = _read(form) if valid else None
    if status is Status.SUBMITTED and not intake.checked and not amending and not errors:
        errors.append(field_sentence("files_missing", {}))
    if record is None or errors:
        return _render(form, held=intake.checked, errors=errors, amending_id=amending_id), 422
    try:
        done, told = _deposit(
            form,
            record,
            intake,
            publication_id=publication_id,
            status=status,
            amending=amending,
        )
    except InvalidInputError as error:
        show_error(form, error)
        return _render(form, held=intake.checked, errors=errors, amending_id=amending_id), 422
    except StorageError as error:
        errors.append(error_sentence(error))
        return _render(form, held=intake.checked, errors=errors, amending_id=amending_id), 507
    for file in intake.checked:
        holdings().incoming.discard(file.received)
    flash(done, "success")
    for sentence in (*told, *number_warnings(form.typed()).values()):
        flash(sentence, "info")
    return _arrived(publication_id)


def _arrived(publication_id: str) -> Response:
    """To the publication's page. The page's script asks for the address only: a redirect that it
    followed itself would use up the messages."""
    address = url_for("publications.show", publication_id=publication_id)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return Response(status=201, headers={"Location": address})
    return redirect(address)


def _read(form: DepositForm) -> RecordInput | None:
    try:
        return read_record(form.typed(), first_year=holdings().settings.first_year)
    except InvalidInputError as error:
        show_error(form, error)
        return None


def _deposit(
    form: DepositForm,
    record: RecordInput,
    intake: FormFiles,
    *,
    publication_id: str,
    status: Status,
    amending: bool,
) -> tuple[str, list[str]]:
    """Deposit or amend in one transaction. The sentence that says what was done, and those about
    the receipt and about earlier deposits of the bytes."""
    actor = current_actor()
    with writing() as database:
        unit = find_unit(database, form.unit.data)
        before = Status.DRAFT
        if unit is None:
            raise InvalidInputError(field="unit", problem="unit_unknown", value=form.unit.data)
        if amending:
            publication = _find_amendable(database, publication_id)
            before = publication.status
            if publication.unit_id == unit.id:
                # The form has no field for it; it goes once a unit is found for the record.
                record = replace(record, unit_name_given=publication.unit_name_given)
            done = deposits.amend(
                database,
                holdings(),
                publication=publication,
                record=record,
                files=intake.checked,
                unit=unit,
                submit=status is Status.SUBMITTED,
                by=actor,
            )
        else:
            done = deposits.deposit(
                database,
                holdings(),
                publication_id=publication_id,
                record=record,
                files=intake.checked,
                unit=unit,
                status=status,
                by=actor,
                with_receipt=True,
            )
        guard.declare(
            database, done.publication, intake.checked, reason=declared_reason(), by=actor
        )
        known = may_be_told(database, (other.id for other in done.same_as), actor=actor)
        told: list[str] = []
        if done.receipt is not None:
            told.append(receipt_words(done.receipt))
        told += [_told(database, other, actor) for other in done.same_as if other.id in known]
        held_files.forget_held(database, [file.received.name for file in intake.checked])
        words = (
            sent_words(done.publication, before)
            if status is Status.SUBMITTED
            else _("Đã lưu, chưa nộp lại. Sửa xong thì bấm “Nộp lại”.")
            if before is Status.RETURNED
            else _("Đã lưu bản nháp.")
        )
        database.commit()
    return words, told


def _told(session: Session, other: Publication, actor: Actor) -> str:
    """The sentence that tells a depositor of an earlier deposit of the same bytes."""
    visible = other.id in catalogue.publications_by_id(session, [other.id], actor=actor)
    words = same_bytes_words(other, visible=visible)
    return _(
        "Kho đã có tệp giống hệt: {words}. Bản nộp này vẫn được giữ; biên mục viên sẽ xem."
    ).format(words=words)


def _stopped(session: Session) -> str:
    """Why the account may not deposit, in a sentence; "" where it may."""
    actor = current_actor()
    if actor.may_curate:
        return ""
    try:
        check_own_unit_stands(session, by=actor)
    except InvalidInputError as error:
        return error_sentence(error)
    return ""


def _choose_units(form: DepositForm, session: Session) -> None:
    form.unit.choices = [
        SelectChoice(unit.code, _unit_label(unit))
        for unit in catalogue.unit_choices(session, actor=current_actor())
        if unit.code != UNKNOWN_UNIT_CODE or current_actor().may_curate
    ]


def _unit_label(unit: Unit) -> str:
    return (
        _("{name} (đến {day})").format(name=unit.name, day=typed_day(unit.valid_to))
        if is_over(unit)
        else unit.name
    )


def _is_returned(publication_id: str) -> bool:
    publication = reading().get(Publication, publication_id)
    return publication is not None and publication.status is Status.RETURNED


def _render(
    form: DepositForm,
    *,
    held: Sequence[CheckedFile | HeldFile] = (),
    errors: Sequence[str] = (),
    amending_id: str = "",
) -> str:
    """The form, new or for the deposit `amending_id`."""
    most = holdings().settings.max_upload_bytes
    received = [file for file in held if isinstance(file, CheckedFile)]
    offers = form_offers(form, received, amending_id=amending_id)
    taken = take_over(form, offers, request.form.get("use", ""))
    offers = offers.without(field.short_name for field in form if (field.data or "") != "")
    rows = [
        HeldFileRow(
            id=file.received.name,
            name=file.name,
            size_label=size_label(file.received.size_bytes),
        )
        for file in received
    ]
    returned = last_return(reading(), amending_id) if amending_id else None
    page = DepositPage(
        form=form,
        groups=form_groups(form, but=MAIN_FIELDS),
        choices=CHOICES,
        wide=WIDE,
        warnings=number_warnings(form.typed()),
        held=rows,
        max_upload_label=size_label(most),
        max_upload_bytes=most,
        accepted_endings=accepted_endings(),
        file_errors=errors,
        first_year=holdings().settings.first_year,
        editing=bool(amending_id),
        is_returned=bool(amending_id) and _is_returned(amending_id),
        files_now=[file.name for file in catalogue.list_files(reading(), amending_id)],
        note=returned.note if returned is not None else "",
        asked=returned.fields if returned is not None else {},
        may_declare=current_actor().may_curate,
        declared=declares_free(),
        declared_reason=request.form.get("declared_reason", "") if declares_free() else "",
        guesses=guess_rows(offers, form),
        doubts=doubt_words(offers),
        taken=taken,
        was_read=asks_for_guesses(request.form),
        waiting=waiting_rows({row.id for row in rows}),
        stopped=_stopped(reading()),
        draft_key=f"{current_actor().user_id}:{amending_id or 'moi'}",
    )
    return render_template("deposits/new.html", current="deposit", page=page)


@blueprint.get("/cua-toi")
@open_to(OpenTo.DEPOSITORS)
def mine() -> str:
    """What the account and its unit deposited, with what has to be done."""
    session, actor = reading(), current_actor()
    own: ColumnElement[bool] = Publication.depositor_id == actor.user_id
    own = or_(own, catalogue.of_own_unit(actor))
    own = and_(own, catalogue.not_closed_to(actor))
    asked = request.args.get("tinh-trang", "")
    chosen = asked if asked in STATUS else ""
    condition = and_(own, Publication.status == Status(chosen)) if chosen else own
    number = page_number(request.args)
    publications = catalogue.list_publications(
        session, condition, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
    )
    filters = status_links(session, own, chosen=chosen, path=here("/cua-toi"))
    page = MyDepositsPage(
        rows=deposit_rows(session, publications, actor),
        filters=filters,
        pagination=paginate(
            page=number,
            total=next(link.count or 0 for link in filters if link.selected),
            per_page=PER_PAGE,
            path=here("/cua-toi"),
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("deposits/mine.html", current="mine", page=page)
