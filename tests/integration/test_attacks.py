"""Hostile input through the web: markup, names, files, headers and forms nobody's browser sends."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import select
from werkzeug.http import parse_options_header

from archive.core.roles import Access
from archive.core.status import Status
from archive.models import File, Publication
from archive.web.headers import POLICY
from archive.web.inline import digest
from tests.conftest import make_pdf, open_app, post, token_of
from tests.integration.standing import (
    ANYONE,
    Standing,
    elements,
    page,
    settings_in,
    standing_archive,
    words_of,
)

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "'\"></title></textarea><svg onload=alert(1)>",
    "{{ 7*7 }}${7*7}</p><b>",
)
BOUNDARY = "------------------------8b1a"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("attacks")) as made:
        yield made


def multipart(fields: dict[str, str], files: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """A request body written by hand: file names go out byte for byte."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="'.encode()
        + name
        + b'"\r\nContent-Type: text/html\r\n\r\n'
        + data
        + b"\r\n"
        for name, data in files
    ]
    return {
        "data": b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(),
        "content_type": f"multipart/form-data; boundary={BOUNDARY}",
    }


def send(archive: Standing, files: list[tuple[bytes, bytes]], **given: str) -> Any:
    """A deposit by the depositor of `so-van-hoa`, all right but for what is given."""
    client = archive.client("depositor")
    fields = {
        "csrf_token": token_of(client, "/nop"),
        "title": "Ấn phẩm",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
        **given,
    }
    return client.post("/nop", **multipart(fields, files))


def publication_of(archive: Standing, answer: Any) -> Publication:
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with archive.holdings.database.reading() as session:
        return session.get_one(Publication, answer.location.rpartition("/")[2])


def assert_harmless(answer: Any) -> None:
    """Strict HTML in Vietnamese, without a script, handler or link that the site did not make."""
    root = page(answer)
    assert root.get("lang") == "vi"
    for element in root.iter("{*}*"):
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        assert "style" not in element.attrib
        for name in ("href", "src", "action"):
            value = element.get(name, "/")
            assert value == "" or value.startswith(("/", "#", "http://localhost/")), value
            assert not value.startswith("//"), value
    for script in elements(root, "script"):
        if script.get("type") == "application/ld+json":
            # Data that is never run: what people typed stands in it escaped.
            assert "<" not in script.text
            assert json.loads(script.text)["@context"] == "https://schema.org"
            continue
        if script.text and digest(script.text) in POLICY:
            continue
        assert script.get("src", "").startswith("/static/")
        assert not (script.text or "").strip()
    assert not elements(root, "style")


# Stored markup


@pytest.fixture(scope="module")
def poisoned(archive: Standing) -> str:
    """A returned-and-accepted publication with markup wherever a person can write."""
    payload = PAYLOADS[0] + PAYLOADS[1]
    several = ";".join(PAYLOADS[:3])
    admin = archive.client("admin")
    given = {"code": "doc-hai", "name": payload, "kind": PAYLOADS[2], "parent": "", "successor": ""}
    assert post(admin, "/quan-tri/don-vi", given).status_code == 302
    given = {"email": "ke-pha@example.org", "name": payload, "role": "curator", "unit": "doc-hai"}
    assert post(admin, "/quan-tri/nguoi-dung", given).status_code == 200
    pdf = make_pdf(*(f"{text} thulanh bengoai {text}" for text in PAYLOADS))
    given = dict.fromkeys(("subtitle", "creators", "responsibility", "publisher"), payload)
    given |= dict.fromkeys(
        ("themes", "places", "people", "audiences", "grades", "subjects"), several
    )
    given |= {"abstract": payload, "series": payload, "plan_task": payload, "languages": "vi"}
    curator = archive.client("curator")
    fields = {
        "csrf_token": token_of(curator, "/nop"),
        "title": f"thulanh {payload}",
        "unit": "doc-hai",
        "issued": "2024",
        "kind": "book",
        "access": "public",
        **given,
    }
    name = f"{payload}.pdf".replace('"', "%22").encode()
    answer = curator.post("/nop", **multipart(fields, [(name, pdf)]))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert post(curator, f"{answer.location}/tra-lai", {"note": payload}).status_code == 302
    assert post(curator, f"{answer.location}/nop-lai", {}).status_code == 302
    assert post(curator, f"{answer.location}/nhan", {}).status_code == 302
    archive.work()
    return str(answer.location)


