"""The record of a publication: corrected by curators, its history read and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from archive.core.errors import InvalidInputError, NotFoundError, RecordClashError
from archive.core.language import _
from archive.core.status import Status
from archive.models import Event, Publication, RecordVersion, Unit
from archive.services import corrections, history
from archive.services.administration import all_units
from archive.services.catalogue import list_events
from archive.services.records import RecordInput, one_line, read_record
from archive.services.units import find_unit
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.forms import show_error
from archive.web.listing import page_number
from archive.web.pages.parts import Link
from archive.web.pages.record import (
    Clash,
    ClashRow,
    CorrectionPage,
    HistoryPage,
    VersionRow,
)
from archive.web.present import actor_words, event_words, paginate
from archive.web.publications import find_publication, tends
from archive.web.record_form import (
    CHOICES,
    LABELS,
    WIDE,
    CorrectionForm,
    as_typed,
    form_groups,
    number_warnings,
)
from archive.web.record_words import change_row, value_words

blueprint = Blueprint("records", __name__)

VERSIONS_PER_PAGE = 20
UNIT_NAME_LENGTH = 300


@blueprint.get("/an-pham/<publication_id>/ho-so")
@open_to(OpenTo.CURATORS)
def show(publication_id: str) -> str:
    """The record in a form, whatever its state."""
    session = reading()
    publication = find_publication(session, publication_id, current_actor())
    form = CorrectionForm(formdata=None, data=as_typed(publication))
    form.seen.data = str(history.newest_number(session, publication_id))
    return _render(session, publication, form)


@blueprint.post("/an-pham/<publication_id>/ho-so")
@open_to(OpenTo.CURATORS)
def correct(publication_id: str) -> str | Response | tuple[str, int]:
    """Write what was corrected. Where somebody else changed the record meanwhile nothing is
    written: the form comes back with both readings (409)."""
    form = CorrectionForm()
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        form.unit.choices = _units(session)
        seen = _seen(form, history.newest_number(session, publication_id))
        record = _read(form) if form.validate_on_submit() else None
        unit = find_unit(session, form.unit.data or "")
        if record is None or unit is None:
            return _render(session, publication, form), 422
        try:
            changes = corrections.correct(
                session,
                publication,
                record,
                unit=unit,
                by=current_actor(),
                seen=seen,
                note=form.note.data or "",
            )
        except InvalidInputError as error:
            show_error(form, error)
            return _render(session, publication, form), 422
        except RecordClashError:
            clash = _clash(session, publication, form, record, unit, seen)
            return _render(session, publication, form, clash=clash), 409
        session.commit()
    flash(_("Đã lưu hồ sơ.") if changes else _("Hồ sơ không có gì thay đổi."), "success")
    for sentence in number_warnings(form.typed()).values():
        flash(sentence, "info")
    return redirect(url_for("publications.show", publication_id=publication_id))


def _seen(form: CorrectionForm, newest: int) -> int:
    """The version that the form names; 400 for what no form of ours holds."""
    typed = form.seen.data or ""
    if not typed.isdecimal() or len(typed) > 6 or int(typed) > newest:
        abort(400)
    return int(typed)


def _read(form: CorrectionForm) -> RecordInput | None:
    given = one_line(form.unit_name_given.data or "")
    try:
        if len(given) > UNIT_NAME_LENGTH:
            raise InvalidInputError(
                field="unit_name_given", problem="too_long", most=UNIT_NAME_LENGTH
            )
        record = read_record(form.typed(), first_year=holdings().settings.first_year)
    except InvalidInputError as error:
        show_error(form, error)
        return None
    return replace(record, unit_name_given=given)


def _units(session: Session) -> list[SelectChoice]:
    """Every unit: records stay with units that are blocked or no more."""
    return [SelectChoice(unit.code, unit.name) for unit in all_units(session)]


def _clash(
    session: Session,
    publication: Publication,
    form: CorrectionForm,
    record: RecordInput,
    unit: Unit,
    seen: int,
) -> Clash:
    """What differs. Fields that this form left alone take the others' value; sent again, the form
    is a correction of the record as it stands now."""
    found = corrections.compare_correction(session, publication, record, unit=unit, seen=seen)
    units = _unit_names(session)
    now = as_typed(publication)
    rows = []
    for clash in found.fields:
        if not clash.mine_changed:
            form[clash.field].data = now[clash.field]
        rows.append(
            ClashRow(
                field=clash.field,
                label=LABELS.get(clash.field, clash.field),
                mine=value_words(clash.field, clash.mine, units=units),
                theirs=value_words(clash.field, clash.theirs, units=units),
                is_taken=not clash.mine_changed,
            )
        )
    form.seen.data = str(found.newest.number if found.newest else 0)
    return Clash(
        who=actor_words(found.newest.actor_name) if found.newest else "",
        at=found.newest.at if found.newest else publication.changed_at,
        rows=rows,
    )


def _unit_names(session: Session) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(Unit.code, Unit.name))}


def _render(
    session: Session, publication: Publication, form: CorrectionForm, *, clash: Clash | None = None
) -> str:
    form.unit.choices = _units(session)
    form.issued.description = _(
        "2024, 7/2024 hoặc 15/7/2024; từ năm {first_year}. Chưa rõ thì để trống."
    ).format(first_year=holdings().settings.first_year)
    address = url_for("publications.show", publication_id=publication.id)
    page = CorrectionPage(
        title=publication.title,
        url=address,
        form=form,
        groups=form_groups(form),
        choices=CHOICES,
        wide=WIDE,
        warnings=number_warnings(form.typed()),
        links=[
            Link(_("Xem lịch sử hồ sơ"), url_for("records.versions", publication_id=publication.id))
        ],
        clash=clash,
    )
    return render_template("records/correct.html", current="", page=page)


@blueprint.get("/an-pham/<publication_id>/lich-su")
@open_to(OpenTo.DEPOSITORS)
def versions(publication_id: str) -> str:
    """Every state of the record with what changed, for curators and the record's own unit."""
    session, actor = reading(), current_actor()
    publication = find_publication(session, publication_id, actor)
    if not tends(actor, publication):
        abort(404)
    newest = history.newest_number(session, publication_id)
    number = page_number(request.args)
    top = newest - (number - 1) * VERSIONS_PER_PAGE
    found = (
        history.list_versions(session, publication_id, before=top + 1, limit=VERSIONS_PER_PAGE + 1)
        if top > 0
        else ()
    )
    address = url_for("publications.show", publication_id=publication_id)
    page = HistoryPage(
        title=publication.title,
        url=address,
        versions=_version_rows(session, publication, found, newest=newest),
        pagination=paginate(
            page=number,
            total=newest,
            per_page=VERSIONS_PER_PAGE,
            path=url_for("records.versions", publication_id=publication_id),
            args=request.args.to_dict(flat=False),
        ),
        correct_url=url_for("records.show", publication_id=publication_id)
        if actor.may_curate
        else "",
    )
    return render_template("records/history.html", current="", page=page)


