"""What is known of each task: when it last ran, how it went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Moment


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
