"""Samples of a publication's page, of the reader and of review."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from archive.web.pages.copies import CopiesPanel
from archive.web.pages.depositing import DepositRow
from archive.web.pages.parts import EventRow, Link, StageRow
from archive.web.pages.publication import (
    Fact,
    FileRow,
    GuessRow,
    LikenessRow,
    MarkingNotice,
    OutlineRow,
    PagePair,
    PageThumb,
)
from archive.web.pages.queue import QueueSelect
from archive.web.pages.reading import PageReading
from archive.web.pages.receipts import ReceiptFile
from archive.web.pages.record import ChangeRow, WordPart
from archive.web.pages.reviewing import (
    AnswerRow,
    AskedRow,
    CheckRow,
    Choice,
    MessageForm,
    ReturnedNotice,
    ReturnField,
    ReturnForm,
    ReviewPanel,
)
from archive.web.pages.styleguide import PublicationSamples, ReviewSamples
from archive.web.styleguide.lists import card

_HERE = "/mau-giao-dien"
_AT = datetime(2026, 7, 15, 2, 5, tzinfo=UTC)
_DIGEST = "ab12" * 16
_FILE = FileRow(
    "cac-tuong-linh-ví-dụ-tên-tệp-rất-dài-không-có-khoảng-trắng.pdf",
    "PDF",
    "12,4 MB",
    _DIGEST,
    60,
    _HERE,
    "",
)


def publication_samples() -> PublicationSamples:
    return PublicationSamples(
        facts=[
            Fact("Đơn vị phát hành", [("Ban Tuyên giáo và Dân vận Tỉnh ủy", _HERE)]),
            Fact("Chủ đề", [("Lực lượng vũ trang", _HERE), ("Lịch sử", _HERE)]),
            Fact("Khổ", [("14,5 × 20,5 cm", "")]),
        ],
        files=[_FILE, replace(_FILE, name="bìa.tif", problem="Tệp bị cắt cụt.")],
        troubled=[
            replace(
                _FILE,
                problem="Tệp cần hơn 512 MB bộ nhớ để đọc. Bản gốc vẫn được giữ.",
                read_again_url=_HERE,
                factor=2,
                greatest_factor=8,
            )
        ],
        events=[
            EventRow(_AT, "Nông Thị Ví Dụ", "Trả lại để sửa", "Trang 3 bị ngược.",
                     fields=[("Nhan đề", "Ghi đủ như trên bìa.")]),
            EventRow(_AT, "Hoàng Văn Mẫu", "Nhắn", "Xin thêm hai ngày.", kind="message"),
            EventRow(_AT, "Hoàng Văn Mẫu", "Nộp ấn phẩm", ""),
        ],
        stages=[
            StageRow("Nhận tệp", "done", "", 1, 1),
            StageRow("Đọc chữ", "running", "trang 12 / 60", 12, 60),
            StageRow("Đối chiếu bản trùng", "running", "", 0, 0),
            StageRow("Tạo ảnh trang", "waiting", "", 0, 0),
            StageRow("Cất hồ sơ", "failed", "Ổ đĩa đầy. Kho sẽ tự làm lại.", 0, 0),
        ],
        outline=[
            OutlineRow("Lời nói đầu", _HERE, "iii"),
            OutlineRow("Phần một: nhan đề dài để xem chữ xuống dòng ra sao khi hết chỗ", _HERE, "1",
                       parts=[OutlineRow("Chương 1", _HERE, "1", is_current=True)]),
            OutlineRow("Phần không dẫn tới trang nào", "", ""),
        ],
        thumbs=[PageThumb(number, str(number), _HERE, None) for number in range(1, 5)],
        offers=[GuessRow("issued", "Ngày phát hành", "7/2025", "trang 2", "tháng 7 năm 2025",
                         _HERE)],
        likenesses=[
            LikenessRow(
                "94% số trang (36 trên 38) trùng với “Về nguồn (ví dụ)” (Tỉnh đoàn, 2021).",
                _HERE, "Về nguồn (ví dụ)", [PagePair(1, _HERE, "", 3, _HERE, "")], "", "vi-du-9",
            ),
            LikenessRow(
                "44% số trang (17 trên 38) trùng với “Về nguồn, tái bản (ví dụ)”.",
                _HERE, "Về nguồn, tái bản (ví dụ)", (), "Đã xác nhận là hai lần xuất bản.",
                "vi-du-8",
            ),
        ],
        marking=MarkingNotice(
            lines=["Có dấu mật, trang 3: “TỐI MẬT”."], ids=[1], more=2,
            contact="cơ quan thường trực", clear_url=_HERE,
        ),
        copies=CopiesPanel("Còn 12 trên 20 bản in.", [("Giá A1", 10), ("Giá B2", 2)], _HERE),
        reading=PageReading("máy nhận dạng từ ảnh trang", "97%", "CAC TU0NG L1NH", "Đang làm."),
        changes=[
            ChangeRow("Nhan đề", [WordPart("same", "Các tướng"), WordPart("gone", " tá")],
                      [WordPart("same", "Các tướng"), WordPart("new", " lĩnh")]),
            ChangeRow("ISBN", [], [WordPart("new", "(ví dụ)")]),
        ],
        receipt_files=[ReceiptFile("ruột.pdf", "12,4 MB", _DIGEST),
                       ReceiptFile("", "3,1 MB", _DIGEST, is_match=True)],
    )  # fmt: skip


def review_samples() -> ReviewSamples:
    deposit = DepositRow(
        card=card(1, status="submitted", status_label="Chờ duyệt"),
        deposited_at=_AT,
        progress=publication_samples().stages[:2],
        problem="",
        note="",
        flag="Nghi trùng",
        likeness="94% số trang trùng với “Về nguồn (ví dụ)”.",
        checks=[CheckRow("problem", "ISBN có số kiểm tra không khớp.")],
        reviewer="Nông Thị Ví Dụ",
        receipt=Link("12/2026", _HERE),
    )
    return ReviewSamples(
        rows=[
            deposit,
            replace(
                deposit,
                card=card(2, status="returned", status_label="Cần sửa"),
                progress=[],
                problem="Tệp đặt mật khẩu. Hãy bỏ mật khẩu rồi nộp lại.",
                note="Trang 3 bị ngược, xin thay tệp.",
                likeness="",
                flag="",
            ),
        ],
        checks=[
            CheckRow("problem", "ISBN ghi trong hồ sơ có số kiểm tra không khớp.", _HERE),
            CheckRow("notice", "2 trang chưa có chữ."),
        ],
        panel=ReviewPanel(
            reviewer="Nông Thị Ví Dụ",
            is_mine=False,
            is_in_review=True,
            takes=True,
            seen="3",
            curators=[Choice("3", "Nông Thị Ví Dụ", selected=True), Choice("4", "Lê Văn Mẫu")],
        ),
        return_form=ReturnForm(
            first=[ReturnField("files", "Tệp"), ReturnField("title", "Nhan đề")],
            rest=[ReturnField("isbn", "ISBN", is_named=True, error="Viết một câu cho mục này.")],
            error="Đánh dấu ít nhất một mục, hoặc viết lời nhắn chung.",
            is_open=True,
        ),
        returned=ReturnedNotice(
            _AT,
            "Nông Thị Ví Dụ",
            "Trang 3 bị ngược.\nXin thay tệp bìa.",
            [AskedRow("Nhan đề", "Ghi đủ như trên bìa.", _HERE)],
        ),
        answers=[
            AnswerRow("Nhan đề", "Ghi đủ nhan đề", True, "Các tướng", "Các tướng lĩnh"),
            AnswerRow("ISBN", "Ghi ISBN", False, "", ""),
            AnswerRow("Tóm tắt", "", True, "", "Một câu mới."),
        ],
        message=MessageForm(_HERE, "Cán bộ nộp và biên mục viên cùng đọc được.", error="Hãy viết."),
        selects=[
            QueueSelect("nguoi-duyet", "Người xem", [Choice("", "Ai cũng được", selected=True)]),
            QueueSelect("year", "Năm", [Choice("", "Mọi năm"), Choice("2025", "2025")]),
        ],
    )
