"""Party settings, and what is played when a list runs dry."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("playlist", sa.Column("party", sa.String(), nullable=True))
    op.add_column(
        "item", sa.Column("is_filler", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "play", sa.Column("is_filler", sa.Boolean(), nullable=False, server_default=sa.false())
    )
