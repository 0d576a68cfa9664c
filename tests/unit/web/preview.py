"""Every template with page objects that are made up but realistic, for tests and for the eye.

`python tests/unit/web/preview.py FOLDER` writes each screen as a static page, with `/static` beside
it, so that it can be served on loopback and looked at. Titles say that they are examples.
"""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from wtforms import (
    EmailField,
    Form,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from archive.core.roles import Actor, Role  # noqa: E402
from archive.core.vocabulary import ACCESS, KINDS, ROLES, STATUS  # noqa: E402
from archive.web.assets import VENDOR_FILES, Assets  # noqa: E402
from archive.web.deposits import MAIN_FIELDS  # noqa: E402
from archive.web.entrances import entrances  # noqa: E402
from archive.web.guides import NAMES  # noqa: E402
from archive.web.inline import inline  # noqa: E402
from archive.web.languages import language_name  # noqa: E402
from archive.web.pages.admin import (  # noqa: E402
    AdminHomePage,
    FailureRow,
    IntakePage,
    IntakeStageRow,
    PasswordLinkPage,
    RunningRow,
    UnitRow,
    UnitsPage,
    UserRow,
    UsersPage,
)
from archive.web.pages.depositing import (  # noqa: E402
    DepositPage,
    DepositRow,
    HeldFileRow,
    MyDepositsPage,
    WaitingFileRow,
)
from archive.web.pages.finding import Hit, HitPage, SearchPage  # noqa: E402
from archive.web.pages.head import Head, Picture  # noqa: E402
from archive.web.pages.help import (  # noqa: E402
    GuideCard,
    GuidePage,
    GuidePicture,
    HelpPage,
)
from archive.web.pages.home import AnniversaryRow, HomePage, KindTile  # noqa: E402
from archive.web.pages.parts import Card, Cover, EventRow, Link, LinkGroup, Pagination, StageRow  # noqa: E402
from archive.web.pages.publication import (  # noqa: E402
    Fact,
    FileRow,
    GuessRow,
    LikenessPanel,
    LikenessRow,
    MarkingNotice,
    OutlineRow,
    PagePair,
    PageThumb,
    PublicationPage,
)
from archive.web.pages.queue import QueuePage  # noqa: E402
from archive.web.pages.reading import (  # noqa: E402
    Box,
    HitSteps,
    InsidePage,
    PageReading,
    PrintedPage,
    ReaderPage,
)
from archive.web.pages.reviewing import (  # noqa: E402
    AnswerRow,
    CheckRow,
    Choice,
    MessageForm,
    ReturnedNotice,
    ReturnField,
    ReturnForm,
    ReviewPanel,
    ReviewParts,
)
from archive.web.record_form import CHOICES, WIDE, form_groups  # noqa: E402
from archive.web.styleguide.page import style_guide  # noqa: E402
from archive.web.title_lines import keep_words  # noqa: E402

STATIC = ROOT / "archive" / "static"
VENDOR = ROOT / "node_modules"
AT = datetime(2025, 7, 15, 9, 5, tzinfo=UTC)

_PAGE_PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 {box}" width="{w}"
height="{h}"><rect width="1200" height="{box}" fill="#fffdf6"/><g fill="#222" font-family="serif"
font-size="46"><text x="150" y="220" font-size="72" font-weight="bold">Trang ví dụ</text>{lines}</g>
</svg>"""


def page_picture(width: int = 1200, height: int = 1700) -> str:
    """A page with lines of text, as a data address."""
    lines = "".join(
        f'<text x="150" y="{340 + 78 * n}">Các tướng lĩnh của tỉnh, dòng ví dụ số {n + 1}</text>'
        for n in range(15)
    )
    picture = _PAGE_PICTURE.format(w=width, h=height, box=1200 * height // width, lines=lines)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


# --- what the page objects are made of --------------------------------------------------------

EXAMPLES = (
    ("Các tướng lĩnh lực lượng vũ trang tỉnh (ví dụ)", "book", 2025),
    ("Những địa chỉ đỏ trên quê hương cách mạng (ví dụ)", "booklet", 2023),
    ("Bảo vệ rừng đầu nguồn (ví dụ)", "leaflet", 2022),
    ("KỶ NIỆM NGÀY THÀNH LẬP: ỨNG XỬ, ĐẶNG, ỖI, NGỮ (ví dụ)", "poster", 2024),
    ("Bản tin sinh hoạt chi bộ số 7 (ví dụ)", "bulletin", 2025),
    ("Văn nghệ vùng cao (ví dụ)", "magazine", 2021),
    ("Chuyện kể Kim Đồng bằng tranh (ví dụ)", "picture_book", 2020),
    ("Làn điệu then, sli, lượn (ví dụ)", "song_book", 2019),
    ("Bản đồ di tích (ví dụ)", "map", 2024),
    ("Lịch năm 2023 (ví dụ)", "calendar", 2023),
    ("Trưng bày ảnh: Đường về Pác Bó (ví dụ)", "exhibition", 2022),
    ("Tư liệu khác (ví dụ)", "other", None),
)


def card(number: int = 0, **changes: Any) -> Card:
    title, kind, year = EXAMPLES[number % len(EXAMPLES)]
    unit = "Ban Tuyên giáo và Dân vận Tỉnh ủy" if number % 3 else "Sở Văn hóa, Thể thao và Du lịch"
    made = Card(
        id=f"vi-du-{number}",
        url=f"/an-pham/vi-du-{number}",
        title=title,
        subtitle="Sách ảnh và tiểu sử (ví dụ)" if number == 0 else "",
        unit=unit,
        issued={0: "15/7/2025", 1: "9/2023"}.get(number, str(year or "")),
        kind_label=KINDS[kind],
        access="public",
        status="accepted",
        status_label=STATUS["accepted"],
        page_count=0 if number == 11 else 12 + 30 * number,
        cover=Cover(
            url=page_picture(900, 1200) if number == 4 else None,
            title=title,
            unit=unit,
            year=year,
            kind=kind,
            kind_label=KINDS[kind],
        ),
        is_demo=True,
    )
    return replace(made, **changes)


def links(*labels: str, selected: int = -1) -> list[Link]:
    return [
        Link(label=label, url=f"/duyet?gia-tri={n}", count=3 * n + 1, selected=n == selected)
        for n, label in enumerate(labels)
    ]


def pagination(page: int = 2, pages: int = 9) -> Pagination:
    numbers: list[Link | None] = [
        Link(label=str(n), url=f"?trang={n}", selected=n == page) for n in range(1, 5)
    ]
    numbers += [None, Link(label=str(pages), url=f"?trang={pages}")]
    return Pagination(
        page=page,
        pages=pages,
        total=1234,
        previous_url="?trang=1" if page > 1 else "",
        next_url="?trang=3" if page < pages else "",
        links=numbers if pages > 1 else [],
    )


YEARS = links("2019", "2020", "2021", "2022", "2023", "2024", "2025")
FACETS = [
    LinkGroup("year", "Năm", list(reversed(YEARS))),
    LinkGroup(
        "unit",
        "Đơn vị",
        links("Ban Tuyên giáo và Dân vận Tỉnh ủy", "Bộ Chỉ huy Quân sự tỉnh", "Tỉnh đoàn"),
        more_url="/duyet?xem=don-vi",
    ),
    LinkGroup("kind", "Loại", links("Sách", "Tờ gấp, tờ rơi", "Áp phích", selected=0)),
    LinkGroup("theme", "Chủ đề", links("Lịch sử Đảng bộ", "Di tích", "Dân ca Tày, Nùng")),
    LinkGroup("place", "Địa danh", links("Pác Bó", "Đông Khê", "Thác Bản Giốc")),
    LinkGroup("audience", "Đối tượng", []),
]
STAGES = [
    StageRow("Nhận tệp", "done", "", 1, 1),
    StageRow("Đọc chữ", "running", "trang 12 / 60", 12, 60),
    StageRow("Làm ảnh trang", "waiting", "", 0, 0),
    StageRow("Đưa vào tìm kiếm", "waiting", "", 0, 0),
]
FAILED_STAGES = [
    StageRow("Nhận tệp", "done", "", 1, 1),
    StageRow("Đọc chữ", "failed", "Tệp đặt mật khẩu. Hãy bỏ mật khẩu rồi nộp lại tệp.", 0, 0),
]
EVENTS = [
    EventRow(AT, "Nông Thị Ví Dụ", "Trả lại để sửa", "Trang 3 bị ngược.\nXin thay tệp bìa."),
    EventRow(AT - timedelta(days=1), "Hoàng Văn Mẫu", "Nộp ấn phẩm", ""),
]
SNIPPET = Markup(
    "… cuốn sách giới thiệu <mark>các tướng lĩnh</mark> là người con của quê hương, trưởng thành "
    "từ phong trào cách mạng; mỗi <mark>tướng lĩnh</mark> một chân dung (ví dụ) …"
)

# --- forms ------------------------------------------------------------------------------------


def choices(pairs: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in pairs.items()]


class ExampleForm(Form):
    csrf_token = HiddenField(default="vi-du")

    def hidden_tag(self) -> Markup:
        hidden = (field for field in self if isinstance(field, HiddenField))
        return Markup("\n").join(field() for field in hidden)


class DepositForm(ExampleForm):
    deposit_id = HiddenField(default="vi-du")
    title = StringField("Nhan đề", [InputRequired("Hãy ghi nhan đề như trên bìa.")])
    unit = SelectField("Đơn vị", [InputRequired()], choices=choices({"btg": "Ban Tuyên giáo"}))
    kind = SelectField("Loại", choices=choices(KINDS))
    issued = StringField("Ngày phát hành", [InputRequired("Hãy ghi ít nhất là năm.")])
    access = SelectField("Quyền truy cập", choices=choices(ACCESS))
    embargo_until = StringField("Hạn chế đến ngày", description="Ví dụ 31/12/2026")
    subtitle = StringField("Phụ đề")
    creators = StringField("Tác giả")
    responsibility = StringField("Thông tin trách nhiệm", description="Như ghi trên ấn phẩm")
    publisher = StringField("Nhà xuất bản")
    themes = StringField("Chủ đề")
    places = StringField("Địa danh")
    people = StringField("Nhân vật")
    audiences = StringField("Đối tượng")
    grades = StringField("Lớp")
    subjects = StringField("Môn học")
    abstract = TextAreaField("Tóm tắt")
    plan_task = StringField("Nhiệm vụ trong kế hoạch")
    files = MultipleFileField("Tệp của ấn phẩm")


class SignInForm(ExampleForm):
    next = HiddenField(default="/cua-toi")
    email = EmailField("Thư điện tử", [InputRequired("Hãy ghi địa chỉ thư điện tử.")])
    password = PasswordField("Mật khẩu", [InputRequired("Hãy ghi mật khẩu.")])


class PasswordForm(ExampleForm):
    current = PasswordField("Mật khẩu hiện nay", [InputRequired()])
    new = PasswordField("Mật khẩu mới", [InputRequired()], description="Ít nhất 10 ký tự")
    again = PasswordField("Gõ lại mật khẩu mới", [InputRequired()])


class SetPasswordForm(ExampleForm):
    new = PasswordField("Mật khẩu mới", [InputRequired()], description="Ít nhất 10 ký tự")
    again = PasswordField("Gõ lại mật khẩu mới", [InputRequired()])


class UserForm(ExampleForm):
    name = StringField("Họ và tên", [InputRequired("Hãy ghi họ và tên.")])
    email = EmailField("Thư điện tử", [InputRequired("Hãy ghi địa chỉ thư điện tử.")])
    role = SelectField("Vai trò", choices=choices(ROLES))
    unit = SelectField("Đơn vị", choices=choices({"": "Không có", "btg": "Ban Tuyên giáo"}))


class UserEditForm(ExampleForm):
    name = StringField("Họ và tên")
    role = SelectField("Vai trò", choices=choices(ROLES))
    unit = SelectField("Đơn vị", choices=choices({"": "Không có", "btg": "Ban Tuyên giáo"}))


class UnitForm(ExampleForm):
    code = StringField("Mã", [InputRequired("Hãy ghi mã.")], description="Ví dụ so-vhttdl")
    name = StringField("Tên đơn vị", [InputRequired("Hãy ghi tên.")])
    kind = StringField("Loại đơn vị")
    parent = SelectField("Trực thuộc", choices=choices({"": "–", "tu": "Tỉnh ủy"}))
    valid_from = StringField("Có từ ngày")
    valid_to = StringField("Đến ngày")
    successor = SelectField("Đơn vị kế tục", choices=choices({"": "–"}))


class UnitMergeForm(ExampleForm):
    successor = SelectField("Hợp nhất vào", choices=choices({"": "–", "tu": "Tỉnh ủy"}))
    since = StringField("Từ ngày")


def wrong(form: ExampleForm) -> ExampleForm:
    """The form as it comes back when nothing was filled in."""
    form.process(None)
    form.validate()
    return form


# --- screens ----------------------------------------------------------------------------------


REVIEW = ReviewParts(
    checks=[
        CheckRow("problem", "ISBN ghi 978-604-1 có số kiểm tra không khớp (ví dụ).", "#ho-so"),
        CheckRow("notice", "2 trang chưa có chữ (ví dụ).", ""),
    ],
    panel=ReviewPanel(
        reviewer="Nông Thị Ví Dụ",
        is_mine=True,
        is_in_review=True,
        takes=False,
        seen="3",
        curators=[Choice("3", "Nông Thị Ví Dụ", selected=True), Choice("4", "Lê Văn Mẫu")],
    ),
    return_form=ReturnForm(
        first=[ReturnField("files", "Tệp"), ReturnField("title", "Nhan đề")],
        rest=[ReturnField("isbn", "ISBN", is_named=True, text="Ghi ISBN ở bìa sau", error="Sai.")],
        is_open=True,
    ),
    answers=[
        AnswerRow("Nhan đề", "Ghi đủ nhan đề", True, "Các tướng", "Các tướng lĩnh"),
        AnswerRow("ISBN", "Ghi ISBN", False, "", ""),
    ],
    message=MessageForm(url="/an-pham/vi-du-1/loi-nhan", hint="Ví dụ."),
)


def publication(**changes: Any) -> PublicationPage:
    made = PublicationPage(
        card=card(0),
        abstract="Đoạn tóm tắt ví dụ: sách giới thiệu chân dung các tướng lĩnh của tỉnh.",
        facts=[
            Fact("Đơn vị phát hành", [("Ban Tuyên giáo và Dân vận Tỉnh ủy", "/duyet?unit=btg")]),
            Fact("Ngày phát hành", [("15/7/2025", "")]),
            Fact("Chủ đề", [("Lực lượng vũ trang", "/duyet?t=1"), ("Lịch sử", "/duyet?t=2")]),
            Fact("Mã số", [("vi-du-0123456789abcdef0123456789abcdef", "")]),
        ],
        files=[
            FileRow("cac-tuong-linh-ví-dụ.pdf", "PDF", "12,4 MB", "ab" * 32, 60, "/tep/1", ""),
            FileRow("bìa.tif", "Ảnh TIFF", "3,1 MB", "cd" * 32, 0, "/tep/2", "Tệp bị cắt cụt."),
        ],
        thumbs=[
            PageThumb(n, str(n), f"/trang/{n}", None if n == 3 else page_picture(300, 400))
            for n in range(1, 9)
        ],
        thumbs_more_url="/an-pham/vi-du-0?trang=tat-ca",
        inside_url="/an-pham/vi-du-0/tim",
        read_url="/an-pham/vi-du-0/trang/1",
        progress=[],
        progress_url="",
        events=[],
        citation="Ban Tuyên giáo và Dân vận Tỉnh ủy (2025), Các tướng lĩnh (ví dụ).",
        may_review=False,
        may_resubmit=False,
        may_withdraw=False,
    )
    return replace(made, **changes)


GUESSES = [
    GuessRow("title", "Nhan đề", "Các tướng lĩnh (ví dụ)", "trang 1", "CÁC TƯỚNG LĨNH (VÍ DỤ)"),
    GuessRow(
        "issued", "Ngày phát hành", "7/2025", "trang 2", "Ví dụ, tháng 7 năm 2025", "/trang/2"
    ),
    GuessRow("publisher", "Nhà xuất bản", "Nhà xuất bản Ví Dụ", "tên ghi trong tệp", ""),
    GuessRow(
        "responsibility",
        "Thông tin trách nhiệm",
        "Ban Tuyên giáo và Dân vận Tỉnh ủy",
        "trang 2",
        "Chịu trách nhiệm nội dung: BAN TUYÊN GIÁO VÀ DÂN VẬN TỈNH ỦY, dòng dài " * 2,
        "/trang/2",
    ),
]

OUTLINE = [
    OutlineRow("Lời nói đầu", "/trang/3", "iii"),
    OutlineRow(
        "Phần một: những năm đầu, nhan đề rất dài để xem chữ xuống dòng",
        "/trang/5",
        "1",
        parts=[
            OutlineRow("Chương 1", "/trang/5", "1", is_current=True),
            OutlineRow("Chương 2", "/trang/21", "17"),
        ],
    ),
    OutlineRow("Phần không dẫn tới trang nào", "", ""),
]


def reader(**changes: Any) -> ReaderPage:
    paragraphs = Markup("").join(
        Markup(
            "<p>Trang ví dụ: <mark>các tướng lĩnh</mark> của tỉnh, dòng chữ số {}; {}</p>"
        ).format(n, "chữ có dấu chồng như Ữ, Ặ, Ỗ không được cụt. " * 3)
        for n in range(1, 5)
    )
    made = ReaderPage(
        card=card(0),
        number=12,
        label="10",
        page_count=60,
        query="cac tuong linh",
        image=page_picture(),
        image_width=1200,
        image_height=1700,
        image_set="",
        boxes=[Box(0.125, 0.172 + 0.0459 * n, 0.315, 0.038) for n in range(3)],
        text=paragraphs,
        text_source="ocr",
        has_text=True,
        notice="",
        previous_url="/trang/11",
        next_url="/trang/13",
        first_url="/trang/1",
        last_url="/trang/60",
        publication_url="/an-pham/vi-du-0",
        original_url="/an-pham/vi-du-0/tep/1",
        original_name="cac-tuong-linh.pdf",
        reading=PageReading(
            source="máy nhận dạng từ ảnh trang",
            score="97%",
            before="CAC TU0NG L1NH\nwww.luatvietnam.vn",
            state="",
        ),
        outline=OUTLINE,
        goto_url="/an-pham/vi-du-0/trang",
        hits=HitSteps(3, 17, "/trang/9?q=a", "/trang/21?q=a", "/an-pham/vi-du-0/tim?q=a"),
        place="left",
        tiles_url="/iiif/3/vi-du-0_12/info.json",
        pages_url="/an-pham/vi-du-0/cac-trang",
        text_only_url="/an-pham/vi-du-0/trang/12?xem=chu",
        text_file_url="/an-pham/vi-du-0/trang/12.txt",
        print_url="/an-pham/vi-du-0/trang/12/in",
        all_pages_url="/an-pham/vi-du-0?trang=tat-ca#cac-trang",
        share_url="https://kho.example.org/an-pham/vi-du-0/trang/12?q=cac+tuong+linh",
        citation="Nông Văn Ví Dụ (2025). Các tướng lĩnh lực lượng vũ trang tỉnh (ví dụ).",
    )
    return replace(made, **changes)


def printed(**changes: Any) -> PrintedPage:
    made = PrintedPage(
        card=card(0),
        number=12,
        label="10",
        page_count=60,
        image=page_picture(),
        image_width=1200,
        image_height=1700,
        text=Markup("<p>Các tướng lĩnh của tỉnh.</p>"),
        address="https://kho.example.org/an-pham/vi-du-0/trang/12",
        back_url="/an-pham/vi-du-0/trang/12",
        citation="Nông Văn Ví Dụ (2025). Các tướng lĩnh lực lượng vũ trang tỉnh (ví dụ).",
    )
    return replace(made, **changes)


def deposit_row(number: int, status: str, **changes: Any) -> DepositRow:
    made = DepositRow(
        card=card(number, status=status, status_label=STATUS[status], access="restricted"),
        deposited_at=AT,
        progress=[replace(stage, state="done", detail="") for stage in STAGES],
        problem="",
        note="",
    )
    return replace(made, **changes)


def deposit(form: ExampleForm, **changes: Any) -> DepositPage:
    made = DepositPage(
        form=form,
        held=[],
        max_upload_label="2 GB",
        max_upload_bytes=2 * 1024**3,
        accepted_endings=".pdf, .jpg, .png, .tif, .webp, .docx, .txt",
        file_errors=[],
        first_year=2019,
        groups=form_groups(form, but=MAIN_FIELDS),
        choices=CHOICES,
        wide=WIDE,
        draft_key="1:moi",
    )
    return replace(made, **changes)


WAITING = [
    WaitingFileRow(
        "b2", "dia-chi-do.pdf", "1,2 GB", 1288490188, "1", 45, False, "09:05 16/07/2025"
    ),
    WaitingFileRow("c3", "bìa sách.jpg", "3,1 MB", 3250585, "", 100, True, "09:05 16/07/2025"),
]


USERS = [
    UserRow(1, "vi.du@example.org", "Nông Thị Ví Dụ", ROLES["curator"], "", False, True, "/1"),
    UserRow(
        2,
        "hoang.van.mau.ten.rat.dai@don-vi-co-ten-mien-dai.example.org",
        "",
        ROLES["depositor"],
        "Ban Tuyên giáo và Dân vận Tỉnh ủy",
        False,
        False,
        "/2",
    ),
    UserRow(3, "cu@example.org", "Lý Văn Cũ", ROLES["reader"], "Tỉnh đoàn", True, True, "/3"),
]
UNITS = [
    UnitRow(1, "btgdv", "Ban Tuyên giáo và Dân vận Tỉnh ủy", "Cơ quan Đảng", "Tỉnh ủy",
              "từ 2/2025", False, 4, 1203, "/1"),
    UnitRow(2, "btg", "Ban Tuyên giáo Tỉnh ủy (ví dụ)", "", "", "", True, 0, 88, "/2"),
]  # fmt: skip
PENDING = deposit_row(1, "submitted", progress=STAGES)
SUSPECTED = deposit_row(
    5,
    "submitted",
    likeness="94% số trang (36 trên 38) trùng với “Về nguồn (ví dụ)” (Tỉnh đoàn, 2021).",
    flag="Nghi trùng",
)
ALIKE = LikenessPanel(
    title="Có thể trùng",
    note="Máy so chữ của từng trang. Xin xem rồi xác nhận; không bản nào bị xóa.",
    rows=[
        LikenessRow(
            reason="94% số trang (36 trên 38) trùng với “Về nguồn (ví dụ)” (Tỉnh đoàn, 2021).",
            url="/an-pham/vi-du-9",
            title="Về nguồn (ví dụ)",
            pages=[
                PagePair(
                    n,
                    f"/trang/{n}",
                    page_picture(300, 400),
                    n + 2,
                    f"/kia/{n + 2}",
                    page_picture(300, 400) if n < 6 else "",
                )
                for n in range(3, 7)
            ],
            decided="",
            other_id="vi-du-9",
        ),
        LikenessRow(
            reason="44% số trang (17 trên 38) trùng với “Về nguồn, tái bản (ví dụ)” "
            "(Tỉnh đoàn, 2024); có thể là một lần xuất bản khác.",
            url="/an-pham/vi-du-8",
            title="Về nguồn, tái bản (ví dụ)",
            pages=[PagePair(1, "/trang/1", "", 1, "/kia/1", "")],
            decided="Đã xác nhận là hai lần xuất bản (Nông Thị Ví Dụ, 15/07/2025).",
            other_id="vi-du-8",
        ),
        LikenessRow(
            reason="Cả 3 trang của “Trích (ví dụ)” (Tỉnh đoàn, 2024) nằm trong ấn phẩm này; "
            "có thể đây là bản gộp.",
            url="/an-pham/vi-du-7",
            title="Trích (ví dụ)",
            pages=(),
            decided="",
            other_id="vi-du-7",
        ),
    ],
    is_open=True,
    decide_url="/an-pham/vi-du-0/gan-giong",
)
RETURNED = deposit_row(2, "returned", note="Trang 3 bị ngược, xin thay tệp (ví dụ).")
BROKEN = deposit_row(
    3, "draft", problem="Tệp đặt mật khẩu. Hãy bỏ mật khẩu rồi nộp lại.", progress=FAILED_STAGES
)
SEARCH = SearchPage(
    query="cac tuong linh",
    hits=[
        Hit(
            card(0),
            [
                HitPage("10", "/trang/12?q=a", SNIPPET, page_picture(300, 400)),
            ],
            [Link("bìa", "/trang/1?q=a"), Link("14", "/trang/16?q=a")],
            17,
            "/an-pham/vi-du-0/tim?q=cac+tuong+linh",
        ),
        Hit(card(3, access="internal"), [], [], 0),
        Hit(card(6), [HitPage("4", "/trang/4?q=a", SNIPPET, page_picture(300, 400))], [], 1),
    ],
    total=1234,
    total_pages=5678,
    relaxed=False,
    notice="",
    active=[Link("Loại: Sách", "/tim-kiem?q=cac+tuong+linh")],
    facets=FACETS,
    sorts=[
        Link(label, "?sort=1", selected=not n)
        for n, label in enumerate(("Khớp nhất", "Mới nhất", "Cũ nhất", "Nhan đề"))
    ],
    hidden=[("kind", "book")],
    pagination=pagination(),
    took_ms=4.1,
    suggestion=Link("các tướng lĩnh", "/tim-kiem?q=c%C3%A1c+t%C6%B0%E1%BB%9Bng+l%C4%A9nh"),
)
NOTHING = replace(
    SEARCH, hits=[], total=0, total_pages=0, pagination=pagination(1, 1), suggestion=None
)
INSIDE = InsidePage(
    card=card(0),
    query="cac tuong linh",
    hits=[
        HitPage("bìa", "/trang/1?q=a", SNIPPET, None, 1),
        HitPage("10", "/trang/12?q=a", SNIPPET, page_picture(300, 400), 1234),
    ],
    total_pages=117,
    total_hits=1235,
    notice="",
    address="/an-pham/vi-du-0/tim",
    pagination=pagination(1, 2),
    suggestion=SEARCH.suggestion,
)
INSIDE_NOTHING = replace(
    INSIDE, hits=[], total_pages=0, total_hits=0, pagination=pagination(1, 1), suggestion=None
)
FILTERS = [
    Link(label, f"?status={n}", count=3 * n, selected=not n)
    for n, label in enumerate(("Tất cả", "Bản nháp", "Chờ duyệt", "Cần sửa", "Đã nhận"))
]
READER_ACTOR, DEPOSITOR_ACTOR = Actor(), Actor(user_id=1, role=Role.DEPOSITOR, unit_id=1)
WAYS_IN = {
    "audience": links("Chi bộ", "Giáo viên", "Cán bộ tuyên giáo", "Học sinh THCS"),
    "grade": links(*(f"Lớp {grade}" for grade in range(1, 13))),
    "subject": links("Hoạt động trải nghiệm, hướng nghiệp", "Lịch sử", "Âm nhạc"),
}
UPCOMING = [
    AnniversaryRow(
        "Thành lập Đội Việt Nam Tuyên truyền Giải phóng quân",
        "/su-kien/vi-du-1", "22", "Tháng 12", "2025-12-22", "Còn 26 ngày", "Kỷ niệm 81 năm",
        False, 9, "/tim-kiem?q=vi+du",
    ),
    AnniversaryRow(
        "Trận Đông Khê mở màn Chiến dịch Biên giới",
        "/su-kien/vi-du-2", "16–18", "Tháng 9", "2030-09-16", "Đang trong những ngày này",
        "Kỷ niệm 80 năm", True, 0, "/tim-kiem?q=vi+du", "/nop",
    ),
]  # fmt: skip
HOME = HomePage(
    newest=[card(n) for n in range(12)],
    years=YEARS,
    kinds=[
        KindTile(Link(label, f"/duyet?kind={kind}", count=3 * n + 1), card(n).cover)
        for n, (kind, label) in enumerate(KINDS.items())
    ],
    audiences=links("Chi bộ", "Học sinh", "Đoàn viên thanh niên", "Giáo viên"),
    entrances=entrances(WAYS_IN, actor=READER_ACTOR),
    upcoming=UPCOMING,
    publication_count=1234,
    page_count=56789,
)
EMPTY_HOME = HomePage([], [], [], [], entrances({}, actor=DEPOSITOR_ACTOR), [], 0, 0)

ANYONE = SimpleNamespace(
    is_signed_in=False, name="", role_label="", unit="",
    may_deposit=False, may_curate=False, may_administer=False, unread=0,
)  # fmt: skip
DEPOSITOR = SimpleNamespace(
    is_signed_in=True, name="Hoàng Văn Mẫu", role_label="Cán bộ nộp", unit="Tỉnh đoàn",
    may_deposit=True, may_curate=False, may_administer=False, unread=0,
)  # fmt: skip
ADMIN = SimpleNamespace(
    is_signed_in=True, name="Nông Thị Ví Dụ", role_label="Quản trị", unit="",
    may_deposit=True, may_curate=True, may_administer=True, unread=3,
)  # fmt: skip


MARKING = MarkingNotice(
    lines=["Có dấu mật, trang 3: “UBND TỈNH (VÍ DỤ)    TỐI MẬT”.", "Có dấu mật, trang 4: “MẬT”."],
    ids=[1, 2],
    more=2,
    contact="cơ quan thường trực, bộ phận bảo vệ bí mật nhà nước",
    clear_url="/an-pham/vi-du-1/khong-phai-dau-mat",
)
LIMITED = FileRow(
    "bản-đồ-di-tích-ví-dụ.pdf",
    "PDF",
    "48,0 MB",
    "ef" * 32,
    5,
    "/tep/1",
    "Cần xử lý: tệp cần hơn 512 MB bộ nhớ để đọc. Bản gốc vẫn được giữ (ví dụ).",
    read_again_url="/an-pham/vi-du-1/tep/1/doc-lai",
    factor=2,
    greatest_factor=8,
)
INTAKE = IntakePage(
    stages=[
        IntakeStageRow(
            "extract", "Đọc chữ trong tệp", 1240, 2, 3, "17 phút", "84,6 trang mỗi giây", "", None
        ),
        IntakeStageRow(
            "ocr", "Nhận dạng chữ trên ảnh trang", 12, 0, 0, "3 giờ", "", "Nông Thị Ví Dụ", AT
        ),
        IntakeStageRow("index", "Đưa vào chỉ mục tìm kiếm", 0, 1, 0, "", "", "", None),
        IntakeStageRow("images", "Tạo ảnh trang", 7, 0, 0, "dưới 1 phút", "", "", None),
        IntakeStageRow("record", "Cất hồ sơ", 0, 0, 0, "", "", "", None),
    ],
    running=[
        RunningRow(
            "Đọc chữ trong tệp", Link(EXAMPLES[0][0], "/an-pham/vi-du-0"), 12, 60, "may-chu:4121"
        ),
        RunningRow(
            "Đưa vào chỉ mục tìm kiếm", Link(EXAMPLES[3][0], "/an-pham/vi-du-3"), 0, 0, "may:7"
        ),
    ],
    failures=[
        FailureRow(
            "file:limit_reached:memory",
            "Đọc chữ trong tệp",
            "Cần xử lý: tệp cần hơn 512 MB bộ nhớ để đọc. Bản gốc vẫn được giữ (ví dụ).",
            "limit_reached",
            12,
            True,
            [(str(n), Link(EXAMPLES[n][0], f"/an-pham/vi-du-{n}")) for n in range(3)],
        ),
        FailureRow(
            "images:machine_fault:",
            "Tạo ảnh trang",
            "Có trục trặc ngoài dự kiến; quản trị sẽ xem lại.",
            "machine_fault",
            1,
            False,
            [("9", Link(EXAMPLES[8][0], "/an-pham/vi-du-8"))],
        ),
    ],
    failure_count=13,
    worker_is_alive=True,
    recognition="Máy này chưa cài phần nhận dạng chữ trên ảnh trang. 48 trang đang chờ.",
    recognition_is_missing=True,
    is_wholly_paused=False,
    is_partly_paused=True,
    refresh_url="/quan-tri/tiep-nhan/tinh-hinh",
)


HEAD = Head(
    title="Hướng dẫn",
    description="Cách tìm & đọc “ấn phẩm” trong kho (ví dụ).",
    url="https://kho.example.vn/huong-dan",
    picture=Picture(url="https://kho.example.vn/static/img/share.png", alt="Kho Ấn Phẩm"),
    data=Markup('{"@context":"https://schema.org","@type":"WebPage","name":"a\\u003c/script"}'),
    languages=(
        ("vi", "https://kho.example.vn/huong-dan"),
        ("en", "https://kho.example.vn/en/huong-dan"),
        ("x-default", "https://kho.example.vn/huong-dan"),
    ),
)


GUIDES = [
    GuideCard(name, f"Hướng dẫn {name}", "Vài bước, có hình.", "pages", f"/huong-dan/{name}")
    for name in NAMES
]


def guide(card: GuideCard) -> GuidePage:
    return GuidePage(
        card=card,
        pictures={
            path.stem: GuidePicture(f"/static/help/{path.name}", 1000, 560)
            for path in (STATIC / "help").glob("*.webp")
        },
        others=[Link(each.title, each.url) for each in GUIDES if each is not card],
    )


def screens() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """Name of the screen → template and its variables; forms are made afresh on each call."""
    # Imported here: it is made of what stands above.
    from tests.unit.web import preview_browse, preview_errors, preview_lists

    held = [HeldFileRow("a1", "cac-tuong-linh.pdf", "12,4 MB")]
    admin_page = AdminHomePage(
        counts=links("Ấn phẩm", "Chờ duyệt", "Người dùng", "Đơn vị"),
        jobs=links("Đang chờ", "Đang làm", "Không làm được"),
        events=EVENTS,
        version_rows=[("Phiên bản", "0.1.0"), ("SQLite", "3.53.4")],
    )
    return {
        "home": ("home/index.html", {"page": HOME, "current": "home"}),
        "home-empty": (
            "home/index.html",
            {"page": EMPTY_HOME, "current": "home", "me": DEPOSITOR},
        ),
        "search": (
            "search/results.html",
            {"page": SEARCH, "current": "search", "query": SEARCH.query},
        ),
        "search-relaxed": (
            "search/results.html",
            {
                "page": replace(
                    SEARCH,
                    relaxed=True,
                    notice="Không có trang chứa đủ các từ; đây là các trang gần nhất.",
                ),
                "current": "search",
            },
        ),
        "search-none": ("search/results.html", {"page": NOTHING, "current": "search"}),
        "search-start": (
            "search/results.html",
            {"page": replace(NOTHING, query="", active=[], facets=[]), "current": "search"},
        ),
        "inside": ("publications/inside.html", {"page": INSIDE}),
        "inside-none": ("publications/inside.html", {"page": INSIDE_NOTHING}),
        "publication": ("publications/show.html", {"page": publication(), "current": "browse"}),
        "publication-guesses": (
            "publications/show.html",
            {
                "page": publication(
                    guesses=GUESSES,
                    doubts=["Số ISBN 978-604-000-000-1 ở trang 2 sai số kiểm tra."],
                    outline=OUTLINE,
                    may_resubmit=True,
                    card=card(0, status="draft", status_label=STATUS["draft"]),
                ),
                "current": "browse",
                "me": DEPOSITOR,
            },
        ),
        "publication-review": (
            "publications/show.html",
            {
                "page": publication(
                    card=card(1, status="submitted", status_label=STATUS["submitted"]),
                    may_review=True,
                    review=REVIEW,
                    events=EVENTS,
                    progress=STAGES,
                    progress_url="/an-pham/vi-du-1/tien-do",
                    duplicate_of=[Link("Một ấn phẩm khác (ví dụ)", "/an-pham/vi-du-9")],
                    files=publication().files[:1],
                    thumbs=[],
                ),
                "current": "review",
                "me": ADMIN,
            },
        ),
        "publication-alike-decide": (
            "publications/show.html",
            {
                "page": publication(
                    card=card(1, status="submitted", status_label=STATUS["submitted"]),
                    may_review=True,
                    review=REVIEW,
                    likeness=ALIKE,
                ),
                "current": "review",
                "me": ADMIN,
            },
        ),
        "publication-alike": (
            "publications/show.html",
            {
                "page": publication(
                    likeness=replace(
                        ALIKE,
                        note="Kho đã có một bản gần giống. Bản nộp vẫn được giữ (ví dụ).",
                        rows=[replace(ALIKE.rows[0], url="", title="", pages=(), other_id="")],
                        decide_url="",
                    ),
                    editions=[
                        Link("2021", "/an-pham/vi-du-3"),
                        Link("2024", "/an-pham/vi-du-0", selected=True),
                        Link("chưa rõ năm (“Nhan đề khác (ví dụ)”)", "/an-pham/vi-du-4"),
                    ],
                ),
                "current": "mine",
                "me": DEPOSITOR,
            },
        ),
        "publication-returned": (
            "publications/show.html",
            {
                "page": publication(
                    card=card(0, status="returned", status_label=STATUS["returned"]),
                    review=ReviewParts(
                        returned=ReturnedNotice(
                            AT, "Nông Thị Ví Dụ", "Trang 3 bị ngược.\nXin thay tệp bìa.", ()
                        )
                    ),
                    may_resubmit=True,
                    events=list(reversed(EVENTS)),
                    read_url="",
                ),
                "current": "mine",
                "me": DEPOSITOR,
            },
        ),
        "publication-withdraw": (
            "publications/show.html",
            {
                "page": publication(
                    may_withdraw=True, files=[], thumbs=[], facts=[], citation="", abstract=""
                ),
                "current": "browse",
                "me": ADMIN,
            },
        ),
        "publication-marked": (
            "publications/show.html",
            {
                "page": publication(
                    card=card(1, status="submitted", status_label=STATUS["submitted"]),
                    may_review=True,
                    review=REVIEW,
                    marking=MARKING,
                    files=[LIMITED, replace(LIMITED, factor=0, url="/tep/2")],
                ),
                "current": "review",
                "me": ADMIN,
            },
        ),
        "publication-marked-own": (
            "publications/show.html",
            {
                "page": publication(
                    card=card(1, status="submitted", status_label=STATUS["submitted"]),
                    marking=replace(MARKING, clear_url=""),
                ),
                "current": "mine",
                "me": DEPOSITOR,
            },
        ),
        "intake": ("admin/intake.html", {"page": INTAKE, "current": "admin", "me": ADMIN}),
        "intake-idle": (
            "admin/intake.html",
            {
                "page": replace(
                    INTAKE,
                    stages=[replace(row, paused_since=None) for row in INTAKE.stages],
                    running=[],
                    failures=[],
                    failure_count=0,
                    is_partly_paused=False,
                ),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "deposit-declared": (
            "deposits/new.html",
            {
                "page": deposit(
                    DepositForm(),
                    may_declare=True,
                    declared=True,
                    declared_reason="Chữ trong nhan đề (ví dụ)",
                    file_errors=["Có dấu mật, trang 1: “TỐI MẬT”. Kho không nhận (ví dụ)."],
                ),
                "current": "deposit",
                "me": ADMIN,
            },
        ),
        "reader": ("publications/read.html", {"page": reader(), "current": "browse"}),
        "reader-text": (
            "publications/read.html",
            {
                "page": reader(
                    image=None,
                    image_width=0,
                    image_height=0,
                    boxes=[],
                    number=1,
                    label="1",
                    previous_url="",
                    notice="Ảnh của trang đang được làm.",
                    text_source="embedded",
                ),
                "current": "browse",
            },
        ),
        "reader-text-only": (
            "publications/read.html",
            {
                "page": reader(
                    image=None,
                    boxes=[],
                    is_text_only=True,
                    text_only_url="",
                    picture_url="/an-pham/vi-du-0/trang/12",
                ),
                "current": "browse",
            },
        ),
        "reader-one-page": (
            "publications/read.html",
            {
                "page": reader(
                    number=1,
                    page_count=1,
                    place="alone",
                    previous_url="",
                    next_url="",
                    goto_url="",
                    outline=(),
                    hits=None,
                ),
                "current": "browse",
            },
        ),
        "print-page": ("publications/print_page.html", {"page": printed(), "current": ""}),
        "print-page-text": (
            "publications/print_page.html",
            {"page": printed(image=None), "current": ""},
        ),
        "reader-no-text": (
            "publications/read.html",
            {"page": reader(has_text=False, text=Markup(""), boxes=[]), "current": "browse"},
        ),
        "deposit": (
            "deposits/new.html",
            {"page": deposit(DepositForm()), "current": "deposit", "me": DEPOSITOR},
        ),
        "deposit-wrong": (
            "deposits/new.html",
            {
                "page": deposit(
                    wrong(DepositForm()),
                    held=held,
                    file_errors=["Tệp “bìa.pdf” đặt mật khẩu. Hãy bỏ mật khẩu rồi chọn lại."],
                ),
                "current": "deposit",
                "me": DEPOSITOR,
            },
        ),
        "deposit-waiting": (
            "deposits/new.html",
            {
                "page": deposit(DepositForm(), waiting=WAITING),
                "current": "deposit",
                "me": DEPOSITOR,
            },
        ),
        "deposit-editing": (
            "deposits/new.html",
            {
                "page": deposit(DepositForm(data={"title": "Ví dụ"}), editing=True),
                "current": "deposit",
                "me": DEPOSITOR,
            },
        ),
        "deposit-guesses": (
            "deposits/new.html",
            {
                "page": deposit(
                    DepositForm(),
                    held=held,
                    guesses=GUESSES,
                    doubts=["Số ISBN 978-604-000-000-1 ở trang 2 sai số kiểm tra."],
                    taken=["Nhà xuất bản"],
                    was_read=True,
                ),
                "current": "deposit",
                "me": DEPOSITOR,
            },
        ),
        "mine": (
            "deposits/mine.html",
            {
                "page": MyDepositsPage([RETURNED, PENDING, BROKEN], FILTERS, pagination()),
                "current": "mine",
                "me": DEPOSITOR,
                "messages": [("success", "Đã nộp “Bản tin (ví dụ)”."), ("error", "Có lỗi.")],
            },
        ),
        "mine-empty": (
            "deposits/mine.html",
            {
                "page": MyDepositsPage([], FILTERS, pagination(1, 1)),
                "current": "mine",
                "me": DEPOSITOR,
            },
        ),
        "queue": (
            "review/queue.html",
            {
                "page": QueuePage(
                    [PENDING, SUSPECTED, deposit_row(5, "submitted", marking=MARKING.lines[0])],
                    FILTERS,
                    pagination(),
                ),
                "current": "review",
                "me": ADMIN,
            },
        ),
        "queue-empty": (
            "review/queue.html",
            {
                "page": QueuePage(
                    [],
                    FILTERS,
                    replace(pagination(1, 1), total=0),
                    empty="Không có bản nộp nào chờ duyệt",
                ),
                "current": "review",
                "me": ADMIN,
            },
        ),
        "sign-in": ("accounts/sign_in.html", {"form": SignInForm(), "current": "", "reason": ""}),
        "sign-in-wrong": (
            "accounts/sign_in.html",
            {"form": wrong(SignInForm()), "current": "", "reason": "Đăng nhập để nộp ấn phẩm."},
        ),
        "password": (
            "accounts/password.html",
            {"form": PasswordForm(), "current": "", "me": DEPOSITOR},
        ),
        "set-password": ("accounts/set_password.html", {"form": SetPasswordForm(), "current": ""}),
        "admin": ("admin/index.html", {"page": admin_page, "current": "admin", "me": ADMIN}),
        "users": (
            "admin/users.html",
            {
                "page": UsersPage(USERS, UserForm(), "", pagination()),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "users-wrong": (
            "admin/users.html",
            {
                "page": UsersPage([], wrong(UserForm()), "không có", pagination(1, 1)),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "units": (
            "admin/units.html",
            {
                "page": UnitsPage(UNITS, UnitForm(), "", pagination(1, 1)),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "user": (
            "admin/user.html",
            {"row": USERS[1], "form": UserEditForm(), "current": "admin", "me": ADMIN},
        ),
        "user-blocked": (
            "admin/user.html",
            {"row": USERS[2], "form": wrong(UserEditForm()), "current": "admin", "me": ADMIN},
        ),
        "unit": (
            "admin/unit.html",
            {
                "row": UNITS[0],
                "form": UnitForm(),
                "merging": UnitMergeForm(prefix="merging-"),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "unit-blocked": (
            "admin/unit.html",
            {
                "row": UNITS[1],
                "form": UnitForm(),
                "merging": UnitMergeForm(prefix="merging-"),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "password-link": (
            "admin/password_link.html",
            {
                "page": PasswordLinkPage(
                    USERS[1], "http://127.0.0.1:8000/dat-mat-khau/vi-du-0123456789abcdefghijk", AT
                ),
                "current": "admin",
                "me": ADMIN,
            },
        ),
        "help": (
            "help/index.html",
            {"current": "help", "head": HEAD, "page": HelpPage(guides=GUIDES)},
        ),
        **{
            f"help-{card.name}": (
                f"help/{card.name}.html",
                {"current": "help", "head": HEAD, "page": guide(card)},
            )
            for card in GUIDES
        },
        "styleguide": ("styleguide/index.html", {"page": style_guide(), "current": ""}),
        **preview_browse.screens(),
        **preview_errors.screens(),
        **preview_lists.empty_lists(),
        **preview_lists.waiting(),
    }


def fragments() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """What is asked for by itself, without the frame of a page."""
    running = publication(progress=STAGES, progress_url="/an-pham/vi-du-0/tien-do")
    return {
        "progress": ("publications/_progress.html", {"page": running}),
        "progress-over": (
            "publications/_progress.html",
            {"page": replace(running, progress=FAILED_STAGES, progress_url="")},
        ),
        "intake-now": ("admin/_intake.html", {"page": INTAKE}),
        "progress-done": (
            "publications/_progress.html",
            {
                "page": replace(
                    running,
                    progress=[replace(stage, state="done") for stage in STAGES],
                    progress_url="",
                )
            },
        ),
    }


@cache
def environment() -> Environment:
    """Jinja as the application sets it up, but strict about names that are not there."""
    jinja = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def vdate(value: date) -> str:
        return value.strftime("%d/%m/%Y")

    def vdatetime(value: datetime) -> str:
        return value.strftime("%H:%M %d/%m/%Y")

    def vmoment(value: datetime) -> str:
        return value.strftime("%H:%M ngày %d/%m/%Y")

    def number(value: int) -> str:
        return f"{value:,}".replace(",", ".")

    jinja.add_extension("jinja2.ext.i18n")
    jinja.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: text, ngettext=lambda text, _other, _number: text, newstyle=True
    )
    jinja.globals.update(
        here=lambda path: path,
        counted=lambda text, value: text.format(number=number(value)),
        language="vi",
        language_name=language_name,
        other_languages=[("en", "/en/")],
    )
    jinja.filters.update(
        vdate=vdate, vdatetime=vdatetime, vmoment=vmoment, number=number, keep_words=keep_words
    )
    return jinja


def render(template: str, variables: Mapping[str, Any], *, asset: Callable[[str], str]) -> str:
    messages = variables.get("messages", [])
    context = {
        "site_name": "Kho Ấn Phẩm Cao Bằng",
        "me": ANYONE,
        "sign_in_url": lambda: "/dang-nhap",
        "query": "",
        "head": None,
        "csrf_token": lambda: "vi-du",
        "asset": asset,
        "inline": inline,
        "get_flashed_messages": lambda with_categories=False: messages,
        **{name: value for name, value in variables.items() if name != "messages"},
    }
    return environment().get_template(template).render(context)


def rendered() -> Iterator[tuple[str, str]]:
    asset = Assets(STATIC, VENDOR).url
    for name, (template, variables) in screens().items():
        yield name, render(template, variables, asset=asset)


def write(folder: Path) -> None:
    """One `<screen>.html` per screen, and the files they load under `static/`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    for name, source in VENDOR_FILES.items():
        target = folder / "static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (VENDOR / source).is_file():
            shutil.copyfile(VENDOR / source, target)
    for name, html in rendered():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: preview.py FOLDER")
    write(Path(sys.argv[1]))
