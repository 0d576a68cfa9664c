"""How a page was read"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text_score", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("text_before", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("ocr_state", sa.String(length=10), nullable=False, server_default="")
        )
        batch_op.create_index(
            "ix_page_ocr_waiting",
            ["publication_id"],
            unique=False,
            sqlite_where=sa.text("ocr_state = 'waiting'"),
            postgresql_where=sa.text("ocr_state = 'waiting'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index("ix_page_ocr_waiting")
        for column in ("ocr_state", "text_before", "text_score"):
            batch_op.drop_column(column)
