"""Finding lost audio."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "audio_lost",
        "audio_file",
        ["lost_at"],
        unique=False,
        sqlite_where=sa.text("lost_at IS NOT NULL"),
    )
