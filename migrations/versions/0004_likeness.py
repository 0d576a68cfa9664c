"""Which publications are alike"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEYS = [f"key_{number}" for number in range(1, 9)]


def upgrade() -> None:
    op.create_table(
        "page_signature",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=False) for key in KEYS),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_page_signature_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_signature")),
    )
    with op.batch_alter_table("page_signature", schema=None) as batch_op:
        for key in KEYS:
            batch_op.create_index(batch_op.f(f"ix_page_signature_{key}"), [key], unique=False)

    op.create_table(
        "likeness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.String(length=12), nullable=False),
        sa.Column("second_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("first_matches", sa.Integer(), nullable=False),
        sa.Column("first_pages", sa.Integer(), nullable=False),
        sa.Column("second_matches", sa.Integer(), nullable=False),
        sa.Column("second_pages", sa.Integer(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("text_digest", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=300), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_likeness_order")),
        sa.CheckConstraint(
            "(decision = 'undecided') = (decided_at IS NULL)",
            name=op.f("ck_likeness_decision_has_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["publication.id"],
            name=op.f("fk_likeness_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["publication.id"],
            name=op.f("fk_likeness_second_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_likeness_first_id_second_id")),
    )
    with op.batch_alter_table("likeness", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_likeness_second_id"), ["second_id"], unique=False)

    # What was read before is compared too, once.
    op.execute(
        "INSERT INTO job (stage, publication_id, coalesce, state, attempts, fence, not_before,"
        " done_pages, total_pages, created_at)"
        " SELECT 'compare', id, 'compare:' || id, 'queued', 0, 0, CURRENT_TIMESTAMP, 0, 0,"
        " CURRENT_TIMESTAMP FROM publication WHERE page_count > 0"
    )


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE stage = 'compare'")
    op.drop_table("likeness")
    op.drop_table("page_signature")
