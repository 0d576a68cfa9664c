"""Whatever goes wrong is told in the archive's own look, with a next step, the database or not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from archive.core.roles import Role
from archive.services import catalogue
from archive.web.context import EXTENSION
from tests.conftest import make_user, open_app, post, sign_in
from tests.integration.standing import (
    ANYONE,
    Standing,
    elements,
    page,
    standing_archive,
    words_of,
)

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("errors")) as made:
        yield made


def told(answer, status: int) -> str:
    """The words of an error's page: in the archive's look, with somewhere to go."""
    assert answer.status_code == status
    root = page(answer)
    (main,) = elements(root, "main")
    ways = [link.get("href") for link in elements(main, "a")]
    assert "/" in ways
    assert "/duyet" in ways
    assert len(elements(main, "h1")) == 1
    assert f"Mã {status}" in words_of(main)
    assert elements(root, "header"), "the same frame as every page"
    return words_of(main)


def test_what_a_reader_meets_says_what_to_do_next(archive: Standing) -> None:
    reader = archive.client("reader")
    anyone = archive.client(ANYONE)
    assert "Xem lại địa chỉ" in told(anyone.get("/khong-co-trang-nay"), 404)
    assert "nhờ quản trị kho cấp quyền" in told(reader.get("/quan-tri/nguoi-dung"), 403)
    assert "tải lại trang" in told(anyone.post("/dang-nhap", data={}), 400)
    assert "cấp cho liên kết mới" in told(anyone.get("/dat-mat-khau/khong-co"), 410)
    assert "tải về được ở các dạng" in told(anyone.get("/duyet/tai-ve?dang=xyz"), 400)
    refused = anyone.put("/duyet")
    assert "Mở lại trang từ đầu" in told(refused, 405)
    assert set(refused.headers["Allow"].split(", ")) >= {"GET", "HEAD"}


def test_file_too_large_says_how_to_make_it_smaller(archive: Standing) -> None:
    officer = archive.client("depositor")
    most = archive.holdings.settings.max_upload_bytes
    file = (io.BytesIO(b"x" * (most + 2_000_000)), "to.pdf")
    answer = post(officer, "/nop", {"files": file, "title": "x"})
    shown = told(answer, 413)
    assert "tối đa 3 MB" in shown
    assert "300 dpi" in shown
    assert "Minimum size" in shown


def broken_view(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(catalogue, "count_holdings", fail)


def test_too_many_requests_say_when_to_come_back(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_view(monkeypatch, TooManyRequests(retry_after=150))
    answer = archive.client(ANYONE).get("/")
    assert "Thử lại sau 3 phút." in told(answer, 429)
    assert answer.headers["Retry-After"] == "150"
    assert "Tải lại trang này" in words_of(page(answer))


def test_busy_database_says_so_to_people_programs_and_parts_of_a_page(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = OperationalError("SELECT 1", {}, Exception("database is locked"))
    broken_view(monkeypatch, busy)
    client = archive.client(ANYONE)
    shown = client.get("/", headers=HTML)
    assert "Thử lại sau 5 giây." in told(shown, 503)
    program = client.get("/", headers={"Accept": "application/json"})
    assert program.status_code == 503
    assert program.mimetype == "application/problem+json"
    assert program.json["detail"]
    part = client.get("/", headers={"HX-Request": "true"})
    assert part.status_code == 503
    assert "<html" not in part.get_data(as_text=True)
    assert 'role="alert"' in part.get_data(as_text=True)
    assert [each.headers["Retry-After"] for each in (shown, program, part)] == ["5", "5", "5"]


def test_unforeseen_error_tells_the_hour_and_nothing_of_itself(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(archive.app.config, "PROPAGATE_EXCEPTIONS", False)
    broken_view(monkeypatch, RuntimeError("kho bí mật"))
    shown = told(archive.client(ANYONE).get("/"), 500)
    assert "Giờ xảy ra:" in shown
    assert "bí mật" not in shown


@pytest.fixture
def lost(settings) -> Iterator[FlaskClient]:
    """A signed-in reader of an archive whose database has become something else."""
    app = open_app(settings)
    holdings = app.extensions[EXTENSION]
    holdings.index.create()
    client = app.test_client()
    assert sign_in(client, make_user(holdings, Role.CURATOR)).status_code == 302
    assert client.get("/").status_code == 200
    holdings.database.close()
    for ending in ("-wal", "-shm"):
        (settings.instance / f"archive.db{ending}").unlink(missing_ok=True)
    (settings.instance / "archive.db").write_bytes(b"no database any more " * 4096)
    yield client
    holdings.database.close()


@pytest.mark.parametrize("path", ["/", "/duyet", "/duyet-nop", "/an-pham/x", "/huong-dan"])
def test_without_a_database_the_page_of_the_error_still_stands(
    lost: FlaskClient, path: str
) -> None:
    assert "Có trục trặc" in told(lost.get(path), 500)
    problem = lost.get("/api/v1/search?q=a")
    assert problem.status_code == 500
    assert problem.mimetype == "application/problem+json"
