"""Names that a form offers without insisting on them. They are values of records, which are
Vietnamese whatever the reader's language."""

from __future__ import annotations

# For whom a publication is meant, as the archive's records call them. Offered, not enforced.
AUDIENCES: tuple[str, ...] = (
    "Chi bộ",
    "Cán bộ, đảng viên",
    "Cán bộ tuyên giáo",
    "Đoàn viên, thanh niên",
    "Hội viên phụ nữ",
    "Cựu chiến binh",
    "Lực lượng vũ trang",
    "Nông dân",
    "Công nhân, công chức",
    "Nhân dân",
    "Khách tham quan",
    "Giáo viên",
    "Phụ huynh",
    "Trẻ mầm non",
    "Học sinh tiểu học",
    "Học sinh THCS",
    "Học sinh THPT",
    "Học viên giáo dục thường xuyên",
    "Sinh viên",
)

GRADES: tuple[str, ...] = tuple(str(grade) for grade in range(1, 13))

# School subjects and activities of the curriculum of 2018 in which local publications are used,
# from primary school upward. Offered, not enforced.
SUBJECTS: tuple[str, ...] = (
    "Hoạt động trải nghiệm",
    "Đạo đức",
    "Tự nhiên và Xã hội",
    "Lịch sử và Địa lí",
    "Tiếng Việt",
    "Tiếng dân tộc thiểu số",
    "Âm nhạc",
    "Mĩ thuật",
    "Nội dung giáo dục của địa phương",
    "Hoạt động trải nghiệm, hướng nghiệp",
    "Giáo dục công dân",
    "Ngữ văn",
    "Nghệ thuật (Âm nhạc, Mĩ thuật)",
    "Lịch sử",
    "Địa lí",
    "Giáo dục kinh tế và pháp luật",
    "Giáo dục quốc phòng và an ninh",
)
