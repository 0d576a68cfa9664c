"""The sentence a person reads for each error code: what is the matter and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.core.errors import ArchiveError

_TYPES: Mapping[str, str] = {
    "html": "trang web (HTML)",
    "svg": "hình vẽ SVG",
    "xml": "tệp XML",
    "doc": "văn bản Word đời cũ (.doc)",
    "xls": "bảng tính Excel đời cũ",
    "xlsx": "bảng tính Excel",
    "ppt": "bản trình chiếu PowerPoint đời cũ",
    "pptx": "bản trình chiếu PowerPoint",
    "epub": "sách điện tử EPUB",
    "odt": "văn bản OpenDocument",
    "ods": "bảng tính OpenDocument",
    "odp": "bản trình chiếu OpenDocument",
    "heic": "ảnh HEIC của điện thoại",
    "avif": "ảnh AVIF",
    "zip": "tệp nén ZIP",
    "rar": "tệp nén RAR",
    "7z": "tệp nén 7z",
    "exe": "chương trình",
    "mp3": "tệp âm thanh",
    "mp4": "tệp phim",
    "gif": "ảnh GIF",
    "bmp": "ảnh BMP",
    "eps": "bản vẽ PostScript (EPS)",
    "ps": "bản in PostScript",
    "rtf": "văn bản RTF",
    "ole": "tệp Office đời cũ",
    "pdf": "PDF",
    "jpeg": "ảnh JPEG",
    "png": "ảnh PNG",
    "tiff": "ảnh TIFF",
    "webp": "ảnh WebP",
    "docx": "văn bản Word (DOCX)",
    "txt": "văn bản thuần (TXT)",
}

_INSTEAD: Mapping[str, str] = {
    "doc": "Mở tệp bằng Word rồi lưu thành PDF hoặc DOCX.",
    "rtf": "Mở tệp bằng Word rồi lưu thành PDF hoặc DOCX.",
    "odt": "Mở tệp rồi xuất ra PDF.",
    "ppt": "Mở tệp bằng PowerPoint rồi xuất ra PDF.",
    "pptx": "Mở tệp bằng PowerPoint rồi xuất ra PDF.",
    "xls": "Mở tệp bằng Excel rồi xuất ra PDF.",
    "xlsx": "Mở tệp bằng Excel rồi xuất ra PDF.",
    "epub": "Xin bản PDF của nhà in.",
    "heic": "Đổi ảnh sang JPEG rồi gửi lại.",
    "avif": "Đổi ảnh sang JPEG hoặc PNG rồi gửi lại.",
    "gif": "Đổi ảnh sang PNG rồi gửi lại.",
    "bmp": "Đổi ảnh sang PNG rồi gửi lại.",
    "eps": "Xuất bản vẽ ra PDF rồi gửi lại.",
    "ps": "Xuất ra PDF rồi gửi lại.",
    "svg": "Xuất hình vẽ ra PDF hoặc PNG rồi gửi lại.",
    "html": "In trang ra PDF rồi gửi lại.",
    "zip": "Giải nén rồi gửi từng tệp bên trong.",
    "rar": "Giải nén rồi gửi từng tệp bên trong.",
    "7z": "Giải nén rồi gửi từng tệp bên trong.",
}

_ENDINGS: Mapping[str, str] = {"jpeg": "jpg", "tiff": "tif"}

GUARD_CONTACT = "cơ quan thường trực, bộ phận bảo vệ bí mật nhà nước"
"""Whom people are told to ask where the operator names nobody."""

ACCEPTED_TYPES = "PDF, DOCX, DOC, TXT, JPEG, PNG, TIFF hoặc WebP"

_LIMITS: Mapping[str, str] = {
    "memory": "cần hơn {size} bộ nhớ để đọc",
    "cpu_seconds": "đọc quá {number} giây",
    "wall_seconds": "đọc quá lâu, phải chờ hơn {number} giây",
    "output_bytes": "chứa quá nhiều chữ (hơn {size})",
    "pages": "có quá nhiều trang (tối đa {number})",
    "pixels": "có ảnh quá lớn (tối đa {number} điểm ảnh)",
    "unzipped_bytes": "bung ra quá lớn (hơn {size})",
    "zip_members": "có quá nhiều thành phần bên trong (tối đa {number})",
    "file_bytes": "quá lớn (hơn {size})",
}

_FIELDS: Mapping[str, str] = {
    "required": "Mục này không được để trống.",
    "too_long": "Dài quá: tối đa {most} ký tự.",
    "too_many": "Nhiều giá trị quá: tối đa {most}.",
    "date_invalid": "Chưa đọc được ngày “{value}”. Ghi theo mẫu 2024, 7/2024 hoặc 15/7/2024.",
    "date_early": "Kho nhận ấn phẩm phát hành từ năm {first_year}; “{value}” sớm hơn.",
    "date_future": "Ngày “{value}” ở tương lai. Ấn phẩm được nộp sau khi đã in.",
    "date_unknown": "Cần ngày phát hành, ít nhất là năm.",
    "isbn_doubtful": (
        "Số kiểm tra của ISBN “{value}” không khớp. "
        "Xin đối chiếu với bản in; nếu sách in đúng như vậy thì cứ giữ."
    ),
    "issn_doubtful": (
        "Số kiểm tra của ISSN “{value}” không khớp. "
        "Xin đối chiếu với bản in; nếu in đúng như vậy thì cứ giữ."
    ),
    "files_missing": "Chưa có tệp nào. Chọn ít nhất một tệp của ấn phẩm.",
    "kind_unknown": "Không có loại “{value}”.",
    "access_unknown": "Không có mức truy cập “{value}”. Chọn public, internal hoặc restricted.",
    "unit_unknown": "Không có đơn vị “{value}”.",
    "unit_blocked": "Đơn vị “{value}” đang tạm khóa, chưa nộp được.",
    "reviewer_unknown": "Chọn một biên mục viên trong danh sách.",
    "return_unknown": "Không có mục “{value}” để trả lại.",
    "return_empty": "Viết một câu cho mục đã chọn: cần sửa gì.",
    "unit_over": (
        "“{value}” đã hết hiệu lực từ sau ngày {until}; “{successor}” kế thừa và nộp thay. "
        "Xin quản trị chuyển tài khoản của bạn sang đơn vị ấy."
    ),
    "unit_over_alone": (
        "“{value}” đã hết hiệu lực từ sau ngày {until} nên không nộp thêm được. "
        "Xin quản trị chuyển tài khoản của bạn sang đơn vị đang hoạt động."
    ),
    "outside_unit": (
        "“{value}” chỉ có từ {since} đến {until}. Chọn đơn vị có mặt vào ngày phát hành."
    ),
    "unit_needed": "Cán bộ nộp phải thuộc một đơn vị.",
    "unit_circle": "“{value}” đang nằm dưới chính đơn vị này.",
    "before_start": "Ngày cuối phải sau ngày đầu.",
    "code_invalid": "Mã chỉ gồm chữ không dấu, số, dấu chấm và gạch nối.",
    "code_taken": "Mã “{value}” đã có.",
    "email_invalid": "Thư điện tử “{value}” chưa đúng.",
    "email_taken": "Thư điện tử “{value}” đã có tài khoản.",
    "role_unknown": "Không có vai trò “{value}”.",
    "password_short": "Mật khẩu cần ít nhất {least} ký tự.",
    "password_wrong": "Mật khẩu hiện tại chưa đúng.",
    "passwords_differ": "Hai lần nhập chưa giống nhau.",
    "own_role": "Không thể tự bỏ quyền quản trị của mình.",
    "own_account": "Không thể tự khóa tài khoản của mình.",
    "columns_missing": "Bảng thiếu cột {value}.",
    "column_unknown": "Không hiểu cột “{value}” (cột {column}).",
    "column_twice": "Bảng có hai cột cùng nghĩa với “{value}” (cột {columns}). Chỉ giữ một.",
    "worksheet_unknown": "Bảng tính không có trang “{value}”.",
    "date_span": "“{value}” là một khoảng năm. Ghi một năm, tháng hoặc ngày, hoặc để trống.",
    "field_unknown": "Không có trường “{value}”.",
    "archive_unreadable": "Không mở được tệp ZIP: {value}.",
    "cells_surplus": "Dòng có nhiều ô hơn số cột (“{value}” không thuộc cột nào).",
    "number_range": "Ghi một số từ 1 đến {most}.",
    "copies_too_many": "Mỗi ấn phẩm ghi được tối đa {most} bản in.",
    "registration_taken": "Số đăng ký cá biệt “{value}” đã dùng cho bản khác.",
    "registration_series": (
        "Thêm nhiều bản thì số đăng ký đầu phải kết thúc bằng chữ số, ví dụ CB 0120."
    ),
    "copy_state_unknown": "Không có tình trạng “{value}”.",
    "copies_unchosen": "Chọn ít nhất một bản in.",
    "bulk_field": "Chọn mục cần sửa.",
    "bulk_action": "Cách sửa này không dùng được cho mục đã chọn. Chọn cách khác.",
    "bulk_none": "Không còn ấn phẩm nào để sửa.",
    "bulk_many": "Mỗi đợt sửa được tối đa {most} ấn phẩm. Lọc hẹp lại rồi sửa từng phần.",
    "bulk_changed": ("Danh sách ấn phẩm vừa thay đổi so với lúc xem trước. Xem lại rồi sửa."),
    "bulk_running": "Đợt sửa đang chạy. Đợi xong rồi hoàn tác.",
    "bulk_undo": "Đợt này là một lần hoàn tác. Sửa lại thì tạo đợt sửa mới.",
    "reason_needed": "Ghi lý do vì sao đây không phải tài liệu mật.",
    "factor_range": "Chọn một số từ 1 đến {most}.",
    "file_missing": "Không tìm thấy tệp “{value}” trong thư mục.",
    "file_ambiguous": "Có nhiều tệp tên “{value}” trong tệp ZIP. Ghi cả tên thư mục.",
    "batch_busy": "Đợt nhập đã chuyển sang bước khác. Tải lại trang.",
    "batch_files_gone": (
        "Tệp “{value}” đã được dọn sau lần nhập trước. Muốn nhập lại, gửi lại cả bảng và tệp ZIP "
        "thành đợt mới."
    ),
    "batch_problems": "Còn {count} dòng chưa đạt, mà đã chọn dừng khi có lỗi. Chưa nhập dòng nào.",
    "sheet_missing": "Chọn bảng cần nhập.",
    "path_outside": "“{value}” nằm ngoài thư mục nhập.",
    "sheet_unreadable": "Không đọc được bảng: {value}.",
    "authority_unknown": "Danh mục chưa có “{value}” thuộc loại này. Ghi đúng tên hoặc mã của mục.",
    "authority_several": "Có nhiều mục tên “{value}”. Ghi mã của một mục: {ids}.",
    "authority_circle": "“{value}” là chính mục này hoặc đang nằm trong mục này.",
    "authority_used": "“{value}” đang được dùng, chưa xóa được. Có thể gộp vào một mục khác.",
    "authority_merged": "“{value}” đã được gộp vào mục khác rồi. Tải lại trang.",
    "authority_not_merged": "“{value}” đang đứng riêng, không có gì để tách.",
    "sign_reserved": "Tên “{value}” có dấu ; hoặc |, là dấu dùng để ngăn các tên. Bỏ dấu ấy đi.",
    "kind_fixed": "Mục đã có thuộc loại “{value}”; loại của một mục không đổi được.",
}


_REQUIRED: Mapping[str, str] = {
    "title": "Nhập nhan đề.",
    "issued": "Nhập ngày phát hành.",
    "unit": "Chọn đơn vị.",
}


def field_sentence(problem: str, data: Mapping[str, Any]) -> str:
    """The sentence for an InvalidInputError's problem."""
    if problem == "required" and data.get("field") in _REQUIRED:
        return _REQUIRED[data["field"]]
    template = _FIELDS.get(problem)
    return template.format_map(_Known(data)) if template else f"Giá trị chưa đúng ({problem})."


