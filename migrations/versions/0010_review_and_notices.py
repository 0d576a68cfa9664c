"""Review by a named curator, notices, and what lists of deposits sort and count by"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_publication_status_issued_year": ("publication", ["status", "issued_year"]),
    "ix_publication_status_kind": ("publication", ["status", "kind"]),
    "ix_publication_reviewer_id_status": ("publication", ["reviewer_id", "status"]),
    "ix_unit_successor_id": ("unit", ["successor_id"]),
    "ix_page_publication_id_reading": ("page", ["publication_id", "text_source", "ocr_state"]),
}


def upgrade() -> None:
    # In place: made anew by way of a copy, the table would take along all rows that refer to it.
    op.execute(
        "ALTER TABLE publication ADD COLUMN reviewer_id INTEGER"
        " CONSTRAINT fk_publication_reviewer_id REFERENCES user_account (id)"
    )
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("publication_id", sa.String(12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_site", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        sa.Column("mail_error", sa.String(200), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notice_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_notice_publication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_notice_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_user_id_at", "notice", ["user_id", "at"])
    op.create_index("ix_notice_publication_id", "notice", ["publication_id"])
    op.create_index("ix_notice_event_id", "notice", ["event_id"])
    unread, due = sa.text("read_at IS NULL AND in_site"), sa.text("mail_due_at IS NOT NULL")
    op.create_index(
        "ix_notice_unread", "notice", ["user_id"], sqlite_where=unread, postgresql_where=unread
    )
    op.create_index(
        "ix_notice_mail_due_at", "notice", ["mail_due_at"], sqlite_where=due, postgresql_where=due
    )
    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("in_site", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_notice_choice_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notice_choice")),
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
    op.drop_table("notice")
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
    op.execute("ALTER TABLE publication DROP COLUMN reviewer_id")
