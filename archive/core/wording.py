"""The sentence a person reads for each error code: what is the matter and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.core.dates import missing_day
from archive.core.errors import ArchiveError
from archive.core.language import N_, Words, _, written_decimal, written_number

_TYPES = Words(
    {
        "html": N_("trang web (HTML)"),
        "svg": N_("hình vẽ SVG"),
        "xml": N_("tệp XML"),
        "doc": N_("văn bản Word đời cũ (.doc)"),
        "xls": N_("bảng tính Excel đời cũ"),
        "xlsx": N_("bảng tính Excel"),
        "ppt": N_("bản trình chiếu PowerPoint đời cũ"),
        "pptx": N_("bản trình chiếu PowerPoint"),
        "epub": N_("sách điện tử EPUB"),
        "odt": N_("văn bản OpenDocument"),
        "ods": N_("bảng tính OpenDocument"),
        "odp": N_("bản trình chiếu OpenDocument"),
        "heic": N_("ảnh HEIC của điện thoại"),
        "avif": N_("ảnh AVIF"),
        "zip": N_("tệp nén ZIP"),
        "rar": N_("tệp nén RAR"),
        "7z": N_("tệp nén 7z"),
        "exe": N_("chương trình"),
        "mp3": N_("tệp âm thanh"),
        "mp4": N_("tệp phim"),
        "gif": N_("ảnh GIF"),
        "bmp": N_("ảnh BMP"),
        "eps": N_("bản vẽ PostScript (EPS)"),
        "ps": N_("bản in PostScript"),
        "rtf": N_("văn bản RTF"),
        "ole": N_("tệp Office đời cũ"),
        "pdf": "PDF",
        "jpeg": N_("ảnh JPEG"),
        "png": N_("ảnh PNG"),
        "tiff": N_("ảnh TIFF"),
        "webp": N_("ảnh WebP"),
        "docx": N_("văn bản Word (DOCX)"),
        "txt": N_("văn bản thuần (TXT)"),
    }
)

_INSTEAD = Words(
    {
        "doc": N_("Mở tệp bằng Word rồi lưu thành PDF hoặc DOCX."),
        "rtf": N_("Mở tệp bằng Word rồi lưu thành PDF hoặc DOCX."),
        "odt": N_("Mở tệp rồi xuất ra PDF."),
        "ppt": N_("Mở tệp bằng PowerPoint rồi xuất ra PDF."),
        "pptx": N_("Mở tệp bằng PowerPoint rồi xuất ra PDF."),
        "xls": N_("Mở tệp bằng Excel rồi xuất ra PDF."),
        "xlsx": N_("Mở tệp bằng Excel rồi xuất ra PDF."),
        "epub": N_("Xin bản PDF của nhà in."),
        "heic": N_("Đổi ảnh sang JPEG rồi gửi lại."),
        "avif": N_("Đổi ảnh sang JPEG hoặc PNG rồi gửi lại."),
        "gif": N_("Đổi ảnh sang PNG rồi gửi lại."),
        "bmp": N_("Đổi ảnh sang PNG rồi gửi lại."),
        "eps": N_("Xuất bản vẽ ra PDF rồi gửi lại."),
        "ps": N_("Xuất ra PDF rồi gửi lại."),
        "svg": N_("Xuất hình vẽ ra PDF hoặc PNG rồi gửi lại."),
        "html": N_("In trang ra PDF rồi gửi lại."),
        "zip": N_("Giải nén rồi gửi từng tệp bên trong."),
        "rar": N_("Giải nén rồi gửi từng tệp bên trong."),
        "7z": N_("Giải nén rồi gửi từng tệp bên trong."),
    }
)

_ENDINGS: Mapping[str, str] = {"jpeg": "jpg", "tiff": "tif"}

GUARD_CONTACT = N_("cơ quan thường trực, bộ phận bảo vệ bí mật nhà nước")
"""Whom people are told to ask where the operator names nobody."""

ACCEPTED_TYPES = N_("PDF, DOCX, DOC, TXT, JPEG, PNG, TIFF hoặc WebP")

_LIMITS = Words(
    {
        "memory": N_("cần hơn {size} bộ nhớ để đọc"),
        "cpu_seconds": N_("đọc quá {number} giây"),
        "wall_seconds": N_("đọc quá lâu, phải chờ hơn {number} giây"),
        "output_bytes": N_("chứa quá nhiều chữ (hơn {size})"),
        "pages": N_("có quá nhiều trang (tối đa {number})"),
        "pixels": N_("có ảnh quá lớn (tối đa {number} điểm ảnh)"),
        "unzipped_bytes": N_("bung ra quá lớn (hơn {size})"),
        "zip_members": N_("có quá nhiều thành phần bên trong (tối đa {number})"),
        "file_bytes": N_("quá lớn (hơn {size})"),
    }
)

_FIELDS = Words(
    {
        "required": N_("Mục này không được để trống."),
        "too_long": N_("Dài quá: tối đa {most} ký tự."),
        "too_many": N_("Nhiều giá trị quá: tối đa {most}."),
        "date_invalid": N_(
            "Chưa đọc được ngày “{value}”. Ghi theo mẫu 2024, 7/2024 hoặc 15/7/2024."
        ),
        "date_early": N_("Kho nhận ấn phẩm phát hành từ năm {first_year}; “{value}” sớm hơn."),
        "date_future": N_("Ngày “{value}” ở tương lai. Ấn phẩm được nộp sau khi đã in."),
        "date_unknown": N_("Cần ngày phát hành, ít nhất là năm."),
        "isbn_doubtful": (
            N_(
                "Số kiểm tra của ISBN “{value}” không khớp. Xin đối chiếu với bản in; nếu sách "
                "in đúng như vậy thì cứ giữ."
            )
        ),
        "issn_doubtful": (
            N_(
                "Số kiểm tra của ISSN “{value}” không khớp. Xin đối chiếu với bản in; nếu in "
                "đúng như vậy thì cứ giữ."
            )
        ),
        "files_missing": N_("Chưa có tệp nào. Chọn ít nhất một tệp của ấn phẩm."),
        "kind_unknown": N_("Không có loại “{value}”."),
        "access_unknown": N_(
            "Không có mức truy cập “{value}”. Chọn public, internal hoặc restricted."
        ),
        "unit_unknown": N_("Không có đơn vị “{value}”."),
        "unit_blocked": N_("Đơn vị “{value}” đang tạm khóa, chưa nộp được."),
        "reviewer_unknown": N_("Chọn một biên mục viên trong danh sách."),
        "return_unknown": N_("Không có mục “{value}” để trả lại."),
        "return_empty": N_("Viết một câu cho mục đã chọn: cần sửa gì."),
        "unit_over": (
            N_(
                "“{value}” đã hết hiệu lực từ sau ngày {until}; “{successor}” kế thừa và nộp "
                "thay. Xin quản trị chuyển tài khoản của bạn sang đơn vị ấy."
            )
        ),
        "unit_over_alone": (
            N_(
                "“{value}” đã hết hiệu lực từ sau ngày {until} nên không nộp thêm được. Xin "
                "quản trị chuyển tài khoản của bạn sang đơn vị đang hoạt động."
            )
        ),
        "outside_unit": (
            N_("“{value}” chỉ có từ {since} đến {until}. Chọn đơn vị có mặt vào ngày phát hành.")
        ),
        "unit_needed": N_("Cán bộ nộp phải thuộc một đơn vị."),
        "unit_circle": N_("“{value}” đang nằm dưới chính đơn vị này."),
        "before_start": N_("Ngày cuối phải sau ngày đầu."),
        "code_invalid": N_("Mã chỉ gồm chữ không dấu, số, dấu chấm và gạch nối."),
        "code_taken": N_("Mã “{value}” đã có."),
        "email_invalid": N_("Thư điện tử “{value}” chưa đúng."),
        "email_taken": N_("Thư điện tử “{value}” đã có tài khoản."),
        "role_unknown": N_("Không có vai trò “{value}”."),
        "password_short": N_("Mật khẩu cần ít nhất {least} ký tự."),
        "password_wrong": N_("Mật khẩu hiện tại chưa đúng."),
        "passwords_differ": N_("Hai lần nhập chưa giống nhau."),
        "own_role": N_("Không thể tự bỏ quyền quản trị của mình."),
        "own_account": N_("Không thể tự khóa tài khoản của mình."),
        "columns_missing": N_("Bảng thiếu cột {value}."),
        "column_unknown": N_("Không hiểu cột “{value}” (cột {column})."),
        "column_twice": N_(
            "Bảng có hai cột cùng nghĩa với “{value}” (cột {columns}). Chỉ giữ một."
        ),
        "worksheet_unknown": N_("Bảng tính không có trang “{value}”."),
        "date_span": N_(
            "“{value}” là một khoảng năm. Ghi một năm, tháng hoặc ngày, hoặc để trống."
        ),
        "field_unknown": N_("Không có trường “{value}”."),
        "archive_unreadable": N_("Không mở được tệp ZIP: {value}."),
        "cells_surplus": N_("Dòng có nhiều ô hơn số cột (“{value}” không thuộc cột nào)."),
        "number_range": N_("Ghi một số từ 1 đến {most}."),
        "copies_too_many": N_("Mỗi ấn phẩm ghi được tối đa {most} bản in."),
        "registration_taken": N_("Số đăng ký cá biệt “{value}” đã dùng cho bản khác."),
        "registration_series": (
            N_("Thêm nhiều bản thì số đăng ký đầu phải kết thúc bằng chữ số, ví dụ CB 0120.")
        ),
        "copy_state_unknown": N_("Không có tình trạng “{value}”."),
        "copies_unchosen": N_("Chọn ít nhất một bản in."),
        "bulk_field": N_("Chọn mục cần sửa."),
        "bulk_action": N_("Cách sửa này không dùng được cho mục đã chọn. Chọn cách khác."),
        "bulk_none": N_("Không còn ấn phẩm nào để sửa."),
        "bulk_many": N_("Mỗi đợt sửa được tối đa {most} ấn phẩm. Lọc hẹp lại rồi sửa từng phần."),
        "bulk_changed": (
            N_("Danh sách ấn phẩm vừa thay đổi so với lúc xem trước. Xem lại rồi sửa.")
        ),
        "bulk_running": N_("Đợt sửa đang chạy. Đợi xong rồi hoàn tác."),
        "bulk_undo": N_("Đợt này là một lần hoàn tác. Sửa lại thì tạo đợt sửa mới."),
        "reason_needed": N_("Ghi lý do vì sao đây không phải tài liệu mật."),
        "factor_range": N_("Chọn một số từ 1 đến {most}."),
        "file_missing": N_("Không tìm thấy tệp “{value}” trong thư mục."),
        "file_ambiguous": N_("Có nhiều tệp tên “{value}” trong tệp ZIP. Ghi cả tên thư mục."),
        "batch_busy": N_("Đợt nhập đã chuyển sang bước khác. Tải lại trang."),
        "batch_files_gone": N_(
            "Tệp “{value}” đã được dọn sau lần nhập trước. Muốn nhập lại, gửi lại cả bảng và tệp "
            "ZIP thành đợt mới."
        ),
        "batch_problems": N_(
            "Còn {count} dòng chưa đạt, mà đã chọn dừng khi có lỗi. Chưa nhập dòng nào."
        ),
        "sheet_missing": N_("Chọn bảng cần nhập."),
        "path_outside": N_("“{value}” nằm ngoài thư mục nhập."),
        "sheet_unreadable": N_("Không đọc được bảng: {value}."),
        "authority_unknown": N_(
            "Danh mục chưa có “{value}” thuộc loại này. Ghi đúng tên hoặc mã của mục."
        ),
        "authority_several": N_("Có nhiều mục tên “{value}”. Ghi mã của một mục: {ids}."),
        "authority_circle": N_("“{value}” là chính mục này hoặc đang nằm trong mục này."),
        "authority_used": N_(
            "“{value}” đang được dùng, chưa xóa được. Có thể gộp vào một mục khác."
        ),
        "authority_merged": N_("“{value}” đã được gộp vào mục khác rồi. Tải lại trang."),
        "authority_not_merged": N_("“{value}” đang đứng riêng, không có gì để tách."),
        "sign_reserved": N_(
            "Tên “{value}” có dấu ; hoặc |, là dấu dùng để ngăn các tên. Bỏ dấu ấy đi."
        ),
        "kind_fixed": N_("Mục đã có thuộc loại “{value}”; loại của một mục không đổi được."),
    }
)


_REQUIRED = Words(
    {
        "title": N_("Nhập nhan đề."),
        "issued": N_("Nhập ngày phát hành."),
        "unit": N_("Chọn đơn vị."),
    }
)


_MISSING = Words(
    {
        "title": N_("Thiếu nhan đề."),
        "issued": N_("Thiếu ngày phát hành."),
        "unit": N_("Thiếu đơn vị."),
    }
)


def field_sentence(problem: str, data: Mapping[str, Any]) -> str:
    """The sentence for an InvalidInputError's problem."""
    if problem == "required" and data.get("field") in _REQUIRED:
        return _REQUIRED[data["field"]]
    if problem == "date_invalid" and (day := missing_day(str(data.get("value")))):
        # The form is right: to ask for it would send whoever typed it looking for another fault.
        return (
            _("Không có ngày {day}.").format(day=day)
            if day.count("/") == 2
            else _("Không có tháng {month}.").format(month=day)
        )
    template = _FIELDS.get(problem)
    return (
        template.format_map(_Known(data))
        if template
        else _("Giá trị chưa đúng ({problem}).").format(problem=problem)
    )


