"""The full record and its versions"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXTS = {"edition": 200, "publisher_place": 200, "issn": 40, "extent": 200}


def upgrade() -> None:
    # One by one: a table that others refer to is not copied and dropped.
    for name, length in _TEXTS.items():
        op.add_column(
            "publication", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    op.add_column(
        "publication", sa.Column("contents", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("publication", sa.Column("licence_date", sa.Date(), nullable=True))
    op.add_column(
        "publication_value", sa.Column("role", sa.String(20), nullable=False, server_default="")
    )
    op.create_table(
        "record_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(300), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("batch", sa.String(12), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_record_version_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_record_version_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_version")),
        sa.UniqueConstraint(
            "publication_id", "number", name=op.f("uq_record_version_publication_id_number")
        ),
    )
    op.create_index("ix_record_version_batch", "record_version", ["batch"])


def downgrade() -> None:
    op.drop_table("record_version")
    op.drop_column("publication_value", "role")
    for name in ("licence_date", "contents", *_TEXTS):
        op.drop_column("publication", name)
