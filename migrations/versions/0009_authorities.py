"""Authorities, and the links of records to them"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("name_sort", sa.String(2000), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("valid_to", sa.String(10), nullable=False),
        sa.Column("parent_id", sa.String(60), nullable=True),
        sa.Column("dates", sa.String(100), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.String(60), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_authority_parent_is_another")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_authority_merged_into_another")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["authority.id"], name=op.f("fk_authority_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["authority.id"], name=op.f("fk_authority_merged_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    op.create_index("ix_authority_kind_name_sort", "authority", ["kind", "name_sort"])
    op.create_index("ix_authority_key", "authority", ["key"])
    op.create_index("ix_authority_parent_id", "authority", ["parent_id"])
    op.create_index("ix_authority_merged_into_id", "authority", ["merged_into_id"])
    op.create_table(
        "authority_variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authority.id"],
            name=op.f("fk_authority_variant_authority_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_variant")),
    )
    op.create_index("ix_authority_variant_key", "authority_variant", ["key"])
    op.create_index(
        op.f("ix_authority_variant_authority_id"), "authority_variant", ["authority_id"]
    )
    op.create_table(
        "authority_succession",
        sa.Column("earlier_id", sa.String(60), nullable=False),
        sa.Column("later_id", sa.String(60), nullable=False),
        sa.Column("relation", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["earlier_id"],
            ["authority.id"],
            name=op.f("fk_authority_succession_earlier_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["later_id"],
            ["authority.id"],
            name=op.f("fk_authority_succession_later_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "earlier_id", "later_id", "relation", name=op.f("pk_authority_succession")
        ),
    )
    op.create_index(op.f("ix_authority_succession_later_id"), "authority_succession", ["later_id"])
    # Not through a copy of the table: dropping the old one would take along what refers to it.
    _add_link("publication_value", "authority_id")
    _add_link("publication", "series_id")
    op.create_index(
        "ix_publication_value_authority_id",
        "publication_value",
        ["authority_id", "field", "value", "publication_id"],
    )
    op.create_index("ix_publication_series_id", "publication", ["series_id", "series"])


def _add_link(table: str, column: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(60)"
        f" CONSTRAINT fk_{table}_{column} REFERENCES authority (id)"
    )


def downgrade() -> None:
    for table, column in (("publication", "series_id"), ("publication_value", "authority_id")):
        op.drop_index(f"ix_{table}_{column}", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("authority_succession")
    op.drop_table("authority_variant")
    op.drop_table("authority")
