"""Lists and pages of authorities: order, counts for each reader, and what curators do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select

from archive.core.dates import parse_issue_date
from archive.core.roles import SYSTEM, Access, Role
from archive.core.status import Status
from archive.models import Authority, Event, Publication, PublicationValue
from archive.services.authorities.editing import AuthorityInput, create_authority
from archive.services.authorities.loading import load_facts
from archive.services.deposits import deposit
from archive.services.records import RecordInput
from archive.services.units import find_unit
from tests.conftest import post
from tests.integration.standing import elements, page, words_of

LISTS = ("chu-de", "dia-danh", "nhan-vat", "to-chuc", "su-kien", "di-tich", "tung-thu")


@pytest.fixture
def put(holdings):
    with holdings.database.writing() as session:
        load_facts(session)
        create_authority(
            session,
            "series",
            AuthorityInput(name="Bản tin Về nguồn"),
            by=SYSTEM,
            authority_id="tt-vn",
        )
        session.commit()

    def make(title: str, *, access=Access.PUBLIC, status=Status.ACCEPTED, issued="2024", **fields):
        with holdings.database.writing() as session:
            made = deposit(
                session,
                holdings,
                publication_id=f"p{abs(hash(title)):x}".ljust(12, "0")[:12],
                record=RecordInput(
                    title=title, issued=parse_issue_date(issued), access=access, **fields
                ),
                files=(),
                unit=find_unit(session, "so-van-hoa"),
                status=status,
                by=SYSTEM,
            )
            session.commit()
            return made.publication.id

    return make


@pytest.fixture
def statements(holdings) -> Iterator[list[str]]:
    seen: list[str] = []

    def look(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(holdings.database.engine, "before_cursor_execute", look)
    yield seen
    event.remove(holdings.database.engine, "before_cursor_execute", look)


def text_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return words_of(page(answer))


def test_every_list_opens_with_few_statements(client, put, statements, work):
    put("Một", values={"places": ("Hòa An",), "themes": ("Báo chí",), "people": ("Kim Đồng",)})
    work()
    extra = ("dia-danh?thoi=cu", "dia-danh?q=hoa+an", "dia-danh/d051", "chu-de/cd-lich-su")
    for path in (*LISTS, *extra, "tung-thu/tt-vn", "nhan-vat/nv-kim-dong"):
        statements.clear()
        text_of(client, f"/{path}")
        assert len(statements) <= 12, (path, statements)


def test_people_stand_by_given_name_and_places_in_vietnamese_order(client, put):
    told = text_of(client, "/nhan-vat")
    assert told.index("Bế Văn Đàn") < told.index("Kim Đồng") < told.index("Hoàng Văn Thụ")
    told = text_of(client, "/dia-danh")
    assert told.index("xã Hà Quảng") < told.index("xã Hạ Lang") < told.index("xã Hòa An") or (
        told.index("xã Hạ Lang") < told.index("xã Hà Quảng")
    )


def test_counts_and_pages_tell_of_nothing_that_the_reader_may_not_see(client, signed_in, put, work):
    put("Mở cho mọi người", values={"people": ("Kim Đồng",)})
    put("Chỉ nội bộ", access=Access.INTERNAL, values={"people": ("Kim Đồng",)})
    put("Hạn chế kín", access=Access.RESTRICTED, values={"people": ("Nông Văn Dèn",)})
    put("Chưa duyệt", status=Status.SUBMITTED, values={"people": ("Kim Đồng",)})
    work()
    path = "/nhan-vat/nv-kim-dong"
    for who, count, titles in (
        (client, 1, {"Mở cho mọi người"}),
        (signed_in(Role.READER), 2, {"Mở cho mọi người", "Chỉ nội bộ"}),
        (signed_in(Role.CURATOR), 3, {"Mở cho mọi người", "Chỉ nội bộ", "Hạn chế kín"}),
    ):
        told = text_of(who, path)
        assert f"{count} ấn phẩm" in told
        for title in ("Mở cho mọi người", "Chỉ nội bộ", "Hạn chế kín", "Chưa duyệt"):
            assert (title in told) == (title in titles)
        listed = text_of(who, "/nhan-vat?q=kim+dong")
        assert f"{count} ấn phẩm" in listed


def test_theme_counts_what_lies_in_the_themes_below_it_once(client, put, work):
    put("Một", values={"themes": ("Báo chí", "Lịch sử cách mạng")})
    put("Hai", values={"themes": ("Lịch sử Đảng bộ",)})
    work()
    told = text_of(client, "/chu-de")
    assert "Lịch sử cách mạng 2 ấn phẩm" in told
    assert "Báo chí 1 ấn phẩm" in told
    assert "2 ấn phẩm" in text_of(client, "/chu-de/cd-lich-su")


def test_place_page_tells_validity_what_came_before_and_after_source_and_caution(client, put):
    told = text_of(client, "/dia-danh/n01654")
    for words in ("xã Hòa An", "từ 1/7/2025", "thị trấn Nước Hai", "1657/NQ-UBTVQH15"):
        assert words in told
    assert "Địa bàn trước đây thuộc huyện Hòa An" in told
    told = text_of(client, "/dia-danh/d044")
    assert "Về sau thuộc huyện Hà Quảng" in told
    assert "Địa bàn nay thuộc xã Cần Yên" in told


def test_what_is_yet_to_be_checked_is_for_curators(client, signed_in, put):
    told = text_of(client, "/nhan-vat/nv-kim-dong")
    assert "Sinh năm 1929 (có sách ghi 1928). Mất ngày 15/2/1943. Dân tộc: Nùng." in told
    assert "Cần kiểm tra" not in client.get("/nhan-vat/nv-kim-dong").get_data(as_text=True)
    for words in ("Cần kiểm tra: quê", "To be checked: his home"):
        assert Authority(note=f"Dân tộc: Tày. {words}").public_note == "Dân tộc: Tày."
    assert "một nguồn ghi 11/2" in text_of(signed_in(Role.CURATOR), "/nhan-vat/nv-kim-dong")


def test_series_shows_its_issues_in_order_and_what_is_missing_between(client, put):
    for number, year in ((3, "2024"), (1, "2024"), (6, "2024"), (1, "2025")):
        put(
            f"Bản tin {number} năm {year}",
            issued=year,
            series="Bản tin Về nguồn",
            volume=f"Số {number}/{year}",
        )
    put("Bản tin đôi", issued="2023", series="bản tin về nguồn", volume="Số 1-2")
    put("Bản tin mười", issued="2023", series="Bản tin Về nguồn", volume="Số 10")
    told = text_of(client, "/tung-thu/tt-vn")
    assert told.index("Bản tin 1 năm 2024") < told.index("Bản tin 3 năm 2024")
    assert "Thiếu số 2, 4, 5" in told
    assert told.count("Thiếu số") == 1, "no gap is told where a number is not plain"


def test_record_leads_to_what_its_values_name(client, put):
    made = put("Một", values={"places": ("Hoà An",), "themes": ("Không có mục",)})
    html = client.get(f"/an-pham/{made}").get_data(as_text=True)
    assert '<a href="/dia-danh/d051">Hoà An</a>' in html
    assert "/duyet?theme=Kh" in html


def test_nothing_and_another_section_and_attack_input(client, put):
    assert client.get("/dia-danh/khong-co").status_code == 404
    assert client.get("/chu-de/d051").location == "/dia-danh/d051"
    for query in ("%00", "a" * 3000, "<script>alert(1)</script>", "' OR 1=1 --", "%F0%9F%98%80"):
        answer = client.get(f"/nhan-vat?q={query}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.get_data(as_text=True)
    for number in ("0", "-1", "x", "99999999999"):
        assert client.get(f"/dia-danh?page={number}").status_code == 200


def test_names_are_offered_with_what_tells_them_apart(signed_in, put, client):
    officer = signed_in(Role.DEPOSITOR)
    found = officer.get("/nop/ten-goi?loai=place&q=ha+quang").json["items"]
    assert found[0] == {"name": "xã Hà Quảng", "label": "xã Hà Quảng (từ 1/7/2025)"}
    assert found[1]["label"] == "huyện Hà Quảng (đến 30/6/2025)"
    by_other_name = officer.get("/nop/ten-goi?loai=person&q=nông văn dèn").json["items"]
    assert [each["name"] for each in by_other_name] == ["Kim Đồng"]
    for nonsense in ("?loai=planet&q=ha", "", "?loai=place&q=%00", "?loai=place&q=;"):
        assert officer.get(f"/nop/ten-goi{nonsense}").json == {"items": []}
    assert client.get("/nop/ten-goi?loai=place&q=ha").status_code == 302


def test_curator_adds_changes_merges_and_splits(signed_in, put, holdings, client):
    made = put("Một", values={"people": ("Nông Thị Trưng",)})
    curator = signed_in(Role.CURATOR)
    assert "Nông Thị Trưng" in text_of(curator, "/quan-tri/danh-muc/chua-ro")
    wrong = post(curator, "/quan-tri/danh-muc/them", {"kind": "person", "name": "A;B"})
    assert wrong.status_code == 422
    assert "A;B" in wrong.get_data(as_text=True)
    answer = post(curator, "/quan-tri/danh-muc/them", {"kind": "person", "name": "Nông Thị Trưng"})
    assert answer.status_code == 302
    base = answer.location
    with holdings.database.reading() as session:
        person = session.scalars(select(Authority).where(Authority.name == "Nông Thị Trưng")).one()
        assert session.scalar(select(PublicationValue.authority_id)) == person.id
    changed = post(
        curator, base, {"kind": "person", "name": "Nông Thị Trưng", "variants": "Nông Thị Bảy"}
    )
    assert changed.status_code == 302
    preview = text_of(curator, f"{base}/gop?into=Kim Đồng")
    assert "1 ấn phẩm sẽ gắn với “Kim Đồng”" in preview
    assert curator.get(f"{base}/gop?into=Ai đó").status_code == 422
    merged = post(curator, f"{base}/gop", {"into": "nv-kim-dong"})
    assert merged.location == "/quan-tri/danh-muc/nv-kim-dong"
    assert client.get(f"/nhan-vat/{person.id}").location == "/nhan-vat/nv-kim-dong"
    assert "Một" in text_of(client, "/nhan-vat/nv-kim-dong")
    post(curator, f"{base}/tach", {})
    assert "Một" in text_of(client, f"/nhan-vat/{person.id}")
    refused = post(curator, f"{base}/xoa", {}, follow_redirects=True)
    assert "đang được dùng" in refused.get_data(as_text=True)
    with holdings.database.reading() as session:
        assert session.get_one(Publication, made).values_of("people") == ("Nông Thị Trưng",)


def test_curator_says_what_a_doubtful_name_means(signed_in, put, holdings):
    put("Một", issued="2022", values={"places": ("Quang Trung",)})
    curator = signed_in(Role.CURATOR)
    told = text_of(curator, "/quan-tri/danh-muc/chua-ro")
    assert "3 mục cùng tên" in told
    assert "xã Quang Trung, huyện Hòa An, đến 30/6/2025" in told
    given = {"field": "places", "value": "Quang Trung", "authority": "w01702@2020"}
    assert post(curator, "/quan-tri/danh-muc/chua-ro", given).status_code == 302
    with holdings.database.reading() as session:
        assert session.scalar(select(PublicationValue.authority_id)) == "w01702@2020"
    wrong = {**given, "authority": "nv-kim-dong"}
    assert post(curator, "/quan-tri/danh-muc/chua-ro", wrong).status_code == 404


def test_count_of_an_open_name_leads_to_its_publications(signed_in, put):
    put("Ghi tên ấy", values={"creators": ("Nông Thị Ấy & em",)})
    put("Ghi tên khác", values={"creators": ("Lý Văn Khác",)})
    curator = signed_in(Role.CURATOR)
    root = page(curator.get("/quan-tri/danh-muc/chua-ro"))
    (path,) = [
        href
        for link in elements(root, "a")
        if "chua-ro/an-pham" in (href := link.get("href")) and "%E1%BA%A4y" in href
    ]
    told = text_of(curator, path)
    assert "Ghi tên ấy" in told
    assert "Ghi tên khác" not in told
    assert curator.get("/quan-tri/danh-muc/chua-ro/an-pham?field=la&value=x").status_code == 404
    assert "Tên này đã rõ" in text_of(
        curator, "/quan-tri/danh-muc/chua-ro/an-pham?field=places&value=x"
    )


def test_tying_a_name_is_undone_where_it_was_tied_and_nowhere_else(signed_in, put, holdings):
    earlier = put("Gắn từ trước", issued="2022", values={"places": ("Quang Trung",)})
    curator, path = signed_in(Role.CURATOR), "/quan-tri/danh-muc/chua-ro"
    given = {"field": "places", "value": "Quang Trung", "authority": "w01702@2020"}
    post(curator, path, given)
    later = put("Gắn sau", issued="2022", values={"places": ("Quang Trung",)})

    def tied() -> dict[str, str | None]:
        with holdings.database.reading() as session:
            return dict(
                session.execute(
                    select(PublicationValue.publication_id, PublicationValue.authority_id)
                ).all()
            )

    assert tied() == {earlier: "w01702@2020", later: None}
    answer = post(curator, path, given)
    root = page(curator.get(answer.location))
    assert "Đã gắn “Quang Trung” ở 1 ấn phẩm." in words_of(root)
    (event,) = [e.get("value") for e in elements(root, "input") if e.get("name") == "event"]
    done = post(curator, f"{path}/hoan-tac", {"event": event}, follow_redirects=True)
    assert "Đã bỏ gắn “Quang Trung” ở 1 ấn phẩm." in done.text
    assert tied() == {earlier: "w01702@2020", later: None}
    assert "Hoàn tác" not in text_of(curator, answer.location), "nothing is left to undo"
    post(curator, f"{path}/hoan-tac", {"event": event})
    for wrong in ("", "x", "1", "9" * 30):
        assert post(curator, f"{path}/hoan-tac", {"event": wrong}).status_code == 404
    assert post(signed_in(Role.DEPOSITOR), f"{path}/hoan-tac", {"event": event}).status_code == 403
    with holdings.database.reading() as session:
        kinds = list(
            session.scalars(select(Event.kind).where(Event.kind.like("authority_%linked")))
        )
    assert kinds == ["authority_linked", "authority_linked", "authority_unlinked"]


@pytest.mark.parametrize("role", [Role.READER, Role.DEPOSITOR])
def test_others_change_nothing(signed_in, put, role):
    client = signed_in(role)
    for path in ("them", "cd-lich-su", "cd-lich-su/gop", "cd-lich-su/xoa", "chua-ro"):
        assert post(client, f"/quan-tri/danh-muc/{path}", {"name": "x"}).status_code == 403
