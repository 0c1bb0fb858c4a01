"""More is said about tracks, and can be taken back; genres are one however they are spelled."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_change_at", "change", ["at"], unique=False)
    op.create_index("ix_change_by_id", "change", ["by_id"], unique=False)

    op.create_table(
        "track_artist",
        sa.Column("track_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("track_id", "place"),
    )
    op.create_index("track_artist_by_name", "track_artist", ["key", "track_id"], unique=False)

    # Plain statements, not batches: a batch that copies the table would lose its triggers.
    for column in (
        sa.Column("disc", sa.Integer(), server_default="0", nullable=False),
        sa.Column("track_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("album_key", sa.String(length=300), server_default="", nullable=False),
        sa.Column("album_artist", sa.String(length=300), server_default="", nullable=False),
        sa.Column("compilation", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("artists", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("review_reason", sa.String(length=1000), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("track", column)
    # SQLite takes a foreign key with a new column, Alembic doesn't.
    op.execute("ALTER TABLE track ADD COLUMN reviewed_by_id VARCHAR(36) REFERENCES user(id)")
    _fill_album_keys()
    _merge_genres()
    op.create_index(
        "track_by_album", "track", ["album_key", "disc", "track_number", "number"], unique=False
    )
    op.create_index("track_by_place", "track", ["latitude", "longitude", "number"], unique=False)
    op.create_index("track_by_status", "track", ["status", "created_at"], unique=False)


def _fill_album_keys() -> None:
    db = op.get_bind()
    for (album,) in db.execute(sa.text("SELECT DISTINCT album FROM track WHERE album != ''")).all():
        plain = unicodedata.normalize("NFKD", album.casefold())
        key = "".join(c for c in plain if not unicodedata.combining(c))[:300]
        db.execute(
            sa.text("UPDATE track SET album_key = :key WHERE album = :album"),
            {"key": key, "album": album},
        )


def _merge_genres() -> None:
    """By the key that genres have from now on; of several that are one, the oldest stays."""
    db = op.get_bind()
    kept: dict[str, tuple[str, str]] = {}
    rows = db.execute(sa.text("SELECT id, name FROM genre ORDER BY created_at, id")).all()
    for id_, name in rows:
        key = _genre_key(name)[:120]
        if key not in kept:
            kept[key] = (id_, name)
            continue
        into, called = kept[key]
        db.execute(
            sa.text("UPDATE track SET genre_id = :into, genre_name = :called WHERE genre_id = :id"),
            {"into": into, "called": called, "id": id_},
        )
        db.execute(sa.text("DELETE FROM genre WHERE id = :id"), {"id": id_})
    # Out of the way first: keys are unique at every moment.
    db.execute(sa.text("UPDATE genre SET key = id"))
    for key, (id_, name) in kept.items():
        db.execute(sa.text("UPDATE genre SET key = :key WHERE id = :id"), {"key": key, "id": id_})
        db.execute(
            sa.text(
                "UPDATE track SET genre_name = :name WHERE genre_id = :id AND genre_name != :name"
            ),
            {"name": name, "id": id_},
        )


def _genre_key(name: str) -> str:
    """As library/genre_names.py had it when this was written."""
    joined = re.sub(r"&|\+|\b(?:and|n)\b|'n'", " and ", name, flags=re.IGNORECASE)
    plain = unicodedata.normalize("NFKD", joined.casefold())
    return "".join(c for c in plain if c.isalnum()) or plain.strip()
