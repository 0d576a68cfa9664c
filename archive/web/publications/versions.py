"""Replacing the files of an accepted publication, and its earlier versions."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError, NotFoundError, StorageError
from archive.core.language import N_, Words, _
from archive.core.status import Status
from archive.core.wording import error_sentence, field_sentence, size_label
from archive.models import Publication
from archive.services import catalogue, deposits, guard, held_files
from archive.services.intake import CheckedFile
from archive.services.versions import StoredVersion, find_stored_file, list_stored_versions
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.deposit_files import (
    accepted_endings,
    declared_reason,
    declares_free,
    take_files,
)
from archive.web.forms import ReplaceForm, show_error
from archive.web.pages.depositing import HeldFileRow
from archive.web.pages.versions import ReplacePage, VersionFile, VersionRow, VersionsPage
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.contents import ORIGINAL_HEADERS, download_name
from archive.web.uploads import takes_files

_ACTS = Words(
    {
        "deposit": N_("nộp tệp"),
        "record": N_("sửa hồ sơ"),
        "replace": N_("thay tệp"),
    }
)


@blueprint.get("/an-pham/<publication_id>/thay-tep")
@open_to(OpenTo.CURATORS)
def replace_form(publication_id: str) -> str:
    return _render(_find_replaceable(reading(), publication_id), ReplaceForm())


@blueprint.post("/an-pham/<publication_id>/thay-tep")
@open_to(OpenTo.CURATORS)
@takes_files
def replace(publication_id: str) -> str | Response | tuple[str, int]:
    """Put the files in place of all there are; what arrived whole is kept for the next attempt."""
    publication = _find_replaceable(reading(), publication_id)
    form = ReplaceForm()
    intake = take_files()
    errors = list(intake.errors)
    if not intake.checked and not errors:
        errors.append(field_sentence("files_missing", {}))
    if not form.validate_on_submit() or errors:
        return _render(publication, form, held=intake.checked, errors=errors), 422
    actor = current_actor()
    try:
        with writing() as session:
            done = deposits.replace_files(
                session,
                holdings(),
                publication=_find_replaceable(session, publication_id),
                files=intake.checked,
                reason=form.reason.data,
                by=actor,
            )
            guard.declare(
                session, done.publication, intake.checked, reason=declared_reason(), by=actor
            )
            held_files.forget_held(session, [file.received.name for file in intake.checked])
            session.commit()
    except InvalidInputError as error:
        show_error(form, error)
        return _render(publication, form, held=intake.checked), 422
    except StorageError as error:
        errors.append(error_sentence(error))
        return _render(publication, form, held=intake.checked, errors=errors), 507
    for file in intake.checked:
        holdings().incoming.discard(file.received)
    flash(_("Đã thay tệp. Kho đang đọc tệp mới; bản cũ vẫn được giữ."), "success")
    address = url_for("publications.show", publication_id=publication_id)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return FlaskResponse(status=201, headers={"Location": address})
    return redirect(address)


def _find_replaceable(session: Session, publication_id: str) -> Publication:
    publication = find_publication(session, publication_id, current_actor())
    if publication.status not in (Status.ACCEPTED, Status.WITHDRAWN):
        abort(409)
    return publication


def _render(
    publication: Publication,
    form: ReplaceForm,
    *,
    held: Sequence[CheckedFile] = (),
    errors: Sequence[str] = (),
) -> str:
    most = holdings().settings.max_upload_bytes
    page = ReplacePage(
        title=publication.title,
        url=url_for("publications.show", publication_id=publication.id),
        form=form,
        held=[
            HeldFileRow(file.received.name, file.name, size_label(file.received.size_bytes))
            for file in held
        ],
        file_errors=errors,
        files_now=[file.name for file in catalogue.list_files(reading(), publication.id)],
        accepted_endings=accepted_endings(),
        max_upload_label=size_label(most),
        max_upload_bytes=most,
        draft_key=f"{current_actor().user_id}:thay-{publication.id}",
        declared=declares_free(),
        declared_reason=request.form.get("declared_reason", "") if declares_free() else "",
    )
    return render_template("publications/replace.html", current="", page=page)


@blueprint.get("/an-pham/<publication_id>/ban-cu")
@open_to(OpenTo.CURATORS)
def versions(publication_id: str) -> str:
    """Every version that storage keeps, the newest first."""
    publication = find_publication(reading(), publication_id, current_actor())
    found = list_stored_versions(holdings(), publication)
    page = VersionsPage(
        title=publication.title,
        url=url_for("publications.show", publication_id=publication.id),
        versions=[_row(publication, version) for version in reversed(found)],
    )
    return render_template("publications/versions.html", current="", page=page)


def _row(publication: Publication, version: StoredVersion) -> VersionRow:
    return VersionRow(
        number=version.number,
        what=_ACTS.get(version.message, version.message),
        at=version.at,
        who=version.who,
        files=[
            VersionFile(
                name=file.name,
                size_label=size_label(file.size_bytes),
                sha256=file.sha256,
                url=url_for(
                    "publications.old_original",
                    publication_id=publication.id,
                    number=version.number,
                    position=file.position,
                ),
            )
            for file in version.files
        ]
        if version.has_new_files
        else [],
        is_current=version.number == publication.object_version,
    )


@blueprint.get("/an-pham/<publication_id>/ban-cu/<int:number>/tep/<int:position>")
@open_to(OpenTo.CURATORS)
def old_original(publication_id: str, number: int, position: int) -> Response:
    """A file of an earlier version, byte for byte, as a download."""
    publication = find_publication(reading(), publication_id, current_actor())
    try:
        file, path = find_stored_file(holdings(), publication, number, position)
    except NotFoundError:
        abort(404)
    response = send_file(
        path,
        mimetype=file.media_type,
        as_attachment=True,
        download_name=download_name(file.name, path.suffix),
        conditional=True,
        etag=file.sha256,
    )
    response.headers.update(ORIGINAL_HEADERS)
    return response
