"""Lists that go through indexes and not through records"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_publication_listed",
        "publication",
        ["status", "access", "embargo_until", "unit_id", "id"],
    )
    op.create_index(
        "ix_publication_newest_issues",
        "publication",
        ["status", "issued", "title_sort", "id", "access", "embargo_until", "unit_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_publication_newest_issues", "publication")
    op.drop_index("ix_publication_listed", "publication")
