"""Every kind of page in every look, as pictures to look at."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
import typst
from playwright.sync_api import expect
from sqlalchemy import select

from archive.core.roles import SYSTEM, Role
from archive.extract.recognition import recognition_available
from archive.models import Publication
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, ROOT, make_pdf, make_user, missing
from tests.journeys.conftest import sign_in
from tests.journeys.looks import at_each_width, take_picture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled(site, tmp_path_factory):
    """A few publications, read to the end, and an account of each role."""
    with site.holdings.database.writing() as session:
        if find_unit(session, "tinh-doan") is None:
            create_unit(session, UnitInput(code="tinh-doan", name="Tỉnh đoàn"), by=SYSTEM)
        session.commit()
    folder = tmp_path_factory.mktemp("an-pham")
    for number, title in enumerate(("Ữ Ặ Ỗ: chữ nhiều dấu", "Đường về Pác Bó", "Non nước"), 1):
        pages = [f"{title}, trang {page}: Cao Bằng quê hương cách mạng" for page in range(1, 4)]
        (folder / f"{title.replace(':', '')}.pdf").write_bytes(make_pdf(*pages, title=title))
        assert number
    done = site.flask("import", str(folder), "--unit", "tinh-doan", "--wait")
    assert done.returncode == 0, done.stderr
    users = {
        role: make_user(
            site.holdings,
            role,
            email=f"anh-{role.value}@example.org",
            unit="tinh-doan" if role is Role.DEPOSITOR else None,
        )
        for role in (Role.DEPOSITOR, Role.CURATOR, Role.ADMIN)
    }
    with site.holdings.database.reading() as session:
        titled = session.query(Publication).filter_by(title="Đường về Pác Bó")
        publication = titled.order_by(Publication.added_at.desc()).first()
        assert publication is not None
        return {"users": users, "id": publication.id}


@at_each_width
def test_pages_fit_their_width(filled, open_page, look):
    publication = f"/an-pham/{filled['id']}"
    screens = {
        None: {
            "home": "/",
            "search": "/tim-kiem?q=cach+mang",
            "nothing": "/tim-kiem?q=khongcogihet",
            "browse": "/duyet",
            "chosen": "/duyet?unit=tinh-doan",
            "publication": publication,
            "reader": f"{publication}/trang/2?q=que+huong",
            "sign-in": "/dang-nhap",
            "guide": "/huong-dan",
        },
        Role.DEPOSITOR: {"deposit": "/nop", "mine": "/cua-toi"},
        Role.ADMIN: {
            "queue": "/duyet-nop?tinh-trang=accepted",
            "admin": "/quan-tri",
            "users": "/quan-tri/nguoi-dung",
            "units": "/quan-tri/don-vi",
            "intake": "/quan-tri/tiep-nhan",
        },
    }
    for role, pages in screens.items():
        page = open_page(width=look.width, dark=look.dark)
        if role is not None:
            sign_in(page, filled["users"][role], PASSWORD)
        for name, path in pages.items():
            page.goto(path)
            take_picture(page, name, look)


BOOK = [
    "NGHỀ RÈN PHÚC SEN",
    *(
        f"""Chương {number}. Buổi sáng ở xóm rèn, tiếng búa vang từ nhà này sang nhà khác.
