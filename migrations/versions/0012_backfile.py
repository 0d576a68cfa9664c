"""Batches of the backfile"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

_COUNTS = ("row_count", "problem_count", "present_count", "added_count", "undone_count")


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_by_name", sa.String(300), nullable=False),
        sa.Column("sheet_name", sa.String(1000), nullable=False),
        sa.Column("files_name", sa.String(1000), nullable=False),
        sa.Column("worksheets", sa.JSON(), nullable=False),
        sa.Column("worksheet", sa.String(300), nullable=False),
        sa.Column("heading_row", sa.Integer(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("headings_key", sa.String(64), nullable=False),
        sa.Column("told", sa.String(40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=True),
        sa.Column("constants", sa.JSON(), nullable=False),
        sa.Column("replacements", sa.JSON(), nullable=False),
        sa.Column("guessed", sa.JSON(), nullable=False),
        sa.Column("on_error", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("kept_count", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(80), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_import_batch_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_state_lease_until", "import_batch", ["state", "lease_until"])
    op.create_index("ix_import_batch_headings_key", "import_batch", ["headings_key", "created_at"])
    op.create_index("ix_import_batch_created_at", "import_batch", ["created_at"])
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.Column("guesses", sa.JSON(), nullable=True),
        sa.Column("publication_id", sa.String(12), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_row_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_import_row_batch_id_number")),
    )
    op.create_index(
        "ix_import_row_batch_id_state_number", "import_row", ["batch_id", "state", "number"]
    )
    op.create_index(
        "ix_publication_to_collect",
        "publication",
        ["title_sort"],
        sqlite_where=sa.text("object_version = 0"),
        postgresql_where=sa.text("object_version = 0"),
    )


def downgrade() -> None:
    op.drop_index("ix_publication_to_collect", "publication")
    op.drop_table("import_row")
    op.drop_table("import_batch")