def test_markup_in_a_record_is_shown_as_the_text_it_is(archive: Standing, poisoned: str) -> None:
    for role in (ANYONE, "curator"):
        answer = archive.client(role).get(poisoned)
        assert_harmless(answer)
        text = words_of(page(answer))
        for payload in PAYLOADS[:3]:
            assert payload in text
    note = words_of(page(archive.client("curator").get(poisoned)))
    assert note.count(PAYLOADS[0] + PAYLOADS[1]) > 6


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/duyet",
        "/duyet?nhom=theme",
        "/duyet?unit=doc-hai",
        "/tim-kiem",
        "/tim-kiem?q=thulanh",
        "/tim-kiem?q=alert+bengoai",
        '/tim-kiem?q="><script>alert(1)</script>+thulanh',
        "/tim-kiem?q=thulanh&theme=<img+src%3Dx+onerror%3Dalert(1)>",
        "/tim-kiem?q=thulanh&unit=%22><script>&year=<b>&sort=<b>",
        "/duyet?theme=<svg+onload%3Dalert(1)>&page=<b>",
        "/duyet-nop?tinh-trang=accepted",
        "/duyet-nop?tinh-trang=<script>",
        "/cua-toi?tinh-trang=<script>",
        "/quan-tri",
        "/quan-tri/nguoi-dung",
        "/quan-tri/nguoi-dung?q=<script>",
        "/quan-tri/don-vi",
        "/dang-nhap?next=<script>",
        "/khong-co/<script>alert(1)</script>",
        "{publication}/trang/1?q=thulanh",
        "{publication}/trang/2?q=alert+script",
        "{publication}/trang/3?q=%22><script>alert(1)</script>",
        "{publication}/trang/4?q=thulanh+bengoai",
        "{publication}?trang=tat-ca",
    ],
)
def test_markup_stays_text_on_every_page(archive: Standing, poisoned: str, path: str) -> None:
    roles = (
        ("admin",)
        if path.startswith(("/quan-tri", "/cua-toi", "/duyet-nop"))
        else (ANYONE, "admin")
    )
    for role in roles:
        answer = archive.client(role).get(path.format(publication=poisoned))
        if answer.status_code != 302:
            assert_harmless(answer)


def test_snippet_of_the_api_is_escaped_around_its_marks(archive: Standing, poisoned: str) -> None:
    for q in ("thulanh", "alert", "img src"):
        found = archive.client(ANYONE).get("/api/v1/search", query_string={"q": q}).json
        snippets = [hit["snippet"] for item in found["items"] for hit in item["pages"]]
        assert snippets
        for snippet in snippets:
            bare = snippet.replace("<mark>", "").replace("</mark>", "")
            assert "<" not in bare
            assert ">" not in bare


def test_forms_refill_what_was_typed_without_letting_it_out(archive: Standing) -> None:
    given = dict.fromkeys(("subtitle", "abstract", "themes", "isbn", "deposit_id"), PAYLOADS[2])
    answer = send(archive, [], title=PAYLOADS[1], issued=PAYLOADS[0], unit=PAYLOADS[0], **given)
    assert answer.status_code == 422
    assert_harmless(answer)
    kept = {field.get("name"): field.get("value") for field in elements(page(answer), "input")}
    assert kept["title"] == PAYLOADS[1]
    assert kept["subtitle"] == PAYLOADS[2]


def test_mark_across_a_gap_between_paragraphs_leaves_the_page_whole(archive: Standing) -> None:
    text = "đoạn đầu Giải phóng\n\nquân <b>sau</b>\n \n\x0b\x01cuối"
    publication_id = archive.put("Hai đoạn", text.encode(), name="doan.txt")
    archive.work()
    answer = archive.client(ANYONE).get(f"/an-pham/{publication_id}/trang/1?q=giai+phong+quan")
    assert_harmless(answer)
    html = answer.get_data(as_text=True)
    assert "<mark>Giải phóng</mark></p>" in html
    assert "<p><mark>quân</mark> &lt;b&gt;sau&lt;/b&gt;</p>" in html


# File names

