"""Marks of secrecy, paused stages, pages per minute, limits raised for one file"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.String(length=12), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("file_page", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("line", sa.String(length=200), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(cleared_at IS NULL) = (reason IS NULL)",
            name=op.f("ck_page_marking_cleared_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_page_marking_publication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_page_marking_file_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["user_account.id"], name=op.f("fk_page_marking_cleared_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_marking")),
        sa.UniqueConstraint(
            "file_id", "file_page", "level", name=op.f("uq_page_marking_file_id_file_page_level")
        ),
    )
    op.create_index("ix_page_marking_publication_id", "page_marking", ["publication_id"])
    op.create_index(
        "ix_page_marking_open",
        "page_marking",
        ["publication_id"],
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "stage_pause",
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_stage_pause_by_id")),
        sa.PrimaryKeyConstraint("stage", name=op.f("pk_stage_pause")),
    )
    op.create_table(
        "minute_tally",
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "minute", name=op.f("pk_minute_tally")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("raised_limits", sa.JSON(), nullable=True))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("worker")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_column("raised_limits")
    for table in ("minute_tally", "stage_pause", "page_marking"):
        op.drop_table(table)
