"""Printed copies, and edits of many records"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registration", sa.String(60), nullable=False),
        sa.Column("shelf", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_copy_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_copy_publication_id_number")),
    )
    op.create_index(
        "uq_copy_registration",
        "copy",
        ["registration"],
        unique=True,
        sqlite_where=sa.text("registration <> ''"),
        postgresql_where=sa.text("registration <> ''"),
    )
    op.create_table(
        "bulk_edit",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(300), nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("undoes_id", sa.String(12), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_bulk_edit_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["bulk_edit.id"], name=op.f("fk_bulk_edit_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_bulk_edit_undoes_id")),
    )
    op.create_table(
        "bulk_item",
        sa.Column("edit_id", sa.String(12), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["bulk_edit.id"], name=op.f("fk_bulk_item_edit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_bulk_item_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edit_id", "publication_id", name=op.f("pk_bulk_item")),
    )
    op.create_index("ix_bulk_item_edit_id_state", "bulk_item", ["edit_id", "state"])
    op.create_index("ix_bulk_item_publication_id", "bulk_item", ["publication_id"])
    op.create_index(
        "ix_bulk_item_pending",
        "bulk_item",
        ["edit_id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    for table in ("bulk_item", "bulk_edit", "copy"):
        op.drop_table(table)
