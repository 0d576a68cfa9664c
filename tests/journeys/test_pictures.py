"""Every kind of page, at phone and desk width, light and dark, as pictures to look at.

They are kept under tests/pictures/ (not in the repository). What a machine can see is asserted: no
sideways scrolling, no console errors, no clipped main heading.
"""

from __future__ import annotations

import pytest

from archive.core.roles import SYSTEM, Role
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, make_pdf, make_user
from tests.journeys.conftest import PICTURES, sign_in

pytestmark = pytest.mark.browser

# How many lists of matching pages begin above the lower edge of the cover beside or over them, in
# the same column.
COVERED = """
[...document.querySelectorAll('.entry')].filter(entry => {
  const cover = entry.querySelector('.cover'), list = entry.querySelector('.matches');
  if (!cover || !list) return false;
  const a = cover.getBoundingClientRect(), b = list.getBoundingClientRect();
  return b.top < a.bottom - 1 && b.left < a.right - 1;
}).length
"""


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
        for role in (Role.DEPOSITOR, Role.ADMIN)
    }
    with site.holdings.database.reading() as session:
        from archive.models import Publication

        titled = session.query(Publication).filter_by(title="Đường về Pác Bó")
        publication = titled.order_by(Publication.added_at.desc()).first()
        assert publication is not None
        return {"users": users, "id": publication.id}


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_fit_their_width(site, filled, open_page, width, dark):
    PICTURES.mkdir(exist_ok=True)
    look = f"{width}-{'dark' if dark else 'light'}"
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
        page = open_page(width=width, dark=dark)
        if role is not None:
            sign_in(page, filled["users"][role], PASSWORD)
        for name, path in pages.items():
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
            sideways = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert sideways <= 0, f"{name} scrolls sideways by {sideways} px at {look}"
            assert page.evaluate(COVERED) == 0, f"{name}: covers lie over other things at {look}"
