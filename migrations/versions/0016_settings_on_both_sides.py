"""Which setting of a playlist changed when."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setting_change",
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(length=36), nullable=True),
        sa.Column("device", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("playlist_id", "name"),
    )
    # Of lists that are there only the newest change is known, and not of which setting: so it
    # counts for each..
    op.execute(
        """
        INSERT INTO setting_change (playlist_id, name, seq, by_id)
        SELECT newest.playlist_id, names.column1, newest.seq, user.id
        FROM (
          SELECT playlist_id, max(seq) AS seq, actor_id
          FROM event WHERE type = 'playlist.updated' GROUP BY playlist_id
        ) AS newest
        JOIN playlist ON playlist.id = newest.playlist_id
        LEFT JOIN user ON user.id = newest.actor_id,
        (VALUES ('title'), ('description'), ('visibility'), ('order_mode'), ('consume')) AS names
        """
    )