NAMES = [
    (b"../../../etc/passwd.pdf", "../../../etc/passwd.pdf", "passwd.pdf"),
    (b"C:\\\\Users\\\\x\\\\bao cao.pdf", "C:\\Users\\x\\bao cao.pdf", "bao cao.pdf"),
    (b"/etc/shadow.pdf", "/etc/shadow.pdf", "shadow.pdf"),
    (b"a\x00b.pdf", "ab.pdf", "ab.pdf"),
    (b"a%0D%0ASet-Cookie: x=y.pdf", None, None),
    (b"nh\xc3\xa1y %22k\xc3\xa9p%22; filename=x.exe.pdf", None, None),
    (("ấ" * 100 + ".pdf").encode(), "ấ" * 100 + ".pdf", "ấ" * 100 + ".pdf"),
    (("ấ" * 400 + ".pdf").encode(), "ấ" * 400 + ".pdf", "ấ" * 196 + ".pdf"),
    (
        unicodedata.normalize("NFD", "Cội nguồn cách mạng.pdf").encode(),
        unicodedata.normalize("NFD", "Cội nguồn cách mạng.pdf"),
        unicodedata.normalize("NFD", "Cội nguồn cách mạng.pdf"),
    ),
    (b"=?utf-8?B?Li4vLi4v?=.pdf", "=?utf-8?B?Li4vLi4v?=.pdf", None),
    (b".pdf", ".pdf", "pdf"),
    (b"\xef\xbc\x8f..\xef\xbc\x8fx\xe2\x80\xae.pdf", "／..／x\u202e.pdf", None),
]


@pytest.fixture(scope="module")
def small_pdf() -> bytes:
    return make_pdf("một trang")


@pytest.mark.parametrize(("sent", "kept", "offered"), NAMES)
def test_file_name_is_data_and_nothing_else(
    archive: Standing, small_pdf: bytes, sent: bytes, kept: str | None, offered: str | None
) -> None:
    before = outside(archive)
    publication = publication_of(archive, send(archive, [(sent, small_pdf)]))
    with archive.holdings.database.reading() as session:
        file = session.scalars(select(File).where(File.publication_id == publication.id)).one()
    assert file.logical_path == "files/0001.pdf"
    if kept is not None:
        assert file.name == kept
    assert outside(archive) == before, "nothing was written under the sender's name"
    client = archive.client("curator")
    answer = client.get(f"/an-pham/{publication.id}/tep/1")
    assert answer.data == small_pdf
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    kind, options = parse_options_header(header)
    assert kind == "attachment"
    name = options["filename"]
    assert name.endswith("pdf")
    assert not set(name) & set("/\\\r\n\0")
    if offered is not None:
        assert name == offered
    assert_harmless(client.get(f"/an-pham/{publication.id}"))


def outside(archive: Standing) -> set[Path]:
    """Every file of the archive's folders but the originals, the locks and the database."""
    settings = archive.holdings.settings
    own = (settings.ocfl, settings.incoming / "locks", settings.instance)
    return {
        path
        for path in settings.uploads.parent.rglob("*")
        if path.is_file() and not any(path.is_relative_to(folder) for folder in own)
    }


# Files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (b"a.svg", SVG, "Kho chưa nhận hình vẽ SVG"),
        (b"a.png", SVG, "Kho chưa nhận hình vẽ SVG"),
        (b"a.html", HTML, "Kho chưa nhận trang web"),
        (b"a.txt", HTML, "Kho chưa nhận trang web"),
        (b"a.pdf", HTML, "Kho chưa nhận trang web"),
        (b"a.pdf", HTML + b"\n%PDF-1.4\n%%EOF", "Kho chưa nhận trang web"),
        (b"a.pdf", SVG + b"\n%PDF-1.4\n%%EOF", "Kho chưa nhận hình vẽ SVG"),
        (b"a.pdf", b"", "Tệp rỗng"),
        (b"a.pdf", b"%PDF-1.4 hong", "Không mở được tệp"),
        (b"a.exe", b"MZ" + bytes(100), "chương trình"),
        (b"a.gif", b"GIF89a" + bytes(50), "ảnh GIF"),
    ],
)
def test_file_of_another_kind_is_refused_in_words(
    archive: Standing, name: bytes, data: bytes, said: str
) -> None:
    before = outside(archive)
    answer = send(archive, [(name, data)])
    assert answer.status_code == 422
    assert_harmless(answer)
    (beside,) = [e for e in elements(page(answer), "p") if e.get("id") == "files-error"]
    assert said in words_of(beside)
    assert outside(archive) == before, "nothing of a refused file is kept"


