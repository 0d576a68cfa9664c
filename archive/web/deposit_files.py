"""The files of a deposit form: received, checked, and held for the next attempt."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from sqlalchemy.exc import OperationalError

from archive.core.errors import LimitReachedError, RefusedFileError
from archive.core.language import _
from archive.core.wording import error_sentence, field_sentence, refusal_sentence
from archive.extract.doc_program import catdoc_program
from archive.services import held_files
from archive.services.intake import CheckedFile, check_file
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.uploads import finish_uploads


@dataclass(frozen=True)
class FormFiles:
    """The files of one attempt: fit to deposit, held from before or new, and what is wrong."""

    checked: tuple[CheckedFile, ...]
    errors: tuple[str, ...]


def take_files() -> FormFiles:
    """Receive and check every file; good ones are held at once, so that a fault in the form, or a
    browser that goes away, does not cost the upload."""
    actor = current_actor()
    checked: list[CheckedFile] = []
    errors: list[str] = []
    session = reading()
    candidates = [
        (row.name, received)
        for row, received in held_files.find_held(
            session, holdings(), request.form.getlist("held"), by=actor
        )
    ]
    known = {received.name for _, received in candidates}
    for upload in finish_uploads(request.files.getlist("files")):
        if upload.received is None:
            assert upload.error is not None, "an upload is received or has its error"
            errors.append(f"{upload.name}: {error_sentence(upload.error)}")
        else:
            candidates.append((upload.name, upload.received))
    if declares_free() and not declared_reason():
        errors.append(field_sentence("reason_needed", {}))
    most = holdings().settings.max_files_per_deposit
    if len(candidates) > most:
        errors.append(_("Nhiều tệp quá: mỗi lần nộp tối đa {most} tệp.").format(most=most))
    for position, (name, received) in enumerate(candidates):
        try:
            if position >= most:
                raise RefusedFileError()
            checked.append(
                check_file(
                    received,
                    name,
                    limits=holdings().limits,
                    guard_contact=holdings().settings.guard_contact,
                    declared_free=bool(declared_reason()),
                )
            )
        except (RefusedFileError, LimitReachedError) as error:
            if position < most:
                errors.append(f"{name}: {refusal_sentence(error)}")
            holdings().incoming.discard(received)
    new = [file for file in checked if file.received.name not in known]
    try:
        with writing() as database:
            for file in new:
                held_files.hold_file(database, received=file.received, name=file.name, by=actor)
            database.commit()
    except OperationalError:
        # Nobody owns them, and on a full disk they would take the room that is left.
        for file in new:
            holdings().incoming.discard(file.received)
        raise
    return FormFiles(checked=tuple(checked), errors=tuple(errors))


def declares_free() -> bool:
    """Whether a curator answers for the files: a depositor's word does not open this door."""
    return current_actor().may_curate and request.form.get("declared_free") == "1"


def declared_reason() -> str:
    """The curator's reason, "" where nobody declares anything."""
    return request.form.get("declared_reason", "").strip() if declares_free() else ""


def accepted_endings() -> str:
    """The endings of what this machine takes in, as the form names them."""
    word = ".docx, .doc" if catdoc_program() else ".docx"
    return f".pdf, {word}, .txt, .jpg, .png, .tif, .webp"
