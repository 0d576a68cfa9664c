"""A sample of the page that is read."""

from __future__ import annotations

from markupsafe import Markup

from archive.web.pages.reading import Box, HitSteps, PageReading, ReaderPage
from archive.web.styleguide.lists import card

_HERE = "/mau-giao-dien"


def reader_sample() -> ReaderPage:
    return ReaderPage(
        card=card(0),
        number=12,
        label="10",
        page_count=60,
        query="cac tuong linh",
        image="/static/img/do-paper.svg",
        image_width=1200,
        image_height=1700,
        image_set="",
        boxes=[Box(0.125, 0.17 + 0.05 * number, 0.3, 0.04) for number in range(3)],
        text=Markup("<p>Trang ví dụ: <mark>các tướng lĩnh</mark> của tỉnh.</p>"),
        text_source="ocr",
        has_text=True,
        notice="",
        previous_url=_HERE,
        next_url=_HERE,
        first_url=_HERE,
        last_url=_HERE,
        publication_url=_HERE,
        original_url=_HERE,
        original_name="cac-tuong-linh.pdf",
        reading=PageReading("máy nhận dạng từ ảnh trang", "97%", "CAC TU0NG L1NH", ""),
        goto_url=_HERE,
        hits=HitSteps(3, 17, _HERE, _HERE, _HERE),
        text_only_url=_HERE,
        text_file_url=_HERE,
        print_url=_HERE,
        all_pages_url=_HERE,
        share_url=_HERE,
        citation="Tỉnh đoàn (2024), Về nguồn (ví dụ).",
    )
