"""Background work; audio that is known by its sound; a played track can be added again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )

    # Plain statements, not batches: a batch that copies a table would lose its triggers.
    for column in (
        sa.Column("sound_sha256", sa.String(length=64), nullable=True),
        sa.Column("path", sa.LargeBinary(), nullable=True),
        sa.Column("analysed_at", sa.DateTime(), nullable=True),
        sa.Column("broken", sa.String(), nullable=True),
        sa.Column("loudness_lufs", sa.Double(), nullable=True),
        sa.Column("peaks", sa.LargeBinary(), nullable=True),
        sa.Column("unreferenced_since", sa.DateTime(), nullable=True),
        sa.Column("lost_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("audio_file", column)
    op.create_index("ix_audio_file_analysed_at", "audio_file", ["analysed_at"], unique=False)
    op.create_index("ix_audio_file_sound_sha256", "audio_file", ["sound_sha256"], unique=False)
    op.create_table(
        "audio_alias",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("audio_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["audio_id"], ["audio_file.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("ix_audio_alias_audio_id", "audio_alias", ["audio_id"], unique=False)

    # A track stands at most once among the items that were not played yet (SPEC §2).
    op.drop_index("item_of_track", "item")
    op.create_index(
        "item_of_track",
        "item",
        ["playlist_id", "track_id"],
        unique=True,
        sqlite_where=sa.text("played_at IS NULL"),
    )
