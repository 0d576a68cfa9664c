"""The log: append-only, linked, sealed; what is done to it behind its back is named."""

from __future__ import annotations

import json
import re
import tarfile
import threading
import tracemalloc
from datetime import timedelta
from itertools import pairwise

import pytest
from alembic import command
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from archive.core.dates import now
from archive.core.roles import SYSTEM, Actor, Role
from archive.models import Event, Publication, migrations
from archive.models.database import sqlite_module
from archive.services import accounts, audit
from archive.services.events import chain_head, note_event
from archive.storage.seal import Seal
from tests.conftest import post, sign_in
from tests.integration.standing import page, words_of

TRIGGERS = ("event_is_not_changed", "event_is_not_removed", "event_follows_the_last")


def note(holdings, *kinds: str, **given) -> None:
    with holdings.database.writing() as session:
        for kind in kinds:
            note_event(session, kind, by=SYSTEM, **given)
        session.commit()


def verdict(holdings) -> audit.Verdict:
    with holdings.database.reading() as session:
        return audit.verify(session, holdings)


def behind_its_back(holdings, *statements: str) -> None:
    """Raw SQL in the file, by somebody who takes the triggers off first."""
    connection = sqlite_module().connect(str(holdings.database.path))
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def last_id(holdings) -> int:
    with holdings.database.reading() as session:
        return chain_head(session).number


def test_events_of_a_working_archive_are_one_chain_with_who_what_when_and_where_from(
    holdings, signed_in, deposited
):
    made = deposited(title="Đường lên Pác Bó")
    post(signed_in(Role.CURATOR), f"/an-pham/{made}/thu-hoi", {"note": "In lại"})
    assert verdict(holdings).is_whole
    with holdings.database.reading() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.kind, event.role, event.origin) == ("withdrawn", "curator", "web 127.0.0.1")
    assert event.actor_name == "Người curator"
    assert (event.publication_id, event.note) == (made, "In lại")


@pytest.mark.parametrize(
    ("statement", "problem", "offset"),
    [
        ("UPDATE event SET note = 'khác' WHERE id = {n}", "changed", 0),
        ("UPDATE event SET actor_name = 'Người khác' WHERE id = {n}", "changed", 0),
        ("UPDATE event SET at = '2026-01-01 00:00:00.000000' WHERE id = {n}", "changed", 0),
        ("UPDATE event SET data = '{{\"a\": 1}}' WHERE id = {n}", "changed", 0),
        ("UPDATE event SET origin = 'cli 2' WHERE id = {n}", "changed", 0),
        ("DELETE FROM event WHERE id = {n}", "missing", 1),
        ("DELETE FROM event WHERE id >= {n}", "cut_off", 0),
    ],
)
def test_row_touched_behind_the_triggers_is_named(holdings, cli, statement, problem, offset):
    note(holdings, *["unit_created"] * 3, note="đúng", data={"unit": "a", "đ": [1, 2.5, None]})
    number = last_id(holdings) - 1
    assert verdict(holdings).is_whole
    behind_its_back(holdings, statement.format(n=number))
    found = verdict(holdings)
    assert (found.problem, found.number) == (problem, number + offset)
    answer = cli("audit", "verify", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["problem"] == problem
    assert f"số {number + offset}" in answer.stderr


def test_byte_changed_in_the_database_file_is_named(holdings):
    note(holdings, "unit_created", "unit_changed", note="lời ghi có một không hai")
    path = holdings.database.path
    holdings.database.close()
    sqlite_module().connect(str(path)).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = path.read_bytes()
    path.write_bytes(raw.replace("một không hai".encode(), "một không haj".encode()))
    found = verdict(holdings)
    assert (found.problem, found.number) == ("changed", last_id(holdings) - 1)


def test_events_put_in_each_others_place_are_named(holdings):
    note(holdings, "unit_created", "unit_changed", "unit_blocked")
    last = last_id(holdings)
    behind_its_back(
        holdings,
        f"UPDATE event SET id = 9000 WHERE id = {last}",
        f"UPDATE event SET id = {last} WHERE id = {last - 1}",
        f"UPDATE event SET id = {last - 1} WHERE id = 9000",
    )
    assert (verdict(holdings).problem, verdict(holdings).number) == ("changed", last - 1)


def test_log_written_anew_from_a_link_on_does_not_fit_the_seal(holdings):
    note(holdings, "unit_created", "unit_changed", "unit_blocked")
    last = last_id(holdings)
    behind_its_back(holdings, f"DELETE FROM event WHERE id >= {last - 1}")
    note(holdings, "unit_created", "unit_created")
    assert (verdict(holdings).problem, verdict(holdings).number) == ("rewritten", last)
    # It does not grow into place either: the seal stays where it was.
    note(holdings, "unit_created")
    note(holdings, "unit_created")
    assert (verdict(holdings).problem, verdict(holdings).number) == ("rewritten", last)


def test_seal_taken_away_or_forged_is_told_and_can_be_set_anew(holdings, cli):
    note(holdings, "unit_created")
    Seal(holdings.seal.path, holdings.incoming.folder, key="another").set(holdings.seal.read())
    assert verdict(holdings).problem == "seal_broken"
    holdings.seal.path.unlink()
    assert cli("audit", "verify").exit_code == 1
    assert verdict(holdings).problem == "seal_missing"
    assert cli("audit", "verify", "--reseal").exit_code == 0
    assert verdict(holdings).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET note = 'khác' WHERE id = 1",
        "UPDATE event SET actor_id = 1 WHERE id = 1",
        "UPDATE event SET id = 77 WHERE id = 1",
        "DELETE FROM event WHERE id = 1",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 1",
        "INSERT INTO event SELECT id + 1000, at, kind, actor_id, actor_name, role, origin,"
        " publication_id, note, data, previous, digest FROM event WHERE id = 1",
    ],
)
def test_database_refuses_to_change_the_log(holdings, statement):
    with holdings.database.writing() as session, pytest.raises(IntegrityError):
        session.execute(text(statement))


