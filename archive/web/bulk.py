"""Many records changed at once: chosen by a search, previewed, carried out, taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from archive.core.errors import (
    InvalidInputError,
    NotFoundError,
    QueryRefusedError,
    SearchIndexError,
)
from archive.core.identifiers import is_id
from archive.core.language import N_, Words, _
from archive.core.status import BulkState
from archive.core.wording import error_sentence
from archive.models import BulkEdit, Unit
from archive.services import bulk_edits
from archive.services.bulk_changes import ACTIONS, FIELDS, read_change
from archive.services.bulk_edits import MOST_RECORDS, Selection
from archive.services.history import FieldChange
from archive.services.records import one_line, without_controls
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.listing import page_number, read_request
from archive.web.pages.bulk import BatchLink, BatchPage, BatchRow, BulkPage, BulkPreview, BulkRow
from archive.web.pages.parts import Link
from archive.web.present import FACETS, actor_words, facet_label, paginate
from archive.web.record_form import GROUPS, LABELS
from archive.web.record_words import change_row

blueprint = Blueprint("bulk", __name__)

PATH = "/sua-hang-loat"
PER_PAGE = 50
CHOOSING = ("q", "year_from", "year_to", "chu", "id", *FACETS)
TYPED = ("field", "action", "value", "replacement")
ACTION_LABELS = Words(
    {
        "set": N_("Ghi giá trị này (thay giá trị đang có)"),
        "add": N_("Thêm giá trị này"),
        "remove": N_("Bỏ giá trị này"),
        "replace": N_("Thay giá trị này bằng giá trị mới"),
    }
)
OUTCOMES = Words(
    {
        BulkState.PENDING: N_("đang chờ"),
        BulkState.CHANGED: N_("đã sửa"),
        BulkState.UNCHANGED: N_("vốn đã như vậy"),
        BulkState.REFUSED: N_("không sửa được"),
        BulkState.LEFT: N_("để nguyên vì đã có người sửa sau đó"),
    }
)


@blueprint.get(PATH)
@open_to(OpenTo.CURATORS)
def choose() -> str | tuple[str, int]:
    """The records that the address chooses (a search's arguments, or `id`), and, once a change is
    typed, what it would do to them. Nothing is written."""
    return _render()


@blueprint.post(PATH)
@open_to(OpenTo.CURATORS)
def start() -> str | Response | tuple[str, int]:
    """Carry the previewed change out. Where the list is no longer the previewed one, it is shown
    anew and nothing is written (409)."""
    given = request.form
    try:
        selection = _selection(given)
    except (QueryRefusedError, SearchIndexError) as error:
        return _render(error=error_sentence(error), status=503)
    if given.get("digest", "") != _digest(selection.ids):
        return _render(error=error_sentence(_problem("ids", "bulk_changed")), status=409)
    if selection.total > MOST_RECORDS:
        abort(400)
    with writing() as session:
        try:
            edit = bulk_edits.start_edit(
                session,
                selection.ids,
                **{name: given.get(name, "") for name in TYPED},
                selection=_choice(given),
                first_year=holdings().settings.first_year,
                by=current_actor(),
            )
        except InvalidInputError as error:
            session.rollback()
            return _render(problem=error, status=422)
        session.commit()
    return redirect(url_for("bulk.batch", edit_id=edit.id))


def _problem(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem)


def _choice(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The arguments that choose records, as pairs."""
    return [
        (key, one_line(value))
        for key, value in args.items(multi=True)
        if key in CHOOSING and one_line(value)
    ]


def _selection(args: MultiDict[str, str]) -> Selection:
    chosen = _choice(args)
    named = tuple(dict.fromkeys(value for key, value in chosen if key == "id" and is_id(value)))
    if named:
        return Selection(ids=named[:MOST_RECORDS], total=len(named))
    if not chosen:
        return Selection(ids=(), total=0)
    asked = read_request(MultiDict(chosen), per_page=1, default_sort="title")
    return bulk_edits.select_records(holdings().index, asked)


def _digest(ids: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest()[:32]


def _render(
    *, error: str = "", problem: InvalidInputError | None = None, status: int = 200
) -> str | tuple[str, int]:
    args = request.form if request.method == "POST" else request.args
    session = reading()
    typed = {name: without_controls(args.get(name, "")) or "" for name in TYPED}
    try:
        selection = _selection(args)
    except (QueryRefusedError, SearchIndexError) as refused:
        selection, error, status = Selection((), 0), error_sentence(refused), status or 503
    shown: BulkPreview | None = None
    wants_preview = bool(typed["field"]) and 0 < selection.total <= MOST_RECORDS
    if wants_preview and problem is None:
        try:
            shown = _preview(session, selection, typed)
        except InvalidInputError as refused:
            problem, status = refused, 422
    choice = _choice(args)
    page = BulkPage(
        total=selection.total,
        most=MOST_RECORDS,
        chosen=_choice_words(session, choice),
        choice_url=_choice_url(choice),
        hidden=choice,
        fields=[
            (name, LABELS[name]) for names in GROUPS.values() for name in names if name in FIELDS
        ],
        actions=[(action, ACTION_LABELS[action]) for action in ACTIONS],
        recent=[
            BatchLink(
                url=url_for("bulk.batch", edit_id=edit.id),
                what=_edit_words(edit),
                who=actor_words(edit.actor_name),
                at=edit.at,
            )
            for edit in bulk_edits.list_edits(session)
        ]
        if not choice
        else [],
        notice=error or (error_sentence(problem) if problem and not _has_place(problem) else ""),
        typed=typed,
        errors={str(problem.data["field"]): error_sentence(problem)} if problem else {},
        preview=shown,
    )
    html = render_template("bulk/choose.html", current="", page=page)
    return html if status == 200 else (html, status)


def _has_place(problem: InvalidInputError) -> bool:
    return problem.data.get("field") in TYPED


def _preview(session: Session, selection: Selection, typed: dict[str, str]) -> BulkPreview:
    change = read_change(session, **typed, first_year=holdings().settings.first_year)
    found = bulk_edits.preview(session, selection.ids, change)
    units = {row[0]: row[1] for row in session.execute(select(Unit.code, Unit.name))}
    rows = []
    for row in found.rows:
        words = change_row(FieldChange(change.field, row.before, row.after), units=units)
        rows.append(
            BulkRow(
                title=row.publication.title,
                url=url_for("publications.show", publication_id=row.publication.id),
                before=words.before,
                after=words.after,
                problem=error_sentence(row.problem) if row.problem else "",
            )
        )
    return BulkPreview(
        rows=rows,
        changed=found.changed,
        unchanged=found.unchanged,
        refused=found.refused,
        digest=_digest(selection.ids),
    )


def _choice_words(session: Session, choice: Sequence[tuple[str, str]]) -> list[str]:
    """What chose the records, a phrase for each argument."""
    named = [value for key, value in choice if key == "id"]
    if named:
        return [_("danh sách đã chọn")]
    units = {row[0]: row[1] for row in session.execute(select(Unit.code, Unit.name))}
    words = []
    for key, value in choice:
        match key:
            case "q":
                words.append(_("tìm “{query}”").format(query=value))
            case "year_from":
                words.append(_("từ năm {year}").format(year=value))
            case "year_to":
                words.append(_("đến năm {year}").format(year=value))
            case "chu":
                words.append(_("nhan đề bắt đầu bằng “{letter}”").format(letter=value))
            case _:
                label = facet_label(key, value, units.get(value) if key == "unit" else None)
                words.append(f"{FACETS[key].lower()}: {label}")
    return words


def _choice_url(choice: Sequence[tuple[str, str]]) -> str:
    """The search that shows the same records; "" for a list of ids."""
    if not choice or any(key == "id" for key, _ in choice):
        return ""
    return f"{url_for('search.results')}?{urlencode(choice)}"


def _edit_words(edit: BulkEdit) -> str:
    label = LABELS.get(edit.field, edit.field)
    match edit.action:
        case "add":
            return _("{label}: thêm “{value}”").format(label=label, value=edit.value)
        case "remove":
            return _("{label}: bỏ “{value}”").format(label=label, value=edit.value)
        case "replace":
            return _("{label}: thay “{value}” bằng “{replacement}”").format(
                label=label, value=edit.value, replacement=edit.replacement
            )
        case "undo":
            return _("{label}: hoàn tác một đợt sửa").format(label=label)
        case _:
            told = _("{label}: ghi “{value}”") if edit.value else _("{label}: xóa trống")
            return told.format(label=label, value=edit.value)


@blueprint.get(f"{PATH}/<edit_id>")
@open_to(OpenTo.CURATORS)
def batch(edit_id: str) -> str:
    """A bulk edit: how far it is and what became of each record."""
    session = reading()
    edit = _find(session, edit_id)
    states = bulk_edits.count_states(session, edit_id)
    number = page_number(request.args)
    found = bulk_edits.list_items(session, edit_id, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    undone = bulk_edits.undo_of(session, edit_id)
    pending = states[BulkState.PENDING]
    may_undo = edit.action != "undo" and undone is None and states[BulkState.CHANGED]
    page = BatchPage(
        what=_edit_words(edit),
        who=actor_words(edit.actor_name),
        at=edit.at,
        total=sum(states.values()),
        pending=pending,
        counts=[(OUTCOMES[state], states[state]) for state in BulkState if states[state]],
        rows=[
            BatchRow(
                title=publication.title,
                url=url_for("records.versions", publication_id=publication.id),
                outcome=OUTCOMES[item.state]
                + (f": {error_sentence(_problem(edit.field, item.reason))}" if item.reason else ""),
            )
            for item, publication in found
        ],
        pagination=paginate(
            page=number,
            total=sum(states.values()),
            per_page=PER_PAGE,
            path=url_for("bulk.batch", edit_id=edit_id),
            args=request.args.to_dict(flat=False),
        ),
        undo_url=url_for("bulk.undo", edit_id=edit_id) if may_undo and not pending else "",
        url=url_for("bulk.batch", edit_id=edit_id, page=number if number > 1 else None),
        undone=_batch_link(undone),
        undoes=_batch_link(edit.undoes),
        choice_url=_choice_url([(str(key), str(value)) for key, value in edit.selection]),
    )
    return render_template("bulk/batch.html", current="", page=page)


def _batch_link(edit: BulkEdit | None) -> Link | None:
    if edit is None:
        return None
    return Link(_edit_words(edit), url_for("bulk.batch", edit_id=edit.id))


def _find(session: Session, edit_id: str) -> BulkEdit:
    try:
        return bulk_edits.find_edit(session, edit_id)
    except NotFoundError:
        abort(404)


@blueprint.post(f"{PATH}/<edit_id>/hoan-tac")
@open_to(OpenTo.CURATORS)
def undo(edit_id: str) -> Response:
    """Take the whole edit back, but for records whose field somebody changed since."""
    with writing() as session:
        try:
            undone = bulk_edits.undo_edit(
                session,
                _find(session, edit_id),
                first_year=holdings().settings.first_year,
                by=current_actor(),
            )
        except InvalidInputError as error:
            session.rollback()
            flash(error_sentence(error), "error")
            return redirect(url_for("bulk.batch", edit_id=edit_id))
        session.commit()
    return redirect(url_for("bulk.batch", edit_id=undone.id))