class _Known(dict[str, Any]):
    """A value that an old stored error lacks leaves a gap in its sentence, not a fault."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, data: Mapping[str, Any] | None = None) -> str:
    """What a person reads for the error `code` with `data`. Known codes only; others say so."""
    values = _Known(data or {})
    match code:
        case "file_empty":
            return "Tệp rỗng (0 byte). Kiểm tra lại tệp gốc rồi gửi lại."
        case "file_type_unknown":
            return _unknown_type(str(values.get("detected") or ""))
        case "file_misnamed":
            return _misnamed(str(values.get("named")), str(values.get("detected") or ""))
        case "file_encrypted":
            return "Tệp có mật khẩu. Bỏ mật khẩu rồi gửi lại."
        case "file_damaged":
            return "Không mở được tệp: tệp hỏng hoặc bị cắt ngang. Xuất lại từ bản gốc rồi gửi lại."
        case "file_too_large":
            return (
                f"Tệp lớn hơn mức cho phép ({_size(values.get('limit_bytes'))}). "
                "Giảm độ phân giải ảnh hoặc tách thành nhiều tệp."
            )
        case "limit_reached":
            return (
                f"Cần xử lý: tệp {limit_words(values)}. Bản gốc vẫn được giữ; "
                "cơ quan thường trực sẽ xem lại."
            )
        case "file_portfolio":
            return (
                "Tệp là tập hồ sơ PDF (PDF Portfolio), bên trong gói nhiều tệp khác. "
                "Mở bằng Acrobat, lưu từng tệp bên trong ra rồi gửi các tệp ấy."
            )
        case "secret_marking":
            return (
                f"{marking_words(values)} Kho không nhận tài liệu bí mật nhà nước nên tệp đã bị "
                "xóa ngay, không giữ lại bản nào. "
                f"Xin hỏi {values.get('contact') or GUARD_CONTACT} trước khi nộp."
            )
        case "marking_open":
            return (
                f"{marking_words(values)} Chưa nhận vào kho được khi dấu này còn chưa được xem xét."
            )
        case "storage_full":
            return "Ổ đĩa của kho đã đầy nên chưa nhận được tệp. Báo quản trị rồi gửi lại sau."
        case "storage_failed":
            return "Kho lưu trữ gặp trục trặc, chưa nhận được tệp. Thử lại sau ít phút."
        case "storage_busy":
            return "Kho đang bận với chính tệp này. Đợi một lát rồi thử lại."
        case "upload_conflict":
            return "Tệp đang được gửi từ một cửa sổ khác. Đóng cửa sổ ấy rồi thử lại."
        case "upload_corrupt":
            return "Một phần của tệp bị sai trên đường truyền. Phần ấy sẽ được gửi lại."
        case "upload_expired":
            return "Tệp gửi dở đã quá hạn giữ nên bị bỏ. Chọn tệp rồi gửi lại từ đầu."
        case "upload_quota":
            return (
                f"Các tệp bạn đã gửi mà chưa nộp chiếm {_size(values.get('waiting_bytes'))}, "
                f"kho giữ cho mỗi tài khoản tối đa {_size(values.get('limit_bytes'))}. "
                "Nộp hoặc bỏ bớt tệp cũ rồi gửi tiếp."
            )
        case "index_unavailable":
            return "Chỉ mục tìm kiếm đang được dựng lại. Vẫn xem được ấn phẩm và danh mục."
        case "query_refused":
            return "Câu tìm dài quá. Rút còn vài từ chính rồi tìm lại."
        case "status_transition":
            return "Ấn phẩm đã chuyển sang bước khác, thao tác này không còn hợp lệ. Tải lại trang."
        case "record_clash":
            return "Hồ sơ vừa có người khác sửa. Xem chỗ khác nhau rồi gửi lại."
        case "deposit_taken":
            return f"{values.get('who') or 'Biên mục viên khác'} đang xem bản nộp này rồi."
        case "not_found":
            return "Không tìm thấy."
        case "not_allowed":
            return "Tài khoản này không được làm việc đó."
        case "sign_in_refused":
            return "Thư điện tử hoặc mật khẩu chưa đúng."
        case "account_blocked":
            return "Tài khoản này đang bị khóa. Xin liên hệ quản trị viên."
        case "sign_in_slowed":
            minutes = -(-int(values.get("retry_after_seconds", 60)) // 60)
            return f"Sai nhiều lần quá. Đợi {minutes} phút rồi thử lại."
        case "link_spent":
            return "Liên kết này đã dùng hoặc đã hết hạn. Xin quản trị cấp liên kết mới."
        case "invalid_input":
            return field_sentence(str(values.get("problem")), values)
        case "worker_lost":
            return "Việc bị ngắt giữa chừng; sẽ làm lại."
        case "extractor_failed":
            return (
                "Phần đọc tệp của kho chưa chạy được, không phải lỗi của tệp. "
                "Báo quản trị rồi thử lại sau."
            )
        case "storage_damaged":
            return (
                "Bản gốc trong kho không còn nguyên vẹn. "
                "Báo quản trị kiểm tra và lấy lại từ bản sao lưu."
            )
        case "machine_fault":
            return "Máy chủ gặp lỗi khi đọc hoặc ghi dữ liệu. Báo quản trị xem nhật ký."
        case "no_text":
            return (
                "Trang chỉ có ảnh, máy không thấy chữ nào; "
                "tìm theo nhan đề và thông tin mô tả vẫn được."
            )
        case "text_waiting":
            return "Trang là ảnh, đang chờ máy nhận dạng chữ. Ảnh của trang vẫn xem được."
        case _:
            return "Có trục trặc ngoài dự kiến; quản trị sẽ xem lại."


def limit_words(data: Mapping[str, Any]) -> str:
    """Which limit a file met, as the end of a sentence about it: "đọc quá 20 giây"."""
    template = _LIMITS.get(str(data.get("limit")), "vượt một giới hạn an toàn")
    value = data.get("value")
    if not isinstance(value, int | float):
        return template.format(size="…", number="…")
    size = size_label(int(value)).replace(",0 ", " ")
    return template.format(size=size, number=f"{round(value):,}".replace(",", "."))


def marking_words(data: Mapping[str, Any]) -> str:
    """Where a mark of secrecy stands, and what: "Có dấu mật, trang 3: “TỐI MẬT”."."""
    values = _Known(data)
    return f"Có dấu mật, trang {values['page']}: “{values['line']}”."


_LOG_FAULTS: Mapping[str, str] = {
    "changed": "Việc số {number} trong nhật ký đã bị sửa.",
    "missing": "Nhật ký thiếu: trước việc số {number} có việc đã bị xóa.",
    "unlinked": "Việc số {number} không nối vào việc đứng trước: một trong hai đã bị thay.",
    "cut_off": "Nhật ký bị cắt cuối: từ việc số {number} trở đi không còn.",
    "rewritten": "Việc số {number} không phải việc đã niêm: nhật ký đã bị ghi lại.",
    "seal_missing": (
        "Nhật ký nối liền, nhưng không có dấu niêm để biết cuối sổ còn đủ không. "
        "Xem lại rồi chạy `audit verify --reseal`."
    ),
    "seal_broken": (
        "Nhật ký nối liền, nhưng dấu niêm không đúng khóa của kho. "
        "Xem lại rồi chạy `audit verify --reseal`."
    ),
}


def log_sentence(problem: str, *, number: int, rows: int) -> str:
    """How a check of the log went; `problem` as of `services.audit.Verdict`."""
    if not problem:
        return f"Nhật ký còn nguyên: {rows} việc nối liền nhau, khớp với dấu niêm."
    return _LOG_FAULTS[problem].format(number=number)


def error_sentence(error: ArchiveError) -> str:
    return sentence(error.code, error.data)


_USUAL_ADVICE = "Xuất lại PDF từ bản gốc, giảm độ phân giải ảnh hoặc tách thành nhiều tệp."
_LIMIT_ADVICE: Mapping[str, str] = {
    "pixels": "Gửi bản PDF, hoặc quét lại ở 200 dpi.",
    "pages": "Tách thành nhiều tập rồi gửi từng tập.",
    "unzipped_bytes": "Giảm dung lượng ảnh trong văn bản, hoặc xuất ra PDF.",
    "zip_members": "Xuất văn bản ra PDF rồi gửi lại.",
}


def refusal_sentence(error: ArchiveError) -> str:
    """Why a file is not taken in: as `error_sentence`, but nothing of it is kept."""
    if error.code == "limit_reached":
        return (
            f"Tệp {limit_words(error.data)} nên chưa nhận được. "
            f"{_LIMIT_ADVICE.get(str(error.data.get('limit')), _USUAL_ADVICE)}"
        )
    return error_sentence(error)


def _misnamed(named: str, detected: str) -> str:
    inside = _TYPES.get(detected, detected)
    ending = _ENDINGS.get(named, named)
    return (
        f"Tệp có đuôi .{ending} nhưng bên trong không phải {_TYPES.get(named, named)}"
        f"{f' mà là {inside}' if inside else ''}. "
        "Mở tệp gốc, lưu lại cho đúng loại rồi gửi."
    )


def _unknown_type(detected: str) -> str:
    if detected == "exe":
        return "Kho không nhận tệp chương trình (.exe)."
    if detected in _TYPES:
        instead = _INSTEAD.get(detected, "")
        return f"Kho chưa nhận {_TYPES[detected]}. {instead}".strip() + (
            "" if instead else f" Gửi {ACCEPTED_TYPES}."
        )
    return f"Không nhận ra loại tệp. Kho nhận {ACCEPTED_TYPES}."


def _size(value: Any) -> str:
    return size_label(int(value)) if isinstance(value, int) else "…"


def size_label(size_bytes: int) -> str:
    """`512 B`, `4,2 kB`, `1,3 MB`, `2,0 GB`: decimal comma, powers of 1024."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        value /= 1024
        if value < 1024 or unit == "GB":
            break
    return f"{value:.1f} {unit}".replace(".", ",")
