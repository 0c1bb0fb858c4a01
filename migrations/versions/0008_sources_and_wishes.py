"""Sources, what they list, and the wish list."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("playlist_id", sa.String(length=36), nullable=True),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=True),
        sa.Column("quality", sa.String(length=20), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("look_id", sa.String(length=36), nullable=True),
        sa.Column("last_checked_at", sa.DateTime(), nullable=True),
        sa.Column("next_check_at", sa.DateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["look_id"], ["import_look.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    for column in ("next_check_at", "owner_id", "playlist_id"):
        op.create_index(f"ix_source_{column}", "source", [column], unique=False)

    op.create_table(
        "source_item",
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=2000), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=True),
        sa.Column("track_id", sa.String(length=36), nullable=True),
        sa.Column("vanished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("source_id", "key"),
    )
    op.create_index("ix_source_item_track_id", "source_item", ["track_id"], unique=False)
    op.create_index("source_item_of_import", "source_item", ["import_id"], unique=False)

    op.create_table(
        "import_wish",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "person_id"),
    )
    op.create_index("ix_import_wish_person_id", "import_wish", ["person_id"], unique=False)
