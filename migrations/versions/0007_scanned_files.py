"""Files of scanned folders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audio_file", sa.Column("path_mtime_ns", sa.BigInteger(), nullable=True))
    op.create_table(
        "scanned_file",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("audio_id", sa.String(length=36), nullable=True),
        sa.Column("track_id", sa.String(length=36), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("missing_since", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["audio_id"], ["audio_file.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("folder", "name"),
    )
    op.create_index("ix_scanned_file_audio_id", "scanned_file", ["audio_id"], unique=False)
    op.create_index("ix_scanned_file_track_id", "scanned_file", ["track_id"], unique=False)
