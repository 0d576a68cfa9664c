"""Every state that a record ever had can be read and put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from archive.core.dates import IssueDate
from archive.core.errors import NotFoundError
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import Publication
from archive.services import history
from archive.services.deposits import deposit
from archive.services.holdings import Holdings
from archive.services.records import RecordInput, parse_creator, record_of
from archive.services.units import unknown_unit

FIRST = RecordInput(
    title="Cội nguồn",
    issued=IssueDate(2024, 7),
    values={"creators": ("Nông Văn A (chủ biên)", "Ban Tuyên giáo"), "places": ("Pác Bó",)},
)


@pytest.fixture
def record(holdings: Holdings) -> str:
    with holdings.database.writing() as session:
        made = deposit(
            session,
            holdings,
            publication_id="a1b2c3d4e5f6",
            record=FIRST,
            files=(),
            unit=unknown_unit(session),
            status=Status.ACCEPTED,
            by=SYSTEM,
        )
        session.commit()
        return made.publication.id


def change(
    holdings: Holdings, publication_id: str, mend: Callable[[RecordInput], RecordInput]
) -> tuple[history.FieldChange, ...]:
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        changes = history.change_record(
            session, publication, mend(record_of(publication)), by=SYSTEM
        )
        session.commit()
        return changes


def test_a_change_tells_each_field_with_what_it_was(holdings, record):
    changes = change(
        holdings,
        record,
        lambda now: replace(now, title="Cội nguồn cách mạng", issued=IssueDate(2024, 7, 15)),
    )
    assert {(c.field, c.before, c.after) for c in changes} == {
        ("title", "Cội nguồn", "Cội nguồn cách mạng"),
        ("issued", "2024-07", "2024-07-15"),
    }


def test_what_changes_nothing_leaves_no_version_and_no_revision(holdings, record):
    assert change(holdings, record, lambda now: now) == ()
    with holdings.database.reading() as session:
        assert history.list_versions(session, record) == []
        assert session.get_one(Publication, record).revision == 1


def test_first_state_is_put_back_whole_and_as_a_new_version(holdings, record):
    change(holdings, record, lambda now: RecordInput(title="Nhầm hết"))
    change(holdings, record, lambda now: replace(now, title="Nhầm nữa"))
    with holdings.database.writing() as session:
        history.put_back(session, session.get_one(Publication, record), 1, by=SYSTEM)
        session.commit()
    with holdings.database.reading() as session:
        assert record_of(session.get_one(Publication, record)) == FIRST_AS_STORED
        versions = history.list_versions(session, record)
    assert [v.number for v in versions] == [1, 2, 3, 4]
    assert [v.act for v in versions] == ["deposited", "corrected", "corrected", "put_back"]
    assert versions[0].content == versions[3].content


FIRST_AS_STORED = replace(
    FIRST,
    values={
        name: FIRST.values.get(name, ())
        for name in (
            *("other_titles", "creators", "languages", "themes", "places", "people", "events"),
            *("relics", "audiences", "grades", "subjects"),
        )
    },
)


def test_a_version_that_never_was_is_not_found(holdings, record):
    with holdings.database.writing() as session, pytest.raises(NotFoundError):
        history.put_back(session, session.get_one(Publication, record), 7, by=SYSTEM)


@pytest.mark.parametrize(
    ("typed", "name", "role"),
    [
        ("Nông Văn A (chủ biên)", "Nông Văn A", "editor"),
        ("Trần B (Sưu  tầm)", "Trần B", "collector"),
        ("Tỉnh ủy (khóa XIX)", "Tỉnh ủy (khóa XIX)", ""),
        ("Nhóm (ảnh) (dịch)", "Nhóm (ảnh)", "translator"),
        ("(dịch)", "(dịch)", ""),
    ],
)
def test_a_role_stands_in_brackets_behind_the_name(typed, name, role):
    assert parse_creator(typed) == (name, role)
