"""No page asks the database more than a dozen times, however long its lists are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PdfWriter
from sqlalchemy import event, select

from archive.core.dates import IssueDate, now
from archive.core.identifiers import new_id
from archive.core.roles import Actor
from archive.core.status import Status
from archive.models import Publication, Stage, Unit, User
from archive.services import jobs, likeness, reviews
from archive.services.deposits import amend, deposit
from archive.services.records import RecordInput, record_of
from archive.services.units import find_unit
from archive.web.publications import page
from bench.vietnamese import Writer
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive

MOST = 12
# Where a list as long as a page holds would show a question asked for each row.
ROWS = 45
WHO = (ANYONE, "depositor", "curator", "admin")
# What is no page of the archive: files, sign-in by a one-time link.
LEFT_OUT = {"static.file", "accounts.set_password", "health.ready"}
# Addresses whose answer depends on more than the route.
WITH = {
    "/tim-kiem": "?q=hoi+xuan",
    "/tim-kiem.atom": "?q=hoi+xuan",
    "/tim-kiem/goi-y": "?q=hoi",
    "/api/v1/search": "?q=hoi+xuan",
    "/tim-kiem/tai-ve": "?q=hoi+xuan&dang=csv",
    "/duyet/tai-ve": "?dang=csv",
}
# What is looked at of each publication that is long, alike to others and was sent back.
OF_ONE = ("", "?trang=tat-ca", "/trang/1", "/trang/7?q=hoi+xuan", "/tien-do")
VALUES = {
    "creators": ("Nông Văn A (chủ biên)", "Ban Tuyên giáo"),
    "themes": ("Lịch sử", "Lễ hội"),
    "places": ("Pác Bó", "huyện Hà Quảng"),
    "people": ("Kim Đồng",),
    "grades": ("8", "9"),
}


# Publications with nearly the same pages, each without another page, and with more pages than the
# page of a publication shows at first, which are few here: hundreds would take long to draw.
ALIKE = {
    Status.ACCEPTED: 0,
    Status.SUBMITTED: 1,
    Status.IN_REVIEW: 2,
    Status.RETURNED: 3,
    Status.WITHDRAWN: 4,
}
_WRITER = Writer(31)
BOOK = [_WRITER.page(110) for _ in range(9)]
THUMBS = 5


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("statements")) as made:
        by = made.actor("depositor")
        for status in Status:
            made.put(
                f"Hội xuân {status.value}",
                make_pdf("Hội xuân", "Trang hai"),
                status=status,
                by=by,
                values=VALUES,
            )
            if status in (Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED):
                add_records(made, status, by)
        for status, drop in ALIKE.items():
            pages = [text for at, text in enumerate(BOOK) if at != drop]
            made.put(
                f"Về nguồn {status.value}",
                with_contents(make_pdf(*pages)),
                status=status,
                by=by,
                values=VALUES,
                publication_id=alike(status),
            )
        for number in range(2):
            made.put("Hai lần", make_pdf("Cùng một tệp"), by=by, publication_id=f"b{number:011}")
        made.work()
        send_back_and_forth(made, by)
        decide_and_queue(made)
        yield made


def alike(status: Status) -> str:
    """The id of the publication of this state that others are like."""
    return f"a{status.value.replace('_', '0')}".ljust(12, "0")[:12]


def with_contents(data: bytes) -> bytes:
    """The same PDF with a table of contents."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    for number in range(0, len(writer.pages), 2):
        writer.add_outline_item(title=f"Phần {number // 2 + 1}", page_number=number)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def send_back_and_forth(archive: Standing, by: Actor) -> None:
    """What waits was handed in once before, and a curator had sent it back for its title and files;
    what is returned is for the second time."""
    curator = archive.actor("curator")
    unit = "so-van-hoa"
    for status, times in ((Status.SUBMITTED, 1), (Status.IN_REVIEW, 1), (Status.RETURNED, 1)):
        with archive.holdings.database.writing() as session:
            publication = session.get_one(Publication, alike(status))
            owner = find_unit(session, unit)
            assert owner is not None
            for time in range(times):
                if publication.status is not Status.RETURNED:
                    reviews.return_to_depositor(
                        session,
                        publication,
                        by=curator,
                        note="Xin xem lại",
                        fields={"title": "Thiếu tên phụ", "files": "Thiếu bìa"},
                    )
                amend(
                    session,
                    archive.holdings,
                    publication=publication,
                    record=replace(
                        record_of(publication), title=f"{publication.title} {time}", edition="2"
                    ),
                    files=(),
                    unit=owner,
                    submit=True,
                    by=by,
                )
            if status is Status.IN_REVIEW:
                reviews.take_up(session, publication, by=curator)
            if status is Status.RETURNED:
                reviews.return_to_depositor(
                    session, publication, by=curator, note="", fields={"title": "Sai dấu"}
                )
            session.commit()
    archive.work()


