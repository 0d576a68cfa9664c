"""Curators' work on the catalogue of names: adding, changing, merging."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.authorities import KINDS, name_key
from archive.core.errors import InvalidInputError, NotFoundError
from archive.core.language import _, counted
from archive.core.wording import field_sentence
from archive.models import Authority
from archive.services.authorities import editing, listing, merging
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.finding import Finder
from archive.services.authorities.kin import typed_name
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import ROWS, blueprint, save_form
from archive.web.authorities import authority_url
from archive.web.context import current_actor, reading, writing
from archive.web.forms import AuthorityForm, MergeForm, show_error
from archive.web.listing import page_number
from archive.web.pages.authorities import (
    AuthoritiesAdminPage,
    AuthorityRow,
    EditAuthorityPage,
    MergePreview,
)
from archive.web.pages.parts import Link
from archive.web.present import authority_time, paginate


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
    found = find_or_404(reading(), authority_id)
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
    form.kind.data = find_or_404(reading(), authority_id).kind

    def save(session: Session) -> Authority:
        found = find_or_404(session, authority_id)
        given = _given(session, found.kind, form)
        editing.update_authority(session, found, given, by=current_actor())
        return found

    if save_form(form, save) is None:
        return _page(find_or_404(reading(), authority_id), form), 422
    flash(_("Đã lưu."), "success")
    return redirect(url_for("admin.authority", authority_id=authority_id))


@blueprint.get("/danh-muc/<authority_id>/gop")
@open_to(OpenTo.CURATORS)
def preview_merge(authority_id: str) -> str | tuple[str, int] | Response:
    """What a merge would do; nothing is changed."""
    session = reading()
    found = find_or_404(session, authority_id)
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
        found = find_or_404(session, authority_id)
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


def _act(
    authority_id: str, act: Callable[[Session, Authority], object], *, done: str, target: str
) -> Response:
    with writing() as session:
        try:
            act(session, find_or_404(session, authority_id))
        except InvalidInputError as error:
            session.rollback()
            flash(field_sentence(str(error.data["problem"]), error.data), "error")
            return redirect(url_for("admin.authority", authority_id=authority_id))
        session.commit()
    flash(done, "success")
    return redirect(target)


def find_or_404(session: Session, authority_id: str) -> Authority:
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
