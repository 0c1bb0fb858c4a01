"""People take turns: since when a list counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("turns_from", sa.DateTime(), nullable=True))
