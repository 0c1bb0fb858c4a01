"""Smart playlists, and a version of the library that any change of it moves on."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "smart_playlist",
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("match", sa.String(length=3), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("order", sa.String(length=30), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_smart_playlist_owner_id", "smart_playlist", ["owner_id"], unique=False)

    op.create_table(
        "library_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO library_version (id, version) VALUES (1, 1)")
    # What rules ask of a file comes with its track, but for what is measured later.
    for name, when in (
        ("insert", "INSERT ON track"),
        ("update", "UPDATE ON track"),
        ("delete", "DELETE ON track"),
        ("measured", "UPDATE OF loudness_lufs, bitrate, format ON audio_file"),
        ("lyrics", "INSERT ON lyrics"),
        ("no_lyrics", "DELETE ON lyrics"),
    ):
        op.execute(
            f"CREATE TRIGGER library_version_{name} AFTER {when} BEGIN"
            " UPDATE library_version SET version = version + 1 WHERE id = 1; END"
        )
