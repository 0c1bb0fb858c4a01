"""What is known of each task: when it last ran, how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Moment, iso


class TaskRecord(Base):
    """One row a task, by its name. What a task has to do is never here but in the rows that it
    is about (imports, audio files, ...): losing this table loses no work."""

    __tablename__ = "task"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime | None] = mapped_column(Moment)  # the last time
    finished_at: Mapped[datetime | None] = mapped_column(Moment)  # the last time that it went well
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None]  # what went wrong at `failed_at`
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    done: Mapped[int] = mapped_column(default=0)  # steps that found something to do, ever

    def as_facts(self) -> dict[str, Any]:
        """How it went, as the API and the live channel tell it."""
        return {
            "name": self.name,
            "last_started_at": self.started_at and iso(self.started_at),
            "last_finished_at": self.finished_at and iso(self.finished_at),
            "last_failed_at": self.failed_at and iso(self.failed_at),
            "error": self.error,
            "failures": self.failures,
            "done": self.done,
        }
