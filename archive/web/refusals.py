"""The words of each error that a person or a program may meet: what is the matter, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from archive.core.language import N_, _, as_written, counted
from archive.web.languages import here
from archive.web.pages.parts import Link

_SIGN_IN = Link(N_("Đăng nhập"), "/dang-nhap")
_DEPOSIT = Link(N_("Về trang nộp"), "/nop")


@dataclass(frozen=True)
class Refusal:
    """`title` names the matter in a few words, `message` is one sentence or two, `advice` are steps
    to take, `main` the likeliest next page; `reload`: it may go well when asked once more. Who is
    not signed in reads `closed_message` in place of `message`, where there is one."""

    title: str
    message: str
    advice: Sequence[str] = ()
    main: Link | None = None
    reload: bool = False
    closed_message: str = ""


REFUSALS: Mapping[int, Refusal] = {
    400: Refusal(
        N_("Yêu cầu chưa đúng"),
        N_("Máy chủ không hiểu yêu cầu này."),
        (
            N_("Quay lại trang trước, tải lại trang rồi làm lại."),
            N_("Nếu bạn gõ hoặc chép địa chỉ, xem lại phần sau dấu chấm hỏi."),
        ),
    ),
    401: Refusal(N_("Cần đăng nhập"), N_("Trang này dành cho người có tài khoản."), main=_SIGN_IN),
    403: Refusal(
        N_("Không có quyền"),
        N_("Tài khoản này không mở được trang đó."),
        (
            N_("Nếu bạn có tài khoản khác, đăng xuất rồi đăng nhập lại bằng tài khoản ấy."),
            N_("Nếu công việc của bạn cần trang này, nhờ quản trị kho cấp quyền."),
        ),
    ),
    404: Refusal(
        N_("Không tìm thấy"),
        N_("Trang này không có, hoặc không mở cho tài khoản đang dùng."),
        (
            N_("Xem lại địa chỉ, nhất là khi chép từ giấy hoặc từ tin nhắn."),
            N_("Tìm ấn phẩm theo tên bằng ô dưới đây."),
        ),
        closed_message=N_("Trang này không có, hoặc chỉ mở cho người đã đăng nhập."),
    ),
    405: Refusal(
        N_("Yêu cầu chưa đúng"),
        N_("Trang này không nhận kiểu yêu cầu đó."),
        (N_("Mở lại trang từ đầu rồi bấm nút trên trang, đừng mở thẳng địa chỉ này."),),
    ),
    409: Refusal(
        N_("Đã chuyển bước"),
        N_("Ấn phẩm đã chuyển sang bước khác, không sửa được ở đây nữa."),
        (N_("Quay lại trang ấn phẩm và tải lại để xem ấn phẩm đang ở bước nào."),),
    ),
    410: Refusal(
        N_("Liên kết hết hiệu lực"),
        N_("Liên kết này đã dùng hoặc đã hết hạn."),
        (N_("Nhờ người đã gửi cấp cho liên kết mới."),),
        main=_SIGN_IN,
    ),
    413: Refusal(
        N_("Tệp lớn quá"),
        N_("Dung lượng gửi lên vượt mức cho phép."),
        (
            N_("Tệp PDF soạn bằng Word: lưu lại, chọn Save As, PDF, rồi “Minimum size”."),
            N_("Tệp quét: quét lại ở 300 dpi; trang chỉ có chữ thì chọn thang xám."),
            N_("Ảnh: giảm cạnh dài xuống khoảng 4.000 điểm ảnh."),
            N_("Nếu vẫn lớn, tách thành nhiều tệp và nộp từng phần."),
        ),
        main=_DEPOSIT,
    ),
    415: Refusal(
        N_("Chưa đọc được kiểu dữ liệu này"),
        N_("Máy chủ không nhận kiểu dữ liệu đã gửi."),
        (N_("Quay lại trang trước rồi gửi bằng mẫu trên trang."),),
    ),
    429: Refusal(
        N_("Chậm lại một chút"),
        N_("Vừa có quá nhiều lần thử liên tiếp."),
        reload=True,
    ),
    500: Refusal(
        N_("Có trục trặc"),
        N_("Kho gặp lỗi khi mở trang này. Lỗi đã được ghi lại."),
        (N_("Thử lại sau ít phút."), N_("Nếu lỗi lặp lại, báo quản trị kho kèm giờ ghi dưới đây.")),
        reload=True,
    ),
    503: Refusal(
        N_("Đang bận"),
        N_("Kho đang bận ghi dữ liệu. Việc bạn vừa gửi chưa được ghi."),
        reload=True,
    ),
    507: Refusal(
        N_("Ổ đĩa đầy"),
        N_("Kho tạm thời không ghi được gì thêm. Vẫn đọc và tìm được."),
        (N_("Báo quản trị kho, rồi gửi lại khi kho đã có thêm chỗ."),),
        reload=True,
    ),
}
"""By status. What is not here is told as 400 or 500."""


def refusal_of(status: int) -> Refusal:
    """The words in the language of the page."""
    found = REFUSALS.get(status) or REFUSALS[500 if status >= 500 else 400]
    return replace(
        found,
        title=_(found.title),
        message=_(found.message),
        closed_message=_(found.closed_message) if found.closed_message else "",
        advice=[_(line) for line in found.advice],
        main=Link(_(found.main.label), here(found.main.url)) if found.main else None,
    )


def wait_words(seconds: int) -> str:
    """When to come back, in words."""
    if seconds < 60:
        seconds = max(1, seconds)
        return counted("Thử lại sau {number} giây.", seconds).format(number=seconds)
    minutes = -(-seconds // 60)
    return counted("Thử lại sau {number} phút.", minutes).format(number=minutes)


PLAIN = as_written(
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Có trục trặc</title></head>'
    "<body><h1>Có trục trặc</h1><p>Kho gặp lỗi và chưa dựng được trang. Thử lại sau ít phút.</p>"
    '<p><a href="/">Về trang đầu</a></p></body></html>'
)
"""What is sent where not even the page of an error can be made."""