def test_account_that_is_erased_leaves_its_name_and_a_whole_chain(holdings, signed_in, deposited):
    made = deposited()
    post(signed_in(Role.CURATOR), f"/an-pham/{made}/thu-hoi", {"note": "Thử"})
    with holdings.database.writing() as session:
        event = session.scalars(select(Event).where(Event.kind == "withdrawn")).one()
        accounts.delete_user(session, user_id=event.actor_id)
        session.commit()
    with holdings.database.reading() as session:
        event = session.scalars(select(Event).where(Event.kind == "withdrawn")).one()
        assert (event.actor_id, event.actor_name) == (None, "Người curator")
    assert verdict(holdings).is_whole


def test_what_a_savepoint_or_a_rollback_takes_back_leaves_no_gap(holdings):
    before = last_id(holdings)
    with holdings.database.writing() as session:
        note_event(session, "unit_created", by=SYSTEM)
        nested = session.begin_nested()
        note_event(session, "unit_changed", by=SYSTEM)
        nested.rollback()
        with session.begin_nested():
            note_event(session, "unit_blocked", by=SYSTEM)
        note_event(session, "unit_unblocked", by=SYSTEM)
        gone = session.begin_nested()
        note_event(session, "user_blocked", by=SYSTEM)
        gone.rollback()
        session.commit()
    with holdings.database.writing() as session:
        note_event(session, "user_created", by=SYSTEM)
        session.rollback()
    assert last_id(holdings) == before + 3
    assert verdict(holdings).is_whole
    assert holdings.seal.read().number == before + 3


def test_writers_side_by_side_make_one_chain(holdings):
    before = last_id(holdings)

    def write() -> None:
        for _ in range(20):
            note(holdings, "unit_created", "unit_changed")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert last_id(holdings) == before + 160
    assert verdict(holdings).is_whole
    assert holdings.seal.read().number == before + 160


def test_export_has_every_event_with_what_its_digest_is_made_of(holdings, cli, tmp_path):
    note(holdings, "unit_created", note="Đã ghi", data={"unit": "so-van-hoa"})
    target = tmp_path / "nhat-ky.jsonl"
    assert cli("audit", "export", target).exit_code == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == last_id(holdings)
    assert lines[-1]["note"] == "Đã ghi"
    assert all(b["previous"] == a["digest"] for a, b in pairwise(lines))
    assert cli("audit", "export", target).exit_code == 1


def test_failures_that_shut_an_account_out_are_noted_once_without_the_password(
    holdings, client, settings
):
    for _ in range(settings.sign_in_failures_per_account + 3):
        sign_in(client, "can-bo@example.org", "mật khẩu sai bét")
    with holdings.database.reading() as session:
        events = session.scalars(
            select(Event).where(Event.kind.startswith("sign_in", autoescape=True))
        ).all()
    assert [(e.kind, e.data["user"], e.origin) for e in events] == [
        ("sign_in_slowed_user", "can-bo@example.org", "web 127.0.0.1")
    ]
    assert "bét" not in json.dumps([e.data for e in events], ensure_ascii=False)


def test_page_of_the_log_finds_by_kind_person_publication_and_day(holdings, signed_in, deposited):
    made, other = deposited(title="Một <b>đậm</b>"), deposited(title="Hai")
    curator = signed_in(Role.CURATOR)
    post(curator, f"/an-pham/{made}/thu-hoi", {"note": "<script>alert(1)</script>"})
    with holdings.database.writing() as session:
        note_event(
            session,
            "withdrawn",
            by=Actor(name="Xưa"),
            publication_id=other,
            at=now() - timedelta(days=400),
        )
        session.commit()
    admin = signed_in(Role.ADMIN)

    def rows(query: str) -> list[str]:
        root = page(admin.get(f"/quan-tri/nhat-ky{query}"))
        return [words_of(row) for row in root.iter("{*}tr")][1:]

    assert len(rows("?kind=withdrawn")) == 2
    assert len(rows("?kind=withdrawn&who=Xưa")) == 1
    assert len(rows(f"?publication={made}")) == len(rows(f"?publication=/an-pham/{made}?q=1")) == 3
    assert len(rows(f"?kind=withdrawn&since={now().date():%d/%m/%Y}")) == 1
    assert rows("?since=40/1/2026") == rows("")
    html = admin.get("/quan-tri/nhat-ky").get_data(as_text=True)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert signed_in(Role.CURATOR).get("/quan-tri/nhat-ky").status_code == 403