Người thợ nhóm lò, thổi bễ, nung thanh thép đến khi đỏ hồng rồi đặt lên đe.
Mỗi con dao phải qua hàng chục lần nung và đập mới thành hình, mới bền và sắc.
Hàng của xóm theo các phiên chợ đi khắp vùng, lần thứ {number} trong tháng."""
        for number in range(1, 5)
    ),
]
IMPRINT = """SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH TỈNH CAO BẰNG
ĐƯỜNG VỀ PÁC BÓ
Cao Bằng, tháng 7 năm 2025\f
In 1000 cuốn, khổ 14,5 x 20,5 cm
Giấy phép xuất bản số 12/GP-SVHTTDL ngày 1/6/2025
In xong và nộp lưu chiểu quý III năm 2025\f
Buổi sáng, từ Pác Bó nhìn ra đường về."""


def printed(*pages: str) -> bytes:
    """A PDF of these texts in a reading size."""
    source = "#set page(width: 148mm, height: 210mm)\n#set text(size: 12pt)\n"
    made = typst.compile((source + "\n#pagebreak()\n".join(pages)).encode())
    assert isinstance(made, bytes)
    return made


def scan_of(*pages: str) -> bytes:
    """A PDF whose pages are pictures of these texts, as a scanner sends them."""
    with pypdfium2.PdfDocument(printed(*pages)) as document:
        first, *others = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
    made = io.BytesIO()
    first.save(made, "PDF", save_all=True, append_images=others, resolution=200)
    return made.getvalue()


@pytest.fixture(scope="module")
def troubled(site, filled, tmp_path_factory):
    """Deposits that want a curator's eye: `code` → its identifier."""
    found = recognition_available(ROOT / "node_modules")
    if not found.is_ok:
        missing(found.detail)
    folder = tmp_path_factory.mktemp("can-xem")
    titles = {
        "marked": "Báo cáo thử nghiệm",
        "scan": "Nghề rèn Phúc Sen",
        "alike": "Nghề rèn, bản in",
    }
    files = {
        "marked": scan_of("TỐI MẬT\n\n\nBÁO CÁO\nVề việc thử máy nhận tệp"),
        "scan": scan_of(*BOOK[1:]),
        "alike": printed(*BOOK),
    }
    for code, data in files.items():
        (folder / f"{titles[code]}.pdf").write_bytes(data)
    done = site.flask("import", str(folder), "--unit", "tinh-doan", "--wait")
    assert done.returncode == 0, done.stderr
    with site.holdings.database.reading() as session:
        return {
            code: session.scalars(select(Publication.id).where(Publication.title == title)).one()
            for code, title in titles.items()
        }


@pytest.mark.slow
@at_each_width
def test_pages_that_want_an_eye_fit_their_width(filled, troubled, open_page, look):
    page = open_page(width=look.width, dark=look.dark)
    sign_in(page, filled["users"][Role.CURATOR], PASSWORD)
    page.goto(f"/an-pham/{troubled['marked']}")
    expect(page.get_by_text("Có dấu mật, trang 1: “TỐI MẬT”.")).to_be_visible()
    take_picture(page, "marking", look)
    page.goto(f"/an-pham/{troubled['scan']}")
    expect(page.get_by_role("heading", name="Có thể trùng")).to_be_visible()
    take_picture(page, "likeness", look)
    page.goto(f"/an-pham/{troubled['scan']}/trang/2?q=lò")
    assert page.locator(".sheet__marks rect").count() == 1
    if look.width < 1200:
        page.get_by_role("button", name="Chữ", exact=True).click()
    page.get_by_text("Trang này được đọc thế nào").click()
    expect(page.get_by_text("máy nhận dạng từ ảnh trang")).to_be_visible()
    take_picture(page, "recognised", look)
    page.goto("/quan-tri/tiep-nhan")
    take_picture(page, "intake-curator", look)


@at_each_width
def test_deposit_with_files_and_guesses_fits_its_width(filled, open_page, look):
    page = open_page(width=look.width, dark=look.dark)
    sign_in(page, filled["users"][Role.DEPOSITOR], PASSWORD)
    page.goto("/nop")
    page.get_by_label("Tệp của ấn phẩm").set_input_files(
        [
            {"name": "ruột sách.txt", "mimeType": "text/plain", "buffer": IMPRINT.encode()},
            {"name": "chương trình.exe", "mimeType": "", "buffer": b"MZ"},
        ]
    )
    expect(
        page.get_by_role("button", name=re.compile("Dùng gợi ý cho mục Số giấy phép"))
    ).to_be_visible(timeout=20_000)
    take_picture(page, "deposit-guesses", look)
    dropped = page.get_by_role("button", name=re.compile("^Bỏ tệp"))
    while dropped.count():
        dropped.first.click()