def decide_and_queue(archive: Standing) -> None:
    """A curator said of one pair what it is, and all stages of what is alike wait anew."""
    curator = archive.actor("curator")
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, alike(Status.ACCEPTED))
        for status, decision in ((Status.RETURNED, "edition"), (Status.IN_REVIEW, "same")):
            likeness.decide(session, publication, alike(status), decision=decision, by=curator)
        for status in ALIKE:
            jobs.enqueue(session, *Stage, publication_id=alike(status))
        session.commit()


def add_records(archive: Standing, status: Status, by: Actor) -> None:
    """As many records without files as a page of any list holds, and more."""
    with archive.holdings.database.writing() as session:
        unit = find_unit(session, "so-van-hoa")
        assert unit is not None
        for number in range(ROWS):
            record = RecordInput(
                title=f"Hội xuân số {number}",
                issued=IssueDate(2024, 5),
                kind="bulletin",
                series="Tủ sách Hội xuân",
                volume=str(number),
                values=VALUES,
            )
            deposit(
                session,
                archive.holdings,
                publication_id=new_id(),
                record=record,
                files=(),
                unit=unit,
                status=status,
                by=by,
            )
        session.commit()


@pytest.fixture(scope="module")
def places(archive: Standing) -> dict[str, object]:
    """What stands in an address for each of the parameters that routes have."""
    with archive.holdings.database.reading() as session:
        publication_id = session.scalar(
            select(Publication.id)
            .where(Publication.status == Status.ACCEPTED, Publication.page_count == 2)
            .limit(1)
        )
        return {
            "publication_id": publication_id,
            "unit_id": session.scalar(select(Unit.id).limit(1)),
            "user_id": session.scalar(select(User.id).limit(1)),
            "number": 1,
            "position": 1,
            "width_px": 320,
            "guide": "nop",
            "year": now().year,
        }


def addresses(archive: Standing, places: dict[str, object]) -> list[str]:
    """An address for each GET route whose parameters are known here."""
    found = []
    adapter = archive.app.url_map.bind("localhost")
    for rule in archive.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in LEFT_OUT:
            continue
        if rule.arguments <= places.keys():
            values = {name: places[name] for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, method="GET").partition("localhost")[2]
            found.append(path or adapter.build(rule.endpoint, values, method="GET"))
    return [
        *(f"{path}{WITH.get(path, '')}" for path in found),
        *(f"/an-pham/{alike(status)}{rest}" for status in ALIKE for rest in OF_ONE),
        "/an-pham/b00000000000",
        "/an-pham/b00000000001",
    ]


@pytest.mark.parametrize("who", WHO)
def test_no_page_asks_the_database_more_than_a_dozen_times(
    archive: Standing, places: dict[str, object], who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "THUMBS", THUMBS)
    client = archive.client(who)
    asked: list[str] = []

    def see(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    engine = archive.holdings.database.engine
    event.listen(engine, "before_cursor_execute", see)
    too_many = {}
    opened = 0
    try:
        for path in addresses(archive, places):
            client.get(path)
            asked.clear()
            answer = client.get(path)
            assert answer.status_code < 500, path
            opened += answer.status_code == 200
            if len(asked) > MOST:
                too_many[path] = [len(asked), *(one[:60] for one in asked)]
    finally:
        event.remove(engine, "before_cursor_execute", see)
    assert not too_many, "\n".join(f"{path} {held}" for path, held in too_many.items())
    assert opened > (20 if who == ANYONE else 25)