@pytest.mark.parametrize(
    ("origin", "vietnamese", "english"),
    [
        ("cli", "dòng lệnh", "command line"),
        ("worker", "tiến trình nền", "background process"),
        ("storage", "dựng lại từ kho lưu trữ", "rebuilt from storage"),
        ("web 203.0.113.7", "từ địa chỉ 203.0.113.7", "from address 203.0.113.7"),
        ("web", "trên trang web", "on the website"),
        ("xe bò", "xe bò", "xe bò"),
    ],
)
def test_log_tells_where_an_act_came_from(holdings, signed_in, origin, vietnamese, english):
    with holdings.database.writing() as session:
        note_event(session, "withdrawn", by=Actor(name="Ai đó", origin=origin))
        session.commit()
    admin = signed_in(Role.ADMIN)
    for prefix, told in (("", vietnamese), ("/en", english)):
        rows = page(admin.get(f"{prefix}/quan-tri/nhat-ky?kind=withdrawn")).iter("{*}tr")
        assert words_of(list(rows)[1]).endswith(f"Ai đó{told}")


def test_log_is_leafed_through_without_losing_or_repeating_a_row(holdings, signed_in):
    note(holdings, *["unit_created"] * 120)
    admin, seen, address = signed_in(Role.ADMIN), [], "/quan-tri/nhat-ky?kind=unit_created"
    while address:
        html = admin.get(address).get_data(as_text=True)
        seen += re.findall(r"số ([\d.]+)<", html)
        older = re.search(r'href="([^"]+)" rel="next"', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) >= 120
    numbers = [int(n.replace(".", "")) for n in seen]
    assert numbers == sorted(numbers, reverse=True)


def test_page_of_the_log_asks_few_questions_of_the_database(holdings, signed_in):
    note(holdings, *["unit_created"] * 60)
    admin, statements = signed_in(Role.ADMIN), []
    admin.get("/quan-tri/nhat-ky")

    def look(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(holdings.database.engine, "before_cursor_execute", look)
    admin.get("/quan-tri/nhat-ky?kind=unit_created&truoc=60")
    sqlalchemy_event.remove(holdings.database.engine, "before_cursor_execute", look)
    assert len(statements) <= 12


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("kind = 'accepted'", "ix_event_kind_at"),
        ("actor_name = 'A'", "ix_event_actor_name_at"),
        ("publication_id = 'a'", "ix_event_publication_id_at"),
        ("at < '2026-01-01'", "ix_event_at"),
    ],
)
def test_every_way_to_look_through_the_log_has_an_index_and_sorts_nothing(
    holdings, condition, index
):
    with holdings.database.reading() as session:
        plan = session.execute(
            text(
                f"EXPLAIN QUERY PLAN SELECT * FROM event WHERE {condition}"
                " ORDER BY at DESC, id DESC LIMIT 51"
            )
        ).all()
    (step,) = plan
    assert index in step.detail


def test_backup_that_ran_while_events_came_in_is_whole_when_restored(
    holdings, cli, tmp_path, deposited
):
    deposited()
    assert cli("backup", tmp_path / "kho.tar").exit_code == 0
    note(holdings, "unit_created")
    with tarfile.open(tmp_path / "kho.tar") as tar:
        names = tar.getnames()
        sealed = holdings.seal.parse(tar.extractfile("seal.json").read())
    assert not [name for name in names if name.startswith("uploads/audit")]
    assert sealed.number == last_id(holdings) - 1


@pytest.mark.slow
def test_twenty_thousand_links_are_walked_in_constant_memory(holdings):
    with holdings.database.writing() as session:
        for _ in range(20_000):
            note_event(session, "unit_created", by=SYSTEM, data={"unit": "so-van-hoa"})
        session.commit()
    tracemalloc.start()
    found = verdict(holdings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.is_whole
    with holdings.database.reading() as session:
        assert found.rows == session.scalar(select(func.count()).select_from(Event))
    assert peak < 30_000_000


def test_upgrade_links_the_events_there_are_and_numbers_what_was_accepted(
    holdings, deposited, signed_in
):
    made = [deposited(title=f"Bản {n}") for n in range(3)]
    post(signed_in(Role.CURATOR), f"/an-pham/{made[1]}/thu-hoi", {"note": "Đã in lại"})
    before = last_id(holdings)
    with holdings.database.engine.connect().execution_options(writes=True) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
        connection.commit()
    migrations.upgrade(holdings.database)
    with holdings.database.reading() as session:
        # Links made anew have other digests, which the seal of before tells.
        assert audit.verify(session, holdings).problem == "rewritten"
        audit.seal_anew(session, holdings)
        assert audit.verify(session, holdings).is_whole
        assert chain_head(session).number == before
        numbers = [session.get_one(Publication, id_).accession_number for id_ in made]
    assert numbers == [1, 2, 3]
    deposited(title="Sau khi nâng cấp")
    assert verdict(holdings).is_whole
