"""Draft a migration: what the models have that an empty database, with all migrations, has not.

python scripts/migration.py WHAT CHANGES. Run by `make migration`; the database it needs is made for
it and goes again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def main() -> None:
    name = " ".join(sys.argv[1:]).strip()
    if not name:
        raise SystemExit('Say what changes: make migration NAME="what changes"')
    alembic = Config(MIGRATIONS / "alembic.ini")
    newest = ScriptDirectory.from_config(alembic).get_current_head()
    with tempfile.TemporaryDirectory() as folder:
        alembic.attributes["database"] = Path(folder) / "draft.db"
        command.upgrade(alembic, "head")
        command.revision(alembic, name, autogenerate=True, rev_id=f"{int(newest or 0) + 1:04}")


if __name__ == "__main__":
    main()
