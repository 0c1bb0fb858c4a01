"""Choices: declared by the slice whose behaviour they change, kept as a name with a JSON value.

A slice declares one as a module's constant and asks for it where it matters:

    OFFLINE_MODE = declare(Choice("offline_mode", default=True, title=…, explains=…))
    if OFFLINE_MODE.now(): …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, session, write
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotFound

T = TypeVar("T", bool, int, str)


class Setting(Base):
    """What was chosen; what nobody chose yet has no row."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))


@dataclass(frozen=True)
class Choice(Generic[T]):
    """One thing that admins choose. `title` and `explains` are what they read on the page."""

    name: str
    default: T
    title: str
    explains: str

    def now(self) -> T:
        """What holds at this moment."""
        kept = session().get(Setting, self.name)
        value: T = kept.value if kept else self.default
        return value

    def checked(self, value: object) -> T:
        """The value. Raises Invalid where it is of another kind."""
        if type(value) is not type(self.default):
            raise Invalid.field(self.name, f"This takes {_KINDS[type(self.default)]}.")
        return value


_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", str: "a text"}
_declared: dict[str, Choice[Any]] = {}


def declare(choice: Choice[T]) -> Choice[T]:
    """Make a choice known to the page and the API."""
    assert _declared.setdefault(choice.name, choice) == choice, f"{choice.name} is there already"
    return choice


def all_choices(*, by: User) -> list[Choice[Any]]:
    """What can be chosen. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    return list(_declared.values())


def values(*, by: User) -> dict[str, object]:
    """What holds now, by name. Raises NotFound for who is no admin."""
    return {choice.name: choice.now() for choice in all_choices(by=by)}


def change(wanted: Mapping[str, object], *, by: User) -> None:
    """Choose, all of it or nothing. Raises Invalid for what is not there or can't be."""
    known = {choice.name: choice for choice in all_choices(by=by)}
    with write() as tx:
        for name, value in wanted.items():
            if name not in known:
                raise Invalid.field(name, "There is no such setting.")
            checked = known[name].checked(value)
            if known[name].now() != checked:
                tx.merge(Setting(name=name, value=checked, changed_at=now(), changed_by=by.id))
