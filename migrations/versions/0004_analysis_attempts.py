"""How often the analysis of a file ended with its process."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "audio_file",
        sa.Column("analysis_attempts", sa.Integer(), server_default="0", nullable=False),
    )