def test_html_behind_a_real_pdf_goes_out_as_a_download_that_runs_nothing(
    archive: Standing, small_pdf: bytes
) -> None:
    publication = publication_of(archive, send(archive, [(b"a.pdf", small_pdf + HTML)]))
    answer = archive.client("depositor").get(f"/an-pham/{publication.id}/tep/1")
    assert answer.mimetype == "application/pdf"
    assert_download(answer)


def assert_download(answer: Any) -> None:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml")


def test_pdf_with_actions_is_read_as_pictures_and_given_out_as_a_download(
    archive: Standing, small_pdf: bytes
) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(small_pdf)))
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('chạy'); app.launchURL('http://evil/')"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("x.html", HTML)
    made = io.BytesIO()
    writer.write(made)
    publication_id = archive.put("Có mã lệnh", made.getvalue())
    archive.work()
    client = archive.client(ANYONE)
    for width in (320, 1200):
        image = client.get(f"/an-pham/{publication_id}/trang/1/anh-{width}.webp")
        assert image.mimetype == "image/webp"
        assert image.data[8:12] == b"WEBP"
    html = client.get(f"/an-pham/{publication_id}/trang/1")
    assert_harmless(html)
    root = page(html)
    assert not [e for n in ("iframe", "object", "embed") for e in elements(root, n)]
    answer = client.get(f"/an-pham/{publication_id}/tep/1")
    assert_download(answer)
    assert answer.data == made.getvalue()
    part = client.get(f"/an-pham/{publication_id}/tep/1", headers={"Range": "bytes=0-9"})
    assert part.status_code == 206
    assert part.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


# Headers, hosts, sizes


def test_every_answer_carries_the_content_policy(archive: Standing, poisoned: str) -> None:
    client = archive.client("admin")
    for path in (
        "/",
        "/khong-co",
        "/quan-tri",
        "/static/css/base.css",
        "/api/v1/search",
        "/api/v1/search?page=x",
        "/api/v1/khong-co",
        "/healthz",
        "/readyz",
        "/tim-kiem?q=" + "a" * 10_000,
        f"{poisoned}/trang/1",
        f"{poisoned}/trang/1/anh-320.webp",
        "/dang-nhap",
    ):
        answer = client.get(path)
        assert answer.headers["Content-Security-Policy"] == POLICY, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert client.post("/nop").headers["Content-Security-Policy"] == POLICY
    assert client.put("/nop").headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "script-src 'self'" in POLICY


