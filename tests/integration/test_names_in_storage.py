"""What a rebuild from `uploads/` alone gives back besides records and files: names that people
added or changed, what records' names are tied to, who reviews, and every state of a record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import parse_issue_date
from archive.core.errors import StorageFullError
from archive.core.roles import SYSTEM, Actor, Role
from archive.core.status import Status
from archive.models import Authority, Publication, User
from archive.services import founding, history, reviews
from archive.services.accounts import create_user
from archive.services.authorities import editing, merging
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.linking import link_value, links_of
from archive.services.authorities.loading import load_facts
from archive.services.authorities.sheet import COLUMNS, read_sheet, write_sheet
from archive.services.deposits import deposit
from archive.services.holdings import Holdings, open_holdings
from archive.services.records import RecordInput, record_of
from archive.services.restoring import rebuild_catalogue
from archive.services.units import unknown_unit
from archive.storage.records import RecordLog
from archive.worker.loop import Worker
from tests.conftest import make_user

Rebuild = Callable[[], Holdings]


@pytest.fixture
def rebuild(holdings: Holdings, settings: Any, tmp_path: Any) -> Iterator[Rebuild]:
    """The archive made anew elsewhere from a copy of `uploads/`; what was queued is done first."""
    other = tmp_path / "khac"
    opened: list[Holdings] = []

    def run() -> Holdings:
        Worker(holdings).run(until_idle=True)
        shutil.copytree(settings.uploads, other / "uploads")
        made = open_holdings(
            replace(
                settings,
                instance=other / "instance",
                database_url=f"sqlite:///{other / 'archive.db'}",
                uploads=other / "uploads",
                index=other / "index",
            )
        )
        opened.append(made)
        founding.upgrade(made.database)
        rebuild_catalogue(made)
        return made

    yield run
    for made in opened:
        made.database.close()


@pytest.fixture(autouse=True)
def _founded(holdings: Holdings) -> None:
    """The names that come with every archive, as its founding brings them in."""
    with holdings.database.writing() as session:
        load_facts(session, is_kept=False)
        session.commit()


def put(session: Session, holdings: Holdings, name: str, *, issued: str = "2024", **fields: Any):
    return deposit(
        session,
        holdings,
        publication_id=name.ljust(12, "0"),
        record=RecordInput(title=name, issued=parse_issue_date(issued), **fields),
        files=(),
        unit=unknown_unit(session),
        status=Status.ACCEPTED,
        by=SYSTEM,
    ).publication


def names_of(holdings: Holdings, tmp_path: Any) -> str:
    path = tmp_path / "ten.csv"
    with holdings.database.reading() as session, path.open("w", newline="") as file:
        write_sheet(session, file)
    return path.read_text()


def ties_of(holdings: Holdings) -> dict[str, dict[tuple[str, str], str]]:
    with holdings.database.reading() as session:
        return {row.id: dict(links_of(row)) for row in session.scalars(select(Publication))}


def test_rebuilt_archive_has_the_names_that_people_added_changed_merged_and_removed(
    holdings: Holdings, rebuild: Rebuild, tmp_path: Any
) -> None:
    with holdings.database.writing() as session:
        put(session, holdings, "mot", values={"themes": ("Hát then",), "people": ("Bế A",)})
        put(session, holdings, "hai", values={"themes": ("Dân ca, văn hóa",)}, series="Non nước")
        # Two communes bear the name; a curator says which.
        put(session, holdings, "ba", issued="2022", values={"places": ("Quang Trung",)})
        session.commit()
    with holdings.database.writing() as session:
        editing.create_authority(session, "series", AuthorityInput(name="NON NƯỚC"), by=SYSTEM)
        editing.create_authority(
            session, "theme", AuthorityInput(name="Hát then", parent="cd-dan-ca"), by=SYSTEM
        )
        person = editing.create_authority(session, "person", AuthorityInput(name="Bế A"), by=SYSTEM)
        session.commit()
        # No other name of it is left, and the record is tied to it all the same.
        given = AuthorityInput(name="Bế Văn A", dates="1920–1944", note="Đội viên.")
        editing.update_authority(session, person, given, by=SYSTEM)
        link_value(session, "places", "Quang Trung", "w01702@2020")
        session.commit()
        theme = editing.find_authority(session, "cd-dan-ca")
        assert merging.merge_authorities(session, theme, "cd-du-lich", by=SYSTEM) == 1
        editing.delete_authority(session, editing.find_authority(session, "cd-le-hoi"), by=SYSTEM)
        session.commit()
        rows = f"{','.join(COLUMNS)}\n,body,Đội Tuyên truyền,,,,,,,,,,,"
        assert read_sheet(session, rows, by=SYSTEM).failed == ()
        session.commit()
    before = ties_of(holdings)
    rebuilt = rebuild()
    assert names_of(rebuilt, tmp_path) == names_of(holdings, tmp_path)
    assert ties_of(rebuilt) == before
    assert before["mot000000000"]["people", "Bế A"] == person.id
    assert before["ba0000000000"] == {("places", "Quang Trung"): "w01702@2020"}
    with rebuilt.database.reading() as session:
        assert session.get(Authority, "cd-le-hoi") is None


def test_merge_is_taken_back_after_a_rebuild(holdings: Holdings, rebuild: Rebuild) -> None:
    with holdings.database.writing() as session:
        put(session, holdings, "mot", values={"themes": ("Dân ca, văn hóa",)})
        theme = editing.find_authority(session, "cd-dan-ca")
        merging.merge_authorities(session, theme, "cd-le-hoi", by=SYSTEM)
        session.commit()
    rebuilt = rebuild()
    assert ties_of(rebuilt)["mot000000000"] == {("themes", "Dân ca, văn hóa"): "cd-le-hoi"}
    with rebuilt.database.writing() as session:
        theme = editing.find_authority(session, "cd-dan-ca")
        assert merging.split_again(session, theme, by=SYSTEM) == 1
        session.commit()
        into = editing.find_authority(session, "cd-le-hoi")
        assert editing.variants_text(into) == "Lễ hội"
    assert ties_of(rebuilt)["mot000000000"] == {("themes", "Dân ca, văn hóa"): "cd-dan-ca"}


def test_new_archive_over_old_storage_writes_no_name_of_its_own_there(
    holdings: Holdings, rebuild: Rebuild
) -> None:
    assert list(holdings.names.latest()) == []
    assert list(rebuild().names.latest()) == []


def test_name_that_storage_does_not_take_is_not_in_the_catalogue_either(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_log: RecordLog, _records: object) -> None:
        raise StorageFullError()

    monkeypatch.setattr(RecordLog, "append", refuse)
    with holdings.database.writing() as session:
        editing.create_authority(session, "theme", AuthorityInput(name="Hát then"), by=SYSTEM)
        with pytest.raises(StorageFullError):
            session.commit()
    with holdings.database.reading() as session:
        assert session.scalar(select(Authority).where(Authority.name == "Hát then")) is None


def test_what_was_rolled_back_is_not_in_storage(holdings: Holdings) -> None:
    with holdings.database.writing() as session:
        editing.create_authority(session, "theme", AuthorityInput(name="Hát then"), by=SYSTEM)
        session.rollback()
        unknown_unit(session)
        session.commit()
    assert list(holdings.names.latest()) == []


def test_rebuilt_record_has_all_its_states_and_its_reviewer(
    holdings: Holdings, rebuild: Rebuild
) -> None:
    make_user(holdings, Role.CURATOR, email="bien-muc@example.org")
    with holdings.database.writing() as session:
        user = session.scalars(select(User).where(User.email == "bien-muc@example.org")).one()
        curator = Actor(user_id=user.id, role=Role.CURATOR, name="Cô Lan")
        made = put(session, holdings, "mot", abstract="Tóm tắt", values={"themes": ("Thơ", "Ca")})
        for title, values in (("Hai", {"themes": ("Thơ",)}), ("Ba", {})):
            changed = replace(record_of(made), title=title, abstract="", values=values)
            assert history.change_record(session, made, changed, by=curator)
        waiting = put(session, holdings, "cho")
        waiting.status = Status.SUBMITTED
        reviews.take_up(session, waiting, by=curator)
        session.commit()

    def states(opened: Holdings) -> list[tuple[Any, ...]]:
        with opened.database.reading() as session:
            return [
                (row.number, row.at, row.act, row.actor_name, row.content)
                for row in history.list_versions(session, "mot000000000")
            ]

    rebuilt = rebuild()
    assert [row[4]["title"] for row in states(rebuilt)] == ["mot", "Hai", "Ba"]
    assert states(rebuilt) == states(holdings)
    with rebuilt.database.writing() as session:
        create_user(session, email="bien-muc@example.org", role=Role.CURATOR, by=SYSTEM)
        session.commit()
    assert rebuild_catalogue(rebuilt) == 0
    with rebuilt.database.writing() as session:
        again = session.get_one(Publication, "cho000000000")
        assert again.reviewer is not None
        assert again.reviewer.email == "bien-muc@example.org"
        made = session.get_one(Publication, "mot000000000")
        history.put_back(session, made, 1, by=SYSTEM)
        assert (made.title, made.values_of("themes")) == ("mot", ("Thơ", "Ca"))
