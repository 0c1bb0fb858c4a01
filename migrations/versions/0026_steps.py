"""What it takes to take changes of playlists back."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=True),
        sa.Column("of_id", sa.String(length=36), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["user.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_step_at", "step", ["at"], unique=False)
    op.create_index("ix_step_by_id", "step", ["by_id"], unique=False)
    op.create_index("ix_step_undone_by", "step", ["undone_by"], unique=False)
    op.create_index("step_of_playlist", "step", ["playlist_id", "seq"], unique=False)