class _Known(dict[str, Any]):
    """A value that an old stored error lacks leaves a gap in its sentence, not a fault."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, data: Mapping[str, Any] | None = None) -> str:
    """What a person reads for the error `code` with `data`. Known codes only; others say so."""
    values = _Known(data or {})
    match code:
        case "file_empty":
            return _("Tệp rỗng (0 byte). Kiểm tra lại tệp gốc rồi gửi lại.")
        case "file_type_unknown":
            return _unknown_type(str(values.get("detected") or ""))
        case "file_misnamed":
            return _misnamed(str(values.get("named")), str(values.get("detected") or ""))
        case "file_encrypted":
            return _("Tệp có mật khẩu. Bỏ mật khẩu rồi gửi lại.")
        case "file_damaged":
            return _(
                "Không mở được tệp: tệp hỏng hoặc bị cắt ngang. Xuất lại từ bản gốc rồi gửi lại."
            )
        case "file_too_large":
            return _(
                "Tệp lớn hơn mức cho phép ({size}). Giảm độ phân giải ảnh hoặc tách thành "
                "nhiều tệp."
            ).format(size=_size(values.get("limit_bytes")))
        case "limit_reached":
            return _(
                "Cần xử lý: tệp {limit}. Bản gốc vẫn được giữ; cơ quan thường trực sẽ xem lại."
            ).format(limit=limit_words(values))
        case "file_portfolio":
            return _(
                "Tệp là tập hồ sơ PDF (PDF Portfolio), bên trong gói nhiều tệp khác. Mở bằng "
                "Acrobat, lưu từng tệp bên trong ra rồi gửi các tệp ấy."
            )
        case "secret_marking":
            return _(
                "{marking} Kho không nhận tài liệu bí mật nhà nước nên tệp đã bị xóa "
                "ngay, không giữ lại bản nào. Xin hỏi {contact} trước khi nộp."
            ).format(
                marking=marking_words(values),
                contact=values.get("contact") or _(GUARD_CONTACT),
            )
        case "marking_open":
            return _("{marking} Chưa nhận vào kho được khi dấu này còn chưa được xem xét.").format(
                marking=marking_words(values)
            )
        case "storage_full":
            return _("Ổ đĩa của kho đã đầy nên chưa nhận được tệp. Báo quản trị rồi gửi lại sau.")
        case "storage_failed":
            return _("Kho lưu trữ gặp trục trặc, chưa nhận được tệp. Thử lại sau ít phút.")
        case "storage_busy":
            return _("Kho đang bận với chính tệp này. Đợi một lát rồi thử lại.")
        case "upload_conflict":
            return _("Tệp đang được gửi từ một cửa sổ khác. Đóng cửa sổ ấy rồi thử lại.")
        case "upload_corrupt":
            return _("Một phần của tệp bị sai trên đường truyền. Phần ấy sẽ được gửi lại.")
        case "upload_expired":
            return _("Tệp gửi dở đã quá hạn giữ nên bị bỏ. Chọn tệp rồi gửi lại từ đầu.")
        case "upload_quota":
            return _(
                "Các tệp bạn đã gửi mà chưa nộp chiếm {size}, kho giữ cho mỗi tài khoản tối đa "
                "{limit}. Nộp hoặc bỏ bớt tệp cũ rồi gửi tiếp."
            ).format(
                size=_size(values.get("waiting_bytes")), limit=_size(values.get("limit_bytes"))
            )
        case "index_unavailable":
            return _("Chỉ mục tìm kiếm đang được dựng lại. Vẫn xem được ấn phẩm và danh mục.")
        case "query_refused":
            return _("Câu tìm dài quá. Rút còn vài từ chính rồi tìm lại.")
        case "status_transition":
            return _(
                "Ấn phẩm đã chuyển sang bước khác, thao tác này không còn hợp lệ. Tải lại trang."
            )
        case "record_clash":
            return _("Hồ sơ vừa có người khác sửa. Xem chỗ khác nhau rồi gửi lại.")
        case "deposit_taken":
            return _("{who} đang xem bản nộp này rồi.").format(
                who=values.get("who") or _("Biên mục viên khác")
            )
        case "not_found":
            return _("Không tìm thấy.")
        case "not_allowed":
            return _("Tài khoản này không được làm việc đó.")
        case "sign_in_refused":
            return _("Thư điện tử hoặc mật khẩu chưa đúng.")
        case "account_blocked":
            return _("Tài khoản này đang bị khóa. Xin liên hệ quản trị viên.")
        case "sign_in_slowed":
            minutes = -(-int(values.get("retry_after_seconds", 60)) // 60)
            return _("Sai nhiều lần quá. Đợi {minutes} phút rồi thử lại.").format(minutes=minutes)
        case "link_spent":
            return _("Liên kết này đã dùng hoặc đã hết hạn. Xin quản trị cấp liên kết mới.")
        case "invalid_input":
            return field_sentence(str(values.get("problem")), values)
        case "worker_lost":
            return _("Việc bị ngắt giữa chừng; sẽ làm lại.")
        case "extractor_failed":
            return _(
                "Phần đọc tệp của kho chưa chạy được, không phải lỗi của tệp. Báo quản trị rồi "
                "thử lại sau."
            )
        case "storage_damaged":
            return _(
                "Bản gốc trong kho không còn nguyên vẹn. Báo quản trị kiểm tra và lấy lại từ "
                "bản sao lưu."
            )
        case "machine_fault":
            return _("Máy chủ gặp lỗi khi đọc hoặc ghi dữ liệu. Báo quản trị xem nhật ký.")
        case "no_text":
            return _(
                "Trang chỉ có ảnh, máy không thấy chữ nào; tìm theo nhan đề và thông tin mô tả "
                "vẫn được."
            )
        case "text_waiting":
            return _("Trang là ảnh, đang chờ máy nhận dạng chữ. Ảnh của trang vẫn xem được.")
        case _:
            return _("Có trục trặc ngoài dự kiến; quản trị sẽ xem lại.")


def limit_words(data: Mapping[str, Any]) -> str:
    """Which limit a file met, as the end of a sentence about it: "đọc quá 20 giây"."""
    template = _LIMITS.get(str(data.get("limit")), _("vượt một giới hạn an toàn"))
    value = data.get("value")
    if not isinstance(value, int | float):
        return template.format(size="…", number="…")
    size = size_label(int(value))
    return template.format(size=size, number=written_number(round(value)))


def marking_words(data: Mapping[str, Any]) -> str:
    """Where a mark of secrecy stands, and what: "Có dấu mật, trang 3: “TỐI MẬT”."."""
    values = _Known(data)
    return _("Có dấu mật, trang {page}: “{line}”.").format(page=values["page"], line=values["line"])


_LOG_FAULTS = Words(
    {
        "changed": N_("Việc số {number} trong nhật ký đã bị sửa."),
        "missing": N_("Nhật ký thiếu: trước việc số {number} có việc đã bị xóa."),
        "unlinked": N_("Việc số {number} không nối vào việc đứng trước: một trong hai đã bị thay."),
        "cut_off": N_("Nhật ký bị cắt cuối: từ việc số {number} trở đi không còn."),
        "rewritten": N_("Việc số {number} không phải việc đã niêm: nhật ký đã bị ghi lại."),
        "seal_missing": (
            N_(
                "Nhật ký nối liền, nhưng không có dấu niêm để biết cuối sổ còn đủ không. Xem "
                "lại rồi chạy `audit verify --reseal`."
            )
        ),
        "seal_broken": (
            N_(
                "Nhật ký nối liền, nhưng dấu niêm không đúng khóa của kho. Xem lại rồi chạy "
                "`audit verify --reseal`."
            )
        ),
    }
)


def log_sentence(problem: str, *, number: int, rows: int) -> str:
    """How a check of the log went; `problem` as of `services.audit.Verdict`."""
    if not problem:
        return _("Nhật ký còn nguyên: {rows} việc nối liền nhau, khớp với dấu niêm.").format(
            rows=rows
        )
    return _LOG_FAULTS[problem].format(number=number)


def error_sentence(error: ArchiveError) -> str:
    return sentence(error.code, error.data)


_USUAL_ADVICE = N_("Xuất lại PDF từ bản gốc, giảm độ phân giải ảnh hoặc tách thành nhiều tệp.")
_LIMIT_ADVICE = Words(
    {
        "pixels": N_("Gửi bản PDF, hoặc quét lại ở 200 dpi."),
        "pages": N_("Tách thành nhiều tập rồi gửi từng tập."),
        "unzipped_bytes": N_("Giảm dung lượng ảnh trong văn bản, hoặc xuất ra PDF."),
        "zip_members": N_("Xuất văn bản ra PDF rồi gửi lại."),
    }
)


def refusal_sentence(error: ArchiveError) -> str:
    """Why a file is not taken in: as `error_sentence`, but nothing of it is kept."""
    return refusal_words(error.code, error.data)


def row_words(code: str, data: Mapping[str, Any]) -> str:
    """Why a row of a sheet did not go in: told of the row, where a form tells what to do."""
    if data.get("problem") == "required" and data.get("field") in _MISSING:
        return _MISSING[data["field"]]
    return refusal_words(code, data)


def refusal_words(code: str, data: Mapping[str, Any]) -> str:
    """The same of an error that was kept as its code and data."""
    if code == "limit_reached":
        return _("Tệp {limit} nên chưa nhận được. {advice}").format(
            limit=limit_words(data),
            advice=_LIMIT_ADVICE.get(str(data.get("limit")), _(_USUAL_ADVICE)),
        )
    return sentence(code, data)


def _misnamed(named: str, detected: str) -> str:
    inside = _TYPES.get(detected, detected)
    values = {"ending": _ENDINGS.get(named, named), "named": _TYPES.get(named, named)}
    if inside:
        return _(
            "Tệp có đuôi .{ending} nhưng bên trong không phải {named} mà là {inside}. "
            "Mở tệp gốc, lưu lại cho đúng loại rồi gửi."
        ).format(**values, inside=inside)
    return _(
        "Tệp có đuôi .{ending} nhưng bên trong không phải {named}. "
        "Mở tệp gốc, lưu lại cho đúng loại rồi gửi."
    ).format(**values)


def _unknown_type(detected: str) -> str:
    if detected == "exe":
        return _("Kho không nhận tệp chương trình (.exe).")
    if detected in _TYPES:
        instead = _INSTEAD.get(detected) or _("Gửi {types}.").format(types=_(ACCEPTED_TYPES))
        return _("Kho chưa nhận {type}. {instead}").format(type=_TYPES[detected], instead=instead)
    return _("Không nhận ra loại tệp. Kho nhận {types}.").format(types=_(ACCEPTED_TYPES))


def _size(value: Any) -> str:
    return size_label(int(value)) if isinstance(value, int) else "…"


def size_label(size_bytes: int) -> str:
    """`512 B`, `4,2 kB`, `1,3 MB`, `2 GB` (in English `4.2 kB`): powers of 1024."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        value /= 1024
        if value < 1024 or unit == "GB":
            break
    return f"{written_decimal(value).removesuffix(written_decimal(0)[1:])} {unit}"
