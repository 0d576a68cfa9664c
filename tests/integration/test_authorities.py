"""Authorities: what a name means, what records follow, merging, and the sheet."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.core.dates import IssueDate, parse_issue_date
from archive.core.errors import InvalidInputError
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import Authority, Event, Page, Publication, PublicationValue, migrations
from archive.services.authorities import editing, merging
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.finding import Finder
from archive.services.authorities.kin import load_kin
from archive.services.authorities.linking import link_value
from archive.services.authorities.loading import load_facts
from archive.services.authorities.sheet import COLUMNS, read_sheet, write_sheet
from archive.services.deposits import deposit
from archive.services.history import change_record
from archive.services.holdings import Holdings
from archive.services.records import RecordInput, record_of
from archive.services.units import unknown_unit


@pytest.fixture
def session(holdings: Holdings) -> Iterator[Session]:
    with holdings.database.writing() as opened:
        load_facts(opened)
        opened.flush()
        yield opened


def put(
    session: Session, holdings: Holdings, name: str, *, issued: str = "2024", **fields: object
) -> Publication:
    made = deposit(
        session,
        holdings,
        publication_id=name.ljust(12, "0"),
        record=RecordInput(title=name, issued=parse_issue_date(issued), **fields),  # type: ignore[arg-type]
        files=(),
        unit=unknown_unit(session),
        status=Status.ACCEPTED,
        by=SYSTEM,
    )
    session.flush()
    return made.publication


def link_of(session: Session, publication: Publication) -> str | None:
    session.expire_all()
    return publication.values[0].authority_id


@pytest.mark.parametrize(
    ("name", "issued", "meant"),
    [
        ("Hòa An", "2024", "d051"),
        ("Hoà An", "2025-10", "n01654"),
        (unicodedata.normalize("NFD", "HÒA AN"), "2024", "d051"),
        ("Hòa An", "2025", None),
        ("huyện Hòa An", "2026", "d051"),
        ("xã Hà Quảng", "2026", "n01438"),
        ("Hà Quảng", "2022", "d045"),
        ("Hoa An", "2024", None),
        ("Trà Lĩnh", "2019-05", "d046"),
        ("huyện Phục Hòa", "2019", "d050"),
        ("Thục Phán", "2022", None),
        ("Thục Phán", "2026", "n01273"),
        ("TP. Cao Bằng", "2020", "d040"),
        ("Cao Bằng", "2020", "p04"),
        ("Trùng Khánh", "2022", "d047"),
        ("Quang Trung", "2022", None),
        ("xã Quang Trung, huyện Hoà An", "2022", "w01702@2020"),
        ("Quang Trung, Trùng Khánh", "2022", "w01465@2020"),
        ("Ðông Khê", "2026", "n01786"),
        ("", "2026", None),
    ],
)
def test_place_is_the_one_of_its_type_and_day(session, name, issued, meant):
    found = Finder(session).find("places", name, on=parse_issue_date(issued))
    assert found.authority_id == meant


def test_ambiguous_name_is_left_as_a_question_with_its_candidates(session):
    found = Finder(session).find("places", "Quang Trung", on=IssueDate(2022))
    assert found.authority_id is None
    assert {"w01465@2020", "w01702@2020"} <= {each.id for each in found.candidates}


def test_person_is_found_by_another_name_and_no_place_is_a_person(session):
    finder = Finder(session)
    assert finder.find("people", "Nông Văn Dèn", on=None).authority_id == "nv-kim-dong"
    assert finder.find("places", "Nông Văn Dèn", on=None).candidates == ()


def test_loading_the_facts_twice_adds_nothing_and_keeps_a_curators_word(session):
    editing.update_authority(
        session,
        editing.find_authority(session, "nv-kim-dong"),
        AuthorityInput(name="Kim Đồng", note="Đã đối chiếu"),
        by=SYSTEM,
    )
    assert load_facts(session).added == 0
    assert session.get_one(Authority, "nv-kim-dong").note == "Đã đối chiếu"


def test_facts_keep_source_and_caution(session):
    person = session.get_one(Authority, "nv-hoang-sam")
    assert person.source
    assert "KHÔNG ghi quê Cao Bằng" in person.note
    event = session.get_one(Authority, "sk-1943-2-15")
    assert "độ tin cậy trung bình" in event.note


def test_code_that_was_given_again_names_two_places(session):
    old, new = session.get_one(Authority, "w01392@2020"), session.get_one(Authority, "n01392")
    assert (old.name, new.name) == ("Xuân Hòa", "Trường Hà")
    assert old.valid_to == "2025-06-30"
    assert new.valid_from == "2025-07-01"


def test_record_keeps_the_name_of_its_day_and_links_when_written_and_changed(session, holdings):
    made = put(session, holdings, "mot", values={"places": ("Hoà An",)})
    assert link_of(session, made) == "d051"
    assert made.values_of("places") == ("Hoà An",)
    change_record(
        session, made, record_of(made), by=SYSTEM, act="corrected", unit=unknown_unit(session)
    )
    record = record_of(made)
    change_record(
        session,
        made,
        RecordInput(title=record.title, issued=IssueDate(2026), values=record.values),
        by=SYSTEM,
    )
    session.flush()
    assert link_of(session, made) == "n01654"


def test_what_a_curator_decided_of_a_doubtful_name_outlives_a_correction(session, holdings):
    made = put(session, holdings, "hai", issued="2022", values={"places": ("Quang Trung",)})
    assert link_of(session, made) is None
    assert len(link_value(session, "places", "Quang Trung", "w01702@2020")) == 1
    session.expire_all()
    record = record_of(made)
    changed = RecordInput(title="Khác", issued=record.issued, values=record.values)
    assert change_record(session, made, changed, by=SYSTEM)
    session.flush()
    assert link_of(session, made) == "w01702@2020"


def test_new_authority_and_new_variant_link_what_waited_for_them(session, holdings):
    made = put(session, holdings, "ba", values={"people": ("Nông Thị Trưng",)}, series="Non nước")
    revision = made.revision
    assert link_of(session, made) is None
    person = editing.create_authority(
        session, "person", AuthorityInput(name="Trưng Nông"), by=SYSTEM
    )
    assert link_of(session, made) is None
    given = AuthorityInput(name="Trưng Nông", variants="Nông Thị Trưng")
    assert editing.update_authority(session, person, given, by=SYSTEM)
    assert link_of(session, made) == person.id
    assert made.revision > revision
    series = editing.create_authority(session, "series", AuthorityInput(name="NON NƯỚC"), by=SYSTEM)
    session.expire_all()
    assert made.series_id == series.id


def test_merge_takes_the_records_along_and_can_be_taken_back(session, holdings):
    made = put(session, holdings, "bon", values={"themes": ("Dân ca, văn hóa",)})
    theme = editing.find_authority(session, "cd-dan-ca")
    child = editing.create_authority(
        session, "theme", AuthorityInput(name="Hát then", parent="cd-dan-ca"), by=SYSTEM
    )
    revision = made.revision
    assert merging.merge_authorities(session, theme, "cd-le-hoi", by=SYSTEM) == 1
    assert link_of(session, made) == "cd-le-hoi"
    assert made.revision > revision
    assert child.parent_id == "cd-le-hoi"
    assert theme.merged_into_id == "cd-le-hoi"
    assert "Dân ca, văn hóa" in editing.variants_text(session.get_one(Authority, "cd-le-hoi"))
    found = Finder(session).find("themes", "dân ca", on=None)
    assert found.authority_id == "cd-le-hoi"
    noted = session.scalars(select(Event).where(Event.kind == "authority_merged")).one()
    assert noted.data["records"] == 1
    assert merging.split_again(session, theme, by=SYSTEM) == 1
    assert link_of(session, made) == "cd-dan-ca"
    assert child.parent_id == "cd-dan-ca"
    assert editing.variants_text(session.get_one(Authority, "cd-le-hoi")) == "Lễ hội"


@pytest.mark.parametrize(
    ("into", "problem"),
    [
        ("cd-lich-su", "authority_circle"),
        ("cd-bao-chi", "authority_circle"),
        ("d051", "authority_unknown"),
        ("khong-co", "authority_unknown"),
    ],
)
def test_merge_into_itself_its_part_or_another_kind_is_refused(session, into, problem):
    theme = editing.find_authority(session, "cd-lich-su")
    with pytest.raises(InvalidInputError) as refused:
        merging.merge_authorities(session, theme, into, by=SYSTEM)
    assert refused.value.data["problem"] == problem


def test_circle_of_parents_is_refused(session):
    theme = editing.find_authority(session, "cd-lich-su")
    for parent in ("cd-lich-su", "cd-bao-chi"):
        given = AuthorityInput(name=theme.name, parent=parent)
        with pytest.raises(InvalidInputError) as refused:
            editing.update_authority(session, theme, given, by=SYSTEM)
        assert refused.value.data["field"] == "parent"


def test_only_what_nothing_uses_is_deleted(session, holdings):
    put(session, holdings, "nam", values={"themes": ("Du lịch",)})
    for used in ("cd-du-lich", "cd-lich-su", "d051"):
        with pytest.raises(InvalidInputError):
            editing.delete_authority(session, editing.find_authority(session, used), by=SYSTEM)
    editing.delete_authority(session, editing.find_authority(session, "cd-le-hoi"), by=SYSTEM)
    assert session.get(Authority, "cd-le-hoi") is None


def test_district_is_found_under_what_it_became_and_the_other_way_round(session):
    kin = load_kin(session, "place")
    assert {"n01654", "n01660", "n01699", "n01273"} <= kin.reach("d051")
    assert "d051" in kin.found_under("n01654")
    assert {"d045", "n01363", "n01366"} <= kin.reach("d044")
    assert {"d044", "d045"} <= kin.found_under("n01363")
    assert "d044" not in kin.found_under("n01392"), "Trường Hà never lay in Thông Nông"
    assert "d046" in kin.found_under("n01447")
    assert {"d050", "n01648"} <= kin.found_under("d050")
    assert "n01477" not in kin.found_under("p04"), "the province is not in its communes"


def test_homonyms_are_told_apart_by_what_they_lie_in(session):
    kin = load_kin(session, "place")
    assert kin.label("w01702@2020") == "xã Quang Trung, huyện Hòa An"
    assert kin.label("n01654") == "xã Hòa An"
    assert kin.label("d051") == "huyện Hòa An"


def sheet_of(session: Session) -> str:
    written = io.StringIO(newline="")
    write_sheet(session, written)
    return written.getvalue()


def test_sheet_is_read_back_exactly(session, holdings, tmp_path):
    for name, note in (
        ("=HYPERLINK(1)", "dòng một\ndòng hai"),
        ("'Đồng", "'=1+1"),
        ("-Mông, “Dao”", "@a"),
    ):
        editing.create_authority(
            session,
            "body",
            AuthorityInput(name=name, note=note, variants="Một tên | +84; Tên nữa"),
            by=SYSTEM,
        )
    merging.merge_authorities(
        session, editing.find_authority(session, "cd-dan-ca"), "cd-le-hoi", by=SYSTEM
    )
    written = sheet_of(session)
    assert '"=HYPERLINK' not in written
    assert ",=HYPERLINK" not in written
    result = read_sheet(session, written, by=SYSTEM)
    assert (result.added, result.changed, result.failed) == (0, 0, ())
    session.execute(PublicationValue.__table__.delete())
    for table in ("authority_succession", "authority_variant", "authority"):
        session.connection().exec_driver_sql("pragma defer_foreign_keys = 1")
        session.connection().exec_driver_sql(f"delete from {table}")
    session.expunge_all()
    assert read_sheet(session, written, by=SYSTEM).failed == ()
    session.flush()
    session.expire_all()
    assert sheet_of(session) == written


HEADINGS = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",planet,Sao Hỏa,,,,,,,,,,,", "kind"),
        ("x,theme,,,,,,,,,,,,", "name"),
        ("x,place,A,,,31/2/2020,,,,,,,,", "valid_from"),
        ("x,place,A,,,2021,2020,,,,,,,", "valid_to"),
        ("x,theme,A,,,,,khong-co,,,,,,", "parent"),
        ("x,theme,A,,,,,x,,,,,,", "parent"),
        ("x,theme,A,,,,,d051,,,,,,", "parent"),
        ("x,place,A,,,,,,,,,,khong-co,", "successors"),
        ("x,theme,A,,,,,,,,,khong-co,,", "merged_into"),
        ("d051,theme,A,,,,,,,,,,,", "kind"),
        (f"x,theme,{'A' * 301},,,,,,,,,,,", "name"),
        ("x,theme,A;B,,,,,,,,,,,", "name"),
    ],
)
def test_wrong_cell_is_told_by_row_and_column(session, row, column):
    good = "t1,theme,Đúng,,,,,,,,,,,"
    result = read_sheet(session, "\r\n".join((HEADINGS, good, row)), by=SYSTEM)
    assert [(each.row, each.column) for each in result.failed] == [(3, column)]


@pytest.mark.parametrize(
    "text", ["", "id,name\n", f"{HEADINGS},gì đó\n", "id,kind,name,name\n", 'id,kind,name\n"a']
)
def test_sheet_that_is_no_such_sheet_is_refused(session, text):
    with pytest.raises(InvalidInputError) as refused:
        read_sheet(session, text, by=SYSTEM)
    assert refused.value.data["field"] == "sheet"


def test_commands_load_export_and_import(cli, holdings, tmp_path):
    assert "356" in cli("authority", "load").output
    assert "Thêm 0" in cli("authority", "load").output
    sheet = tmp_path / "danh-muc.csv"
    assert cli("authority", "export", sheet).exit_code == 0
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbfid,kind,")
    assert "không đổi 356" in cli("authority", "import", sheet).output
    sheet.write_text(f"{HEADINGS}\nt9,theme,Thử,,,,,,,,,,,\n", encoding="utf-8")
    assert "thêm 1" in cli("authority", "import", sheet, "--dry-run").output
    with holdings.database.reading() as session:
        assert session.get(Authority, "t9") is None
    assert cli("authority", "import", sheet).exit_code == 0
    sheet.write_text(f"{HEADINGS}\nt10,theme,Thử,,,,,t11,,,,,,\n", encoding="utf-8")
    wrong = cli("authority", "import", sheet)
    assert wrong.exit_code == 1
    assert "Dòng 2, cột parent" in wrong.output
    with holdings.database.reading() as session:
        assert session.get(Authority, "t9") is not None
        assert session.get(Authority, "t10") is None


def test_older_schema_and_back_keeps_records_and_their_values(deposited, work, holdings):
    made = deposited(values={"places": ("Pác Bó",)})
    work()
    with holdings.database.engine.connect().execution_options(writes=True) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
        connection.commit()
    migrations.upgrade(holdings.database)
    with holdings.database.reading() as session:
        assert session.get_one(Publication, made).values_of("places") == ("Pác Bó",)
        assert session.scalar(select(func.count()).select_from(Page)) == 3