def test_foreign_host_is_refused_where_hosts_are_named(tmp_path: Path) -> None:
    app = open_app(settings_in(tmp_path, trusted_hosts=("kho.example.org",)))
    client = app.test_client()
    assert client.get("/healthz", headers={"Host": "kho.example.org"}).status_code == 200
    for path in ("/", "/dang-nhap", "/api/v1/search", "/healthz"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert answer.headers["Content-Security-Policy"] == POLICY
    assert "Yêu cầu chưa đúng" in words_of(page(client.get("/", headers={"Host": "evil.example"})))


@pytest.mark.parametrize("path", ["/tim-kiem", "/duyet"])
@pytest.mark.parametrize("query", ["a" * 10_000, "từ " * 1000, "a*b*" * 2000])
def test_endless_query_gets_a_page_that_says_so(archive: Standing, path: str, query: str) -> None:
    answer = archive.client(ANYONE).get(path, query_string={"q": query})
    assert answer.status_code == 400
    assert "Câu tìm dài quá" in words_of(page(answer))


def test_page_can_be_read_whatever_there_is_to_mark(archive: Standing, poisoned: str) -> None:
    for query in ("a " * 250, "x" * 10_000, '"""', "\x00", "-", "nam:..", "OR"):
        answer = archive.client(ANYONE).get(f"{poisoned}/trang/1", query_string={"q": query})
        assert answer.status_code == 200
        assert_harmless(answer)


def test_body_over_the_limit_gets_a_sentence(archive: Standing) -> None:
    answer = send(archive, [(b"a.pdf", b"%PDF-1.4" + bytes(5 * 1024 * 1024))])
    assert answer.status_code == 413
    assert "tối đa 3 MB" in words_of(page(answer))
    answer = archive.client(ANYONE).post("/dang-nhap", data={"email": "a" * (2 * 1024 * 1024)})
    assert answer.status_code == 413
    page(answer)


def test_number_beyond_every_row_leads_nowhere(archive: Standing) -> None:
    client = archive.client("admin")
    for number in ("0", "999999999", "9999999999", "9" * 40):
        for path in ("/quan-tri/nguoi-dung/{}", "/quan-tri/don-vi/{}"):
            assert client.get(path.format(number)).status_code == 404
        assert client.get("/duyet", query_string={"year": number}).status_code == 200
        assert client.get("/tim-kiem", query_string={"page": number}).status_code == 200


# Forms


def test_form_cannot_set_what_it_has_no_field_for(archive: Standing, small_pdf: bytes) -> None:
    given = {
        "status": "accepted",
        "is_demo": "1",
        "unit_id": "3",
        "depositor_id": "1",
        "id": "0" * 12,
        "page_count": "99",
        "revision": "99",
        "unit_name_given": "Sở khác",
        "added_at": "2001-01-01",
    }
    made = publication_of(archive, send(archive, [(b"a.pdf", small_pdf)], **given))
    assert made.status is Status.SUBMITTED
    assert made.is_demo is False
    assert made.id != "0" * 12
    assert made.unit_name_given == ""
    assert made.revision == 1
    assert made.added_at.year > 2001
    actor = archive.actor("depositor")
    assert (made.unit_id, made.depositor_id) == (actor.unit_id, actor.user_id)


def test_deposit_in_another_units_name_is_refused(archive: Standing, small_pdf: bytes) -> None:
    for unit in ("tinh-doan", "chua-ro", "khong-co", ""):
        answer = send(archive, [(b"a.pdf", small_pdf)], unit=unit)
        assert answer.status_code == 422
        root = page(answer)
        assert [words_of(e) for e in elements(root, "p") if e.get("id") == "unit-error"]
    with archive.holdings.database.reading() as session:
        assert not [p for p in session.scalars(select(Publication)) if p.unit.code == "tinh-doan"]


def test_held_file_is_its_own_depositors_only(archive: Standing, small_pdf: bytes) -> None:
    answer = send(archive, [(b"a.pdf", small_pdf)], title="")
    (held,) = [
        field.get("value")
        for field in elements(page(answer), "input")
        if field.get("name") == "held" and field.get("type") == "hidden"
    ]
    assert (archive.holdings.incoming.folder / held).is_file()
    thief = archive.client("depositor", unit="tinh-doan")
    given = {
        "csrf_token": token_of(thief, "/nop"),
        "title": "Của người khác",
        "unit": "tinh-doan",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "held": held,
    }
    answer = thief.post("/nop", **multipart(given, []))
    assert answer.status_code == 422
    assert "Chưa có tệp nào" in words_of(page(answer))
    for name in ("../../instance/archive.db", f"../incoming/{held}", "/etc/passwd", "\x00"):
        given["held"] = name
        assert thief.post("/nop", **multipart(given, [])).status_code == 422
    assert (archive.holdings.incoming.folder / held).is_file(), "still its owner's"


def test_equal_bytes_tell_nothing_of_what_the_second_depositor_may_not_see(
    archive: Standing,
) -> None:
    pdf = make_pdf("giống hệt nhau")
    archive.put("Tên phải giữ kín", pdf, unit="tinh-doan", access=Access.RESTRICTED)
    answer = send(archive, [(b"a.pdf", pdf)], title="Bản thứ hai")
    client = archive.client("depositor")
    for _ in range(2):
        root = page(client.get(answer.location))
        text = words_of(root)
        assert "giống hệt" in text, "told on arrival and on the page"
        assert "Tỉnh đoàn" in text, "whom to ask"
        assert "Tên phải giữ kín" not in text
        assert all(link.get("href") for link in elements(root, "a"))
    open_pdf = make_pdf("giống hệt và công khai")
    archive.put("Tên ai cũng biết", open_pdf, unit="tinh-doan")
    answer = send(archive, [(b"a.pdf", open_pdf)])
    assert "“Tên ai cũng biết” của Tỉnh đoàn" in words_of(page(client.get(answer.location)))
