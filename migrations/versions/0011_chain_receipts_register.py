"""Events as a chain, counters, receipts, and the register"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BEGINNING = "0" * 64
_COLUMNS = ("id", "at", "kind", "actor_id", "actor_name", "publication_id", "note", "data")
_CONTENT = (
    *("id", "at", "kind", "actor_name", "role", "origin"),
    *("publication_id", "note", "data", "previous", "digest"),
)


def upgrade() -> None:
    _make_chain()
    _guard_chain()
    op.create_table(
        "counter",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "year", name=op.f("pk_counter")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_receipt_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_receipt_year_number")),
    )
    op.create_index("ix_receipt_publication_id", "receipt", ["publication_id"])
    op.create_index("ix_receipt_token", "receipt", ["token"], unique=True)
    # Added one by one: a table that others refer to is not copied and dropped.
    op.add_column("publication", sa.Column("accession_year", sa.Integer(), nullable=True))
    op.add_column("publication", sa.Column("accession_number", sa.Integer(), nullable=True))
    op.add_column(
        "publication", sa.Column("accession_at", sa.DateTime(timezone=True), nullable=True)
    )
    _number_what_was_accepted()
    op.create_index(
        "uq_publication_accession",
        "publication",
        ["accession_year", "accession_number"],
        unique=True,
    )


def _make_chain() -> None:
    """The events there are, in their order and under their numbers, each linked to the last."""
    table = op.create_table(
        "event_chained",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(300), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_event_chained_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_chained")),
        sqlite_autoincrement=True,
    )
    old = sa.table("event", *(sa.column(name, table.c[name].type) for name in _COLUMNS))
    connection = op.get_bind()
    previous, last = _BEGINNING, -1
    while True:
        rows = connection.execute(
            sa.select(old).where(old.c.id > last).order_by(old.c.id).limit(1000)
        ).all()
        if not rows:
            break
        chained = []
        for row in rows:
            link = {**row._mapping, "role": "", "origin": "", "previous": previous}
            link["data"] = json.loads(json.dumps(link["data"])) if link["data"] else link["data"]
            previous = link["digest"] = _digest(link)
            chained.append(link)
        connection.execute(sa.insert(table), chained)
        last = rows[-1].id
    op.drop_table("event")
    op.rename_table("event_chained", "event")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE event RENAME CONSTRAINT pk_event_chained TO pk_event")
        op.execute(
            "ALTER TABLE event RENAME CONSTRAINT fk_event_chained_actor_id TO fk_event_actor_id"
        )
    op.create_index("ix_event_at", "event", ["at"])
    for name in ("publication_id", "kind", "actor_name"):
        op.create_index(f"ix_event_{name}_at", "event", [name, "at"])
    op.create_index("ix_event_actor_id", "event", ["actor_id"])


def _digest(link: dict) -> str:
    """As `archive.core.chain` makes it; written out here, where it stays what it was."""
    moment: datetime = link["at"]
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    content = [
        *(link["id"], moment.isoformat(timespec="microseconds"), link["kind"]),
        *(link["actor_name"], link["role"], link["origin"], link["publication_id"]),
        *(link["note"], link["data"], link["previous"]),
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _guard_chain() -> None:
    """No event is changed or taken away, and none comes in that does not follow the last one. The
    account behind one may be forgotten: its name stays."""
    if op.get_bind().dialect.name == "postgresql":
        kept = " AND ".join(f"NEW.{n}::text IS NOT DISTINCT FROM OLD.{n}::text" for n in _CONTENT)
        op.execute(
            f"""
            CREATE FUNCTION event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE head record;
            BEGIN
              IF TG_OP = 'INSERT' THEN
                SELECT id, digest INTO head FROM event ORDER BY id DESC LIMIT 1;
                IF NEW.previous = coalesce(head.digest, '{_BEGINNING}')
                    AND NEW.id > coalesce(head.id, 0) THEN
                  RETURN NEW;
                END IF;
                RAISE EXCEPTION 'event does not follow the last one';
              END IF;
              IF TG_OP = 'UPDATE' THEN
                IF NEW.actor_id IS NULL AND {kept} THEN
                  RETURN NEW;
                END IF;
              END IF;
              RAISE EXCEPTION 'event is append-only';
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER event_is_kept BEFORE INSERT OR UPDATE OR DELETE ON event"
            " FOR EACH ROW EXECUTE FUNCTION event_is_kept()"
        )
        op.execute(
            "CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event"
            " FOR EACH STATEMENT EXECUTE FUNCTION event_is_kept()"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _CONTENT)
    op.execute(
        "CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event"
        f" WHEN NEW.actor_id IS NOT NULL OR {changed}"
        " BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event"
        " BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
    )
    # Also against INSERT OR REPLACE, which asks no DELETE trigger.
    op.execute(
        "CREATE TRIGGER event_follows_the_last BEFORE INSERT ON event WHEN"
        " NEW.id IS NULL OR NEW.id <= coalesce((SELECT max(id) FROM event), 0)"
        " OR NEW.previous IS NOT coalesce("
        f"(SELECT digest FROM event ORDER BY id DESC LIMIT 1), '{_BEGINNING}')"
        " BEGIN SELECT RAISE(ABORT, 'event does not follow the last one'); END"
    )


def _number_what_was_accepted() -> None:
    """Places in the register for what was accepted before there was one, in that order, by the
    year in Vietnam; storage gets to know them through a job for each record."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        year = "extract(year from (accepted_at at time zone 'UTC') + interval '7 hours')::int"
    else:
        year = "cast(strftime('%Y', accepted_at, '+7 hours') as integer)"
    connection.execute(
        sa.text(
            "UPDATE publication SET accession_at = accepted_at, accession_year = n.year,"
            " accession_number = n.number FROM (SELECT id AS given, "
            f"{year} AS year, row_number() OVER (PARTITION BY {year}"
            " ORDER BY accepted_at, id) AS number FROM publication"
            " WHERE status IN ('accepted', 'withdrawn') AND accepted_at IS NOT NULL) AS n"
            " WHERE publication.id = n.given"
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO counter (name, year, value) SELECT 'accession', accession_year,"
            " max(accession_number) FROM publication WHERE accession_number IS NOT NULL"
            " GROUP BY accession_year"
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO job (stage, publication_id, coalesce, state, attempts, fence,"
            " not_before, done_pages, total_pages, created_at) SELECT 'record', id,"
            " 'record:' || id, 'queued', 0, 0, :now, 0, 0, :now FROM publication"
            " WHERE accession_number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job"
            " WHERE job.state = 'queued' AND job.coalesce = 'record:' || publication.id)"
        ).bindparams(sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True)))
    )


def downgrade() -> None:
    op.drop_index("uq_publication_accession", "publication")
    for name in ("accession_at", "accession_number", "accession_year"):
        op.drop_column("publication", name)
    op.drop_table("receipt")
    op.drop_table("counter")
    old = op.create_table(
        "event_unchained",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(300), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    names = ", ".join(old.c.keys())
    # What tells of a publication that is gone cannot refer to it.
    op.execute(
        f"INSERT INTO event_unchained ({names}) SELECT {names} FROM event WHERE publication_id"
        " IS NULL OR publication_id IN (SELECT id FROM publication)"
    )
    op.drop_table("event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION event_is_kept()")
    op.rename_table("event_unchained", "event")
    op.create_index("ix_event_publication_id_at", "event", ["publication_id", "at"])
