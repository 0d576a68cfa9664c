"""The words of each error that a person or a program may meet: what is the matter, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.web.pages.parts import Link

_SIGN_IN = Link("Đăng nhập", "/dang-nhap")
_DEPOSIT = Link("Về trang nộp", "/nop")


@dataclass(frozen=True)
class Refusal:
    """`title` names the matter in a few words, `message` is one sentence or two, `advice` are steps
    to take, `main` the likeliest next page; `reload`: it may go well when asked once more."""

    title: str
    message: str
    advice: Sequence[str] = ()
    main: Link | None = None
    reload: bool = False


REFUSALS: Mapping[int, Refusal] = {
    400: Refusal(
        "Yêu cầu chưa đúng",
        "Máy chủ không hiểu yêu cầu này.",
        (
            "Quay lại trang trước, tải lại trang rồi làm lại.",
            "Nếu bạn gõ hoặc chép địa chỉ, xem lại phần sau dấu chấm hỏi.",
        ),
    ),
    401: Refusal("Cần đăng nhập", "Trang này dành cho người có tài khoản.", main=_SIGN_IN),
    403: Refusal(
        "Không có quyền",
        "Tài khoản này không mở được trang đó.",
        (
            "Nếu bạn có tài khoản khác, đăng xuất rồi đăng nhập lại bằng tài khoản ấy.",
            "Nếu công việc của bạn cần trang này, nhờ quản trị kho cấp quyền.",
        ),
    ),
    404: Refusal(
        "Không tìm thấy",
        "Trang này không có, hoặc không mở cho tài khoản đang dùng.",
        (
            "Xem lại địa chỉ, nhất là khi chép từ giấy hoặc từ tin nhắn.",
            "Tìm ấn phẩm theo tên bằng ô dưới đây.",
        ),
    ),
    405: Refusal(
        "Yêu cầu chưa đúng",
        "Trang này không nhận kiểu yêu cầu đó.",
        ("Mở lại trang từ đầu rồi bấm nút trên trang, đừng mở thẳng địa chỉ này.",),
    ),
    409: Refusal(
        "Đã chuyển bước",
        "Ấn phẩm đã chuyển sang bước khác, không sửa được ở đây nữa.",
        ("Quay lại trang ấn phẩm và tải lại để xem ấn phẩm đang ở bước nào.",),
    ),
    410: Refusal(
        "Liên kết hết hiệu lực",
        "Liên kết này đã dùng hoặc đã hết hạn.",
        ("Nhờ người đã gửi cấp cho liên kết mới.",),
        main=_SIGN_IN,
    ),
    413: Refusal(
        "Tệp lớn quá",
        "Dung lượng gửi lên vượt mức cho phép.",
        (
            "Tệp PDF soạn bằng Word: lưu lại, chọn Save As, PDF, rồi “Minimum size”.",
            "Tệp quét: quét lại ở 300 dpi; trang chỉ có chữ thì chọn thang xám.",
            "Ảnh: giảm cạnh dài xuống khoảng 4.000 điểm ảnh.",
            "Nếu vẫn lớn, tách thành nhiều tệp và nộp từng phần.",
        ),
        main=_DEPOSIT,
    ),
    415: Refusal(
        "Chưa đọc được kiểu dữ liệu này",
        "Máy chủ không nhận kiểu dữ liệu đã gửi.",
        ("Quay lại trang trước rồi gửi bằng mẫu trên trang.",),
    ),
    429: Refusal(
        "Chậm lại một chút",
        "Vừa có quá nhiều lần thử liên tiếp.",
        reload=True,
    ),
    500: Refusal(
        "Có trục trặc",
        "Kho gặp lỗi khi mở trang này. Lỗi đã được ghi lại.",
        ("Thử lại sau ít phút.", "Nếu lỗi lặp lại, báo quản trị kho kèm giờ ghi dưới đây."),
        reload=True,
    ),
    503: Refusal(
        "Đang bận",
        "Kho đang bận ghi dữ liệu. Việc bạn vừa gửi chưa được ghi.",
        reload=True,
    ),
    507: Refusal(
        "Ổ đĩa đầy",
        "Kho tạm thời không ghi được gì thêm. Vẫn đọc và tìm được.",
        ("Báo quản trị kho, rồi gửi lại khi kho đã có thêm chỗ.",),
        reload=True,
    ),
}
"""By status. What is not here is told as 400 or 500."""


def refusal_of(status: int) -> Refusal:
    return REFUSALS.get(status) or REFUSALS[500 if status >= 500 else 400]


def wait_words(seconds: int) -> str:
    """When to come back, in words."""
    if seconds < 60:
        return f"Thử lại sau {max(1, seconds)} giây."
    return f"Thử lại sau {-(-seconds // 60)} phút."


PLAIN = (
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Có trục trặc</title></head>'
    "<body><h1>Có trục trặc</h1><p>Kho gặp lỗi và chưa dựng được trang. Thử lại sau ít phút.</p>"
    '<p><a href="/">Về trang đầu</a></p></body></html>'
)
"""What is sent where not even the page of an error can be made."""
