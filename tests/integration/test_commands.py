"""Commands for people and scripts: accounts, units, the worker, the index, searching."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from archive.core.roles import Role
from archive.core.status import JobState
from archive.models import Event, Unit, User
from archive.web.context import EXTENSION
from tests.conftest import PASSWORD, ROOT, open_app, sign_in
from tests.integration.conftest import environment, jobs_of, write_csv


def units(holdings) -> dict[str, tuple[str, str | None]]:
    with holdings.database.reading() as session:
        return {
            unit.code: (unit.name, unit.parent.code if unit.parent else None)
            for unit in session.scalars(select(Unit))
        }


@pytest.fixture
def elsewhere_named(settings, holdings):
    """Commands of the same archive under an address of its own."""
    app = open_app(replace(settings, base_url="https://kho.example.org"))
    yield lambda *args: app.test_cli_runner().invoke(args=args)
    app.extensions[EXTENSION].database.close()


def test_account_with_a_password_from_standard_input_can_sign_in(app, holdings, cli):
    made = cli(
        *("user", "create", "Ban.Doc@Example.org", "--role", "depositor", "--unit", "tinh-doan"),
        "--password-stdin",
        input=PASSWORD + "\n",
    )
    assert (made.exit_code, made.stdout) == (0, "")
    assert sign_in(app.test_client(), "ban.doc@example.org").status_code == 302
    with holdings.database.reading() as session:
        user = session.scalars(select(User)).one()
    assert (user.role, user.password_hash.startswith("$argon2id$")) == (Role.DEPOSITOR, True)


def test_account_without_a_password_gets_a_link_that_sets_one(client, cli, holdings):
    made = cli("user", "create", "a@example.org", "--role", "reader")
    address = urlsplit(made.stdout.strip())
    assert made.exit_code == 0
    assert address.path.startswith("/dat-mat-khau/")
    assert client.get(address.path).status_code == 200


def test_link_is_usable_where_nobody_set_the_address(cli, settings, elsewhere_named):
    assert settings.base_url == ""
    made = cli("user", "create", "a@example.org", "--role", "reader")
    assert made.stdout.startswith("http://127.0.0.1:8000/dat-mat-khau/")
    assert "ARCHIVE_BASE_URL" in made.stderr
    named = elsewhere_named("user", "create", "b@example.org", "--role", "reader")
    assert named.stdout.startswith("https://kho.example.org/dat-mat-khau/")
    assert "ARCHIVE_BASE_URL" not in named.stderr


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("không phải thư", "--role", "reader"), "chưa đúng"),
        (("a@example.org", "--role", "depositor"), "đơn vị"),
        (("a@example.org", "--role", "depositor", "--unit", "khong-co"), "Không có đơn vị"),
    ],
)
def test_account_that_cannot_be_made_is_refused_with_a_sentence(cli, holdings, args, word):
    done = cli("user", "create", *args)
    assert done.exit_code == 1
    assert word in done.stderr
    with holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_units_may_stand_above_their_parents(cli, holdings, tmp_path, delimiter):
    rows = (
        "code,name,kind,parent,valid_from,valid_to,successor",
        "xa-moi,Xã mới,xã,huyen,2025-07-01,,",
        "xa-cu,Xã cũ,xã,huyen,,30/6/2025,xa-moi",
        "huyen,Huyện,huyện,,,,",
    )
    sheet = write_csv(
        tmp_path / "don-vi.csv",
        *(row.replace(",", delimiter) for row in rows),
        encoding="utf-8-sig",
    )
    for _ in range(2):
        assert cli("unit", "import", sheet).exit_code == 0
        assert units(holdings)["xa-cu"] == ("Xã cũ", "huyen")
    with holdings.database.reading() as session:
        old = session.scalars(select(Unit).where(Unit.code == "xa-cu")).one()
        assert (old.successor.code, str(old.valid_to)) == ("xa-moi", "2025-06-30")


def test_units_that_say_the_same_again_are_not_counted_as_changed(cli, holdings, tmp_path):
    def run(*rows: str) -> str:
        sheet = write_csv(tmp_path / "don-vi.csv", "code,name,parent,valid_from", *rows)
        done = cli("unit", "import", sheet)
        assert done.exit_code == 0
        return done.stderr.strip()

    rows = ("xa,Xã,huyen,2025-07-01", "huyen,Huyện,,", "tinh,Tỉnh,,")
    assert run(*rows) == "Thêm 3 đơn vị, cập nhật 0, không đổi 0."
    with holdings.database.reading() as session:
        events = session.scalar(select(func.count()).select_from(Event))
    assert run(*rows) == "Thêm 0 đơn vị, cập nhật 0, không đổi 3."
    with holdings.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == events
    moved = ("xa,Xã,tinh,2025-07-01", "huyen,Huyện lỵ,,", "tinh,Tỉnh,,")
    assert run(*moved) == "Thêm 0 đơn vị, cập nhật 2, không đổi 1."
    assert units(holdings)["xa"] == ("Xã", "tinh")


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (("a,A,", "b,,"), "name"),
        (("a,A,", "có dấu,B,"), "code"),
        (("a,A,b", "b,B,c", "c,C,a"), "parent"),
        (("a,A,", "b,B,khong-co"), "parent"),
    ],
)
def test_wrong_row_is_named_and_its_sheet_changes_nothing(cli, holdings, tmp_path, rows, column):
    before = units(holdings)
    sheet = write_csv(tmp_path / "don-vi.csv", "code,name,parent", *rows)
    done = cli("unit", "import", sheet)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert f"Dòng {len(rows) + 1}, cột {column}" in done.stderr
    assert units(holdings) == before


@pytest.mark.parametrize("data", [b"", b"code\na\n", b"\xff\xfe\x00"])
def test_sheet_of_units_that_cannot_be_read_ends_with_a_sentence(cli, holdings, tmp_path, data):
    path = tmp_path / "don-vi.csv"
    path.write_bytes(data)
    done = cli("unit", "import", path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.strip().endswith(".")


def test_worker_until_idle_ends_when_nothing_is_left(holdings, deposited, start):
    deposited()
    assert start("worker", "--until-idle").wait(timeout=60) == 0
    assert {job.state for job in jobs_of(holdings)} == {JobState.DONE}


def test_search_command_gives_what_the_api_gives(cli, client, deposited, work):
    for number in range(2):
        deposited(title=f"Số {number}")
    work()
    for page in (1, 2):
        ours = json.loads(cli("search", "ban gioc", "--json", "--page", page).stdout)
        theirs = client.get(f"/api/v1/search?q=ban+gioc&page={page}").get_json()
        for answer in (ours, theirs):
            assert answer.pop("took_ms") >= 0
        assert ours == theirs
        assert ours["total"] == 2
        assert len(ours["items"]) == (2 if page == 1 else 0)
    told = cli("search", "ban gioc")
    assert "2 ấn phẩm" in told.stdout
    assert "<mark>" not in told.stdout


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("bản giốc", ""),
        ("bàn giọc", "bỏ qua dấu"),
        ("bản giốc thuyền", "các trang gần nhất"),
    ],
)
def test_search_command_says_when_results_are_only_near(cli, deposited, work, query, words):
    deposited()
    work()
    found = cli("search", query)
    assert found.stdout.startswith("1 ấn phẩm")
    assert (words in found.stderr) if words else (found.stderr == "")


def test_search_command_refuses_what_the_api_refuses(cli, holdings):
    done = cli("search", "từ " * 2000)
    assert (done.exit_code, done.stdout) == (1, "")
    assert cli("search", " ").exit_code == 1


def test_index_status_tells_how_far_it_is_behind(cli, holdings, deposited, work):
    deposited()
    assert json.loads(cli("index", "status", "--json").stdout)["behind"] == 1
    work()
    told = json.loads(cli("index", "status", "--json").stdout)
    assert (told["works"], told["pages"], told["behind"]) == (1, 3, 0)
    assert cli("index", "status").stdout.splitlines()[1:] == ["Chỉ mục khớp với danh mục."]
    deposited(title="Thêm")
    words = cli("index", "status").stdout
    assert words.startswith("Chỉ mục dùng được: 1 ấn phẩm, 3 trang, ")
    assert "Còn 1 ấn phẩm chờ cập nhật" in words


def test_index_that_is_gone_is_told_in_words_and_by_the_exit_code(cli, settings, holdings):
    shutil.rmtree(settings.index)
    told = cli("index", "status")
    assert told.exit_code == 1
    assert "index rebuild" in told.stdout
    assert json.loads(cli("index", "status", "--json").stdout)["healthy"] is False


def test_message_longer_than_a_terminal_is_one_line_in_a_pipe(settings, holdings):
    code = "x" * 60 + " " + "y" * 60
    done = subprocess.run(
        [
            *(sys.executable, "-m", "flask", "--app", "wsgi", "user", "create", "a@example.org"),
            *("--role", "depositor", "--unit", code),
        ],
        cwd=ROOT,
        env={**environment(settings), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == f"Không có đơn vị “{code}”.\n"
