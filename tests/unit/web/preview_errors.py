"""The pages of errors; see `preview`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.web.pages.errors import ErrorPage
from archive.web.pages.parts import Link
from archive.web.refusals import REFUSALS

SIGN_INS = {
    403: Link("Đăng nhập", "/dang-nhap"),
    404: Link("Đăng nhập rồi xem lại", "/dang-nhap?next=/an-pham/khong-co"),
}


def screens() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """As `preview.screens`: one for each status."""
    made = {}
    for code, refusal in REFUSALS.items():
        page = ErrorPage(
            code=code,
            title=refusal.title,
            message=refusal.message,
            advice=refusal.advice,
            main=Link("Tải lại trang này", "/duyet") if refusal.reload else refusal.main,
            closed_message=refusal.closed_message,
            sign_in=SIGN_INS.get(code),
            told_at="09:05 15/07/2025" if code == 500 else "",
        )
        made[f"error-{code}"] = ("errors/error.html", {"page": page, "current": ""})
    return made
