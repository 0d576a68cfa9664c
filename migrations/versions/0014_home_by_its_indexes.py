"""The home page's counts and newest records from indexes alone"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LISTED = ["status", "access", "embargo_until", "unit_id", "id"]


def upgrade() -> None:
    op.drop_index("ix_publication_listed", "publication")
    op.create_index("ix_publication_listed", "publication", [*LISTED, "page_count"])
    op.drop_index("ix_publication_status_accepted_at", "publication")
    op.create_index(
        "ix_publication_newest",
        "publication",
        ["status", "accepted_at", "id", "kind", "access", "embargo_until", "unit_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_publication_newest", "publication")
    op.create_index("ix_publication_status_accepted_at", "publication", ["status", "accepted_at"])
    op.drop_index("ix_publication_listed", "publication")
    op.create_index("ix_publication_listed", "publication", LISTED)