def _version_rows(
    session: Session,
    publication: Publication,
    found: Sequence[RecordVersion],
    *,
    newest: int,
) -> list[VersionRow]:
    """The newest first; a version before the page's own is there to compare with."""
    if not found:
        return []
    actor, units = current_actor(), _unit_names(session)
    events = list_events(session, found[0].publication_id)
    notes = _notes(events)
    shown = found if found[0].number == 1 else found[1:]
    before = {version.number + 1: version for version in found}
    rows = []
    for version in reversed(shown):
        earlier = before.get(version.number)
        changes = history.differences(earlier.content, version.content) if earlier else ()
        is_present = version.number == newest
        rows.append(
            VersionRow(
                number=version.number,
                at=version.at,
                who=actor_words(version.actor_name),
                what=_act_words(version),
                begun=_begun_words(publication, events) if version.number == 1 else "",
                note=notes.get(version.number, ""),
                changes=[change_row(change, units=units) for change in changes],
                is_present=is_present,
                batch_url=url_for("bulk.batch", edit_id=version.batch)
                if version.batch and actor.may_curate
                else "",
                put_back_url=url_for(
                    "records.put_back",
                    publication_id=version.publication_id,
                    number=version.number,
                )
                if actor.may_curate and not is_present
                else "",
            )
        )
    return rows


def _begun_words(publication: Publication, events: Sequence[Event]) -> str:
    """What the first version is: as it was handed in, or as it was brought in accepted already."""
    is_open = publication.status in (Status.ACCEPTED, Status.WITHDRAWN)
    if is_open and all(event.kind != "accepted" for event in events):
        return _("Hồ sơ lúc mới vào kho.")
    return _("Hồ sơ lúc mới nộp.")


def _act_words(version: RecordVersion) -> str:
    if version.act == "put_back":
        return _("Đưa lại một bản trước")
    return event_words(version.act, None)


def _notes(events: Sequence[Event]) -> Mapping[int, str]:
    """What the authors of corrections wrote, by the number of the version they made."""
    return {
        int(event.data["made"]): event.note
        for event in events
        if event.note and event.data and "made" in event.data
    }


@blueprint.post("/an-pham/<publication_id>/lich-su/<int:number>/dua-lai")
@open_to(OpenTo.CURATORS)
def put_back(publication_id: str, number: int) -> Response:
    """Make an earlier state the present one again; all states stay."""
    with writing() as session:
        publication = find_publication(session, publication_id, current_actor())
        try:
            changes = history.put_back(session, publication, number, by=current_actor())
        except NotFoundError:
            abort(404)
        session.commit()
    flash(
        _("Đã đưa lại bản của lần {number}.").format(number=number)
        if changes
        else _("Hồ sơ hiện nay đã giống bản của lần {number}.").format(number=number),
        "success",
    )
    return redirect(url_for("records.versions", publication_id=publication_id))
