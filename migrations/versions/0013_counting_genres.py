"""Counting the tracks of genres."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("track_in_genre", "track", ["genre_id", "status", "owner_id"], unique=False)
