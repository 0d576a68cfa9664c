"""Pictures that wait to be read"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_page_ocr_failed",
        "page",
        ["publication_id"],
        unique=False,
        sqlite_where=sa.text("ocr_state = 'failed'"),
        postgresql_where=sa.text("ocr_state = 'failed'"),
    )
    # Pages that came in before pictures could be read, and have no text: they are read now. The
    # worker gives pages that wait a job; a page without writing is looked at once.
    op.execute(
        sa.text(
            "UPDATE page SET ocr_state = 'waiting' WHERE ocr_state = '' AND text_source = 'none'"
            " AND text_score IS NULL AND file_id IN"
            " (SELECT id FROM file WHERE kind NOT IN ('docx', 'doc', 'txt'))"
        )
    )


def downgrade() -> None:
    # What waits or was read stays so: nothing says any more which pages came in before.
    op.drop_index("ix_page_ocr_failed", "page")
