"""Errors in words: the same look as every page, or problem+json where a program asks."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from archive.core.errors import (
    ArchiveError,
    NotAllowedError,
    NotFoundError,
    QueryRefusedError,
    StorageFullError,
)
from archive.core.language import N_, _
from archive.core.wording import error_sentence, size_label
from archive.web.context import holdings

log = structlog.get_logger("web")

TITLES: dict[int, tuple[str, str]] = {
    400: (
        N_("Yêu cầu chưa đúng"),
        N_("Máy chủ không hiểu yêu cầu này. Tải lại trang rồi thử lại."),
    ),
    401: (N_("Cần đăng nhập"), N_("Đăng nhập rồi thử lại.")),
    403: (N_("Không có quyền"), N_("Tài khoản này không mở được trang đó.")),
    404: (N_("Không tìm thấy"), N_("Trang này không có, hoặc không mở cho tài khoản đang dùng.")),
    405: (N_("Yêu cầu chưa đúng"), N_("Trang này không nhận kiểu yêu cầu đó.")),
    409: (N_("Đã chuyển bước"), N_("Ấn phẩm đã chuyển sang bước khác, không sửa được ở đây nữa.")),
    410: (
        N_("Liên kết hết hiệu lực"),
        N_("Liên kết này đã dùng hoặc đã hết hạn. Xin cấp liên kết mới."),
    ),
    413: (N_("Tệp lớn quá"), N_("Tổng dung lượng vượt mức cho phép.")),
    429: (N_("Chậm lại một chút"), N_("Thử quá nhiều lần. Đợi ít phút rồi thử lại.")),
    500: (N_("Có trục trặc"), N_("Lỗi đã được ghi lại. Thử lại sau ít phút.")),
    503: (N_("Đang bận"), N_("Kho đang bận ghi dữ liệu. Thử lại sau vài giây.")),
    507: (N_("Ổ đĩa đầy"), N_("Kho tạm thời không ghi được gì thêm. Vẫn đọc và tìm được.")),
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ArchiveError, _archive)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(TemplateError, _broken)
    app.register_error_handler(SQLAlchemyError, _broken)


def _answer(status: int, message: str = "") -> tuple[Response | str, int]:
    title, words = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    title, words = _(title), _(words)
    if request.path.startswith("/api/"):
        response = jsonify(
            {"type": "about:blank", "title": title, "status": status, "detail": message or words}
        )
        response.mimetype = "application/problem+json"
        return response, status
    return (
        render_template("errors/error.html", code=status, title=title, message=message or words),
        status,
    )


def _http(error: HTTPException) -> Response | tuple[Response | str, int]:
    status = error.code or 500
    if error.response is not None or status < 400:
        # A redirect raised by the router (a missing slash) is an answer of its own.
        return error.get_response()  # type: ignore[return-value]
    message = ""
    if status == 413:
        message = _(
            "Mỗi lần nộp tối đa {size}. Tách thành nhiều lần nộp hoặc giảm độ phân giải ảnh."
        ).format(size=size_label(holdings().settings.max_upload_bytes))
    return _answer(status, message)


def _csrf(_error: CSRFError) -> tuple[Response | str, int]:
    return _answer(
        400, _("Phiên làm việc đã hết hoặc trang quá cũ. Quay lại, tải lại trang rồi gửi lại.")
    )


def _archive(error: ArchiveError) -> tuple[Response | str, int]:
    if isinstance(error, NotFoundError):
        return _answer(404)
    if isinstance(error, NotAllowedError):
        return _answer(403)
    if isinstance(error, QueryRefusedError):
        return _answer(400, error_sentence(error))
    if isinstance(error, StorageFullError):
        return _answer(507, error_sentence(error))
    log.error("request_failed", path=request.path, code=error.code, data=str(error.data)[:500])
    return _answer(500, error_sentence(error))


def _database(error: OperationalError) -> tuple[Response | str, int] | Response:
    """A database that stays locked is busy, not broken: the browser is told when to come back. One
    that finds no room is no fault of ours either; nothing of the request was written."""
    if "full" in str(error.orig).lower():
        log.error("disk_full", path=request.path)
        return _answer(507)
    if "locked" not in str(error.orig).lower() and "busy" not in str(error.orig).lower():
        return _broken(error)
    log.warning("database_busy", path=request.path)
    body, status = _answer(503)
    response = Response(body) if isinstance(body, str) else body
    response.status_code = status
    response.headers["Retry-After"] = "5"
    return response


def _broken(error: Exception) -> tuple[Response | str, int]:
    log.error("request_broken", path=request.path, exc_info=error)
    return _answer(500)
