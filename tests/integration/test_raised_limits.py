"""A limit is a setting, its name reaches people, and a curator may raise it for one file."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from sqlalchemy import select

from archive.core.errors import InvalidInputError, NotAllowedError
from archive.core.roles import SYSTEM, Actor, Role
from archive.core.status import JobState
from archive.core.wording import refusal_sentence, sentence
from archive.extract.limits import GREATEST_FACTOR, RAISED_FIELDS, Limits, limits_of
from archive.models import Event, File, Job, Page, PageWords, Stage
from archive.services.rereading import limits_for, next_factor, read_again
from archive.web.context import EXTENSION
from archive.worker.loop import Worker
from config import ConfigurationError, load_settings
from tests.conftest import make_pdf, open_app, post
from tests.integration.conftest import page_numbers

TIGHT = Limits(page_text_bytes=900)


@pytest.fixture
def growing() -> bytes:
    """Three short pages, one of 1.712 bytes, one of 3.424, a last short one."""
    return "\f".join(["một", "hai", "ba", "chữ a " * 214, "chữ a " * 428, "sáu"]).encode()


def only_file(holdings) -> File:
    with holdings.database.reading() as session:
        return session.scalars(select(File).order_by(File.position)).first()


# --- settings ---------------------------------------------------------------------------------


def test_every_limit_can_be_set_from_the_environment(tmp_path):
    given = {f"ARCHIVE_LIMIT_{name.upper()}": "7" for name in asdict(Limits())}
    settings = load_settings({"ARCHIVE_INSTANCE": str(tmp_path), **given})
    assert set(asdict(limits_of(settings.limits)).values()) == {7}
    assert load_settings({"ARCHIVE_INSTANCE": str(tmp_path)}).limits == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("MEMORY_BYTES", "1.5"), ("MEMORY_BYTES", "0"), ("CPU_SECONDS", "-1"), ("CPU_SECONDS", "nan"),
     ("CPU_SECONDS", "inf"), ("WALL_FACTOR", "hai"), ("KHONG_CO", "1")],
)  # fmt: skip
def test_limit_that_cannot_be_used_is_named(tmp_path, name, value):
    with pytest.raises(ConfigurationError, match=f"ARCHIVE_LIMIT_{name}"):
        load_settings({"ARCHIVE_INSTANCE": str(tmp_path), f"ARCHIVE_LIMIT_{name}": value})


def test_form_import_and_worker_hold_to_the_limits_that_are_set(settings, tmp_path):
    app = open_app(replace(settings, limits={"pages": 2, "cpu_seconds": 3.5}))
    holdings = app.extensions[EXTENSION]
    assert holdings.limits == Limits(pages=2, cpu_seconds=3.5)
    assert Worker(holdings)._limits is holdings.limits
    folder = tmp_path / "nhap"
    folder.mkdir()
    (folder / "ba.pdf").write_bytes(make_pdf("một", "hai", "ba"))
    done = app.test_cli_runner().invoke(args=["import", str(folder), "--issued", "2024"])
    assert "có quá nhiều trang (tối đa 2)" in done.output + done.stderr
    holdings.database.close()


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("memory", 512 * 1024 * 1024, "cần hơn 512 MB bộ nhớ để đọc"),
        ("cpu_seconds", 20, "đọc quá 20 giây"),
        ("wall_seconds", 90.4, "đọc quá lâu, phải chờ hơn 90 giây"),
        ("pages", 2000, "có quá nhiều trang (tối đa 2.000)"),
        ("pixels", 89_000_000, "có ảnh quá lớn (tối đa 89.000.000 điểm ảnh)"),
        ("output_bytes", 2_000_000, "chứa quá nhiều chữ (hơn 1,9 MB)"),
        ("something", 1, "vượt một giới hạn an toàn"),
    ],
)
def test_limit_is_named_in_words_a_person_knows(limit, value, told):
    data = {"limit": limit, "value": value}
    assert sentence("limit_reached", data).startswith(f"Cần xử lý: tệp {told}. Bản gốc vẫn được")
    from archive.core.errors import LimitReachedError

    assert f"Tệp {told} nên chưa nhận được." in refusal_sentence(LimitReachedError(**data))


def test_old_problem_without_a_value_still_has_its_sentence():
    assert "cần hơn … bộ nhớ" in sentence("limit_reached", {"limit": "memory"})


# --- one file ---------------------------------------------------------------------------------


def test_raised_limits_touch_the_fields_behind_them_and_nothing_else():
    usual = asdict(Limits())
    for limit, fields in RAISED_FIELDS.items():
        raised = asdict(Limits().raised({limit: 2}))
        changed = {name for name in usual if raised[name] != usual[name]}
        assert changed == set(fields), limit
        assert all(raised[name] == 2 * usual[name] for name in fields)
    assert Limits().raised({"memory": 99}).memory_bytes == GREATEST_FACTOR * usual["memory_bytes"]
    assert Limits().raised(None) == Limits().raised({"unknown": 3}) == Limits()


def test_curator_raises_the_limit_and_reading_goes_on_where_it_stopped(
    holdings, deposited, signed_in, growing
):
    publication_id = deposited(data=growing, name="dai.txt")
    worker = Worker(holdings, limits=TIGHT)
    worker.run(until_idle=True)
    assert page_numbers(holdings, publication_id) == [1, 2, 3]
    curator = signed_in(Role.CURATOR)
    address = f"/an-pham/{publication_id}/tep/1/doc-lai"
    page = curator.get(f"/an-pham/{publication_id}").get_data(as_text=True)
    assert f'action="{address}"' in page
    assert 'name="factor" type="number" min="1" max="8" value="2"' in page
    depositor = signed_in(Role.DEPOSITOR)
    assert address not in depositor.get(f"/an-pham/{publication_id}").get_data(as_text=True)
    assert post(depositor, address, {"factor": "2"}).status_code == 403
    before = dict(rows(holdings))
    post(curator, address, {"factor": "2"})
    worker.run(until_idle=True)
    assert page_numbers(holdings, publication_id) == [1, 2, 3, 4], "twice is not enough for page 5"
    file = only_file(holdings)
    assert (file.problem_code, file.raised_limits) == ("limit_reached", {"output_bytes": 2})
    assert next_factor(file) == 4
    post(curator, address, {"factor": "4"})
    worker.run(until_idle=True)
    assert page_numbers(holdings, publication_id) == [1, 2, 3, 4, 5, 6]
    file = only_file(holdings)
    assert (file.problem_code, file.text_done, file.images_done) == (None, True, True)
    assert limits_for(file, TIGHT).page_text_bytes == 3600
    after = dict(rows(holdings))
    assert all(after[number] == row for number, row in before.items()), "read pages stay"
    with holdings.database.reading() as session:
        told = session.scalars(select(Event).where(Event.kind == "read_again_raised")).all()
    assert [event.data["factor"] for event in told] == [2, 4]
    assert told[0].actor_name == "Người curator"


def rows(holdings) -> list[tuple[int, int]]:
    with holdings.database.reading() as session:
        return [(page.number, page.id) for page in session.scalars(select(Page))]


def test_pages_of_later_files_move_up_when_an_earlier_one_is_read_further(
    holdings, deposited, cli, tmp_path, growing
):
    (tmp_path / "a.txt").write_bytes(growing)
    (tmp_path / "b.txt").write_text("Bản Giốc\fNgườm Ngao", encoding="utf-8")
    sheet = tmp_path / "s.csv"
    sheet.write_text('file,title\n"a.txt;b.txt",Hai tệp\n', encoding="utf-8")
    assert cli("import", sheet).exit_code == 0
    worker = Worker(holdings, limits=TIGHT)
    worker.run(until_idle=True)
    file = only_file(holdings)
    publication_id = file.publication_id
    assert page_numbers(holdings, publication_id) == [1, 2, 3, 4, 5]
    with holdings.database.writing() as session:
        read_again(session, session.get_one(File, file.id), by=SYSTEM, factor=8)
        session.commit()
    worker.run(until_idle=True)
    with holdings.database.reading() as session:
        pages = session.scalars(select(Page).order_by(Page.number)).all()
    assert [page.number for page in pages] == list(range(1, 9))
    assert [page.text for page in pages[-3:]] == ["sáu", "Bản Giốc", "Ngườm Ngao"]


def test_memory_limit_is_raised_for_the_file_alone(holdings, deposited, pdf):
    publication_id = deposited(data=pdf)
    worker = Worker(holdings, limits=Limits(memory_bytes=32 * 1024 * 1024))
    worker.run(until_idle=True)
    file = only_file(holdings)
    assert (file.problem_code, file.problem_data["limit"]) == ("limit_reached", "memory")
    with holdings.database.writing() as session:
        read_again(session, session.get_one(File, file.id), by=SYSTEM, factor=8)
        session.commit()
    worker.run(until_idle=True)
    assert only_file(holdings).problem_code is None
    assert page_numbers(holdings, publication_id) == [1, 2, 3]


@pytest.mark.parametrize("factor", [0, -1, GREATEST_FACTOR + 1])
def test_factor_out_of_range_changes_nothing(holdings, deposited, growing, factor):
    deposited(data=growing, name="dai.txt")
    Worker(holdings, limits=TIGHT).run(until_idle=True)
    with holdings.database.writing() as session:
        file = session.scalars(select(File)).one()
        with pytest.raises(InvalidInputError):
            read_again(session, file, by=SYSTEM, factor=factor)
        with pytest.raises(NotAllowedError):
            read_again(session, file, by=Actor(user_id=1, role=Role.DEPOSITOR), factor=2)
        assert file.problem_code == "limit_reached"
    with holdings.database.reading() as session:
        waiting = session.scalars(select(Job).where(Job.state == JobState.QUEUED)).all()
    assert not [job for job in waiting if job.stage is Stage.EXTRACT]


# --- everything anew ----------------------------------------------------------------------------


def test_publication_is_read_anew_from_its_files(holdings, deposited, work, cli, client, pdf):
    publication_id = deposited(data=pdf)
    other = deposited(title="Khác", data=pdf)
    work()
    file = only_file(holdings)
    with holdings.database.writing() as session:
        for page in session.scalars(select(Page).where(Page.publication_id == publication_id)):
            page.text, page.text_source = "§¶ng bé", "embedded"
        session.commit()
    untouched = [page_id for _, page_id in rows_of(holdings, other)]
    done = cli("catalogue", "reread", publication_id, "khongcoanpha")
    assert done.exit_code == 1, "one of the two is not there"
    assert "khongcoanpha: không có ấn phẩm" in done.stderr
    assert client.get(f"/an-pham/{publication_id}").status_code == 200, "while it waits"
    work()
    assert page_numbers(holdings, publication_id) == [1, 2, 3]
    assert "§¶ng bé" not in "".join(text for text, _ in rows_of(holdings, publication_id))
    assert [page_id for _, page_id in rows_of(holdings, other)] == untouched
    with holdings.database.reading() as session:
        words = session.scalars(
            select(PageWords).join(Page).where(Page.publication_id == publication_id)
        ).all()
        assert len(words) == 3
    assert holdings.images.path(publication_id, f"f{file.id}", 3, 320).is_file()
    assert cli("catalogue", "reread").exit_code == 0
    work()
    assert page_numbers(holdings, other) == [1, 2, 3]


def rows_of(holdings, publication_id: str) -> list[tuple[str, int]]:
    with holdings.database.reading() as session:
        found = select(Page).where(Page.publication_id == publication_id).order_by(Page.number)
        return [(page.text, page.id) for page in session.scalars(found)]
