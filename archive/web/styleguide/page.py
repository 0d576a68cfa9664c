"""The style guide put together."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from wtforms import Form as PlainForm
from wtforms import MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from archive.core.offered import AUDIENCES
from archive.core.vocabulary import KINDS
from archive.web.forms import choices_of
from archive.web.pages.depositing import DepositPage, HeldFileRow, WaitingFileRow
from archive.web.pages.help import GuideCard, GuidePicture
from archive.web.pages.publication import GuessRow
from archive.web.pages.record import FieldGroup
from archive.web.pages.styleguide import StyleGuidePage
from archive.web.styleguide.lists import list_samples
from archive.web.styleguide.reading import reader_sample
from archive.web.styleguide.records import publication_samples, review_samples

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SPECIMEN = "Ữ Ặ Ỗ Ẵ ỵ Ậ Ộ"
LONG_WORDS = "Nghiêng nghiêng khúc khuỷu nghuyễnnghuyễnnghuyễnnghuyễnnghuyễn"


class SampleForm(PlainForm):
    """A form that nothing is done with: a field of each sort."""

    title = StringField("Nhan đề", [InputRequired("Hãy ghi nhan đề như trên bìa.")])
    kind = SelectField("Loại", choices=choices_of(KINDS))
    issued = StringField("Ngày phát hành", description="Ví dụ 15/7/2024, 7/2024 hoặc 2024")
    audiences = StringField("Đối tượng")
    themes = StringField("Chủ đề")
    abstract = TextAreaField("Tóm tắt", [InputRequired("Hãy viết một hai câu.")])
    files = MultipleFileField("Tệp của ấn phẩm")


def style_guide() -> StyleGuidePage:
    """The page with its samples: the same at every request."""
    wrong = SampleForm(prefix="sai-", data={"kind": "book"})
    wrong.validate()
    return StyleGuidePage(
        tokens=colour_tokens(),
        specimen=SPECIMEN,
        long_words=LONG_WORDS,
        lists=list_samples(),
        publication=publication_samples(),
        review=review_samples(),
        reader=reader_sample(),
        form=SampleForm(),
        wrong=wrong,
        guess=GuessRow("title", "Nhan đề", "Các tướng lĩnh (ví dụ)", "trang 1", "CÁC TƯỚNG LĨNH"),
        deposit=_deposit(SampleForm(prefix="nop-")),
        wrong_deposit=_deposit(
            SampleForm(prefix="nop-sai-"),
            held=[HeldFileRow("a1", "dia-chi-do.pdf", "1,2 MB")],
            file_errors=["Tệp “bìa.pdf” đặt mật khẩu. Hãy bỏ mật khẩu rồi chọn lại."],
        ),
        waiting=[
            WaitingFileRow("b2", "ruột.pdf", "1,2 GB", 9, "1", 45, False, "09:05 16/07/2026"),
            WaitingFileRow("c3", "bìa.jpg", "3,1 MB", 9, "", 100, True, "09:05 16/07/2026"),
        ],
        messages=[
            ("success", "Đã nộp “Bản tin (ví dụ)”."),
            ("error", "Chưa lưu được: ổ đĩa của kho đã đầy."),
            ("info", "Ấn phẩm này vừa có người khác nhận xem."),
        ],
        asked={"themes": "Ghi thêm chủ đề của chương hai."},
        guide=GuideCard(
            "vi-du", "Hướng dẫn (ví dụ)", "Vài bước, có hình.", "pages", "/mau-giao-dien"
        ),
        guide_picture=GuidePicture("/static/img/share.png", 1200, 630),
    )


def _deposit(form: SampleForm, **changed: Any) -> DepositPage:
    fields = (form.issued, form.audiences, form.themes)
    given: dict[str, Any] = {
        "form": form,
        "held": [],
        "max_upload_label": "2 GB",
        "max_upload_bytes": 2 * 1024**3,
        "accepted_endings": ".pdf, .jpg, .png, .docx",
        "file_errors": [],
        "first_year": 2019,
        "groups": [FieldGroup("Nhóm mục (ví dụ)", fields)],
        "choices": {"audiences": AUDIENCES},
        "declared_reason": "Chữ trong nhan đề (ví dụ)",
    }
    return DepositPage(**{**given, **changed})


@lru_cache(maxsize=1)
def colour_tokens() -> tuple[str, ...]:
    """The names of the colours, in the style sheet's order."""
    day = TOKENS.read_text("utf-8").partition("@media")[0]
    return tuple(re.findall(r"--([\w-]+): #[0-9a-f]{6};", day))
