"""How migrations run: on the file that start-up names, or scripts/migration.py for a draft."""

from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import TypeDecorator, create_engine

from playlist_app import create_app  # noqa: F401 - so that every table is known
from playlist_app.database import Base, configure

database: Path = context.config.attributes["database"]
engine = create_engine(f"sqlite:///{database}")
configure(engine)
# Tables that the migrations write by hand: the search index.
BY_HAND = ("track_fts", "track_words")


def include_name(name: str | None, type_: str, _: object) -> bool:
    return not (type_ == "table" and name and name.startswith(BY_HAND))


def render_item(kind: str, item: object, autogen: Any) -> str | bool:
    """Write our types as what the database has: a migration must not change with our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


with engine.connect().execution_options(write=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_item=render_item,
        render_as_batch=True,
        # All of it or nothing: SQLite can, though Alembic does not count on it.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
