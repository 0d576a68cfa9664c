"""Names that any Vietnamese imprint may hold: publishing houses, provinces, kinds of bodies."""

from __future__ import annotations

PUBLISHERS: tuple[str, ...] = (
    "Âm nhạc",
    "Bách khoa Hà Nội",
    "Báo cáo viên",
    "Chính trị quốc gia Sự thật",
    "Chính trị quốc gia",
    "Công an nhân dân",
    "Công Thương",
    "Dân trí",
    "Đà Nẵng",
    "Đại học Cần Thơ",
    "Đại học Huế",
    "Đại học Kinh tế Quốc dân",
    "Đại học Quốc gia Hà Nội",
    "Đại học Quốc gia Thành phố Hồ Chí Minh",
    "Đại học Sư phạm",
    "Đại học Thái Nguyên",
    "Đại học Vinh",
    "Đồng Nai",
    "Giao thông vận tải",
    "Giáo dục Việt Nam",
    "Giáo dục",
    "Hà Nội",
    "Hải Phòng",
    "Hàng hải",
    "Hồng Đức",
    "Hội Nhà văn",
    "Khoa học và Kỹ thuật",
    "Khoa học xã hội",
    "Khoa học tự nhiên và Công nghệ",
    "Kim Đồng",
    "Lao động",
    "Lao động - Xã hội",
    "Lý luận chính trị",
    "Mỹ thuật",
    "Nghệ An",
    "Nông nghiệp",
    "Phụ nữ Việt Nam",
    "Phụ nữ",
    "Phương Đông",
    "Quân đội nhân dân",
    "Sân khấu",
    "Tài chính",
    "Tài nguyên Môi trường và Bản đồ Việt Nam",
    "Thanh Hóa",
    "Thanh niên",
    "Thế giới",
    "Thể thao và Du lịch",
    "Thông tấn",
    "Thông tin và Truyền thông",
    "Thống kê",
    "Thuận Hóa",
    "Tôn giáo",
    "Tổng hợp Thành phố Hồ Chí Minh",
    "Tri thức",
    "Trẻ",
    "Từ điển bách khoa",
    "Tư pháp",
    "Văn hóa - Thông tin",
    "Văn hóa - Văn nghệ",
    "Văn hóa dân tộc",
    "Văn học",
    "Xây dựng",
    "Y học",
)

_PROVINCES = (
    "An Giang, Bà Rịa, Vũng Tàu, Bạc Liêu, Bắc Giang, Bắc Kạn, Bắc Ninh, Bến Tre, Bình Dương, "
    "Bình Định, Bình Phước, Bình Thuận, Cà Mau, Cao Bằng, Cần Thơ, Đà Nẵng, Đắk Lắk, Đắk Nông, "
    "Điện Biên, Đồng Nai, Đồng Tháp, Gia Lai, Hà Giang, Hà Nam, Hà Nội, Hà Tĩnh, Hải Dương, "
    "Hải Phòng, Hậu Giang, Hòa Bình, Hưng Yên, Khánh Hòa, Kiên Giang, Kon Tum, Lai Châu, "
    "Lạng Sơn, Lào Cai, Lâm Đồng, Long An, Nam Định, Nghệ An, Ninh Bình, Ninh Thuận, Phú Thọ, "
    "Phú Yên, Quảng Bình, Quảng Nam, Quảng Ngãi, Quảng Ninh, Quảng Trị, Sóc Trăng, Sơn La, "
    "Tây Ninh, Thái Bình, Thái Nguyên, Thanh Hóa, Thừa Thiên Huế, Tiền Giang, Trà Vinh, "
    "Tuyên Quang, Vĩnh Long, Vĩnh Phúc, Yên Bái"
)

_OTHERS = (
    "Việt Nam; Việt Bắc; Đông Bắc; Tây Bắc; Đông Dương; Hồ Chí Minh; Bác Hồ; Võ Nguyên Giáp; Đảng; "
    "Đảng bộ; Đảng ủy; Đảng Cộng sản Việt Nam; Đoàn Thanh niên; Tổ quốc; Quốc hội; Nhà nước; "
    "Chính phủ; Tỉnh ủy; Tỉnh đoàn; Huyện ủy; Thành ủy; Ban Tuyên giáo; Ban Tuyên giáo và Dân vận; "
    "Ban Thường vụ; Ban Chấp hành; Ban Chỉ đạo; Ban Dân vận; Ban Tổ chức; Ban Quản lý; "
    "Ủy ban nhân dân; Ủy ban Mặt trận Tổ quốc; Hội đồng nhân dân; Mặt trận Tổ quốc; "
    "Bộ Chỉ huy Quân sự; Bộ đội Biên phòng; Bộ Văn hóa, Thể thao và Du lịch; "
    "Bộ Giáo dục và Đào tạo; Bộ Thông tin và Truyền thông; Hội Cựu chiến binh; "
    "Hội Liên hiệp Phụ nữ; Hội Nông dân; Liên đoàn Lao động; Liên hiệp các tổ chức hữu nghị; "
    "Sở Văn hóa, Thể thao và Du lịch; Sở Văn hóa và Thể thao; Sở Giáo dục và Đào tạo; "
    "Sở Thông tin và Truyền thông; Sở Khoa học và Công nghệ; Sở Nội vụ; UNESCO; TNHH; MTV; CP; "
    "UBND; HĐND; MTTQ; TP; Lào; Trung Quốc; Cách mạng tháng Tám; Điện Biên Phủ; Tày; Nùng; Mông; "
    "đảng viên; chống Mỹ; chống Pháp; Đội Việt Nam Tuyên truyền Giải phóng quân; Giải phóng quân; "
    "Mặt trận Việt Minh; Việt Minh; Ba Đình; Trường Sơn"
)

PRINTERS_WORDS: tuple[tuple[str, ...], ...] = (
    ("In",),
    ("Cổ", "phần"),
    ("Thương", "mại"),
    ("Dịch", "vụ"),
    ("Bao", "bì"),
)

# Each as its words, without the commas inside a name.
NAMES: tuple[tuple[str, ...], ...] = (
    *(tuple(name.split()) for name in _PROVINCES.split(", ")),
    *(tuple(name.replace(",", "").split()) for name in _OTHERS.split("; ")),
)

# After these the next two syllables name a place, unless one of them is a common word.
PLACE_KINDS = frozenset({"tỉnh", "huyện", "xã", "phường", "quận", "châu", "bản", "làng", "xóm"})
_NO_PLACE = (
    "hội ủy đoàn lần nhà và với trong ta năm từ thời giai kỳ qua là có các của đến về tin đồ"
    " viết cáo đội số thứ cũ mới"
)
_SURNAMES = (
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý nông bế đàm"
    " triệu lục hà đinh chu mã lương vi tô mạc"
)
_MIDDLE_NAMES = (
    "văn thị đình hữu đức xuân quang minh ngọc thanh công như viết huy quốc trọng nguyên bá"
    " thế duy kim"
)
# Words that running text often begins with a capital and that are no names by themselves.
_COMMON = (
    "tỉnh huyện xã phường quận thành thị trấn phố thôn bản làng xóm ban sở ủy bộ hội đoàn trường"
    " phòng viện trung tâm công ty nhà chương phần bài mục trang số ngày tháng năm quý đồng chí"
    " chi cục khu đại học cao đẳng giấy phép"
)
NO_PLACE, SURNAMES, MIDDLE_NAMES, COMMON = (
    frozenset(words.split()) for words in (_NO_PLACE, _SURNAMES, _MIDDLE_NAMES, _COMMON)
)
