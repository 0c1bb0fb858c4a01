"""First light: people, the library, playlists, events, and what came from devices."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audio_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("codec", sa.String(length=20), nullable=False),
        sa.Column("bitrate", sa.Integer(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("chunk_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tint", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_of_person", "event", ["person_id", "seq"], unique=False)
    op.create_index("event_of_playlist", "event", ["playlist_id", "seq"], unique=False)

    op.create_table(
        "fact",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "genre",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "user",
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("username_key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("username_key"),
    )
    op.create_table(
        "audio_sender",
        sa.Column("audio_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["audio_id"], ["audio_file.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audio_id", "user_id"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"], unique=False)

    op.create_table(
        "log_in_session",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_log_in_session_user_id", "log_in_session", ["user_id"], unique=False)

    op.create_table(
        "operation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_operation_at", "operation", ["at"], unique=False)

    op.create_table(
        "playlist",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("order_mode", sa.String(length=10), nullable=False),
        sa.Column("consume", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_playlist_owner_id", "playlist", ["owner_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("artist", sa.String(length=300), nullable=False),
        sa.Column("album", sa.String(length=300), nullable=False),
        sa.Column("genre_name", sa.String(length=60), nullable=False),
        sa.Column("title_key", sa.String(length=300), nullable=False),
        sa.Column("artist_key", sa.String(length=300), nullable=False),
        sa.Column("genre_id", sa.String(length=36), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("duration_seconds", sa.Double(), nullable=True),
        sa.Column("audio_id", sa.String(length=36), nullable=True),
        sa.Column("cover_id", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audio_id"],
            ["audio_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["cover_id"],
            ["cover.id"],
        ),
        sa.ForeignKeyConstraint(
            ["genre_id"],
            ["genre.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_track_audio_id", "track", ["audio_id"], unique=False)
    op.create_index("ix_track_cover_id", "track", ["cover_id"], unique=False)
    op.create_index("ix_track_created_at", "track", ["created_at"], unique=False)
    op.create_index("ix_track_owner_id", "track", ["owner_id"], unique=False)
    op.create_index("track_by_artist", "track", ["artist_key", "title_key", "number"], unique=False)
    op.create_index("track_by_genre", "track", ["genre_id", "title_key", "number"], unique=False)
    op.create_index("track_by_title", "track", ["title_key", "number"], unique=False)

    op.create_table(
        "item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.String(length=36), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("played_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["user.id"],
        ),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["track.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("item_by_rank", "item", ["playlist_id", "rank"], unique=True)
    op.create_index("item_of_track", "item", ["playlist_id", "track_id"], unique=True)
    op.create_index("ix_item_track_id", "item", ["track_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("playlist_id", "user_id"),
    )
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=False)

    op.create_table(
        "play",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=True),
        sa.Column("cover_id", sa.String(length=64), nullable=True),
        sa.Column("added_by_id", sa.String(length=36), nullable=False),
        sa.Column("added_by_name", sa.String(length=60), nullable=False),
        sa.Column("played_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_play_track_id", "play", ["track_id"], unique=False)
    op.create_index("play_of_playlist", "play", ["playlist_id", "played_at"], unique=False)

    op.create_table(
        "room",
        sa.Column("playlist_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("playing", sa.Boolean(), nullable=False),
        sa.Column("round_from", sa.DateTime(), nullable=True),
        sa.Column("speaker_device", sa.String(length=100), nullable=True),
        sa.Column("speaker_name", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("playlist_id"),
    )
    op.create_table(
        "vote",
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("value IN (1, -1)", name="vote_is_up_or_down"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "user_id"),
    )
    _search_index()
    # Names the history of this database (SPEC §3).
    op.execute(
        sa.text("INSERT INTO fact VALUES ('epoch', :epoch)").bindparams(epoch=str(uuid.uuid4()))
    )


def _search_index() -> None:
    """Full-text search over the tracks, kept by triggers; it holds no texts of its own."""
    op.execute(
        "CREATE VIRTUAL TABLE track_fts USING fts5("
        "title, artist, album, genre_name, content='track', content_rowid='number',"
        " tokenize='unicode61 remove_diacritics 2', prefix='1 2 3')"
    )
    # What a hit is worth by where it is: title, artist, album, genre.
    op.execute(
        "INSERT INTO track_fts(track_fts, rank) VALUES ('rank', 'bm25(10.0, 6.0, 3.0, 1.0)')"
    )
    op.execute("CREATE VIRTUAL TABLE track_words USING fts5vocab(track_fts, 'row')")
    columns = "rowid, title, artist, album, genre_name"
    new = "new.number, new.title, new.artist, new.album, new.genre_name"
    old = "old.number, old.title, old.artist, old.album, old.genre_name"
    insert = f"INSERT INTO track_fts({columns}) VALUES ({new});"
    remove = f"INSERT INTO track_fts(track_fts, {columns}) VALUES ('delete', {old});"
    op.execute(f"CREATE TRIGGER track_fts_insert AFTER INSERT ON track BEGIN {insert} END")
    op.execute(f"CREATE TRIGGER track_fts_delete AFTER DELETE ON track BEGIN {remove} END")
    op.execute(
        "CREATE TRIGGER track_fts_update AFTER UPDATE OF title, artist, album, genre_name ON track"
        f" BEGIN {remove} {insert} END"
    )
