"""Covers and title pages as they are set, with the title, body and date that they state."""

from __future__ import annotations

from typing import NamedTuple


class Cover(NamedTuple):
    name: str
    page: str
    says: dict[str, str]


COVERS: tuple[Cover, ...] = (
    Cover(
        "history of a party organisation",
        "BAN CHẤP HÀNH ĐẢNG BỘ HUYỆN HÀ QUẢNG\n\nLỊCH SỬ\nĐẢNG BỘ HUYỆN HÀ QUẢNG\n(1930 - 2010)\n\n"
        "NHÀ XUẤT BẢN CHÍNH TRỊ QUỐC GIA\nHÀ NỘI - 2019",
        {
            "title": "Lịch sử Đảng bộ huyện Hà Quảng (1930 - 2010)",
            "responsibility": "Ban Chấp hành Đảng bộ huyện Hà Quảng",
            "publisher": "Nhà xuất bản Chính trị quốc gia",
            "issued": "2019",
        },
    ),
    Cover(
        "committee under its province",
        "TỈNH ỦY CAO BẰNG\nBAN TUYÊN GIÁO\n*\nCÁC TƯỚNG LĨNH\nLỰC LƯỢNG VŨ TRANG\nTỈNH CAO BẰNG\n"
        "(Tài liệu tuyên truyền, giáo dục truyền thống)\nCao Bằng, tháng 7 năm 2025",
        {
            "title": "Các tướng lĩnh lực lượng vũ trang tỉnh Cao Bằng",
            "subtitle": "Tài liệu tuyên truyền, giáo dục truyền thống",
            "responsibility": "Ban Tuyên giáo Tỉnh ủy Cao Bằng",
            "issued": "7/2025",
        },
    ),
    Cover(
        "department under its people's committee",
        "ỦY BAN NHÂN DÂN TỈNH CAO BẰNG\nSỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH\n"
        "CHIẾN DỊCH THẬP VẠN ĐẠI SƠN\nCAO BẰNG - 2024",
        {
            "title": "Chiến dịch thập vạn đại sơn",
            "responsibility": "Sở Văn hóa, Thể thao và Du lịch tỉnh Cao Bằng",
            "issued": "2024",
        },
    ),
    Cover(
        "older tone placement and no marks lost",
        "SỞ VĂN HOÁ, THỂ THAO VÀ DU LỊCH TỈNH CAO BẰNG\nTRUYỆN DÂN GIAN\nTÀY - NÙNG CAO"
        " BẰNG\nNăm 2021",
        {
            "title": "Truyện dân gian Tày - Nùng Cao Bằng",
            "responsibility": "Sở Văn hoá, Thể thao và Du lịch tỉnh Cao Bằng",
            "issued": "2021",
        },
    ),
    Cover(
        "Roman number and a bracket",
        "ĐẢNG BỘ TỈNH CAO BẰNG\nTÀI LIỆU HỎI ĐÁP\nĐẠI HỘI ĐẢNG BỘ TỈNH LẦN THỨ XX\nLƯU HÀNH NỘI BỘ",
        {
            "title": "Tài liệu hỏi đáp Đại hội Đảng bộ tỉnh lần thứ XX".replace("Đại", "đại"),
            "responsibility": "Đảng bộ tỉnh Cao Bằng",
        },
    ),
    Cover(
        "state motto above",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nKỶ YẾU HỘI THẢO\n"
        "BÁC HỒ VỚI CAO BẰNG\nCao Bằng, ngày 28 tháng 1 năm 2021",
        {"title": "Kỷ yếu hội thảo Bác Hồ với Cao Bằng", "issued": "28/1/2021"},
    ),
    Cover(
        "bulletin",
        "BẢN TIN\nTUỔI TRẺ CAO BẰNG\nSố 3 - Tháng 9/2024",
        {"title": "Bản tin tuổi trẻ Cao Bằng", "issued": "9/2024"},
    ),
    Cover(
        "volume between title and years",
        "BỘ CHỈ HUY QUÂN SỰ TỈNH CAO BẰNG\nLỊCH SỬ LỰC LƯỢNG VŨ TRANG\nTỈNH CAO BẰNG\nTẬP II\n"
        "(1975 - 2020)\nNHÀ XUẤT BẢN QUÂN ĐỘI NHÂN DÂN\nHà Nội - 2022",
        {
            "title": "Lịch sử lực lượng vũ trang tỉnh Cao Bằng (1975 - 2020)",
            "responsibility": "Bộ Chỉ huy Quân sự tỉnh Cao Bằng",
            "publisher": "Nhà xuất bản Quân đội nhân dân",
            "issued": "2022",
        },
    ),
    Cover(
        "offices of persons are no title",
        "Chịu trách nhiệm xuất bản:\nTRƯỞNG BAN TUYÊN GIÁO TỈNH ỦY\nNGUYỄN VĂN A",
        {},
    ),
    # What must stay silent.
    Cover(
        "only a body and a year",
        "BAN TUYÊN GIÁO TỈNH ỦY CAO BẰNG\nNĂM 2022",
        {"responsibility": "Ban Tuyên giáo Tỉnh ủy Cao Bằng", "issued": "2022"},
    ),
    Cover("sentence with a year", "Chiến thắng Biên giới năm 1950\nSau năm 2024", {}),
    Cover(
        "small words", "Sổ tay\nSơ đồ các di tích\nHỏi nhanh, đáp gọn\nTrường Hà, bốn miền quê", {}
    ),
    Cover("contents", "MỤC LỤC\nLời nói đầu 3\nChương một 5", {}),
    Cover("report is no newspaper", "Báo cáo kết quả công tác\nBáo cáo viên", {}),
    Cover("single word", "TRANG", {}),
)
