"""Imprints as Vietnamese print shops set them, with everything that may be guessed of each.

The lines are made up after real layouts; numbers are plainly made up (zeros, small numbers), apart
from the lines that the project's facts quote. What is not listed must not be guessed.
"""

from __future__ import annotations

from typing import NamedTuple


class Imprint(NamedTuple):
    """`page` is the text of an imprint page; `says` every guess that is right."""

    name: str
    page: str
    says: dict[str, str]


IMPRINTS: tuple[Imprint, ...] = (
    # Single statements, as the facts quote them.
    Imprint(
        "ĐKKHXB",
        "Giấy chấp nhận ĐKKHXB số 1711-2021/CXBIPH/05-130/HN",
        {"licence_number": "1711-2021/CXBIPH/05-130/HN"},
    ),
    Imprint(
        "QĐXB with its date",
        "QĐXB số 1155/QĐ-HN do Nhà xuất bản Hà Nội cấp ngày 1/6/2021",
        {"licence_number": "1155/QĐ-HN", "issued": "2021"},
    ),
    Imprint(
        "quarter",
        "In xong và nộp lưu chiểu quý III năm 2024",
        {"issued": "2024", "legal_deposit": "quý III năm 2024"},
    ),
    Imprint(
        "print run and size",
        "In 1000 cuốn, khổ 14,5 x 20,5 cm, tại Công ty TNHH In Hoa Mai",
        {
            "print_run": "1000 cuốn",
            "dimensions": "14,5 x 20,5 cm",
            "printer": "Công ty TNHH In Hoa Mai",
        },
    ),
    Imprint("ISBN alone", "ISBN: 978-632-622-303-3", {"isbn": "978-632-622-303-3"}),
    Imprint("ISBN without label", "978-632-622-303-3", {"isbn": "978-632-622-303-3"}),
    Imprint("GPXB", "Giấy phép xuất bản số 12/GP-STTTT", {"licence_number": "12/GP-STTTT"}),
    Imprint("GPXB short", "GPXB số: 7/GP-SVHTTDL", {"licence_number": "7/GP-SVHTTDL"}),
    Imprint("run of copies", "In 1.000 bản", {"print_run": "1000 bản"}),
    Imprint("amount in", "Số lượng in: 500 cuốn", {"print_run": "500 cuốn"}),
    Imprint("size with multiplication sign", "Khổ: 16 × 24 cm", {"dimensions": "16 x 24 cm"}),
    # Non-commercial publications of a province.
    Imprint(
        "non-commercial, one sentence",
        "Giấy phép xuất bản tài liệu không kinh doanh số 25/GP-STTTT do Sở Thông tin và Truyền "
        "thông\ntỉnh Cao Bằng cấp ngày 15 tháng 7 năm 2024.",
        {"licence_number": "25/GP-STTTT", "issued": "2024"},
    ),
    Imprint(
        "non-commercial, whole",
        "Chịu trách nhiệm xuất bản:\nBAN TUYÊN GIÁO TỈNH ỦY CAO BẰNG\n"
        "In 500 cuốn, khổ 14,5 x 20,5 cm. In tại Công ty Cổ phần In Việt Lập Cao Bằng\n"
        "Giấy phép xuất bản số: 03/GP-STTTT do Sở Thông tin và Truyền thông cấp ngày 05/3/2024\n"
        "In xong và nộp lưu chiểu tháng 4 năm 2024",
        {
            "responsibility": "Ban Tuyên giáo Tỉnh ủy Cao Bằng",
            "print_run": "500 cuốn",
            "dimensions": "14,5 x 20,5 cm",
            "printer": "Công ty Cổ phần In Việt Lập Cao Bằng",
            "licence_number": "03/GP-STTTT",
            "issued": "4/2024",
            "legal_deposit": "4/2024",
        },
    ),
    Imprint(
        "content answered for by a department",
        "Chịu trách nhiệm nội dung: Sở Văn hóa, Thể thao và Du lịch tỉnh Cao Bằng\n"
        "Biên tập: Phòng Quản lý văn hóa\nGPXB số 9/GP-SVHTTDL cấp ngày 2-12-2025\n"
        "Số lượng: 2.000 tờ gấp, khổ 21 x 29,7cm",
        {
            "responsibility": "Sở Văn hóa, Thể thao và Du lịch tỉnh Cao Bằng",
            "licence_number": "9/GP-SVHTTDL",
            "issued": "2025",
            "print_run": "2000 tờ gấp",
            "dimensions": "21 x 29,7 cm",
        },
    ),
    Imprint(
        "two statements on a line",
        "GPXB số 10/GP-STTTT ngày 8/8/2022. In xong và nộp lưu chiểu quý 4 năm 2022.",
        {
            "licence_number": "10/GP-STTTT",
            "issued": "2022",
            "legal_deposit": "quý IV năm 2022",
        },
    ),
    Imprint(
        "licence of the department of culture",
        "Giấy phép xuất bản số 100/GP-SVHTT do Sở Văn hóa và Thể thao cấp ngày 30.9.2025",
        {"licence_number": "100/GP-SVHTT", "issued": "2025"},
    ),
    Imprint(
        "bulletin",
        "Giấy phép xuất bản bản tin số 05/GP-XBBT ngày 20/01/2023",
        {"licence_number": "05/GP-XBBT", "issued": "2023"},
    ),
    Imprint(
        "licence wrapped after số",
        "Giấy phép xuất bản tài liệu\nkhông kinh doanh số\n14/GP-STTTT do Sở TT&TT cấp",
        {"licence_number": "14/GP-STTTT"},
    ),
    Imprint(
        "licence with year",
        "Giấy phép xuất bản số: 33/2024/GP-STTTT",
        {"licence_number": "33/2024/GP-STTTT"},
    ),
    Imprint(
        "bare number",
        "Giấy phép xuất bản số 45 do Sở Thông tin và Truyền thông cấp ngày 1/9/2020",
        {"licence_number": "45", "issued": "2020"},
    ),
    Imprint(
        "unit that carries out",
        "Đơn vị thực hiện: Bảo tàng tỉnh Cao Bằng\nĐơn vị in: Xưởng in Báo Cao Bằng\n"
        "Số lượng: 300 bộ",
        {
            "responsibility": "Bảo tàng tỉnh Cao Bằng",
            "printer": "Xưởng in Báo Cao Bằng",
            "print_run": "300 bộ",
        },
    ),
    # Publishing houses.
    Imprint(
        "house, whole",
        "NHÀ XUẤT BẢN HỘI NHÀ VĂN\n65 Nguyễn Du - Hà Nội\nTel: 024.38222135\n\n"
        "Chịu trách nhiệm xuất bản\nGiám đốc - Tổng Biên tập\nNGUYỄN VĂN A\n\n"
        "Biên tập: Trần Thị B\nTrình bày bìa: Lê Văn C\nSửa bản in: Nông Thị D\n\n"
        "In 1.000 cuốn, khổ 14,5x20,5cm tại Công ty TNHH In và Thương mại Hoa Sen.\n"
        "Địa chỉ: Số 1, ngõ 2, Hà Nội.\n"
        "Số xác nhận ĐKXB: 0001-2024/CXBIPH/01-02/HNV\n"
        "Quyết định xuất bản số: 12/QĐ-NXBHNV, cấp ngày 10/07/2024.\n"
        "Mã ISBN: 978-604-000-000-2\nIn xong và nộp lưu chiểu năm 2024.",
        {
            "publisher": "Nhà xuất bản Hội Nhà văn",
            "printer": "Công ty TNHH In và Thương mại Hoa Sen",
            "printer_place": "Số 1, ngõ 2, Hà Nội",
            "print_run": "1000 cuốn",
            "dimensions": "14,5 x 20,5 cm",
            "licence_number": "0001-2024/CXBIPH/01-02/HNV",
            "isbn": "978-604-000-000-2",
            "issued": "2024",
            "legal_deposit": "2024",
        },
    ),
    Imprint(
        "label over its value",
        "Chịu trách nhiệm xuất bản\nNGUYỄN VĂN A\nTrình bày bìa\nLÊ THỊ B\n"
        "NHÀ XUẤT BẢN NÔNG NGHIỆP\nIn 516 bản khổ (15 x 21)cm tại Công ty Cổ phần In số 1."
        " Giấy chấp\n"
        "nhận ĐKĐT số 850-2006/CXB/35-170/NN do Cục Xuất bản cấp ngày\n14/11/2006. "
        "In xong và nộp lưu chiểu quý I/2007.",
        {
            "publisher": "Nhà xuất bản Nông nghiệp",
            "print_run": "516 bản",
            "dimensions": "15 x 21 cm",
            "printer": "Công ty Cổ phần In số 1",
            "licence_number": "850-2006/CXB/35-170/NN",
            "issued": "2007",
            "legal_deposit": "quý I năm 2007",
        },
    ),
    Imprint(
        "the same, as recognition gave it",
        "Chịu trách nhiệm xuất bản\nNGUYÊN VĂN A\nTrinh bày bìa\nLÊ THỊ B\n"
        "NHÀ XUAT BAN NÔNG NGHIÊP\nIn 5l6 bản khổ (l5 x 2l)cm tai Công ty Cổ phân in số 1."
        " Giấy chấp\n"
        "nhận DKDT số 85O-2006/CXB/35-l70/NN do Cục xuất bản cấp ngày\n14/11/2006. "
        "In xong và nộp lưu chiều quý 1/2007.",
        {
            "publisher": "Nhà xuất bản Nông nghiệp",
            "print_run": "516 bản",
            "dimensions": "15 x 21 cm",
            "printer": "Công ty Cổ phân in số 1",
            "licence_number": "850-2006/CXB/35-170/NN",
            "issued": "2007",
            "legal_deposit": "quý I năm 2007",
        },
    ),
    Imprint(
        "textbook house",
        "Số xác nhận đăng ký xuất bản: 0002-2024/CXBIPH/3-98/ĐHKTQD.\n"
        "Mã số ISBN: 978-604-000-000-2.\n"
        "Quyết định xuất bản số: 264 /QĐ-NXBĐHKTQD, Cấp ngày\n10/07/2024.\n"
        "In xong và nộp lưu chiểu quý III năm 2024.",
        {
            "licence_number": "0002-2024/CXBIPH/3-98/ĐHKTQD",
            "isbn": "978-604-000-000-2",
            "issued": "2024",
            "legal_deposit": "quý III năm 2024",
        },
    ),
    Imprint(
        "house in the decision",
        "Biên tập: Nguyễn Văn A\nQĐXB số 01/QĐ-NXBTT của Giám đốc Nhà xuất bản Thông tin và "
        "Truyền thông\nngày 12/11/2024",
        {
            "publisher": "Nhà xuất bản Thông tin và Truyền thông",
            "licence_number": "01/QĐ-NXBTT",
            "issued": "2024",
        },
    ),
    Imprint(
        "house over two lines",
        "NHÀ XUẤT BẢN\nCHÍNH TRỊ QUỐC GIA SỰ THẬT\nSố 6/86 phố Duy Tân\n"
        "Chịu trách nhiệm xuất bản:\nNGUYỄN VĂN A\nBiên tập nội dung: TRẦN B",
        {"publisher": "Nhà xuất bản Chính trị quốc gia Sự thật"},
    ),
    Imprint(
        "house with a dash",
        "Nhà xuất bản Chính trị quốc gia - Sự thật\nĐọc sách mẫu: LÊ C\nISBN: 978-604-000-000-2",
        {"publisher": "Nhà xuất bản Chính trị quốc gia Sự thật", "isbn": "978-604-000-000-2"},
    ),
    Imprint(
        "registration only",
        "Đăng ký KHXB số 0003-2023/CXBIPH/5-21/VHDT\nIn xong, nộp lưu chiểu quý II/2023",
        {
            "licence_number": "0003-2023/CXBIPH/5-21/VHDT",
            "issued": "2023",
            "legal_deposit": "quý II năm 2023",
        },
    ),
    Imprint(
        "Số ĐKXB",
        "Số ĐKXB: 0004-2022/CXBIPH/10-05/KĐ\nNộp lưu chiểu quý IV năm 2022",
        {
            "licence_number": "0004-2022/CXBIPH/10-05/KĐ",
            "issued": "2022",
            "legal_deposit": "quý IV năm 2022",
        },
    ),
    Imprint(
        "printer over two lines",
        "Biên tập: A\nIn tại Công ty Trách nhiệm hữu hạn một thành viên\nIn Quân đội 1, địa chỉ: "
        "Km 13, Sơn Đồng\nSố lượng: 800 cuốn",
        {
            "printer": "Công ty Trách nhiệm hữu hạn một thành viên In Quân đội 1",
            "printer_place": "Km 13, Sơn Đồng",
            "print_run": "800 cuốn",
        },
    ),
    Imprint(
        "printer under its label",
        "Sửa bản in: A\nIn tại:\nCông ty CP In Hồng Hà\nSố lượng 1200 bản",
        {"printer": "Công ty CP In Hồng Hà", "print_run": "1200 bản"},
    ),
    Imprint(
        "printer in capitals",
        "CHẾ BẢN: TỔ KỸ THUẬT\nIN TẠI: CÔNG TY CỔ PHẦN IN CAO BẰNG\nSỐ LƯỢNG: 500 CUỐN\n"
        "KHỔ 19 X 27 CM",
        {
            "printer": "Công ty Cổ phần In Cao Bằng",
            "print_run": "500 cuốn",
            "dimensions": "19 x 27 cm",
        },
    ),
    Imprint(
        "nth printing",
        "In lần thứ hai, 2000 cuốn, khổ 13 x 19 cm. ISBN 978-604-000-000-2",
        {
            "print_run": "2000 cuốn",
            "dimensions": "13 x 19 cm",
            "isbn": "978-604-000-000-2",
        },
    ),
    Imprint(
        "millimetres",
        "Biên tập: A\nKhổ 170 x 240 mm, in 350 quyển\nGPXB 5/GP-STTTT",
        {
            "dimensions": "170 x 240 mm",
            "print_run": "350 quyển",
            "licence_number": "5/GP-STTTT",
        },
    ),
    Imprint(
        "sheet size",
        "Chịu trách nhiệm nội dung: Tỉnh đoàn Cao Bằng\nKhổ A4. Số lượng 100 bản",
        {
            "responsibility": "Tỉnh đoàn Cao Bằng",
            "dimensions": "A4",
            "print_run": "100 bản",
        },
    ),
    Imprint(
        "ISBN of ten",
        "ISBN 0-000-00000-0\nBiên tập: A",
        {"isbn": "0-000-00000-0"},
    ),
    Imprint("ISBN unhyphenated", "ISBN 9786040000002", {"isbn": "9786040000002"}),
    Imprint(
        "ISBN with blanks and l for 1",
        "lSBN: 978 604 000 0l2 5",
        {"isbn": "978-604-000-012-5"},
    ),
    Imprint("ISBN with a wrong check digit", "ISBN: 978-604-000-000-1", {}),
    Imprint(
        "legal deposit to the day",
        "Nộp lưu chiểu ngày 15/7/2025. GPXB số 2/GP-STTTT",
        {
            "issued": "15/7/2025",
            "legal_deposit": "15/7/2025",
            "licence_number": "2/GP-STTTT",
        },
    ),
    Imprint(
        "legal deposit month by number",
        "In xong và nộp lưu chiểu 9/2023",
        {"issued": "9/2023", "legal_deposit": "9/2023"},
    ),
    Imprint(
        "legal deposit over a line end",
        "In xong và nộp\nlưu chiểu quý\nII năm 2020",
        {"issued": "2020", "legal_deposit": "quý II năm 2020"},
    ),
    Imprint(
        "blanks everywhere",
        "In   1 000   cuốn ,  khổ  14,5  x  20,5  cm\nIn  xong  và  nộp  lưu  chiểu  quý  I "
        "  năm  2021",
        {
            "print_run": "1000 cuốn",
            "dimensions": "14,5 x 20,5 cm",
            "issued": "2021",
            "legal_deposit": "quý I năm 2021",
        },
    ),
    Imprint(
        "no marks at all",
        "Giay phep xuat ban so 8/GP-STTTT\nIn 700 cuon, kho 15x22 cm\nIn xong va nop luu chieu quy "
        "II nam 2024",
        {
            "licence_number": "8/GP-STTTT",
            "print_run": "700 cuốn",
            "dimensions": "15 x 22 cm",
            "issued": "2024",
            "legal_deposit": "quý II năm 2024",
        },
    ),
    Imprint(
        "o and l for digits",
        "Giấy phép xuất bản số l2/GP-STTTT\nIn lOOO cuốn, khổ l4,5 x 2O,5 cm",
        {
            "licence_number": "12/GP-STTTT",
            "print_run": "1000 cuốn",
            "dimensions": "14,5 x 20,5 cm",
        },
    ),
    Imprint(
        "older tone placement",
        "Chịu trách nhiệm xuất bản: Sở Văn hoá và Thể thao\nGiấy phép xuất bản số 1/GP-SVHTT\n"
        "In tại Công ty In Hoà Bình",
        {
            "responsibility": "Sở Văn hoá và Thể thao",
            "licence_number": "1/GP-SVHTT",
            "printer": "Công ty In Hoà Bình",
        },
    ),
    Imprint(
        "bilingual",
        "Chịu trách nhiệm nội dung / Content: Ban Quản lý Công viên địa chất\n"
        "Giấy phép xuất bản số / Licence No. 6/GP-STTTT\nISBN: 978-604-000-000-2",
        {"licence_number": "6/GP-STTTT", "isbn": "978-604-000-000-2"},
    ),
    Imprint(
        "everything on one line",
        "Khổ: 14,5 x 20,5 cm; Số lượng in: 1.500 cuốn; In tại: Công ty TNHH In Ánh Sao; GPXB số "
        "21/GP-STTTT ngày 3/2/2024; Nộp lưu chiểu: quý I/2024",
        {
            "dimensions": "14,5 x 20,5 cm",
            "print_run": "1500 cuốn",
            "printer": "Công ty TNHH In Ánh Sao",
            "licence_number": "21/GP-STTTT",
            "issued": "2024",
            "legal_deposit": "quý I năm 2024",
        },
    ),
    Imprint(
        "body over a bracketed address",
        "Chịu trách nhiệm xuất bản: Ủy ban nhân dân xã Trường Hà (Cao Bằng)\nIn 200 tờ",
        {"responsibility": "Ủy ban nhân dân xã Trường Hà", "print_run": "200 tờ"},
    ),
    Imprint(
        "organiser of the manuscript",
        "Tổ chức bản thảo: Hội Văn học Nghệ thuật tỉnh Cao Bằng\nSửa bản in: A\nIn 450 bản",
        {
            "responsibility": "Hội Văn học Nghệ thuật tỉnh Cao Bằng",
            "print_run": "450 bản",
        },
    ),
    Imprint(
        "newspaper",
        "Giấy phép hoạt động báo chí số 100/GP-BTTTT ngày 1/3/2022\nIn tại Xưởng in Báo Cao Bằng",
        {
            "licence_number": "100/GP-BTTTT",
            "issued": "2022",
            "printer": "Xưởng in Báo Cao Bằng",
        },
    ),
    Imprint(
        "house number on the next line",
        "In 300 cuốn, khổ 20,5 x 29,5cm, tại Xí nghiệp in Cao Bằng\n"
        "Số nhà 12, phố Xuân Trường\nGiấy phép xuất bản số: 20/GP-XBTL, cấp ngày 12/5/2021.",
        {
            "print_run": "300 cuốn",
            "dimensions": "20,5 x 29,5 cm",
            "printer": "Xí nghiệp in Cao Bằng",
            "printer_place": "Số nhà 12, phố Xuân Trường",
            "licence_number": "20/GP-XBTL",
            "issued": "2021",
        },
    ),
    Imprint(
        "run without its verb",
        "1OO0 cuốn khổ 14.5 x 20.5cm in tại Nhà in Hoa Mai. Giấy phép số 17/GP-STTTT cấp ngày "
        "17/02/2025",
        {
            "print_run": "1000 cuốn",
            "dimensions": "14,5 x 20,5 cm",
            "printer": "Nhà in Hoa Mai",
            "licence_number": "17/GP-STTTT",
            "issued": "2025",
        },
    ),
    Imprint(
        "bilingual run",
        "Print run: 1,000 copies / Số lượng in: 1,000 bản. ISBN: 978-604-000-000-2 (bộ)",
        {"print_run": "1000 bản", "isbn": "978-604-000-000-2"},
    ),
    Imprint(
        "address after a full stop",
        "Số đăng ký xuất bản: 0005-2019/CXBIPH/15-67/CTQG. Nộp lưu chiểu: tháng 9 năm 2019.\n"
        "In 1.020 cuốn, khổ 16x24cm, tại Công ty cổ phần Thương mại in Phương Nam\n"
        "Địa chỉ: 16/7 Đội Cung, phường 9, thành phố Hồ Chí Minh",
        {
            "licence_number": "0005-2019/CXBIPH/15-67/CTQG",
            "issued": "9/2019",
            "legal_deposit": "9/2019",
            "print_run": "1020 cuốn",
            "dimensions": "16 x 24 cm",
            "printer": "Công ty cổ phần Thương mại in Phương Nam",
            "printer_place": "16/7 Đội Cung, phường 9, thành phố Hồ Chí Minh",
        },
    ),
    # What looks like an imprint and is not.
    Imprint(
        "running text about copies", "Năm ấy báo đã in 1000 cuốn sách nhỏ gửi ra chiến khu.", {}
    ),
    Imprint("running text at a line start", "Các cơ sở\nin 500 bản truyền đơn mỗi đêm.", {}),
    Imprint(
        "licence of a website's owner",
        "Giấy xác nhận Đăng ký hoạt động phát hành xuất bản phẩm điện tử số 8132/XN-CXBIPH",
        {},
    ),
    Imprint("building licence", "Căn cứ Giấy phép xây dựng số 12/GPXD ngày 1/2/2020 của huyện", {}),
    Imprint("driving licence", "Giấy phép lái xe số 123456 cấp ngày 1/1/2020", {}),
    Imprint(
        "bibliography",
        "1. Lịch sử Đảng bộ tỉnh Cao Bằng,\nNxb. Chính trị quốc gia, Hà Nội, 2011, tr. 25.\n"
        "2. Hồi ký,\nNxb Quân đội nhân dân, H., 2004.",
        {},
    ),
    Imprint("a phone number", "Điện thoại: 0206 385 2000\nSố: 978/QĐ-UBND ngày 604", {}),
    Imprint("decision of the province", "Quyết định số 1155/QĐ-UBND ngày 1/6/2021", {}),
    Imprint("paper of a size", "Giấy khổ lớn treo ở nhà văn hóa, khổ cực thật nhiều", {}),
    Imprint("size without sense", "Khổ 1 x 2 cm", {}),
    Imprint("printed at a place", "Bản đồ in tại Cao Bằng năm 1952 còn giữ ở bảo tàng.", {}),
    Imprint("responsible in a sentence", "Ban Tuyên giáo chịu trách nhiệm nội dung buổi lễ.", {}),
    Imprint("a person answers", "Chịu trách nhiệm xuất bản: NGUYỄN VĂN A\nBiên tập: TRẦN B", {}),
    Imprint("quarter of a report", "Báo cáo kết quả công tác quý III năm 2024", {}),
    Imprint("impossible date", "Nộp lưu chiểu ngày 45/17/2024", {}),
    Imprint("number of members", "Số lượng: 1000 hội viên; số lượng 300 bản đăng ký tham gia", {}),
)
