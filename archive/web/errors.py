"""Errors in words: the same look as every page, problem+json where a program asks, a fragment where
a part of a page does. None of them needs the database."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, TooManyRequests

from archive.core.dates import now
from archive.core.errors import (
    ArchiveError,
    NotAllowedError,
    NotFoundError,
    QueryRefusedError,
    SearchIndexError,
    StorageFullError,
)
from archive.core.language import _
from archive.core.wording import error_sentence, size_label
from archive.services.signing_in import SignInSlowedError
from archive.web.access import sign_in_address
from archive.web.context import forget_reader, holdings
from archive.web.languages import here
from archive.web.pages.errors import ErrorPage
from archive.web.pages.parts import Link
from archive.web.present import written_moment
from archive.web.refusals import PLAIN, refusal_of, wait_words

log = structlog.get_logger("web")

RETRY_SECONDS = 5
INDEX_RETRY_SECONDS = 20


def init_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ArchiveError, _archive)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(TemplateError, _broken)
    app.register_error_handler(SQLAlchemyError, _broken)


def answer(
    status: int, message: str = "", *, title: str = "", retry_after: int | None = None
) -> Response:
    """The answer for an error: `message` in place of its usual sentence. With `retry_after` it says
    when to come back, in words and in a header (seconds)."""
    refusal = refusal_of(status)
    closed_message = "" if message else refusal.closed_message
    title, message = title or refusal.title, message or refusal.message
    if retry_after is None and status in (429, 503):
        retry_after = RETRY_SECONDS if status == 503 else 60
    advice = [*refusal.advice, *([wait_words(retry_after)] if retry_after else [])]
    if _is_for_programs():
        response = jsonify(
            {"type": "about:blank", "title": title, "status": status, "detail": message}
        )
        response.mimetype = "application/problem+json"
    elif "HX-Request" in request.headers:
        response = Response(_rendered("errors/_part.html", message=message, advice=advice))
    else:
        page = ErrorPage(
            code=status,
            title=title,
            message=message,
            advice=advice,
            main=_next_step(refusal.reload) or refusal.main,
            told_at=written_moment(now()) if status == 500 else "",
            closed_message=closed_message,
            sign_in=_sign_in(status),
        )
        response = Response(_rendered("errors/error.html", page=page, current=""))
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _is_for_programs() -> bool:
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _next_step(may_go_well: bool) -> Link | None:
    """The same page once more, where asking again changes nothing and may help."""
    if may_go_well and request.method in ("GET", "HEAD"):
        return Link(_("Tải lại trang này"), here(request.full_path.rstrip("?")))
    return None


def _sign_in(status: int) -> Link | None:
    """Where an account may open what nobody may: alike for what is closed and what is not there."""
    if status == 403:
        return Link(_("Đăng nhập"), sign_in_address())
    if status == 404 and request.method in ("GET", "HEAD"):
        return Link(_("Đăng nhập rồi xem lại"), sign_in_address())
    return None


def _rendered(template: str, **variables: object) -> str:
    """The page; without the reader's name where the database cannot tell it, and the barest of
    pages where the templates themselves are broken."""
    try:
        return render_template(template, **variables)
    except SQLAlchemyError:
        forget_reader()
    except TemplateError as error:
        log.error("error_page_broken", path=request.path, exc_info=error)
        return PLAIN
    return render_template(template, **variables)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        # A redirect raised by the router (a missing slash) is an answer of its own.
        return error.get_response()  # type: ignore[return-value]
    message = ""
    if status == 413:
        most = size_label(holdings().settings.max_upload_bytes)
        message = _(
            "Mỗi lần nộp tối đa {size}. Tệp gửi lên lớn hơn mức đó nên chưa được nhận."
        ).format(size=most)
    retry_after = error.retry_after if isinstance(error, TooManyRequests) else None
    made = answer(
        status, message, retry_after=retry_after if isinstance(retry_after, int) else None
    )
    if status == 405:
        # A program is told which methods there are (RFC 9110, 15.5.6).
        made.headers.extend(
            (name, value) for name, value in error.get_headers() if name.lower() == "allow"
        )
    return made


def _csrf(_error: CSRFError) -> Response:
    return answer(
        400, _("Phiên làm việc đã hết hoặc trang quá cũ. Quay lại, tải lại trang rồi gửi lại.")
    )


def _archive(error: ArchiveError) -> Response:
    match error:
        case NotFoundError():
            return answer(404)
        case NotAllowedError():
            return answer(403)
        case QueryRefusedError():
            return answer(400, error_sentence(error))
        case StorageFullError():
            return answer(507, error_sentence(error))
        case SearchIndexError():
            return answer(503, error_sentence(error), retry_after=INDEX_RETRY_SECONDS)
        case SignInSlowedError():
            seconds = int(error.data["retry_after_seconds"])
            return answer(429, error_sentence(error), retry_after=seconds)
    log.error("request_failed", path=request.path, code=error.code, data=str(error.data)[:500])
    return answer(500, error_sentence(error))


def _database(error: OperationalError) -> Response:
    """A database that stays locked is busy, not broken: the browser is told when to come back. One
    that finds no room is no fault of ours either; nothing of the request was written."""
    said = str(error.orig).lower()
    if "full" in said:
        log.error("disk_full", path=request.path)
        return answer(507)
    if "locked" not in said and "busy" not in said:
        return _broken(error)
    log.warning("database_busy", path=request.path)
    return answer(503)


def _broken(error: Exception) -> Response:
    log.error("request_broken", path=request.path, exc_info=error)
    return answer(500)
