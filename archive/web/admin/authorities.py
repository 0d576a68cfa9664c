"""Curators' work on the catalogue of names: adding, changing, merging, and what is still open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.authorities import FIELD_KINDS, KINDS, name_key
from archive.core.errors import InvalidInputError, NotFoundError
from archive.core.language import N_, Words, _, counted
from archive.core.wording import field_sentence
from archive.models import Authority, Event, Publication, PublicationValue
from archive.services import catalogue
from archive.services.authorities import editing, listing, merging
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.finding import Candidate, Finder
from archive.services.authorities.kin import load_kin, typed_name
from archive.services.authorities.linking import link_value, unlink_value, value_tied
from archive.services.events import note_event
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import ROWS, blueprint, save_form
from archive.web.authorities import authority_url
from archive.web.context import current_actor, reading, writing
from archive.web.deposit_lists import deposit_rows
from archive.web.forms import AuthorityForm, MergeForm, show_error
from archive.web.languages import here
from archive.web.listing import page_number
from archive.web.pages.authorities import (
    AuthoritiesAdminPage,
    AuthorityRow,
    EditAuthorityPage,
    MergePreview,
    NamedRecordsPage,
    QuestionRow,
    QuestionsPage,
    Settled,
)
from archive.web.pages.parts import Link
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


@blueprint.get("/danh-muc")
@open_to(OpenTo.CURATORS)
def authorities() -> str:
    kind = request.args.get("loai", "theme")
    kind = kind if kind in KINDS else "theme"
    number, query = page_number(request.args), one_line(request.args.get("q", ""))
    rows, total = listing.list_authorities(
        reading(), kind, query=query, offset=(number - 1) * ROWS, limit=ROWS
    )
    path = url_for("admin.authorities")
    page = AuthoritiesAdminPage(
        rows=[
            AuthorityRow(
                name=typed_name(row.name, row.type) if kind == "place" else row.name,
                url=url_for("admin.authority", authority_id=row.id),
                note=", ".join(each for each in (authority_time(row), row.id) if each),
                count=None,
            )
            for row in rows
        ],
        kinds=[Link(KINDS[each], f"{path}?loai={each}", selected=each == kind) for each in KINDS],
        query=query,
        add_url=url_for("admin.new_authority", loai=kind),
        questions_url=url_for("admin.open_names"),
        pagination=paginate(
            page=number,
            total=total,
            per_page=ROWS,
            path=path,
            args=request.args.to_dict(flat=False),
        ),
    )
    return render_template("admin/authorities.html", current="admin", page=page)


@blueprint.get("/danh-muc/them")
@open_to(OpenTo.CURATORS)
def new_authority() -> str:
    form = AuthorityForm(kind=request.args.get("loai", "theme"))
    form.name.data = one_line(request.args.get("ten", ""))[:300]
    return _new_page(form)


@blueprint.post("/danh-muc/them")
@open_to(OpenTo.CURATORS)
def create_authority() -> Response | tuple[str, int]:
    form = AuthorityForm()

    def save(session: Session) -> Authority:
        kind = str(form.kind.data)
        return editing.create_authority(
            session, kind, _given(session, kind, form), by=current_actor()
        )

    made = save_form(form, save)
    if made is None:
        return _new_page(form), 422
    flash(_("Đã thêm “{name}”.").format(name=made.name), "success")
    return redirect(url_for("admin.authority", authority_id=made.id))


def _new_page(form: AuthorityForm) -> str:
    page = EditAuthorityPage(
        form=form, authority_id="", title=_("Thêm vào danh mục"), records=0, url=""
    )
    return render_template("admin/authority.html", current="admin", page=page)


@blueprint.get("/danh-muc/<authority_id>")
@open_to(OpenTo.CURATORS)
def authority(authority_id: str) -> str:
    found = _find(reading(), authority_id)
    ties = editing.ties_of(reading(), found.id)
    form = AuthorityForm(
        formdata=None,
        kind=found.kind,
        name=found.name,
        variants="\n".join(editing.variants_text(found).split("; ")),
        type=found.type,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        parent=found.parent_id or "",
        dates=found.dates,
        source=found.source,
        note=found.note,
        successors="; ".join(ties["successors"]),
        formerly_in="; ".join(ties["formerly_in"]),
    )
    return _page(found, form)


@blueprint.post("/danh-muc/<authority_id>")
@open_to(OpenTo.CURATORS)
def change_authority(authority_id: str) -> Response | tuple[str, int]:
    form = AuthorityForm()
    form.kind.data = _find(reading(), authority_id).kind

    def save(session: Session) -> Authority:
        found = _find(session, authority_id)
        given = _given(session, found.kind, form)
        editing.update_authority(session, found, given, by=current_actor())
        return found

    if save_form(form, save) is None:
        return _page(_find(reading(), authority_id), form), 422
    flash(_("Đã lưu."), "success")
    return redirect(url_for("admin.authority", authority_id=authority_id))


@blueprint.get("/danh-muc/<authority_id>/gop")
@open_to(OpenTo.CURATORS)
def preview_merge(authority_id: str) -> str | tuple[str, int] | Response:
    """What a merge would do; nothing is changed."""
    session = reading()
    found = _find(session, authority_id)
    form = MergeForm(formdata=request.args)
    if not (form.into.data or "").strip():
        return redirect(url_for("admin.authority", authority_id=authority_id))
    try:
        into = merging.check_merge(
            session, found, _id_of(session, found.kind, "into", form.into.data or "")
        )
    except InvalidInputError as error:
        show_error(form, error)
        return _page(found, _empty_form(found), merge_form=form), 422
    preview = MergePreview(
        into_id=into.id,
        into_name=typed_name(into.name, into.type),
        records=editing.count_uses(session, found.id),
        children=len(listing.around(session, found.id).inside),
    )
    return _page(found, _empty_form(found), merge_form=form, preview=preview)


@blueprint.post("/danh-muc/<authority_id>/gop")
@open_to(OpenTo.CURATORS)
def merge_authority(authority_id: str) -> Response:
    with writing() as session:
        found = _find(session, authority_id)
        try:
            records = merging.merge_authorities(
                session, found, request.form.get("into", ""), by=current_actor()
            )
        except InvalidInputError as error:
            flash(field_sentence(str(error.data["problem"]), error.data), "error")
            return redirect(url_for("admin.authority", authority_id=authority_id))
        session.commit()
        target = str(found.merged_into_id)
    flash(counted("Đã gộp; {number} ấn phẩm đi theo.", records).format(number=records), "success")
    return redirect(url_for("admin.authority", authority_id=target))


@blueprint.post("/danh-muc/<authority_id>/tach")
@open_to(OpenTo.CURATORS)
def split_authority(authority_id: str) -> Response:
    return _act(
        authority_id,
        lambda session, found: merging.split_again(session, found, by=current_actor()),
        done=_("Đã tách ra như trước khi gộp."),
        target=url_for("admin.authority", authority_id=authority_id),
    )


@blueprint.post("/danh-muc/<authority_id>/xoa")
@open_to(OpenTo.CURATORS)
def delete_authority(authority_id: str) -> Response:
    return _act(
        authority_id,
        lambda session, found: editing.delete_authority(session, found, by=current_actor()),
        done=_("Đã xóa khỏi danh mục."),
        target=url_for("admin.authorities"),
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
        found = _find(session, given.get("authority", ""))
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


def _act(
    authority_id: str, act: Callable[[Session, Authority], object], *, done: str, target: str
) -> Response:
    with writing() as session:
        try:
            act(session, _find(session, authority_id))
        except InvalidInputError as error:
            session.rollback()
            flash(field_sentence(str(error.data["problem"]), error.data), "error")
            return redirect(url_for("admin.authority", authority_id=authority_id))
        session.commit()
    flash(done, "success")
    return redirect(target)


def _find(session: Session, authority_id: str) -> Authority:
    try:
        return editing.find_authority(session, authority_id)
    except NotFoundError:
        abort(404)


def _empty_form(found: Authority) -> AuthorityForm:
    return AuthorityForm(formdata=None, kind=found.kind, name=found.name)


def _page(
    found: Authority,
    form: AuthorityForm,
    *,
    merge_form: MergeForm | None = None,
    preview: MergePreview | None = None,
) -> str:
    into = (
        reading().get(Authority, found.merged_into_id) if found.merged_into_id is not None else None
    )
    page = EditAuthorityPage(
        form=form,
        authority_id=found.id,
        title=typed_name(found.name, found.type),
        records=editing.count_uses(reading(), found.id),
        url=authority_url(found),
        merged_into=Link(into.name, url_for("admin.authority", authority_id=into.id))
        if into is not None
        else None,
        merge_form=merge_form or MergeForm(formdata=None),
        preview=preview,
    )
    return render_template("admin/authority.html", current="admin", page=page)


def _given(session: Session, kind: str, form: AuthorityForm) -> AuthorityInput:
    """The form with names made ids where one may be typed."""
    typed = {name: str(form[name].data or "") for name in form.FIELDS}
    for field in ("parent", "successors", "formerly_in"):
        parts = (part.strip() for part in typed[field].split(";"))
        typed[field] = "; ".join(_id_of(session, kind, field, part) for part in parts if part)
    return AuthorityInput(**typed)


def _id_of(session: Session, kind: str, field: str, typed: str) -> str:
    """The id that is typed, or that of the one authority of this name."""
    typed = typed.strip()
    if session.get(Authority, typed) is not None:
        return typed
    if kind == "place":
        found = [each.id for each in Finder(session).find("places", typed, on=None).candidates]
    else:
        found = list(
            session.scalars(
                select(Authority.id).where(
                    Authority.kind == kind,
                    Authority.key == name_key(typed),
                    Authority.merged_into_id.is_(None),
                )
            )
        )
    if len(found) > 1:
        raise InvalidInputError(
            field=field, problem="authority_several", value=typed, ids=", ".join(sorted(found))
        )
    if not found:
        raise InvalidInputError(field=field, problem="authority_unknown", value=typed)
    return found[0]
