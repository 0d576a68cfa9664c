"""What is done with an account, in English: depositing, review, records, administration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.conftest import post
from tests.integration.english import addresses_outside, vietnamese_in
from tests.integration.standing import ANYONE, Standing, page
from tests.integration.whole_site import whole_site

PAGES = {
    "depositing": (
        (ANYONE, "/dang-nhap"),
        (ANYONE, "/dat-mat-khau/{link}"),
        (ANYONE, "/bien-nhan/kiem-tra/{check}"),
        (ANYONE, "/bien-nhan/kiem-tra/khong-co-ma-nay"),
        ("depositor", "/nop"),
        ("depositor", "/cua-toi"),
        ("depositor", "/an-pham/{draft_id}/sua"),
        ("depositor", "/bien-nhan/{receipt_id}"),
        ("depositor", "/thong-bao"),
        ("depositor", "/thong-bao/cai-dat"),
        ("depositor", "/doi-mat-khau"),
    ),
    "curating": (
        (ANYONE, "/an-pham/{withdrawn_id}"),
        ("curator", "/duyet-nop"),
        ("curator", "/duyet-nop?tinh-trang=returned"),
        ("curator", "/an-pham/{publication_id}/ho-so"),
        ("curator", "/an-pham/{publication_id}/lich-su"),
        ("curator", "/an-pham/{publication_id}/ban-in"),
        ("curator", "/an-pham/{publication_id}/thay-tep"),
        ("curator", "/an-pham/{publication_id}/ban-cu"),
        ("curator", "/so-dang-ky"),
        ("curator", "/so-dang-ky?in=1"),
        ("curator", "/sua-hang-loat"),
        ("curator", "/sua-hang-loat?q=hoi+xuan&field=themes&action=add&value=Moi"),
        ("curator", "/sua-hang-loat/{edit_id}"),
    ),
    "administration": (
        ("admin", "/quan-tri"),
        ("admin", "/quan-tri/nguoi-dung"),
        ("admin", "/quan-tri/nguoi-dung/{user_id}"),
        ("admin", "/quan-tri/don-vi"),
        ("admin", "/quan-tri/don-vi/{unit_id}"),
        ("admin", "/quan-tri/danh-muc"),
        ("admin", "/quan-tri/danh-muc/{authority_id}"),
        ("admin", "/quan-tri/danh-muc/chua-ro"),
        ("admin", "/quan-tri/danh-muc/them"),
        ("admin", "/quan-tri/tiep-nhan"),
        ("admin", "/quan-tri/nhap"),
        ("admin", "/quan-tri/nhap/{batch_id}"),
        ("admin", "/quan-tri/nhap/{batch_id}/cot"),
        ("admin", "/quan-tri/can-suu-tam"),
        ("admin", "/quan-tri/nhat-ky"),
    ),
}
VISITS = [pytest.param(*visit, id=visit[1]) for family in PAGES.values() for visit in family]
# Data that stands within English sentences, in labels and in the titles of pages.
NAMES = (
    "Kho Ấn Phẩm Cao Bằng",
    "Hội xuân vùng cao",
    "Bản in cũ",
    "Sở Văn hóa",
    "Tỉnh đoàn",
    "Người curator",
    "Lịch sử",
    "Tên mẫu",
    "Du lịch",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standing, Mapping[str, Any]]]:
    with whole_site(tmp_path_factory.mktemp("english")) as made:
        yield made


@pytest.mark.parametrize(("who", "path"), VISITS)
def test_a_page_of_work_is_english_and_stays_english(site, who, path):
    archive, known = site
    answer = archive.client(who).get("/en" + path.format(**known))
    assert answer.status_code in (200, 404, 410)
    root = page(answer)
    assert root.get("lang") == "en"
    assert vietnamese_in(root, NAMES) == []
    assert addresses_outside(root) == []


def test_the_footer_leads_to_this_page_in_the_other_language(site):
    archive, _ = site
    for path, other, name in (
        ("/cua-toi?page=1", "/en/cua-toi?page=1", "English"),
        ("/en/cua-toi?page=1", "/cua-toi?page=1", "Tiếng Việt"),
    ):
        links = [a for a in page(archive.client("depositor").get(path)).iter() if a.get("hreflang")]
        assert [(a.get("href"), a.get("lang"), a.text) for a in links if a.text] == [
            (other, links[-1].get("hreflang"), name)
        ]


def test_what_is_wrong_with_a_form_is_said_in_english(site):
    archive, _ = site
    client = archive.client("depositor")
    answer = post(client, "/en/nop", {"title": "", "issued": "hom qua", "action": "submit"})
    root = page(answer)
    assert vietnamese_in(root, NAMES) == []
    assert addresses_outside(root) == []
    assert "Not sent: " in answer.text
