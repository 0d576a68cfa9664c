"""Marks of secrecy are told from the same words in titles, sentences, verses and lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.secrecy import LEVELS, LINE_LENGTH, find_lifting, find_marking

BODY = "Trong năm qua, các đơn vị đã thực hiện tốt nhiệm vụ được giao.\nKết quả cụ thể như sau:"
HEAD = "ĐẢNG CỘNG SẢN VIỆT NAM\nCao Bằng, ngày 05 tháng 02 năm 2024\nBÁO CÁO\nvề công tác năm 2023"

MARKED = [
    # a stamp alone on its line
    ("MẬT", "mat"),
    ("TỐI MẬT", "toi_mat"),
    ("TUYỆT MẬT", "tuyet_mat"),
    ("  TỐI MẬT  ", "toi_mat"),
    ("TỐI   MẬT", "toi_mat"),
    ("Tối mật", "toi_mat"),
    ("Tuyệt mật", "tuyet_mat"),
    ("Tuyệt Mật", "tuyet_mat"),
    # boxes, stars and what recognition makes of them
    ("| MẬT |", "mat"),
    ("|MẬT|", "mat"),
    ("[TỐI MẬT]", "toi_mat"),
    ("[ MẬT ]", "mat"),
    ("│ TUYỆT MẬT │", "tuyet_mat"),
    ("* MẬT *", "mat"),
    ("*** TỐI MẬT ***", "toi_mat"),
    ("— MẬT —", "mat"),
    ("- TỐI MẬT -", "toi_mat"),
    ("I MẬT I", "mat"),
    ("l TỐI MẬT l", "toi_mat"),
    ("MẬT.", "mat"),
    (". MẬT", "mat"),
    ("MẬT |", "mat"),
    ("_TỐI MẬT_", "toi_mat"),
    ("< MẬT >", "mat"),
    ("{MẬT}", "mat"),
    ("~ TUYỆT MẬT ~", "tuyet_mat"),
    # letters set apart
    ("M Ậ T", "mat"),
    ("T Ố I M Ậ T", "toi_mat"),
    ("T Ố I   M Ậ T", "toi_mat"),
    ("T U Y Ệ T   M Ậ T", "tuyet_mat"),
    ("| M Ậ T |", "mat"),
    ("M  Ậ  T", "mat"),
    # with urgency or a copy's number
    ("MẬT - HỎA TỐC", "mat"),
    ("HỎA TỐC - MẬT", "mat"),
    ("HOẢ TỐC, TỐI MẬT", "toi_mat"),
    ("THƯỢNG KHẨN MẬT", "mat"),
    ("MẬT / KHẨN", "mat"),
    ("TỐI MẬT Bản số: 03", "toi_mat"),
    ("TUYỆT MẬT - BẢN SỐ 01/05", "tuyet_mat"),
    ("MẬT (THU HỒI)", "mat"),
    ("TỐI MẬT - CẤM SAO CHỤP", "toi_mat"),
    # labels
    ("Độ mật: Tối mật", "toi_mat"),
    ("Độ mật: Mật", "mat"),
    ("ĐỘ MẬT: TUYỆT MẬT", "tuyet_mat"),
    ("Độ mật : tối mật.", "toi_mat"),
    ("Độ mật - Mật", "mat"),
    ("Mức độ mật: Tuyệt mật", "tuyet_mat"),
    ("Độ mật: A", "tuyet_mat"),
    ("Độ mật: B", "toi_mat"),
    ("Độ mật: C", "mat"),
    ("ĐỘ MẬT", "mat"),
    ("ĐỘ MẬT:", "mat"),
    ("ĐỘ MẬT: ........", "mat"),
    ("ĐỘ MẬT\nTỐI MẬT", "toi_mat"),
    ("TÀI LIỆU MẬT", "mat"),
    ("TÀI LIỆU TỐI MẬT", "toi_mat"),
    ("TÀI LIỆU TUYỆT MẬT", "tuyet_mat"),
    ("| TÀI LIỆU MẬT |", "mat"),
    ("VĂN BẢN MẬT", "mat"),
    ("TÀI LIỆU MẬT - KHÔNG PHỔ BIẾN", "mat"),
    ("(Mật)", "mat"),
    ("( Mật )", "mat"),
    ("(MẬT)", "mat"),
    ("(Tối mật)", "toi_mat"),
    ("(Tuyệt mật)", "tuyet_mat"),
    ("[Mật]", "mat"),
    ("(Tài liệu mật)", "mat"),
    # glued to the line of the agency or of the number
    ("UBND TỈNH CAO BẰNG    TỐI MẬT", "toi_mat"),
    ("UBND TỈNH CAO BẰNG    MẬT", "mat"),
    ("UBND TỈNH CAO BẰNG MẬT", "mat"),
    ("TỈNH ỦY CAO BẰNG TỐI MẬT", "toi_mat"),
    ("TỈNH UỶ CAO BẰNG MẬT", "mat"),
    ("TỈNH ỦY CAO BẰNG | MẬT |", "mat"),
    ("TỈNH ỦY CAO BẰNG MẬT ĐẢNG CỘNG SẢN VIỆT NAM", "mat"),
    ("HUYỆN ỦY HÀ QUẢNG\tTỐI MẬT", "toi_mat"),
    ("BỘ CÔNG AN TUYỆT MẬT", "tuyet_mat"),
    ("CÔNG AN TỈNH CAO BẰNG MẬT", "mat"),
    ("SỞ CÔNG THƯƠNG    MẬT", "mat"),
    ("BAN TỔ CHỨC\tMẬT", "mat"),
    ("VĂN PHÒNG     TỐI MẬT", "toi_mat"),
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM MẬT", "mat"),
    ("MẬT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "mat"),
    ("TỐI MẬT ĐẢNG CỘNG SẢN VIỆT NAM", "toi_mat"),
    ("Số: 15/BC-UBND (Mật)", "mat"),
    ("Số 05-BC/TU TỐI MẬT", "toi_mat"),
    ("Số: 7/KH-BCH MẬT", "mat"),
    ("MẬT Số: 15/BC-UBND", "mat"),
    ("TỐI MẬT        Cao Bằng, ngày 05 tháng 02 năm 2024", "toi_mat"),
    ("Bản số: 01  TỐI MẬT", "toi_mat"),
    # marks lost in recognition
    ("TUYET MAT", "tuyet_mat"),
    ("TOI MAT", "toi_mat"),
    ("TÔI MẬT", "toi_mat"),
    ("TỐI MÂT", "toi_mat"),
    ("TUYÊT MÂT", "tuyet_mat"),
    ("[MAT]", "mat"),
    ("| MAT |", "mat"),
    ("MÂT", "mat"),
    ("TỐỐI MẬẬT", "toi_mat"),
    ("TAI LIEU MAT", "mat"),
    ("DO MAT", "mat"),
    # on its line between others
    ("TỈNH ỦY CAO BẰNG\n*\nSố 05-BC/TU\nMẬT", "mat"),
    ("UBND TỈNH\nMẬT\nDANH SÁCH CÁN BỘ", "mat"),
    ("TỈNH ỦY\nMẬT\nBÁO CÁO", "mat"),
    ("SỞ VĂN HÓA\n\nMẬT\n\nONG RỪNG VÀ NGHỀ NUÔI ONG", "mat"),
    ("MẬT\nBáo cáo nội bộ", "mat"),
    ("MẬT\nDanh sách cán bộ", "mat"),
    ("| MẬT |\nNghị quyết của Ban Thường vụ", "mat"),
    ("MẬT\nNGHỊ  QUYẾT", "mat"),
    ("MẬT\nLỆNH", "mat"),
]

UNMARKED = [
    # other words
    "BÍ MẬT",
    "Bí mật",
    "MẬT THƯ",
    "MẬT MÃ",
    "MẬT KHẨU",
    "MẬT VỤ",
    "MẬT DANH",
    "MẬT ĐỘ DÂN SỐ",
    "MẬT ONG CAO BẰNG",
    "mật ong",
    "mật",
    "Mật",
    "RỪNG MẬT",
    "KỶ VẬT MẬT",
    "Kỷ vật mật",
    "CƠ MẬT",
    "BẢO MẬT",
    "THÂN MẬT",
    "TUẦN TRĂNG MẬT",
    "HỒ SƠ MẬT 1963",
    "ĐIỆN MẬT SỐ 6",
    "MẮT",
    "MẶT",
    "MẤT",
    "MAT",
    "TỐI MẮT",
    "TÔI MẤT",
    "TỐI MẶT",
    "TỐI MÁT",
    "tối mật",
    "TUYẾT MẮT",
    # titles
    "Mật danh Năm Cao Bằng",
    "Hội nghị bí mật ở Pác Bó",
    "Kỷ vật mật của đồng chí liên lạc",
    "CHUYẾN ĐI TUYỆT MẬT",
    "NHIỆM VỤ TỐI MẬT CỦA ĐỘI TRINH SÁT",
    "Tối mật: chuyện người đưa thư",
    "NGƯỜI GIỮ MẬT",
    "RỪNG\nMẬT",
    "TUẦN TRĂNG\nMẬT",
    "MẬT\nONG RỪNG CAO BẰNG",
    "MẬT\nDANH NĂM CAO BẰNG",
    "MẬT\nBÁO TỪ PÁC BÓ",
    "MẬT\nTHƯ CỦA NGƯỜI LIÊN LẠC",
    "MẬT\nThư của người liên lạc",
    "MẬT\nNGHỊ Ở KHUỔI NẶM",
    "HỘI NGHỊ BÍ\nMẬT Ở PÁC BÓ",
    "NHỮNG NĂM THÁNG HOẠT ĐỘNG BÍ\nMẬT",
    "ĐƯỜNG DÂY\nTUYỆT MẬT",
    "CHIẾN DỊCH\nTỐI MẬT",
    "CUỘC HỌP\nTUYỆT MẬT\nỞ PÁC BÓ",
    "BỨC THƯ\nMẬT",
    "Chương 3\nTUYỆT MẬT",
    "CHƯƠNG IV\nTỐI MẬT",
    "MẬT TỊCH",
    "HỘP THƯ MẬT",
    "CƠ SỞ MẬT\nPác Bó",
    "TÀI LIỆU MẬT VỤ PHÁP",
    "UBND TỈNH VỚI CÔNG TÁC BẢO VỆ BÍ MẬT",
    "CÔNG AN TỈNH CAO BẰNG BẢO MẬT",
    "ĐẢNG CỘNG SẢN VIỆT NAM HOẠT ĐỘNG BÍ MẬT",
    "SỞ MẬT THÁM",
    "BAN    CƠ MẬT",
    "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "MẬT NGỌT CHẾT RUỒI",
    # sentences
    "Tài liệu này đóng dấu MẬT theo quy định.",
    "Độ mật của tài liệu do người đứng đầu quyết định.",
    "Độ mật: Không",
    "Độ mật: gồm Tuyệt mật, Tối mật và Mật",
    "Các tài liệu có dấu TỐI MẬT phải được cất riêng.",
    "Ông mang theo một lá thư (mật) gửi Trung ương.",
    "đóng dấu\nMẬT\ntheo quy định của pháp luật",
    "phải đóng dấu chỉ độ\nTỐI MẬT\nlên trang đầu",
    "gồm các độ “Tuyệt mật”,\nTỐI MẬT\nvà các độ khác",
    "“MẬT”",
    '"TỐI MẬT"',
    "‘Mật’",
    "UBND tỉnh đã ban hành danh mục tài liệu TỐI MẬT",
    "Công an tỉnh bảo vệ tài liệu MẬT",
    # verses
    "Đêm rừng giọt mật thơm\nTối mật thiết tình quê",
    "Ngọt như\nmật\nnhư đường",
    "Hoa rừng\nMật\nngọt tay ong",
    # lists of the levels, the law and its forms
    "a) Tuyệt mật;\nb) Tối mật;\nc) Mật.",
    "1. TUYỆT MẬT\n2. TỐI MẬT\n3. MẬT",
    "Tuyệt mật\nTối mật\nMật",
    "TUYỆT MẬT\nTỐI MẬT\nMẬT",
    "- Tuyệt mật\n- Tối mật\n- Mật",
    "MẪU DẤU CHỈ CÁC ĐỘ MẬT\nTUYỆT MẬT\n\nTỐI MẬT\n\nMẬT",
    "TỐI MẬT\nMẬT\nkhông đóng dấu",
    "Điều 8. Phân loại bí mật nhà nước",
    # contents
    "MỤC LỤC\nTUYỆT MẬT\nRừng chiều",
    "Mục lục\nTối mật\nNgười liên lạc",
    "TUYỆT MẬT .......... 45",
    "Tối mật 12",
    "3. TỐI MẬT 45",
    # no longer secret
    "ĐÃ GIẢI MẬT",
    "Đã giải mật",
    "ĐÃ GIẢI MẬT\nTỐI MẬT",
    "TỐI MẬT\nĐã giải mật theo quyết định của cấp có thẩm quyền",
    "TÀI LIỆU ĐÃ GIẢI MẬT\nMẬT",
    "MẬT\nĐã được giải mật ngày 5/2/2020",
    "GIẢI MẬT\nTUYỆT MẬT",
    "ĐÃ GIẢẢI MẬT\nTUYỆT MẬT",
]


def test_table_is_long_on_both_sides() -> None:
    assert len(MARKED) >= 80
    assert len(UNMARKED) >= 70
    assert {level for _, level in MARKED} == set(LEVELS)


@pytest.mark.parametrize(("top", "level"), MARKED)
def test_mark_is_seen_with_its_level(top: str, level: str) -> None:
    for text in (top, f"{top}\n\n{HEAD}\n{BODY}", f"ĐẢNG BỘ TỈNH\n\n{top}\n\n{BODY}"):
        found = find_marking(text)
        assert found is not None, text
        assert found.level == level, text


@pytest.mark.parametrize("text", UNMARKED)
def test_word_that_marks_nothing_is_let_through(text: str) -> None:
    for whole in (text, f"{text}\n\n{BODY}", f"NON NƯỚC CAO BẰNG\n\n{text}\n\n{BODY}"):
        assert find_marking(whole) is None, whole


@pytest.mark.parametrize(("top", "level"), MARKED[::4])
def test_spelling_in_parts_and_a_foreign_d_change_nothing(top: str, level: str) -> None:
    for form in ("NFD", "NFKD"):
        text = unicodedata.normalize(form, f"{top}\n\n{BODY}")
        assert getattr(find_marking(text), "level", None) == level
    assert getattr(find_marking(top.replace("Đ", "Ð")), "level", None) == level


@pytest.mark.parametrize("text", UNMARKED[::4])
def test_unmarked_stays_unmarked_in_parts(text: str) -> None:
    assert find_marking(unicodedata.normalize("NFD", text)) is None


def test_line_and_its_place_are_told() -> None:
    text = f"ĐẢNG BỘ TỈNH\n  UBND TỈNH CAO BẰNG    TỐI MẬT \n{BODY}"
    found = find_marking(text)
    assert found is not None
    assert found.line == "UBND TỈNH CAO BẰNG    TỐI MẬT"
    assert text[found.start :].startswith(found.line)


def test_mark_in_the_middle_of_a_page_is_a_word_of_its_text() -> None:
    lines = [f"Dòng thứ {n} của trang." for n in range(60)]
    lines[30] = "TỐI MẬT"
    assert find_marking("\n".join(lines)) is None
    lines[2] = "TỐI MẬT"
    assert find_marking("\n".join(lines)) is not None


def test_stamp_that_was_drawn_last_is_seen_at_the_page_s_end() -> None:
    lines = [f"Dòng thứ {n} của trang." for n in range(60)]
    found = find_marking("\n".join([*lines, "", "TUYỆT MẬT"]))
    assert found is not None
    assert found.level == "tuyet_mat"
    long = "\n".join([*lines * 30, "", "TUYỆT MẬT"])
    found = find_marking(long)
    assert found is not None
    assert long[found.start :] == "TUYỆT MẬT"


def test_lifting_is_told_with_its_line() -> None:
    text = f"Đã giải mật theo Quyết định số 1\nTỐI MẬT\n{BODY}"
    assert find_marking(text) is None
    assert find_lifting(text) == "Đã giải mật theo Quyết định số 1"
    assert find_lifting("Giải mật hồ sơ về trận Đông Khê") is None
    assert find_lifting("Người ta đã giải mật nhiều tài liệu") is None


def test_a_whole_paragraph_in_one_line_costs_little_and_marks_nothing() -> None:
    assert find_marking("MẬT " * 100_000) is None
    assert find_marking(" ".join("M Ậ T" for _ in range(50_000))) is None
    assert find_marking("UBND " + "A" * 5_000 + " " * 5_000 + "MẬT") is None


VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúù .,;\n",
    max_size=300,
)


@given(text=VIETNAMESE)
def test_running_text_in_small_letters_marks_nothing(text: str) -> None:
    assert find_marking(f"Trang 1. {text}") is None


@given(text=st.text(max_size=400))
def test_any_text_is_judged_alike_however_it_is_composed(text: str) -> None:
    assert find_marking(text) == find_marking(unicodedata.normalize("NFD", text))


@given(
    before=st.lists(st.sampled_from(["TỈNH ỦY CAO BẰNG", "*", "Số 05-BC/TU", ""]), max_size=4),
    mark=st.sampled_from(MARKED[:3]),
    frame=st.sampled_from(["{}", "| {} |", "[{}]", "* {} *", "  {}  "]),
)
def test_stamp_is_seen_wherever_it_stands_in_a_head(
    before: list[str], mark: tuple[str, str], frame: str
) -> None:
    text = "\n".join([*before, "", frame.format(mark[0]), "", BODY])
    found = find_marking(text)
    assert found is not None
    assert found.level == mark[1]
    assert len(found.line) <= LINE_LENGTH


DOCUMENT_KINDS = (
    *("nghị quyết", "nghị định", "quyết định", "chỉ thị", "quy chế", "quy định", "thông cáo"),
    *("thông báo", "hướng dẫn", "chương trình", "kế hoạch", "phương án", "đề án", "dự án"),
    *("báo cáo", "biên bản", "tờ trình", "hợp đồng", "công văn", "công điện", "bản ghi nhớ"),
    *("bản thỏa thuận", "giấy ủy quyền", "giấy mời", "giấy giới thiệu", "giấy nghỉ phép"),
    *("phiếu gửi", "phiếu chuyển", "phiếu báo", "thư công", "thư mời", "thư khen", "thư chúc mừng"),
    *("danh sách", "danh mục", "danh bạ", "lệnh", "lệnh điều động", "lệnh khám xét"),
    *("sự vụ lệnh", "thư ngỏ"),
)


@given(
    mark=st.sampled_from(["MẬT", "TỐI MẬT", "TUYỆT MẬT"]),
    kind=st.sampled_from(DOCUMENT_KINDS),
    case=st.sampled_from([str.upper, str.capitalize, str.title]),
    between=st.sampled_from(
        ["\n", "\n\n", "\n______\n", "\n──────\n", "\nSố: 12-BC/TU\n", " \r\n"]
    ),
    rest=st.sampled_from(["", " nội bộ", " NĂM 2024", " về công tác cán bộ", "\nvề công tác"]),
    form=st.sampled_from(["NFC", "NFD", "NFKD"]),
)
def test_mark_is_seen_above_every_kind_of_document(
    mark: str, kind: str, case: Callable[[str], str], between: str, rest: str, form: str
) -> None:
    text = unicodedata.normalize(form, f"{mark}{between}{case(kind)}")
    found = find_marking(text + unicodedata.normalize(form, rest))
    assert found is not None, text
    assert found.level == dict(zip(("MẬT", "TỐI MẬT", "TUYỆT MẬT"), LEVELS, strict=True))[mark]


@given(
    word=st.sampled_from(["mật báo", "mật thư", "bí mật", "mật ong", "mật lệnh", "mật danh"]),
    case=st.sampled_from([str.upper, str.lower, str.capitalize]),
    form=st.sampled_from(["NFC", "NFD"]),
)
def test_word_with_the_mark_in_it_is_none_on_one_line(
    word: str, case: Callable[[str], str], form: str
) -> None:
    assert find_marking(unicodedata.normalize(form, f"{case(word)}\n{BODY}")) is None


@given(text=st.text(max_size=300))
def test_what_is_found_stands_where_it_is_said_to(text: str) -> None:
    found = find_marking(f"{text}\n\nTỐI MẬT")
    if found is not None:
        assert found.line
        assert found.start >= 0
