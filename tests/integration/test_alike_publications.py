"""A second scan, a reprint, an excerpt: found by their text, told in figures, decided by a curator,
and never refused."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from alembic import command
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update

from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.roles import ANYONE, SYSTEM, Access, Actor, Role
from archive.core.status import JobState, Status
from archive.extract.results import PageText
from archive.models import (
    Event,
    File,
    Likeness,
    Page,
    PageSignature,
    Publication,
    Stage,
    migrations,
)
from archive.services import deposits, jobs, reading
from archive.services.guard import look_at_pages
from archive.services.holdings import Holdings
from archive.services.jobs import StaleLeaseError
from archive.services.likeness import decide, editions_of, list_likenesses
from archive.services.records import RecordInput
from archive.services.units import find_unit
from archive.worker.comparing import run_compare
from archive.worker.loop import Worker
from bench.misread import misread
from bench.vietnamese import Writer
from tests.conftest import make_pdf, post
from tests.integration.conftest import jobs_of
from tests.integration.standing import elements, page, words_of

WORDS = 110


def texts(count: int, *, seed: int) -> list[str]:
    writer = Writer(seed)
    return [writer.page(WORDS) for _ in range(count)]


BOOK = texts(10, seed=21)
OTHER = texts(10, seed=22)


SCAN = [f"{text}\nchân trang khác" for text in (BOOK[1], BOOK[0], *BOOK[2:9])]
"""The same pages by other hands: one less, two in another order, another foot."""


@pytest.fixture
def shelved(holdings: Holdings) -> Callable[..., str]:
    """`shelved(pages, title=…)` → the id of a publication whose pages were just read.

    Only reading the file itself is left out: a child process for each would take longer than all
    that is asked here. `as_file`: what its bytes are called, where two hold the same.
    """

    def make(
        pages: Sequence[str],
        *,
        title: str = "Về nguồn",
        subtitle: str = "",
        status: Status = Status.ACCEPTED,
        access: Access = Access.PUBLIC,
        unit: str = "so-van-hoa",
        issued: IssueDate | None = None,
        as_file: str = "",
    ) -> str:
        record = RecordInput(
            title=title,
            subtitle=subtitle,
            issued=issued or IssueDate(2024, 5),
            kind="book",
            access=access,
        )
        with holdings.database.writing() as session:
            owner = find_unit(session, unit)
            assert owner is not None
            made = deposits.deposit(
                session,
                holdings,
                publication_id=new_id(),
                record=record,
                files=[],
                unit=owner,
                status=status,
                by=SYSTEM,
            ).publication
            digest = sha256((as_file or made.id).encode()).hexdigest()
            file = File(
                publication_id=made.id,
                position=1,
                name="tep.txt",
                kind="txt",
                media_type="text/plain",
                size_bytes=1,
                sha256=digest,
                sha512=digest * 2,
                logical_path="files/0001.txt",
            )
            session.add(file)
            session.flush()
            read = [
                PageText(number, None, text, 0, 0, text_source="embedded")
                for number, text in enumerate(pages, start=1)
            ]
            reading.add_pages(session, file, read, offset=0)
            reading.finish_file(file, page_count=len(read))
            reading.finish_reading(session, made)
            session.commit()
            return made.id

    return make


@pytest.fixture
def work(holdings: Holdings) -> Callable[[], None]:
    """Run the worker on what is asked about here."""
    stages = (Stage.EXTRACT, Stage.INDEX, Stage.COMPARE)

    def run() -> None:
        Worker(holdings, stages=stages).run(until_idle=True)

    return run


def recognised(holdings: Holdings, publication_id: str, *, rate: float = 0.05, seed: int = 1):
    """What recognition of pictures leaves: every word in twenty wrong, and a job to compare."""
    chance = random.Random(seed)
    with holdings.database.writing() as session:
        for row in session.scalars(select(Page).where(Page.publication_id == publication_id)):
            row.text, row.text_source = misread(row.text, rate, chance), "ocr"
        jobs.enqueue(session, Stage.COMPARE, publication_id=publication_id)
        session.commit()


def compare_again(holdings: Holdings, *ids: str) -> None:
    with holdings.database.writing() as session:
        for publication_id in ids:
            jobs.enqueue(session, Stage.COMPARE, publication_id=publication_id)
        session.commit()


def pairs_of(holdings: Holdings, publication_id: str):
    with holdings.database.reading() as session:
        return list_likenesses(session, [publication_id]).get(publication_id, [])


def count(holdings: Holdings, model: type) -> int:
    with holdings.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def shown(client: FlaskClient, path: str) -> str:
    return words_of(page(client.get(path)))


def test_second_scan_is_told_in_figures_to_those_who_work_with_it_and_kept(
    holdings, deposited, work, signed_in, client
):
    first = deposited(title="Về nguồn", data=make_pdf(*BOOK, title="bản in"))
    second = deposited(
        title="Về nguồn (quét)", data=make_pdf(*SCAN, title="bản quét"), status=Status.SUBMITTED
    )
    work()
    recognised(holdings, second)
    work()

    (pair,) = pairs_of(holdings, second)
    assert pair.other.id == first
    assert (pair.kind, pair.our_matches, pair.our_pages) == ("same_text", 9, 9)
    assert (pair.their_matches, pair.their_pages) == (9, 10)
    assert pair.pages == ((1, 2), (2, 1), (3, 3), (4, 4))
    (mirror,) = pairs_of(holdings, first)
    assert (mirror.other.id, mirror.our_matches, mirror.our_pages) == (second, 9, 10)

    curator = signed_in(Role.CURATOR)
    answer = page(curator.get(f"/an-pham/{second}"))
    text = words_of(answer)
    assert "Có thể trùng" in text
    assert "Cả 9 trang trùng với “Về nguồn” (Sở Văn hóa, 2024)." in text
    assert "90% số trang (9 trên 10) trùng với" in shown(curator, f"/an-pham/{first}")
    links = {link.get("href") for link in elements(answer, "a")}
    assert {f"/an-pham/{first}", f"/an-pham/{second}/trang/1", f"/an-pham/{first}/trang/2"} <= links
    names = [button.get("value") for button in elements(answer, "button") if button.get("value")]
    assert names == ["same", "edition", "different"]

    queue = shown(curator, "/duyet-nop")
    assert "Nghi trùng" in queue
    assert "Cả 9 trang trùng với" in queue
    assert "Về nguồn (quét)" in shown(curator, "/duyet-nop?nghi-trung=1")

    depositor = signed_in(Role.DEPOSITOR)
    kept = "Kho đã có một bản gần giống"
    assert kept in shown(depositor, "/cua-toi")
    theirs = page(depositor.get(f"/an-pham/{second}"))
    assert kept in words_of(theirs)
    assert "Bản nộp vẫn được giữ" in words_of(theirs)
    assert [button for button in elements(theirs, "button") if button.get("value")] == []
    assert "mới nhận thêm một bản" in shown(depositor, f"/an-pham/{first}")
    assert "trùng" not in shown(client, f"/an-pham/{first}"), "readers are not told"

    assert "pair__image" not in curator.get(f"/an-pham/{second}").get_data(as_text=True)
    Worker(holdings, stages=(Stage.IMAGES,)).run(until_idle=True)
    answer = page(curator.get(f"/an-pham/{second}"))
    pictures = [
        image.get("src") for image in elements(answer, "img") if image.get("class") == "pair__image"
    ]
    assert len(pictures) == 2 * len(pair.pages)
    assert pictures[:2] == [
        f"/an-pham/{second}/trang/1/anh-320.webp",
        f"/an-pham/{first}/trang/2/anh-320.webp",
    ]
    assert curator.get(pictures[1]).status_code == 200


@pytest.fixture
def editions(shelved, work) -> tuple[str, str]:
    """A book and its second edition: four pages new, one more, three years later."""
    first = shelved(BOOK, issued=IssueDate(2021))
    second = shelved(
        [*BOOK[:6], *OTHER[:5]],
        subtitle="Tái bản lần thứ hai, có sửa chữa, bổ sung",
        issued=IssueDate(2024),
        status=Status.SUBMITTED,
    )
    work()
    return first, second


def test_revised_edition_is_offered_as_one_and_leads_readers_from_each_to_the_other(
    holdings, work, signed_in, client, editions
):
    first, second = editions
    (pair,) = pairs_of(holdings, second)
    assert (pair.kind, pair.our_matches, pair.our_pages) == ("edition", 6, 11)
    curator = signed_in(Role.CURATOR)
    path = f"/an-pham/{second}"
    assert "54% số trang (6 trên 11) trùng với" in shown(curator, path)
    assert "có thể là một lần xuất bản khác" in shown(curator, path)

    assert post(curator, f"{path}/nhan", {}).status_code == 302, "nothing keeps it from acceptance"
    work()
    said = {"other": first, "decision": "edition"}
    assert post(curator, f"{path}/gan-giong", said, follow_redirects=True).status_code == 200
    for here, there, year in ((first, second, "2024"), (second, first, "2021")):
        answer = page(client.get(f"/an-pham/{here}"))
        assert "Các lần xuất bản: 2021, 2024" in words_of(answer)
        (link,) = [a for a in elements(answer, "a") if a.get("href") == f"/an-pham/{there}"]
        assert words_of(link) == year
    text = shown(curator, path)
    assert "Đã xác nhận là hai lần xuất bản" in text
    assert "Xác nhận có lần xuất bản khác" in text
    with holdings.database.reading() as session:
        told = session.execute(
            select(Event.publication_id, Event.actor_name, Event.data).where(
                Event.kind == "likeness_edition"
            )
        ).all()
    assert sorted(told) == sorted(
        [
            (first, "Người curator", {"other": second}),
            (second, "Người curator", {"other": first}),
        ]
    )


def test_readers_are_led_only_to_editions_they_may_open(holdings, client, signed_in, editions):
    first, second = editions
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, first)
        assert decide(session, publication, second, decision="edition", by=SYSTEM) == "edition"
        assert [one.id for one in editions_of(session, publication, actor=SYSTEM)] == [second]
        assert editions_of(session, publication, actor=ANYONE) == []
        session.commit()
    text = client.get(f"/an-pham/{first}").get_data(as_text=True)
    assert "Các lần xuất bản" not in text
    assert second not in text
    assert "Các lần xuất bản" in shown(signed_in(Role.DEPOSITOR), f"/an-pham/{first}")


def test_third_edition_is_reached_through_the_second(holdings, shelved, work, editions):
    first, second = editions
    third = shelved([*OTHER[:5], *texts(4, seed=5)], issued=IssueDate(2026))
    work()
    with holdings.database.writing() as session:
        row = session.get_one(Publication, second)
        for other in (first, third):
            decide(session, row, other, decision="edition", by=SYSTEM)
        found = editions_of(session, session.get_one(Publication, first), actor=SYSTEM)
        assert [one.id for one in found] == [second, third]
        assert pairs_of(holdings, third)[0].other.id == second


def test_excerpt_is_told_as_a_part_from_either_side(holdings, shelved, work, signed_in):
    whole = shelved(BOOK, title="Toàn tập")
    part = shelved(BOOK[3:6], title="Trích")
    work()
    (pair,) = pairs_of(holdings, part)
    assert (pair.kind, pair.pages) == ("part", ((1, 4), (2, 5), (3, 6)))
    curator = signed_in(Role.CURATOR)
    assert "Cả 3 trang nằm trong “Toàn tập”" in shown(curator, f"/an-pham/{part}")
    assert "Cả 3 trang của “Trích” (Sở Văn hóa, 2024) nằm trong ấn phẩm này" in shown(
        curator, f"/an-pham/{whole}"
    )


def test_same_files_are_told_once_also_where_they_hold_no_text(holdings, shelved, work, signed_in):
    first = shelved(["Chỉ một dòng"], title="Tờ một", as_file="cùng tệp")
    second = shelved(["Chỉ một dòng"], title="Tờ hai", as_file="cùng tệp")
    work()
    (pair,) = pairs_of(holdings, second)
    assert (pair.kind, pair.other.id) == ("same_bytes", first)
    assert count(holdings, PageSignature) == 0
    text = shown(signed_in(Role.CURATOR), f"/an-pham/{second}")
    assert text.count("giống hệt") == 1
    assert "Tệp giống hệt tệp của “Tờ một”" in text


def test_unrelated_publications_are_no_pair(holdings, shelved, work):
    shelved(BOOK)
    shelved(OTHER)
    shelved([BOOK[0], *texts(6, seed=8)], title="Một trang trích lại")
    work()
    assert count(holdings, PageSignature) == 27
    assert count(holdings, Likeness) == 0


def test_page_common_to_a_series_makes_no_pair_and_unmakes_those_found_before(
    holdings, shelved, work
):
    ids = []
    for number in range(4):
        front = texts(1, seed=40 + number)
        ids.append(shelved([*front, BOOK[0]], title=f"Tờ gấp {number}"))
        work()
        if number == 1:
            assert count(holdings, Likeness) == 1, (
                "two with a page of two in common are asked about"
            )
    assert count(holdings, Likeness) == 0
    compare_again(holdings, *ids)
    work()
    assert count(holdings, Likeness) == 0


def actor_of_unit(holdings: Holdings, code: str) -> Actor:
    with holdings.database.reading() as session:
        unit = find_unit(session, code)
        assert unit is not None
        return Actor(role=Role.DEPOSITOR, unit_id=unit.id, unit_code=code)


def test_depositor_learns_neither_titles_nor_drafts_of_others(holdings, shelved, work, signed_in):
    closed = shelved(BOOK, title="Tên phải giữ kín", unit="tinh-doan", access=Access.RESTRICTED)
    mine = shelved(SCAN, title="Của tôi")
    work()
    depositor = signed_in(Role.DEPOSITOR)
    for path in ("/cua-toi", f"/an-pham/{mine}"):
        answer = depositor.get(path)
        text = words_of(page(answer))
        assert "trùng với một bản của Tỉnh đoàn, nộp ngày" in text
        assert "Tên phải giữ kín" not in text
        assert closed not in answer.get_data(as_text=True)

    with holdings.database.writing() as session:
        session.execute(
            update(Publication).where(Publication.id == closed).values(status=Status.DRAFT)
        )
        session.commit()
    for path in ("/cua-toi", f"/an-pham/{mine}"):
        text = shown(depositor, path)
        assert "Của tôi" in text
        assert "Tỉnh đoàn" not in text
        assert "gần giống" not in text
    assert "Tên phải giữ kín" in shown(signed_in(Role.CURATOR), f"/an-pham/{mine}")
    other = signed_in(Role.DEPOSITOR, unit="tinh-doan", email="nguoi-khac@example.org")
    assert "“Của tôi”" in shown(other, f"/an-pham/{closed}")


@pytest.mark.parametrize("kept", ["draft", "closed by a mark of secrecy"])
@pytest.mark.parametrize("theirs", [SCAN, BOOK], ids=["same text", "same bytes"])
def test_depositor_does_not_learn_of_another_copy_that_is_nobodys_business(
    holdings, shelved, work, signed_in, kept, theirs
):
    other = shelved(theirs, title="Tên phải giữ kín", unit="tinh-doan", as_file="một")
    mine = shelved(BOOK, title="Của tôi", as_file="một" if theirs is BOOK else "")
    work()
    depositor = signed_in(Role.DEPOSITOR)
    assert "Tên phải giữ kín" in shown(depositor, f"/an-pham/{mine}")
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, other)
        if kept == "draft":
            publication.status = Status.DRAFT
        else:
            first = session.scalars(select(Page).where(Page.publication_id == other)).first()
            first.text = f"TỈNH ĐOÀN\n\nTỐI MẬT\n\n{first.text}"
            assert look_at_pages(session, publication, [first])
        session.commit()
    for path in ("/cua-toi", f"/an-pham/{mine}"):
        text = shown(depositor, path)
        assert "Của tôi" in text
        assert "Tỉnh đoàn" not in text
        assert "Tên phải giữ kín" not in text
    assert "Tên phải giữ kín" in shown(signed_in(Role.CURATOR), f"/an-pham/{mine}")


def test_only_curators_decide_and_only_on_pairs_that_are_there(
    holdings, signed_in, client, editions
):
    first, second = editions
    path, said = f"/an-pham/{second}/gan-giong", {"other": first, "decision": "same"}
    assert post(signed_in(Role.DEPOSITOR), path, said).status_code == 403
    assert post(client, path, said, token_from="/dang-nhap").status_code == 302
    curator = signed_in(Role.CURATOR)
    assert curator.post(path, data=said).status_code == 400, "without its token"
    for wrong in ({"other": "khong-co"}, {"decision": "undecided"}, {"decision": "xóa"}):
        answer = post(curator, path, {**said, **wrong}, follow_redirects=True)
        assert "Cặp này không còn để xác nhận" in words_of(page(answer))
    assert pairs_of(holdings, second)[0].decision == "undecided"
    answer = post(curator, path, said, follow_redirects=True)
    assert "Đã ghi nhận hai bản trùng nhau. Cả hai vẫn được giữ." in words_of(page(answer))
    assert pairs_of(holdings, first)[0].decision == "same"


@pytest.mark.parametrize("decision", ["same", "edition", "different"])
def test_decided_pair_is_asked_about_again_only_when_a_text_changes(
    holdings, work, signed_in, editions, decision
):
    first, second = editions
    curator, said = signed_in(Role.CURATOR), {"other": first, "decision": decision}
    assert "Nghi trùng" in re.sub(r"<nav.*?</nav>", "", _queue(curator), flags=re.DOTALL)
    for _ in range(2):
        assert post(curator, f"/an-pham/{second}/gan-giong", said).status_code == 302
    with holdings.database.reading() as session:
        events = session.scalars(select(Event.id).where(Event.kind.startswith("likeness_"))).all()
    assert len(events) == 2, "one for each publication; the same word twice is said once"
    compare_again(holdings, first, second)
    work()
    assert pairs_of(holdings, second)[0].decision == decision
    assert "Nghi trùng" not in re.sub(r"<nav.*?</nav>", "", _queue(curator), flags=re.DOTALL)
    assert "Không có bản nào nghi trùng" in shown(curator, "/duyet-nop?nghi-trung=1")

    recognised(holdings, second, rate=0.03)
    work()
    (pair,) = pairs_of(holdings, second)
    assert (pair.decision, pair.decided_at, pair.decided_by) == ("undecided", None, "")


def _queue(client: FlaskClient) -> str:
    return client.get("/duyet-nop").get_data(as_text=True)


def test_replaced_files_are_compared_anew_and_their_pages_take_the_signatures_along(
    holdings, shelved, deposited, work
):
    first = shelved(BOOK)
    second = deposited(data=make_pdf(*SCAN))
    work()
    assert len(pairs_of(holdings, second)) == 1
    assert count(holdings, PageSignature) == 19
    with holdings.database.writing() as session:
        session.execute(delete(Page).where(Page.publication_id == second))
        session.commit()
    assert count(holdings, PageSignature) == 10
    with holdings.database.writing() as session:
        session.execute(update(File).where(File.publication_id == second).values(text_done=False))
        session.execute(delete(Publication).where(Publication.id == first))
        jobs.enqueue(session, Stage.EXTRACT, publication_id=second)
        session.commit()
    assert count(holdings, Likeness) == 0, "a pair goes with either publication"
    work()
    assert count(holdings, PageSignature) == 9


def test_worker_that_lost_its_job_writes_no_pair(holdings, shelved, work):
    shelved(BOOK)
    second = shelved(SCAN)
    work()
    with holdings.database.writing() as session:
        session.execute(delete(Likeness))
        jobs.enqueue(session, Stage.COMPARE, publication_id=second)
        (claim,) = jobs.claim(session, lease=holdings.settings.lease, stages=(Stage.COMPARE,))
        session.commit()
    with pytest.raises(StaleLeaseError):
        run_compare(holdings, replace(claim, fence=claim.fence - 1), check=lambda: None)
    assert count(holdings, Likeness) == 0
    run_compare(holdings, claim, check=lambda: None)
    assert count(holdings, Likeness) == 1


def test_what_was_read_before_the_change_of_schema_is_compared_too(holdings, shelved, work):
    ids = {shelved(BOOK), shelved(SCAN)}
    work()
    with holdings.database.engine.connect().execution_options(writes=True) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        connection.commit()
    migrations.upgrade(holdings.database)
    queued = [
        job
        for job in jobs_of(holdings)
        if job.state is JobState.QUEUED and job.stage not in (Stage.IMAGES, Stage.RECORD)
    ]
    assert {(job.stage, job.publication_id) for job in queued} == {
        (Stage.COMPARE, publication_id) for publication_id in ids
    }
    work()
    assert count(holdings, Likeness) == 1
