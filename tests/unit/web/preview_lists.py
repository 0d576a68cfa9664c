"""Lists with nothing in them, each with the page object its view would hand over; see `preview`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wtforms import Form, SelectField, StringField
from wtforms.fields import SelectChoice

from archive.web.pages.authorities import AuthoritiesAdminPage, NamedRecordsPage, QuestionsPage
from archive.web.pages.bulk import BatchPage as BulkBatchPage
from archive.web.pages.bulk import BatchRow as BulkBatchRow
from archive.web.pages.bulk import BulkPage
from archive.web.pages.copies import CopiesPage
from archive.web.pages.imports import BatchPage, CollectPage, ImportsPage
from archive.web.pages.log import LogPage
from archive.web.pages.notices import NoticesPage
from archive.web.pages.parts import Link
from archive.web.pages.receipts import RegisterPage
from archive.web.pages.record import HistoryPage
from tests.unit.web.preview import (
    ADMIN,
    ANYONE,
    AT,
    DEPOSITOR,
    INSIDE_NOTHING,
    NOTHING,
    UnitForm,
    UnitsPage,
    UserForm,
    UsersPage,
    links,
    pagination,
)

Screens = Mapping[str, tuple[str, dict[str, Any]]]

NONE = replace(pagination(1, 1), total=0)
KINDS = [Link("Chủ đề", "/quan-tri/danh-muc?loai=theme", selected=True)]
NAMES = AuthoritiesAdminPage((), KINDS, "", "/them", "/chua-ro", NONE)
COLLECT = CollectPage((), links("Tất cả", "Thiếu năm", selected=1), NONE)
REGISTER = RegisterPage(2026, links("2026", "2025"), (), 0, NONE, "/x", "/c", "/in", False)
HISTORY = HistoryPage("Sách (ví dụ)", "/an-pham/vi-du-0", (), NONE, "")
COPIES = CopiesPage("Sách (ví dụ)", "/an-pham/vi-du-0", "Chưa ghi bản in.", (), NONE, {}, 100)
BATCH = BatchPage(
    name="Đợt nhập 1 (ví dụ)",
    url="/quan-tri/nhap/1",
    state="checked",
    state_label="Đã kiểm tra",
    sheet_name="bang.xlsx",
    files_name="",
    told="",
    who="Nông Thị Ví Dụ",
    at=AT,
    status_label="Đã nhận",
    figures=links("Dòng", "Chưa đạt"),
    progress=None,
    worker_is_alive=True,
    refresh_url="",
    error="",
    acts=frozenset({"run", "map"}),
    on_error="skip",
    problem_count=0,
    ready_count=12,
    guesses=(),
    shown="problems",
    problems=(),
    pagination=NONE,
)
BULK_BATCH = BulkBatchPage(
    what="Chủ đề: thêm “Lịch sử (ví dụ)”",
    who="Nông Thị Ví Dụ",
    at=AT,
    total=0,
    pending=0,
    counts=(),
    rows=(),
    pagination=NONE,
    undo_url="",
    url="/sua-hang-loat/1",
    undone=None,
    undoes=None,
    choice_url="",
)
BULK = BulkPage(0, 5000, (), "", (), (), (), ())
INBOX = NoticesPage((), False, NONE)


class LogForm(Form):
    kind = SelectField("Việc", choices=[SelectChoice("", "— mọi việc —")])
    who = StringField("Người làm")
    publication = StringField("Ấn phẩm")
    since = StringField("Từ ngày")
    until = StringField("Đến ngày")


def log(*, filtered: bool) -> LogPage:
    return LogPage(LogForm(), (), (), "", "", filtered, "", None, False)


def empty_lists() -> Screens:
    """By name of the screen, as `preview.screens`: every list that a search, a filter or a young
    archive may leave empty."""
    pages: dict[str, tuple[str, object, object]] = {
        "log-filtered": ("admin/log.html", log(filtered=True), ADMIN),
        "log-young": ("admin/log.html", log(filtered=False), ADMIN),
        "questions-none": ("admin/open_names.html", QuestionsPage((), 0, None), ADMIN),
        "named-records-none": (
            "admin/named_records.html",
            NamedRecordsPage("Quang Trung", "Địa danh", (), 0, "/quan-tri/danh-muc/chua-ro", NONE),
            ADMIN,
        ),
        "names-admin-none": ("admin/authorities.html", NAMES, ADMIN),
        "names-admin-query": ("admin/authorities.html", replace(NAMES, query="Pắc"), ADMIN),
        "units-none": ("admin/units.html", UnitsPage((), UnitForm(), "", NONE), ADMIN),
        "units-query": ("admin/units.html", UnitsPage((), UnitForm(), "xyz", NONE), ADMIN),
        "users-none": ("admin/users.html", UsersPage((), UserForm(), "", NONE), ADMIN),
        "users-query": ("admin/users.html", UsersPage((), UserForm(), "xyz", NONE), ADMIN),
        "imports-none": (
            "admin/imports/list.html",
            ImportsPage((), NONE, "", "20 MB", "500 MB"),
            ADMIN,
        ),
        "batch-all-right": ("admin/imports/batch.html", BATCH, ADMIN),
        "batch-done": (
            "admin/imports/batch.html",
            replace(BATCH, state="done", acts=frozenset(), ready_count=0),
            ADMIN,
        ),
        "batch-none-kept": ("admin/imports/batch.html", replace(BATCH, shown="kept"), ADMIN),
        "collect-none": ("admin/imports/collect.html", COLLECT, ADMIN),
        "history-none": ("records/history.html", HISTORY, DEPOSITOR),
        "history-none-curator": (
            "records/history.html",
            replace(HISTORY, correct_url="/an-pham/vi-du-0/ho-so"),
            ADMIN,
        ),
        "copies-none": ("publications/copies.html", COPIES, ADMIN),
        "register-none": ("register/show.html", REGISTER, ADMIN),
        "notices-none": ("notices/list.html", INBOX, DEPOSITOR),
        "notices-none-curator": ("notices/list.html", INBOX, ADMIN),
        "notices-none-reader": ("notices/list.html", INBOX, ANYONE),
        "bulk-none": ("bulk/choose.html", BULK, ADMIN),
        "bulk-batch-none": ("bulk/batch.html", BULK_BATCH, ADMIN),
        "search-nothing-chosen": (
            "search/results.html",
            replace(NOTHING, ways_out=[Link("Bỏ “năm 2021”: 12 ấn phẩm", "/tim-kiem?q=a")]),
            ANYONE,
        ),
        "search-index-lost": (
            "search/results.html",
            replace(NOTHING, notice="Kho đang làm lại chỉ mục.", retry_url="/tim-kiem?q=a"),
            ANYONE,
        ),
        "search-beyond": (
            "search/results.html",
            replace(NOTHING, total=30, pagination=pagination(4, 3)),
            ANYONE,
        ),
        "inside-beyond": (
            "publications/inside.html",
            replace(INSIDE_NOTHING, total_pages=3, pagination=pagination(4, 3)),
            ANYONE,
        ),
        "inside-ways": (
            "publications/inside.html",
            replace(
                INSIDE_NOTHING,
                ways_out=[Link("Tìm “tướng lĩnh” ở đây: 3 trang", "/an-pham/vi-du-0/tim?q=a")],
            ),
            ANYONE,
        ),
    }
    return {
        name: (template, {"page": page, "current": "", "query": "", "me": me})
        for name, (template, page, me) in pages.items()
    }


def waiting() -> Screens:
    """Pages that wait for work in the background."""
    running = replace(
        BULK_BATCH,
        total=1200,
        pending=700,
        rows=[BulkBatchRow("Bản tin (ví dụ)", "/an-pham/vi-du-4", "đang chờ")],
        counts=[("đã sửa", 500), ("đang chờ", 700)],
    )
    return {
        "bulk-batch-running": ("bulk/batch.html", {"page": running, "current": "", "me": ADMIN})
    }
