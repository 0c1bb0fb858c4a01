"""Renditions in turn: what is made first, and when each last changed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rendition", sa.Column("place", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rendition", sa.Column("changed_at", sa.DateTime(), nullable=True))
