"""Help: an entrance, and a guide for each kind of user.

The words are in templates/help. The pictures in static/help are taken of the archive itself by
`make help-pictures`; a test tells when they no longer show what the pages look like.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, abort, current_app, render_template
from PIL import Image

from archive.core.language import N_, _
from archive.web.access import OpenTo, open_to
from archive.web.heads import page_head
from archive.web.languages import here
from archive.web.pages.help import GuideCard, GuidePage, GuidePicture, HelpPage
from archive.web.pages.parts import Link
from archive.web.static import EXTENSION, FOLDER

blueprint = Blueprint("guides", __name__)

PICTURES = FOLDER / "help"
# What is taken of a phone has two dots for each of its pixels.
_PHONE_DOTS = 780

_GUIDES: Final = (
    (
        "ban-doc",
        N_("Hướng dẫn bạn đọc"),
        N_("Tìm, đọc và trích dẫn ấn phẩm. Không cần tài khoản."),
        "pages",
    ),
    (
        "chi-bo",
        N_("Hướng dẫn sinh hoạt chi bộ"),
        N_("Tìm đúng trang để đọc trong buổi sinh hoạt chuyên đề, kể cả trên điện thoại."),
        "people",
    ),
    (
        "giao-vien",
        N_("Hướng dẫn giáo viên"),
        N_("Tìm tư liệu theo lớp, môn học, địa phương rồi đưa vào bài dạy."),
        "school",
    ),
    (
        "nop",
        N_("Hướng dẫn cán bộ nộp"),
        N_("Gửi ấn phẩm của đơn vị, lấy giấy biên nhận, sửa khi được trả lại."),
        "upload",
    ),
    (
        "bien-muc",
        N_("Hướng dẫn biên mục viên"),
        N_("Xem bản nộp, nhận vào kho hoặc trả lại, giữ hồ sơ cho đúng."),
        "check",
    ),
    (
        "quan-tri",
        N_("Hướng dẫn quản trị viên"),
        N_("Lập đơn vị và tài khoản, nhập danh mục cũ, trông coi kho."),
        "unit",
    ),
)
"""Name, title, text and icon of each guide; its words are in templates/help/<name>.html."""

NAMES: Final = tuple(name for name, *_rest in _GUIDES)


@blueprint.get("/huong-dan")
@open_to(OpenTo.ANYONE)
def index() -> str:
    head = page_head(
        _("Hướng dẫn dùng kho"),
        _("Cách tìm, đọc, nộp và duyệt ấn phẩm trong kho, từng bước một, có hình."),
    )
    page = HelpPage(guides=_cards())
    return render_template("help/index.html", current="help", head=head, page=page)


@blueprint.get("/huong-dan/<guide>")
@open_to(OpenTo.ANYONE)
def show(guide: str) -> str:
    """The guide of that name; 404 where there is none."""
    if guide not in NAMES:
        abort(404)
    cards = _cards()
    card = next(each for each in cards if each.name == guide)
    page = GuidePage(
        card=card,
        pictures=_pictures(),
        others=[Link(each.title, each.url) for each in cards if each.name != guide],
    )
    head = page_head(card.title, card.text)
    return render_template(f"help/{guide}.html", current="help", head=head, page=page)


def _cards() -> list[GuideCard]:
    return [
        GuideCard(name, _(title), _(text), icon, here(f"/huong-dan/{name}"))
        for name, title, text, icon in _GUIDES
    ]


def _pictures() -> dict[str, GuidePicture]:
    asset_url = current_app.extensions[EXTENSION].url
    return {
        name: GuidePicture(asset_url(f"help/{name}.webp"), width_px, height_px)
        for name, (width_px, height_px) in _sizes(PICTURES).items()
    }


@cache
def _sizes(folder: Path) -> dict[str, tuple[int, int]]:
    """The size of each picture as it is shown, in CSS pixels."""
    found = {}
    for path in sorted(folder.glob("*.webp")):
        with Image.open(path) as image:
            width_px, height_px = image.size
        dots = 2 if width_px == _PHONE_DOTS else 1
        found[path.stem] = (width_px // dots, height_px // dots)
    return found
