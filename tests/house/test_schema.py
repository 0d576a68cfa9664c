"""The database as the models say it is, in the engine that the archive relies on."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from archive.models import migrations
from archive.models.base import Base
from archive.models.database import BUSY_TIMEOUT_MS


def test_models_and_migrations_say_the_same(holdings):
    with holdings.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_numbers_of_jobs_and_files_are_never_given_twice(holdings):
    with holdings.database.reading() as session:
        for table in ("file", "job"):
            made = session.scalar(
                text("select sql from sqlite_master where name = :name"), {"name": table}
            )
            assert "AUTOINCREMENT" in made, table


@pytest.mark.parametrize("state", ["waiting", "failed"])
def test_counting_pages_of_a_state_reads_no_page(holdings, state):
    """Pages hold the archive's text: a walk through them takes seconds, and this is asked often."""
    with holdings.database.reading() as session:
        plan = session.execute(
            text("explain query plan select count(*) from page where ocr_state = :state"),
            {"state": state},
        ).all()
    (step,) = plan
    assert step.detail.endswith(f"INDEX ix_page_ocr_{state}")


def test_upgrade_twice_changes_nothing(app, holdings):
    assert migrations.is_current(holdings.database)
    before = migrations.upgrade(holdings.database)
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    assert migrations.upgrade(holdings.database) == before


def test_sqlite_keeps_a_log_foreign_keys_and_patience(holdings):
    for session in (holdings.database.reading(), holdings.database.writing()):
        with session:
            read = {
                name: session.scalar(text(f"pragma {name}"))
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
        assert read == {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "busy_timeout": BUSY_TIMEOUT_MS,
            "synchronous": 2,
        }


def test_sqlite_is_free_of_the_fault_in_resetting_its_log(holdings):
    with holdings.database.reading() as session:
        version = session.scalar(text("select sqlite_version()"))
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)
